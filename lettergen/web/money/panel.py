"""The panel of money on a request's page: the price, its answer, payments, and what may be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from secrets import token_hex
from typing import Any

from sqlalchemy.orm import Session

from lettergen import post, working_days
from lettergen.calendar import local_day
from lettergen.models import Invoice, Message, Payment, Quote, Request, Waiver
from lettergen.refusals import Refused
from lettergen.requests.catalogue.terms import Terms
from lettergen.requests.life.due import USUAL_DAYS
from lettergen.requests.money import (
    balances,
    invoices,
    offering,
    payers,
    payments,
    quotes,
    settings,
    standing,
    waivers,
)
from lettergen.requests.money.balances import Balance
from lettergen.requests.money.fees import Price
from lettergen.requests.money.offering import Minutes, Payer
from lettergen.requests.money.pence import plain, pounds
from lettergen.requests.money.standing import MoneyFacts
from lettergen.requests.steps import sending_quotes
from lettergen.web.base.context import actor, now
from lettergen.web.base.context import standing as running
from lettergen.web.money.forms import asked_whole


@dataclass(frozen=True)
class Account:
    """One invoice or credit note with its balance and payments."""

    invoice: Invoice
    balance: Balance
    payments: list[Payment]

    @property
    def is_credit(self) -> bool:
        """Whether it is a credit note."""
        return self.invoice.kind == balances.CREDIT


@dataclass(frozen=True)
class Telling:
    """How the payer is told of an open quote: `why_not` in writing, to which address, and the
    e-mails that were written. `can_write` says whether e-mail is set up.
    """

    why_not: str
    email: str
    can_write: bool
    emails: list[Message]


@dataclass(frozen=True)
class MoneyPanel:
    """What the panel shows; `price` is today's, `trouble` why there is none."""

    facts: MoneyFacts
    quote: Quote | None
    earlier: list[Quote]
    price: Price | None
    trouble: str
    payer: Payer
    promised_on: date
    accounts: list[Account]
    waiver: Waiver | None
    may_decide: bool
    is_done: bool
    has_left: bool
    minutes: Minutes | None
    today: date
    once: str
    telling: Telling | None
    seller_lacks: str

    @property
    def is_offered(self) -> bool:
        """Whether a quote waits for its answer."""
        return self.quote is not None and self.quote.state == quotes.OFFERED

    @property
    def other_minutes(self) -> str:
        """Why the price that stands was reckoned from other minutes than usual, or nothing."""
        return str(self.quote.basis.get("other_minutes", "")) if self.quote else ""

    @property
    def is_late(self) -> bool:
        """Whether the day that was promised is past, and nothing has left."""
        by = self.quote.promised_on if self.quote and not self.is_offered else None
        return by is not None and by < self.today and not (self.is_done or self.has_left)

    @property
    def is_cancelled(self) -> bool:
        """Whether the invoice for the price that stands was taken back."""
        return self.quote is not None and any(
            one.balance.is_taken_back
            for one in self.accounts
            if not one.is_credit and one.invoice.quote_id == self.quote.id
        )

    @property
    def may_quote(self) -> bool:
        """Whether a price can be offered now."""
        return (
            self.price is not None
            and self.quote is None
            and not self.is_done
            and not self.facts.is_waived
            and self.facts.payer_class in (payers.PATIENT, payers.ORGANISATION)
        )

    @property
    def may_bill_body(self) -> bool:
        """Whether a public body can be sent an invoice now."""
        is_open = any(not one.balance.is_taken_back for one in self.accounts if not one.is_credit)
        return self.facts.payer_class == payers.STATE and self.price is not None and not is_open

    @property
    def due(self) -> int:
        """What may be paid now, in pence: what is left of an invoice, or else the quote."""
        if self.facts.due > 0:
            return self.facts.due
        is_billed = self.facts.invoiced or self.is_cancelled
        if self.quote is not None and not is_billed and not self.is_done:
            return self.quote.total_pence
        return 0

    @property
    def may_waive(self) -> bool:
        """Whether somebody may ask that the fee is not taken."""
        is_open = self.waiver is None or self.waiver.state in (waivers.REFUSED, waivers.ENDED)
        return is_open and self.facts.needs_payment and not self.is_done


