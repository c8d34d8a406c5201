"""The shapes that values in TOML files must have: what does not fit is a fault, and is left out."""

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, get_args, get_origin

from lettergen.conditions import Condition, NotACondition, parse
from lettergen.definitions.faults import FaultList, Trail

Table = Mapping[str, Any]
LARGEST_NUMBER = 10**9
LONGEST_SHOWN = 60
PLAIN = object()  # the shape of all that a letter may see: texts, numbers, days, lists and tables


def fits(value: object, shape: Any) -> bool:
    """Say whether a value has a shape: a type, some types, `list[…]`, `dict[str, …]` or PLAIN.

    True and false are no numbers, a time of day is no date, and no number is endless.
    """
    if isinstance(shape, tuple):
        return any(fits(value, one) for one in shape)
    if shape is Any or shape is PLAIN:
        return shape is Any or _is_plain(value)
    if inner := get_args(shape):
        is_held = isinstance(value, list if get_origin(shape) is list else dict)
        return is_held and all(fits(one, inner[-1]) for one in _held(value))
    if isinstance(value, (bool, datetime)):
        return type(value) is shape
    is_sensible = not isinstance(value, (int, float)) or _is_sensible(value)
    return is_sensible and isinstance(value, shape)


def fitting(
    body: object,
    shapes: Mapping[str, Any],
    trail: Trail,
    faults: FaultList,
    needed: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return what has its shape among the keys of a table; note the rest, and what is needed."""
    if not isinstance(body, Mapping):
        faults.add(trail, f"{trail[-1]} is a table")
        return {}
    found = {}
    for key, value in body.items():
        if key not in shapes:
            faults.add((*trail, key), f"unknown key {key}; known here: {', '.join(shapes)}")
        elif not fits(value, shapes[key]):
            faults.add((*trail, key), f"{key} is of a wrong kind: {shown(value)}")
        else:
            found[key] = value
    for key in needed:
        if key not in body:
            faults.add(trail, f"{key} is missing")
    return found


def condition(body: Table, key: str, where: Trail, faults: FaultList) -> Condition | None:
    """Return the condition under a key, or None; note what is no condition."""
    if not isinstance(body.get(key), Mapping):
        return None
    try:
        return parse(body[key])
    except NotACondition as wrong:
        faults.add((*where, key), str(wrong))
        return None


def day(body: Table, key: str) -> str:
    """Return the day under a key as ISO text, or an empty text."""
    found = body.get(key)
    return found.isoformat() if isinstance(found, date) else ""


def tables(table: Table, key: str, above: Trail, faults: FaultList) -> list[tuple[str, Table]]:
    """Return name and body of each table under a key; note what is no table."""
    found = table.get(key, {})
    if not isinstance(found, Mapping):
        faults.add((*above, key), f"{key} is a table of tables")
        return []
    for name, body in found.items():
        if not isinstance(body, Mapping):
            faults.add((*above, key, name), f"{name} is a table")
    return [(name, body) for name, body in found.items() if isinstance(body, Mapping)]


def rows(table: Table, key: str, faults: FaultList) -> list[tuple[int, Table]]:
    """Return place and body of each table in a list of tables; note what is none."""
    found = table.get(key, [])
    if not isinstance(found, list):
        faults.add((key,), f"{key} is a list of tables: [[{key}]]")
        return []
    for index, body in enumerate(found):
        if not isinstance(body, Mapping):
            faults.add((key, index), f"{key} is a list of tables: [[{key}]]")
    return [(index, body) for index, body in enumerate(found) if isinstance(body, Mapping)]


def shown(value: object) -> str:
    """Return a value as a fault names it, cut where nobody would read on."""
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _held(value: Any) -> Iterable[object]:
    held: Iterable[object] = value.values() if isinstance(value, dict) else value
    return held


def _is_plain(value: object) -> bool:
    if isinstance(value, (dict, list)):
        return all(_is_plain(inner) for inner in _held(value))
    return fits(value, (str, int, float, bool, date))


def _is_sensible(number: float) -> bool:
    return math.isfinite(number) and abs(number) <= LARGEST_NUMBER
