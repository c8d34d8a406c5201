"""What a person says about a request's day: told, handed over, complex, or recently added to."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from lettergen.calendar import local_day
from lettergen.models import Actor, RequestClock
from lettergen.refusals import Refused
from lettergen.requests.catalogue.standing import Terms
from lettergen.requests.life import clocks, deadlines, finding, moves


def police_told(session: Session, actor: Actor, request_id: str, *, at: datetime) -> None:
    """Note that the police were told why a firearms report waits: guard G7.

    Raises Refused where they need not be told, or were told already.
    """
    request = finding.lock(session, actor, request_id)
    clock = clocks.find(session, request, "tell_police")
    if clock is None or clock.done_on:
        raise Refused("The police need not be told anything about this request now.")
    moves.touch(request, at)
    clocks.finish(session, actor, request, "tell_police", on=local_day(at), at=at)


def copy_given(session: Session, actor: Actor, request_id: str, *, at: datetime) -> None:
    """Note that a copy of records was handed over; the copy itself is made outside lettergen.

    Raises NotPossible where authority or identity are not shown, or it is no copy of records.
    """
    request = finding.lock(session, actor, request_id)
    moves.move(session, actor, request, "released", at=at, details={"way": "copy"})


def is_complex(
    session: Session, actor: Actor, terms: Terms, request_id: str, because: str, *, at: datetime
) -> RequestClock:
    """Give a copy of records two more months, with the reason; raises Refused as `extend` does."""
    request = finding.lock(session, actor, request_id)
    moves.touch(request, at)
    return clocks.extend(
        session,
        actor,
        request,
        because=because,
        on=local_day(at),
        at=at,
        days_off=terms.holidays,
    )


def last_entry(
    session: Session, actor: Actor, terms: Terms, request_id: str, entry_on: date, *, at: datetime
) -> RequestClock:
    """Say when a dead person's record was last added to: 21 days instead of 40 if that is recent.

    Raises Refused for a day after the application, and where no such clock runs.
    """
    request = finding.lock(session, actor, request_id)
    clock = clocks.find(session, request, "deceased")
    if clock is None or clock.done_on:
        raise Refused("No clock for a dead person's records runs here.")
    if entry_on > clock.starts_on:
        raise Refused("This entry is later than the application. Check its day.")
    moves.touch(request, at)
    return clocks.start(
        session,
        actor,
        request,
        "deceased",
        starts_on=clock.starts_on,
        length=deadlines.deceased_length(clock.starts_on, entry_on),
        days_off=terms.holidays,
        at=at,
    )
