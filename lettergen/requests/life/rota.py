"""Who works when, who is away, and who must not handle which request."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import accounts, models
from lettergen.models import (
    Absence,
    Actor,
    NotAllowed,
    RequestConflict,
    Staff,
    WorkingPattern,
    locked,
)
from lettergen.refusals import Refused
from lettergen.requests.life import events, finding, moves

MOST_SHARE = 200
LONGEST_AWAY = timedelta(days=2 * 366)


def set_pattern(
    session: Session,
    actor: Actor,
    staff_id: str,
    *,
    days: Sequence[int],
    share: int,
    is_locum: bool = False,
    takes_requests: bool = True,
    supervisor_id: str | None = None,
    at: datetime,
) -> WorkingPattern:
    """Say when a clinician works: `days` from Monday 0 to Friday 4, `share` in percent.

    `supervisor_id` makes a trainee's work go to that clinician for signature. Only managers; raises
    NotAllowed, NoSuchPerson, and Refused for what cannot be.
    """
    accounts.require_manager(actor)
    accounts.staff_member(session, actor, staff_id)
    if not set(days) <= set(range(5)) or not 0 <= share <= MOST_SHARE:
        raise Refused(f"Choose days from Monday to Friday, and a share from 0 to {MOST_SHARE}%.")
    _require_supervisor(session, actor, staff_id, supervisor_id)
    mine = select(WorkingPattern).where(
        WorkingPattern.practice_id == actor.practice_id, WorkingPattern.staff_id == staff_id
    )
    row = session.scalar(locked(mine))
    if row is None:
        row = WorkingPattern(practice_id=actor.practice_id, staff_id=staff_id)
        session.add(row)
    row.days, row.share, row.is_locum = sorted(set(days)), share, is_locum
    row.takes_requests, row.supervisor_id = takes_requests, supervisor_id or None
    models.record(session, actor, "rota.pattern", row, at=at)
    return row


def list_patterns(session: Session, actor: Actor) -> dict[str, WorkingPattern]:
    """Return the working patterns of the practice by person; whoever has none works full time."""
    found = session.scalars(
        select(WorkingPattern)
        .where(WorkingPattern.practice_id == actor.practice_id)
        .order_by(WorkingPattern.staff_id)
    )
    return {one.staff_id: one for one in found}


def set_absence(
    session: Session, actor: Actor, staff_id: str, since: date, until: date, *, at: datetime
) -> Absence:
    """Note that somebody is away, first and last day included; managers for all, others themselves.

    Raises NotAllowed, NoSuchPerson, and Refused for days that are swapped or too many.
    """
    _require_manager_or_self(actor, staff_id)
    accounts.staff_member(session, actor, staff_id)
    if until < since:
        raise Refused("The last day away comes before the first. Swap them.")
    if until - since > LONGEST_AWAY:
        raise Refused("This is more than two years. Enter a nearer last day, or end the account.")
    row = Absence(practice_id=actor.practice_id, staff_id=staff_id, since=since, until=until)
    session.add(row)
    models.record(session, actor, "rota.away", row, at=at)
    return row


def drop_absence(session: Session, actor: Actor, absence_id: str, *, at: datetime) -> None:
    """Take an absence out again. Raises NotAllowed, and Refused if there is none such."""
    row = session.scalar(
        select(Absence).where(Absence.practice_id == actor.practice_id, Absence.id == absence_id)
    )
    if row is None:
        raise Refused("This absence is gone already. Reload the page.")
    _require_manager_or_self(actor, row.staff_id)
    models.record(session, actor, "rota.back", row, at=at)
    session.delete(row)
    session.flush()


def list_absences(session: Session, actor: Actor, since: date) -> list[Absence]:
    """Return the absences of the practice that end on a day or later, the first first."""
    found = session.scalars(
        select(Absence)
        .where(Absence.practice_id == actor.practice_id, Absence.until >= since)
        .order_by(Absence.since, Absence.until, Absence.id)
    )
    return list(found)


def set_conflict(
    session: Session, actor: Actor, request_id: str, staff_id: str, why: str, *, at: datetime
) -> RequestConflict:
    """Keep somebody from a request: a relative, a neighbour, a party to it. They lose it if it was
    theirs.

    Raises NoSuchPerson, and Refused without a reason.
    """
    request = finding.lock(session, actor, request_id)
    accounts.staff_member(session, actor, staff_id)
    if not why.strip():
        raise Refused("Say why this person should not handle the request.")
    row = _conflict(session, actor, request_id, staff_id)
    if row is None:
        row = RequestConflict(
            practice_id=actor.practice_id,
            request_id=request_id,
            staff_id=staff_id,
            at=at,
            by_id=actor.staff_id,
        )
        session.add(row)
    row.why = why.strip()[:500]
    if staff_id in (request.assigned_to, request.signer_id):
        request.assigned_to = request.signer_id = request.assigned_because = None
    moves.touch(request, at)
    events.note(session, actor, request, "conflict-noted", at=at, details={"staff_id": staff_id})
    return row


def drop_conflict(
    session: Session, actor: Actor, request_id: str, staff_id: str, *, at: datetime
) -> None:
    """Let somebody handle a request again; nothing happens if they might already."""
    request = finding.lock(session, actor, request_id)
    row = _conflict(session, actor, request_id, staff_id)
    if row:
        session.delete(row)
        moves.touch(request, at)
        details = {"staff_id": staff_id}
        events.note(session, actor, request, "conflict-ended", at=at, details=details)


def list_conflicts(session: Session, actor: Actor, request_id: str) -> list[RequestConflict]:
    """Return who must not handle a request, the first noted first."""
    found = session.scalars(
        select(RequestConflict)
        .where(
            RequestConflict.practice_id == actor.practice_id,
            RequestConflict.request_id == request_id,
        )
        .order_by(RequestConflict.at, RequestConflict.id)
    )
    return list(found)


def _conflict(
    session: Session, actor: Actor, request_id: str, staff_id: str
) -> RequestConflict | None:
    rows = list_conflicts(session, actor, request_id)
    return next((one for one in rows if one.staff_id == staff_id), None)


def _require_supervisor(
    session: Session, actor: Actor, staff_id: str, supervisor_id: str | None
) -> None:
    if not supervisor_id:
        return
    supervisor: Staff = accounts.staff_member(session, actor, supervisor_id)
    if supervisor_id == staff_id or not supervisor.may_sign:
        raise Refused("Choose another clinician who may sign as the supervisor.")


def _require_manager_or_self(actor: Actor, staff_id: str) -> None:
    if "manager" not in actor.roles and actor.staff_id != staff_id:
        raise NotAllowed("Only a manager enters another person's days away.")
