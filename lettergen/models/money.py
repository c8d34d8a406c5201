"""Money for requests in pence: fees, quotes, invoices without gaps, payments and waivers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lettergen.models.base import Base, OfPractice
from lettergen.models.sealed import sealed_json, sealed_text


class Fee(OfPractice, Base):
    """One amount for a type and a class of payer, from a day on. Never changed, only followed.

    `basis` is the calculation: minutes, rates, fixed part, rounding. `approved_by` is who decided.
    """

    __tablename__ = "fees"
    __table_args__ = (UniqueConstraint("practice_id", "type_key", "payer_class", "effective_from"),)

    type_key: Mapped[str] = mapped_column(String(60))
    payer_class: Mapped[str] = mapped_column(String(20))
    amount_pence: Mapped[int]
    vat_class: Mapped[str] = mapped_column(String(5))
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(30))
    approved_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    approved_on: Mapped[date]
    basis: Mapped[dict[str, Any]] = mapped_column(JSON)
    public_text: Mapped[str]
    created_at: Mapped[datetime]


class Quote(OfPractice, Base):
    """A price that was offered for one request; it lapses, or is frozen when accepted.

    `state` is offered, accepted, refused, lapsed or withdrawn. `payer` is name and address.
    """

    __tablename__ = "quotes"
    __table_args__ = (Index(None, "practice_id", "request_id"), Index(None, "state", "lapses_on"))

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
    """A fee that is not taken: why, who approved it, and what it would have been in full."""

    __tablename__ = "waivers"
    __table_args__ = (Index(None, "practice_id", "state", "asked_at"),)

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
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
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
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
