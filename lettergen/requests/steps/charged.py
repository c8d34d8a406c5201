"""What a request was charged so far: its invoices, the open one, and the work that is noted."""

from datetime import datetime

from sqlalchemy.orm import Session

from lettergen import workload
from lettergen.models import Actor, Invoice, Request
from lettergen.requests.money import balances, invoices, payers, quotes
from lettergen.requests.money.balances import INVOICE


def invoices_of(session: Session, request: Request) -> list[Invoice]:
    """Return the invoices of a request without its credit notes, by number."""
    return [one for one in invoices.of(session, request) if one.kind == INVOICE]


def open_invoice(session: Session, request: Request) -> Invoice | None:
    """Return the invoice of the price that stands, unless it was taken back."""
    live = quotes.live(session, request)
    wanted = live.id if live else None
    found = [
        one
        for one in invoices_of(session, request)
        if one.quote_id == wanted and not balances.of(session, one).is_taken_back
    ]
    return found[-1] if found else None


def credit_rest(
    session: Session, actor: Actor, request: Request, asked: Invoice, reason: str, *, at: datetime
) -> None:
    """Take back by a credit note what is still due on an invoice; nothing where nothing is."""
    due = balances.of(session, asked).due
    if due > 0:
        invoices.credit(session, actor, asked, due, reason=reason, at=at)
        note(session, actor, request, "credited", due, at=at)


def note(
    session: Session, actor: Actor, request: Request, kind: str, pence: int, *, at: datetime
) -> None:
    """Note work about money in the ledger, with its amount in pence."""
    workload.note(
        session,
        actor,
        kind,
        at=at,
        outcome=request.outcome or "",
        request_id=request.id,
        payer=payers.OF_OUTCOME.get(request.outcome or ""),
        fee_pence=pence,
    )
