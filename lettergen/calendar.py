"""Dates as a practice reads and counts them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def local_day(at: datetime) -> date:
    """Return the day in England at a moment."""
    return at.astimezone(LONDON).date()


def british_date(day: date | str) -> str:
    """Return 20 November 2026 for a date or an ISO date string."""
    known = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{known.day} {known:%B} {known.year}"


def british_time(moment: datetime) -> str:
    """Return 20 November 2026, 14:02 on the clock in London; a naive moment counts as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    here = aware.astimezone(LONDON)
    return f"{british_date(here.date())}, {here:%H:%M}"


def whole_months_between(earlier: date, later: date) -> int:
    """Return the completed months from one day to another; negative if the days are swapped."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months - 1 if later.day < earlier.day else months


def age_in_years(born: date, on: date) -> int:
    """Return the age in whole years on a day.

    Someone born on 29 February has the birthday on 1 March in other years, as in English law.
    """
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
