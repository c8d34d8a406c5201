"""The sums beside the ledger: kept in the transaction of the rows that they sum."""

from collections.abc import Collection, Iterator
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Table, delete, event, select
from sqlalchemy import insert as sa_insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, UOWTransaction

from lettergen.models import Base, Work, WorkLedger, WorkSpread, WorkSum, locked, new_id
from lettergen.workload import counting
from lettergen.workload.counting import EDITION, OWED, Piece
from lettergen.workload.grains import AMOUNTS, Place, SpreadPlace, Totals

AT_ONCE = 500
WAITING = "work that is not summed yet"


def settle(session: Session) -> None:
    """Add what this transaction noted to the sums; it happens by itself before a commit.

    Last of all, so that the ledger's lock is taken after every other one: two writers wait for
    each other and never for ever.
    """
    session.flush()
    waiting: list[tuple[str, str, datetime]] = session.info.pop(WAITING, [])
    for practice_id, rows in groupby(sorted(waiting), key=lambda one: one[0]):
        found = list(rows)
        _settle(session, practice_id, [one[1] for one in found], max(one[2] for one in found))


def is_counted(session: Session, practice_id: str) -> bool:
    """Say whether a practice's sums are there, and made by the present rules."""
    found = select(WorkLedger.edition).where(WorkLedger.practice_id == practice_id)
    return session.scalar(found) == EDITION


def rebuild(session: Session, practice_id: str, *, at: datetime) -> int:
    """Make a practice's sums anew from its rows, and return how many sums there are.

    Writers of that practice wait meanwhile. After a restore, and whenever verify finds a
    difference.
    """
    settle(session)
    ledger = _lock(session, practice_id, at)
    for table in (WorkSum, WorkSpread):
        session.execute(delete(table).where(table.practice_id == practice_id))
    totals = recount(session, practice_id)
    count = insert(session.connection(), practice_id, totals)
    ledger.edition, ledger.counted_at = EDITION, at
    session.flush()
    return count


def begin_bulk(session: Session, practice_id: str, *, at: datetime) -> None:
    """Say that rows are about to be written past the session; figures are counted from rows.

    A run that breaks off leaves it so, and the next work that is noted makes all sums anew.
    """
    ledger = _lock(session, practice_id, at)
    if ledger.edition != EDITION:
        rebuild(session, practice_id, at=at)
    ledger.edition = 0


def end_bulk(session: Session, practice_id: str, totals: Totals, *, at: datetime) -> None:
    """Add what the rows that were written since `begin_bulk` sum up to."""
    ledger = _lock(session, practice_id, at)
    _add(session, practice_id, totals)
    ledger.edition, ledger.counted_at = EDITION, at


def verify(session: Session, practice_id: str) -> list[str]:
    """Return how the sums differ from a recount of all rows, in words; nothing if they agree."""
    settle(session)
    kept, counted = _kept(session, practice_id), recount(session, practice_id)
    if not is_counted(session, practice_id):
        return ["The sums were never made, or by other rules."] if counted.sums else []
    return list(kept.differences(counted))


def recount(session: Session, practice_id: str) -> Totals:
    """Return the totals of all rows of a practice, counted one request after the other."""
    totals = Totals()
    for rows in cases(session, practice_id):
        totals.add(counting.parts(rows))
    return totals


def cases(
    session: Session, practice_id: str, touching: ColumnElement[bool] | None = None
) -> Iterator[list[Piece]]:
    """Yield all rows of one request after the other, then each row of none that counts.

    With `touching` only cases of which it is true of a row. Rows come without their ORM: that
    would take ten times as long.
    """
    columns = [getattr(Work, name) for name in counting.Piece.__annotations__]
    mine = Work.practice_id == practice_id
    of_requests = select(*columns).where(mine, Work.request_id.is_not(None))
    lone = select(*columns).where(mine, Work.request_id.is_(None))
    if touching is not None:
        touched = select(Work.request_id).where(mine, touching, Work.request_id.is_not(None))
        of_requests = of_requests.where(Work.request_id.in_(touched))
        lone = lone.where(touching)
    rows = _stream(session, of_requests.order_by(Work.request_id))
    for _, case in groupby(rows, key=lambda row: row.request_id):
        yield list(case)
    # Not "is not null", for which SQLite would read all rows of the practice.
    corrected = select(Work.corrects_id).where(mine, Work.corrects_id > "")
    replaced = set(session.scalars(corrected))
    for row in _stream(session, lone):
        if row.id not in replaced:
            yield [row]


def insert(connection: Connection, practice_id: str, totals: Totals) -> int:
    """Insert totals where none are yet; return how many rows that makes."""
    sums, spreads = sum_rows(practice_id, totals), spread_rows(practice_id, totals)
    for table, rows in ((_table(WorkSum), sums), (_table(WorkSpread), spreads)):
        for start in range(0, len(rows), AT_ONCE * 20):
            connection.execute(sa_insert(table), rows[start : start + AT_ONCE * 20])
    return len(sums) + len(spreads)


