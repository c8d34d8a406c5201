"""Working days: Monday to Friday without England's bank holidays and a practice's own days off."""

import tomllib
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import holidays as bank_holidays

from lettergen.definitions.library import HasFolders
from lettergen.refusals import Refused

FILE = Path("consents") / "bank-holidays.toml"
SATURDAY = 5
# Proclaimed days come with the library's next version; until then a practice adds them itself.
YEARS = range(2010, 2100)


def holidays(places: HasFolders) -> frozenset[date]:
    """Return England's bank holidays with a practice's own days off, from its own folder.

    That file lists days by year or any other name: `2027 = [2027-05-10]`. Raises Refused for one
    that cannot be read.
    """
    own = (day for path in paths(places) if path.is_file() for day in _listed(path))
    return england() | frozenset(own)


def paths(places: HasFolders) -> list[Path]:
    """Return where a list of days off may lie."""
    return [Path(folder) / FILE for folder in places.forms_folders]


@cache
def england() -> frozenset[date]:
    """Return the bank holidays on weekdays; one on a weekend has its substitute besides.

    Source: Banking and Financial Dealings Act 1971, schedule 1, and proclamations under it.
    """
    found = bank_holidays.country_holidays("GB", subdiv="ENG", years=YEARS)
    return frozenset(day for day in found if day.weekday() < SATURDAY)


def after(day: date, count: int, days_off: Collection[date]) -> date:
    """Return the day by which `count` working days after a day are over.

    0 is the same day, or the first working day that follows.
    """
    while count > 0:
        day += timedelta(days=1)
        count -= is_working(day, days_off)
    while not is_working(day, days_off):
        day += timedelta(days=1)
    return day


def between(first: date, last: date, days_off: Collection[date]) -> int:
    """Return how many working days there are from one day to another, both included."""
    span = range((last - first).days + 1)
    return sum(is_working(first + timedelta(days=one), days_off) for one in span)


def is_working(day: date, days_off: Collection[date]) -> bool:
    """Say whether the practice works on a day."""
    return day.weekday() < SATURDAY and day not in days_off


def _listed(path: Path) -> Iterator[date]:
    try:
        lists = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise Refused(f"The days off in {path} cannot be read: {fault}. Mend the file.") from fault
    for name, days in lists.items():
        # A moment is a date too, but equals none.
        if not isinstance(days, list) or any(type(day) is not date for day in days):
            raise Refused(f"In {path}, {name} must be a list of days such as [2027-05-10].")
        yield from days
