"""Final letters: rendered with reference, day and signer, and all that will be kept of them."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import letters
from lettergen import reference as references
from lettergen.calendar import LONDON, local_day
from lettergen.definitions import DocumentType
from lettergen.documents import eyes, naming, people, readings
from lettergen.documents.office import Office
from lettergen.documents.readings import Taken
from lettergen.forms import Finding, Reading
from lettergen.models import ISSUED, Actor, ConsentDraft, Document, DocumentContent, Review
from lettergen.rendering import Rendered

# An earlier letter of the same kind for the same patient is pointed out for so long.
RECENT = timedelta(days=180)


@dataclass(frozen=True)
class Final:
    """The bytes that will leave the practice, by kind, and what the log will hold about them."""

    kind: DocumentType
    reference: str
    files: dict[str, Rendered]
    content: dict[str, Any]

    @property
    def page(self) -> str:
        """What the patient reads on the web: an HTML fragment, made with the files."""
        return str(self.content["page"])

    @property
    def engine(self) -> dict[str, str]:
        """The versions of what rendered it."""
        return dict(self.files[letters.LETTER].engine)

    def seal(self, **bound: object) -> str:
        """Return a hash over the files, the content and whatever else the letter depends on."""
        parts = {
            "reference": self.reference,
            "version": self.kind.version,
            "files": {kind: one.sha256 for kind, one in sorted(self.files.items())},
            "content": self.content,
            **bound,
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def make(
    office: Office,
    taken: Taken,
    reference: str,
    *,
    earlier: list[dict[str, str]],
    at: datetime,
) -> Final:
    """Render a letter that may be issued; raise NotIssuable, or what the renderer refuses."""
    readings.require_issuable(taken.reading)
    day = naming.letter_day(taken.reading, local_day(at))
    heading = replace(
        taken.heading,
        reference=reference,
        file_name=naming.file_name(taken.reading, day, reference),
        address=office.public_address,
    )
    made = letters.sheets(taken.reading, at=at.astimezone(LONDON), heading=heading)
    files = {kind: office.renderer.render(sheet) for kind, sheet in made.items()}
    reading = _reread(office, taken, files[letters.LETTER].pages, at)
    values = made[letters.LETTER].values
    return Final(
        kind=reading.document_type,
        reference=reference,
        files=files,
        content={
            "answers": reading.answers,
            "typed": taken.typed,
            "patient": values["patient"],
            "addressee": values["letter"]["addressee"],
            "dated": day.isoformat(),
            "practice": values["practice"],
            "signer": values["signer"],
            "warnings": [_noted(one) for one in reading.warnings],
            "info": [_noted(one) for one in reading.info],
            "file_name": heading.file_name,
            "page": office.renderer.page(letters.page(made)),
            "earlier": earlier,
        },
    )


def fresh_reference(session: Session) -> str:
    """Return a reference that nothing bears in any practice: no letter, review or consent."""
    while True:
        found = references.new()
        taken = (
            session.scalar(select(model.id).where(model.reference == found))
            for model in (Document, Review, ConsentDraft)
        )
        if not any(taken):
            return found


def earlier_letters(
    session: Session, actor: Actor, reading: Reading, *, at: datetime, but: str | None = None
) -> list[dict[str, str]]:
    """Return recent letters of the same type for the same patient, the newest first.

    A second one is not prevented, but whoever signs it should know. `but` is the document that
    the new letter replaces.
    """
    found = people.indexes(session, people.of_reading(reading))
    rows = session.scalars(
        select(Document)
        .join(DocumentContent, DocumentContent.document_id == Document.id)
        .where(
            eyes.documents_for(actor),
            Document.slug == reading.document_type.slug,
            Document.state == ISSUED,
            Document.issued_at > at - RECENT,
            people.is_of(found, DocumentContent),
        )
        .order_by(Document.issued_at.desc(), Document.id)
    )
    return [
        {"id": one.id, "reference": one.reference, "dated": one.dated.isoformat()}
        for one in rows
        if one.id != but
    ]


def dated(content: dict[str, Any]) -> date:
    """Return the date that the letter bears."""
    return date.fromisoformat(content["dated"])


def _reread(office: Office, taken: Taken, pages: int, at: datetime) -> Reading:
    """Read once more, now that the letter's length is known, which rules may ask for."""
    kind = taken.reading.document_type
    again = readings.read(office, kind, taken.typed, taken.supplied, at=at, pages=pages)
    readings.require_issuable(again)
    return again


def _noted(finding: Finding) -> dict[str, str]:
    return {"id": finding.rule_id, "message": finding.message, "reason": finding.reason}
