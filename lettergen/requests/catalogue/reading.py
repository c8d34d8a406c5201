"""What the readers of the catalogue's files share: an opened file, and the shapes in it."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from lettergen.conditions import Condition, NotACondition, parse
from lettergen.definitions.faults import FaultList, Trail


class Opened(FaultList):
    """One TOML file: its table, and the faults that are found in it."""

    def __init__(self, path: Path, text: str, table: Mapping[str, Any]) -> None:
        super().__init__(path, text)
        self.table = table


def condition(body: Mapping[str, Any], where: Trail, opened: Opened) -> Condition | None:
    """Return the condition under `when`, or None for one that is missing or none; noted there."""
    if not isinstance(body.get("when"), Mapping):
        return None
    try:
        return parse(body["when"])
    except NotACondition as wrong:
        opened.add((*where, "when"), str(wrong))
        return None


def day(body: Mapping[str, Any], key: str) -> str:
    """Return a day as ISO text, or an empty text."""
    found = body.get(key)
    return found.isoformat() if isinstance(found, date) else ""