def sum_rows(practice_id: str, totals: Totals) -> list[dict[str, Any]]:
    """Return rows of work_sums as plain values, in the order of their keys."""
    return [
        {"id": new_id(), "practice_id": practice_id, **place._asdict(),
         **dict(zip(AMOUNTS, amounts, strict=True))}
        for place, amounts in sorted(totals.sums.items())
        if any(amounts)
    ]  # fmt: skip


def spread_rows(practice_id: str, totals: Totals) -> list[dict[str, Any]]:
    """Return rows of work_spreads as plain values, in the order of their keys."""
    return [
        {"id": new_id(), "practice_id": practice_id, **where._asdict(), "amount": amount}
        for where, amount in sorted(totals.spreads.items())
        if amount
    ]


def _settle(session: Session, practice_id: str, ids: Collection[str], at: datetime) -> None:
    ledger = _lock(session, practice_id, at)
    if ledger.edition != EDITION:
        rebuild(session, practice_id, at=at)
        return
    totals = Totals()
    # Read anew: of what was noted in a savepoint that was undone, nothing is there.
    mine = select(Work).where(Work.practice_id == practice_id)
    new = {row.id: row for row in session.scalars(mine.where(Work.id.in_(ids)))}
    for request_id in sorted({row.request_id for row in new.values() if row.request_id}):
        rows = session.scalars(mine.where(Work.request_id == request_id)).all()
        totals.add(counting.parts(row for row in rows if row.id not in new), -1)
        totals.add(counting.parts(rows))
    lone = [row for row in new.values() if not row.request_id]
    corrected = {row.corrects_id for row in lone if row.corrects_id}
    for row in lone:
        if row.id not in corrected:
            totals.add(counting.parts([row]))
    if old := corrected - set(new):
        for row in session.scalars(mine.where(Work.id.in_(old))):
            totals.add(counting.parts([row]), -1)
    _add(session, practice_id, totals)


def _lock(session: Session, practice_id: str, at: datetime) -> WorkLedger:
    """Return the practice's ledger, locked until the end of the transaction."""
    wanted = locked(select(WorkLedger).where(WorkLedger.practice_id == practice_id))
    known = session.scalars(wanted).one_or_none()
    if known is not None:
        return known
    # Two first writers may meet here; the second one waits, and then finds the first one's row.
    values = {"id": new_id(), "practice_id": practice_id, "edition": 0, "counted_at": at}
    connection = session.connection()
    connection.execute(
        _insert(WorkLedger, connection.dialect.name).values(values).on_conflict_do_nothing()
    )
    return session.scalars(wanted).one()


def _add(session: Session, practice_id: str, totals: Totals) -> None:
    connection = session.connection()
    dialect = connection.dialect.name
    if sums := sum_rows(practice_id, totals):
        connection.execute(_adding(WorkSum, dialect, Place._fields, AMOUNTS), sums)
    if spreads := spread_rows(practice_id, totals):
        where = SpreadPlace._fields
        connection.execute(_adding(WorkSpread, dialect, where, ("amount",)), spreads)
    if any(place.fact == OWED for place in totals.spreads):
        # What was paid leaves nothing behind: a page that asks who owes reads what is owed only.
        paid = (WorkSpread.fact == OWED, WorkSpread.amount == 0)
        session.execute(delete(WorkSpread).where(WorkSpread.practice_id == practice_id, *paid))


@cache
def _adding(
    model: type[Base], dialect: str, place: tuple[str, ...], amounts: tuple[str, ...]
) -> Any:
    """Return the statement that adds amounts where there are some; to make it takes a while."""
    adding = _insert(model, dialect)
    kept, new = _table(model).c, adding.excluded
    grown = {name: kept[name] + new[name] for name in amounts}
    return adding.on_conflict_do_update(index_elements=("practice_id", *place), set_=grown)


def _insert(model: type[Base], dialect: str) -> Any:
    """Return the dialect's own insert, which can meet a row that is there."""
    return (sqlite.insert if dialect == "sqlite" else postgresql.insert)(_table(model))


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


def _kept(session: Session, practice_id: str) -> Totals:
    totals = Totals()
    sums = select(*(getattr(WorkSum, name) for name in (*Place._fields, *AMOUNTS)))
    for row in _stream(session, sums.where(WorkSum.practice_id == practice_id)):
        grain, month, first, second, *amounts = row
        totals.sums[Place(grain, month, first, second)] = amounts
    keyed = select(*(getattr(WorkSpread, name) for name in (*SpreadPlace._fields, "amount")))
    for row in _stream(session, keyed.where(WorkSpread.practice_id == practice_id)):
        *place, amount = row
        totals.spreads[SpreadPlace(*place)] = amount
    return totals


def _stream(session: Session, statement: Any) -> Iterator[Any]:
    yield from session.execute(statement.execution_options(yield_per=AT_ONCE))


@event.listens_for(Session, "after_flush")
def _remember(session: Session, _context: UOWTransaction) -> None:
    for row in session.new:
        if isinstance(row, Work):
            waiting = session.info.setdefault(WAITING, [])
            waiting.append((row.practice_id, row.id, row.noted_at))


@event.listens_for(Session, "before_commit")
def _settle_before_commit(session: Session) -> None:
    # A savepoint is not the end: what it holds may still be undone with all the rest.
    if not session.in_nested_transaction():
        session.flush()
        if session.info.get(WAITING):
            settle(session)
