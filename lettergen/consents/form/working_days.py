"""Working days: Monday to Friday, without the bank holidays that a file lists."""

import tomllib
from collections.abc import Collection
from datetime import date, timedelta
from pathlib import Path

from lettergen.definitions.library import HasFolders

FILE = Path("consents") / "bank-holidays.toml"
SATURDAY = 5


def holidays(places: HasFolders) -> frozenset[date]:
    """Return the days of every folder's list: a practice's own days add to the shipped ones.

    Raises tomllib.TOMLDecodeError for a list that cannot be read.
    """
    files = [folder / FILE for folder in places.forms_folders]
    lists = [tomllib.loads(path.read_text("utf-8")) for path in files if path.is_file()]
    return frozenset(day for years in lists for days in years.values() for day in days)


def after(day: date, count: int, days_off: Collection[date]) -> date:
    """Return the day by which `count` working days after a day are over.

    0 is the same day, or the first working day that follows.
    """
    while count > 0:
        day += timedelta(days=1)
        count -= _is_working(day, days_off)
    while not _is_working(day, days_off):
        day += timedelta(days=1)
    return day


def _is_working(day: date, days_off: Collection[date]) -> bool:
    return day.weekday() < SATURDAY and day not in days_off
