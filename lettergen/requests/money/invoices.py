"""Invoices and credit notes: numbered, final, and with nothing about anybody's health in them.

Source: domain sections 5.2 and 5.4; the Companies Act 2006, sections 82 and 1202; SI 1995/2518,
regulations 14 and 15 (VAT invoices and their changes).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lettergen import accounts, models
from lettergen.calendar import local_day
from lettergen.documents import eyes
from lettergen.documents.refusals import NotFound
from lettergen.models import Actor, Document, Invoice, Practice, Quote, Request, locked
from lettergen.refusals import Refused
from lettergen.requests.catalogue.terms import Terms
from lettergen.requests.money import (
    balances,
    citing,
    offering,
    payers,
    quotes,
    series,
    settings,
)
from lettergen.requests.money.balances import CREDIT, INVOICE
from lettergen.requests.money.fees import Price
from lettergen.requests.money.offering import Payer
from lettergen.requests.money.pence import tax_within
from lettergen.requests.money.settings import MoneySettings

# A supply that is invoiced within 14 days is taxed as of the invoice: VAT Act 1994, section 6(5).
LATER_TAX_POINT = timedelta(days=14)
WHAT = "Medical report, our ref {reference}"
GONE = "There is no such invoice in your practice."


@dataclass(frozen=True)
class _Asked:
    """What an invoice asks for, and of whom."""

    net: int
    vat: int
    total: int
    vat_class: str
    vat_percent: int
    payer_class: str
    payer: Mapping[str, Any]
    requester_id: str | None
    quote_id: str | None
    promised_on: date | None


def issue(session: Session, actor: Actor, request: Request, *, at: datetime) -> Invoice:
    """Return the invoice for the quote that was accepted; asked for twice, the same one.

    Raises NoFee for free work; Refused where nothing is accepted, or the practice has not said
    yet who it is in law.
    """
    payer_class = payers.of_outcome(request.outcome)
    quote = quotes.live(session, request)
    if quote is None or quote.state != quotes.ACCEPTED:
        raise Refused("Nobody has accepted a price for this request yet. Record that first.")
    if quote.payer_class != payer_class:
        raise Refused(
            "The price was accepted by another kind of payer than the decision names. Withdraw "
            "it, and make a new quote."
        )
    known = _of_quote(session, quote)
    if known is not None:
        return known
    own = settings.of(session, actor.practice_id)
    percent = own.vat_percent(quote.vat_class, local_day(at))
    return _issue(session, actor, request, _of_accepted(quote, percent), at)


def issue_to_body(
    session: Session,
    actor: Actor,
    terms: Terms,
    request: Request,
    payer: Payer,
    *,
    at: datetime,
) -> Invoice:
    """Return an invoice to the public body that pays for a request by its own rate.

    Raises NoFee unless the request was decided as such work; Refused for an invoice that is open.
    """
    if payers.of_outcome(request.outcome) != payers.STATE:
        raise payers.NoFee("No public body pays for this request. Make a quote for its payer.")
    if not payer.name.strip():
        raise Refused("Enter the name of the public body that pays.")
    offering.refuse_patient(request, payer)
    # The lock of the request itself is the caller's: two invoices would both find none.
    for one in of(session, request):
        if one.kind == INVOICE and not balances.of(session, one).is_taken_back:
            raise Refused(f"Invoice {one.number} is made for this request already.")
    price = offering.price_for(session, actor, terms, request, local_day(at))
    return _issue(session, actor, request, _of_price(price, payer, request), at)


def credit(
    session: Session, actor: Actor, invoice: Invoice, pence: int, *, reason: str, at: datetime
) -> Invoice:
    """Return a credit note that takes back an invoice, or `pence` of it; VAT goes back in part.

    Raises Refused for more than is left of the invoice.
    """
    invoice = lock(session, invoice)
    balance = balances.of(session, invoice)
    left = invoice.total_pence - balance.credited
    if not 0 < pence <= left:
        raise Refused("A credit note cannot be for more than is left of the invoice.")
    vat = _vat_back(invoice, balance.credited_vat, pence, left)
    cited = citing.cited(session, invoice, invoice.payer_class, invoice.content["customer"])
    content = {**invoice.content, "customer": cited, "corrects": invoice.number}
    content["corrects_on"] = invoice.issued_on.isoformat()
    note = Invoice(
        **_common(actor, invoice.request_id, at),
        number=series.take(session, actor.practice_id),
        kind=CREDIT,
        quote_id=invoice.quote_id,
        corrects_id=invoice.id,
        requester_id=invoice.requester_id,
        payer_class=invoice.payer_class,
        supplied_on=None,
        due_on=local_day(at),
        net_pence=pence - vat,
        vat_pence=vat,
        total_pence=pence,
        vat_class=invoice.vat_class,
        reason=reason,
        seller=_seller(session, actor, local_day(at)),
        content=content,
    )
    _add(session, note)
    details = {"number": note.number, "corrects": invoice.number, "pence": pence, "why": reason}
    models.record(session, actor, "money.credited", note, at=at, details=details)
    return note


def get(session: Session, actor: Actor, invoice_id: str) -> Invoice:
    """Return an invoice or credit note for the actor's eyes, as its request is; raises NotFound."""
    found = session.scalar(
        select(Invoice)
        .join(Request, Request.id == Invoice.request_id)
        .where(eyes.requests_for(actor), Invoice.id == invoice_id)
    )
    if found is None:
        raise NotFound(GONE)
    return found


