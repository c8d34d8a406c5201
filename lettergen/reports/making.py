"""Papers about workload are made: figures are read, laid out, sealed and stored as a document."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from lettergen import accounts, documents, workload
from lettergen.calendar import british_date, local_day
from lettergen.documents import Office
from lettergen.models import Actor, Document, NotAllowed
from lettergen.refusals import Refused
from lettergen.reports import board, frame, organisation, partners, poster
from lettergen.reports.frame import Paper
from lettergen.reports.kinds import BOARD, ORGANISATION, PARTNERS, Kind
from lettergen.reports.names import names
from lettergen.requests.catalogue.terms import Terms
from lettergen.workload import Period


@dataclass(frozen=True)
class Wanted:
    """Which paper of which period; `requester_id` is for an organisation's letter alone.

    `decisions` are what the partners' page asks to be decided; without any it makes its own.
    """

    kind: Kind
    period: Period
    requester_id: str = ""
    decisions: Sequence[str] = ()

    def kept(self) -> dict[str, Any]:
        """Return what the document keeps of this."""
        return {
            "report": self.kind.key,
            "from": self.period.since.isoformat(),
            "to": self.period.until.isoformat(),
            "requester_id": self.requester_id,
            "decisions": list(self.decisions),
        }


def make(
    session: Session, office: Office, actor: Actor, terms: Terms, wanted: Wanted, *, at: datetime
) -> Document:
    """Return a new document with the figures as they are now.

    Raises NotAllowed for who may not make it, TooFewRequests for an organisation with fewer than
    five, Refused where no organisation is named or the log has nothing of that time, and what the
    renderer refuses.
    """
    if not actor.roles & wanted.kind.roles:
        raise NotAllowed("Only a manager makes this paper. Please ask yours.")
    _require_log(session, actor, wanted.period)
    today = local_day(at)
    practice = accounts.practice_of(session, actor)
    made = frame.made(
        office,
        practice,
        _paper(session, office, actor, terms, wanted, today),
        reference=documents.fresh_reference(session),
        author_id=actor.staff_id,
        asked=wanted.kept(),
        at=at,
    )
    return documents.issue_made(session, office, actor, made, at=at)


def _require_log(session: Session, actor: Actor, period: Period) -> None:
    begins = workload.first_day(session, actor)
    if begins is None:
        raise Refused("Nothing is in the log yet, so there are no figures to print.")
    if period.until < begins:
        raise Refused(
            f"The log begins on {british_date(begins)}. Choose a month from then on: before it "
            "every figure would be zero."
        )


def _paper(  # noqa: PLR0917  (what every paper is made from)
    session: Session, office: Office, actor: Actor, terms: Terms, wanted: Wanted, today: date
) -> Paper:
    named = names(terms.catalogue, office.library)
    if wanted.kind.key == PARTNERS:
        return partners.paper(
            session, actor, wanted.period, named, decisions=wanted.decisions, today=today
        )
    if wanted.kind.key == BOARD:
        # A rate by the month must not count days that are still to come.
        until = min(wanted.period.until, today)
        return board.paper(session, actor, Period(wanted.period.since, until), named)
    if wanted.kind.key != ORGANISATION:
        return poster.paper(session, actor, wanted.period, today=today)
    if not wanted.requester_id:
        raise Refused("Choose the organisation that the letter is for.")
    return organisation.paper(
        session,
        actor,
        wanted.period,
        wanted.requester_id,
        catalogue=terms.catalogue,
        names=named,
        today=today,
    )
