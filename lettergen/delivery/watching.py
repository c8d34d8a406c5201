"""What the practice has to look at: locked links, e-mails in trouble, and each letter's story."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import documents, links, post
from lettergen.links import State
from lettergen.models import ISSUED, Actor, DeliveryFact, Document, Link, Message, Staff


@dataclass(frozen=True)
class Told:
    """One thing that happened to a letter, with who did it, if somebody of the practice did."""

    fact: DeliveryFact
    by: str


@dataclass(frozen=True)
class Locked:
    """A locked link that nobody has dealt with; no reference if it is about no letter, or about
    one that is not for the actor's eyes.
    """

    link_id: str
    document_id: str
    reference: str


@dataclass(frozen=True)
class Earlier:
    """An open link to the letter that another one replaced: its holder has no way in now."""

    link: Link
    reference: str


def story(session: Session, actor: Actor, document_id: str) -> list[Told]:
    """Return what happened to a letter on its way to people, the latest first."""
    found = links.facts(session, actor, document_id)
    staff = select(Staff.id, Staff.name).where(Staff.practice_id == actor.practice_id)
    names = {one.id: one.name for one in session.execute(staff)}
    return [Told(one, names.get(one.staff_id or "", "")) for one in reversed(found)]


def emails_of(session: Session, actor: Actor, document_id: str) -> list[Message]:
    """Return the e-mails about a letter, the latest first."""
    return list(
        session.scalars(
            select(Message)
            .where(Message.practice_id == actor.practice_id, Message.subject_id == document_id)
            .order_by(Message.made_at.desc(), Message.id)
        )
    )


def locked_links(session: Session, actor: Actor) -> list[Locked]:
    """Return the locked links that wait for somebody of the practice, the first one first."""
    found = links.locked(session, actor)
    if not found:
        return []
    letters = select(Document.id, Document.reference).where(
        documents.documents_for(actor), Document.id.in_({one.subject_id for one in found})
    )
    named = {one.id: one.reference for one in session.execute(letters)}
    return [Locked(one.id, one.subject_id, named.get(one.subject_id, "")) for one in found]


def unsent_letters(session: Session, actor: Actor) -> list[Document]:
    """Return the letters that stand, and of which an e-mail failed or may not have arrived."""
    subjects = {one.subject_id for one in post.troubles(session, actor) if one.subject_id}
    found = select(Document).where(
        documents.documents_for(actor),
        Document.id.in_(subjects),
        Document.state == ISSUED,
    )
    return list(session.scalars(found.order_by(Document.issued_at.desc(), Document.id)))


def open_before(
    session: Session, actor: Actor, document: Document, *, at: datetime
) -> Earlier | None:
    """Return the newest link that would still be open had its letter not been replaced by this one,
    be it in several steps, so that a new one can be sent; None once there is a later link.
    """
    last = document
    while last.replaces and not links.links_of(session, actor, last.id):
        last = last.replaces
    if last is document or document.state != ISSUED:
        return None
    for link in links.links_of(session, actor, last.id):
        if links.state_of(link, at=at) is State.OPEN:
            return Earlier(link, last.reference)
    return None
