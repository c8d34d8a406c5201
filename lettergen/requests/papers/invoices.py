"""Invoices, credit notes and receipts on paper: what the law asks, and nobody's health.

Source: domain section 5.2; VAT Regulations 1995, regulation 14.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from lettergen.calendar import british_date
from lettergen.models import Invoice, Payment
from lettergen.requests.money.balances import CREDIT, Balance
from lettergen.requests.money.fees import EXEMPT, OUTSIDE
from lettergen.requests.money.invoices import tax_point
from lettergen.requests.money.payers import PATIENT
from lettergen.requests.money.payments import METHODS, REASONS
from lettergen.requests.money.pence import pounds
from lettergen.requests.papers.money_frame import Paper, legal

INVOICE_SLUG, CREDIT_SLUG, RECEIPT_SLUG = "invoice", "credit-note", "receipt"
LATE = (
    "If this is paid late, we may claim interest and a fixed sum under the Late Payment of "
    "Commercial Debts (Interest) Act 1998."
)


def paper(invoice: Invoice, customer: Mapping[str, Any]) -> Paper:
    """Return an invoice or a credit note as it was made, whatever changed since.

    `customer` is whom it is for, without their reference if that may not be printed any more.
    """
    is_credit = invoice.kind == CREDIT
    seller, content = invoice.seller, invoice.content
    title = f"{'Credit note' if is_credit else 'Invoice'} {invoice.number}"
    has_vat = bool(seller["vat_number"])
    return Paper(
        slug=CREDIT_SLUG if is_credit else INVOICE_SLUG,
        title=title,
        template="request-invoice.html",
        seller=seller,
        customer=customer,
        form={
            "kind_word": "credit note" if is_credit else "invoice",
            "facts": list(_facts(invoice, customer)),
            "amounts": "What we take back" if is_credit else "What is due",
            "has_vat": has_vat,
            "what": content["what"],
            "net": pounds(invoice.net_pence),
            "rate": f"{content['vat_percent']}%" if invoice.vat_pence else _no_rate(invoice),
            "vat": pounds(invoice.vat_pence),
            "total": pounds(invoice.total_pence),
            "vat_texts": list(_vat_texts(invoice)),
            "pay_heading": "What this means" if is_credit else "How to pay",
            "pay": list(_credit_texts(invoice) if is_credit else _pay_texts(invoice)),
            "bank": [] if is_credit else _lines(seller["bank"]),
            "legal": legal(seller),
        },
        dated=invoice.issued_on,
        must_hold=(
            title,
            content["what"],
            pounds(invoice.total_pence),
            customer["name"],
        ),
    )


def receipt(payment: Payment, invoice: Invoice, balance: Balance) -> Paper:
    """Return the receipt of a payment, with what was left when it was made."""
    amount = pounds(payment.amount_pence)
    facts = [
        _fact("Received on", british_date(payment.received_on)),
        _fact("How", METHODS[payment.method]),
        _fact("For", f"Invoice {invoice.number} of {british_date(invoice.issued_on)}"),
        _fact("What", invoice.content["what"]),
        _fact("Invoice total", pounds(invoice.total_pence)),
    ]
    left = balance.due
    text = f"{pounds(left)} are still due." if left > 0 else "Nothing more is due."
    return Paper(
        slug=RECEIPT_SLUG,
        title=f"Receipt for invoice {invoice.number}",
        template="request-receipt.html",
        seller=invoice.seller,
        customer=invoice.content["customer"],
        form={
            "amount": amount,
            "facts": facts,
            "texts": [text],
            "legal": legal(invoice.seller),
        },
        dated=payment.received_on,
        must_hold=(amount, invoice.content["customer"]["name"]),
    )


def _facts(invoice: Invoice, customer: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    content, seller = invoice.content, invoice.seller
    is_credit = invoice.kind == CREDIT
    yield _fact("Date", british_date(invoice.issued_on))
    if is_credit:
        about = f"Invoice {content['corrects']} of {british_date(content['corrects_on'])}"
        yield _fact("Takes back", about)
    else:
        yield _fact("Work supplied", _supplied(invoice, content))
        is_patients = invoice.payer_class == PATIENT
        due = "before you get the letter" if is_patients else british_date(invoice.due_on)
        yield _fact("To be paid", due if is_patients else f"by {due}")
    if seller["vat_number"]:
        point = tax_point(invoice.supplied_on, invoice.issued_on)
        yield _fact("Tax point", british_date(point))
        yield _fact("VAT number", seller["vat_number"])
    if customer.get("reference"):
        yield _fact("Your reference", customer["reference"])
    if content["signed_by"]:
        yield _fact("Signed by", content["signed_by"])


def _supplied(invoice: Invoice, content: Mapping[str, Any]) -> str:
    if invoice.supplied_on:
        return british_date(invoice.supplied_on)
    if content["promised_on"]:
        return f"to be ready by {british_date(content['promised_on'])}"
    return "when it is ready"


def _vat_texts(invoice: Invoice) -> Iterator[str]:
    seller = invoice.seller
    if not seller["vat_number"]:
        yield f"No VAT is charged: {seller['name']} is not registered for VAT."
    elif invoice.vat_class == EXEMPT:
        yield "This work is exempt from VAT."
    elif invoice.vat_class == OUTSIDE:
        yield "This work is outside the scope of VAT."


def _no_rate(invoice: Invoice) -> str:
    return "Exempt" if invoice.vat_class == EXEMPT else "None"


def _pay_texts(invoice: Invoice) -> Iterator[str]:
    due = british_date(invoice.due_on)
    if invoice.payer_class == PATIENT:
        yield "Please pay before you get the letter: at reception, or as it says here."
    else:
        yield f"Please pay by {due}, within {invoice.seller['terms_days']} days."
    yield f"Give “Invoice {invoice.number}” as the reference."
    if invoice.payer_class != PATIENT and invoice.seller["late_interest"]:
        yield LATE


def _credit_texts(invoice: Invoice) -> Iterator[str]:
    why = REASONS.get(invoice.reason or "", "The fee is not taken")
    yield f"Reason: {why[:1].lower()}{why[1:]}."
    yield "You need not pay this amount. If you have paid it, we give it back."


def _fact(label: str, text: str) -> dict[str, str]:
    return {"label": label, "text": text}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def file_name(dated: date, title: str) -> str:
    """Return a neutral file name such as 2026-11-20_invoice-12.pdf."""
    return f"{dated.isoformat()}_{title.lower().replace(' ', '-')}.pdf"
