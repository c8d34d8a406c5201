"""The workload page: its first screen, and below it one question to each section."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from flask import url_for
from sqlalchemy.orm import Session

from lettergen import workload
from lettergen.models import Actor
from lettergen.web.workload.asked import Asked
from lettergen.web.workload.words import change, direction, number, shown
from lettergen.workload import (
    MEASURES,
    Comparison,
    Line,
    Period,
    Unit,
    month_before,
    month_of,
    months_until,
    year_before,
)

FIRST = ("minutes", "cost", "recovered", "avoided", "appointments", "late")
MONTHS = 12
LATE = (
    "Requests of the whole practice that are not done although their day is over. "
    "Always as it is today."
)


@dataclass(frozen=True)
class Compared:
    """A figure of another period: which, the figure, and how the present one differs from it."""

    label: str
    value: str
    change: str
    direction: str
    href: str


@dataclass(frozen=True)
class Figure:
    """One of the first figures. `more` is said under it, leading to rows of its own where it is a
    figure itself; `definitions` are title and text.
    """

    key: str
    title: str
    value: str
    after: str
    href: str
    more: str
    more_href: str
    compared: tuple[Compared, ...]
    definitions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CameIn:
    """How many requests came in, their rate by list size, if that is known, and what both mean."""

    text: str
    href: str
    rate: str
    definitions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Seen:
    """What the address asks for, of whom, on which day, and the three periods."""

    asked: Asked
    actor: Actor
    today: date
    compared: Comparison

    @property
    def period(self) -> Period:
        """The period as it was asked for. Of a month that is not over it is all of it, so that
        figures of groups come from the sums of months: the days to come hold nothing yet.
        """
        return self.asked.period

    @property
    def this(self) -> Line:
        """The figures of the period itself."""
        return self.compared.this

    @property
    def is_manager(self) -> bool:
        """Whether other people's figures may be shown."""
        return "manager" in self.actor.roles

    def rows(self, measure: str, period: Period | None = None, **more: str) -> str:
        """Return the address of the rows behind a figure."""
        wanted = self.asked.days(period or self.period, **more)
        return url_for("workload_rows.rows", measure=measure, **wanted)


def seen(session: Session, actor: Actor, asked: Asked, today: date) -> Seen:
    """Read the three periods. Raises NotAllowed as figures do."""
    return Seen(asked, actor, today, _compared(session, actor, asked, today))


def names_of_periods(found: Comparison) -> tuple[str, ...]:
    """Return what the periods are called: months by name, else what they are to each other."""
    this, last, ago = found.periods
    if this.since.day == 1 and this.until <= month_of(this.since).until:
        return tuple(f"{one.since:%B %Y}" for one in found.periods)
    return ("This period", "Before") if last == ago else ("This period", "Before", "A year before")


def lines_of(found: Comparison) -> tuple[Line, ...]:
    """Return the lines of the periods as they are named: the year before is told once."""
    return (found.this, found.last, found.year_ago)[: len(names_of_periods(found))]


def heading(found: Comparison) -> str:
    """Return the period in words, with "so far" while it is not over."""
    names, this = names_of_periods(found), found.periods[0]
    name = names[0] if names[0] == f"{this.since:%B %Y}" else this.label
    return f"{name}{', so far' if found.is_so_far else ''}"


def comparison(found: Comparison) -> str:
    """Say in a sentence what the figures are compared with."""
    names = names_of_periods(found)
    if names[0] != f"{found.periods[0].since:%B %Y}":
        others = [one.label for one in found.periods[1 : len(names)]]
        open_end = ", though this period is not over" if found.is_so_far else ""
        return f"Compared with {' and with '.join(others)}{open_end}."
    _, second, third = names
    if not found.is_so_far:
        return f"Compared with {second} and {third}."
    return f"Compared with the same days of {second} and {third}."


def first_figures(session: Session, found: Seen) -> tuple[Figure, ...]:
    """Return the figures of the first screen in their order."""
    late = workload.late(session, found.actor, found.today)
    target = found.this["in_target"]
    return (
        _minutes(found),
        _figure(found, "cost"),
        _figure(found, "recovered", _of_cost(found.this), of="recovery"),
        _figure(found, "avoided", _saved(found.this), of="minutes_avoided"),
        _figure(found, "appointments", "10 minutes of a GP each"),
        Figure(
            "late",
            "Late today",
            f"{late:,}",
            "",
            url_for("board.page", late="1"),
            "" if target is None else f"{shown(target, Unit.PERCENT)} left in target",
            found.rows("in_target"),
            () if target is None else _against(found, "in_target"),
            (
                ("Late today", LATE),
                _definition("in_target"),
            ),
        ),
    )  # fmt: skip


