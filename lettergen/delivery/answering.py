"""A date of birth said at a link is compared, and the practice told by e-mail of a lock."""

from contextlib import suppress
from datetime import date, datetime

from sqlalchemy.orm import Session

from lettergen import links, post
from lettergen.delivery import emails, subjects
from lettergen.documents import Office
from lettergen.links import LockedNow
from lettergen.models import Link, Practice

KIND = "link-locked"


def answer(
    session: Session, office: Office, link: Link, born: date, *, at: datetime, may_write: bool
) -> None:
    """Compare the date of birth at a link to a letter, as `answer_about` does.

    Raises LinkEnded besides if the letter was withdrawn, replaced or deleted.
    """
    document, _ = subjects.of_link(session, link)
    answer_about(
        session,
        office,
        link,
        born,
        reference=document.reference,
        path=f"/documents/{document.id}",
        at=at,
        may_write=may_write,
    )


def answer_about(
    session: Session,
    office: Office,
    link: Link,
    born: date,
    *,
    reference: str,
    path: str,
    at: datetime,
    may_write: bool,
) -> None:
    """Compare the date of birth as links.answer does; tell the practice by e-mail of a lock.

    `reference` is of what the link is about, and `path` leads to the page on which staff see what
    to do: the e-mail names both. `may_write` says whether e-mail is set up. Raises WrongBirthDate
    or LinkEnded: the caller commits all the same, for the count must hold.
    """
    try:
        links.answer(session, link, born, at=at)
    except LockedNow:
        if may_write:
            _tell(session, link, reference, f"{office.public_address}{path}", at=at)
        raise


def _tell(session: Session, link: Link, reference: str, address: str, *, at: datetime) -> None:
    practice = session.get_one(Practice, link.practice_id)
    if not practice.email:
        return
    text = emails.of_lock(reference, address)
    # The lock holds also where the practice's address is none that can be written to.
    with suppress(post.WrongAddress):
        post.write(
            session,
            links.holder(link),
            KIND,
            to=practice.email,
            heading=text.heading,
            body=text.body,
            at=at,
        )
