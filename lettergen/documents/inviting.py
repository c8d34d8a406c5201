"""Links that go out: their address, and the e-mail that carries one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import links, post
from lettergen.documents.office import Office
from lettergen.models import Actor, Link, Message


@dataclass(frozen=True)
class Invited:
    """A link that was made, with its token and address, which are not kept."""

    link: Link
    token: str
    address: str


def address_of(office: Office, token: str) -> str:
    """Return the address under which a link is opened."""
    return f"{office.public_address}/l/{token}"


def send(
    session: Session,
    actor: Actor,
    link: Link,
    kind: str,
    *,
    heading: str,
    body: str,
    at: datetime,
) -> Message:
    """Write the e-mail that carries a link to the address that it was made for.

    Raises WrongAddress.
    """
    message = post.write(
        session,
        actor,
        kind,
        to=str(link.sent_to),
        heading=heading,
        body=body,
        at=at,
        subject_id=link.subject_id,
        link_id=link.id,
    )
    links.mark(session, actor, link, "emailed", at=at, details={"message": message.id})
    return message


def email_of(session: Session, link: Link) -> Message | None:
    """Return the e-mail that carries a link, or None."""
    return session.scalar(
        select(Message)
        .where(Message.practice_id == link.practice_id, Message.link_id == link.id)
        .order_by(Message.made_at, Message.id)
        .limit(1)
    )
