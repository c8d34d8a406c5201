"""Cases of a document type: answers, and what its rules must make of them, in `SLUG.toml` files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from lettergen.definitions.toml import read_toml


@dataclass(frozen=True)
class Case:
    """One set of answers on a day. `expected` holds rule ids by level, and computed values."""

    name: str
    on: date
    answers: Mapping[str, Any]
    expected: Mapping[str, Any] = field(default_factory=dict)
    pages: int | None = None
    golden: str = ""


def read_cases(path: Path) -> tuple[Case, ...]:
    """Return the cases of a file, those `like` another with their answers filled in.

    `change` goes over the answers of the other case and `remove` takes some away. The file is
    taken to be sound: `lettergen lint` says what is wrong with it. Raises BrokenDefinition for a
    file that is no TOML, KeyError for a case like one that does not stand before it.
    """
    found: dict[str, Case] = {}
    for table in read_toml(path).table.get("cases", []):
        name = str(table["name"])
        found[name] = Case(
            name=name,
            on=table["on"],
            answers=_answers(table, found),
            expected=table.get("expect", {}),
            pages=table.get("pages"),
            golden=str(table.get("golden", "")),
        )
    return tuple(found.values())


def _answers(table: Mapping[str, Any], earlier: Mapping[str, Case]) -> dict[str, Any]:
    start = earlier[table["like"]].answers if "like" in table else table.get("answers", {})
    changed = {**start, **table.get("change", {})}
    return {name: value for name, value in changed.items() if name not in table.get("remove", ())}
