"""Months, weeks and days of which sums are kept, and a period put together of them.

A week here is a quarter of a month: it begins on day 1, 8, 15 or 22, so that none is in two months.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import Literal, NamedTuple, get_args

from lettergen.workload.periods import Period, last_day

Span = Literal["month", "week", "day"]
SPANS: tuple[Span, ...] = get_args(Span)
MONTH, WEEK, DAY = SPANS
_DAYS_A_WEEK = 7
_WEEKS_BEGIN = (1, 8, 15, 22)


class Piece(NamedTuple):
    """One or more whole spans of a kind, one after the other."""

    span: Span
    days: Period


def first_of(span: Span, day: date) -> date:
    """Return the first day of the month, week or day that a day lies in."""
    if span == DAY:
        return day
    return day.replace(day=1 if span == MONTH else max(n for n in _WEEKS_BEGIN if n <= day.day))


def pieces(period: Period) -> Iterator[Piece]:
    """Yield a period in its whole months, and the whole weeks and single days at its ends."""
    whole, edges = period.parts()
    if whole is not None:
        yield Piece(MONTH, whole)
    for edge in edges:
        for span, run in groupby(_by_week(edge), key=lambda one: one.span):
            parts = list(run)
            yield Piece(span, Period(parts[0].days.since, parts[-1].days.until))


def _by_week(edge: Period) -> Iterator[Piece]:
    """Yield the part of each week that an edge touches: the week, or days of it."""
    since = edge.since
    while since <= edge.until:
        week = _week_of(since)
        part = Period(since, min(week.until, edge.until))
        yield Piece(WEEK if part == week else DAY, part)
        since = part.until + timedelta(days=1)


def _week_of(day: date) -> Period:
    first = first_of(WEEK, day)
    is_last = first.day == _WEEKS_BEGIN[-1]
    return Period(first, last_day(day) if is_last else first + timedelta(days=_DAYS_A_WEEK - 1))
