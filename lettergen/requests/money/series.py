"""The numbers of invoices and credit notes: one series a practice, without gaps.

A number is taken under the lock of one row and belongs to the same transaction as the invoice
that bears it: whoever fails gives it back, and the next writer takes it.
"""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lettergen.models import InvoiceSeries, locked


def take(session: Session, practice_id: str) -> int:
    """Return the next number; other writers of the practice wait until this one commits."""
    series = hold(session, practice_id)
    series.last += 1
    session.flush()
    return series.last


def hold(session: Session, practice_id: str) -> InvoiceSeries:
    """Lock the series until commit, and return it.

    A step that writes to the audit before it takes a number calls this first: the audit is
    locked last, everywhere alike.
    """
    mine = locked(select(InvoiceSeries).where(InvoiceSeries.practice_id == practice_id))
    series = session.scalar(mine)
    if series is None:
        _begin(session, practice_id)
        series = session.scalars(mine).one()
    return series


def _begin(session: Session, practice_id: str) -> None:
    try:
        with session.begin_nested():
            session.add(InvoiceSeries(practice_id=practice_id, last=0))
            session.flush()
    except IntegrityError:
        # Another writer began the series at the same moment, and has committed it.
        return
