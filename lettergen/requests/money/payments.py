"""Payments that somebody recorded, and money that was given back. No card data, ever.

Source: domain sections 5.1 (G9) and 5.4.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lettergen import models
from lettergen.calendar import british_date, local_day
from lettergen.documents.refusals import NotFound
from lettergen.models import Actor, Invoice, Payment, Quote, Request
from lettergen.refusals import Refused
from lettergen.requests.money import balances, invoices
from lettergen.requests.money.balances import INVOICE, Balance
from lettergen.requests.money.pence import pounds

METHODS: Mapping[str, str] = MappingProxyType(
    {"cash": "Cash", "card": "Card terminal", "transfer": "Bank transfer", "cheque": "Cheque"}
)
NOT_STARTED, WITHDREW, DECLINED, OUR_FAULT, LATE = (
    "not_started",
    "withdrew",
    "declined_to_write",
    "our_fault",
    "late",
)
# Reasons that nobody chooses: a step gives them.
WAIVED, DECIDED_ANEW = "waived", "decided_anew"
# Why money goes back; a content that somebody hoped for is none.
REASONS: Mapping[str, str] = MappingProxyType(
    {
        NOT_STARTED: "The work was not started",
        WITHDREW: "The payer withdrew after we began",
        DECLINED: "The clinician declined to write it",
        OUR_FAULT: "A fault of ours",
        LATE: "Late beyond the promised day",
    }
)
LONGEST_NOTE = 300
OLDEST = timedelta(days=730)
# As long as the number of a card, or of an account with its sort code; a cheque's is shorter.
CARD_LIKE = re.compile(r"(?:\d[\s.,:;|*_/·•\-‐-―\u200b-\u200d\u2060]*){12,}")


@dataclass(frozen=True)
class Taken:
    """Money that was taken: `once` keeps a button pressed twice from counting twice.

    `is_part` says that whoever recorded it knows that it is not the whole sum.
    """

    pence: int
    method: str
    received_on: date
    once: str
    note: str = ""
    is_part: bool = False


@dataclass(frozen=True)
class GivenBack:
    """Money to be given back, all of it but what is `kept` for work that was done: `work`."""

    reason: str
    method: str
    once: str
    kept: int = 0
    work: str = ""


def record(
    session: Session, actor: Actor, invoice: Invoice, taken: Taken, *, at: datetime
) -> Payment:
    """Record a payment of an invoice; asked for twice with one `once`, it is recorded once.

    Raises Refused for a way that is none, a day to come, a note that looks like a card's number,
    more than is due, and less than is due unless it was said to be a part.
    """
    invoice = invoices.lock(session, invoice)
    same = _once(session, actor, invoice, taken.once)
    if same is not None:
        return same
    _check(invoice, taken, local_day(at))
    _check_amount(invoice, taken, balances.of(session, invoice))
    payment = _payment(actor, invoice, taken.pence, method=taken.method, once=taken.once, at=at)
    payment.received_on, payment.note = taken.received_on, taken.note.strip()
    return _add(session, actor, payment, "money.paid", at)


def give_back(
    session: Session,
    actor: Actor,
    request: Request,
    invoice: Invoice,
    back: GivenBack,
    *,
    at: datetime,
) -> tuple[Invoice, Payment | None]:
    """Take back an invoice by a credit note, and record the refund of what was paid beyond it.

    Everything goes back, unless the payer withdrew after the work began and was told of that in
    the quote: then what is `kept` stays. Pressed twice, it is done once. Raises Refused where a
    reason does not fit.
    """
    invoice = invoices.lock(session, invoice)
    same = _once(session, actor, invoice, back.once)
    if same is not None:
        return _last_credit(session, invoice), same
    balance = balances.of(session, invoice)
    _check_reason(session, request, invoice, back, balance)
    less = invoice.total_pence - balance.credited - back.kept
    if less <= 0:
        raise Refused("Nothing is left of this invoice to be taken back.")
    note = invoices.credit(session, actor, invoice, less, reason=back.reason, at=at)
    refund = balance.paid - back.kept
    if refund <= 0:
        return note, None
    payment = _payment(actor, invoice, -refund, method=back.method, once=back.once, at=at)
    payment.reason, payment.note = back.reason, back.work.strip()
    return note, _add(session, actor, payment, "money.refunded", at)


def reverse(session: Session, actor: Actor, payment: Payment, *, at: datetime) -> Payment:
    """Take back the record of a payment that was a mistake: the invoice is open again.

    Asked for twice, it is done once. Raises Refused for a refund, and where money of this payment
    has been given back since.
    """
    invoice = invoices.lock(session, invoices.get(session, actor, payment.invoice_id))
    # One payment is taken back once, whichever form asks for it.
    once = f"reverse-{payment.id}"
    same = _once(session, actor, invoice, once)
    if same is not None:
        return same
    if payment.amount_pence < 0 or balances.of(session, invoice).paid < payment.amount_pence:
        raise Refused("This money has been given back already, so the record of it stays.")
    made = _payment(actor, invoice, -payment.amount_pence, method=payment.method, once=once, at=at)
    made.reason = balances.MISTAKE
    return _add(session, actor, made, "money.payment_reversed", at)


def of(session: Session, invoice: Invoice) -> list[Payment]:
    """Return the payments and refunds of an invoice, the first one first."""
    return list(
        session.scalars(
            select(Payment)
            .where(Payment.practice_id == invoice.practice_id, Payment.invoice_id == invoice.id)
            .order_by(Payment.recorded_at, Payment.id)
        )
    )


def get(session: Session, actor: Actor, payment_id: str) -> Payment:
    """Return one payment of the actor's practice; raises NotFound."""
    found = session.scalar(
        select(Payment).where(Payment.practice_id == actor.practice_id, Payment.id == payment_id)
    )
    if found is None:
        raise NotFound("There is no such payment in your practice.")
    return found


