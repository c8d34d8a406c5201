"""What is read for figures: sums by group, from the kept sums or from the rows themselves."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.models import Actor, NotAllowed, Requester, Work
from lettergen.workload import counting, reading, sums
from lettergen.workload.counting import BY_KEY, Part
from lettergen.workload.grains import AMOUNTS, value
from lettergen.workload.periods import Period
from lettergen.workload.reading import By, Question
from lettergen.workload.spans import DAY, MONTH

EVERYTHING = (*AMOUNTS, *BY_KEY)


@dataclass(frozen=True)
class Filter:
    """Which work is asked for: None stands for all. Several may be given at once."""

    family: str | None = None
    type: str | None = None
    requester_class: str | None = None
    requester: str | None = None
    role: str | None = None
    staff: str | None = None

    def given(self) -> dict[str, str]:
        """Return what is asked for by dimension."""
        return {name: wanted for name, wanted in vars(self).items() if wanted is not None}


ALL = Filter()


@dataclass
class Tally:
    """Amounts of one group: by month and name as in models.Amounts, and keyed ones by fact."""

    sums: Counter[tuple[date, str]] = field(default_factory=Counter)
    spreads: Counter[tuple[str, str]] = field(default_factory=Counter)
    _names: Counter[str] | None = field(default=None, repr=False)

    def __getitem__(self, name: str) -> int:
        if self._names is None:
            self._names = Counter()
            for (_, known), amount in self.sums.items():
                self._names[known] += amount
        return self._names[name]

    def keyed(self, fact: str) -> dict[str, int]:
        """Return the amounts of one fact by key."""
        return {key: n for (known, key), n in self.spreads.items() if known == fact and n}

    def add(self, other: "Tally") -> None:
        """Add another's amounts."""
        self._names = None
        self.sums.update(other.sums)
        self.spreads.update(other.spreads)


Tallies = dict[str, Tally]


def tallies(
    session: Session,
    actor: Actor,
    period: Period,
    where: Filter = ALL,
    by: By | None = None,
    *,
    reads: Collection[str] = EVERYTHING,
) -> Tallies:
    """Return the practice's tally of every group, or of "" alone where nothing is asked for.

    `reads` are the names of the amounts, plain and keyed, that somebody will look at: a tally has
    no others. Raises NotAllowed where anybody but a manager asks for other people's figures.
    """
    require_own(actor, where)
    sums.settle(session)
    question = Question(
        actor.practice_id,
        period,
        by,
        _wanted(where, same_as(session, actor, where)),
        tuple(name for name in AMOUNTS if name in reads),
        tuple(name for name in BY_KEY if name in reads),
    )
    found: Tallies = defaultdict(Tally)
    if by is None:
        found[""] = Tally()
    if sums.is_counted(session, actor.practice_id):
        _read(session, question, found)
    else:
        _count(session, actor, where, question, found)
    return {group: one for group, one in found.items() if one.sums or one.spreads or not group}


def _wanted(where: Filter, requesters: frozenset[str]) -> dict[str, frozenset[str]]:
    return {
        name: requesters if name == "requester" else frozenset({value(one)})
        for name, one in where.given().items()
    }


def first_day(session: Session, actor: Actor) -> date | None:
    """Return the first day of the practice's ledger, or None while it is empty."""
    return session.scalar(
        select(Work.day).where(Work.practice_id == actor.practice_id).order_by(Work.day).limit(1)
    )


def require_own(actor: Actor, where: Filter) -> None:
    """Raise NotAllowed unless the actor may see the figures of the person who is asked for."""
    if where.staff is not None and "manager" not in actor.roles and where.staff != actor.staff_id:
        raise NotAllowed("Only a manager sees the figures of other people. Choose your own.")


def same_as(session: Session, actor: Actor, where: Filter) -> frozenset[str]:
    """Return the ids of an organisation and of those that were merged into it."""
    if where.requester is None:
        return frozenset()
    into = merged(session, actor)
    root = root_of(where.requester, into)
    return frozenset({root, where.requester, *(one for one in into if root_of(one, into) == root)})


def merged(session: Session, actor: Actor) -> dict[str, str]:
    """Return which organisation each merged one was merged into, by id."""
    rows = session.execute(
        select(Requester.id, Requester.merged_into_id).where(
            Requester.practice_id == actor.practice_id, Requester.merged_into_id.is_not(None)
        )
    )
    return {row.id: row.merged_into_id for row in rows}


def root_of(requester_id: str, into: dict[str, str]) -> str:
    """Return the organisation that one was merged into in the end, or itself."""
    seen = {requester_id}
    while (other := into.get(requester_id)) is not None and other not in seen:
        requester_id = other
        seen.add(other)
    return requester_id


def parts_of(session: Session, actor: Actor, period: Period, where: Filter = ALL) -> Iterator[Part]:
    """Yield the parts of the days asked for, counted from the rows themselves."""
    requesters = same_as(session, actor, where)
    touching = Work.day.between(period.since, period.until)
    for rows in sums.cases(session, actor.practice_id, touching):
        for part in counting.parts(rows):
            if period.since <= part.day <= period.until and matches(part, where, requesters):
                yield part


def matches(part: Part, where: Filter, requesters: frozenset[str]) -> bool:
    """Say whether a part is what is asked for."""
    for name, wanted in where.given().items():
        found = getattr(part.group, name)
        if found not in requesters if name == "requester" else found != wanted:
            return False
    return True


def _read(session: Session, question: Question, found: Tallies) -> None:
    """Add what is kept: amounts by month, which costs need, and keyed ones in all."""
    # Past the ORM, which would take as long again for rows that are plain values.
    connection = session.connection()
    names = question.amounts
    for kept in reading.where_kept(question):
        groups = len(kept.groups)
        for row in connection.execute(kept.amounts) if names else ():
            tally, month = found[_name(question.by, *row[:groups])], row[groups]
            for name, amount in zip(names, row[groups + 1 :], strict=True):
                if amount:
                    tally.sums[month, name] += amount
        for *group, fact, key, amount in kept.keyed(connection):
            if amount:
                found[_name(question.by, *group)].spreads[fact, key] += int(amount)


def _count(
    session: Session, actor: Actor, where: Filter, question: Question, found: Tallies
) -> None:
    """Add what the rows themselves add up to, where no sums are kept."""
    for part in parts_of(session, actor, question.period, where):
        by = question.by
        tally = found[_name(by, *([] if by is None else [_group(by, part)]))]
        month = part.day.replace(day=1)
        for name, amount in part.amounts.items():
            if name in question.amounts:
                tally.sums[month, name] += amount
        for (fact, key), amount in part.spreads.items():
            if fact in question.facts:
                tally.spreads[fact, key] += amount


def _group(by: By, part: Part) -> str | date:
    return part.day if by in (MONTH, DAY) else value(getattr(part.group, by))


def _name(by: By | None, group: str | date = "") -> str:
    """Return what a group is called in tallies: of a date, its month or the day itself."""
    if isinstance(group, date):
        return group.isoformat() if by == DAY else f"{group:%Y-%m}"
    return group
