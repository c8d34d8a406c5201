"""Faults in the case files of document types: names that no field or rule bears."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lettergen.definitions.faults import BrokenDefinition, Fault, FaultList
from lettergen.definitions.grammar import DocumentType
from lettergen.definitions.toml import read_toml

CASE_KEYS = {"name", "on", "like", "answers", "change", "remove", "expect", "pages", "golden"}
RULE_LISTS = {"stops": "stop", "warnings": "warn", "info": "info"}
NAME_LISTS = ("errors", "missing", "forgotten")


def case_faults(kind: DocumentType, path: Path) -> list[Fault]:
    """Return the faults of a file of cases; see docs/writing-a-form.md for what a case holds."""
    try:
        text, table = read_toml(path)
    except BrokenDefinition as broken:
        return list(broken.faults)
    faults = FaultList(path, text)
    cases = table.get("cases", [])
    names = [case.get("name") for case in cases]
    if not cases or set(table) != {"cases"}:
        faults.add((), "a file of cases holds [[cases]] and nothing else")
    for index, case in enumerate(cases):
        _check_case(kind, case, names[:index], index, faults)
    return faults.faults


def _check_case(
    kind: DocumentType,
    case: Mapping[str, Any],
    earlier: list[str],
    index: int,
    faults: FaultList,
) -> None:
    trail = ("cases", index)
    for key in set(case) - CASE_KEYS:
        faults.add((*trail, key), f"unknown key {key}; a case has {', '.join(sorted(CASE_KEYS))}")
    if not case.get("name") or case.get("name") in earlier:
        faults.add(trail, "a case needs a name of its own")
    if "like" in case and case["like"] not in earlier:
        faults.add((*trail, "like"), f"no earlier case is called {case['like']!r}")
    known = {one.name for one in kind.fields}
    for key in ("answers", "change", "remove"):
        for name in case.get(key, ()):
            if name not in known:
                faults.add((*trail, key, name), f"there is no field {name}")
    _check_expected(kind, case.get("expect", {}), (*trail, "expect"), faults)


def _check_expected(
    kind: DocumentType, expected: Mapping[str, Any], trail: tuple[str | int, ...], faults: FaultList
) -> None:
    levels = {rule.id: rule.level for rule in kind.rules}
    computed = {one.name for one in kind.computed}
    fields = {one.name for one in kind.fields}
    for key, value in expected.items():
        if key in RULE_LISTS:
            wrong = [rule for rule in value if levels.get(rule) != RULE_LISTS[key]]
        elif key in NAME_LISTS:
            wrong = [name for name in value if name.partition(".")[0] not in fields]
        else:
            wrong = [] if key in computed else [key]
        for name in wrong:
            faults.add((*trail, key), f"{key}: nothing is called {name} here")
