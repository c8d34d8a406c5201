"""The clocks of a request: started, stopped while something is missing, and done."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import working_days
from lettergen.calendar import british_date
from lettergen.models import Actor, Request, RequestClock
from lettergen.refusals import Refused
from lettergen.requests.life import deadlines, events
from lettergen.requests.life.deadlines import KINDS, Light


def start(
    session: Session,
    actor: Actor,
    request: Request,
    kind: str,
    *,
    starts_on: date,
    length: str = "",
    due_on: date | None = None,
    days_off: Collection[date] | None = None,
    at: datetime,
) -> RequestClock:
    """Start a clock of a request, or start it anew; it is due after `length`, or on `due_on`.

    `length` is a number with d (days), w (working days) or m (months). The caller holds the
    request's lock. What an open clock of this kind lost while it was held stays added.
    """
    off = working_days.england() if days_off is None else days_off
    clock = find(session, request, kind)
    lost = clock.paused_days if clock and clock.done_on is None else 0
    due = due_on or deadlines.reckon(kind, starts_on, length, off, lost)
    wanted = (starts_on, length, due, None)
    if clock and (clock.starts_on, clock.length, clock.due_on, clock.done_on) == wanted:
        return clock
    if clock is None:
        clock = RequestClock(practice_id=request.practice_id, request_id=request.id, kind=kind)
        session.add(clock)
    clock.length, clock.starts_on, clock.due_on, clock.done_on = length, starts_on, due, None
    clock.paused_days = lost
    _noted(session, actor, request, clock, "clock-started", at=at)
    return clock


def pause(
    session: Session, actor: Actor, request: Request, why: str, *, on: date, at: datetime
) -> list[RequestClock]:
    """Stop the clocks that stand still for a reason, such as "identity"; return those stopped.

    A clock that runs whatever is missing is left alone.
    """
    stopped = [
        clock
        for clock in of(session, request)
        if clock.done_on is None and clock.paused_on is None
        if why in KINDS[clock.kind].stops_for
    ]
    for clock in stopped:
        clock.paused_on = max(on, clock.starts_on)
        _noted(session, actor, request, clock, "clock-paused", at=at)
    return stopped


def resume(
    session: Session,
    actor: Actor,
    request: Request,
    *,
    on: date,
    at: datetime,
    days_off: Collection[date] | None = None,
) -> list[RequestClock]:
    """Let the stopped clocks run on; each ends later by the days it stood still."""
    off = working_days.england() if days_off is None else days_off
    stopped = [one for one in of(session, request) if one.done_on is None and one.paused_on]
    for clock in stopped:
        clock.paused_days += held_days(clock, on, off)
        clock.paused_on = None
        if clock.length:
            clock.due_on = deadlines.reckon(
                clock.kind, clock.starts_on, clock.length, off, clock.paused_days
            )
        _noted(session, actor, request, clock, "clock-resumed", at=at)
    return stopped


def extend(
    session: Session,
    actor: Actor,
    request: Request,
    *,
    because: str,
    on: date,
    at: datetime,
    days_off: Collection[date] | None = None,
) -> RequestClock:
    """Give a complex request for a copy of records two more months, with the reason.

    Raises Refused without a reason, without such a clock, for a second time, and after its day:
    the requester has to hear of it within the first month.
    """
    clock = find(session, request, "subject_access")
    if clock is None or clock.done_on:
        raise Refused("No clock for a copy of records runs here, so there is nothing to extend.")
    if clock.length == deadlines.SUBJECT_ACCESS_COMPLEX:
        raise Refused("This clock has had its two more months already. The law gives no more.")
    if not because.strip():
        raise Refused("Say why this one is complex; the requester has to be told within the month.")
    if not clock.paused_on and on > clock.due_on:
        raise Refused(
            f"The month ended on {british_date(clock.due_on)}, and longer time has to be asked "
            "for before that. Send what there is, and tell the manager."
        )
    clock.length = deadlines.SUBJECT_ACCESS_COMPLEX
    off = working_days.england() if days_off is None else days_off
    clock.due_on = deadlines.reckon(
        clock.kind, clock.starts_on, clock.length, off, clock.paused_days
    )
    _noted(session, actor, request, clock, "clock-extended", at=at, because=because)
    return clock


def finish(
    session: Session, actor: Actor, request: Request, kind: str, *, on: date, at: datetime
) -> None:
    """Say that what a clock waited for is done; nothing happens if no such clock runs."""
    clock = find(session, request, kind)
    if clock and clock.done_on is None:
        clock.done_on, clock.paused_on = on, None
        _noted(session, actor, request, clock, "clock-done", at=at)


def of(session: Session, request: Request) -> list[RequestClock]:
    """Return a request's clocks, the first due first."""
    found = session.scalars(
        select(RequestClock)
        .where(
            RequestClock.practice_id == request.practice_id, RequestClock.request_id == request.id
        )
        .order_by(RequestClock.due_on, RequestClock.kind)
    )
    return list(found)


def find(session: Session, request: Request, kind: str) -> RequestClock | None:
    """Return a request's clock of a kind, or None."""
    session.flush()
    return next((one for one in of(session, request) if one.kind == kind), None)


def lights(
    session: Session,
    request: Request,
    today: date,
    days_off: Collection[date] | None = None,
) -> list[tuple[RequestClock, Light]]:
    """Return the clocks that still run with their traffic lights, the first due first."""
    off = working_days.england() if days_off is None else days_off
    return [(one, light(one, today, off)) for one in of(session, request) if one.done_on is None]


def light(clock: RequestClock, today: date, days_off: Collection[date]) -> Light:
    """Return the traffic light of one clock; a day that nobody can miss is never red."""
    if KINDS[clock.kind].is_deadline:
        held = clock.paused_on is not None and clock.paused_on <= clock.due_on
        return deadlines.light(clock.due_on, today, days_off, held=held)
    until = "Until" if clock.due_on > today else "Since"
    return Light(deadlines.GREY, f"{until} {british_date(clock.due_on)}")


def held_days(clock: RequestClock, on: date, days_off: Collection[date]) -> int:
    """Return how long a stopped clock has stood still, in what its length is counted in."""
    if clock.paused_on is None or on <= clock.paused_on:
        return 0
    if clock.length.endswith("w"):
        # From the day after it stopped: the day itself was still worked on.
        return max(0, working_days.between(clock.paused_on, on, days_off) - 1)
    return (on - clock.paused_on).days


def _noted(
    session: Session,
    actor: Actor,
    request: Request,
    clock: RequestClock,
    what: str,
    *,
    at: datetime,
    because: str = "",
) -> None:
    session.flush()
    request.due_on = _next_day(session, request)
    details = {"kind": clock.kind, "due_on": clock.due_on.isoformat()}
    if because:
        details["because"] = because
    events.note(session, actor, request, what, at=at, details=details)


def _next_day(session: Session, request: Request) -> date | None:
    days = (
        one.due_on
        for one in of(session, request)
        if one.done_on is None and KINDS[one.kind].is_deadline
        # What was late before it was held stays late.
        if one.paused_on is None or one.paused_on > one.due_on
    )
    return min(days, default=None)
