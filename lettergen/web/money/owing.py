"""Debts as the page of money lists them: by age, and by who owes."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from lettergen.models import Actor
from lettergen.requests.money import balances
from lettergen.requests.money.balances import Unpaid

# Days after issue from which a debt counts as that old: domain section 5.4.
AGES = (90, 60, 30, 0)


@dataclass(frozen=True)
class Age:
    """Debts of one age: how many, and how much in pence."""

    title: str
    count: int
    pence: int


@dataclass(frozen=True)
class Owing:
    """All debts of a practice; `payers` are name and pence, who owes most first."""

    ages: list[Age]
    payers: list[tuple[str, int]]
    unpaid: list[Unpaid]
    total: int


def owing(session: Session, actor: Actor, on: date) -> Owing:
    """Return what is owed on a day."""
    unpaid = balances.unpaid(session, actor.practice_id, on)
    sums: dict[str, int] = {}
    for one in unpaid:
        name = str(one.invoice.content["customer"]["name"])
        sums[name] = sums.get(name, 0) + one.due
    return Owing(
        ages=[_age(unpaid, least) for least in AGES],
        payers=sorted(sums.items(), key=lambda one: (-one[1], one[0])),
        unpaid=unpaid,
        total=sum(one.due for one in unpaid),
    )


def _age(unpaid: list[Unpaid], least: int) -> Age:
    older = [one for one in AGES if one > least]
    most = min(older) if older else None
    found = [one for one in unpaid if one.days >= least and (most is None or one.days < most)]
    title = f"{least} days or more" if most is None else f"{least} to {most - 1} days"
    return Age(title, len(found), sum(one.due for one in found))
