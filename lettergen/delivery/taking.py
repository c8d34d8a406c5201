"""What leaves the practice by hand: a file opened to be printed, or downloaded by staff."""

from datetime import datetime

from sqlalchemy.orm import Session

from lettergen import documents, links, models
from lettergen.delivery import subjects
from lettergen.models import Actor, DeliveryFact


def record_printed(
    session: Session, actor: Actor, document_id: str, kind: str, *, at: datetime
) -> DeliveryFact:
    """Note that somebody opened a file of a letter to print it.

    Raises documents.NotFound for another practice's letter or a file that it has not;
    NotHandedOver for a letter that is void or replaced.
    """
    return _note(session, actor, document_id, kind, "printed", at=at)


def record_download(
    session: Session, actor: Actor, document_id: str, kind: str, *, at: datetime
) -> DeliveryFact:
    """Note that somebody of the practice downloaded a file; raises as `record_printed` does."""
    return _note(session, actor, document_id, kind, "staff-download", at=at)


def _note(
    session: Session, actor: Actor, document_id: str, kind: str, what: str, *, at: datetime
) -> DeliveryFact:
    document, _ = subjects.lock(session, actor, document_id)
    if kind not in {one.kind for one in document.files}:
        raise documents.NotFound("This letter has no such file.")
    details = {"kind": kind}
    fact = links.note(
        session,
        actor.practice_id,
        document.id,
        what,
        at=at,
        staff_id=actor.staff_id,
        details=details,
    )
    models.record(session, actor, f"document.{what}", document, at=at, details=details)
    return fact
