"""The quote of one request once it is offered: accepted, refused, lapsed, withdrawn or waived."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lettergen import models
from lettergen.calendar import british_date, local_day
from lettergen.models import Actor, Quote, Request, locked
from lettergen.refusals import Refused

OFFERED, ACCEPTED, REFUSED, LAPSED, WITHDRAWN, WAIVED = (
    "offered",
    "accepted",
    "refused",
    "lapsed",
    "withdrawn",
    "waived",
)
LIVE = (OFFERED, ACCEPTED)
# Declined and redirected requests end without work, though a payer may have agreed before.
SAID_NO = ("declined", "redirected")
FURTHEST = timedelta(days=366)
WAYS: Mapping[str, str] = MappingProxyType(
    {
        "desk": "At the desk",
        "phone": "By phone",
        "email": "By email",
        "letter": "By letter or purchase order",
        "link": "On the web",
    }
)


def unkept(session: Session, practice_id: str, on: date) -> list[tuple[Request, Quote]]:
    """Return what was promised by a day before `on`, and has not left, the oldest first."""
    rows = session.execute(
        select(Request, Quote)
        .join(Quote, Quote.request_id == Request.id)
        .where(
            Quote.practice_id == practice_id,
            Quote.state == ACCEPTED,
            Quote.promised_on < on,
            Request.released_at.is_(None),
            Request.closed_at.is_(None),
            Request.state.not_in(SAID_NO),
        )
        .order_by(Quote.promised_on, Quote.id)
    )
    return [(request, quote) for request, quote in rows]


def promise(
    session: Session, actor: Actor, request: Request, promised_on: date, *, at: datetime
) -> Quote:
    """Put another day in place of the one that was promised: the payer would rather wait.

    Raises Refused for a day that cannot be, and where nothing is accepted.
    """
    check_day(promised_on, local_day(at))
    quote = _lock(session, request, (ACCEPTED,))
    quote.promised_on = promised_on
    details = {"request": request.id, "by": promised_on.isoformat()}
    models.record(session, actor, "money.promised", quote, at=at, details=details)
    return quote


def of(session: Session, request: Request) -> list[Quote]:
    """Return the quotes of a request, the last one first."""
    return list(session.scalars(_of(request).order_by(Quote.offered_at.desc(), Quote.id)))


def live(session: Session, request: Request) -> Quote | None:
    """Return the one quote of a request that is offered or accepted, if there is one."""
    return session.scalar(_of(request).where(Quote.state.in_(LIVE)))


def accept(session: Session, actor: Actor, request: Request, *, how: str, at: datetime) -> Quote:
    """Record that the payer agreed: the price is what was offered, whatever a fee does since.

    Pressed twice, it returns the same quote. Raises Refused if there is none open, if it has
    lapsed, or for an unknown way.
    """
    if how not in WAYS:
        raise Refused("Say how the payer agreed.")
    quote = _lock(session, request, LIVE)
    if quote.state == ACCEPTED:
        return quote
    if local_day(at) > quote.lapses_on:
        raise Refused(
            f"The quote lapsed on {british_date(quote.lapses_on)}. Send a new one; it may cost "
            "something else."
        )
    return _answer(session, actor, quote, ACCEPTED, how=how, at=at)


def refuse(session: Session, actor: Actor, request: Request, *, how: str, at: datetime) -> Quote:
    """Record that the payer does not want to pay. Raises Refused if nothing is offered."""
    return _answer(session, actor, _lock(session, request, (OFFERED,)), REFUSED, how=how, at=at)


def withdraw(session: Session, actor: Actor, request: Request, *, at: datetime) -> Quote:
    """Take an offer back, or one that was accepted and not invoiced."""
    quote = _lock(session, request, LIVE)
    return _answer(session, actor, quote, WITHDRAWN, how=None, at=at)


def waive(session: Session, actor: Actor, quote: Quote, *, at: datetime) -> Quote:
    """End a live quote because its fee is waived."""
    return _answer(session, actor, quote, WAIVED, how=None, at=at)


def lapsing(session: Session, practice_id: str, on: date) -> Sequence[str]:
    """Return the requests of a practice whose open quote ended before a day."""
    return session.scalars(
        select(Quote.request_id)
        .where(Quote.practice_id == practice_id, Quote.state == OFFERED, Quote.lapses_on < on)
        .order_by(Quote.lapses_on, Quote.id)
    ).all()


def lapse(session: Session, actor: Actor, request: Request, *, at: datetime) -> Quote | None:
    """End the open quote of a request if its days are over; None where another did so before."""
    quote = session.scalar(locked(_of(request).where(Quote.state == OFFERED)))
    if quote is None or quote.lapses_on >= local_day(at):
        return None
    return _answer(session, actor, quote, LAPSED, how=None, at=at)


def check_day(promised_on: date, today: date) -> None:
    """Raise Refused for a day of promise that is past, or more than a year away."""
    if promised_on < today:
        raise Refused("The day on which it will be ready is past. Choose a later one.")
    if promised_on > today + FURTHEST:
        raise Refused("The day on which it will be ready is more than a year away. Check it.")


def _answer(
    session: Session, actor: Actor, quote: Quote, state: str, *, how: str | None, at: datetime
) -> Quote:
    quote.state, quote.answered_at, quote.answered_how = state, at, how
    details = {"request": quote.request_id, "pence": quote.total_pence}
    models.record(session, actor, f"money.quote_{state}", quote, at=at, details=details)
    return quote


def _lock(session: Session, request: Request, states: tuple[str, ...]) -> Quote:
    quote = session.scalar(locked(_of(request).where(Quote.state.in_(states))))
    if quote is None:
        raise Refused("No quote is open for this request. Make one first.")
    return quote


def _of(request: Request) -> Select[Quote]:
    return select(Quote).where(
        Quote.practice_id == request.practice_id, Quote.request_id == request.id
    )
