"""Refusals and faults as pages that say what to do next."""

import logging
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from lettergen import accounts, definitions, documents, models, post, sealing
from lettergen.consents import asking
from lettergen.consents.register import histories
from lettergen.refusals import Refused

_LOG = logging.getLogger(__name__)


class Advice(NamedTuple):
    """What went wrong, in a few words, and what to do next."""

    title: str
    text: str


_ADVICE = {
    400: Advice(
        "We could not read that",
        "Something was missing from what your browser sent. Go back, reload the page and try "
        "again.",
    ),
    403: Advice(
        "This page is for other colleagues",
        "Your role does not open it. If you need it for your work, ask your practice manager.",
    ),
    404: Advice(
        "Page not found",
        "It may have been discarded, or the address may be mistyped. "
        "Find the letter in the list of letters, or start from the home page.",
    ),
    405: Advice(
        "That page cannot be opened in this way",
        "It only takes what a button sends. Go back and use the button on the page before.",
    ),
    413: Advice(
        "That is too much to send at once",
        "Nothing was saved from this last step. Go back in your browser: what you typed is still "
        "on the page. Shorten the longest text, and try again. A long report belongs with the "
        "letter as an enclosure.",
    ),
    429: Advice(
        "Too many attempts",
        "Wait 15 minutes and try again. If you have forgotten your password, your practice "
        "manager can set a new one.",
    ),
    500: Advice(
        "Something went wrong on our side",
        "The fault has been noted. What was saved is safe. Go back and try once more; if it "
        "happens again, tell whoever looks after lettergen at your practice what you were doing "
        "and at what time.",
    ),
}
_FILE_TOO_LARGE = Advice(
    "That file is too large",
    "Nothing was saved. Go back in your browser, and choose a smaller file. If you are sure that "
    "this is the right one, ask whoever looks after lettergen at your practice.",
)
_REFUSALS: tuple[tuple[type[Refused], HTTPStatus], ...] = (
    (documents.NotFound, HTTPStatus.NOT_FOUND),
    (accounts.NoSuchPerson, HTTPStatus.NOT_FOUND),
    (post.NoSuchMessage, HTTPStatus.NOT_FOUND),
    (definitions.NoSuchForm, HTTPStatus.NOT_FOUND),
    (sealing.NoSuchCertificate, HTTPStatus.NOT_FOUND),
    (histories.NotFound, HTTPStatus.NOT_FOUND),
    (asking.WrongStage, HTTPStatus.CONFLICT),
    (asking.ChangedMeanwhile, HTTPStatus.CONFLICT),
    (documents.Closed, HTTPStatus.CONFLICT),
    (documents.Conflict, HTTPStatus.CONFLICT),
    (documents.LookAgain, HTTPStatus.CONFLICT),
    (models.StorageUnavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (models.NotAllowed, HTTPStatus.FORBIDDEN),
    (Refused, HTTPStatus.UNPROCESSABLE_ENTITY),
)


def add_errors(app: Flask) -> None:
    """Translate every refusal and fault into a page, or JSON where JSON was sent."""
    app.register_error_handler(Refused, show_refusal)
    app.register_error_handler(CSRFError, show_stale_page)
    app.register_error_handler(HTTPException, show_fault)
    app.register_error_handler(SecurityError, show_wrong_host)


def show_refusal(refusal: Refused) -> ResponseReturnValue:
    """Show why something was refused; the message says what to do."""
    if isinstance(refusal, documents.Closed) and refusal.document_id and not request.is_json:
        flash(str(refusal), "important")
        return redirect(url_for("issued.document", document_id=refusal.document_id))
    status = next(status for kind, status in _REFUSALS if isinstance(refusal, kind))
    if request.is_json:
        return jsonify(error=str(refusal), reasons=refusal.reasons), status
    if status is HTTPStatus.NOT_FOUND:
        return _page(404, _ADVICE[404])
    page = render_template(
        "web/base/refused.html",
        message=str(refusal),
        reasons=refusal.reasons,
        fields=_typed(),
        address=request.full_path,
        can_send=status is HTTPStatus.SERVICE_UNAVAILABLE,
    )
    return page, status


def show_fault(fault: HTTPException) -> ResponseReturnValue:
    """Show one of HTTP's own errors, a bug (500) among them, whose traceback is in the log."""
    code = fault.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if fault.response is not None or code < HTTPStatus.BAD_REQUEST:
        return fault
    is_ours = code >= HTTPStatus.INTERNAL_SERVER_ERROR
    like = HTTPStatus.INTERNAL_SERVER_ERROR if is_ours else HTTPStatus.BAD_REQUEST
    advice = _FILE_TOO_LARGE if _is_large_file(code) else _ADVICE.get(code, _ADVICE[like])
    if request.is_json:
        return jsonify(error=f"{advice.title}. {advice.text}", reasons=[]), code
    reply = make_response(_page(code, advice))
    reply.headers.extend(
        (name, value)
        for name, value in fault.get_headers(request.environ)
        if name in ("Allow", "Retry-After")
    )
    return reply


def show_wrong_host(_fault: SecurityError) -> ResponseReturnValue:
    """Answer a request under a name that is not ours; without a host no page can be made."""
    text = "This address is not one of LETTERGEN_TRUSTED_HOSTS."
    return Response(text, HTTPStatus.BAD_REQUEST, mimetype="text/plain")


def show_stale_page(_fault: CSRFError) -> ResponseReturnValue:
    """Show that the page was too old to trust, and hand back all that was typed on it."""
    if request.is_json:
        return jsonify(error="This page is too old. Reload it, then try again.", reasons=[]), 400
    return _keep_typed(400, "This page had been open too long")


def ask_to_sign_in() -> ResponseReturnValue:
    """Send people to the sign-in page, and back; what was typed on a form is kept in sight."""
    address = request.full_path.rstrip("?")
    if request.is_json:
        where = url_for("security.login")
        return jsonify(error="You have been signed out. Sign in again.", sign_in=where), 401
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("security.login", next=address))
    return _keep_typed(401, "You have been signed out")


def _keep_typed(code: int, title: str) -> ResponseReturnValue:
    page = render_template(
        "web/base/stale.html",
        heading=title,
        fields=_typed(),
        address=request.full_path,
        can_send=True,
    )
    return page, code


def _is_large_file(code: int) -> bool:
    # Our pages send files in a form of this kind only, and nothing else in one.
    return code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and request.mimetype == "multipart/form-data"


def _typed() -> list[tuple[str, str]]:
    """Return what was typed on a form of ours; nothing if a password is among it."""
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name != "csrf_token" and value
    ]
    has_secret = any("password" in name for name, _ in fields)
    return fields if _is_from_here() and not has_secret else []


def _is_from_here() -> bool:
    """Did one of our own pages send this? What another site sends is never offered for sending."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host


def _page(code: int, advice: Advice) -> tuple[str, int]:
    return render_template("web/base/error.html", code=code, advice=advice), code
