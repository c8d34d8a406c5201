"""What happened to something on its way to a person: noted as facts, and listed in order."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.models import Actor, DeliveryFact

# In the order in which they happen when they happen at one moment.
FACTS = (
    "renewed",
    "made",
    "shown",
    "emailed",
    "email-sent",
    "email-failed",
    "email-uncertain",
    "printed",
    "staff-download",
    "wrong-birth-date",
    "locked",
    "opened",
    "read-here",
    "downloaded",
    "used",
    "revoked",
)


def note(
    session: Session,
    practice_id: str,
    subject_id: str,
    what: str,
    *,
    at: datetime,
    link_id: str | None = None,
    staff_id: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> DeliveryFact:
    """Add one fact about a subject, such as a document. `details` must not name a patient.

    Raises ValueError for a `what` that is not one of FACTS: a page would have no words for it.
    """
    if what not in FACTS:
        raise ValueError(f"no fact is called {what}")
    fact = DeliveryFact(
        practice_id=practice_id,
        subject_id=subject_id,
        link_id=link_id,
        at=at,
        what=what,
        staff_id=staff_id,
        details=dict(details or {}),
    )
    session.add(fact)
    return fact


def facts(session: Session, actor: Actor, subject_id: str) -> list[DeliveryFact]:
    """Return what happened to a subject of the actor's practice, the first thing first."""
    found = session.scalars(
        select(DeliveryFact)
        .where(DeliveryFact.practice_id == actor.practice_id, DeliveryFact.subject_id == subject_id)
        .order_by(DeliveryFact.at, DeliveryFact.id)
    )
    return sorted(found, key=lambda fact: (fact.at, FACTS.index(fact.what)))
