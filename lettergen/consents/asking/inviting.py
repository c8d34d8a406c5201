"""The link by which a patient answers on a device of their own: made, sent, shown, made anew."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from lettergen import links, post
from lettergen.calendar import british_time
from lettergen.consents.asking import keeping
from lettergen.consents.asking.offering import hand_over
from lettergen.consents.form.terms import Terms
from lettergen.documents import Office
from lettergen.documents.inviting import Invited, address_of, send
from lettergen.links import State
from lettergen.models import OFFERED, SET_UP, Actor, ConsentDraft, Link, Practice

KIND = "consent-link"
PURPOSE = "consent"


def invite(
    session: Session,
    office: Office,
    terms: Terms,
    actor: Actor,
    draft_id: str,
    *,
    at: datetime,
    email: str | None = None,
    days: int | None = None,
    key: str | None = None,
) -> Invited:
    """Hand a consent over by a link; an earlier link of it ends. With an address it is e-mailed.

    A form that bears a `key` and is sent twice makes one link and one e-mail. Raises as `hand_over`
    does, WrongStage if it was handed over in another way, WrongDays, WrongAddress.
    """
    one = keeping.lock(session, actor.practice_id, draft_id, SET_UP, OFFERED)
    if one.stage == SET_UP:
        hand_over(session, terms, actor, draft_id, "link", at=at)
    keeping.require_way(one, "link")
    to = post.checked(email) if email else None
    born = date.fromisoformat(str(one.answers["patient"]["date_of_birth"]))
    earlier = open_link(session, actor, one, at=at)
    made = links.create(
        session, actor, PURPOSE, one.id, birth_date=born, at=at, days=days, sent_to=to, key=key
    )
    address = address_of(office, made.token)
    if made.is_new and earlier is not None:
        post.cancel_for(session, actor, one.id, at=at, link_id=earlier.id)
        links.revoke(session, actor, earlier, at=at)
    if made.is_new:
        _tell(session, actor, one, made.link, address, at=at)
    return Invited(made.link, made.token, address)


def open_link(session: Session, actor: Actor, one: ConsentDraft, *, at: datetime) -> Link | None:
    """Return the link by which the patient can answer now, or None."""
    found = links.links_of(session, actor, one.id)
    return next((link for link in found if links.state_of(link, at=at) is State.OPEN), None)


def _tell(
    session: Session, actor: Actor, one: ConsentDraft, link: Link, address: str, *, at: datetime
) -> None:
    if link.sent_to is None:
        links.mark(session, actor, link, "shown", at=at)
        return
    practice = session.get_one(Practice, actor.practice_id)
    heading = f"Some questions from {practice.name}"
    body = _text(practice, one, link, address)
    send(session, actor, link, KIND, heading=heading, body=body, at=at)


def _text(practice: Practice, one: ConsentDraft, link: Link, address: str) -> str:
    names = str((one.answers.get("patient") or {}).get("full_name") or "").split()
    return post.text(
        "consent.txt",
        practice={"name": practice.name, "phone": practice.phone},
        first_name=names[0] if names else "",
        address=address,
        until=british_time(link.expires_at),
    )
