"""What a person is told when the database cannot be reached, read or written."""

import logging
import sqlite3

from lettergen.refusals import Refused

log = logging.getLogger(__name__)

FULL = "The disk is full, so nothing was saved. Free some space and try again."
FAILED = (
    "The disk could not be written to or read, so nothing was saved. It may be full or failing: "
    "run `lettergen doctor`, and try again."
)
READ_ONLY = (
    "The database may not be written to, so nothing was saved. "
    "Check who owns the data folder and its rights, and try again."
)
BUSY = "Somebody else kept the database busy, so nothing was saved. Wait a moment and try again."
UNREADABLE = (
    "The database cannot be read. Run `lettergen doctor`, and restore your last backup if need be."
)
UNREACHABLE = "The database cannot be opened. Check that it runs, its address and its rights."

# Primary result codes: https://www.sqlite.org/rescode.html
SQLITE_FAULTS = {
    5: BUSY,
    6: BUSY,
    8: READ_ONLY,
    10: FAILED,
    11: UNREADABLE,
    13: FULL,
    14: UNREACHABLE,
    26: UNREADABLE,
}
# SQLSTATE, longest beginning first: PostgreSQL, appendix A.
POSTGRESQL_FAULTS = {
    "55P03": BUSY,
    "40001": BUSY,
    "40P01": BUSY,
    "25006": READ_ONLY,
    "42501": READ_ONLY,
    "53100": FULL,
    "53": UNREACHABLE,
    "57": UNREACHABLE,
    "58": UNREACHABLE,
    "08": UNREACHABLE,
    "XX001": UNREADABLE,
}


class StorageUnavailable(Refused):
    """The database cannot be used now; nothing was half written."""


def fault_of(error: BaseException) -> StorageUnavailable | None:
    """Return the refusal for a driver's error, or None if the error is a bug of ours."""
    message = _sqlite_message(error) or _postgresql_message(error)
    if message is None:
        return None
    # The driver's text names files and tables, never values: those are parameters.
    log.error("storage: %s: %s", type(error).__name__, error)
    return StorageUnavailable(message)


def _sqlite_message(error: BaseException) -> str | None:
    if not isinstance(error, sqlite3.Error):
        return None
    return SQLITE_FAULTS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)


def _postgresql_message(error: BaseException) -> str | None:
    if not type(error).__module__.startswith("psycopg"):
        return None
    state = getattr(error, "sqlstate", None)
    if state is None:
        return (
            UNREACHABLE
            if type(error).__name__ in ("OperationalError", "ConnectionTimeout")
            else None
        )
    return next((text for code, text in POSTGRESQL_FAULTS.items() if state.startswith(code)), None)
