"""The outbox: e-mail is written into it with what it is about, and leaves it only once."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lettergen.models import (
    CANCELLED,
    FAILED,
    ISSUED,
    SENDING,
    SENT,
    UNCERTAIN,
    WAITING,
    Actor,
    Document,
    Link,
    Message,
    NotAllowed,
    locked,
    record,
)
from lettergen.post.addresses import checked, masked
from lettergen.post.facts import note
from lettergen.refusals import Refused

SHOWN = 100
OPEN = (WAITING, FAILED, UNCERTAIN)
IN_TRAVEL = "It is being sent at this moment. Wait a minute, and look again."


class NoSuchMessage(Refused):
    """There is no such e-mail in this practice."""


class NotSendable(Refused):
    """The e-mail can no longer be sent, or be spoken about as was asked; the text says why."""


def write(
    session: Session,
    actor: Actor,
    kind: str,
    *,
    to: str,
    heading: str,
    body: str,
    at: datetime,
    subject_id: str | None = None,
    link_id: str | None = None,
) -> Message:
    """Put one e-mail into the outbox, in the caller's transaction: it is sent after the commit.

    `kind` says what it is for, in a word of the practice; `body` is plain text. With a
    `subject_id` what becomes of it is noted as a fact about that document or consent; with a
    `link_id` it is not sent once that link has ended.

    Raises:
        WrongAddress: `to` is not one e-mail address.
    """
    address = checked(to)
    message = Message(
        practice_id=actor.practice_id,
        subject_id=subject_id,
        link_id=link_id,
        kind=kind,
        recipient=address,
        masked=masked(address),
        heading=" ".join(heading.split()),
        body=body,
        state=WAITING,
        attempts=0,
        made_at=at,
        made_by=actor.staff_id,
        due_at=at,
    )
    session.add(message)
    session.flush()
    return message


def outbox(session: Session, actor: Actor) -> list[Message]:
    """Return what is not sent yet, the oldest first: waiting, being sent, failed, uncertain."""
    kept = (*OPEN, SENDING)
    found = _of(actor).where(Message.state.in_(kept)).order_by(Message.made_at, Message.id)
    return list(session.scalars(found.limit(SHOWN)))


def sent_lately(session: Session, actor: Actor) -> list[Message]:
    """Return the last ten that were sent, the latest first."""
    found = _of(actor).where(Message.state == SENT)
    return list(session.scalars(found.order_by(Message.ended_at.desc(), Message.id).limit(10)))


def troubles(session: Session, actor: Actor) -> list[Message]:
    """Return what a person has to decide about, the latest first: failed and uncertain ones."""
    found = _of(actor).where(Message.state.in_((FAILED, UNCERTAIN)))
    by_age = found.order_by(Message.ended_at.desc(), Message.id)
    return list(session.scalars(by_age.limit(SHOWN)))


def references(
    session: Session, practice_id: str, subjects: Iterable[str | None]
) -> dict[str, str]:
    """Return subject → reference, for those subjects that are letters of the practice."""
    found = select(Document.id, Document.reference).where(
        Document.practice_id == practice_id, Document.id.in_({one for one in subjects if one})
    )
    return {one.id: one.reference for one in session.execute(found)}


def send_again(session: Session, actor: Actor, message_id: str, *, at: datetime) -> Message:
    """Put a failed or uncertain e-mail back to those that wait: a person takes the chance.

    It keeps its Message-ID, by which a mailbox that has it already can tell.

    Raises:
        NoSuchMessage: the practice has none with this id.
        NotSendable: it is not in trouble, its link has ended, or its text was forgotten.
        NotAllowed: the actor does not manage the practice.
    """
    message = _in_trouble(session, actor, message_id)
    if message.body is None:
        raise NotSendable("Its text was thrown away after 30 days. Hand the letter over anew.")
    if link_has_ended(session, message, at):
        raise NotSendable("The link in it has ended. Hand the letter over anew, with a new link.")
    message.state, message.attempts, message.due_at = WAITING, 0, at
    message.claimed_at = message.ended_at = None
    record(session, actor, "message.sent-again", message, at=at)
    return message


def mark_arrived(session: Session, actor: Actor, message_id: str, *, at: datetime) -> Message:
    """Take a person's word that an uncertain e-mail arrived.

    Raises NoSuchMessage, NotSendable or NotAllowed like `send_again`.
    """
    message = _in_trouble(session, actor, message_id)
    if message.state != UNCERTAIN:
        raise NotSendable("This one was refused, so it cannot have arrived. Send it again.")
    end(message, SENT, at)
    note(session, message, at, staff_id=actor.staff_id)
    record(session, actor, "message.arrived", message, at=at)
    return message


def cancel(session: Session, actor: Actor, message_id: str, *, at: datetime) -> Message:
    """Give one e-mail up: it is not sent, and its text is thrown away.

    Raises:
        NoSuchMessage: the practice has none with this id.
        NotSendable: it is being sent, or was.
        NotAllowed: the actor does not manage the practice.
    """
    message = _locked(session, actor, message_id)
    if message.state == SENDING:
        raise NotSendable(IN_TRAVEL)
    if message.state == SENT:
        raise NotSendable("It was sent already, and cannot be called back.")
    if message.state != CANCELLED:
        end(message, CANCELLED, at)
        record(session, actor, "message.cancelled", message, at=at)
    return message


def cancel_for(
    session: Session, actor: Actor, subject_id: str, *, at: datetime, link_id: str | None = None
) -> int:
    """Give up whatever waits to be sent about a document or consent, or only what carries one of
    its links; return how many.

    For what has ended meanwhile. One that is being sent at this moment cannot be stopped.
    """
    waiting = _of(actor).where(Message.subject_id == subject_id, Message.state.in_(OPEN))
    if link_id:
        waiting = waiting.where(Message.link_id == link_id)
    found = session.scalars(locked(waiting.order_by(Message.id))).all()
    for message in found:
        end(message, CANCELLED, at)
    return len(found)


def end(message: Message, state: str, at: datetime) -> None:
    """Leave the e-mail in a last state, without what identifies a person."""
    message.state, message.ended_at = state, at
    forget(message)


def forget(message: Message) -> None:
    """Throw away to whom it goes and what it says."""
    message.recipient = message.heading = message.body = None


def link_has_ended(session: Session, message: Message, at: datetime) -> bool:
    """Say whether the link that the e-mail carries leads nowhere any more."""
    if message.link_id is None:
        return False
    link = session.scalars(
        select(Link).where(Link.practice_id == message.practice_id, Link.id == message.link_id)
    ).one()
    ends = (link.revoked_at, link.replaced_at, link.locked_at, link.used_at)
    letter = session.scalar(
        select(Document.state).where(
            Document.practice_id == link.practice_id, Document.id == link.subject_id
        )
    )
    # A letter that was replaced ends its links without a mark on them.
    return any(ends) or link.expires_at <= at or letter not in (ISSUED, None)


def _of(actor: Actor) -> Select[Message]:
    return select(Message).where(Message.practice_id == actor.practice_id)


def _locked(session: Session, actor: Actor, message_id: str) -> Message:
    if "manager" not in actor.roles:
        raise NotAllowed("Only a practice manager decides about email. Please ask yours.")
    message = session.scalar(locked(_of(actor).where(Message.id == message_id)))
    if message is None:
        raise NoSuchMessage("There is no such email.")
    return message


def _in_trouble(session: Session, actor: Actor, message_id: str) -> Message:
    message = _locked(session, actor, message_id)
    if message.state == SENDING:
        raise NotSendable(IN_TRAVEL)
    if message.state not in (FAILED, UNCERTAIN):
        raise NotSendable("Somebody has decided about it already. Look at the list again.")
    return message
