"""The audit: appended to, never changed, and chained so that a change shows."""

import json
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from lettergen.models.actors import Actor
from lettergen.models.base import ID_LENGTH, Base, OfPractice
from lettergen.models.engine import locked
from lettergen.models.sealed import vault_of

PURPOSE = "events"
START = b""


class EventChain(OfPractice, Base):
    """The last link of one practice's chain; its lock lets writers append one at a time."""

    __tablename__ = "event_chains"
    __table_args__ = (UniqueConstraint("practice_id"),)

    number: Mapped[int]
    seal: Mapped[bytes] = mapped_column(LargeBinary(64))


class Event(OfPractice, Base):
    """Who did what to which row, when. `details` never identify a patient.

    `seal` is a keyed hash of this event and of the seal before it. Features never read events.
    """

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("practice_id", "number"),)

    number: Mapped[int]
    at: Mapped[datetime]
    actor_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    actor_name: Mapped[str]
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    seal: Mapped[bytes] = mapped_column(LargeBinary(64))


def start_chain(session: Session, practice_id: str) -> None:
    """Give a new practice an empty chain."""
    session.add(EventChain(practice_id=practice_id, number=0, seal=START))


def record(
    session: Session,
    actor: Actor,
    action: str,
    row: Base,
    *,
    at: datetime,
    details: Mapping[str, Any] | None = None,
) -> Event:
    """Append one event about a row. Writers of one practice queue here until they commit.

    Call it last in a transaction: rows are locked before the chain, everywhere alike.
    """
    session.flush()
    chain = session.scalars(
        locked(select(EventChain).where(EventChain.practice_id == actor.practice_id))
    ).one()
    event = Event(
        practice_id=actor.practice_id,
        number=chain.number + 1,
        at=at,
        actor_id=actor.staff_id,
        actor_name=actor.name,
        action=action,
        subject=row.__tablename__,
        subject_id=row.id,
        details=dict(details or {}),
    )
    event.seal = vault_of(session).mac(PURPOSE, _content(event, chain.seal))
    chain.number, chain.seal = event.number, event.seal
    session.add(event)
    session.flush()
    return event


def verify_chain(session: Session, practice_id: str) -> int | None:
    """Return the number of the first event that is missing or changed, or None if all hold.

    Finds edits, deletions and insertions by anyone without the keys. It cannot know that the
    whole database was put back to an earlier day: only a copy kept elsewhere tells that.
    """
    vault, number, seal = vault_of(session), 0, START
    events = select(Event).where(Event.practice_id == practice_id).order_by(Event.number)
    # Closed, because a chain may break before its end is read.
    with closing(session.scalars(events.execution_options(yield_per=500))) as links:
        for event in links:
            number += 1
            content = _content(event, seal)
            if event.number != number or not vault.is_mac_of(event.seal, PURPOSE, content):
                return number
            seal = event.seal
    chain = session.scalar(select(EventChain).where(EventChain.practice_id == practice_id))
    if chain is None or (chain.number, chain.seal) != (number, seal):
        return number + 1
    return None


def _content(event: Event, previous: bytes) -> bytes:
    content = {
        "previous": previous.hex(),
        "practice": event.practice_id,
        "number": event.number,
        "at": event.at.timestamp(),
        "actor": [event.actor_id, event.actor_name],
        "action": event.action,
        "row": [event.subject, event.subject_id],
        "details": event.details,
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
