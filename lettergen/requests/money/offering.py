"""The price of one request and its offer: to whom, by which day, and what the letter may say.

Source: domain sections 5.1 (G1, G6) and L40 to L44: the whole price first, VAT included, with
the day, what the letter may say, and that its content is not for sale.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lettergen import models
from lettergen.calendar import local_day
from lettergen.models import Actor, Quote, Request
from lettergen.refusals import Refused
from lettergen.requests.catalogue.terms import Terms
from lettergen.requests.money import fees, payers, quotes, settings
from lettergen.requests.money.fees import Price
from lettergen.requests.money.pence import MOST, pounds, tax_on

GOOD_FOR = timedelta(days=30)
MOST_MINUTES = 600
LONGEST_WHY = 200
LONGEST_SAYS = 2_000
NOT_FOR_SALE = (
    "The fee pays for the work. It does not decide what the letter says: the letter keeps to "
    "what we know to be true, and may not say what you hope for."
)
TOLD_OF_WORK = (
    "If you withdraw after we have begun, we keep the part of the fee for the work done by then."
)


@dataclass(frozen=True)
class Payer:
    """Whom a quote and its invoice go to; `reference` is their own, such as an order number."""

    name: str
    address_lines: tuple[str, ...] = ()
    email: str = ""
    reference: str = ""

    def as_plain(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return {
            "name": self.name,
            "address_lines": list(self.address_lines),
            "email": self.email,
            "reference": self.reference,
        }


@dataclass(frozen=True)
class Offer:
    """What is offered: to whom, by which day, and what the letter may say.

    `told_of_work` says that the payer was told what is kept if they withdraw after we began;
    `minutes` that this piece of work takes longer, or less long, than usual.
    """

    payer: Payer
    promised_on: date | None = None
    says: str = ""
    told_of_work: bool = True
    minutes: "Minutes | None" = None


@dataclass(frozen=True)
class Minutes:
    """Other minutes than the type's usual ones, and why: the price is reckoned from them."""

    gp: int
    admin: int
    because: str


def offer(
    session: Session,
    actor: Actor,
    terms: Terms,
    request: Request,
    offered: Offer,
    *,
    at: datetime,
) -> Quote:
    """Return a new quote at today's price for the payer that the decision names.

    Raises NoFee for free work and for what a public body pays without being asked; Refused where
    a quote is open already, for a name that lacks, a day that is past, or VAT nobody decided on.
    """
    payer_class = payers.of_outcome(request.outcome)
    if payer_class == payers.STATE:
        raise payers.NoFee(
            "A public body pays for this by its own rate. Do the work, then make the invoice; "
            "it needs no quote."
        )
    today = local_day(at)
    _check(offered, today)
    if payer_class == payers.ORGANISATION:
        refuse_patient(request, offered.payer)
    price = price_for(session, actor, terms, request, today)
    if offered.minutes:
        _require_reason(offered.minutes)
        price = by_minutes(session, actor, price, offered.minutes, today)
    quote = _row(actor, request, offered, price, at)
    quote.basis = {**quote.basis, "catalogue": terms.catalogue.version}
    _add(session, quote)
    details = {"request": request.id, "pence": quote.total_pence, "payer": payer_class}
    models.record(session, actor, "money.quoted", quote, at=at, details=details)
    return quote


def price_for(session: Session, actor: Actor, terms: Terms, request: Request, on: date) -> Price:
    """Return today's price of a request; raises NoFee, or Refused where VAT is undecided."""
    payer_class = payers.of_outcome(request.outcome)
    price = fees.current(session, actor, terms, request.type_key, payer_class, on)
    registered = settings.of(session, actor.practice_id).vat_number(on)
    if price.needs_vat_class and registered:
        raise Refused(
            f"Nobody has decided yet whether VAT is due on “{price.title}”. Ask your accountant, "
            "then set it with the fee on the fees page."
        )
    return price


def by_minutes(session: Session, actor: Actor, price: Price, minutes: Minutes, on: date) -> Price:
    """Return a price reckoned from other minutes by the day's rates, rounded up to £5.

    Its basis keeps the minutes, and why. Raises Refused for minutes that cannot be.
    """
    if not (0 <= minutes.gp <= MOST_MINUTES and 0 <= minutes.admin <= MOST_MINUTES):
        raise Refused(f"Enter minutes from 0 to {MOST_MINUTES}.")
    if not minutes.gp + minutes.admin:
        raise Refused("Enter how many minutes the work takes.")
    found = fees.reckoned(
        minutes.gp, minutes.admin, settings.of(session, actor.practice_id).rates_on(on)
    )
    if not 0 < found.fee <= MOST:
        raise Refused(f"These minutes come to {pounds(found.fee)}. Check them, and the rates.")
    vat = tax_on(found.fee, price.vat_percent)
    return replace(
        price,
        net=found.fee,
        vat=vat,
        total=found.fee + vat,
        basis={**found.as_basis(), "other_minutes": minutes.because.strip()},
    )


def refuse_patient(request: Request, payer: Payer) -> None:
    """Raise NoFee where the patient is named as payer of what a body or an organisation pays for.

    Source: domain guard G1, and L12: what a public body pays for is never a patient's to pay.
    """
    whom = request.content.patient if request.content else {}
    names = [_plain(whom.get(part)) for part in ("given_name", "family_name")]
    if all(names) and all(name in _plain(payer.name) for name in names):
        raise payers.NoFee(
            "The patient does not pay for this: it was decided that somebody else does. Enter the "
            "organisation's name, or decide the request again."
        )


def _row(actor: Actor, request: Request, offered: Offer, price: Price, at: datetime) -> Quote:
    is_body = price.payer_class == payers.ORGANISATION
    return Quote(
        practice_id=actor.practice_id,
        request_id=request.id,
        fee_id=price.fee_id,
        payer_class=price.payer_class,
        requester_id=request.requester_id if is_body else None,
        net_pence=price.net,
        vat_pence=price.vat,
        total_pence=price.total,
        vat_class=price.vat_class,
        basis={
            **price.basis,
            "vat_percent": price.vat_percent,
            "told_of_work": offered.told_of_work,
        },
        state=quotes.OFFERED,
        offered_at=at,
        offered_by=actor.staff_id,
        lapses_on=local_day(at) + GOOD_FOR,
        promised_on=offered.promised_on,
        payer=offered.payer.as_plain(),
        says=offered.says.strip(),
    )


def _check(offered: Offer, today: date) -> None:
    if not offered.payer.name.strip():
        raise Refused("Say who pays: enter the payer's name.")
    if offered.promised_on:
        quotes.check_day(offered.promised_on, today)
    if len(offered.says) > LONGEST_SAYS:
        raise Refused(f"Say what the letter may say in at most {LONGEST_SAYS} characters.")


def _require_reason(minutes: Minutes) -> None:
    if not 0 < len(minutes.because.strip()) <= LONGEST_WHY:
        raise Refused(
            f"Say in 1 to {LONGEST_WHY} characters why it takes other minutes than usual."
        )


def _plain(name: object) -> str:
    return " ".join(str(name or "").casefold().split())


def _add(session: Session, quote: Quote) -> None:
    try:
        with session.begin_nested():
            session.add(quote)
            session.flush()
    except IntegrityError as taken:
        raise Refused(
            "A quote for this request is open already. One request has one payer: withdraw that "
            "quote first if somebody else pays."
        ) from taken
