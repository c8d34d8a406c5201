"""Money for requests in pence: fees, quotes, invoices without gaps, payments and waivers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from lettergen.models.base import Base, OfPractice
from lettergen.models.sealed import sealed_json, sealed_text

LIVE_QUOTE = text("state IN ('offered', 'accepted')")
IS_INVOICE = text("kind = 'invoice'")
PAYERS = "payer_class IN ('patient', 'organisation', 'state')"


class Fee(OfPractice, Base):
    """One amount for a type and a class of payer, from a day on. Never changed, only followed.

    It ends on the day before the next row's, so that no two can count on one day; of two rows
    from one day the later `number` counts. `amount_pence` is without VAT. `obligation` is what
    the type came to when the fee was set: the database holds none for free work. `basis` is the
    calculation: minutes, rates, fixed part, rounding. `approved_by` is who decided.
    """

    __tablename__ = "fees"
    __table_args__ = (
        UniqueConstraint("practice_id", "type_key", "payer_class", "number"),
        CheckConstraint("amount_pence > 0", name="amount"),
        CheckConstraint(
            "(obligation = 'PATIENT_FEE' AND payer_class IN ('patient', 'organisation')) OR "
            "(obligation = 'ORG_FEE' AND payer_class IN ('patient', 'organisation')) OR "
            "(obligation = 'STATE_FEE' AND payer_class = 'state')",
            name="payer",
        ),
    )

    type_key: Mapped[str] = mapped_column(String(60))
    payer_class: Mapped[str] = mapped_column(String(20))
    number: Mapped[int]
    obligation: Mapped[str] = mapped_column(String(20))
    amount_pence: Mapped[int]
    vat_class: Mapped[str] = mapped_column(String(5))
    effective_from: Mapped[date]
    reason: Mapped[str] = mapped_column(String(30))
    approved_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    approved_on: Mapped[date]
    basis: Mapped[dict[str, Any]] = mapped_column(JSON)
    public_text: Mapped[str]
    created_at: Mapped[datetime]


class Quote(OfPractice, Base):
    """A price that was offered for one request; it lapses, or is frozen when accepted.

    `state` is offered, accepted, refused, lapsed, waived or withdrawn; a request has one live
    quote, and so one payer. What was offered cannot be changed. `payer` is name, address_lines,
    email and reference; `says` what the letter may say.
    """

    __tablename__ = "quotes"
    __table_args__ = (
        Index(None, "practice_id", "request_id"),
        Index(None, "state", "lapses_on"),
        Index(
            "uq_quotes_live",
            "request_id",
            unique=True,
            sqlite_where=LIVE_QUOTE,
            postgresql_where=LIVE_QUOTE,
        ),
        CheckConstraint(PAYERS, name="payer"),
        CheckConstraint(
            "net_pence > 0 AND vat_pence >= 0 AND total_pence = net_pence + vat_pence", name="sum"
        ),
    )

    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"))
    fee_id: Mapped[str | None] = mapped_column(ForeignKey("fees.id"))
    payer_class: Mapped[str] = mapped_column(String(20))
    requester_id: Mapped[str | None] = mapped_column(ForeignKey("requesters.id"))
    net_pence: Mapped[int]
    vat_pence: Mapped[int]
    total_pence: Mapped[int]
    vat_class: Mapped[str] = mapped_column(String(5))
    basis: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20))
    offered_at: Mapped[datetime]
    offered_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    lapses_on: Mapped[date]
    promised_on: Mapped[date | None]
    answered_at: Mapped[datetime | None]
    answered_how: Mapped[str | None] = mapped_column(String(20))
    payer = sealed_json(dict[str, Any])
    says = sealed_text()


class Waiver(OfPractice, Base):
    """A fee that is not taken: why, who approved it, and what it would have been in full.

    `state` is asked, approved or refused.
    """

    __tablename__ = "waivers"
    __table_args__ = (
        Index(None, "practice_id", "state", "asked_at"),
        Index(None, "request_id"),
        CheckConstraint("full_pence > 0", name="amount"),
    )

    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"))
    quote_id: Mapped[str | None] = mapped_column(ForeignKey("quotes.id"))
    reason: Mapped[str] = mapped_column(String(30))
    note = sealed_text()
    full_pence: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[datetime]
    asked_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))


class InvoiceSeries(OfPractice, Base):
    """The last number of a practice's invoices and credit notes; its lock keeps out gaps."""

    __tablename__ = "invoice_series"
    __table_args__ = (UniqueConstraint("practice_id"),)

    last: Mapped[int]


class Invoice(OfPractice, Base):
    """An invoice, or a credit note that takes one back; never changed, never deleted.

    `kind` is invoice or credit; `corrects_id` the invoice that a credit note is about. `seller`
    and `content` (customer and lines) are as printed. `line` on paper never names a condition.
    """

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("practice_id", "number"),
        Index(None, "practice_id", "issued_on"),
        Index(None, "request_id"),
        Index(None, "corrects_id"),
        Index(
            "uq_invoices_quote",
            "quote_id",
            unique=True,
            sqlite_where=IS_INVOICE,
            postgresql_where=IS_INVOICE,
        ),
        CheckConstraint(PAYERS, name="payer"),
        CheckConstraint(
            "net_pence > 0 AND vat_pence >= 0 AND total_pence = net_pence + vat_pence", name="sum"
        ),
        CheckConstraint("(kind = 'credit') = (corrects_id IS NOT NULL)", name="kind"),
    )

    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"))
    quote_id: Mapped[str | None] = mapped_column(ForeignKey("quotes.id"))
    corrects_id: Mapped[str | None] = mapped_column(ForeignKey("invoices.id"))
    requester_id: Mapped[str | None] = mapped_column(ForeignKey("requesters.id"))
    payer_class: Mapped[str] = mapped_column(String(20))
    issued_at: Mapped[datetime]
    issued_on: Mapped[date]
    issued_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    supplied_on: Mapped[date | None]
    due_on: Mapped[date]
    net_pence: Mapped[int]
    vat_pence: Mapped[int]
    total_pence: Mapped[int]
    vat_class: Mapped[str] = mapped_column(String(5))
    reason: Mapped[str | None] = mapped_column(String(30))
    seller = sealed_json(dict[str, Any])
    content = sealed_json(dict[str, Any])


class Payment(OfPractice, Base):
    """Money that was taken or given back, as somebody recorded it. No card data, ever.

    A refund has a negative amount. `once` keeps a button pressed twice from counting twice.
    """

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("practice_id", "once"),
        Index(None, "invoice_id"),
        Index(None, "practice_id", "received_on"),
        CheckConstraint("amount_pence <> 0", name="amount"),
    )

    invoice_id: Mapped[str] = mapped_column(ForeignKey("invoices.id"))
    once: Mapped[str] = mapped_column(String(64))
    amount_pence: Mapped[int]
    received_on: Mapped[date]
    method: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(30))
    note = sealed_text()
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))


class MoneyPaper(OfPractice, Base):
    """The PDF of an invoice, a credit note or a receipt, made after its number stands.

    It is apart because an invoice never changes, and because nobody should hold the series of
    numbers while pages are drawn.
    """

    __tablename__ = "money_papers"
    __table_args__ = (
        UniqueConstraint("invoice_id"),
        UniqueConstraint("payment_id"),
        CheckConstraint("(invoice_id IS NULL) <> (payment_id IS NULL)", name="subject"),
    )

    invoice_id: Mapped[str | None] = mapped_column(ForeignKey("invoices.id"))
    payment_id: Mapped[str | None] = mapped_column(ForeignKey("payments.id"))
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"))
