"""What pages for people outside the practice share: privacy, their own forms, their own words."""

from http import HTTPStatus

from flask import Blueprint, Flask, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, validate_csrf
from werkzeug.exceptions import HTTPException
from wtforms import ValidationError

from lettergen.models import StorageUnavailable
from lettergen.refusals import Refused
from lettergen.web.base.errors import Advice
from lettergen.web.base.headers import nonce

_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
_LONGEST_TYPED = 200
_PLACES = ("/l/", "/v/", "/ask/", "/fees/")
_OWN_SITE = ("same-origin", "none")
_NO_COOKIE = Advice(
    "Your browser did not keep our cookie",
    "This page needs one small cookie while it is open. Allow cookies for this site, or open the "
    "link in another browser. If that does not work, please ring the practice.",
)
_STALE = Advice(
    "This page had been open too long",
    "Nothing was lost. Open your link again, and start afresh.",
)
_BUSY = Advice(
    "Please try again in a moment",
    "We could not look that up just now. Nothing is wrong with your letter or your link.",
)
_ADVICE = {
    404: Advice(
        "This page does not exist",
        "Please check the address, or open your link again.",
    ),
    405: Advice(
        "Please start again",
        "This page cannot be opened in this way. Open your link again.",
    ),
    413: Advice(
        "That is too much to send",
        "Nothing was sent. A letter is compared on your own device: open the page again, and "
        "choose the file there.",
    ),
    429: Advice(
        "Too many tries from this connection",
        "To keep letters safe, we only allow so many tries. Please wait a minute, and try again. "
        "After very many tries it takes an hour. If it is urgent, ring the practice. You may share "
        "this connection with others, so this need not be your doing.",
    ),
    500: Advice(
        "Something went wrong on our side",
        "It was not your doing. Please try again in a few minutes. If it happens again, ring the "
        "practice.",
    ),
}


def outside(name: str, module: str, *, has_own_token: bool = False) -> Blueprint:
    """Return a blueprint for pages that need no sign-in, with the protection they need instead.

    One that `has_own_token` checks its forms itself: it shows them again with all that was typed.
    """
    blueprint = Blueprint(name, module)
    if not has_own_token:
        blueprint.before_request(_require_own_form)
    blueprint.after_request(_keep_private)
    blueprint.register_error_handler(Refused, show_refusal)
    blueprint.register_error_handler(StorageUnavailable, _show_busy)
    blueprint.register_error_handler(CSRFError, _show_stale)
    blueprint.register_error_handler(HTTPException, _show_fault)
    return blueprint


def open_outside(app: Flask, *blueprints: Blueprint) -> None:
    """Register blueprints of such pages."""
    app.before_request(_answer_for_nowhere)
    for blueprint in blueprints:
        # Checked by _require_own_form instead: the general check wants a Referer, which these
        # pages never send because their address is a secret.
        app.extensions["csrf"].exempt(blueprint)
        app.register_blueprint(blueprint)


def sorry(advice: Advice, status: int, *, practice: str = "") -> tuple[str, int]:
    """Return a page that says in plain words why something did not work, and what to do."""
    return render_template("patient/sorry.html", advice=advice, practice=practice), status


def shown_again(typed: str) -> str:
    """Return what somebody typed so that it can stand in its box again: printable, not endless."""
    return "".join(one for one in typed if one.isprintable()).strip()[:_LONGEST_TYPED]


def show_refusal(refusal: Refused) -> ResponseReturnValue:
    """Show why something was refused; the message says what to do."""
    return sorry(Advice("This could not be done", str(refusal)), 422)


def _answer_for_nowhere() -> ResponseReturnValue | None:
    """Answer an address among these pages that leads nowhere: it is no blueprint's, and would be
    answered by a page for staff.
    """
    fault = request.routing_exception
    if fault is None or not f"{request.path}/".startswith(_PLACES):
        return None
    return _keep_private(make_response(_show_fault(fault)))


def _require_own_form() -> None:
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        try:
            validate_csrf(request.form.get("csrf_token"))
        except ValidationError as fault:
            raise CSRFError(str(fault)) from fault
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in _OWN_SITE:
            raise CSRFError("another site sent this form")


def _keep_private(response: Response) -> Response:
    response.headers.update(_HEADERS)
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = _policy()
    return response


def _policy() -> str:
    """Return a policy under which a page cannot send anything anywhere but by its own form."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce()}'",
            "style-src 'self'",
            "font-src 'self'",
            "img-src 'self' data:",
            "connect-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _show_stale(_fault: CSRFError) -> ResponseReturnValue:
    return sorry(_STALE if request.cookies else _NO_COOKIE, 400)


def _show_busy(_refusal: StorageUnavailable) -> ResponseReturnValue:
    return sorry(_BUSY, 503)


def _show_fault(fault: HTTPException) -> ResponseReturnValue:
    code = fault.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if fault.response is not None or code < HTTPStatus.BAD_REQUEST:
        return fault
    like = 500 if code >= HTTPStatus.INTERNAL_SERVER_ERROR else 404
    reply = make_response(sorry(_ADVICE.get(code, _ADVICE[like]), code))
    reply.headers.extend(
        (name, value)
        for name, value in fault.get_headers(request.environ)
        if name in ("Allow", "Retry-After")
    )
    return reply
