"""The price of a request, for the payer who follows it by a link; a patient may answer it there."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from lettergen import links
from lettergen.calendar import local_day
from lettergen.models import Link, Quote, Request
from lettergen.refusals import Refused
from lettergen.requests.life import finding
from lettergen.requests.money import payers, quotes, settings, standing
from lettergen.requests.money.standing import MoneyFacts
from lettergen.requests.papers.prefill import OWN_PEOPLE
from lettergen.requests.steps import paying, sending_quotes

OPEN, AGREED, PAID, REFUSED, ENDED, WAIVED = (
    "open",
    "agreed",
    "paid",
    "refused",
    "ended",
    "waived",
)
_STANDS = {quotes.REFUSED: REFUSED, quotes.LAPSED: ENDED, quotes.WAIVED: WAIVED}
HOW = "link"


class NotAnswered(Refused):
    """The answer to a price was not taken; the text says why, and what to do."""


@dataclass(frozen=True)
class Shown:
    """A price as its payer reads it. Amounts are in pence.

    `stands` is open, agreed, paid, refused, ended or waived; `key` is the quote that an answer is
    for; `may_answer` that it is taken here. `bank` is empty unless somebody has still to pay.
    """

    key: str
    stands: str
    total: int
    vat: int
    due: int
    until: date
    ready_by: date | None
    answered_at: datetime | None
    is_patients: bool
    is_told_of_work: bool
    may_answer: bool
    bank: str


def shown(session: Session, link: Link, *, at: datetime) -> Shown | None:
    """Return the price of the request that a link follows, for its payer; None for others.

    Nothing is shown where the payer may not be told of it in writing: see `sending_quotes.why_not`.
    """
    request = finding.get(session, links.holder(link), link.subject_id)
    quote = next(iter(quotes.of(session, request)), None)
    if quote is None or not _is_for(session, link, request, quote, at):
        return None
    facts = standing.of(session, request, at=at)
    stands = _stands(quote, facts, local_day(at))
    if stands == "":
        return None
    own = settings.of(session, link.practice_id)
    return Shown(
        key=quote.id,
        stands=stands,
        total=quote.total_pence,
        vat=quote.vat_pence,
        due=facts.due if facts.invoiced else quote.total_pence,
        until=quote.lapses_on,
        ready_by=quote.promised_on,
        answered_at=quote.answered_at,
        is_patients=quote.payer_class == payers.PATIENT,
        is_told_of_work=bool(quote.basis.get("told_of_work")),
        may_answer=stands == OPEN and _may_answer(session, link, request, quote),
        bank=own.bank if stands == AGREED else "",
    )


def answer(session: Session, link: Link, key: str, *, is_yes: bool, at: datetime) -> None:
    """Record what the patient who pays says to a price, by its link; pressed twice, once.

    Raises NotAnswered where the price is another one by now, has ended, or is not theirs to
    answer here.
    """
    who = links.holder(link)
    finding.lock(session, who, link.subject_id)
    seen = shown(session, link, at=at)
    if seen is None or seen.key != key:
        raise NotAnswered("The price has changed. Please look at it again.")
    if seen.stands in ((AGREED, PAID) if is_yes else (REFUSED,)):
        return
    if not seen.may_answer:
        raise NotAnswered("This price cannot be answered here any more. Please ask us.")
    try:
        if is_yes:
            paying.accept(session, who, link.subject_id, how=HOW, at=at)
        else:
            paying.refuse(session, who, link.subject_id, how=HOW, because="", at=at)
    except Refused as refusal:
        # What staff are told to do about it is none of the holder's business.
        raise NotAnswered("We could not note that here. Please tell us yourself.") from refusal


def _is_for(session: Session, link: Link, request: Request, quote: Quote, at: datetime) -> bool:
    """Say whether a link is the payer's: the asker's own where they pay, or sent with the price."""
    if sending_quotes.why_not(session, request, quote, at=at):
        return False
    if link.made_by is not None:
        return sending_quotes.is_sent_to(session, link, quote)
    is_own = request.requester_class in OWN_PEOPLE
    return is_own == (quote.payer_class == payers.PATIENT)


def _may_answer(session: Session, link: Link, request: Request, quote: Quote) -> bool:
    """Say whether the patient who pays holds the link, as far as anybody can know."""
    if quote.payer_class != payers.PATIENT:
        return False
    return sending_quotes.is_sent_to(session, link, quote) or request.requester_class == "patient"


def _stands(quote: Quote, facts: MoneyFacts, today: date) -> str:
    """Return how a price stands; nothing for one that was taken back."""
    if quote.state == quotes.OFFERED:
        return ENDED if today > quote.lapses_on else OPEN
    if quote.state != quotes.ACCEPTED:
        return _STANDS.get(quote.state, "")
    if facts.is_waived:
        return WAIVED
    if facts.is_refunded:
        return ""
    return PAID if facts.is_paid else AGREED
