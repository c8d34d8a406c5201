"""Which clocks a decided request has: its target, and those that the law sets."""

from datetime import datetime

from sqlalchemy.orm import Session

from lettergen.calendar import local_day
from lettergen.models import Actor, Request
from lettergen.requests.catalogue.grammar import Type
from lettergen.requests.catalogue.standing import Terms
from lettergen.requests.life import clocks, deadlines
from lettergen.requests.life.guards import FEES

# For what the catalogue does not know.
USUAL_DAYS = 10
# Whatever comes in is looked at by the end of the next working day.
DECIDE = 1
# A person looks at it today, or within one working day.
AT_ONCE = {"URGENT": 0, "LEGAL_DUTY": 0, "ESCALATE": 1}
RECORDS = ("subject_access", "deceased")
# An insurer who asks for the record by way of access: the right is the patient's, and runs on
# until the patient has chosen (rule R06).
RUNS_ON = ("R06",)


def set_days(
    session: Session,
    actor: Actor,
    request: Request,
    terms: Terms,
    kind: Type | None,
    *,
    at: datetime,
) -> None:
    """Start the clocks that the outcome and the type of a request ask for, and end the others."""
    legal = _legal_clock(request)
    for name in RECORDS:
        if name != legal:
            clocks.finish(session, actor, request, name, on=local_day(at), at=at)
    if legal:
        _start_legal(session, actor, request, legal, terms, at=at)
    if legal and request.outcome == "ACCESS":
        clocks.finish(session, actor, request, "target", on=local_day(at), at=at)
    else:
        days = AT_ONCE.get(request.outcome or "", kind.target_days if kind else USUAL_DAYS)
        within(session, actor, request, days, at=at, terms=terms)
    if kind and kind.clock == "firearms" and request.outcome in FEES:
        clocks.start(
            session,
            actor,
            request,
            "tell_police",
            starts_on=request.received_on,
            length=deadlines.TELL_POLICE,
            at=at,
        )
    if request.held_for:
        clocks.pause(session, actor, request, request.held_for, on=local_day(at), at=at)


def to_decide(session: Session, actor: Actor, request: Request, *, at: datetime) -> None:
    """Start the day by which somebody decides what a new request is: one working day."""
    within(session, actor, request, DECIDE, at=at)


def within(
    session: Session,
    actor: Actor,
    request: Request,
    days: int,
    *,
    at: datetime,
    terms: Terms | None = None,
) -> None:
    """Set the target of a request to so many working days.

    They count from the day it came; from today where somebody must look at once, or where it had
    been answered already and came back.
    """
    old = clocks.find(session, request, "target")
    is_anew = request.outcome in AT_ONCE or request.state == "escalated" or (old and old.done_on)
    starts_on = local_day(at) if is_anew else request.received_on
    clocks.start(
        session,
        actor,
        request,
        "target",
        starts_on=starts_on,
        length=f"{days}w",
        days_off=terms.holidays if terms else None,
        at=at,
    )


def _legal_clock(request: Request) -> str:
    wants_records = request.inputs.get("ask") == "records" or request.outcome == "ACCESS"
    counts = request.outcome in ("ACCESS", "HOLD") or request.rule in RUNS_ON
    if not (wants_records and counts):
        return ""
    return "deceased" if request.inputs.get("subject") == "deceased" else "subject_access"


def _start_legal(
    session: Session, actor: Actor, request: Request, name: str, terms: Terms, *, at: datetime
) -> None:
    old = clocks.find(session, request, name)
    if old and old.done_on is None:
        return
    is_access = name == "subject_access"
    clocks.start(
        session,
        actor,
        request,
        name,
        starts_on=request.received_on,
        length=deadlines.SUBJECT_ACCESS if is_access else deadlines.DECEASED_OLDER,
        days_off=terms.holidays,
        at=at,
    )
