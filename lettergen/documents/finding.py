"""Issued letters: found by patient, type, signer and day, and taken out again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload

from lettergen import letters, nhs
from lettergen.calendar import LONDON
from lettergen.documents import eyes, naming, people
from lettergen.documents.people import Identity
from lettergen.documents.refusals import NotFound
from lettergen.models import Actor, Document, DocumentContent, DocumentFile
from lettergen.refusals import Refused

PER_PAGE = 25


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


@dataclass(frozen=True)
class Page:
    """One page of a list; pages count from 1."""

    items: list[Summary]
    number: int
    pages: int
    total: int


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
) -> Page:
    """Return the letters for the actor's eyes to which everything given applies, newest first.

    `since` and `until` are days of issue, both included. Raises Refused for a surname without
    a birth date, or the reverse: names are stored so that only both together can be found.
    """
    wanted = list(_conditions(actor, slug, signer_id, since, until))
    if nhs_number:
        wanted.append(people.is_of(people.indexes(session, Identity(nhs.digits_of(nhs_number)))))
    if family_name or date_of_birth:
        wanted.append(_is_person(session, family_name, date_of_birth))
    matching = (
        select(Document.id)
        .join(DocumentContent, DocumentContent.document_id == Document.id, isouter=True)
        .where(*wanted)
    )
    total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    pages = max(1, -(-total // PER_PAGE))
    number = min(max(1, page), pages)
    rows = session.scalars(
        select(Document)
        .where(Document.practice_id == actor.practice_id, Document.id.in_(matching))
        .order_by(Document.issued_at.desc(), Document.id)
        .offset((number - 1) * PER_PAGE)
        .limit(PER_PAGE)
        .options(selectinload(Document.content))
    )
    return Page([summary(one) for one in rows], number, pages, total)


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


def _is_person(
    session: Session, family_name: str | None, date_of_birth: date | None
) -> ColumnElement[bool]:
    if not family_name or not date_of_birth:
        raise Refused(
            "To find a patient by name, enter both the surname and the date of birth; "
            "or enter the NHS number."
        )
    who = Identity(family_name=family_name, date_of_birth=date_of_birth.isoformat())
    return people.is_of(people.indexes(session, who))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, LONDON)
