"""Fair allocation: who should write a request's letter and why, and giving it to them."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from lettergen import accounts, working_days
from lettergen.models import Actor, Request, Staff
from lettergen.refusals import Refused
from lettergen.requests.life import choosing, events, finding, moves, rota
from lettergen.requests.life.choosing import USUAL_MINUTES, WEEKDAYS, Candidate
from lettergen.requests.life.rota import (
    drop_absence,
    drop_conflict,
    list_absences,
    list_conflicts,
    list_patterns,
    set_absence,
    set_conflict,
    set_pattern,
)
from lettergen.requests.life.states import OPEN

__all__ = [
    "Suggestion",
    "assign",
    "candidates",
    "drop_absence",
    "drop_conflict",
    "list_absences",
    "list_conflicts",
    "list_patterns",
    "set_absence",
    "set_conflict",
    "set_pattern",
    "suggest",
]

LATELY = timedelta(days=28)
GIVEN = "given"
FULL = 100
# In these somebody has it already, and another may take it over.
IN_HAND = ("assigned", "drafted", "shown", "signed", "amra_wait")


@dataclass(frozen=True)
class Suggestion:
    """Who should take a request, who signs it if not they, and why in one sentence."""

    staff: Staff
    signer: Staff | None
    because: str


def suggest(
    session: Session,
    actor: Actor,
    request: Request,
    today: date,
    days_off: Collection[date] | None = None,
) -> Suggestion:
    """Return who should write for a request; raise Refused if nobody can.

    Least work for the share of a full load, nobody who is away five working days or more, no
    locum, nobody with a conflict; of a trainee the supervisor signs.
    """
    off = working_days.england() if days_off is None else days_off
    people = _clinicians(session, actor)
    able = candidates(session, actor, request, today)
    minutes = request.minutes_expected or USUAL_MINUTES
    found = choosing.choose(able, minutes, request.id, today, off)
    if found is None:
        raise Refused(
            "Nobody can be suggested: everybody is away, a locum, or kept from this request. "
            "Choose a person yourself and say why, or mend the working patterns."
        )
    signer = people[found.supervisor.staff_id] if found.supervisor else None
    return Suggestion(people[found.staff_id], signer, _because(found, today, off))


def assign(
    session: Session, actor: Actor, request_id: str, staff_id: str, *, because: str, at: datetime
) -> Request:
    """Give a request to a person, as suggested or not, with the reason; a trainee's supervisor
    signs.

    Raises NoSuchPerson, NotPossible where a guard holds it back, and Refused without a reason,
    for somebody who left, and where a conflict is noted.
    """
    request = finding.lock(session, actor, request_id)
    person = accounts.staff_member(session, actor, staff_id)
    pattern = rota.list_patterns(session, actor).get(staff_id)
    supervisor_id = pattern.supervisor_id if pattern else None
    if not because.strip():
        raise Refused("Say why this person takes it.")
    _require(session, actor, request, person, supervisor_id)
    if request.state not in IN_HAND:
        moves.move(session, actor, request, "assigned", at=at, because=because.strip())
    request.assigned_to, request.signer_id = person.id, supervisor_id
    request.assigned_because = because.strip()
    moves.touch(request, at)
    details = {"staff_id": person.id, "signer_id": supervisor_id, "because": because.strip()}
    events.note(session, actor, request, GIVEN, at=at, details=details)
    return request


def candidates(session: Session, actor: Actor, request: Request, today: date) -> list[Candidate]:
    """Return every clinician of the practice as the choice sees them, able or not."""
    people = _clinicians(session, actor)
    patterns = rota.list_patterns(session, actor)
    conflicts = {one.staff_id for one in rota.list_conflicts(session, actor, request.id)}
    minutes, given = _open_minutes(session, actor, request), _given(session, actor, today)
    away: dict[str, list[tuple[date, date]]] = {}
    for one in rota.list_absences(session, actor, today):
        away.setdefault(one.staff_id, []).append((one.since, one.until))

    def candidate(person: Staff, *, with_supervisor: bool = True) -> Candidate:
        row = patterns.get(person.id)
        above = people.get(row.supervisor_id or "") if row and with_supervisor else None
        trainee = bool(row and row.supervisor_id)
        return Candidate(
            staff_id=person.id,
            name=person.name,
            days=tuple(row.days) if row else WEEKDAYS,
            share=row.share if row else 100,
            minutes=minutes[person.id],
            given=given[person.id],
            away=tuple(away.get(person.id, ())),
            is_locum=bool(row and row.is_locum),
            takes_requests=row.takes_requests if row else True,
            has_conflict=person.id in conflicts,
            # A supervisor who has left leaves nobody to sign.
            may_sign=person.may_sign and not (trainee and with_supervisor and above is None),
            supervisor=candidate(above, with_supervisor=False) if above else None,
        )

    return [candidate(person) for person in people.values()]


def _clinicians(session: Session, actor: Actor) -> dict[str, Staff]:
    found = session.scalars(
        select(Staff)
        .where(Staff.practice_id == actor.practice_id, Staff.is_active.is_(True))
        .order_by(Staff.name, Staff.id)
        .options(selectinload(Staff.clinician))
    )
    return {one.id: one for one in found if "clinician" in one.roles}


def _open_minutes(session: Session, actor: Actor, but: Request) -> Counter[str]:
    rows = session.execute(
        select(Request.assigned_to, Request.minutes_expected).where(
            Request.practice_id == actor.practice_id,
            Request.assigned_to.is_not(None),
            Request.state.in_(OPEN),
            Request.id != but.id,
        )
    )
    total: Counter[str] = Counter()
    for row in rows:
        total[row.assigned_to] += row.minutes_expected or USUAL_MINUTES
    return total


def _given(session: Session, actor: Actor, today: date) -> Counter[str]:
    """Count the requests that each person has been given of those that came in lately."""
    rows = session.execute(
        select(Request.assigned_to, func.count())
        .where(
            Request.practice_id == actor.practice_id,
            Request.received_on >= today - LATELY,
        )
        .group_by(Request.assigned_to)
    )
    return Counter({row[0]: row[1] for row in rows if row[0]})


def _require(
    session: Session,
    actor: Actor,
    request: Request,
    person: Staff,
    supervisor_id: str | None,
) -> None:
    if not person.is_active:
        raise Refused(f"{person.name} has left. Choose somebody else.")
    kept_from = {one.staff_id for one in rota.list_conflicts(session, actor, request.id)}
    if kept_from & {person.id, supervisor_id}:
        raise Refused(
            f"{person.name} is kept from this request by a conflict of interest, or whoever "
            "signs for them is. Choose somebody else."
        )


def _because(found: Candidate, today: date, days_off: Collection[date]) -> str:
    first = choosing.next_day(found, today, days_off)
    when = "is in today" if first == today else f"is in on {first:%A}" if first else ""
    has = f"has {found.minutes} minutes open" if found.minutes else "has nothing open"
    share = f" at a share of {found.share}%" if found.share != FULL else ""
    signs = f", and {found.supervisor.name} signs" if found.supervisor else ""
    return f"{found.name} {when} and {has}{share}: the least for the share{signs}."
