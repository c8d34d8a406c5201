"""A request is decided, perhaps anew: a price that no longer fits ends with the old decision."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lettergen.models import Actor, Quote, Request
from lettergen.requests.life import events, finding, moves
from lettergen.requests.money import payers, payments, quotes, series, standing, waivers
from lettergen.requests.steps import charged, sending_quotes

# Something is missing, or a person has still to decide: what was agreed may yet stand.
UNDECIDED = ("HOLD", "ESCALATE")
PRICE_ENDED = "price-ended"


@dataclass(frozen=True)
class _Work:
    """What the request was about before it was decided anew."""

    type_key: str
    payer_class: str

    def is_still(self, request: Request) -> bool:
        """Whether the same work is to be done for the same kind of payer, or may be."""
        if request.type_key != self.type_key:
            return False
        is_same = self.payer_class in ("", _payer_class(request))
        return is_same or request.outcome in UNDECIDED


@contextmanager
def price_follows(
    session: Session, actor: Actor, request_id: str, *, revision: int | None, at: datetime
) -> Iterator[None]:
    """Let the body decide or settle a request, and end a price that does not fit the decision.

    The live quote is withdrawn, what is due on its invoice is credited, and a waiver ends. Money
    that was paid stays recorded, and is to be given back. A price that fits goes on. Raises
    NoSuchRequest, and ChangedMeanwhile for another `revision` than the page showed.
    """
    before = _begin(session, actor, request_id, revision)
    yield
    _settle_price(session, actor, request_id, before, at)


def _begin(session: Session, actor: Actor, request_id: str, revision: int | None) -> _Work:
    request = finding.lock(session, actor, request_id, revision)
    if charged.invoices_of(session, request):
        # A credit note may follow: its number is locked before anything writes to the audit.
        series.hold(session, actor.practice_id)
    return _Work(request.type_key, _priced_for(session, request))


def _priced_for(session: Session, request: Request) -> str:
    live = quotes.live(session, request)
    return live.payer_class if live else _payer_class(request)


def _payer_class(request: Request) -> str:
    return payers.OF_OUTCOME.get(request.outcome or "", "")


def _settle_price(
    session: Session, actor: Actor, request_id: str, before: _Work, at: datetime
) -> None:
    request = finding.lock(session, actor, request_id)
    live = quotes.live(session, request)
    sending_quotes.recall_unless_told(session, actor, request, at=at)
    if before.is_still(request):
        _go_on(session, actor, request, live, at)
        return
    waivers.end(session, actor, request, at=at)
    for one in charged.invoices_of(session, request):
        charged.credit_rest(session, actor, request, one, payments.DECIDED_ANEW, at=at)
    if live is not None:
        quotes.withdraw(session, actor, request, at=at)
        sending_quotes.recall(session, actor, request, at=at)
        events.note(session, actor, request, PRICE_ENDED, at=at)


def _go_on(
    session: Session, actor: Actor, request: Request, live: Quote | None, at: datetime
) -> None:
    """Bring a request whose price stands back to where that price was."""
    if request.state != "triaged" or not _payer_class(request):
        return
    if live is None:
        if standing.of(session, request, at=at).is_waived:
            moves.move(session, actor, request, "waived", at=at)
        return
    to = "quoted" if live.state == quotes.OFFERED else "accepted"
    moves.move(session, actor, request, to, at=at)
    if to == "accepted" and standing.of(session, request, at=at).is_paid:
        moves.move(session, actor, request, "paid", at=at)