def known(session: Session, actor: Actor, once: str) -> Payment | None:
    """Return the payment that a form made already, or None."""
    return session.scalar(
        select(Payment).where(Payment.practice_id == actor.practice_id, Payment.once == once)
    )


def refuse_card_numbers(note: str) -> None:
    """Raise Refused for a text that holds as many digits in a row as a card's number has."""
    if CARD_LIKE.search(note):
        raise Refused(
            "Leave long numbers out of the note: card and account numbers are never kept here. "
            "Write what you need to find the payment, such as “receipt 1234”."
        )


def _check(invoice: Invoice, taken: Taken, today: date) -> None:
    if invoice.kind != INVOICE:
        raise Refused("A credit note is not paid. Record the payment with its invoice.")
    _check_method(taken.method)
    refuse_card_numbers(taken.note)
    if len(taken.note) > LONGEST_NOTE:
        raise Refused(f"Write a note of at most {LONGEST_NOTE} characters.")
    if taken.received_on > today:
        raise Refused("The day of the payment is still to come. Enter the day it was received.")
    if taken.received_on < today - OLDEST:
        raise Refused(f"{british_date(taken.received_on)} is long past. Check the year.")


def _check_method(method: str) -> None:
    if method not in METHODS:
        raise Refused("Choose how it was paid: cash, card terminal, bank transfer or cheque.")


def _check_amount(invoice: Invoice, taken: Taken, balance: Balance) -> None:
    due = balance.due
    if due <= 0:
        raise Refused(f"Invoice {invoice.number} is settled already: nothing is due on it.")
    if taken.pence <= 0:
        raise Refused("Enter how much was paid, above £0.00.")
    if taken.pence > due:
        raise Refused(
            f"{pounds(taken.pence)} is {pounds(taken.pence - due)} more than the {pounds(due)} "
            f"due. Give the rest back, and record {pounds(due)}."
        )
    if taken.pence < due and not taken.is_part:
        raise Refused(
            f"{pounds(taken.pence)} is {pounds(due - taken.pence)} less than the {pounds(due)} "
            "due. If only a part was paid, tick “This is a part”; the rest stays due."
        )


def _check_reason(
    session: Session, request: Request, invoice: Invoice, back: GivenBack, balance: Balance
) -> None:
    if back.reason not in REASONS:
        raise Refused(
            "Choose why money goes back. That a letter does not say what somebody hoped for is "
            "no reason: the fee pays for the work."
        )
    if balance.paid > 0:
        _check_method(back.method)
    refuse_card_numbers(back.work)
    if len(back.work) > LONGEST_NOTE:
        raise Refused(f"Say which work was done in at most {LONGEST_NOTE} characters.")
    if back.reason == NOT_STARTED and (request.draft_id or request.document_id):
        raise Refused(
            "Work on this letter has begun. Choose another reason; what was done may be kept "
            "only if the payer withdrew and was told of it."
        )
    if back.kept and back.reason != WITHDREW:
        raise Refused("With this reason the whole amount goes back. Leave “Kept” empty.")
    if back.kept:
        _check_kept(session, invoice, back)


def _check_kept(session: Session, invoice: Invoice, back: GivenBack) -> None:
    quote = session.scalar(
        select(Quote).where(Quote.practice_id == invoice.practice_id, Quote.id == invoice.quote_id)
    )
    if quote is None or not quote.basis.get("told_of_work"):
        raise Refused(
            "The quote did not say that a part is kept after the work began, so the whole amount "
            "goes back. Leave “Kept” empty."
        )
    if not back.work.strip():
        raise Refused("Say which work was done for what is kept.")
    if not 0 < back.kept < invoice.total_pence:
        raise Refused("What is kept must be less than the invoice.")


def _payment(
    actor: Actor, invoice: Invoice, pence: int, *, method: str, once: str, at: datetime
) -> Payment:
    return Payment(
        practice_id=actor.practice_id,
        invoice_id=invoice.id,
        once=once,
        amount_pence=pence,
        received_on=local_day(at),
        method=method,
        recorded_at=at,
        recorded_by=actor.staff_id,
    )


def _add(session: Session, actor: Actor, payment: Payment, action: str, at: datetime) -> Payment:
    try:
        session.add(payment)
        session.flush()
    except IntegrityError as taken:
        raise Refused("This form was used already. Load the page again.") from taken
    details = {"pence": payment.amount_pence, "method": payment.method}
    models.record(session, actor, action, payment, at=at, details=details)
    return payment


def _once(session: Session, actor: Actor, invoice: Invoice, once: str) -> Payment | None:
    if not once:
        raise Refused("This form has no key of its own. Load the page again, and send it anew.")
    found = known(session, actor, once)
    if found is not None and found.invoice_id != invoice.id:
        raise Refused("This form was used for another invoice. Load the page again.")
    return found


def _last_credit(session: Session, invoice: Invoice) -> Invoice:
    return session.scalars(
        select(Invoice)
        .where(Invoice.practice_id == invoice.practice_id, Invoice.corrects_id == invoice.id)
        .order_by(Invoice.number.desc())
        .limit(1)
    ).one()
