"""Invoices, credit notes, payments and refunds for the accountant, as CSV without formulas."""

import csv
from collections.abc import Iterator
from datetime import date
from io import StringIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.models import Actor, Invoice, Payment, Request
from lettergen.requests.money.balances import CREDIT
from lettergen.requests.money.payers import TITLES
from lettergen.requests.money.pence import plain

COLUMNS = (
    "date",
    "what",
    "number",
    "about invoice",
    "our reference",
    "payer class",
    "payer",
    "VAT class",
    "net",
    "VAT",
    "total",
    "received",
    "method",
    "reason",
)
# A spreadsheet takes a cell that begins so for a formula: OWASP, CSV injection.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
MARK = "\ufeff"


def accountants(session: Session, actor: Actor, since: date, until: date) -> str:
    """Return the rows of the days from `since` to `until` as CSV for a spreadsheet.

    Payers' names are in it and no patient's matter; amounts are plain decimals, and less than
    nothing for credit notes and refunds.
    """
    out = StringIO()
    out.write(MARK)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    found = [*_invoices(session, actor, since, until), *_payments(session, actor, since, until)]
    for row in sorted(found, key=lambda one: (one[0], one[2], one[1])):
        writer.writerow(
            [safe(str(cell)) if number < FIRST_SUM else cell for number, cell in enumerate(row)]
        )
    return out.getvalue()


FIRST_SUM = COLUMNS.index("net")


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe goes before it."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def _invoices(session: Session, actor: Actor, since: date, until: date) -> Iterator[list[Any]]:
    rows = session.execute(
        select(Invoice, Request.reference)
        .join(Request, Request.id == Invoice.request_id)
        .where(
            Invoice.practice_id == actor.practice_id,
            Invoice.issued_on >= since,
            Invoice.issued_on <= until,
        )
        .order_by(Invoice.number)
    )
    for one, reference in rows:
        sign = -1 if one.kind == CREDIT else 1
        yield [
            one.issued_on.isoformat(),
            "credit note" if one.kind == CREDIT else "invoice",
            one.number,
            one.content.get("corrects", ""),
            reference,
            TITLES[one.payer_class],
            one.content["customer"]["name"],
            one.vat_class,
            plain(sign * one.net_pence),
            plain(sign * one.vat_pence),
            plain(sign * one.total_pence),
            "",
            "",
            one.reason or "",
        ]


def _payments(session: Session, actor: Actor, since: date, until: date) -> Iterator[list[Any]]:
    rows = session.execute(
        select(Payment, Invoice, Request.reference)
        .join(Invoice, Invoice.id == Payment.invoice_id)
        .join(Request, Request.id == Invoice.request_id)
        .where(
            Payment.practice_id == actor.practice_id,
            Payment.received_on >= since,
            Payment.received_on <= until,
        )
        .order_by(Payment.received_on, Payment.recorded_at, Payment.id)
    )
    for payment, invoice, reference in rows:
        yield [
            payment.received_on.isoformat(),
            "refund" if payment.amount_pence < 0 else "payment",
            invoice.number,
            "",
            reference,
            TITLES[invoice.payer_class],
            invoice.content["customer"]["name"],
            invoice.vat_class,
            "",
            "",
            "",
            plain(payment.amount_pence),
            payment.method,
            payment.reason or "",
        ]
