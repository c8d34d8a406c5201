"""The steps in which money is not taken, or goes back: waivers, credit notes, refunds, mistakes.

Each locks the request first, writes its money, moves the request, and notes the work that it was.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from lettergen.models import Actor, Invoice, Payment, Request, Waiver
from lettergen.refusals import Refused
from lettergen.requests.catalogue.terms import Terms
from lettergen.requests.life import events, finding, moves
from lettergen.requests.life.states import MOVES
from lettergen.requests.money import balances, invoices, payers, payments, quotes, series, waivers
from lettergen.requests.money.payments import GivenBack
from lettergen.requests.steps import charged


def ask_waiver(
    session: Session,
    actor: Actor,
    terms: Terms,
    request_id: str,
    *,
    reason: str,
    note: str,
    at: datetime,
) -> Waiver:
    """Ask that the fee of a request is not taken; a manager decides."""
    request = finding.lock(session, actor, request_id)
    waiver = waivers.ask(session, actor, terms, request, reason=reason, note=note, at=at)
    if waiver.asked_at == at:
        events.note(session, actor, request, "waiver-asked", at=at)
    return waiver


def approve_waiver(
    session: Session, actor: Actor, terms: Terms, waiver_id: str, *, at: datetime
) -> Waiver:
    """Approve a waiver: an unpaid invoice is taken back, and the request needs no payment.

    Raises as `waivers.approve` does; Refused where money was taken already.
    """
    known = waivers.get(session, actor, waiver_id)
    request = finding.lock(session, actor, known.request_id)
    payers.of_outcome(request.outcome)
    series.hold(session, actor.practice_id)
    waiver = waivers.approve(session, actor, terms, known, at=at)
    for one in charged.invoices_of(session, request):
        _require_unpaid(session, one)
        charged.credit_rest(session, actor, request, one, payments.WAIVED, at=at)
    quote = quotes.live(session, request)
    if quote is not None:
        quotes.waive(session, actor, quote, at=at)
    charged.note(session, actor, request, "waived", waiver.full_pence, at=at)
    if (request.state, "waived") in MOVES:
        moves.move(session, actor, request, "waived", at=at)
    else:
        events.note(session, actor, request, "waived", at=at)
    return waiver


def refuse_waiver(session: Session, actor: Actor, waiver_id: str, *, at: datetime) -> Waiver:
    """Refuse a waiver: the fee stays."""
    known = waivers.get(session, actor, waiver_id)
    request = finding.lock(session, actor, known.request_id)
    waiver = waivers.refuse(session, actor, known, at=at)
    events.note(session, actor, request, "waiver-refused", at=at)
    return waiver


def give_back(
    session: Session, actor: Actor, invoice_id: str, back: GivenBack, *, at: datetime
) -> tuple[Invoice, Payment | None]:
    """Take an invoice back by a credit note, and record what is refunded, by the rules of 5.4.

    A request that is over, and whose whole fee went back, counts as refunded. Raises Refused as
    `payments.give_back` does.
    """
    asked = invoices.get(session, actor, invoice_id)
    request = finding.lock(session, actor, asked.request_id)
    known = {one.id for one in payments.of(session, asked)}
    note, payment = payments.give_back(session, actor, request, asked, back, at=at)
    if payment is not None and payment.id in known:
        return note, payment
    charged.note(session, actor, request, "credited", note.total_pence, at=at)
    if payment is not None:
        charged.note(session, actor, request, "refunded", -payment.amount_pence, at=at)
    events.note(session, actor, request, "given-back", at=at)
    live = quotes.live(session, request)
    is_of_live = asked.quote_id == (live.id if live else None)
    if is_of_live and not back.kept:
        _end(session, actor, request, is_paid_back=payment is not None, at=at)
    return note, payment


def reverse(session: Session, actor: Actor, payment_id: str, *, at: datetime) -> Payment:
    """Take back the record of a payment that was a mistake; the invoice is open again."""
    wrong = payments.get(session, actor, payment_id)
    asked = invoices.get(session, actor, wrong.invoice_id)
    request = finding.lock(session, actor, asked.request_id)
    known = {one.id for one in payments.of(session, asked)}
    made = payments.reverse(session, actor, wrong, at=at)
    if made.id not in known:
        charged.note(session, actor, request, "refunded", -made.amount_pence, at=at)
        events.note(session, actor, request, "payment-reversed", at=at)
    return made


def _end(
    session: Session, actor: Actor, request: Request, *, is_paid_back: bool, at: datetime
) -> None:
    """Bring a request on whose whole fee is taken back: refunded, or ready for another price."""
    if is_paid_back:
        if (request.state, "refunded") in MOVES:
            moves.move(session, actor, request, "refunded", at=at)
    elif request.state == "accepted" and quotes.live(session, request) is not None:
        quotes.withdraw(session, actor, request, at=at)
        moves.move(session, actor, request, "triaged", at=at)


def _require_unpaid(session: Session, asked: Invoice) -> None:
    if balances.of(session, asked).paid > 0:
        raise Refused(
            f"Invoice {asked.number} is paid, at least in part. Give the money back first, then "
            "the fee is not due any more."
        )
