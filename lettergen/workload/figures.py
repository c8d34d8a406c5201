"""Figures as pages, reports and the command line ask for them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.models import Actor, Requester, Staff
from lettergen.workload import kinds
from lettergen.workload.measures import MEASURES, Number, reads_of, work_out_all
from lettergen.workload.periods import Period, known, last_day, month_before, year_before
from lettergen.workload.reading import By
from lettergen.workload.settings import WorkloadSettings, settings_of
from lettergen.workload.tallies import (
    ALL,
    Filter,
    Tallies,
    Tally,
    first_day,
    merged,
    root_of,
    tallies,
)

LEAST_TO_NAME = 5


@dataclass(frozen=True)
class Line:
    """The figures of one group: its key for addresses and filters, its name, and its measures.

    `key` is "" for what belongs to no group. Values are by the key of the measure; None where
    there is nothing to say.
    """

    key: str
    label: str
    values: Mapping[str, Number | None]

    def __getitem__(self, measure: str) -> Number | None:
        return self.values[measure]


@dataclass(frozen=True)
class Comparison:
    """One month, the month before, and the same month a year earlier.

    `is_so_far` says that the month is not over; the others then end on the same day of theirs.
    """

    this: Line
    last: Line
    year_ago: Line
    periods: tuple[Period, Period, Period]
    is_so_far: bool


@dataclass(frozen=True)
class _Costing:
    """What figures need beside amounts: unit costs, and which days the log can know of."""

    settings: WorkloadSettings
    begins: date | None
    today: date | None

    only: Collection[str]

    def values(self, tally: Tally, period: Period) -> dict[str, Number | None]:
        """Return the measures asked for of a tally of a period."""
        days = known(period, begins=self.begins, today=self.today or period.until)
        return work_out_all(tally, days, self.settings, self.only)


def total(
    session: Session,
    actor: Actor,
    period: Period,
    where: Filter = ALL,
    *,
    today: date | None = None,
) -> Line:
    """Return every measure of a period. An empty ledger gives zeros, and None where 0 would lie.

    `today` is needed while the period is not over: the days to come are then in no rate. Raises
    NotAllowed where anybody but a manager filters by another person.
    """
    found = tallies(session, actor, period, where)
    return Line("", period.label, _costing(session, actor, today).values(found[""], period))


def lines(
    session: Session,
    actor: Actor,
    period: Period,
    by: By,
    where: Filter = ALL,
    *,
    today: date | None = None,
    only: Collection[str] = MEASURES,
) -> list[Line]:
    """Return the measures of each group of a period, in the order of keys.

    By "month" or "day" each of them in the period has a line, even if nothing happened; by
    "requester" one line stands for all that were merged into it; by "staff" anybody but a manager
    gets the own line only. Names are those of today. With `only` some measures no more is read than
    they need, and groups that have nothing of it have no line. `today` as for `total`.
    """
    if by == "staff" and "manager" not in actor.roles:
        if actor.staff_id is None:
            return []
        where = Filter(**{**vars(where), "staff": actor.staff_id})
    costing = _costing(session, actor, today, only)
    read = tallies(session, actor, period, where, by, reads=reads_of(only))
    found = _joined(session, actor, by, read)
    if by in ("month", "day"):
        found = {key: found.get(key, Tally()) for key in _every(period, by)}
    names = names_of(session, actor, by, found)
    made = []
    for key in sorted(found):
        values = costing.values(found[key], _within(period, by, key))
        made.append(Line(key, names.get(key, key), values))
    return made


def compare(
    session: Session,
    actor: Actor,
    month: Period,
    where: Filter = ALL,
    *,
    today: date,
) -> Comparison:
    """Return a month beside the month before and the same month a year earlier.

    A month that is not over is compared with the same days of the others.
    """
    is_so_far = today < month.until
    periods = (month, month_before(month), year_before(month))
    if is_so_far:
        days = (today - month.since).days
        first, second, third = periods
        periods = (_first_days(first, days), _first_days(second, days), _first_days(third, days))
    this, last, year_ago = (total(session, actor, one, where, today=today) for one in periods)
    return Comparison(this, last, year_ago, periods, is_so_far)


def league(
    session: Session,
    actor: Actor,
    period: Period,
    where: Filter = ALL,
    *,
    least: int = LEAST_TO_NAME,
    today: date | None = None,
    only: Collection[str] = MEASURES,
) -> list[Line]:
    """Return the organisations by their number of requests, those with too few in one line.

    An organisation with fewer than `least` requests is not named; what is known of those together
    is the last line, with the key "" and without a name, and so is what named no organisation.
    Restricted requests name none in the ledger. `today` and `only` as for `lines`.
    """
    reads = reads_of({"requests", *only})
    read = tallies(session, actor, period, where, "requester", reads=reads)
    found = _joined(session, actor, "requester", read)
    costing, rest = _costing(session, actor, today, {"requests", *only}), Tally()
    named = {}
    for key, tally in found.items():
        if key and tally["received"] >= least:
            named[key] = tally
        else:
            rest.add(tally)
    names = names_of(session, actor, "requester", named)
    made = [
        Line(key, names.get(key, key), costing.values(tally, period))
        for key, tally in named.items()
    ]
    made.sort(key=lambda one: (-(one["requests"] or 0), one.label, one.key))
    if rest.sums:
        made.append(Line("", "Others, not named", costing.values(rest, period)))
    return made


def _costing(
    session: Session, actor: Actor, today: date | None, only: Collection[str] = MEASURES
) -> _Costing:
    return _Costing(settings_of(session, actor), first_day(session, actor), today, only)


def _joined(session: Session, actor: Actor, by: By, found: Tallies) -> Tallies:
    if by != "requester":
        return found
    into, joined = merged(session, actor), Tallies()
    for key, tally in found.items():
        joined.setdefault(root_of(key, into), Tally()).add(tally)
    return joined


def names_of(session: Session, actor: Actor, by: str, keys: Iterable[str]) -> dict[str, str]:
    """Return the names of groups that have others than their keys."""
    unknown = {"": "Not known"}
    if by == "role":
        return {**unknown, **kinds.ROLES}
    table: type[Staff | Requester] = Staff if by == "staff" else Requester
    if by not in ("staff", "requester"):
        return unknown
    rows = session.execute(
        select(table.id, table.name).where(
            table.practice_id == actor.practice_id, table.id.in_(list(keys))
        )
    )
    return {**unknown, **{row.id: row.name for row in rows}}


def _every(period: Period, by: By) -> list[str]:
    if by == "month":
        return [f"{month:%Y-%m}" for month in period.months()]
    days = (period.until - period.since).days + 1
    return [(period.since + timedelta(days=one)).isoformat() for one in range(days)]


def _within(period: Period, by: By, key: str) -> Period:
    """Return the part of a period that a line is about: its month or day, or all of it."""
    if by == "day":
        return Period(date.fromisoformat(key), date.fromisoformat(key))
    if by != "month":
        return period
    first = date.fromisoformat(f"{key}-01")
    return Period(max(first, period.since), min(last_day(first), period.until))


def _first_days(month: Period, days: int) -> Period:
    return Period(month.since, min(month.since + timedelta(days=days), month.until))
