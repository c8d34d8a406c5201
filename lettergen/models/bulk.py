"""Rows by the hundred thousand, written past the ORM: plain values, none of them sealed."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, cast

from sqlalchemy import JSON, Boolean, Connection, Date, DateTime, Table

from lettergen.models.base import Base
from lettergen.models.storage import fault_of

Plain = tuple[tuple[int, Callable[[Any], Any]], ...]


def columns_of(model: type[Base]) -> tuple[str, ...]:
    """Return the names of a table's columns in their order."""
    return tuple(one.key for one in cast(Table, model.__table__).columns)


def write_rows(
    connection: Connection, model: type[Base], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Write rows that hold a value for each name, in the order of the names; return how many.

    By COPY on PostgreSQL and in one statement on SQLite; no defaults are filled in. The caller
    commits. Raises StorageUnavailable as an engine does.
    """
    table = cast(Table, model.__table__)
    dialect = connection.dialect.name
    plain = _plain_of(table, names, dialect)
    write = _copy if dialect == "postgresql" else _insert
    try:
        return write(connection, table, names, _values(plain, rows))
    except connection.dialect.loaded_dbapi.Error as fault:
        unavailable = fault_of(fault)
        raise unavailable or fault from fault


def _plain_of(table: Table, names: Sequence[str], dialect: str) -> Plain:
    made = ((place, _plain(table.c[name].type, dialect)) for place, name in enumerate(names))
    return tuple((place, make) for place, make in made if make)


def _plain(kind: Any, dialect: str) -> Callable[[Any], Any] | None:
    if isinstance(kind, JSON):
        return json.dumps
    if dialect == "postgresql":
        return None
    kind = getattr(kind, "impl", kind)
    if isinstance(kind, DateTime):
        return _moment
    if isinstance(kind, Date):
        return date.isoformat
    return int if isinstance(kind, Boolean) else None


def _moment(value: datetime) -> str:
    """Write a moment as SQLAlchemy reads it from SQLite: the clock in UTC, to the microsecond."""
    return value.astimezone(UTC).isoformat(" ", "microseconds")[:26]


def _insert(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    raw: Any = connection.connection.dbapi_connection
    if not raw.in_transaction:
        raw.execute("BEGIN IMMEDIATE")
    columns, marks = ", ".join(names), ", ".join("?" * len(names))
    # Names of our own tables and columns: nothing comes from outside.
    statement = f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"  # noqa: S608
    return int(raw.executemany(statement, rows).rowcount)


def _copy(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    raw: Any = connection.connection.dbapi_connection
    command = f"COPY {table.name} ({', '.join(names)}) FROM STDIN"
    with raw.cursor() as cursor:
        with cursor.copy(command) as copying:
            for row in rows:
                copying.write_row(row)
        return int(cursor.rowcount)


def _values(plain: Plain, rows: Iterable[Sequence[Any]]) -> Iterable[Sequence[Any]]:
    for row in rows:
        values = list(row)
        for place, make in plain:
            if values[place] is not None:
                values[place] = make(values[place])
        yield values