def lock(session: Session, invoice: Invoice) -> Invoice:
    """Return an invoice locked until commit, so that its payments are counted one by one."""
    mine = select(Invoice).where(
        Invoice.practice_id == invoice.practice_id, Invoice.id == invoice.id
    )
    return session.scalars(locked(mine)).one()


def of(session: Session, request: Request) -> list[Invoice]:
    """Return the invoices and credit notes of a request, by number."""
    return list(
        session.scalars(
            select(Invoice)
            .where(Invoice.practice_id == request.practice_id, Invoice.request_id == request.id)
            .order_by(Invoice.number)
        )
    )


def tax_point(supplied_on: date | None, issued_on: date) -> date:
    """Return the day that counts for VAT: the invoice's, or the work's if that is long before."""
    if supplied_on and issued_on - supplied_on > LATER_TAX_POINT:
        return supplied_on
    return issued_on


def _issue(
    session: Session, actor: Actor, request: Request, asked: _Asked, at: datetime
) -> Invoice:
    seller, own = _seller(session, actor, local_day(at)), settings.of(session, actor.practice_id)
    _require_seller(own)
    days = 0 if asked.payer_class == payers.PATIENT else own.terms_days
    released = request.released_at
    invoice = Invoice(
        **_common(actor, request.id, at),
        number=series.take(session, actor.practice_id),
        kind=INVOICE,
        quote_id=asked.quote_id,
        requester_id=asked.requester_id,
        payer_class=asked.payer_class,
        supplied_on=local_day(released) if released else None,
        due_on=local_day(at) + timedelta(days=days),
        net_pence=asked.net,
        vat_pence=asked.vat,
        total_pence=asked.total,
        vat_class=asked.vat_class,
        seller=seller,
        content=_content(session, request, asked),
    )
    _add(session, invoice)
    details = {"number": invoice.number, "pence": invoice.total_pence, "request": request.id}
    models.record(session, actor, "money.invoiced", invoice, at=at, details=details)
    return invoice


def _common(actor: Actor, request_id: str, at: datetime) -> dict[str, Any]:
    return {
        "practice_id": actor.practice_id,
        "request_id": request_id,
        "issued_at": at,
        "issued_on": local_day(at),
        "issued_by": actor.staff_id,
    }


def _of_quote(session: Session, quote: Quote) -> Invoice | None:
    return session.scalar(
        select(Invoice).where(
            Invoice.practice_id == quote.practice_id,
            Invoice.quote_id == quote.id,
            Invoice.kind == INVOICE,
        )
    )


