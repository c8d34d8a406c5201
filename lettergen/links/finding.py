"""The links of a practice: one of them, those of a subject, and those that were locked."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.links.refusals import NoSuchLink
from lettergen.models import Actor, Link


def get(session: Session, actor: Actor, link_id: str) -> Link:
    """Return one link of the actor's practice; raise NoSuchLink for any other."""
    found = session.scalar(
        select(Link).where(Link.practice_id == actor.practice_id, Link.id == link_id)
    )
    if found is None:
        raise NoSuchLink
    return found


def links_of(session: Session, actor: Actor, subject_id: str) -> list[Link]:
    """Return all links that were ever made to a subject, the newest first."""
    return list(
        session.scalars(
            select(Link)
            .where(Link.practice_id == actor.practice_id, Link.subject_id == subject_id)
            .order_by(Link.made_at.desc(), Link.id)
        )
    )


def locked(session: Session, actor: Actor) -> list[Link]:
    """Return the locked links that nobody of the practice has dealt with, the first one first."""
    return list(
        session.scalars(
            select(Link)
            .where(
                Link.practice_id == actor.practice_id,
                Link.locked_at.is_not(None),
                Link.lock_seen_at.is_(None),
                Link.revoked_at.is_(None),
                Link.replaced_at.is_(None),
            )
            .order_by(Link.locked_at, Link.id)
        )
    )
