"""What the holder of a link does: finds it, says a date of birth, and uses it."""

import hmac
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.links import changing, tokens
from lettergen.links.purposes import PURPOSES
from lettergen.links.refusals import LockedNow, NoSuchLink, WrongBirthDate, ended
from lettergen.links.states import ATTEMPTS, State, state_of
from lettergen.models import Actor, Link


def find(session: Session, token_text: str) -> Link:
    """Return the link of a token, as it was pasted or typed, open or not.

    No practice is named: the token is the key, and the row says whose it is. Raises NoSuchLink,
    with the same words for what is malformed and what is unknown. Changes nothing.
    """
    token = tokens.read(token_text)
    link = token and session.scalar(select(Link).where(Link.token_hash == tokens.hashed(token)))
    if not link:
        raise NoSuchLink
    return link


def require_open(session: Session, link: Link, *, at: datetime) -> None:
    """Raise LinkEnded unless the link is open. Changes nothing."""
    state = state_of(link, at=at)
    if state is not State.OPEN:
        raise ended(session, link, state)


def answer(session: Session, link: Link, born: date, *, at: datetime) -> None:
    """Compare a date of birth with the link's, and note what came of it.

    The fifth wrong one in a row locks the link; a right one starts the count anew. Raises
    WrongBirthDate, LockedNow or LinkEnded: the caller commits all the same, for the count must
    hold.
    """
    row = changing.lock(session, link)
    require_open(session, row, at=at)
    if hmac.compare_digest(born.isoformat(), row.birth_date or ""):
        row.wrong_answers = 0
        row.opened_at = row.opened_at or at
        changing.mark(session, holder(row), row, "opened", at=at)
        return
    row.wrong_answers += 1
    left = ATTEMPTS - row.wrong_answers
    changing.mark(session, holder(row), row, "wrong-birth-date", at=at, details={"left": left})
    if left > 0:
        raise WrongBirthDate(left)
    row.locked_at = at
    changing.mark(session, holder(row), row, "locked", at=at)
    raise LockedNow(str(ended(session, row, State.LOCKED)), State.LOCKED)


def use(session: Session, link: Link, *, at: datetime) -> None:
    """Use a link that works once: of two people at one moment, one does.

    Raises LinkEnded if it is no longer open, ValueError for a link that may be opened often.
    """
    if not PURPOSES[link.purpose].is_single_use:
        raise ValueError(f"a link for {link.purpose} is not used up")
    row = changing.lock(session, link)
    require_open(session, row, at=at)
    row.used_at = at
    changing.mark(session, holder(row), row, "used", at=at)


def holder(link: Link) -> Actor:
    """Return whoever holds a link as the one who acts: for the audit, with no rights at all."""
    return Actor(
        staff_id=None,
        practice_id=link.practice_id,
        name="Holder of a link",
        role="patient",
        roles=frozenset(),
        may_sign=False,
    )
