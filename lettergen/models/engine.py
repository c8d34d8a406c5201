"""How lettergen talks to SQLite and PostgreSQL: connections, locks, transactions, faults."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVarTuple

from sqlalchemy import URL, Connection, Engine, Select, create_engine, event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session, sessionmaker

from lettergen.models.storage import fault_of
from lettergen.refusals import Refused
from lettergen.vault import Vault

SECONDS_TO_WAIT = 5
NOT_KNOWN = (
    "The address of the database cannot be used. "
    "LETTERGEN_DATABASE_URL begins with sqlite:/// or postgresql://."
)
LOCKS = "lettergen_locks"
PRAGMAS = (
    # First, so that the change to WAL already waits for others.
    f"busy_timeout={SECONDS_TO_WAIT * 1000}",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "temp_store=MEMORY",
    "trusted_schema=OFF",
)
READS = ("SELECT", "PRAGMA", "EXPLAIN", "BEGIN")

Columns = TypeVarTuple("Columns")


def make_engine(database_url: str) -> Engine:
    """Return an engine whose faults of storage arrive as StorageUnavailable.

    Both databases behave alike: a statement reads what is committed by then, and whoever is
    about to write waits up to five seconds for a lock. Raises Refused for an address of
    another kind.
    """
    url = _address(database_url)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "before_cursor_execute", _begin_before_writing)
        event.listen(engine, "savepoint", _begin_before_savepoint)
    else:
        waits = f"-c lock_timeout={SECONDS_TO_WAIT * 1000}"
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args={"options": waits, "connect_timeout": SECONDS_TO_WAIT},
            pool_pre_ping=True,
            hide_parameters=True,
        )
    event.listen(engine, "handle_error", _translate)
    return engine


def open_sessions(database: str | Engine, vault: Vault) -> sessionmaker[Session]:
    """Return a maker of sessions that can read and write sealed columns."""
    engine = make_engine(database) if isinstance(database, str) else database
    return sessionmaker(engine, expire_on_commit=False, info={"vault": vault})


@contextmanager
def changing(session: Session) -> Iterator[Session]:
    """One transaction that writes: committed at the end, undone whole by any exception.

    Reads may have come before in the same session; what a change depends on is read again
    under its lock, see `locked`.
    """
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


def locked(statement: Select[*Columns]) -> Select[*Columns]:
    """Return the query so that its rows are locked until commit, and read anew."""
    return statement.with_for_update(key_share=True).execution_options(
        **{LOCKS: True}, populate_existing=True
    )


def gather_statistics(connection: Connection) -> None:
    """Tell the database what it holds: SQLite plans for few rows until somebody does.

    A sample of each index there; all of a million rows would take a minute.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA analysis_limit = 400")
    connection.exec_driver_sql("ANALYZE")


def _address(database_url: str) -> URL:
    try:
        url = make_url(database_url)
    except ArgumentError as fault:
        raise Refused(NOT_KNOWN) from fault
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise Refused(NOT_KNOWN)
    return url


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # Without this the driver begins deferred transactions, and two writers that both have
    # read fail at once instead of waiting for each other.
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_before_writing(
    _connection: Connection,
    cursor: Any,
    statement: str,
    *rest: Any,
) -> None:
    context = rest[1]
    is_read = statement.lstrip().upper().startswith(READS)
    if is_read and not (context and context.execution_options.get(LOCKS)):
        return
    if not cursor.connection.in_transaction:
        cursor.execute("BEGIN IMMEDIATE")


def _begin_before_savepoint(connection: Connection, _name: str) -> None:
    raw: Any = connection.connection.dbapi_connection
    if not raw.in_transaction:
        raw.execute("BEGIN IMMEDIATE")


def _translate(context: ExceptionContext) -> None:
    unavailable = fault_of(context.original_exception)
    if unavailable is not None:
        raise unavailable from context.original_exception
