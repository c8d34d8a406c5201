"""The button "Done outside lettergen": a form or certificate that is made elsewhere."""

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen.refusals import Refused
from lettergen.requests.steps import elsewhere
from lettergen.web.base.context import actor, now
from lettergen.web.base.entry import enter
from lettergen.web.requests.page import attempt, requests
from lettergen.web.triage.page import own_terms

_DIGITS = 4
_MINUTES = "Enter the minutes that it took, such as 5."


@requests.post("/requests/<request_id>/outside")
@enter("clinician", "reception", "manager")
def outside(request_id: str) -> ResponseReturnValue:
    """Note that it was done and handed over, what kind of work it was, and how long it took."""

    def note(session: Session) -> str:
        work, minutes = request.form.get("work", ""), _minutes()
        terms = own_terms(session)
        elsewhere.done(session, actor(), terms, request_id, work=work, minutes=minutes, at=now())
        return "It is noted as done and handed over."

    return attempt(request_id, note, at="minutes")


def _minutes() -> int:
    text = request.form.get("minutes", "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        raise Refused(_MINUTES)
    return int(text)