def panel(session: Session, request: Request) -> dict[str, Any] | None:
    """Return the values of `web/requests/_money.html`, or None where no money is involved."""
    facts = standing.of(session, request, at=now())
    earlier = quotes.of(session, request)
    if not facts.payer_class and not earlier and not facts.invoiced:
        return None
    own = running().requests.terms(session, actor())
    live = quotes.live(session, request)
    price, trouble = _price(session, own, request)
    minutes = None
    if price is not None:
        price, minutes, trouble = _by_minutes(session, price)
    kind = own.catalogue.types.get(request.type_key)
    days = kind.target_days if kind else USUAL_DAYS
    waiver = waivers.last(session, request)
    return {
        "panel": MoneyPanel(
            facts=facts,
            quote=live,
            earlier=[one for one in earlier if one is not live],
            price=price,
            trouble=trouble,
            payer=payer_of(request),
            promised_on=working_days.after(local_day(now()), days, own.holidays),
            accounts=accounts_of(session, request),
            waiver=waiver,
            may_decide=waiver is not None and waivers.may_decide(session, actor(), waiver),
            is_done=request.closed_at is not None,
            has_left=request.released_at is not None,
            minutes=minutes,
            today=local_day(now()),
            once=token_hex(16),
            telling=telling_of(session, request, live),
            seller_lacks=_seller_lacks(session, facts),
        ),
        "request_id": request.id,
        "is_manager": "manager" in actor().roles,
        **words(),
    }


def words() -> Mapping[str, Any]:
    """Return what every page about money needs to put amounts and choices into words."""
    return {
        "pounds": pounds,
        "plain": plain,
        "methods": payments.METHODS,
        "ways": quotes.WAYS,
        "waiver_reasons": waivers.REASONS,
        "back_reasons": payments.REASONS,
        "payer_titles": payers.TITLES,
        "not_for_sale": offering.NOT_FOR_SALE,
        "told_of_work": offering.TOLD_OF_WORK,
    }


def accounts_of(session: Session, request: Request) -> list[Account]:
    """Return the invoices of a request with what was paid on each."""
    return [
        Account(one, balances.of(session, one), payments.of(session, one))
        for one in invoices.of(session, request)
    ]


def telling_of(session: Session, request: Request, quote: Quote | None) -> Telling | None:
    """Return how a quote's payer is told of it; None where no quote waits for its answer."""
    if quote is None or quote.state != quotes.OFFERED:
        return None
    return Telling(
        why_not=sending_quotes.why_not(session, request, quote, at=now()),
        email=str(quote.payer.get("email") or payer_of(request).email),
        can_write=post.is_configured(running().settings),
        emails=sending_quotes.emails(session, actor(), quote),
    )


def _seller_lacks(session: Session, facts: MoneyFacts) -> str:
    """Return what the practice has to say about itself before an invoice can be made."""
    if not facts.payer_class or facts.is_waived or facts.invoiced:
        return ""
    return settings.of(session, actor().practice_id).lacks


def payer_of(request: Request) -> Payer:
    """Return who should pay as far as the request says it, for the form to begin with."""
    whom = request.content.patient if request.content else {}
    by = request.content.contact if request.content else {}
    if payers.OF_OUTCOME.get(request.outcome or "") == payers.PATIENT:
        names = (str(whom.get(part) or "") for part in ("given_name", "family_name"))
        name = " ".join(filter(None, names)) or str(by.get("name") or "")
        # Whoever asks for somebody else gave their own address.
        asker = by if request.requester_class == "patient" else {}
        email = str(whom.get("email") or asker.get("email") or "")
        return Payer(name, _lines(whom.get("address")), email)
    known = request.requester
    if known is None and request.outcome == "STATE_FEE":
        # Whoever asks may be the patient: the body that pays has to be named.
        return Payer("")
    return Payer(
        known.name if known else str(by.get("name") or ""),
        _lines((known.address if known else None) or by.get("address")),
        str((known.email if known else None) or by.get("email") or ""),
        str(by.get("their_reference") or ""),
    )


def _price(session: Session, own: Terms, request: Request) -> tuple[Price | None, str]:
    if request.outcome not in payers.OF_OUTCOME:
        return None, ""
    try:
        return offering.price_for(session, actor(), own, request, local_day(now())), ""
    except Refused as refusal:
        return None, str(refusal)


def _by_minutes(session: Session, price: Price) -> tuple[Price, Minutes | None, str]:
    """Return the price for the minutes that the address names; the usual one where it names none.

    What cannot be is said, and the usual price stands.
    """
    try:
        gp, admin = (asked_whole(name, "the minutes") for name in ("gp_min", "admin_min"))
        if gp is None and admin is None:
            return price, None, ""
        minutes = Minutes(gp or 0, admin or 0, "")
        other = offering.by_minutes(session, actor(), price, minutes, local_day(now()))
    except Refused as refusal:
        return price, None, str(refusal)
    return other, minutes, ""


def _lines(text: object) -> tuple[str, ...]:
    return tuple(line.strip() for line in str(text or "").splitlines() if line.strip())
