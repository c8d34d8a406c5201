"""What a row adds to a figure, in words: so that who adds the rows up comes to the figure."""

from collections.abc import Callable, Mapping
from typing import Any

from lettergen.web.workload.words import NOTHING, exact, shown
from lettergen.workload import Measure, Row, Unit

MINUTE = 60
Amounts = Mapping[str, int]


def said(measure: Measure | None, row: Row) -> str:
    """Return what a row adds to a figure, or without one what it holds."""
    if measure is None:
        return _sum(row.amounts, None)
    if measure.key in _OF_ROUND:
        return _OF_ROUND[measure.key](row.whole)
    if measure.key in _OF_ROW:
        return _OF_ROW[measure.key](row.work)
    return _sum(row.amounts, measure.unit)


def _sum(amounts: Amounts, unit: Unit | None) -> str:
    """Say minutes that were measured, stated, money, or how many.

    Without a figure, and so without a unit, how many would mean nothing.
    """
    seconds = sum(n for name, n in amounts.items() if name.startswith("measured_"))
    stated = sum(n for name, n in amounts.items() if name.startswith("stated_"))
    pence = sum(n for name, n in amounts.items() if name.endswith("_pence"))
    words = []
    if seconds:
        words.append(f"{seconds / MINUTE:,.1f} min measured")
    if stated:
        words.append(f"{stated:,} min stated")
    if pence:
        words.append(exact(pence))
    if unit is None:
        return ", ".join(words) or NOTHING
    if not words and unit is not Unit.PENCE:
        words.append(f"{max(amounts.values(), default=0):,}")
    return ", ".join(words)


def _minutes_avoided(amounts: Amounts) -> str:
    spent = amounts.get("avoided_seconds", 0) / MINUTE + amounts.get("avoided_stated", 0)
    return f"{amounts.get('avoided_expected', 0) - spent:,.1f} min".replace("-", "−")


# Figures of which a row alone does not say its part: it depends on what came after it.
_OF_ROUND: Mapping[str, Callable[[Amounts], str]] = {
    "minutes_avoided": _minutes_avoided,
    "reopen_rate": lambda amounts: "came back" if amounts.get("came_back") else "did not",
    "disagreed": lambda amounts: "disagreed" if amounts.get("disputed") else "did not",
    "in_target": lambda amounts: "in target" if amounts.get("in_target") else "late",
}


def _calendar_days(work: Any) -> str:
    return shown((work.day - work.received_on).days, Unit.DAYS)


def _working_days(work: Any) -> str:
    return shown(work.days_taken, Unit.WORKING_DAYS)


_OF_ROW: Mapping[str, Callable[[Any], str]] = {
    "turnaround_median": _working_days,
    "turnaround_90th": _working_days,
    "access_median": _calendar_days,
    "access_90th": _calendar_days,
    "waived_value": lambda work: exact(work.fee_pence or 0),
    "seconds_to_outcome": lambda work: shown(work.seconds_measured, Unit.SECONDS),
}
