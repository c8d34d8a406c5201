"""New links: made for somebody whose date of birth is known, and made anew."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.links import changing, tokens
from lettergen.links.purposes import PURPOSES, days_for
from lettergen.links.refusals import NoSuchLink, NotRenewed
from lettergen.links.states import State, state_of
from lettergen.models import Actor, Link

NOT_RENEWED = {
    State.USED: "This link has been used: it works once. Make another one if it is needed.",
    State.REPLACED: "There is a newer link in place of this one already. Renew that one.",
    State.REVOKED: "This link was turned off. Make another one in its place.",
}


@dataclass(frozen=True)
class Made:
    """A link with its token, which is not kept: show it now or never.

    `is_new` is false if a button was pressed twice, and the link had been made already.
    """

    link: Link
    token: str
    is_new: bool = True


def create(
    session: Session,
    actor: Actor,
    purpose: str,
    subject_id: str,
    *,
    birth_date: date | None,
    at: datetime,
    days: int | None = None,
    replaces: Link | None = None,
    sent_to: str | None = None,
    key: str | None = None,
) -> Made:
    """Return a new link of a purpose to a subject, for whoever says this date of birth.

    Only a purpose that is open to all does without one: ValueError for any other.
    `days` are the purpose's own unless given; `sent_to` is the e-mail address that gets it. `key`
    is a random text of the form that was sent: sent twice, it makes one link. The caller holds the
    subject's row lock then. Raises KeyError for an unknown purpose, WrongDays outside 1 to 90, or
    what `renew` refuses.
    """
    kind = PURPOSES[purpose]
    if kind.is_open_to_all == (birth_date is not None):
        raise ValueError(f"a link for {purpose} with a date of birth, or one without")
    lasts = timedelta(days=days_for(kind, days))
    token = _token(session, actor, purpose, subject_id, key)
    known = session.scalar(select(Link).where(Link.token_hash == tokens.hashed(token)))
    if known is not None:
        return Made(known, token, is_new=False)
    if replaces is not None:
        _replace(session, actor, replaces, at)
    link = Link(
        practice_id=actor.practice_id,
        purpose=purpose,
        subject_id=subject_id,
        token_hash=tokens.hashed(token),
        birth_date=birth_date.isoformat() if birth_date else None,
        sent_to=sent_to,
        made_at=at,
        made_by=actor.staff_id,
        expires_at=at + lasts,
        wrong_answers=0,
        replaces_id=replaces.id if replaces else None,
    )
    session.add(link)
    session.flush()
    changing.mark(session, actor, link, "made", at=at, details={"days": lasts.days})
    return Made(link, token)


def renew(
    session: Session,
    actor: Actor,
    link: Link,
    *,
    at: datetime,
    days: int | None = None,
    sent_to: str | None = None,
    key: str | None = None,
) -> Made:
    """Return a new link in place of one that is open, expired or locked; that one ends now.

    Raises NoSuchLink for another practice's, NotRenewed if it was used, turned off or replaced.
    """
    return create(
        session,
        actor,
        link.purpose,
        link.subject_id,
        birth_date=date.fromisoformat(link.birth_date) if link.birth_date else None,
        at=at,
        days=days,
        replaces=link,
        sent_to=sent_to,
        key=key,
    )


def _token(session: Session, actor: Actor, purpose: str, subject_id: str, key: str | None) -> str:
    if not key:
        return tokens.new()
    return tokens.derived(
        session, actor.practice_id, actor.staff_id or "", purpose, subject_id, key
    )


def _replace(session: Session, actor: Actor, link: Link, at: datetime) -> None:
    if link.practice_id != actor.practice_id:
        raise NoSuchLink
    row = changing.lock(session, link)
    state = state_of(row, at=at)
    if state in NOT_RENEWED:
        raise NotRenewed(NOT_RENEWED[state])
    row.replaced_at = at
    changing.mark(session, actor, row, "renewed", at=at)
