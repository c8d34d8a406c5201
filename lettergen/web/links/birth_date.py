"""A date of birth in three boxes, as a patient types it, with words for what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lettergen.web.base.outside import shown_again

PARTS = ("day", "month", "year")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONGEST = 20
_OLDEST = 1890
_FORM = "Enter your date of birth as 3 numbers, like 15 3 1984"


@dataclass(frozen=True)
class BirthDate:
    """What stands in the boxes; the day that it is, or what is wrong with it and in which boxes."""

    typed: dict[str, str]
    day: date | None = None
    error: str = ""
    wrong: tuple[str, ...] = ()


def read(form: Mapping[str, str], *, today: date) -> BirthDate:
    """Return what a form holds under day, month and year; a month may be a word, like March."""
    typed = {part: shown_again(form.get(part, ""))[:_LONGEST] for part in PARTS}
    lacking = tuple(part for part in PARTS if not typed[part])
    if lacking:
        return BirthDate(typed, error=_said(lacking), wrong=lacking)
    numbers = {part: _number(part, text) for part, text in typed.items()}
    unread = tuple(part for part, number in numbers.items() if number is None)
    if unread:
        return BirthDate(typed, error=_FORM, wrong=unread)
    if len(typed["year"]) != 4:  # noqa: PLR2004  (1984)
        return BirthDate(typed, error="The year needs 4 numbers, like 1984", wrong=("year",))
    return _checked(typed, *(numbers[part] or 0 for part in ("year", "month", "day")), today=today)


def _checked(typed: dict[str, str], year: int, month: int, day: int, *, today: date) -> BirthDate:
    try:
        born = date(year, month, day)
    except ValueError:
        error = "There is no such day. Check the day and the month"
        return BirthDate(typed, error=error, wrong=("day", "month"))
    if not date(_OLDEST, 1, 1) <= born <= today:
        return BirthDate(typed, error="Check the year of your birth", wrong=("year",))
    return BirthDate(typed, born)


def _said(lacking: tuple[str, ...]) -> str:
    if lacking == PARTS:
        return "Enter your date of birth"
    return f"Your date of birth also needs a {' and a '.join(lacking)}"


def _number(part: str, text: str) -> int | None:
    if text.isascii() and text.isdigit():
        return int(text)
    word = text.casefold()[:3]
    return _MONTHS.index(word) + 1 if part == "month" and word in _MONTHS else None
