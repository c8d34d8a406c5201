"""Every fault in `fees.toml`: amounts that cannot be read, days twice, work nobody pays for."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lettergen.definitions.faults import BrokenDefinition, Fault
from lettergen.definitions.library import HasFolders
from lettergen.definitions.shapes import fitting, rows
from lettergen.definitions.toml import Opened, read_toml
from lettergen.requests.catalogue import Catalogue, load
from lettergen.requests.money import payers, pence
from lettergen.requests.money.fees import VAT_CLASSES
from lettergen.requests.money.tariff import FILE

_CHECKED: Mapping[str, Any] = MappingProxyType({"source": str, "checked_on": date})
_LISTS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "rates": {"from": date, "gp_minute": str, "admin_minute": str, "fixed": str, **_CHECKED},
        "vat": {"from": date, "percent": int, **_CHECKED},
        "threshold": {"from": date, "amount": str, "warn_percent": int, **_CHECKED},
        "amounts": {"type": str, "from": date, "amount": str, **_CHECKED},
    }
)
_OTHER = {"title": str, "fee": str, "vat": str, "gp_min": int, "admin_min": int}
_AMOUNTS = ("gp_minute", "admin_minute", "fixed", "amount", "fee")
_PERCENTS = ("percent", "warn_percent")
_MINUTES = ("gp_min", "admin_min")
_WHOLE = 100


def faults_of(places: HasFolders) -> list[Fault]:
    """Return every fault of the amounts, each with its line; none while the catalogue is broken,
    whose faults come first.
    """
    try:
        catalogue = load(places)
    except BrokenDefinition:
        return []
    return [fault for path in _paths(places) for fault in _of_file(path, catalogue)]


def _paths(places: HasFolders) -> Iterator[Path]:
    for folder in places.forms_folders:
        path = Path(folder) / FILE
        if path.is_file():
            yield path


def _of_file(path: Path, catalogue: Catalogue) -> list[Fault]:
    try:
        opened = read_toml(path)
    except BrokenDefinition as broken:
        return list(broken.faults)
    shapes = dict.fromkeys(_LISTS, list[dict[str, Any]]) | {"other": dict[str, Any]}
    fitting(opened.table, shapes, (), opened, needed=tuple(shapes))
    for name in _LISTS:
        _check_list(name, opened, catalogue)
    body = fitting(opened.table.get("other", {}), _OTHER, ("other",), opened, needed=tuple(_OTHER))
    _check_values(body, ("other",), opened)
    if body.get("vat") not in VAT_CLASSES:
        opened.add(("other", "vat"), f"vat is one of {', '.join(VAT_CLASSES)}")
    return list(opened.faults)


def _check_list(name: str, opened: Opened, catalogue: Catalogue) -> None:
    seen = set()
    for index, row in rows(opened.table, name, opened):
        where = (name, index)
        shapes = _LISTS[name]
        body = fitting(row, shapes, where, opened, needed=tuple(shapes))
        _check_values(body, where, opened)
        start = (body.get("type"), body.get("from"))
        if start in seen:
            opened.add((*where, "from"), "another entry counts from this day already")
        seen.add(start)
        if name == "amounts":
            _check_type(body.get("type"), where, opened, catalogue)


def _check_values(body: Mapping[str, Any], where: tuple[str | int, ...], opened: Opened) -> None:
    for key, value in body.items():
        if key in _AMOUNTS and not pence.EXACT.fullmatch(value):
            opened.add((*where, key), f'{key} is pounds and pence in quotes, like "62.50"')
        if key in _PERCENTS and not 0 < value <= _WHOLE:
            opened.add((*where, key), f"{key} is from 1 to {_WHOLE}")
        if key in _MINUTES and value < 0:
            opened.add((*where, key), f"{key} is not less than 0")


def _check_type(
    key: object, where: tuple[str | int, ...], opened: Opened, catalogue: Catalogue
) -> None:
    kind = catalogue.types.get(str(key))
    if kind is None:
        opened.add((*where, "type"), f"there is no type {key} in the catalogue")
    elif payers.STATE not in payers.allowed(kind):
        opened.add((*where, "type"), f"no public body pays for {key}, so it has no published rate")
