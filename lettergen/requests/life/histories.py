"""What came of an organisation's requests: how many, refused, ignoring what was suggested, paid."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lettergen.documents import eyes
from lettergen.models import Actor, Invoice, Payment, Quote, Request

CAME_BACK = "tried_failed"
REFUSES = ("org_refuses", "patient_refuses")
MOST_SHOWN = 100


@dataclass(frozen=True)
class History:
    """The counts of one organisation, and its requests, the last first.

    `ignored` came back although something better was suggested; `refused` would not pay;
    `paid_pence` is what came in, less what was given back.
    """

    asked: int
    turned_away: int
    refused: int
    ignored: int
    disputed: int
    paid_pence: int
    requests: tuple[Request, ...]

    @property
    def counts(self) -> tuple[tuple[str, str], ...]:
        """What to show of it, each with its name."""
        return (
            ("Requests", str(self.asked)),
            ("Declined or redirected", str(self.turned_away)),
            ("Came back all the same", str(self.ignored)),
            ("Refused to pay", str(self.refused)),
            ("Paid", f"£{self.paid_pence / 100:,.2f}"),
        )


def of_requester(session: Session, actor: Actor, requester_ids: Sequence[str]) -> History:
    """Return the history of an organisation under all its keys, for the actor's eyes."""
    rows = session.scalars(
        select(Request)
        .where(eyes.requests_for(actor), Request.requester_id.in_(requester_ids))
        .order_by(Request.received_at.desc(), Request.id)
    ).all()
    said_no = _refused_quotes(session, actor, requester_ids)
    return History(
        asked=len(rows),
        turned_away=sum(one.outcome in ("DECLINE", "REDIRECT") for one in rows),
        refused=sum(one.inputs.get("payer") in REFUSES or one.id in said_no for one in rows),
        ignored=sum(one.inputs.get("alt") == CAME_BACK for one in rows),
        disputed=sum(one.is_disputed for one in rows),
        paid_pence=_paid(session, actor, requester_ids),
        requests=tuple(rows[:MOST_SHOWN]),
    )


def _refused_quotes(session: Session, actor: Actor, requester_ids: Sequence[str]) -> set[str]:
    found = session.scalars(
        select(Quote.request_id).where(
            Quote.practice_id == actor.practice_id,
            Quote.requester_id.in_(requester_ids),
            Quote.state == "refused",
        )
    )
    return set(found)


def _paid(session: Session, actor: Actor, requester_ids: Sequence[str]) -> int:
    return int(
        session.scalar(
            select(func.coalesce(func.sum(Payment.amount_pence), 0))
            .join(Invoice, Invoice.id == Payment.invoice_id)
            .where(
                Payment.practice_id == actor.practice_id,
                Invoice.requester_id.in_(requester_ids),
            )
        )
        or 0
    )
