"""What a draft's answers come to, for the person who looks at it."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import forms, letters
from lettergen.calendar import LONDON, local_day
from lettergen.definitions import DocumentType
from lettergen.documents import drafting, records
from lettergen.documents.office import Office
from lettergen.documents.records import Facts
from lettergen.documents.refusals import NotIssuable
from lettergen.forms import Reading, Typed
from lettergen.letters import Heading
from lettergen.models import Actor, Document, Draft, Staff
from lettergen.rendering import Rendered


@dataclass(frozen=True)
class Taken:
    """Answers as they were read, the records that supplied some, and what the letter replaces."""

    typed: Typed
    supplied: Facts
    facts: Facts
    reading: Reading
    heading: Heading
    replaces_id: str | None = None


def reading(
    session: Session, office: Office, actor: Actor, draft_id: str, *, at: datetime
) -> Reading:
    """Return what a draft's answers come to today, with practice and signer from their records.

    For somebody who may not sign, the author of the draft or else the practice's first clinician
    is taken for the signer. Raises NotFound or Closed.
    """
    return take(session, office, actor, drafting.draft(session, actor, draft_id), at=at).reading


def preview(
    session: Session, office: Office, actor: Actor, draft_id: str, *, at: datetime
) -> dict[str, Rendered]:
    """Return kind of file → PDF, marked DRAFT and without a reference; nothing is stored."""
    taken = take(session, office, actor, drafting.draft(session, actor, draft_id), at=at)
    heading = replace(taken.heading, is_draft=True)
    made = letters.sheets(taken.reading, at=at.astimezone(LONDON), heading=heading)
    return {kind: office.renderer.render(sheet) for kind, sheet in made.items()}


def take(session: Session, office: Office, actor: Actor, draft: Draft, *, at: datetime) -> Taken:
    """Return a draft's answers, read on the day, with all they depend on."""
    kind, typed = office.library.get(draft.slug), draft.typed
    facts = {
        **records.practice_facts(session, actor),
        **records.signer_facts(_signer(session, actor, draft)),
    }
    supplied = records.supplied(kind, facts)
    old = replaced(session, actor, draft.replaces_id)
    return Taken(
        typed=typed,
        supplied=supplied,
        facts=facts,
        reading=read(office, kind, typed, supplied, at=at),
        heading=Heading(
            replaces=old.reference if old else None,
            replaces_on=old.dated if old else None,
        ),
        replaces_id=draft.replaces_id,
    )


def read(
    office: Office,
    kind: DocumentType,
    typed: Typed,
    supplied: Facts,
    *,
    at: datetime,
    pages: int | None = None,
) -> Reading:
    """Return the reading of typed answers on the day of `at`."""
    return forms.read(
        kind,
        typed,
        on=local_day(at),
        directories=office.library.directories,
        supplied=supplied,
        pages=pages,
    )


def require_issuable(reading: Reading) -> None:
    """Raise NotIssuable with every reason why these answers do not make a letter yet."""
    if reading.is_issuable:
        return
    labels = {one.name: one.label for one in reading.document_type.all_fields()}
    reasons = (
        *(
            f"{_label(labels, name)}: {text}"
            for name, texts in reading.errors.items()
            for text in texts
        ),
        *(f"{_label(labels, name)}: needs an answer" for name in reading.missing),
        *(f"{one.rule_id}: {one.message}" for one in reading.stops),
        *(f"{one.rule_id}: {one.message} (give a reason)" for one in reading.unsettled),
    )
    raise NotIssuable("The letter cannot be issued yet. Please put right what is listed.", reasons)


def replaced(session: Session, actor: Actor, document_id: str | None) -> Document | None:
    """Return the document that a draft replaces, or None."""
    return session.scalar(
        select(Document).where(
            Document.practice_id == actor.practice_id, Document.id == document_id
        )
    )


def _signer(session: Session, actor: Actor, draft: Draft) -> Staff | None:
    if actor.may_sign:
        return records.signer_of(session, actor)
    everybody = select(Staff).where(Staff.practice_id == actor.practice_id)
    able = [
        one for one in session.scalars(everybody.order_by(Staff.name, Staff.id)) if one.may_sign
    ]
    return next((one for one in able if one.id == draft.created_by), able[0] if able else None)


def _label(labels: dict[str, str], dotted: str) -> str:
    return labels.get(dotted.rpartition(".")[2], dotted)
