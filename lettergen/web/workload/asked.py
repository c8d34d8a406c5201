"""What the address of a workload page asks for: a period and a filter that can be bookmarked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lettergen import workload
from lettergen.calendar import local_day
from lettergen.refusals import Refused
from lettergen.web.base.context import now
from lettergen.workload import Filter, Period, month_before, month_of, months_until

# What stands in an address for "belongs to none": a blank box of a form asks for all.
NONE = "-"
CHOSEN = "chosen"
PERIODS = {
    "": "This month",
    "last-month": "Last month",
    "three-months": "Three months",
    "year": "Twelve months",
    CHOSEN: "Chosen days",
}
_MONTHS = {"three-months": 3, "year": 12}
# The name in the address of each dimension that can be filtered by.
FILTERS = {
    "family": "family",
    "type": "type",
    "class": "requester_class",
    "requester": "requester",
    "role": "role",
    "staff": "staff",
}
GROUPS = ("outcome", "payer", "rule")
_LONGEST = 80


@dataclass(frozen=True)
class Asked:
    """A period and a filter, the texts as they were typed, and what is wrong with them by box.

    With a fault the period is the present month, so that the page has something to show.
    """

    period: Period
    where: Filter
    group: Mapping[str, str]
    typed: Mapping[str, str]
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def narrowed(self) -> dict[str, str]:
        """The texts of the filter: what narrows figures, and not only the rows behind them."""
        return {name: self.typed[name] for name in FILTERS}

    def address(self, **changes: str) -> dict[str, Any]:
        """Return the arguments of an address that asks for the same, with some changed."""
        kept = {name: text for name, text in self.typed.items() if text}
        return {name: text for name, text in {**kept, **changes}.items() if text}

    def days(self, period: Period, **more: str) -> dict[str, Any]:
        """Return the arguments of an address that asks for these days and the same filter."""
        return self.address(
            **{"period": "", "from": period.since.isoformat(), "to": period.until.isoformat()},
            **more,
        )


def asked(given: Mapping[str, str]) -> Asked:
    """Read an address, or a form with the same names. Nothing is refused: faults are kept."""
    names = ("period", "from", "to", *FILTERS, *GROUPS)
    typed = {name: as_typed(given, name) for name in names}
    if typed["from"] or typed["to"]:
        typed["period"] = CHOSEN
    where = Filter(**{FILTERS[name]: value_of(typed[name]) for name in FILTERS if typed[name]})
    group = {name: value_of(typed[name]) for name in GROUPS if typed[name]}
    today = today_now()
    faults: dict[str, str] = {}
    since, until = (_day(name, typed[name], faults) for name in ("from", "to"))
    try:
        period = _period(typed["period"], since, until, today)
    except Refused as refusal:
        faults.setdefault("from", str(refusal))
    if faults:
        period = month_of(today)
    return Asked(period, where, group, typed, faults)


def as_typed(given: Mapping[str, str], name: str) -> str:
    """Return what was typed in a box: short, and without characters that no page can show."""
    return "".join(one for one in given.get(name, "")[:_LONGEST] if one.isprintable()).strip()


def value_of(text: str) -> str:
    """Return the value that a text of an address stands for."""
    return "" if text == NONE else text


def text_of(value: str) -> str:
    """Return how a value stands in an address."""
    return value or NONE


def today_now() -> date:
    """Return the day in England at this moment."""
    return local_day(now())


def _period(named: str, since: date | None, until: date | None, today: date) -> Period:
    if since or until:
        return workload.period(since, until, today=today)
    this = month_of(today)
    if named == "last-month":
        return month_before(this)
    return months_until(this, _MONTHS[named]) if named in _MONTHS else this


def _day(name: str, typed: str, faults: dict[str, str]) -> date | None:
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        which = "first" if name == "from" else "last"
        faults[name] = f"Give the {which} day as year, month and day, like 2026-11-01."
        return None
