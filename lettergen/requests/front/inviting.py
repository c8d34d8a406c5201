"""Links to a patient about a request: to agree, or to see a letter first; and the locked ones."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import links, post
from lettergen.calendar import british_time
from lettergen.documents import Office, eyes
from lettergen.documents.inviting import Invited, address_of, send
from lettergen.links import State
from lettergen.models import Actor, Link, Practice, Request
from lettergen.refusals import Refused

KINDS = {links.AGREE: "agree-link", links.SEE_FIRST: "see-first-link"}
_TEMPLATES = {links.AGREE: "agree.txt", links.SEE_FIRST: "see-first.txt"}
_HEADINGS = {
    links.AGREE: "A question from {practice}",
    links.SEE_FIRST: "Please read a letter from {practice}",
}


class NoBirthDate(Refused):
    """The request does not hold the date of birth by which its links are opened."""


@dataclass(frozen=True)
class LockedLink:
    """A locked link about a request."""

    link: Link
    request: Request


def invite(
    session: Session,
    office: Office,
    actor: Actor,
    request: Request,
    purpose: str,
    *,
    at: datetime,
    email: str | None = None,
    key: str | None = None,
) -> Invited:
    """Make a link of a purpose to a request; earlier open ones of that purpose end.

    With an address it is e-mailed. A form that bears a `key` and is sent twice makes one link and
    one e-mail. Raises NoBirthDate, WrongAddress.
    """
    to = post.checked(email) if email else None
    born = birth_date_of(request)
    earlier = open_links(session, actor, request, purpose, at=at)
    made = links.create(
        session, actor, purpose, request.id, birth_date=born, at=at, sent_to=to, key=key
    )
    address = address_of(office, made.token)
    if made.is_new:
        for link in earlier:
            post.cancel_for(session, actor, request.id, at=at, link_id=link.id)
            links.revoke(session, actor, link, at=at)
        _tell(session, actor, request, made.link, address, at=at)
    return Invited(made.link, made.token, address)


def open_links(
    session: Session, actor: Actor, request: Request, purpose: str, *, at: datetime
) -> list[Link]:
    """Return the links of a purpose by which somebody can get in now, the newest first."""
    found = links.links_of(session, actor, request.id)
    return [
        one for one in found if one.purpose == purpose and links.state_of(one, at=at) is State.OPEN
    ]


def birth_date_of(request: Request) -> date:
    """Return the patient's date of birth; raise NoBirthDate without one."""
    known = request.content.patient.get("date_of_birth") if request.content else None
    if not known:
        raise NoBirthDate(
            "This request holds no date of birth, by which its link would be opened. "
            "Add it to the patient's details, or use paper."
        )
    return date.fromisoformat(known)


def locked(session: Session, actor: Actor) -> list[LockedLink]:
    """Return the locked links about requests that nobody has dealt with, the first one first."""
    found = [one for one in links.locked(session, actor) if one.purpose in KINDS]
    if not found:
        return []
    rows = session.scalars(
        select(Request).where(
            eyes.requests_for(actor), Request.id.in_({one.subject_id for one in found})
        )
    )
    known = {one.id: one for one in rows}
    return [LockedLink(one, known[one.subject_id]) for one in found if one.subject_id in known]


def locked_link(session: Session, actor: Actor, link_id: str) -> LockedLink:
    """Return one of them; raise NoSuchLink for any other, and once it was dealt with."""
    for one in locked(session, actor):
        if one.link.id == link_id:
            return one
    raise links.NoSuchLink


def _tell(
    session: Session, actor: Actor, request: Request, link: Link, address: str, *, at: datetime
) -> None:
    if link.sent_to is None:
        links.mark(session, actor, link, "shown", at=at)
        return
    practice = session.get_one(Practice, actor.practice_id)
    names = str((request.content.patient if request.content else {}).get("given_name") or "")
    body = post.text(
        _TEMPLATES[link.purpose],
        practice={"name": practice.name, "phone": practice.phone},
        first_name=(names.split() or [""])[0],
        address=address,
        until=british_time(link.expires_at),
    )
    heading = _HEADINGS[link.purpose].format(practice=practice.name)
    send(session, actor, link, KINDS[link.purpose], heading=heading, body=body, at=at)
