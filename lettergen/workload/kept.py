"""The tables of sums: what is kept is read as totals, replaced by others, or grown by them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lettergen.models import Base, WorkGroup, WorkSpread, WorkSum, new_id
from lettergen.models.bulk import write_rows
from lettergen.workload.counting import OWED, Group
from lettergen.workload.grains import (
    AMOUNTS,
    DIMENSIONS,
    GroupPlace,
    GroupSpreadPlace,
    Place,
    SpreadPlace,
    key_of,
)
from lettergen.workload.totals import Totals

AT_ONCE = 500
_ADDED = frozenset({*AMOUNTS, "amount"})
Spreads = dict[str, dict[str, int]]
NONE: Mapping[str, Spreads] = MappingProxyType({})


def read(session: Session, practice_id: str) -> Totals:
    """Return all that is kept of a practice."""
    totals = Totals()
    for row in _of(session, practice_id, WorkSum, (*Place._fields, *AMOUNTS)):
        grain, month, value, *amounts = row
        totals.sums[Place(grain, month, value)] = _named(amounts)
    for row in _of(session, practice_id, WorkSpread, (*SpreadPlace._fields, "amount")):
        *place, amount = row
        totals.spreads[SpreadPlace(*place)] = amount
    columns = ("span", "day", "spreads", *DIMENSIONS, *AMOUNTS)
    for span, day, spreads, *rest in _of(session, practice_id, WorkGroup, columns):
        group, amounts = Group(*rest[: len(DIMENSIONS)]), rest[len(DIMENSIONS) :]
        place = GroupPlace(span, day, group)
        totals.groups[place] = _named(amounts)
        for fact, key, amount in unpacked(spreads):
            totals.group_spreads[GroupSpreadPlace(place, fact, key)] = amount
    return totals


def replace(session: Session, practice_id: str, totals: Totals) -> int:
    """Put totals in the place of all that is kept; return how many rows that makes."""
    for table in (WorkGroup, WorkSpread, WorkSum):
        session.execute(delete(table).where(table.practice_id == practice_id))
    connection = session.connection()
    return sum(
        write_rows(connection, sheet.model, sheet.names, sheet.rows)
        for sheet in _sheets(practice_id, totals)
    )


def add(session: Session, practice_id: str, totals: Totals) -> None:
    """Add totals to what is kept. The caller holds the ledger's lock."""
    connection = session.connection()
    for sheet in _sheets(practice_id, totals, _spreads_of(session, practice_id, totals)):
        if rows := [dict(zip(sheet.names, row, strict=True)) for row in sheet.rows]:
            adding = _adding(sheet.model, connection.dialect.name, sheet.place, sheet.names)
            connection.execute(adding, rows)
    if any(place.fact == OWED for place in totals.spreads):
        # What was paid leaves nothing behind: a page that asks who owes reads what is owed only.
        paid = (WorkSpread.fact == OWED, WorkSpread.amount == 0)
        session.execute(delete(WorkSpread).where(WorkSpread.practice_id == practice_id, *paid))


def insert(model: type[Base], dialect: str) -> Any:
    """Return the dialect's own insert, which can meet a row that is there."""
    return (sqlite.insert if dialect == "sqlite" else postgresql.insert)(_table(model))


def unpacked(spreads: Spreads | None) -> Iterator[tuple[str, str, int]]:
    """Yield what a group keeps by key: the fact, the key, and how often."""
    for fact, counted in (spreads or {}).items():
        for key, amount in counted.items():
            yield fact, key, amount


class _Sheet(NamedTuple):
    """Rows of one table as plain values in the order of `names`; `place` tells them apart."""

    model: type[Base]
    place: tuple[str, ...]
    names: tuple[str, ...]
    rows: Iterable[tuple[Any, ...]]


