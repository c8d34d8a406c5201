"""What is known of a request's people is corrected or added to, by whoever asks again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lettergen.calendar import local_day
from lettergen.models import Actor, Request
from lettergen.requests.life import directory, events, finding, intake, moves
from lettergen.requests.life.refusals import NotPossible

AMENDED = "details-changed"


def amend(
    session: Session,
    actor: Actor,
    request_id: str,
    *,
    patient: Mapping[str, Any],
    contact: Mapping[str, Any],
    organisation: str,
    asked: str,
    purpose: str,
    revision: int | None,
    at: datetime,
) -> Request:
    """Put what is known of a request's people in place of what was known.

    The history says that it was changed, not what was there. Raises ChangedMeanwhile,
    NoSuchRequest, NotPossible once the letter has left, and Refused as `intake.receive` does.
    """
    request = finding.lock(session, actor, request_id, revision)
    if request.released_at is not None or request.content is None:
        raise NotPossible(
            "This request is answered, so what it was about stays as it is. Make a new one."
        )
    known = intake.content(
        session, actor, patient, contact, asked=asked, purpose=purpose, on=local_day(at)
    )
    for name in ("patient", "contact", "asked", "purpose", "nhs_number_index", "person_index"):
        setattr(request.content, name, getattr(known, name))
    if organisation.strip():
        request.requester = directory.find_or_make(
            session, actor, organisation, request.requester_class, at=at
        )
    else:
        request.requester = None
    moves.touch(request, at)
    events.note(session, actor, request, AMENDED, at=at)
    return request
