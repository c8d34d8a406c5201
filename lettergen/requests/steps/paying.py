"""The steps of money: quote, accept, invoice, pay, put on account, promise, lapse.

Each locks the request first, writes its money, moves the request, and notes the work that it was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from lettergen.calendar import local_day
from lettergen.models import Actor, Invoice, Payment, Quote, Request
from lettergen.refusals import Refused
from lettergen.requests.catalogue.terms import Terms
from lettergen.requests.life import events, finding, moves
from lettergen.requests.life.guards import OLDEST_DEBT
from lettergen.requests.life.states import STATES
from lettergen.requests.money import (
    balances,
    invoices,
    offering,
    payers,
    payments,
    quotes,
    series,
    standing,
)
from lettergen.requests.money.offering import Offer, Payer
from lettergen.requests.money.payments import Taken
from lettergen.requests.steps import charged, sending_quotes

UNKEPT = "promise-not-kept"


@dataclass(frozen=True)
class Paid:
    """A payment that was recorded, and the invoice that it is for."""

    payment: Payment
    invoice: Invoice


def offer(
    session: Session,
    actor: Actor,
    terms: Terms,
    request_id: str,
    offered: Offer,
    *,
    at: datetime,
) -> Quote:
    """Offer the price of a request to whoever pays; the request then waits for the answer.

    Raises NotPossible, NoFee, Refused as `offering.offer` does.
    """
    request = finding.lock(session, actor, request_id)
    quote = offering.offer(session, actor, terms, request, offered, at=at)
    moves.move(session, actor, request, "quoted", at=at)
    charged.note(session, actor, request, "quoted", quote.total_pence, at=at)
    return quote


def accept(session: Session, actor: Actor, request_id: str, *, how: str, at: datetime) -> Quote:
    """Record that the payer agreed; from here the price stands. Pressed twice, once."""
    return _accept(session, actor, finding.lock(session, actor, request_id), how=how, at=at)


def _accept(session: Session, actor: Actor, request: Request, *, how: str, at: datetime) -> Quote:
    quote = quotes.live(session, request)
    if quote is not None and quote.state == quotes.ACCEPTED:
        return quote
    _require_wanted(request)
    # The guard of the move looks at the quote while it is open: G6.
    if quote is not None and request.state in ("quoted", "triaged"):
        _require_open(quote, at)
        moves.move(session, actor, request, "accepted", at=at)
    return quotes.accept(session, actor, request, how=how, at=at)


def refuse(
    session: Session, actor: Actor, request_id: str, *, how: str, because: str, at: datetime
) -> Quote:
    """Record that the payer does not want to pay: the request is declined, with the reason."""
    request = finding.lock(session, actor, request_id)
    sending_quotes.recall(session, actor, request, at=at)
    quote = quotes.refuse(session, actor, request, how=how, at=at)
    reason = because.strip() or "The payer did not accept the fee."
    moves.move(session, actor, request, "declined", at=at, because=reason)
    charged.note(session, actor, request, "refused", quote.total_pence, at=at)
    return quote


def withdraw(session: Session, actor: Actor, request_id: str, *, at: datetime) -> Quote:
    """Take an offer back, so that another can be made. Raises Refused once it is invoiced."""
    request = finding.lock(session, actor, request_id)
    if charged.open_invoice(session, request) is not None:
        raise Refused(
            "An invoice is made for this price. Take that back by a credit note first: open the "
            "invoice and choose “Give money back or cancel”."
        )
    sending_quotes.recall(session, actor, request, at=at)
    quote = quotes.withdraw(session, actor, request, at=at)
    if request.state in ("quoted", "accepted"):
        moves.move(session, actor, request, "triaged", at=at)
    events.note(session, actor, request, "quote-withdrawn", at=at)
    return quote


def invoice(session: Session, actor: Actor, request_id: str, *, at: datetime) -> Invoice:
    """Make the invoice for the price that was accepted; pressed twice, once."""
    request = finding.lock(session, actor, request_id)
    return _invoice(session, actor, request, at)


def invoice_body(
    session: Session,
    actor: Actor,
    terms: Terms,
    request_id: str,
    payer: Payer,
    *,
    at: datetime,
) -> Invoice:
    """Make the invoice to the public body that pays for a request by its own rate."""
    request = finding.lock(session, actor, request_id)
    made = invoices.issue_to_body(session, actor, terms, request, payer, at=at)
    _note_invoice(session, actor, request, made, at)
    return made


def record(session: Session, actor: Actor, request_id: str, taken: Taken, *, at: datetime) -> Paid:
    """Record a payment for a request: the invoice is made if there is none, and once it is
    settled the request counts as paid. Whoever pays what was offered has accepted it.

    Raises Refused as `payments.record` and `invoices.issue` do.
    """
    request = finding.lock(session, actor, request_id)
    asked = charged.open_invoice(session, request) or _invoice_paid(
        session, actor, request, taken, at
    )
    known = {one.id for one in payments.of(session, asked)}
    payment = payments.record(session, actor, asked, taken, at=at)
    if payment.id in known:
        return Paid(payment, asked)
    charged.note(session, actor, request, "paid", payment.amount_pence, at=at)
    if balances.of(session, asked).is_settled and request.state in ("accepted", "on_account"):
        moves.move(session, actor, request, "paid", at=at)
    else:
        events.note(session, actor, request, "payment", at=at)
    return Paid(payment, asked)


def put_on_account(session: Session, actor: Actor, request_id: str, *, at: datetime) -> Invoice:
    """Let an organisation pay later: it gets its invoice, and the work goes on.

    Raises Refused for a patient, an organisation without account, or one with a debt of more
    than 60 days.
    """
    request = finding.lock(session, actor, request_id)
    facts = standing.of(session, request, at=at)
    if facts.payer_class != payers.ORGANISATION or not facts.is_on_account:
        raise Refused(
            "Only an organisation that has an account pays later. Record the payment, or let a "
            "manager open an account for it in the address book."
        )
    if not facts.is_account_sound:
        raise Refused(
            f"This organisation owes an invoice that is {facts.oldest_debt_days} days old; "
            f"{OLDEST_DEBT} days are the most. Record that payment first, or ask for payment now."
        )
    made = _invoice(session, actor, request, at)
    moves.move(session, actor, request, "on_account", at=at)
    return made


def promise(
    session: Session, actor: Actor, request_id: str, promised_on: date, *, at: datetime
) -> Quote:
    """Record that the payer would rather wait for another day than have the money back."""
    request = finding.lock(session, actor, request_id)
    quote = quotes.promise(session, actor, request, promised_on, at=at)
    events.note(session, actor, request, "promised-anew", at=at)
    return quote


def note_unkept(session: Session, actor: Actor, *, at: datetime) -> list[Quote]:
    """Note in the history of each request whose promised day is past that it is; once a day
    that was promised. Managers see them on the home page until they are done.
    """
    on = local_day(at)
    return list(_noted(session, actor, quotes.unkept(session, actor.practice_id, on), at))


def _noted(
    session: Session, actor: Actor, unkept: Sequence[tuple[Request, Quote]], at: datetime
) -> Iterator[Quote]:
    for request, quote in unkept:
        details = {"by": quote.promised_on.isoformat() if quote.promised_on else ""}
        said = events.of(session, actor, request.id)
        if not any(one.what == UNKEPT and one.details == details for one in said):
            events.note(session, actor, request, UNKEPT, at=at, details=details)
            yield quote


def lapse_due(session: Session, actor: Actor, *, at: datetime) -> list[Quote]:
    """End the practice's open quotes whose 30 days are over; their requests wait for a new one.

    Run twice, it does nothing the second time. Each request is locked on its own.
    """
    on = local_day(at)
    return list(_lapsed(session, actor, quotes.lapsing(session, actor.practice_id, on), at))


def _lapsed(
    session: Session, actor: Actor, request_ids: Sequence[str], at: datetime
) -> Iterator[Quote]:
    for request_id in request_ids:
        request = finding.lock(session, actor, request_id)
        quote = quotes.lapse(session, actor, request, at=at)
        if quote is None:
            continue
        if request.state == "quoted":
            moves.move(session, actor, request, "triaged", at=at, because="The quote lapsed.")
        else:
            events.note(session, actor, request, "quote-lapsed", at=at)
        yield quote


def _require_wanted(request: Request) -> None:
    """Raise Refused for a request that ended without a letter: nobody has to pay for it."""
    has_ended = STATES[request.state].is_end or request.state in quotes.SAID_NO
    if has_ended and request.released_at is None:
        raise Refused(
            "This request ended without a letter, so nobody pays for it. Withdraw the quote, or "
            "make a new request."
        )


def _require_open(quote: Quote, at: datetime) -> None:
    if local_day(at) > quote.lapses_on:
        raise Refused("This quote has lapsed. Withdraw it, and send a new one.")


def _invoice(session: Session, actor: Actor, request: Request, at: datetime) -> Invoice:
    known = {one.id for one in charged.invoices_of(session, request)}
    if not known:
        _require_wanted(request)
    made = invoices.issue(session, actor, request, at=at)
    if made.id not in known:
        _note_invoice(session, actor, request, made, at)
    elif balances.of(session, made).is_taken_back:
        raise Refused(
            f"Invoice {made.number} was taken back. Withdraw the price, and offer a new one."
        )
    return made


def _invoice_paid(
    session: Session, actor: Actor, request: Request, taken: Taken, at: datetime
) -> Invoice:
    """Make the invoice that a payment is for."""
    settled = payments.known(session, actor, taken.once)
    if settled is not None:
        made = invoices.get(session, actor, settled.invoice_id)
        if made.request_id != request.id:
            raise Refused("This form was used for another request. Load the page again.")
        return made
    series.hold(session, actor.practice_id)
    quote = quotes.live(session, request)
    if quote is not None and quote.state == quotes.OFFERED:
        _accept(session, actor, request, how="desk", at=at)
    return _invoice(session, actor, request, at)


def _note_invoice(
    session: Session, actor: Actor, request: Request, made: Invoice, at: datetime
) -> None:
    charged.note(session, actor, request, "invoiced", made.total_pence, at=at)
    events.note(session, actor, request, "invoiced", at=at, details={"number": made.number})