def _sheets(
    practice_id: str, totals: Totals, spreads_of: Mapping[str, Spreads] = NONE
) -> Iterator[_Sheet]:
    """Yield the tables with their rows; `spreads_of` are what groups have by now, by their ids."""
    mine = ("id", "practice_id")
    names = (*Place._fields, *AMOUNTS)
    sums = (
        (new_id(), practice_id, *place, *_in_order(amounts))
        for place, amounts in sorted(totals.sums.items())
        if any(amounts.values())
    )
    yield _Sheet(WorkSum, ("practice_id", *Place._fields), (*mine, *names), sums)
    names = (*SpreadPlace._fields, "amount")
    spreads = (
        (new_id(), practice_id, *place, amount)
        for place, amount in sorted(totals.spreads.items())
        if amount
    )
    yield _Sheet(WorkSpread, ("practice_id", *SpreadPlace._fields), (*mine, *names), spreads)
    names = ("span", "month", "day", "spreads", *DIMENSIONS, *AMOUNTS)
    groups = (
        (key, practice_id, place.span, place.day.replace(day=1), place.day,
         _merged(spreads_of.get(key), new), *place.group,
         *_in_order(totals.groups.get(place, {})))
        for key, place, new in _groups(practice_id, totals)
    )  # fmt: skip
    yield _Sheet(WorkGroup, ("id",), (*mine, *names), groups)


def _groups(practice_id: str, totals: Totals) -> Iterator[tuple[str, GroupPlace, Spreads]]:
    """Yield the groups that have amounts, or keyed ones, in the order of their days."""
    spreads: dict[GroupPlace, Spreads] = {}
    for one, amount in totals.group_spreads.items():
        if amount:
            spreads.setdefault(one.place, {}).setdefault(one.fact, {})[one.key] = amount
    places = {place for place, amounts in totals.groups.items() if any(amounts.values())}
    for place in sorted(places.union(spreads)):
        yield key_of(practice_id, place), place, spreads.get(place, {})


def _spreads_of(session: Session, practice_id: str, totals: Totals) -> dict[str, Spreads]:
    """Return what is kept by key of the groups that totals name."""
    keys = [key for key, _, _ in _groups(practice_id, totals)]
    mine = (WorkGroup.practice_id == practice_id, WorkGroup.spreads.is_not(None))
    rows = session.execute(
        select(WorkGroup.id, WorkGroup.spreads).where(*mine, WorkGroup.id.in_(keys))
    )
    return {row.id: row.spreads for row in rows}


def _merged(one: Spreads | None, other: Spreads) -> Spreads | None:
    """Return both together without zeros; None for nothing."""
    found: Counter[tuple[str, str]] = Counter()
    for spreads in (one, other):
        for fact, key, amount in unpacked(spreads):
            found[fact, key] += amount
    packed: Spreads = {}
    for (fact, key), amount in found.items():
        if amount:
            packed.setdefault(fact, {})[key] = amount
    return packed or None


def _in_order(amounts: dict[str, int]) -> list[int]:
    return [amounts.get(name, 0) for name in AMOUNTS]


def _named(amounts: Iterable[int]) -> dict[str, int]:
    return {name: amount for name, amount in zip(AMOUNTS, amounts, strict=True) if amount}


@cache
def _adding(model: type[Base], dialect: str, place: tuple[str, ...], names: tuple[str, ...]) -> Any:
    """Return the statement that adds amounts where there are some; to make it takes a while."""
    adding = insert(model, dialect)
    there, new = _table(model).c, adding.excluded
    grown = {name: there[name] + new[name] for name in names if name in _ADDED}
    if "spreads" in names:
        grown["spreads"] = new["spreads"]
    return adding.on_conflict_do_update(index_elements=place, set_=grown)


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


def _of(
    session: Session, practice_id: str, model: type[Any], names: Iterable[str]
) -> Iterator[Any]:
    columns = (getattr(model, name) for name in names)
    wanted = select(*columns).where(model.practice_id == practice_id)
    yield from session.execute(wanted.execution_options(yield_per=AT_ONCE))
