"""A document that is ready becomes rows: sealed, with its files, its work and its event."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import letters, models, sealing, workload
from lettergen.documents import finals, people
from lettergen.documents.office import Office
from lettergen.documents.refusals import Superseded
from lettergen.models import (
    ISSUED,
    SUPERSEDED,
    Actor,
    Certificate,
    Document,
    DocumentContent,
    DocumentFile,
    Request,
    locked,
)
from lettergen.rendering import Rendered
from lettergen.workload import Worker


@dataclass(frozen=True)
class Made:
    """A document that is ready to be issued: its files as they were looked at, unsealed.

    `files` are by kind; "letter" is the document itself, or the first where none is called so.
    `page` is what the patient reads on the web, a fragment of HTML. `content` is plain: answers,
    typed, patient, signer (with its name), practice (with its name), warnings (each with its id),
    addressee, file_name, and dated, an ISO date. `minutes` is the expected time of the work,
    `seconds` the measured one. `is_letter` is false where the caller notes the work in the ledger
    as what it is, such as a reply: one piece of work is one row.
    """

    slug: str
    title: str
    family: str
    version: str
    minutes: int | None
    reference: str
    files: Mapping[str, Rendered]
    page: str | None
    content: Mapping[str, Any]
    signer_id: str | None
    author_id: str | None
    seconds: int | None = None
    is_letter: bool = True

    @property
    def main(self) -> Rendered:
        """The file that is the document itself."""
        return self.files.get(letters.LETTER) or next(iter(self.files.values()))


@dataclass(frozen=True)
class Origin:
    """Where a document comes from: the hash of what was shown, from which draft, in whose place."""

    seal: str
    draft_id: str | None = None
    replaces_id: str | None = None


def store(
    session: Session, office: Office, actor: Actor, made: Made, origin: Origin, *, at: datetime
) -> Document:
    """Seal a document, add it with all that belongs to it, and end the one that it replaces.

    Raises Superseded if another letter has taken the place of that one meanwhile, and
    CertificateUnusable if the practice's certificate cannot seal.
    """
    replaced = _replaced(session, actor, origin.replaces_id)
    certificate = sealing.current(session, actor.practice_id, at=at)
    sealed = _sealed(office, made, certificate, at)
    document = _document(actor, made, origin, at)
    document.content = _content(session, actor, made)
    document.files = [_file(actor, name, one) for name, one in sealed.items()]
    _supersede(session, actor, replaced, at)
    session.add(document)
    if made.is_letter:
        _note_work(session, actor, document)
    details = {
        "reference": document.reference,
        "slug": document.slug,
        "certificate": certificate.fingerprint,
        "reviewed": {kind: one.sha256 for kind, one in made.files.items()},
        "sealed": {kind: one.sha256 for kind, one in sealed.items()},
        "repeats": [one["reference"] for one in made.content.get("earlier", [])],
    }
    models.record(session, actor, "document.issued", document, at=at, details=details)
    return document


def _document(actor: Actor, made: Made, origin: Origin, at: datetime) -> Document:
    return Document(
        practice_id=actor.practice_id,
        reference=made.reference,
        draft_id=origin.draft_id,
        seal=origin.seal,
        slug=made.slug,
        title=made.title,
        family=made.family,
        version=made.version,
        engine=dict(made.main.engine),
        author_id=made.author_id,
        signer_id=made.signer_id,
        signer_name=made.content["signer"]["name"],
        dated=finals.dated(dict(made.content)),
        issued_at=at,
        seconds=made.seconds,
        minutes_expected=made.minutes or None,
        pages=made.main.pages,
        warnings=[one["id"] for one in made.content["warnings"]],
        state=ISSUED,
        replaces_id=origin.replaces_id,
    )


def _sealed(
    office: Office, made: Made, certificate: Certificate, at: datetime
) -> dict[str, Rendered]:
    return {
        kind: _with_seal(office, one, certificate, at, name=made.content["practice"]["name"])
        for kind, one in made.files.items()
    }


def _with_seal(
    office: Office, one: Rendered, certificate: Certificate, at: datetime, *, name: str
) -> Rendered:
    pdf = office.sealer.seal(one.pdf, certificate, at=at, name=name)
    return replace(one, pdf=pdf, sha256=hashlib.sha256(pdf).hexdigest())


def _content(session: Session, actor: Actor, made: Made) -> DocumentContent:
    content = made.content
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
        page=made.page,
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


def _note_work(session: Session, actor: Actor, document: Document) -> None:
    """Put a letter into the ledger, under its signer; one for a request belongs to that."""
    workload.note(
        session,
        actor,
        "letter",
        at=document.issued_at,
        outcome="issued",
        family=document.family,
        slug=document.slug,
        request_id=_request_of(session, actor, document.draft_id),
        pages=document.pages,
        seconds=document.seconds,
        minutes_expected=document.minutes_expected,
        document_id=document.id,
        worker=Worker(document.signer_id, document.signer_name, "clinician"),
    )


def _request_of(session: Session, actor: Actor, draft_id: str | None) -> str | None:
    if draft_id is None:
        return None
    return session.scalar(
        select(Request.id).where(
            Request.practice_id == actor.practice_id, Request.draft_id == draft_id
        )
    )


def _replaced(session: Session, actor: Actor, replaced_id: str | None) -> Document | None:
    """Return the document that the new one replaces, locked before anything is sealed."""
    if replaced_id is None:
        return None
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
    return old


def _supersede(session: Session, actor: Actor, old: Document | None, at: datetime) -> None:
    # A voided letter stays voided: that it was withdrawn says more than that it was replaced.
    if old is not None and old.state == ISSUED:
        old.state, old.ended_at, old.ended_by = SUPERSEDED, at, actor.staff_id
        models.record(session, actor, "document.superseded", old, at=at)
