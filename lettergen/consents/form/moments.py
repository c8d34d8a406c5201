"""Moments and days as consent counts them: stored with their zone, read in United Kingdom time."""

import re
from datetime import UTC, date, datetime, time, timedelta

from lettergen.calendar import LONDON

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}")
_YEARS = range(1900, 2200)
DAY = timedelta(days=1)


def parse_day(text: object) -> date | None:
    """Return a day written as 2026-11-20; None for anything else."""
    if not isinstance(text, str) or not _DAY.fullmatch(text.strip()):
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if day.year in _YEARS else None


def parse_moment(text: object) -> datetime | None:
    """Return a moment in UTC from an ISO text with its zone; None without one, or if unsound."""
    if not isinstance(text, str) or not _MOMENT.match(text.strip()):
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None or moment.year not in _YEARS:
        return None
    return moment.astimezone(UTC)


def start_of(day: date) -> datetime:
    """Return the moment at which a day begins in the United Kingdom."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def months_after(day: date, months: int) -> date:
    """Return the day so many months later; the last of a month that has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    next_month = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day.day, (next_month - DAY).day))


def birthday(born: date, age: int) -> date:
    """Return the day on which somebody turns an age: 1 March for 29 February in other years."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)
