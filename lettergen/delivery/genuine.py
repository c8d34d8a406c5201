"""Is a letter genuine? What anybody may learn about one from its reference, and nothing else."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session, load_only

from lettergen import reference as references
from lettergen.calendar import local_day
from lettergen.models import (
    ISSUED,
    SUPERSEDED,
    VOIDED,
    Document,
    DocumentContent,
    DocumentFile,
    Practice,
)


class State(StrEnum):
    """How a reference stands."""

    GENUINE = "genuine"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"
    MISTYPED = "mistyped"


@dataclass(frozen=True)
class Standing:
    """What the public page says. `reference` is as typed if it was mistyped; `practice` is the
    name on the letter; `since` is the day on which it was superseded; `sha256` are hex hashes of
    all its files, of which a true copy has one.
    """

    state: State
    reference: str
    practice: str = ""
    issued_on: date | None = None
    since: date | None = None
    sha256: tuple[str, ...] = ()


_STATES = {ISSUED: State.GENUINE, SUPERSEDED: State.SUPERSEDED, VOIDED: State.WITHDRAWN}


def standing_of(session: Session, reference_text: str) -> Standing:
    """Return how a typed reference stands.

    No practice is named: whoever asks holds a letter and may not know it. A sound reference costs
    one query, whatever it is of. One of another installation, one never used and one that only
    waits under review are the same here: unknown.
    """
    try:
        reference = references.parse(reference_text)
    except references.NoReference:
        return Standing(State.MISTYPED, reference_text)
    rows = session.execute(_asked(reference)).all()
    if not rows:
        return Standing(State.UNKNOWN, reference)
    state, issued_at, ended_at, name, content, _ = rows[0]
    return Standing(
        state=_STATES[state],
        reference=reference,
        practice=_as_printed(content) or name,
        issued_on=local_day(issued_at),
        since=local_day(ended_at) if ended_at and state == SUPERSEDED else None,
        sha256=tuple(sha256 for *_, sha256 in rows if sha256),
    )


def _asked(
    reference: str,
) -> Select[str, datetime, datetime | None, str, DocumentContent, str]:
    return (
        select(
            Document.state,
            Document.issued_at,
            Document.ended_at,
            Practice.name,
            DocumentContent,
            DocumentFile.sha256,
        )
        .join(Practice, Practice.id == Document.practice_id)
        .join(DocumentContent, DocumentContent.document_id == Document.id, isouter=True)
        .join(DocumentFile, DocumentFile.document_id == Document.id, isouter=True)
        .where(Document.reference == reference)
        .order_by(DocumentFile.kind, DocumentFile.id)
        .options(load_only(_letterhead()))
    )


def _letterhead() -> InstrumentedAttribute[bytes]:
    # Of all that is sealed about the letter, only its letterhead is read.
    column: InstrumentedAttribute[bytes] = vars(DocumentContent)["practice_sealed"]
    return column


def _as_printed(content: DocumentContent | None) -> str:
    return str(content.practice.get("name") or "") if content else ""
