"""Handing a letter over: a link to it, by email if so wished, or its files on paper or screen."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import documents, links, models, post
from lettergen.delivery import emails, subjects
from lettergen.delivery.subjects import NotHandedOver
from lettergen.documents import NotFound, Office, inviting
from lettergen.links import Made
from lettergen.models import Actor, Document, DocumentContent, Link, Message, Practice

KIND = "letter-link"


@dataclass(frozen=True)
class Handed:
    """A link that was made, with its token and address: neither is kept.

    `message` is the e-mail that carries it, if one does. `is_new` is false for a button that was
    pressed twice.
    """

    link: Link
    token: str
    address: str
    message: Message | None
    is_new: bool


def hand_by_link(
    session: Session,
    office: Office,
    actor: Actor,
    document_id: str,
    *,
    at: datetime,
    days: int | None = None,
    email: str | None = None,
    key: str | None = None,
) -> Handed:
    """Make a link to a letter, and put the e-mail that carries it into the outbox if one is given.

    A form that bears a `key` and is sent twice makes one link and one e-mail. Raises NotFound;
    NotHandedOver for a letter that is void, replaced or without a date of birth, or if the link
    that the form made has ended since; links.WrongDays; post.WrongAddress.
    """
    document, content = subjects.lock(session, actor, document_id)
    to = post.checked(email) if email else None
    made = links.create(
        session,
        actor,
        links.LETTER,
        document.id,
        birth_date=_birth_date(document, content),
        at=at,
        days=days,
        sent_to=to,
        key=key,
    )
    return _handed(session, office, actor, content, made, at=at)


def hand_again(
    session: Session,
    office: Office,
    actor: Actor,
    link: Link,
    *,
    at: datetime,
    by_email: bool = False,
    key: str | None = None,
) -> Handed:
    """Make a new link in place of an earlier one to the same letter; `by_email` sends it to the
    address that the earlier one was sent to. What waits or failed of the earlier one is given up.

    Raises as `hand_by_link` does, and links.NotRenewed; NotHandedOver too if no address is kept.
    """
    _, content = subjects.lock(session, actor, link.subject_id)
    if by_email and not link.sent_to:
        raise NotHandedOver("This link was not sent by email. Make a new one, with an address.")
    to = link.sent_to if by_email else None
    post.cancel_for(session, actor, link.subject_id, at=at, link_id=link.id)
    made = links.renew(session, actor, link, at=at, sent_to=to, key=key)
    return _handed(session, office, actor, content, made, at=at)


def turn_off(session: Session, actor: Actor, link: Link, *, at: datetime) -> None:
    """Turn one link off, and give up the e-mail that carries it if it did not go out yet.

    Raises NoSuchLink for another practice's link.
    """
    post.cancel_for(session, actor, link.subject_id, at=at, link_id=link.id)
    links.revoke(session, actor, link, at=at)


def end_links(session: Session, actor: Actor, document_id: str, *, at: datetime) -> int:
    """Turn off all open links to a letter, and give up the e-mails that wait to go out about it.

    Returns how many links. Call it before the letter is voided, in the same transaction. Raises
    NotFound for another practice's letter.
    """
    found = session.scalar(
        models.locked(
            select(Document).where(documents.documents_for(actor), Document.id == document_id)
        )
    )
    if found is None:
        raise NotFound("There is no such letter in your practice.")
    post.cancel_for(session, actor, document_id, at=at)
    return links.end_for(session, document_id, at=at, actor=actor)


def _handed(
    session: Session,
    office: Office,
    actor: Actor,
    content: DocumentContent,
    made: Made,
    *,
    at: datetime,
) -> Handed:
    address = inviting.address_of(office, made.token)
    if not made.is_new:
        if links.state_of(made.link, at=at) is not links.State.OPEN:
            raise NotHandedOver("The link that this form made has ended. Make a new one.")
        return Handed(
            made.link, made.token, address, inviting.email_of(session, made.link), is_new=False
        )
    if made.link.sent_to is None:
        links.mark(session, actor, made.link, "shown", at=at)
        return Handed(made.link, made.token, address, None, is_new=True)
    practice = session.get_one(Practice, actor.practice_id)
    text = emails.to_patient(practice, content, made.link, address)
    message = inviting.send(
        session, actor, made.link, KIND, heading=text.heading, body=text.body, at=at
    )
    return Handed(made.link, made.token, address, message, is_new=True)


def _birth_date(document: Document, content: DocumentContent) -> date:
    born = content.patient.get("date_of_birth")
    if not born:
        raise NotHandedOver(
            f"{document.reference} holds no date of birth, by which its link would be opened. "
            "Print it or download it instead."
        )
    return date.fromisoformat(born)
