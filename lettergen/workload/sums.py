"""The sums beside the ledger: kept in the transaction of the rows that they sum."""

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, event, select
from sqlalchemy.orm import Session, UOWTransaction

from lettergen.models import Work, WorkLedger, locked, new_id
from lettergen.workload import counting, kept
from lettergen.workload.counting import EDITION, Piece
from lettergen.workload.totals import Adding, Totals

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
    count = kept.replace(session, practice_id, recount(session, practice_id))
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
    totals.add(kept.read(session, practice_id))
    kept.replace(session, practice_id, totals)
    ledger.edition, ledger.counted_at = EDITION, at


def verify(session: Session, practice_id: str) -> list[str]:
    """Return how the sums differ from a recount of all rows, in words; nothing if they agree."""
    settle(session)
    before, counted = kept.read(session, practice_id), recount(session, practice_id)
    if not is_counted(session, practice_id):
        return ["The sums were never made, or by other rules."] if counted.groups else []
    return list(before.differences(counted))


def recount(session: Session, practice_id: str) -> Totals:
    """Return the totals of all rows of a practice, counted one request after the other."""
    adding = Adding()
    for rows in cases(session, practice_id):
        adding.add(counting.parts(rows))
    return adding.totals()


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


def _settle(session: Session, practice_id: str, ids: Collection[str], at: datetime) -> None:
    ledger = _lock(session, practice_id, at)
    if ledger.edition != EDITION:
        rebuild(session, practice_id, at=at)
        return
    adding = Adding()
    # Read anew: of what was noted in a savepoint that was undone, nothing is there.
    mine = select(Work).where(Work.practice_id == practice_id)
    new = {row.id: row for row in session.scalars(mine.where(Work.id.in_(ids)))}
    for request_id in sorted({row.request_id for row in new.values() if row.request_id}):
        rows = session.scalars(mine.where(Work.request_id == request_id)).all()
        adding.add(counting.parts(row for row in rows if row.id not in new), -1)
        adding.add(counting.parts(rows))
    lone = [row for row in new.values() if not row.request_id]
    corrected = {row.corrects_id for row in lone if row.corrects_id}
    for row in lone:
        if row.id not in corrected:
            adding.add(counting.parts([row]))
    if old := corrected - set(new):
        for row in session.scalars(mine.where(Work.id.in_(old))):
            adding.add(counting.parts([row]), -1)
    kept.add(session, practice_id, adding.totals())


def _lock(session: Session, practice_id: str, at: datetime) -> WorkLedger:
    """Return the practice's ledger, locked until the end of the transaction."""
    wanted = locked(select(WorkLedger).where(WorkLedger.practice_id == practice_id))
    known = session.scalars(wanted).one_or_none()
    if known is not None:
        return known
    # Two first writers may meet here; the second one waits, and then finds the first one's row.
    values = {"id": new_id(), "practice_id": practice_id, "edition": 0, "counted_at": at}
    connection = session.connection()
    adding = kept.insert(WorkLedger, connection.dialect.name).values(values)
    connection.execute(adding.on_conflict_do_nothing())
    return session.scalars(wanted).one()


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
