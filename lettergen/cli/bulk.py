"""Rows by the hundred thousand: written past the ORM, in the order of their tables."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import JSON, Boolean, Connection, Date, DateTime, Table, text
from sqlalchemy.orm import Session

from lettergen.models import Base, Document, Request, Work

# A row may point to those of the tables before its own.
TABLES: tuple[type[Base], ...] = (Document, Request, Work)
AT_ONCE = 20_000
# Indexes are written all over: they are kept at hand, and brought into the file less often. Whoever
# makes rows here makes those that they point to as well, which need not be looked up one by one.
PRAGMAS = ("cache_size=-600000", "wal_autocheckpoint=20000", "foreign_keys=OFF")


class Sheet(NamedTuple):
    """How one table's rows are written: its columns by name, and what makes each value plain."""

    table: Table
    names: tuple[str, ...]
    plain: tuple[Callable[[Any], Any] | None, ...]


class Bulk:
    """Collects rows as mappings or tuples and writes them, many at once, table by table.

    Values are plain and whole: no defaults are filled in, and nothing is sealed.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        dialect = session.connection().dialect.name
        self._sheets = {model: _sheet(model, dialect) for model in TABLES}
        self._write = _copy if dialect == "postgresql" else _insert
        if dialect == "sqlite":
            session.commit()
            for pragma in PRAGMAS:
                session.execute(text(f"PRAGMA {pragma}"))
        self._waiting: dict[type[Base], list[Sequence[Any]]] = defaultdict(list)

    def add(self, model: type[Base], values: dict[str, Any]) -> None:
        """Add one row; what is not named is empty."""
        self._waiting[model].append([values.get(name) for name in self._sheets[model].names])

    def add_all(self, model: type[Base], rows: Iterable[Sequence[Any]]) -> None:
        """Add rows that hold a value for each column, in the order of the table."""
        self._waiting[model] += rows

    def write(self, *, is_last: bool = False) -> None:
        """Write and commit what waits, if it is much or the last of it."""
        if not is_last and sum(map(len, self._waiting.values())) < AT_ONCE:
            return
        connection = self._session.connection()
        for model in TABLES:
            sheet, rows = self._sheets[model], self._waiting.pop(model, [])
            if rows:
                self._write(connection, sheet, rows)
        if is_last:
            self._gather_statistics(connection)
        self._session.commit()

    def _gather_statistics(self, connection: Connection) -> None:
        """Tell the database what it holds: it plans for few rows until somebody does."""
        if connection.dialect.name == "sqlite":
            # A sample of each index; all of a million rows would take a minute.
            connection.exec_driver_sql("PRAGMA analysis_limit = 400")
        connection.exec_driver_sql("ANALYZE")


def _sheet(model: type[Base], dialect: str) -> Sheet:
    table = cast(Table, model.__table__)
    columns = list(table.columns)
    return Sheet(
        table,
        tuple(one.key for one in columns),
        tuple(_plain(one.type, dialect) for one in columns),
    )


def _plain(kind: Any, dialect: str) -> Callable[[Any], Any] | None:
    if isinstance(kind, JSON):
        return lambda value: None if value is None else json.dumps(value)
    if dialect == "postgresql":
        return None
    kind = getattr(kind, "impl", kind)
    if isinstance(kind, DateTime):
        return _moment
    if isinstance(kind, Date):
        return _day
    return int if isinstance(kind, Boolean) else None


def _moment(value: datetime | None) -> str | None:
    """Write a moment as SQLAlchemy reads it from SQLite: the clock in UTC, to the microsecond."""
    return value.astimezone(UTC).isoformat(" ", "microseconds")[:26] if value else None


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _insert(connection: Connection, sheet: Sheet, rows: list[Sequence[Any]]) -> None:
    raw: Any = connection.connection.dbapi_connection
    if not raw.in_transaction:
        raw.execute("BEGIN IMMEDIATE")
    names, marks = ", ".join(sheet.names), ", ".join("?" * len(sheet.names))
    # Names of our own tables and columns: nothing comes from outside.
    statement = f"INSERT INTO {sheet.table.name} ({names}) VALUES ({marks})"  # noqa: S608
    raw.executemany(statement, _values(sheet, rows))


def _copy(connection: Connection, sheet: Sheet, rows: list[Sequence[Any]]) -> None:
    raw: Any = connection.connection.dbapi_connection
    names = ", ".join(sheet.names)
    command = f"COPY {sheet.table.name} ({names}) FROM STDIN"
    with raw.cursor() as cursor, cursor.copy(command) as copying:
        for row in _values(sheet, rows):
            copying.write_row(row)


def _values(sheet: Sheet, rows: list[Sequence[Any]]) -> Iterable[list[Any]]:
    plain = [(place, make) for place, make in enumerate(sheet.plain) if make]
    for row in rows:
        values = list(row)
        for place, make in plain:
            if values[place] is not None:
                values[place] = make(values[place])
        yield values
