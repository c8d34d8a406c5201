"""Periods of the ledger: whole days of England, from a first to a last one, both included."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from lettergen.calendar import british_date
from lettergen.refusals import Refused

LONGEST_YEARS = 10


@dataclass(frozen=True)
class Period:
    """Days from `since` to `until`. Make one that a person asked for with `period`."""

    since: date
    until: date

    @property
    def label(self) -> str:
        """The period in words: November 2026, or 3 November 2026 to 9 November 2026."""
        if self.is_whole_months and self.since.replace(day=1) == self.until.replace(day=1):
            return f"{self.since:%B %Y}"
        if self.is_whole_months:
            return f"{self.since:%B %Y} to {self.until:%B %Y}"
        if self.since == self.until:
            return british_date(self.since)
        return f"{british_date(self.since)} to {british_date(self.until)}"

    @property
    def is_whole_months(self) -> bool:
        """Whether it begins on the first day of a month and ends on the last of one."""
        return self.since.day == 1 and self.until == last_day(self.until)

    @property
    def in_months(self) -> "Period":
        """The whole months that hold it, of which fewer rows have to be read."""
        return Period(self.since.replace(day=1), last_day(self.until))

    def months(self) -> Iterator[date]:
        """Yield the first day of every month that the period touches."""
        month = self.since.replace(day=1)
        while month <= self.until:
            yield month
            month = next_month(month)

    def parts(self) -> tuple["Period | None", list["Period"]]:
        """Return the whole months in the period, or None, and the days at its ends."""
        first = self.since if self.since.day == 1 else next_month(self.since)
        last = (
            self.until if self.until == last_day(self.until) else _end_of_month_before(self.until)
        )
        if first > last:
            return None, [self]
        edges = []
        if self.since < first:
            edges.append(Period(self.since, first - timedelta(days=1)))
        if self.until > last:
            edges.append(Period(last + timedelta(days=1), self.until))
        return Period(first, last), edges


def period(since: date | None, until: date | None, *, today: date) -> Period:
    """Return the period that a person asked for; by default the present month.

    Raises Refused, saying what to change: it ends before it begins, it has not begun yet, ends
    after the present month, or is longer than ten years.
    """
    until = until or max(last_day(today) if since is None else today, since or today)
    since = since or until.replace(day=1)
    if until < since:
        raise Refused(
            f"This period ends on {british_date(until)}, before it begins on "
            f"{british_date(since)}. Swap the two days."
        )
    if since > today:
        raise Refused("This period has not begun yet. Choose days up to today.")
    if until > last_day(today):
        raise Refused("This period ends in the future. Choose days up to the end of this month.")
    if until.year - since.year > LONGEST_YEARS:
        raise Refused(f"This period is too long. Choose at most {LONGEST_YEARS} years.")
    return Period(since, until)


def month_of(day: date) -> Period:
    """Return the whole month that a day lies in."""
    return Period(day.replace(day=1), last_day(day))


def month_before(month: Period) -> Period:
    """Return the month before the one that a period begins in."""
    return month_of(month.since.replace(day=1) - timedelta(days=1))


def year_before(month: Period) -> Period:
    """Return the same month a year earlier."""
    return month_of(month.since.replace(year=month.since.year - 1, day=1))


def months_until(month: Period, count: int) -> Period:
    """Return the period of so many whole months of which a month is the last."""
    first = month.since.year * 12 + month.since.month - count
    return Period(date(first // 12, first % 12 + 1, 1), last_day(month.since))


def known(within: Period, *, begins: date | None, today: date) -> Period | None:
    """Return the days of a period that a log can know of: since it began, and up to today.

    None where no day is left. A log that has not begun knows nothing.
    """
    if begins is None:
        return None
    since, until = max(within.since, begins), min(within.until, today)
    return Period(since, until) if since <= until else None


def last_day(day: date) -> date:
    """Return the last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def next_month(day: date) -> date:
    """Return the first day of the month after a day's."""
    return last_day(day) + timedelta(days=1)


def _end_of_month_before(day: date) -> date:
    return day.replace(day=1) - timedelta(days=1)
