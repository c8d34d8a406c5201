"""The letter that a link is about, and whether it may still be handed over or read."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from lettergen import documents, models
from lettergen.links import LinkEnded, State
from lettergen.models import ISSUED, SUPERSEDED, Actor, Document, DocumentContent, Link, Practice
from lettergen.refusals import Refused


class NotHandedOver(Refused):
    """The letter cannot be handed over, or not in this way; the text says what to do instead."""


def lock(session: Session, actor: Actor, document_id: str) -> tuple[Document, DocumentContent]:
    """Return a letter that may be handed over, read anew and locked until commit.

    Raises documents.NotFound for another practice's; NotHandedOver for one that is void, replaced
    or deleted.
    """
    mine = _one(actor.practice_id, document_id).where(documents.documents_for(actor))
    document = session.scalar(models.locked(mine))
    if document is None:
        raise documents.NotFound("There is no such letter in your practice.")
    if document.state == SUPERSEDED:
        newer = [one.reference for one in document.replaced_by]
        which = newer[-1] if newer else "the newer one"
        raise NotHandedOver(f"{document.reference} was replaced. Hand over {which} instead.")
    if document.state != ISSUED:
        raise NotHandedOver(f"{document.reference} is void, so it is not handed over.")
    if document.content is None:
        raise NotHandedOver(
            f"What {document.reference} says was deleted: nothing can be handed over."
        )
    return document, document.content


def of_link(session: Session, link: Link) -> tuple[Document, DocumentContent]:
    """Return the letter that a link leads to, for whoever holds the link.

    Raises LinkEnded, in plain words, if the letter was withdrawn, replaced or deleted.
    """
    document = session.scalar(_one(link.practice_id, link.subject_id))
    practice = session.get_one(Practice, link.practice_id)
    ask = f"If you have a question, please ask {practice.name}."
    phone = f" Their phone number is {practice.phone}." if practice.phone else ""
    if document is not None and document.state == SUPERSEDED:
        raise LinkEnded(
            "There is a newer version of this letter. Please do not use the old one. "
            f"Ask {practice.name} for a link to the new one.{phone}",
            State.REPLACED,
        )
    if document is None or document.state != ISSUED:
        raise LinkEnded(
            f"{practice.name} has withdrawn this letter. Please do not use it. {ask}{phone}",
            State.REVOKED,
        )
    if document.content is None:
        raise LinkEnded(f"This letter is no longer kept. {ask}{phone}", State.REVOKED)
    return document, document.content


def _one(practice_id: str, document_id: str) -> Select[Document]:
    return (
        select(Document)
        .where(Document.practice_id == practice_id, Document.id == document_id)
        .options(selectinload(Document.content), selectinload(Document.files))
    )
