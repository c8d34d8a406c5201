"""The button "Done outside lettergen": a form or certificate that is made elsewhere."""

from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lettergen.documents import NotFound
from lettergen.refusals import Refused
from lettergen.requests.steps import elsewhere
from lettergen.web.base.context import actor, changing, now
from lettergen.web.base.entry import enter
from lettergen.web.requests.page import refused, requests
from lettergen.web.triage.page import own_terms

_DIGITS = 4
_MINUTES = "Enter the minutes that it took, such as 5."


@requests.post("/requests/<request_id>/outside")
@enter("clinician", "reception", "manager")
def outside(request_id: str) -> ResponseReturnValue:
    """Note that it was done and handed over, what kind of work it was, and how long it took."""
    try:
        with changing() as session:
            elsewhere.done(
                session,
                actor(),
                own_terms(session),
                request_id,
                work=request.form.get("work", ""),
                minutes=_minutes(),
                at=now(),
            )
    except NotFound:
        raise
    except Refused as refusal:
        return refused(request_id, refusal, "minutes")
    flash("It is noted as done and handed over.", "success")
    return redirect(url_for("requests.page", request_id=request_id), HTTPStatus.SEE_OTHER)


def _minutes() -> int:
    text = request.form.get("minutes", "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        raise Refused(_MINUTES)
    return int(text)
