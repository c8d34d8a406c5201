"""How the money of several requests stands, in one word each, for a list."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lettergen.models import Actor, Invoice, Payment, Quote, Waiver

Row = TypeVar("Row", Quote, Invoice, Waiver)


def fee_states(session: Session, actor: Actor, request_ids: Collection[str]) -> Mapping[str, str]:
    """Return for each request that has money to it: quoted, accepted, refused, lapsed, invoiced,
    paid or waived. Four queries, however many requests there are.
    """
    found = {one.request_id: _of_quote(one) for one in _rows(session, actor, Quote, request_ids)}
    found |= _of_invoices(session, actor, request_ids)
    waivers = _rows(session, actor, Waiver, request_ids)
    return found | {one.request_id: "waived" for one in waivers if one.state == "approved"}


def _of_quote(quote: Quote) -> str:
    return "quoted" if quote.state == "offered" else quote.state


def _of_invoices(session: Session, actor: Actor, request_ids: Collection[str]) -> dict[str, str]:
    invoices = _rows(session, actor, Invoice, request_ids)
    of_request = {one.id: one.request_id for one in invoices}
    owed: dict[str, int] = {}
    for one in invoices:
        sign = -1 if one.kind == "credit" else 1
        owed[one.request_id] = owed.get(one.request_id, 0) + sign * one.total_pence
    is_billed = {request_id for request_id, pence in owed.items() if pence > 0}
    payments = session.execute(
        select(Payment.invoice_id, Payment.amount_pence).where(
            Payment.practice_id == actor.practice_id, Payment.invoice_id.in_(of_request)
        )
    )
    for row in payments:
        owed[of_request[row.invoice_id]] -= row.amount_pence
    return {one: "paid" if owed[one] <= 0 else "invoiced" for one in is_billed}


def _rows(
    session: Session, actor: Actor, model: type[Row], request_ids: Collection[str]
) -> list[Row]:
    mine: Select[Row] = select(model).where(
        model.practice_id == actor.practice_id, model.request_id.in_(request_ids)
    )
    return list(session.scalars(mine.order_by(_age(model), model.id)))


def _age(model: type[Row]) -> InstrumentedAttribute[datetime]:
    ages = {Quote: Quote.offered_at, Invoice: Invoice.issued_at, Waiver: Waiver.asked_at}
    return ages[model]