def _of_accepted(quote: Quote, percent: int) -> _Asked:
    """Return what was agreed: the total stands, the VAT in it is that of the invoice's day."""
    is_as_quoted = percent == int(quote.basis.get("vat_percent", 0))
    vat = quote.vat_pence if is_as_quoted else tax_within(quote.total_pence, percent)
    return _Asked(
        net=quote.total_pence - vat,
        vat=vat,
        total=quote.total_pence,
        vat_class=quote.vat_class,
        vat_percent=percent,
        payer_class=quote.payer_class,
        payer=quote.payer,
        requester_id=quote.requester_id,
        quote_id=quote.id,
        promised_on=quote.promised_on,
    )


def _of_price(price: Price, payer: Payer, request: Request) -> _Asked:
    return _Asked(
        net=price.net,
        vat=price.vat,
        total=price.total,
        vat_class=price.vat_class,
        vat_percent=price.vat_percent,
        payer_class=price.payer_class,
        payer=payer.as_plain(),
        requester_id=request.requester_id,
        quote_id=None,
        promised_on=None,
    )


def _customer(request: Request, asked: _Asked) -> dict[str, Any]:
    """Return whom the invoice is for; an organisation has an address, from the address book."""
    customer = dict(asked.payer)
    if asked.payer_class == payers.PATIENT or customer.get("address_lines"):
        return customer
    known = request.requester.address if request.requester else None
    lines = [line.strip() for line in (known or "").splitlines() if line.strip()]
    if not lines:
        raise Refused(
            "An invoice to an organisation has to bear its address. Enter the address in the "
            "address book of requesters, then make the invoice."
        )
    return {**customer, "address_lines": lines}


def _content(session: Session, request: Request, asked: _Asked) -> dict[str, Any]:
    customer = citing.cited(session, request, asked.payer_class, _customer(request, asked))
    return {
        "customer": customer,
        "what": WHAT.format(reference=request.reference),
        "vat_percent": asked.vat_percent,
        "promised_on": asked.promised_on.isoformat() if asked.promised_on else "",
        "signed_by": _signed_by(session, request),
    }


def _signed_by(session: Session, request: Request) -> str:
    if request.document_id is None:
        return ""
    name = session.scalar(
        select(Document.signer_name).where(
            Document.practice_id == request.practice_id, Document.id == request.document_id
        )
    )
    return name or ""


def _seller(session: Session, actor: Actor, on: date) -> dict[str, Any]:
    """Return who sells as it is printed: what changes later leaves an old invoice as it was."""
    practice: Practice = accounts.practice_of(session, actor)
    own = settings.of(session, actor.practice_id)
    return {
        "name": practice.name,
        "ods": practice.ods,
        "phone": practice.phone,
        "email": practice.email,
        "address_lines": practice.address_lines,
        "legal_form": own.legal_form,
        "legal_name": own.legal_name,
        "partners": list(own.partners),
        "partners_at": own.partners_at,
        "company_number": own.company_number,
        "legal_address": list(own.address),
        "vat_number": own.vat_number(on),
        "bank": own.bank,
        "terms_days": own.terms_days,
        "late_interest": own.late_interest,
    }


def _require_seller(own: MoneySettings) -> None:
    if own.lacks:
        raise Refused(
            "An invoice has to say who the practice is in law. On the page “Money settings”, "
            f"{own.lacks}. A manager can do this."
        )


def _vat_back(invoice: Invoice, credited_vat: int, pence: int, left: int) -> int:
    """Return the VAT in a part of an invoice; the last part takes what rounding left."""
    if pence == left:
        return invoice.vat_pence - credited_vat
    return (pence * invoice.vat_pence * 2 + invoice.total_pence) // (2 * invoice.total_pence)


def _add(session: Session, invoice: Invoice) -> None:
    try:
        session.add(invoice)
        session.flush()
    except IntegrityError as taken:
        raise Refused(
            "Somebody else made an invoice for this request at the same moment. Load the page "
            "again: it is there."
        ) from taken
