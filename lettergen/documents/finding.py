"""Issued letters: found by patient, type, signer and day, and taken out again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, selectinload

from lettergen import letters
from lettergen.calendar import LONDON
from lettergen.documents import eyes, naming, paging, people
from lettergen.documents.paging import Page
from lettergen.documents.refusals import NotFound
from lettergen.models import Actor, Document, DocumentContent, DocumentFile


@dataclass(frozen=True)
class Summary:
    """One line of a list of letters."""

    id: str
    reference: str
    slug: str
    title: str
    state: str
    full_name: str
    date_of_birth: str
    nhs_number: str
    addressee: str
    signer_name: str
    dated: date
    issued_at: datetime


def find(
    session: Session,
    actor: Actor,
    *,
    nhs_number: str | None = None,
    family_name: str | None = None,
    date_of_birth: date | None = None,
    slug: str | None = None,
    signer_id: str | None = None,
    since: date | None = None,
    until: date | None = None,
    page: int = 1,
) -> Page[Summary]:
    """Return the letters for the actor's eyes to which everything given applies, newest first.

    `since` and `until` are days of issue, both included. Raises Refused for a surname without
    a birth date, or the reverse: names are stored so that only both together can be found.
    """
    wanted = list(_conditions(actor, slug, signer_id, since, until))
    sought = people.sought(session, DocumentContent, nhs_number, family_name, date_of_birth)
    if person := list(sought):
        mine = DocumentContent.practice_id == actor.practice_id
        wanted.append(Document.id.in_(select(DocumentContent.document_id).where(mine, *person)))
    rows = _newest_first(wanted)
    return paging.read(session, select(Document.id).where(*wanted), rows, page).each(summary)


def newest(session: Session, actor: Actor, number: int) -> list[Summary]:
    """Return the letters for the actor's eyes that were issued last, so many of them."""
    rows = _newest_first([eyes.documents_for(actor)]).limit(number)
    return [summary(one) for one in session.scalars(rows)]


def get(session: Session, actor: Actor, document_id: str) -> Document:
    """Return one letter for the actor's eyes, with its content; raise NotFound for any other."""
    document = session.scalar(
        select(Document)
        .where(eyes.documents_for(actor), Document.id == document_id)
        .options(selectinload(Document.content))
    )
    if document is None:
        raise not_found()
    return document


def file(session: Session, actor: Actor, document_id: str, kind: str) -> bytes:
    """Return one PDF of a letter, exactly as it was issued; raise NotFound."""
    found = session.scalar(
        select(DocumentFile)
        .join(Document, Document.id == DocumentFile.document_id)
        .where(
            eyes.documents_for(actor),
            Document.id == document_id,
            DocumentFile.kind == kind,
        )
    )
    if found is None:
        raise not_found()
    return found.pdf


def file_name(document: Document, kind: str) -> str:
    """Return the name under which a file is downloaded; what is the patient's has a neutral one."""
    if kind == letters.LARGE:
        return naming.patient_file_name(document.dated, document.reference, is_large=True)
    if kind == letters.PATIENT or document.content is None:
        return naming.patient_file_name(document.dated, document.reference)
    return document.content.file_name or f"{document.reference}.pdf"


def summary(document: Document) -> Summary:
    """Return what a list says about a letter; no name if its content was deleted."""
    content = document.content
    patient = content.patient if content else {}
    return Summary(
        id=document.id,
        reference=document.reference,
        slug=document.slug,
        title=document.title,
        state=document.state,
        full_name=patient.get("full_name") or "",
        date_of_birth=patient.get("date_of_birth") or "",
        nhs_number=patient.get("nhs_number") or "",
        addressee=(content.addressee if content else None) or "",
        signer_name=document.signer_name,
        dated=document.dated,
        issued_at=document.issued_at,
    )


def not_found() -> NotFound:
    """Return the refusal for a letter that the actor's practice does not have."""
    return NotFound("There is no such letter in your practice. Search the list of letters.")


def _newest_first(wanted: Iterable[ColumnElement[bool]]) -> Select[Document]:
    return (
        select(Document)
        .where(*wanted)
        # As an index has them, both downwards: the newest are read, and no more.
        .order_by(Document.issued_at.desc(), Document.id.desc())
        .options(selectinload(Document.content))
    )


def _conditions(
    actor: Actor,
    slug: str | None,
    signer_id: str | None,
    since: date | None,
    until: date | None,
) -> Iterator[ColumnElement[bool]]:
    yield eyes.documents_for(actor)
    if slug:
        yield Document.slug == slug
    if signer_id:
        yield Document.signer_id == signer_id
    if since:
        yield Document.issued_at >= _midnight(since)
    if until:
        yield Document.issued_at < _midnight(until + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, LONDON)
