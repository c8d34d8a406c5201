"""What happened to a request: added to its history, and to the practice's audit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lettergen import models
from lettergen.models import Actor, Request, RequestEvent, locked

AUDIT = "request."


def note(
    session: Session,
    actor: Actor,
    request: Request,
    what: str,
    *,
    at: datetime,
    before: str | None = None,
    after: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> RequestEvent:
    """Add one thing to a request's history; the audit hears of it without the details.

    `what` is a short word such as "decided" or "paper-added", at most 32 characters. Locks the
    request, and then the audit: lock what else the transaction needs before.
    """
    session.flush()
    session.scalar(locked(select(Request.id).where(_is(request))))
    last = session.scalar(
        select(func.max(RequestEvent.number)).where(
            RequestEvent.practice_id == request.practice_id,
            RequestEvent.request_id == request.id,
        )
    )
    event = RequestEvent(
        practice_id=request.practice_id,
        request_id=request.id,
        number=(last or 0) + 1,
        at=at,
        what=what,
        before=before,
        after=after,
        staff_id=actor.staff_id,
        staff_name=actor.name,
        details=dict(details or {}),
    )
    session.add(event)
    moved = {"before": before, "after": after} if before or after else {}
    models.record(session, actor, f"{AUDIT}{what}", request, at=at, details=moved)
    return event


def of(session: Session, actor: Actor, request_id: str) -> list[RequestEvent]:
    """Return the history of a request of the actor's practice, the first thing first."""
    found = session.scalars(
        select(RequestEvent)
        .where(RequestEvent.practice_id == actor.practice_id, RequestEvent.request_id == request_id)
        .order_by(RequestEvent.number)
    )
    return list(found)


def _is(request: Request) -> Any:
    return (Request.practice_id == request.practice_id) & (Request.id == request.id)
