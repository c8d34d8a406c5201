"""Papers about money, made once their numbers stand: invoice, credit note, receipt, fee notice.

Apart from the steps of money themselves, because a page takes a second to lay out, and nobody
should wait for a number meanwhile.
"""

from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lettergen import accounts, documents
from lettergen.calendar import local_day
from lettergen.documents import Office
from lettergen.letters import Heading
from lettergen.models import (
    Actor,
    Document,
    Invoice,
    MoneyPaper,
    Request,
    RequestContent,
)
from lettergen.refusals import Refused
from lettergen.requests.catalogue.terms import Terms
from lettergen.requests.money import balances, citing, fees, invoices, payments
from lettergen.requests.money.payers import PATIENT
from lettergen.requests.papers import fee_notice, money_frame
from lettergen.requests.papers import invoices as on_paper
from lettergen.requests.papers.money_frame import Paper


def invoice_paper(
    session: Session, office: Office, actor: Actor, invoice_id: str, *, at: datetime
) -> Document:
    """Return the PDF of an invoice or credit note; made when it is first asked for.

    Raises NotFound, and what the renderer refuses; the invoice stands whatever happens here.
    """
    invoice = invoices.get(session, actor, invoice_id)
    known = paper_of(session, actor, MoneyPaper.invoice_id == invoice.id)
    if known is not None:
        return known
    customer = citing.cited(session, invoice, invoice.payer_class, invoice.content["customer"])
    paper = on_paper.paper(invoice, customer)
    made = _issue(session, office, actor, paper, invoice, at=at)
    _keep(session, MoneyPaper(**_of(actor), invoice_id=invoice.id, document_id=made.id))
    return made


def receipt(
    session: Session, office: Office, actor: Actor, payment_id: str, *, at: datetime
) -> Document:
    """Return the receipt of a payment; made when it is first asked for. Raises Refused for money
    that was given back: its paper is the credit note.
    """
    payment = payments.get(session, actor, payment_id)
    if payment.amount_pence < 0:
        raise Refused("Money that was given back has a credit note, not a receipt.")
    known = paper_of(session, actor, MoneyPaper.payment_id == payment.id)
    if known is not None:
        return known
    invoice = invoices.get(session, actor, payment.invoice_id)
    paper = on_paper.receipt(payment, invoice, balances.of(session, invoice))
    made = _issue(session, office, actor, paper, invoice, at=at)
    _keep(session, MoneyPaper(**_of(actor), payment_id=payment.id, document_id=made.id))
    return made


def notice(
    session: Session, office: Office, actor: Actor, terms: Terms, *, on: date, at: datetime
) -> Document:
    """Return a new notice of the fees of a day, for the waiting room."""
    accounts.require_manager(actor)
    today = local_day(at)
    lines = (
        fees.notice(session, actor, terms, on)
        if on < today
        else fees.public(session, actor, terms, on)
    )
    practice = accounts.practice_of(session, actor)
    paper = fee_notice.paper(practice, lines, on=on, printed_on=today)
    return _issue(session, office, actor, paper, None, at=at)


def missing(session: Session, actor: Actor) -> list[str]:
    """Return the keys of the practice's invoices and credit notes that have no paper yet."""
    without = ~exists().where(MoneyPaper.invoice_id == Invoice.id)
    return list(
        session.scalars(
            select(Invoice.id)
            .where(Invoice.practice_id == actor.practice_id, without)
            .order_by(Invoice.number)
        )
    )


def paper_of(session: Session, actor: Actor, subject: ColumnElement[bool]) -> Document | None:
    """Return the document that was made for an invoice or a payment, or None."""
    return session.scalar(
        select(Document)
        .join(MoneyPaper, MoneyPaper.document_id == Document.id)
        .where(MoneyPaper.practice_id == actor.practice_id, subject)
    )


def why_not_voidable(session: Session, actor: Actor, document_id: str) -> str:
    """Return why a paper about money is not voided, and what is done instead; nothing for others.

    What was printed with a number stands, and is corrected by another paper.
    """
    paper = session.scalar(
        select(MoneyPaper).where(
            MoneyPaper.practice_id == actor.practice_id, MoneyPaper.document_id == document_id
        )
    )
    if paper is None:
        return ""
    if paper.invoice_id is None:
        return (
            "A receipt is not voided. Open its invoice: if the payment was recorded by mistake, "
            "take back the record of it there."
        )
    if invoices.get(session, actor, paper.invoice_id).kind == balances.CREDIT:
        return "A credit note is not voided. If a fee is due after all, make a new quote."
    return (
        "An invoice is not voided. Open it from its request, and choose “Give money back or "
        "cancel”: a credit note takes it back, and the numbers stay whole."
    )


def require_voidable(session: Session, actor: Actor, document_id: str) -> None:
    """Raise Refused for a paper about money that is not voided."""
    reason = why_not_voidable(session, actor, document_id)
    if reason:
        raise Refused(reason)


def _issue(
    session: Session,
    office: Office,
    actor: Actor,
    paper: Paper,
    invoice: Invoice | None,
    *,
    at: datetime,
) -> Document:
    heading = Heading(
        reference=documents.fresh_reference(session),
        file_name=on_paper.file_name(paper.dated, paper.title),
        address=office.public_address,
    )
    is_patients = invoice is not None and invoice.payer_class == PATIENT
    made = money_frame.sheets(paper, heading, at, with_large=is_patients)
    patient = _patient(session, invoice) if invoice is not None and is_patients else None
    ready = money_frame.ready(
        office.renderer, paper, made, author_id=actor.staff_id, patient=patient
    )
    return documents.issue_made(session, office, actor, ready, at=at)


def _patient(session: Session, invoice: Invoice) -> dict[str, object]:
    """Return under whom a patient's own invoice is found."""
    content = session.scalar(
        select(RequestContent)
        .join(Request, Request.id == RequestContent.request_id)
        .where(Request.practice_id == invoice.practice_id, Request.id == invoice.request_id)
    )
    known = content.patient if content else {}
    names = [str(known.get(name) or "") for name in ("given_name", "family_name")]
    kept = {name: known.get(name) or None for name in ("title", "date_of_birth", "nhs_number")}
    return {
        **kept,
        "given_name": names[0],
        "family_name": names[1],
        "full_name": " ".join(filter(None, names)),
        "initials": "".join(name[:1].upper() for name in names),
    }


def _of(actor: Actor) -> dict[str, str]:
    return {"practice_id": actor.practice_id}


def _keep(session: Session, paper: MoneyPaper) -> None:
    try:
        session.add(paper)
        session.flush()
    except IntegrityError as taken:
        raise Refused(
            "Somebody else made this paper at the same moment. Load the page again: it is there."
        ) from taken
