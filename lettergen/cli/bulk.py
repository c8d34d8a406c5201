"""Rows by the hundred thousand: collected, and written in the order of their tables."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from lettergen.models import Base, Document, Request, Work
from lettergen.models.bulk import columns_of, write_rows

# A row may point to those of the tables before its own.
TABLES: tuple[type[Base], ...] = (Document, Request, Work)
AT_ONCE = 20_000
# Indexes are written all over: they are kept at hand, and brought into the file less often. Whoever
# makes rows here makes those that they point to as well, which need not be looked up one by one.
PRAGMAS = ("cache_size=-600000", "wal_autocheckpoint=20000", "foreign_keys=OFF")


class Bulk:
    """Collects rows as mappings or tuples and writes them, many at once, table by table.

    Values are plain and whole: no defaults are filled in, and nothing is sealed.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._names = {model: columns_of(model) for model in TABLES}
        if session.connection().dialect.name == "sqlite":
            session.commit()
            for pragma in PRAGMAS:
                session.execute(text(f"PRAGMA {pragma}"))
        self._waiting: dict[type[Base], list[Sequence[Any]]] = defaultdict(list)

    def add(self, model: type[Base], values: dict[str, Any]) -> None:
        """Add one row; what is not named is empty."""
        self._waiting[model].append([values.get(name) for name in self._names[model]])

    def add_all(self, model: type[Base], rows: Iterable[Sequence[Any]]) -> None:
        """Add rows that hold a value for each column, in the order of the table."""
        self._waiting[model] += rows

    def write(self, *, is_last: bool = False) -> None:
        """Write and commit what waits, if it is much or the last of it."""
        if not is_last and sum(map(len, self._waiting.values())) < AT_ONCE:
            return
        connection = self._session.connection()
        for model in TABLES:
            if rows := self._waiting.pop(model, []):
                write_rows(connection, model, self._names[model], rows)
        self._session.commit()
