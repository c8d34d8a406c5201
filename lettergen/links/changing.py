"""One change of a link: its row locked and read anew, its fact noted, its event recorded."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import models
from lettergen.links.facts import note
from lettergen.models import Actor, Link


def lock(session: Session, link: Link) -> Link:
    """Return a link's row, read anew and locked until commit."""
    return session.scalars(
        models.locked(select(Link).where(Link.practice_id == link.practice_id, Link.id == link.id))
    ).one()


def mark(
    session: Session,
    actor: Actor,
    link: Link,
    what: str,
    *,
    at: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Note what happened to a link as a fact about its subject, and as an event about the link."""
    note(
        session,
        link.practice_id,
        link.subject_id,
        what,
        at=at,
        link_id=link.id,
        staff_id=actor.staff_id,
        details={"purpose": link.purpose, **(details or {})},
    )
    models.record(session, actor, f"link.{what}", link, at=at, details=details)
