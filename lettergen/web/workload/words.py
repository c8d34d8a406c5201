"""Figures in words: how a number of each unit is written, and how it compares with another."""

from lettergen.workload import Unit
from lettergen.workload.measures import Number

NOTHING = "–"
POUND = 100
_AFTER = {
    Unit.MINUTES: " min",
    Unit.SECONDS: " s",
    Unit.PERCENT: "%",
    Unit.WORKING_DAYS: " working days",
    Unit.DAYS: " days",
}


def shown(value: Number | None, unit: Unit) -> str:
    """Return a figure with its unit, such as £1,234, 62%, 3 working days; a dash for none."""
    if value is None:
        return NOTHING
    if unit in (Unit.WORKING_DAYS, Unit.DAYS) and value == 1:
        return f"1{_AFTER[unit][:-1]}"
    return f"{number(value, unit)}{_AFTER.get(unit, '')}"


def number(value: Number | None, unit: Unit) -> str:
    """Return a figure as it stands in a column that names the unit; money has its sign."""
    if value is None:
        return NOTHING
    if unit is Unit.PENCE:
        return money(round(value))
    if unit is Unit.PER_1000:
        return f"{value:,.2f}"
    is_one_digit = 0 < value < 10  # noqa: PLR2004  (what is so few needs its tenth)
    if unit is Unit.APPOINTMENTS and is_one_digit and value != int(value):
        return f"{value:,.1f}"
    return minus(f"{value:,.0f}")


def money(pence: int) -> str:
    """Return £1,234 to the nearest pound, for what is worked out; below a pound with its pence."""
    return exact(pence) if 0 < abs(pence) < POUND else exact(round(pence, -2))[:-3]


def exact(pence: int) -> str:
    """Return £1,234.50, for money that was asked for or paid."""
    return f"{'−' if pence < 0 else ''}£{abs(pence) / POUND:,.2f}"


def minus(text: str) -> str:
    """Return a number with a true minus sign, and no sign before a zero."""
    return text.replace("-0", "0") if text == "-0" else text.replace("-", "−")


def change(value: Number | None, before: Number | None, unit: Unit) -> str:
    """Return how a figure differs from an earlier one: 12% more, 3 points less, the same.

    Nothing is said where there is nothing to compare with.
    """
    if value is None or before is None:
        return ""
    if number(value, unit) == number(before, unit):
        return "the same"
    if unit is Unit.PERCENT:
        points = abs(round(value) - round(before))
        return f"{points} {'point' if points == 1 else 'points'} {_way(value, before)}"
    if before <= 0 or value < 0:
        return _way(value, before)
    share = abs(value - before) / before * 100
    if share >= 200:  # noqa: PLR2004  (beyond that, times are easier than percentages)
        return f"{value / before:,.1f} times as much"
    return f"{max(share, 1):.0f}% {_way(value, before)}"


def direction(value: Number | None, before: Number | None, good: str, unit: Unit) -> str:
    """Return "better" or "worse" where a measure has a good side, and "" where it has none."""
    if value is None or before is None or not good or number(value, unit) == number(before, unit):
        return ""
    return "better" if (value > before) == (good == "more") else "worse"


def _way(value: Number, before: Number) -> str:
    return "more" if value > before else "less"
