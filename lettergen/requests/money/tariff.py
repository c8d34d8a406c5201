"""Amounts that others set, as dated data: `fees.toml`, read once."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

from lettergen.places import shipped
from lettergen.requests.money import pence

FILE = "requests/fees.toml"


class Dated(Protocol):
    """Something that counts from a day on."""

    @property
    def since(self) -> date: ...


One = TypeVar("One", bound=Dated)


@dataclass(frozen=True)
class Rates:
    """What a minute is worth, and the fixed part of each letter, in pence."""

    since: date
    gp_minute: int
    admin_minute: int
    fixed: int


@dataclass(frozen=True)
class Vat:
    """The standard rate of VAT in percent."""

    since: date
    percent: int


@dataclass(frozen=True)
class Threshold:
    """The taxable turnover of twelve months above which a practice must register for VAT."""

    since: date
    pence: int
    warn_percent: int

    @property
    def warns_at(self) -> int:
        """From how many pence on the practice is warned."""
        return self.pence * self.warn_percent // 100


@dataclass(frozen=True)
class Amount:
    """What a public body pays for one type by a published rate."""

    type_key: str
    since: date
    pence: int
    source: str
    checked_on: date


@dataclass(frozen=True)
class Unknown:
    """What stands in for a type where the catalogue has none."""

    title: str
    pence: int
    vat: str
    gp_min: int
    admin_min: int


@dataclass(frozen=True)
class Tariff:
    """The whole file; lists are in the order of their days."""

    rates: tuple[Rates, ...]
    vat: tuple[Vat, ...]
    thresholds: tuple[Threshold, ...]
    amounts: tuple[Amount, ...]
    unknown: Unknown

    def amount(self, type_key: str, on: date) -> Amount | None:
        """Return what a public body pays for a type on a day, or None where no rate is known."""
        return latest((one for one in self.amounts if one.type_key == type_key), on)


@cache
def shipped_tariff() -> Tariff:
    """Return the amounts that lettergen ships."""
    return load(shipped("forms") / FILE)


def load(path: Path) -> Tariff:
    """Return the amounts of a file; raises KeyError or ValueError for a broken one."""
    table = tomllib.loads(path.read_text("utf-8"))
    other = table["other"]
    return Tariff(
        rates=_sorted(map(_rates, table["rates"])),
        vat=_sorted(Vat(one["from"], one["percent"]) for one in table["vat"]),
        thresholds=_sorted(
            Threshold(one["from"], _pence(one["amount"]), one["warn_percent"])
            for one in table["threshold"]
        ),
        amounts=_sorted(map(_amount, table["amounts"])),
        unknown=Unknown(
            title=other["title"],
            pence=_pence(other["fee"]),
            vat=other["vat"],
            gp_min=other["gp_min"],
            admin_min=other["admin_min"],
        ),
    )


def latest(dated: Iterable[One], on: date) -> One | None:
    """Return what counts on a day: the last one that had begun, or None before the first."""
    found = [one for one in dated if one.since <= on]
    return max(found, key=lambda one: one.since) if found else None


def _rates(table: Mapping[str, Any]) -> Rates:
    return Rates(
        table["from"],
        _pence(table["gp_minute"]),
        _pence(table["admin_minute"]),
        _pence(table["fixed"]),
    )


def _amount(table: Mapping[str, Any]) -> Amount:
    return Amount(
        table["type"], table["from"], _pence(table["amount"]), table["source"], table["checked_on"]
    )


def _pence(text: str) -> int:
    found = pence.EXACT.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not pounds and pence, like 62.50")
    return int(found["pounds"]) * 100 + int(found["pence"])


def _sorted(found: Iterable[One]) -> tuple[One, ...]:
    return tuple(sorted(found, key=lambda one: one.since))
