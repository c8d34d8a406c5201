"""What is read for figures: sums by group, from the kept sums or from the rows themselves."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from lettergen.models import Actor, NotAllowed, Requester, Work, WorkSpread, WorkSum
from lettergen.workload import counting, naming, sums
from lettergen.workload.counting import BY_KEY, Part
from lettergen.workload.grains import AMOUNTS, DAY, Dimension, grain_for, name_of, value
from lettergen.workload.periods import Period

Kept = WorkSum | WorkSpread
By = Dimension | Literal["month", "day"]


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
    """Amounts of one group: by month and name as in models.WorkSum, and keyed ones by fact."""

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
    spreads: bool = True,
) -> Tallies:
    """Return the practice's tally of every group, or of "" alone where nothing is asked for.

    `spreads=False` leaves out what is counted by key, where nobody shows it. Raises NotAllowed
    where anybody but a manager asks for other people's figures.
    """
    require_own(actor, where)
    sums.settle(session)
    asked = _Asked(session, actor, where, by, same_as(session, actor, where), spreads)
    found: Tallies = defaultdict(Tally)
    if by is None:
        found[""] = Tally()
    if not sums.is_counted(session, actor.practice_id):
        _add_rows(asked, [period], found)
        return found
    whole, edges = period.parts()
    if whole is not None and not _add_kept(asked, whole, found):
        _add_rows(asked, [whole], found)
    if edges and not _add_kept_days(asked, edges, found):
        _add_rows(asked, edges, found)
    return {group: one for group, one in found.items() if one.sums or one.spreads or not group}


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


def parts_of(
    session: Session, actor: Actor, periods: Iterable[Period], where: Filter = ALL
) -> Iterator[Part]:
    """Yield the parts of the days asked for, counted from the rows themselves."""
    wanted = list(periods)
    requesters = same_as(session, actor, where)
    touching = or_(*(Work.day.between(one.since, one.until) for one in wanted))
    if sums.is_counted(session, actor.practice_id):
        touching = and_(touching, *_narrowed(actor, wanted, where, requesters))
    for rows in sums.cases(session, actor.practice_id, touching):
        for part in counting.parts(rows):
            in_time = any(one.since <= part.day <= one.until for one in wanted)
            if in_time and matches(part, where, requesters):
                yield part


def _narrowed(
    actor: Actor, wanted: list[Period], where: Filter, requesters: frozenset[str]
) -> Iterator[ColumnElement[bool]]:
    """Yield what rows of a type and of an organisation have in common, whoever names it."""
    since, until = min(one.since for one in wanted), max(one.until for one in wanted)
    for name, one in where.given().items():
        if name in naming.LED and one:
            values = requesters if name == "requester" else frozenset({one})
            kept = naming.elsewhere(actor.practice_id, name, values, since, until)
            yield or_(naming.own(name, values), Work.id.in_(select(WorkSpread.key).where(*kept)))


def matches(part: Part, where: Filter, requesters: frozenset[str]) -> bool:
    """Say whether a part is what is asked for."""
    for name, wanted in where.given().items():
        found = getattr(part.group, name)
        if found not in requesters if name == "requester" else found != wanted:
            return False
    return True


class _Place(NamedTuple):
    """Which kept rows are wanted, and the column that groups them, if any."""

    wanted: list[ColumnElement[bool]]
    groups: list[Any]


@dataclass(frozen=True)
class _Asked:
    session: Session
    actor: Actor
    where: Filter
    by: By | None
    requesters: frozenset[str]
    spreads: bool

    def group_of(self, part: Part) -> str:
        if self.by is None:
            return ""
        if self.by == "month":
            return f"{part.day:%Y-%m}"
        return part.day.isoformat() if self.by == "day" else value(getattr(part.group, self.by))


def _add_kept(asked: _Asked, whole: Period, found: Tallies) -> bool:
    """Add whole months from the kept sums; False if no grain answers what is asked for."""
    given = asked.where.given()
    grouped = [] if asked.by in (None, "month") else [str(asked.by)]
    grain = (DAY,) if grouped == [DAY] and not given else grain_for({*given, *grouped})
    if grain is None or (grouped == [DAY] and given):
        return False

    def of(table: type[Kept]) -> _Place:
        wanted = [
            table.practice_id == asked.actor.practice_id,
            table.grain == name_of(grain),
            table.month.between(whole.since, whole.until),
            *_values(table, grain, asked),
        ]
        groups = [_column(table, grain, name) for name in grouped]
        return _Place(wanted, groups or ([table.month] if asked.by == "month" else []))

    _read(asked, of, found)
    return True


def _add_kept_days(asked: _Asked, edges: list[Period], found: Tallies) -> bool:
    """Add single days from the kept sums, which know them for the whole practice only."""
    if asked.where.given() or asked.by not in (None, "month", "day"):
        return False
    for one in edges:

        def of(table: type[Kept], one: Period = one) -> _Place:
            wanted = [
                table.practice_id == asked.actor.practice_id,
                table.grain == DAY,
                table.month.between(one.since.replace(day=1), one.until),
                table.first.between(one.since.isoformat(), one.until.isoformat()),
            ]
            groups: dict[By | None, list[Any]] = {"month": [table.month], "day": [table.first]}
            return _Place(wanted, groups.get(asked.by, []))

        _read(asked, of, found)
    return True


def _read(asked: _Asked, of: Callable[[type[Kept]], "_Place"], found: Tallies) -> None:
    """Add what is kept in a place: amounts by month, which costs need, and keyed ones in all."""
    place = of(WorkSum)
    columns = [*place.groups, WorkSum.month, *(getattr(WorkSum, name) for name in AMOUNTS)]
    # Past the ORM, which would take as long again for rows that are plain values.
    connection = asked.session.connection()
    for row in connection.execute(select(*columns).where(*place.wanted)):
        tally = found[_group(row[0] if place.groups else "")]
        month, *amounts = row[len(place.groups) :]
        for name, amount in zip(AMOUNTS, amounts, strict=True):
            if amount:
                tally.sums[month, name] += amount
    if not asked.spreads:
        return
    place = of(WorkSpread)
    keyed = [*place.groups, WorkSpread.fact, WorkSpread.key]
    # By name, although these are all but one: so the index leads straight to them.
    wanted = [WorkSpread.fact.in_(BY_KEY), *place.wanted]
    summed = select(*keyed, func.sum(WorkSpread.amount)).where(*wanted).group_by(*keyed)
    for row in connection.execute(summed):
        *group, fact, key, amount = row
        if amount:
            found[_group(*group)].spreads[fact, key] += int(amount)


def _group(value: str | date = "") -> str:
    return f"{value:%Y-%m}" if isinstance(value, date) else value


def _values(table: type[Kept], grain: tuple[str, ...], asked: _Asked) -> list[ColumnElement[bool]]:
    return [
        _column(table, grain, name).in_(asked.requesters)
        if name == "requester"
        else _column(table, grain, name) == value(wanted)
        for name, wanted in asked.where.given().items()
    ]


def _column(table: type[Kept], grain: tuple[str, ...], name: str) -> ColumnElement[str]:
    return (table.first, table.second)[grain.index(name)]  # type: ignore[return-value]


def _add_rows(asked: _Asked, periods: list[Period], found: Tallies) -> None:
    for part in parts_of(asked.session, asked.actor, periods, asked.where):
        tally = found[asked.group_of(part)]
        month = part.day.replace(day=1)
        for name, amount in part.amounts.items():
            tally.sums[month, name] += amount
        if asked.spreads:
            for (fact, key), amount in part.spreads.items():
                if fact in BY_KEY:
                    tally.spreads[fact, key] += amount