def came_in(found: Seen) -> CameIn:
    """Return how many requests came in, in words, for the sentence above the figures."""
    asked, rate = found.this["requests"] or 0, found.this["requests_per_1000"]
    noun = "request" if asked == 1 else "requests"
    return CameIn(
        f"{number(asked, Unit.COUNT)} {noun}",
        found.rows("requests"),
        "" if rate is None else number(rate, Unit.PER_1000),
        (_definition("requests"), _definition("requests_per_1000")),
    )


def request_figure(found: Seen) -> Figure:
    """Return how many requests came in, as a first figure."""
    return _figure(found, "requests")


def _minutes(found: Seen) -> Figure:
    """Measured and stated minutes stand apart: the one is known, the other was said."""
    stated = number(found.this["minutes_stated"], Unit.MINUTES)
    return Figure(
        "minutes",
        "Minutes measured",
        number(found.this["minutes_measured"], Unit.MINUTES),
        "",
        found.rows("minutes_measured"),
        f"and {stated} stated",
        found.rows("minutes_stated"),
        _against(found, "minutes_measured"),
        (_definition("minutes_measured"), _definition("minutes_stated")),
    )


def _figure(found: Seen, key: str, more: str = "", of: str = "") -> Figure:
    """Return a first figure; `more` is one of the measure `of`, if it is a figure."""
    one = MEASURES[key]
    return Figure(
        key,
        one.title,
        number(found.this[key], one.unit),
        "",
        found.rows(key),
        more,
        found.rows(of) if of else "",
        _against(found, key),
        (_definition(key), *([_definition(of)] if of and more else [])),
    )


def _against(found: Seen, key: str) -> tuple[Compared, ...]:
    one, compared = MEASURES[key], found.compared
    names, value = names_of_periods(compared), compared.this[key]
    return tuple(
        Compared(
            name,
            shown(line[key], one.unit) if one.unit is Unit.PERCENT else number(line[key], one.unit),
            change(value, line[key], one.unit),
            direction(value, line[key], one.good, one.unit),
            "" if line[key] is None else found.rows(key, period),
        )
        for name, line, period in list(
            zip(names, lines_of(compared), compared.periods[: len(names)], strict=True)
        )[1:]
    )


def _definition(key: str) -> tuple[str, str]:
    return MEASURES[key].title, MEASURES[key].definition


def _of_cost(line: Line) -> str:
    share = line["recovery"]
    return "" if share is None else f"{shown(share, Unit.PERCENT)} of the cost"


def _saved(line: Line) -> str:
    saved = line["minutes_avoided"] or 0
    if not line["avoided"] or saved <= 0:
        return ""
    return f"{number(saved, Unit.MINUTES)} minutes not spent"


def _compared(session: Session, actor: Actor, asked: Asked, today: date) -> Comparison:
    period, where = asked.period, asked.where
    if period == month_of(period.since):
        return workload.compare(session, actor, period, where, today=today)
    periods = (period, _before(period), _year_before(period))
    this, last, ago = (workload.total(session, actor, one, where, today=today) for one in periods)
    return Comparison(this, last, ago, periods, is_so_far=today < period.until)


def _before(period: Period) -> Period:
    """Return the period just before, as long in months or in days."""
    last = date.fromordinal(period.since.toordinal() - 1)
    if period.is_whole_months:
        return months_until(month_of(last), len(list(period.months())))
    return Period(date.fromordinal(last.toordinal() - (period.until - period.since).days), last)


def _year_before(period: Period) -> Period:
    if period.is_whole_months:
        end = month_of(_a_year_before(period.until.replace(day=1)))
        return months_until(end, len(list(period.months())))
    return Period(_a_year_before(period.since), _a_year_before(period.until))


def _a_year_before(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)


def months(session: Session, found: Seen, only: Collection[str]) -> list[tuple[Period, Line, Line]]:
    """Return the twelve months that end with the period: each with that of the year before."""
    last = month_of(found.period.until)
    both = months_until(last, 2 * MONTHS)
    where = found.asked.where
    lines = workload.lines(session, found.actor, both, "month", where, only=only)
    return [
        (month_of(date.fromisoformat(f"{this.key}-01")), this, before)
        for before, this in zip(lines[:MONTHS], lines[MONTHS:], strict=True)
    ]


def grouped(session: Session, found: Seen, by: workload.By, only: Collection[str]) -> list[Line]:
    """Return the lines of the period by something, with the measures that are shown."""
    return workload.lines(session, found.actor, found.period, by, found.asked.where, only=only)


def outcomes(session: Session, found: Seen) -> tuple[Mapping[str, Line], ...]:
    """Return the lines by outcome of the periods, by its key; of months before, whole ones.

    What is compared of them are shares, for which a month need not be cut to the same days.
    """
    periods = found.compared.periods[: len(names_of_periods(found.compared))]
    if found.period == month_of(found.period.since):
        periods = (found.period, month_before(found.period), year_before(found.period))
    where, only = found.asked.where, ("decided",)
    found_lines = (
        workload.lines(session, found.actor, period, "outcome", where, only=only)
        for period in periods
    )
    return tuple({one.key: one for one in lines} for lines in found_lines)
