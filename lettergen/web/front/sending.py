"""The public form: filled in, checked, and put on the practice's board; nothing typed is lost."""

from flask import Response, after_this_request, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from lettergen import post
from lettergen.calendar import local_day
from lettergen.models import StorageUnavailable
from lettergen.refusals import Refused
from lettergen.requests.front import asking as front
from lettergen.requests.front.asking import INSTEAD, Answer, Wish
from lettergen.requests.money.pence import pounds
from lettergen.web.base import form_token
from lettergen.web.base.context import changing, looking, now, office, standing
from lettergen.web.base.entry import anyone
from lettergen.web.base.form_token import TRAP, Opened
from lettergen.web.base.outside import outside
from lettergen.web.front import asking_form
from lettergen.web.front.asking import (
    Front,
    address_of,
    answer_parts,
    open_here,
    options,
    wish_here,
)
from lettergen.web.front.asking_form import AGREEMENTS, Typed

sending = outside("asking_form", __name__, has_own_token=True)

_OLD = "This page had been open for a long time. Nothing is lost: look at it, and press Send again."
_QUICK = "That was very quick. Please look at your answers, and press Send again."
_TRAPPED = "This box must stay empty. Please empty it"
_BUSY = {
    429: "Many requests came from this connection. Please wait an hour, and press Send again. "
    "If it cannot wait, ring the practice.",
    503: "We are busy just now. Please wait a minute, and press Send again.",
    500: "Something went wrong on our side. Please wait a minute, and press Send again. If it "
    "happens again, ring the practice.",
}


@sending.get("/ask/<ods>/<type_key>/form")
@anyone
def form(ods: str, type_key: str) -> ResponseReturnValue:
    """Show the form, empty."""
    with looking() as session:
        here = open_here(session, ods)
        wish = wish_here(here, type_key)
        if not wish.who or _answer(session, here, wish).how == INSTEAD:
            return redirect(address_of(here, "asking.told", wish, is_refused=wish.is_refused))
        token = form_token.issue(here.ods, at=now())
        return _ask(session, here, wish, asking_form.blank(), token)


@sending.post("/ask/<ods>/<type_key>/form")
@anyone
def send(ods: str, type_key: str) -> ResponseReturnValue:
    """Put the request on the board, and lead to where it can be followed."""
    try:
        return _take_in(ods, type_key)
    except StorageUnavailable:
        raise
    except Refused as refusal:
        with looking() as session:
            here = open_here(session, ods)
            wish = wish_here(here, type_key)
            typed = asking_form.read(request.form, wish.who, today=local_day(now()))
            token = request.form["opened"]
            return _ask(session, here, wish, typed, token, reason=str(refusal)), 422


def _take_in(ods: str, type_key: str) -> ResponseReturnValue:
    with changing() as session:
        here = open_here(session, ods)
        wish = wish_here(here, type_key)
        if not wish.who:
            return redirect(address_of(here, "asking.told", wish), 303)
        typed = asking_form.read(request.form, wish.who, today=local_day(now()))
        opened = form_token.read(request.form.get("opened", ""), here.ods, at=now())
        reason = _stopped(opened)
        if reason or typed.faults or opened is None:
            token = request.form["opened"] if opened else form_token.issue(here.ods, at=now())
            return _ask(session, here, wish, typed, token, reason=reason), 422
        received = front.receive(
            session,
            office(),
            here.terms,
            wish,
            asking_form.sender_of(typed, wish.who),
            practice=here.practice,
            once=opened.once,
            at=now(),
            may_write=post.is_configured(standing().settings),
        )
        token = received.token
    if received.is_mailed:
        after_this_request(_nudge_the_postman)
    return redirect(url_for("following.progress", token=token), 303)


def _answer(session: Session, here: Front, wish: Wish) -> Answer:
    return front.answer(session, here.terms, now(), here.practice.id, wish)


def _stopped(opened: Opened | None) -> str:
    """Return why a form is not taken as a person's yet; empty if it is."""
    if request.form.get(TRAP, ""):
        return _TRAPPED
    if opened is None:
        return _OLD
    return _QUICK if form_token.is_too_quick(opened, at=now()) else ""


def _ask(
    session: Session, here: Front, wish: Wish, typed: Typed, token: str, *, reason: str = ""
) -> str:
    answer = _answer(session, here, wish)
    return render_template(
        "patient/ask_form.html",
        practice=here.practice.name,
        here=here,
        wish=wish,
        answer=answer,
        typed=typed,
        token=token,
        reason=reason,
        trap=TRAP,
        trapped=request.form.get(TRAP, ""),
        agreement_items=options(AGREEMENTS, typed["agreement"]),
        pounds=pounds,
        back=address_of(here, "asking.told", wish, is_refused=wish.is_refused),
        **answer_parts(here, wish, answer),
    )


def _nudge_the_postman(reply: Response) -> Response:
    standing().postman.nudge()
    return reply


def _keep_typed(code: int) -> ResponseReturnValue:
    """Hand back all that was typed, without asking the database for anything."""
    hidden = ("opened", "who", "kind", "refused", TRAP)
    typed = [(name, value) for name, value in request.form.items(multi=True) if value]
    page = render_template(
        "patient/ask_again.html",
        practice="",
        text=_BUSY.get(code, _BUSY[500]),
        fields=typed,
        shown=[(name, value) for name, value in typed if name not in hidden],
    )
    return page, code


def _show_fault(fault: HTTPException) -> ResponseReturnValue:
    code = fault.code or 500
    if request.method == "POST" and code in _BUSY:
        return _keep_typed(code)
    return fault


def _show_busy(_refusal: StorageUnavailable) -> ResponseReturnValue:
    return _keep_typed(503)


for _code in _BUSY:
    sending.register_error_handler(_code, _show_fault)
sending.register_error_handler(StorageUnavailable, _show_busy)
