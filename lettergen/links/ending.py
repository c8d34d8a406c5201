"""Links that the practice ends, and locks that it has seen."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import models
from lettergen.links import changing, finding
from lettergen.links.refusals import NoSuchLink
from lettergen.links.states import State, state_of
from lettergen.models import Actor, Link


def revoke(session: Session, actor: Actor, link: Link, *, at: datetime) -> None:
    """Turn a link off, whatever its state; one that ended otherwise stays as it is.

    Raises NoSuchLink for another practice's link.
    """
    if link.practice_id != actor.practice_id:
        raise NoSuchLink
    row = changing.lock(session, link)
    if state_of(row, at=at) in (State.OPEN, State.LOCKED, State.EXPIRED):
        _turn_off(session, actor, row, at)


def end_for(session: Session, subject_id: str, *, actor: Actor, at: datetime) -> int:
    """Turn off every open link to a subject of the actor's practice; return how many."""
    of_subject = select(Link).where(
        Link.practice_id == actor.practice_id, Link.subject_id == subject_id
    )
    rows = session.scalars(models.locked(of_subject.order_by(Link.id))).all()
    are_open = [row for row in rows if state_of(row, at=at) is State.OPEN]
    for row in are_open:
        _turn_off(session, actor, row, at)
    return len(are_open)


def see_lock(session: Session, actor: Actor, link_id: str, *, at: datetime) -> None:
    """Keep that somebody of the practice has dealt with a locked link.

    Raises NoSuchLink for another practice's, or for one that is not locked.
    """
    row = changing.lock(session, finding.get(session, actor, link_id))
    if row.locked_at is None:
        raise NoSuchLink
    if row.lock_seen_at is None:
        row.lock_seen_at = at
        models.record(session, actor, "link.lock-seen", row, at=at)


def _turn_off(session: Session, actor: Actor, row: Link, at: datetime) -> None:
    row.revoked_at, row.revoked_by = at, actor.staff_id
    changing.mark(session, actor, row, "revoked", at=at)
