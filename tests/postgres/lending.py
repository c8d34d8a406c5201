"""One PostgreSQL database, lent to test after test, each of which finds it as the first did."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy import Connection, Row, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

# Those who are connected still; the server waits some milliseconds for each to be gone.
END_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# What a test does to tables, columns, triggers or functions leaves newer rows here, or fewer.
SHAPE = """
SELECT count(*), max(xmin::text::bigint), (SELECT sum(last_value) FROM pg_sequences) FROM (
  SELECT xmin FROM pg_attribute UNION ALL SELECT xmin FROM pg_type
  UNION ALL SELECT xmin FROM pg_trigger UNION ALL SELECT xmin FROM pg_constraint
  UNION ALL SELECT xmin FROM pg_index UNION ALL SELECT xmin FROM pg_proc
) AS catalogue
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


@contextmanager
def database(server: str, template: str = "template1") -> Iterator[str]:
    """Make a database beside the one at an address, and drop it in the end; yield its name."""
    name = f"lettergen_{uuid4().hex}"
    maker = create_engine(address_of(server, "postgres"), isolation_level="AUTOCOMMIT")
    with maker.connect() as connection:
        # Copied as files: of some hundred small tables that is the quicker way.
        copied = f"TEMPLATE {template} STRATEGY FILE_COPY"
        connection.execute(text(f"CREATE DATABASE {name} {copied}"))
    try:
        yield name
    finally:
        with maker.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        maker.dispose()


def address_of(server: str, name: str) -> str:
    """Return the address of a database beside another."""
    return make_url(server).set(database=name).render_as_string(hide_password=False)


class Lender:
    """Lends a copy of a database over and over.

    To copy one takes a tenth of a second, nearly all of it for files; to take out what a test put
    in takes a thousandth. Where a test changed more than rows, the next one gets a new copy.
    """

    def __init__(self, server: str, template: str) -> None:
        self._server, self._template = server, template
        self._copies = ExitStack()
        self._copy: _Copy | None = None

    @contextmanager
    def lend(self) -> Iterator[str]:
        """Lend the database, as it was at first; yield its address."""
        if self._copy is None:
            self._copy = self._copies.enter_context(_copied(self._server, self._template))
        try:
            yield self._copy.address
        finally:
            if not self._copy.put_back():
                self.close()

    def close(self) -> None:
        """Drop the copy."""
        self._copy = None
        self._copies.close()


@contextmanager
def _copied(server: str, template: str) -> "Iterator[_Copy]":
    with database(server, template) as name:
        engine = create_engine(address_of(server, name), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            yield _Copy(connection)
        engine.dispose()


class _Copy:
    """A copy of a database, and what it held at first."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.address = connection.engine.url.render_as_string(hide_password=False)
        # While rows go and come back no trigger speaks, and no foreign key asks.
        self._ask("SET session_replication_role = replica")
        self._ask("SET lock_timeout = 5000")
        self._shape = self._ask(SHAPE)
        tables = [name for (name,) in self._ask(TABLES)]
        self._emptying = ";".join(f'DELETE FROM "{name}"' for name in tables)
        self._held = {name: rows for name in tables if (rows := self._rows_of(name))}

    def put_back(self) -> bool:
        """Make all rows what they were; say whether everything else is what it was, too."""
        try:
            self._ask(END_OTHERS)
            if self._ask(SHAPE) != self._shape:
                return False
            self._ask(self._emptying)
            for name, rows in self._held.items():
                with self._cursor() as cursor, cursor.copy(f'COPY "{name}" FROM STDIN') as target:
                    target.write(rows)
        except (DBAPIError, psycopg.Error):
            return False
        return True

    def _ask(self, statement: str) -> Sequence[Row[Any]]:
        result = self._connection.exec_driver_sql(statement)
        return result.all() if result.returns_rows else ()

    def _rows_of(self, table: str) -> bytes:
        with self._cursor() as cursor, cursor.copy(f'COPY "{table}" TO STDOUT') as source:
            return b"".join(map(bytes, source))

    def _cursor(self) -> "psycopg.Cursor[Any]":
        raw: psycopg.Connection[Any] = self._connection.connection.driver_connection
        return raw.cursor()
