"""What a hand-over tells the ledger: the day by which it was due, and a law that was broken."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from lettergen import working_days, workload
from lettergen.calendar import local_day
from lettergen.models import Actor, Request, RequestClock
from lettergen.requests.life import clocks, deadlines

DUTIES = ("target", "subject_access", "deceased", "other")
SUBJECT_ACCESS_LATE, SAFEGUARDING_LATE = "subject_access_late", "safeguarding_late"


def released(session: Session, actor: Actor, request: Request, *, at: datetime) -> None:
    """Note that what was asked for leaves the practice, and whether that breaks a law's day."""
    on = local_day(at)
    due = {
        one.kind: due_with_pause(one, on)
        for one in clocks.of(session, request)
        if one.kind in DUTIES and one.done_on is None
    }
    outcome = request.outcome or ""
    workload.note(
        session,
        actor,
        "released",
        at=at,
        outcome=outcome,
        request_id=request.id,
        document_id=request.document_id,
        due_on=min(due.values(), default=None),
    )
    broken = _broken(request, due, on)
    if broken:
        workload.note(
            session, actor, "breached", at=at, outcome=outcome, request_id=request.id, step=broken
        )


def due_with_pause(clock: RequestClock, on: date) -> date:
    """Return when a clock would be due if what it waits for came on a day."""
    off = working_days.england()
    lost = clocks.held_days(clock, on, off)
    if not (lost and clock.length):
        return clock.due_on
    return deadlines.reckon(
        clock.kind, clock.starts_on, clock.length, off, clock.paused_days + lost
    )


def _broken(request: Request, due: dict[str, date], on: date) -> str:
    if "subject_access" in due and on > due["subject_access"]:
        return SUBJECT_ACCESS_LATE
    is_safeguarding = request.inputs.get("flag") == "safeguarding"
    if is_safeguarding and any(on > day for day in due.values()):
        return SAFEGUARDING_LATE
    return ""
