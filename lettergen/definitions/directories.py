"""Directories: dated lists of services, boards and their ways, kept as data beside the forms.

A practice's own file of the same name is laid over the shipped one, record by record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from lettergen.definitions.faults import BrokenDefinition, Fault
from lettergen.definitions.shapes import PLAIN, fitting, rows
from lettergen.definitions.toml import read_toml

Record = Mapping[str, Any]
TOP_KEYS = {"title": str, "fresh_for_days": int, "records": Any}
NEEDED = {"name": str, "checked_on": date, "checked_by": str, "source": str}
FRESH_FOR_DAYS = 90


@dataclass(frozen=True)
class Directory:
    """One list of records; `records` is by casefolded name."""

    title: str
    fresh_for_days: int
    records: Mapping[str, Record] = field(default_factory=dict)


@dataclass(frozen=True)
class Directories:
    """All directories, by the name of their file."""

    by_name: Mapping[str, Directory]

    def record(self, directory: str, name: str) -> Record | None:
        """Return the record of this name, whatever its case, or None."""
        found = self.by_name.get(directory)
        return found.records.get(_key(name)) if found else None

    def names(self, directory: str) -> list[str]:
        """Return the names in a directory, in alphabetical order."""
        found = self.by_name.get(directory)
        return sorted(str(record["name"]) for record in found.records.values()) if found else []

    def is_stale(self, directory: str, name: str, today: date) -> bool:
        """Say whether a record was checked longer ago than its directory allows (90 days)."""
        record = self.record(directory, name)
        if record is None:
            return False
        checked_on: date = record["checked_on"]
        return (today - checked_on).days > self.by_name[directory].fresh_for_days


def open_directories(folders: Sequence[Path]) -> Directories:
    """Read `directories/*.toml` in each folder; later folders are laid over earlier ones.

    Raises BrokenDefinition with every fault.
    """
    faults: list[Fault] = []
    found: dict[str, Directory] = {}
    for folder in folders:
        for path in sorted((folder / "directories").glob("*.toml")):
            try:
                found[path.stem] = _laid_over(found.get(path.stem), _read(path))
            except BrokenDefinition as broken:
                faults.extend(broken.faults)
    if faults:
        raise BrokenDefinition(faults)
    return Directories(found)


def _read(path: Path) -> Directory:
    faults = read_toml(path)
    top = fitting(faults.table, TOP_KEYS, (), faults)
    records = [
        fitting(
            record,
            {**dict.fromkeys(record, PLAIN), **NEEDED},
            ("records", index),
            faults,
            needed=tuple(NEEDED),
        )
        for index, record in rows(faults.table, "records", faults)
    ]
    if faults.faults:
        raise BrokenDefinition(faults.faults)
    return Directory(
        title=top.get("title", path.stem),
        fresh_for_days=top.get("fresh_for_days", FRESH_FOR_DAYS),
        records={_key(record["name"]): record for record in records},
    )


def _laid_over(shipped: Directory | None, own: Directory) -> Directory:
    if shipped is None:
        return own
    return Directory(own.title, own.fresh_for_days, {**shipped.records, **own.records})


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()
