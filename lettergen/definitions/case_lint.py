"""Faults in the case files of document types: names that no field or rule bears."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from lettergen.definitions.faults import BrokenDefinition, Fault, FaultList, Trail
from lettergen.definitions.grammar import DocumentType
from lettergen.definitions.shapes import fits, fitting, rows
from lettergen.definitions.toml import read_toml

CASE_KEYS = {
    "name": str,
    "on": date,
    "like": str,
    "answers": dict,
    "change": dict,
    "remove": list[str],
    "expect": dict,
    "pages": int,
    "golden": str,
}
RULE_LISTS = {"stops": "stop", "warnings": "warn", "info": "info"}
NAME_LISTS = ("errors", "missing", "forgotten")


def case_faults(kind: DocumentType, path: Path) -> list[Fault]:
    """Return the faults of a file of cases; see docs/writing-a-form.md for what a case holds."""
    try:
        faults = read_toml(path)
    except BrokenDefinition as broken:
        return list(broken.faults)
    cases = rows(faults.table, "cases", faults)
    if not cases or set(faults.table) != {"cases"}:
        faults.add((), "a file of cases holds [[cases]] and nothing else")
    names: list[str] = []
    for index, case in cases:
        sound = fitting(case, CASE_KEYS, ("cases", index), faults, needed=("name", "on"))
        _check_case(kind, sound, names, ("cases", index), faults)
        names.append(sound.get("name", ""))
    return faults.faults


def _check_case(
    kind: DocumentType,
    case: Mapping[str, Any],
    earlier: Sequence[str],
    trail: Trail,
    faults: FaultList,
) -> None:
    if "name" in case and case["name"] in ("", *earlier):
        faults.add((*trail, "name"), "a case needs a name of its own")
    if "like" in case and case["like"] not in earlier:
        faults.add((*trail, "like"), f"no earlier case is called {case['like']!r}")
    known = {one.name for one in kind.fields}
    for key in ("answers", "change", "remove"):
        for name in case.get(key, ()):
            if name not in known:
                faults.add((*trail, key, name), f"there is no field {name}")
    _check_expected(kind, case.get("expect", {}), (*trail, "expect"), faults)


def _check_expected(
    kind: DocumentType, expected: Mapping[str, Any], trail: Trail, faults: FaultList
) -> None:
    levels = {rule.id: rule.level for rule in kind.rules}
    computed = {one.name for one in kind.computed}
    fields = {one.name for one in kind.fields}
    for key, value in expected.items():
        wrong: list[str] = []
        if key in (*RULE_LISTS, *NAME_LISTS) and not fits(value, list[str]):
            faults.add((*trail, key), f"{key} is a list of names")
        elif key in RULE_LISTS:
            wrong = [rule for rule in value if levels.get(rule) != RULE_LISTS[key]]
        elif key in NAME_LISTS:
            wrong = [name for name in value if name.partition(".")[0] not in fields]
        elif key not in computed:
            wrong = [key]
        for name in wrong:
            faults.add((*trail, key), f"{key}: nothing is called {name} here")
