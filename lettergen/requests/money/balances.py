"""What is still due on invoices: what was asked for, less credit notes and what was paid."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lettergen.models import Invoice, Payment

INVOICE, CREDIT = "invoice", "credit"
# The reason of a payment that takes back the record of another: no money moved.
MISTAKE = "mistake"


@dataclass(frozen=True)
class Balance:
    """One invoice's account in pence; `paid` is less what was given back."""

    total: int
    credited: int
    credited_vat: int
    paid: int
    refunded: int

    @property
    def due(self) -> int:
        """What is still to be paid; less than nothing where money has to be given back."""
        return self.total - self.credited - self.paid

    @property
    def is_taken_back(self) -> bool:
        """Whether credit notes took all of it back."""
        return self.credited >= self.total

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to pay."""
        return self.due <= 0


@dataclass(frozen=True)
class Unpaid:
    """An invoice with something left to pay, and how many days ago it was issued."""

    invoice: Invoice
    due: int
    days: int


def of(session: Session, invoice: Invoice) -> Balance:
    """Return the account of one invoice."""
    credited, vat = session.execute(
        select(
            func.coalesce(func.sum(Invoice.total_pence), 0),
            func.coalesce(func.sum(Invoice.vat_pence), 0),
        ).where(Invoice.practice_id == invoice.practice_id, Invoice.corrects_id == invoice.id)
    ).one()
    payments = session.execute(
        select(Payment.amount_pence, Payment.reason).where(
            Payment.practice_id == invoice.practice_id, Payment.invoice_id == invoice.id
        )
    ).all()
    return Balance(
        total=invoice.total_pence,
        credited=int(credited),
        credited_vat=int(vat),
        paid=sum(pence for pence, _ in payments),
        refunded=-sum(pence for pence, why in payments if pence < 0 and why != MISTAKE),
    )


def unpaid(
    session: Session, practice_id: str, on: date, *, requester_ids: Collection[str] | None = None
) -> list[Unpaid]:
    """Return the invoices of a practice, or of one payer, that are not settled: the oldest first.

    An invoice's age is counted in days from its issue.
    """
    credited = (
        select(Invoice.corrects_id, func.sum(Invoice.total_pence).label("pence"))
        .where(Invoice.practice_id == practice_id, Invoice.kind == CREDIT)
        .group_by(Invoice.corrects_id)
        .subquery()
    )
    paid = (
        select(Payment.invoice_id, func.sum(Payment.amount_pence).label("pence"))
        .where(Payment.practice_id == practice_id)
        .group_by(Payment.invoice_id)
        .subquery()
    )
    due = Invoice.total_pence - func.coalesce(credited.c.pence, 0) - func.coalesce(paid.c.pence, 0)
    wanted = (
        select(Invoice, due)
        .outerjoin(credited, credited.c.corrects_id == Invoice.id)
        .outerjoin(paid, paid.c.invoice_id == Invoice.id)
        .where(Invoice.practice_id == practice_id, Invoice.kind == INVOICE, due > 0)
    )
    if requester_ids is not None:
        wanted = wanted.where(Invoice.requester_id.in_(requester_ids))
    rows = session.execute(wanted.order_by(Invoice.issued_on, Invoice.number))
    return [Unpaid(one, int(left), (on - one.issued_on).days) for one, left in rows]
