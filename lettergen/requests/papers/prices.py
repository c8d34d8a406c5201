"""What a reply says of the price: a sentence with the practice's own fee, or nothing."""

from datetime import date

from sqlalchemy.orm import Session

from lettergen.models import Actor, Request
from lettergen.requests.catalogue.terms import Terms
from lettergen.requests.money import fees, payers, quotes
from lettergen.requests.money.fees import Price
from lettergen.requests.money.pence import pounds
from lettergen.requests.papers.prefill import OWN_PEOPLE

# What a payer was told, though they did not agree.
TOLD = ("offered", "refused")


def sentence(session: Session, actor: Actor, terms: Terms, request: Request, on: date) -> str:
    """Return the price that the reply of a request names on a day; empty where a quote follows.

    It is that of the last quote, or what the practice itself set for this kind of work and payer:
    nobody is told a fee that the practice has not confirmed, or whose VAT it has not decided.
    """
    reply = terms.catalogue.replies.get(request.letter or "")
    offers = reply.offers if reply else ""
    quoted = [] if offers else [one for one in quotes.of(session, request) if one.state in TOLD]
    if quoted:
        return f"The price is {pounds(quoted[0].total_pence)} in all."
    key = offers or request.type_key
    price = _price(session, actor, terms, key, _payer(request), on)
    if price is None:
        return ""
    days = terms.catalogue.types[key].target_days if key in terms.catalogue.types else 0
    time = f", and we need up to {days} working days" if days else ""
    return f"The price is {pounds(price.total)} in all{time}."


def _payer(request: Request) -> str:
    return payers.PATIENT if request.requester_class in OWN_PEOPLE else payers.ORGANISATION


def _price(  # noqa: PLR0917  (as fees.current is asked)
    session: Session, actor: Actor, terms: Terms, key: str, payer_class: str, on: date
) -> Price | None:
    try:
        found = fees.current(session, actor, terms, key, payer_class, on)
    except payers.NoFee:
        return None
    return None if found.is_default or found.needs_vat_class or not terms.offered(key) else found
