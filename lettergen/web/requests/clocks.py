"""Buttons beside the clocks of a request: who was told, and what moves the day."""

from datetime import date

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen.calendar import british_date
from lettergen.refusals import Refused
from lettergen.requests.life import saying
from lettergen.web.base.context import actor, now
from lettergen.web.base.entry import enter
from lettergen.web.requests.page import attempt, requests
from lettergen.web.triage.page import own_terms

_LONGEST = 500
_PARTS = ("year", "month", "day")


@requests.post("/requests/<request_id>/police-told")
@enter("clinician", "reception", "manager")
def police_told(request_id: str) -> ResponseReturnValue:
    """Note that the police know why the report waits."""

    def note(session: Session) -> str:
        saying.police_told(session, actor(), request_id, at=now())
        return "It is noted that the police were told."

    return attempt(request_id, note, at="police")


@requests.post("/requests/<request_id>/copy-given")
@enter("clinician", "reception", "manager")
def copy_given(request_id: str) -> ResponseReturnValue:
    """Note that the copy of the records was handed over."""

    def note(session: Session) -> str:
        saying.copy_given(session, actor(), request_id, at=now())
        return "It is noted that the copy was handed over."

    return attempt(request_id, note, at="next")


@requests.post("/requests/<request_id>/complex")
@enter("clinician", "reception", "manager")
def is_complex(request_id: str) -> ResponseReturnValue:
    """Give a copy of records two more months."""

    def extend(session: Session) -> str:
        because = request.form.get("complex_because", "")[:_LONGEST]
        terms = own_terms(session)
        clock = saying.is_complex(session, actor(), terms, request_id, because, at=now())
        return (
            f"It is due by {british_date(clock.due_on)} now. "
            "Tell the requester why, within the first month."
        )

    return attempt(request_id, extend, at="complex_because")


@requests.post("/requests/<request_id>/last-entry")
@enter("clinician", "reception", "manager")
def last_entry(request_id: str) -> ResponseReturnValue:
    """Say when a dead person's record was last added to."""

    def shorten(session: Session) -> str:
        terms, day = own_terms(session), _day()
        clock = saying.last_entry(session, actor(), terms, request_id, day, at=now())
        return f"The records are due by {british_date(clock.due_on)}."

    return attempt(request_id, shorten, at="entry_on-day")


def _day() -> date:
    try:
        return date(*(int(request.form.get(f"entry_on-{part}", "")) for part in _PARTS))
    except (ValueError, OverflowError) as fault:
        raise Refused("Enter the day of the last entry, such as 20 11 2026.") from fault
