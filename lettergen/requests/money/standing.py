"""Where the money of a request stands, read from its rows alone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.calendar import local_day
from lettergen.models import Request, Requester
from lettergen.requests.money import balances, invoices, payers, quotes, waivers
from lettergen.requests.money.balances import INVOICE
from lettergen.workload.tallies import root_of

OLDEST_DEBT = 60


@dataclass(frozen=True)
class MoneyFacts:
    """What there is to know of a request's money. Amounts are in pence, ages in days.

    `quote` is the state of its last quote, or empty. What was invoiced, paid and is due is of the
    price that stands; `to_give_back` was paid for an earlier one, before it was decided anew.
    `is_paid` means that the invoice was settled by payment; `is_on_account` that the organisation
    has an account, whatever it owes: `oldest_debt_days` is the age of its oldest unpaid invoice,
    under whichever of its merged entries.
    """

    payer_class: str
    quote: str
    lapses_on: date | None
    invoiced: int
    paid: int
    due: int
    is_paid: bool
    is_waived: bool
    is_on_account: bool
    is_refunded: bool
    to_give_back: int
    oldest_debt_days: int

    @property
    def needs_payment(self) -> bool:
        """Whether somebody has to pay before the letter leaves, and has not."""
        asked = self.payer_class in (payers.PATIENT, payers.ORGANISATION)
        return asked and not (self.is_paid or self.is_waived)

    @property
    def is_account_sound(self) -> bool:
        """Whether an organisation on account owes nothing that is too old."""
        return self.is_on_account and self.oldest_debt_days <= OLDEST_DEBT


def of(session: Session, request: Request, *, at: datetime) -> MoneyFacts:
    """Return how a request's money stands on the day of `at` in England."""
    live = quotes.live(session, request)
    quote = live or next(iter(quotes.of(session, request)), None)
    asked_for = [one for one in invoices.of(session, request) if one.kind == INVOICE]
    known = [(one.quote_id, balances.of(session, one)) for one in asked_for]
    kept = [one for quote_id, one in known if quote_id == (live.id if live else None)]
    invoiced = sum(one.total - one.credited for one in kept)
    paid = sum(one.paid for one in kept)
    waiver = waivers.last(session, request)
    requester, keys = _organisation(session, request)
    is_on_account = bool(
        requester
        and requester.is_on_account
        and payers.OF_OUTCOME.get(request.outcome or "") == payers.ORGANISATION
    )
    return MoneyFacts(
        payer_class=payers.OF_OUTCOME.get(request.outcome or "", ""),
        quote=quote.state if quote else "",
        lapses_on=quote.lapses_on if quote else None,
        invoiced=invoiced,
        paid=paid,
        due=invoiced - paid,
        is_paid=invoiced > 0 and paid >= invoiced,
        is_waived=waiver is not None and waiver.state == waivers.APPROVED,
        is_on_account=is_on_account,
        is_refunded=any(one.refunded > 0 for _, one in known),
        to_give_back=sum(one.paid for _, one in known) - paid,
        oldest_debt_days=_oldest(session, request, keys, at) if is_on_account else 0,
    )


def _organisation(session: Session, request: Request) -> tuple[Requester | None, set[str]]:
    """Return the organisation that asks, and the keys of all entries that were merged into it."""
    if request.requester_id is None:
        return None, set()
    own = Requester.practice_id == request.practice_id
    pairs = session.execute(
        select(Requester.id, Requester.merged_into_id).where(
            own, Requester.merged_into_id.is_not(None)
        )
    )
    into = {one: str(other) for one, other in pairs}
    root = root_of(request.requester_id, into)
    found = session.scalar(select(Requester).where(own, Requester.id == root))
    return found, {root, *(one for one in into if root_of(one, into) == root)}


def _oldest(session: Session, request: Request, keys: Collection[str], at: datetime) -> int:
    on = local_day(at)
    owed = balances.unpaid(session, request.practice_id, on, requester_ids=keys)
    return max((one.days for one in owed), default=0)
