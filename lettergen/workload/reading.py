"""Where the answer to a question about figures is kept, as queries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, and_, cast, func, or_, select

from lettergen.models import WorkGroup, WorkSpread, WorkSum
from lettergen.workload.grains import WHOLE, Dimension
from lettergen.workload.kept import unpacked
from lettergen.workload.periods import Period
from lettergen.workload.spans import DAY, MONTH, Piece, pieces

By = Dimension | Literal["month", "day"]


@dataclass(frozen=True)
class Question:
    """Of whom, when and by what; `wanted` are the values asked for by dimension.

    `amounts` and `facts` are the names of the amounts, plain and keyed, that are asked for.
    """

    practice_id: str
    period: Period
    by: By | None
    wanted: Mapping[str, frozenset[str]]
    amounts: tuple[str, ...]
    facts: tuple[str, ...]

    @property
    def named(self) -> frozenset[str]:
        """What is asked about, but for time."""
        return frozenset({*self.wanted, *({self.by} if self.by else ())}) - {MONTH, DAY}


@dataclass(frozen=True)
class Kept:
    """Where a part of an answer is: what groups it, amounts by month, and keyed ones.

    Rows of `amounts` hold the group, if any, the month, and the amounts asked for in their order.
    """

    groups: list[Any]
    amounts: Select[Any]
    _keyed: Select[Any]
    _facts: tuple[str, ...]
    _is_packed: bool

    def keyed(self, connection: Connection) -> Iterator[Sequence[Any]]:
        """Yield the keyed amounts: the group, if any, the fact, its key, and the amount."""
        if not self._facts:
            return
        rows = connection.execute(self._keyed)
        if not self._is_packed:
            yield from rows
            return
        for *group, spreads in rows:
            for found in unpacked(spreads):
                if found[0] in self._facts:
                    yield *group, *found


def where_kept(asked: Question) -> Iterator[Kept]:
    """Yield where the parts of an answer are kept.

    Whole months of one thing, and days of the whole practice, are a few rows each; all else is
    summed from the groups.
    """
    if asked.by == DAY:
        days = [Piece(DAY, asked.period)]
        yield _by_group(asked, days) if asked.named else _by_one(asked, asked.period, DAY)
    elif len(asked.named) > 1:
        yield _by_group(asked, pieces(asked.period))
    else:
        whole, edges = asked.period.parts()
        if whole is not None:
            yield _by_one(asked, whole, next(iter(asked.named), WHOLE))
        if not asked.named:
            yield from (_by_one(asked, edge, DAY) for edge in edges)
        elif edges:
            ends = [one for one in pieces(asked.period) if one.span != MONTH]
            yield _by_group(asked, ends)


def _by_one(asked: Question, period: Period, grain: str) -> Kept:
    def groups(table: type[WorkSum | WorkSpread]) -> list[Any]:
        return [] if asked.by is None else [table.month if asked.by == MONTH else table.value]

    def wanted(table: type[WorkSum | WorkSpread]) -> Iterator[ColumnElement[bool]]:
        yield table.practice_id == asked.practice_id
        yield table.grain == grain
        yield table.month.between(period.since.replace(day=1), period.until)
        if grain == DAY:
            yield table.value.between(period.since.isoformat(), period.until.isoformat())
        if grain in asked.wanted:
            yield table.value.in_(asked.wanted[grain])

    columns = (getattr(WorkSum, name) for name in asked.amounts)
    amounts = select(*groups(WorkSum), WorkSum.month, *columns).where(*wanted(WorkSum))
    # By name, even if these are all but one: so the index leads straight to them.
    named = WorkSpread.fact.in_(asked.facts)
    by = [*groups(WorkSpread), WorkSpread.fact, WorkSpread.key]
    keyed = select(*by, func.sum(WorkSpread.amount)).group_by(*by)
    keyed = keyed.where(named, *wanted(WorkSpread))
    return Kept(groups(WorkSum), amounts, keyed, asked.facts, _is_packed=False)


def _by_group(asked: Question, ranges: Iterable[Piece]) -> Kept:
    groups = [getattr(WorkGroup, asked.by)] if asked.by else []
    mine = WorkGroup.practice_id == asked.practice_id
    wanted = [
        mine,
        or_(*(and_(mine, WorkGroup.span == span, _within(days)) for span, days in ranges)),
        *(getattr(WorkGroup, name).in_(values) for name, values in asked.wanted.items()),
    ]
    summed = (cast(func.sum(getattr(WorkGroup, name)), BigInteger) for name in asked.amounts)
    amounts = select(*groups, WorkGroup.month, *summed).group_by(*groups, WorkGroup.month)
    keyed = select(*groups, WorkGroup.spreads).where(WorkGroup.spreads.is_not(None), *wanted)
    return Kept(groups, amounts.where(*wanted), keyed, asked.facts, _is_packed=True)


def _within(days: Period) -> ColumnElement[bool]:
    return WorkGroup.day.between(days.since, days.until)
