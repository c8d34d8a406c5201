"""What the triage page says of money: the whole price, to whoever the decision lets us ask."""

from sqlalchemy.orm import Session

from lettergen import working_days
from lettergen.calendar import local_day
from lettergen.refusals import Refused
from lettergen.requests.catalogue.grammar import UNKNOWN, Type
from lettergen.requests.catalogue.standing import Terms
from lettergen.requests.life import finding
from lettergen.requests.life.due import USUAL_DAYS
from lettergen.requests.money import fees, payers
from lettergen.requests.money.offering import Offer
from lettergen.requests.money.pence import pounds
from lettergen.requests.steps import paying
from lettergen.requests.triage import Decision
from lettergen.web.base.context import actor, now
from lettergen.web.money.panel import payer_of


def fee_of(session: Session, own: Terms, decision: Decision, kind: Type | None) -> int | None:
    """Return the total in pence to the payer whom a decision names; None where there is none."""
    if decision.fee_locked or decision.outcome not in (payers.OF_OUTCOME):
        return None
    payer = payers.of_outcome(decision.outcome)
    key = kind.key if kind else UNKNOWN
    try:
        return fees.current(session, actor(), own, key, payer, local_day(now())).total
    except Refused:
        return None


def offer_quote(session: Session, own: Terms, request_id: str) -> str:
    """Offer today's price to the payer whom the decision names; return what to say of it.

    Raises Refused where somebody has to be named first, or VAT decided on.
    """
    row = finding.lock(session, actor(), request_id)
    kind = own.catalogue.types.get(row.type_key)
    days = kind.target_days if kind else USUAL_DAYS
    promised_on = working_days.after(local_day(now()), days, own.holidays)
    offered = Offer(payer_of(row), promised_on=promised_on)
    quote = paying.offer(session, actor(), own, row.id, offered, at=now())
    return f"{pounds(quote.total_pence)} is quoted, and waits for the answer."
