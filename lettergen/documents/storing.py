"""A final letter becomes a document, its files, its work and its event: in one transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import letters, models
from lettergen.documents import finals, people
from lettergen.documents.finals import Final
from lettergen.documents.refusals import Superseded
from lettergen.models import (
    ISSUED,
    SUPERSEDED,
    Actor,
    Document,
    DocumentContent,
    DocumentFile,
    Work,
    locked,
)
from lettergen.rendering import Rendered


@dataclass(frozen=True)
class Origin:
    """Where a document comes from: the seal of what was shown, who wrote and who signs it,
    for how long, and in place of what.
    """

    seal: str
    author_id: str | None
    signer_id: str | None
    draft_id: str | None = None
    seconds: int | None = None
    replaces_id: str | None = None


def store(
    session: Session, actor: Actor, final: Final, origin: Origin, *, at: datetime
) -> Document:
    """Add a document with all that belongs to it, and end the one that it replaces.

    Raises Superseded if another letter has taken the place of that one meanwhile.
    """
    kind = final.kind
    document = Document(
        practice_id=actor.practice_id,
        reference=final.reference,
        draft_id=origin.draft_id,
        seal=origin.seal,
        slug=kind.slug,
        title=kind.title,
        family=kind.family,
        version=kind.version,
        engine=final.engine,
        author_id=origin.author_id,
        signer_id=origin.signer_id,
        signer_name=final.content["signer"]["name"],
        dated=finals.dated(final.content),
        issued_at=at,
        seconds=origin.seconds,
        minutes_expected=kind.minutes or None,
        pages=final.files[letters.LETTER].pages,
        warnings=[one["id"] for one in final.content["warnings"]],
        state=ISSUED,
        replaces_id=origin.replaces_id,
    )
    document.content = _content(session, actor, final)
    document.files = [_file(actor, name, one) for name, one in final.files.items()]
    _supersede(session, actor, origin.replaces_id, at)
    session.add_all([document, _work(actor, document)])
    details = {
        "reference": document.reference,
        "slug": document.slug,
        "sha256": final.files[letters.LETTER].sha256,
        "repeats": [one["reference"] for one in final.content["earlier"]],
    }
    models.record(session, actor, "document.issued", document, at=at, details=details)
    return document


def _content(session: Session, actor: Actor, final: Final) -> DocumentContent:
    content = final.content
    nhs_number, person = people.blind(session, people.of_patient(content["patient"]))
    return DocumentContent(
        practice_id=actor.practice_id,
        answers=content["answers"],
        typed=content["typed"],
        patient=content["patient"],
        signer=content["signer"],
        practice=content["practice"],
        warnings=content["warnings"],
        addressee=content["addressee"],
        file_name=content["file_name"],
        nhs_number_index=nhs_number,
        person_index=person,
    )


def _file(actor: Actor, kind: str, made: Rendered) -> DocumentFile:
    return DocumentFile(
        practice_id=actor.practice_id,
        kind=kind,
        sha256=made.sha256,
        pages=made.pages,
        size=len(made.pdf),
        pdf=made.pdf,
    )


def _work(actor: Actor, document: Document) -> Work:
    return Work(
        practice_id=actor.practice_id,
        at=document.issued_at,
        kind="letter",
        role="clinician",
        staff_id=document.signer_id,
        staff_name=document.signer_name,
        slug=document.slug,
        family=document.family,
        outcome="issued",
        pages=document.pages,
        seconds_measured=document.seconds,
        minutes_expected=document.minutes_expected,
        document_id=document.id,
    )


def _supersede(session: Session, actor: Actor, replaced_id: str | None, at: datetime) -> None:
    if replaced_id is None:
        return
    old = session.scalars(
        locked(
            select(Document).where(
                Document.practice_id == actor.practice_id, Document.id == replaced_id
            )
        )
    ).one()
    if old.state == SUPERSEDED:
        raise Superseded(
            f"{old.reference} has been replaced by another letter meanwhile. "
            "Discard this draft and replace that letter instead."
        )
    # A voided letter stays voided: that it was withdrawn says more than that it was replaced.
    if old.state == ISSUED:
        old.state, old.ended_at, old.ended_by = SUPERSEDED, at, actor.staff_id
        models.record(session, actor, "document.superseded", old, at=at)
