"""What is unpaid, and what is late: figures of today, not of a period."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lettergen.models import Actor, Request, WorkSpread
from lettergen.workload import sums
from lettergen.workload.counting import OWED
from lettergen.workload.figures import names_of
from lettergen.workload.periods import Period
from lettergen.workload.tallies import merged, parts_of, root_of

AGES = (30, 60, 90)
# The states of a request in which somebody still waits for it: requests.life.states.
OPEN = (
    "received", "triaged", "on_hold", "access_clock", "escalated", "quoted", "accepted", "paid",
    "on_account", "waived", "assigned", "drafted", "shown", "signed",
    "amra_wait",
)  # fmt: skip


@dataclass(frozen=True)
class Debt:
    """What one payer or organisation owes, in pence, by the age of the invoice in days.

    `over_30` holds what is older than 30 days and not older than 60; `over_90` all that is older.
    """

    key: str
    label: str
    young: int
    over_30: int
    over_60: int
    over_90: int

    @property
    def total(self) -> int:
        """All that is owed, whatever its age."""
        return self.young + self.over_30 + self.over_60 + self.over_90


def unpaid(session: Session, actor: Actor, on: date, by: str = "payer") -> list[Debt]:
    """Return what is owed on a day for each payer, or by "requester", the largest first.

    What was paid for a request settles its oldest invoice first; credit notes count as paid.
    """
    owed = _owed(session, actor, by)
    names = names_of(session, actor, by, owed)
    debts = [_debt(key, names.get(key, key), days, on) for key, days in owed.items()]
    return sorted((one for one in debts if one.total), key=lambda one: (-one.total, one.key))


def late(session: Session, actor: Actor, on: date) -> int:
    """Return how many requests are not done although their day is over."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Request)
            .where(
                Request.practice_id == actor.practice_id,
                Request.state.in_(OPEN),
                Request.due_on < on,
            )
        )
        or 0
    )


def _owed(session: Session, actor: Actor, by: str) -> dict[str, Counter[date]]:
    sums.settle(session)
    found: dict[str, Counter[date]] = defaultdict(Counter)
    into = merged(session, actor) if by == "requester" else {}
    if sums.is_counted(session, actor.practice_id):
        rows = session.execute(
            select(WorkSpread.value, WorkSpread.key, WorkSpread.amount).where(
                WorkSpread.practice_id == actor.practice_id,
                WorkSpread.fact == OWED,
                WorkSpread.grain == by,
            )
        )
        for group, key, amount in rows:
            found[root_of(group, into)][date.fromisoformat(key)] += amount
        return found
    for part in parts_of(session, actor, Period(date.min, date.max)):
        for (fact, key), amount in part.spreads.items():
            if fact == OWED:
                group = root_of(getattr(part.group, by), into)
                found[group][date.fromisoformat(key)] += amount
    return found


def _debt(key: str, label: str, days: Counter[date], on: date) -> Debt:
    ages = [0] * (len(AGES) + 1)
    for day, pence in days.items():
        if day <= on:
            ages[sum((on - day).days > age for age in AGES)] += pence
    return Debt(key, label, *ages)
