"""Every measure of workload: one registry of names, units and definitions, and how each is counted.

Source: third-party requests, domain section 6.1. The docstring of a measure is its definition, as
pages and the workbook show it.
"""

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from lettergen.workload.counting import ACCESS_DAYS, BREACH, TURNAROUND
from lettergen.workload.kinds import ROLES
from lettergen.workload.periods import Period, last_day
from lettergen.workload.settings import WorkloadSettings
from lettergen.workload.tallies import Tally

Number = int | float


class Unit(StrEnum):
    """What a value counts. Percentages are 0 to 100, money is whole pence."""

    COUNT = "count"
    PER_1000 = "per 1,000 patients a month"
    MINUTES = "minutes"
    SECONDS = "seconds"
    PENCE = "pence"
    PERCENT = "percent"
    WORKING_DAYS = "working days"
    DAYS = "calendar days"
    APPOINTMENTS = "appointments"


@dataclass(frozen=True)
class Tallied:
    """What a measure is worked out from: one group's tally, unit costs, and the days known of.

    `known` are the days of its period that the log can know of: see `periods.known`.
    """

    tally: Tally
    known: Period | None
    settings: WorkloadSettings


@dataclass(frozen=True)
class Measure:
    """One figure: what it is called, its unit, its definition in words, and its rows.

    `facts` are the amounts by which a row has a part in it, `reads` all amounts that it is worked
    out from; `work_out` returns None where there is nothing to say, such as a median of nothing.
    `good` is "more" or "less" where one of them is better.
    """

    key: str
    title: str
    unit: Unit
    good: str
    facts: tuple[str, ...]
    reads: frozenset[str]
    definition: str
    work_out: Callable[[Tallied], Number | None]


MEASURES: dict[str, Measure] = {}
_MINUTES = tuple(f"{how}_{role}" for how in ("measured", "stated") for role in ROLES)
_MEASURED, _STATED = _MINUTES[: len(ROLES)], _MINUTES[len(ROLES) :]
# By the name of an amount: whose time it is, and how many seconds one of it is.
_COSTED = {
    **{name: (role, 1) for name, role in zip(_MEASURED, ROLES, strict=True)},
    **{name: (role, 60) for name, role in zip(_STATED, ROLES, strict=True)},
}
_AVOIDED = ("avoided_expected", "avoided_seconds", "avoided_stated")
MINUTES_AN_APPOINTMENT = 10

Work = Callable[[Tallied], Number | None]


def _measure(
    title: str, unit: Unit, *facts: str, also: Iterable[str] = (), good: str = ""
) -> Callable[[Work], Work]:
    reads = frozenset((*facts, *also))

    def keep(work_out: Work) -> Work:
        definition = " ".join(inspect.cleandoc(work_out.__doc__ or "").split())
        key = work_out.__name__
        MEASURES[key] = Measure(key, title, unit, good, facts, reads, definition, work_out)
        return work_out

    return keep


def work_out_all(
    tally: Tally, known: Period | None, settings: WorkloadSettings, only: Collection[str] = MEASURES
) -> dict[str, Number | None]:
    """Return the values of the measures asked for, or of every one, by their keys."""
    given = Tallied(tally, known, settings)
    return {key: MEASURES[key].work_out(given) for key in only}


def reads_of(only: Collection[str]) -> frozenset[str]:
    """Return what has to be read to work some measures out."""
    return frozenset[str]().union(*(MEASURES[key].reads for key in only))


@_measure("Requests", Unit.COUNT, "received", good="less")
def requests(given: Tallied) -> Number | None:
    """Requests that came in, counted on the day that they came. A request that comes back is not
    counted again.
    """
    return given.tally["received"]


@_measure("Requests per 1,000 patients a month", Unit.PER_1000, "received", good="less")
def requests_per_1000(given: Tallied) -> Number | None:
    """Requests that came in, divided by the list size and by the months of the period, times
    1,000. A part of a month counts as that part, and only days from the beginning of the log up to
    today count: those to come bring no request yet. The list size of a month is the last one known
    by its end. Empty until a list size is set.
    """
    patients = _patient_months(given)
    return float(given.tally["received"] * 1000 / patients) if patients else None


@_measure("Decided", Unit.COUNT, "decided")
def decided(given: Tallied) -> Number | None:
    """Requests for which an outcome was found, counted on the day of the last decision before
    anything else happened. One that comes back and is decided again counts again.
    """
    return given.tally["decided"]


@_measure("Avoided", Unit.COUNT, "avoided", good="more")
def avoided(given: Tallied) -> Number | None:
    """Requests that were declined or redirected and did not come back within 30 days, counted on
    the day of the decision. Figures of the last 30 days may still fall.
    """
    return given.tally["avoided"]


@_measure("Minutes avoided", Unit.MINUTES, "avoided", also=_AVOIDED, good="more")
def minutes_avoided(given: Tallied) -> Number | None:
    """GP minutes that the avoided requests would have taken, as the catalogue says for what would
    have been done otherwise, less all minutes that were measured or stated for them.
    """
    tally = given.tally
    spent = Fraction(tally["avoided_seconds"], 60) + tally["avoided_stated"]
    return float(tally["avoided_expected"] - spent)


@_measure("Minutes measured", Unit.MINUTES, *_MEASURED)
def minutes_measured(given: Tallied) -> Number | None:
    """Minutes that lettergen measured while somebody worked, pauses left out."""
    return _measured(given.tally)


@_measure("Minutes stated", Unit.MINUTES, *_STATED)
def minutes_stated(given: Tallied) -> Number | None:
    """Minutes that people gave themselves for work that nobody measured. They are never added to
    measured minutes.
    """
    return sum(given.tally[name] for name in _STATED)


@_measure("Minutes expected", Unit.MINUTES, "expected")
def minutes_expected(given: Tallied) -> Number | None:
    """Minutes that the forms say such letters take: an estimate, beside what was measured."""
    return given.tally["expected"]


@_measure("GP minutes", Unit.MINUTES, "measured_gp", "stated_gp", good="less")
def gp_minutes(given: Tallied) -> Number | None:
    """Minutes of doctors, measured or stated. A piece of work has one of the two, never both."""
    return float(Fraction(given.tally["measured_gp"], 60) + given.tally["stated_gp"])


@_measure("Appointments", Unit.APPOINTMENTS, "measured_gp", "stated_gp", good="less")
def appointments(given: Tallied) -> Number | None:
    """GP minutes divided by 10: the appointments that the same time would have given."""
    return float(Fraction(given.tally["measured_gp"], 60) + given.tally["stated_gp"]) / (
        MINUTES_AN_APPOINTMENT
    )


@_measure("Cost", Unit.PENCE, *_MINUTES, good="less")
def cost(given: Tallied) -> Number | None:
    """Minutes of each role, measured or stated, times what a minute of that role cost in that
    month, as the practice set it. Until it does, our own assumption: £4.50 for a GP, £1.00 for a
    nurse, £0.45 for an administrator and £0.40 for a receptionist.
    """
    return round(_cost(given))


@_measure("Recovered", Unit.PENCE, "received_pence", good="more")
def recovered(given: Tallied) -> Number | None:
    """Fees that were received, less what was given back, counted on the day of the payment."""
    return given.tally["received_pence"]


@_measure("Recovered, less cost", Unit.PENCE, "received_pence", *_MINUTES, good="more")
def net(given: Tallied) -> Number | None:
    """Fees received less the cost of the same period. Below zero, the work cost more than it
    brought.
    """
    return round(given.tally["received_pence"] - _cost(given))


@_measure("Recovered, share of cost", Unit.PERCENT, "received_pence", *_MINUTES, good="more")
def recovery(given: Tallied) -> Number | None:
    """Fees received as a percentage of the cost. Empty where nothing cost anything."""
    return _percent(Fraction(given.tally["received_pence"]), _cost(given))


@_measure("Invoiced", Unit.PENCE, "invoiced_pence")
def invoiced(given: Tallied) -> Number | None:
    """What was invoiced, with tax where there was any, less credit notes."""
    return given.tally["invoiced_pence"]


@_measure("Handed over", Unit.COUNT, "released")
def released(given: Tallied) -> Number | None:
    """Requests whose letter, form or copy left the practice, counted on that day, once."""
    return given.tally["released"]


@_measure("Turnaround, median", Unit.WORKING_DAYS, TURNAROUND, good="less")
def turnaround_median(given: Tallied) -> Number | None:
    """Working days from the day after a request came to the day it was handed over, without
    weekends and England's bank holidays: half took so long or less. Copies of records are counted
    apart.
    """
    return centile(given.tally.keyed(TURNAROUND), 50)


@_measure("Turnaround, nine in ten", Unit.WORKING_DAYS, TURNAROUND, good="less")
def turnaround_90th(given: Tallied) -> Number | None:
    """Working days within which nine in ten requests were handed over (the 90th centile, by
    nearest rank). Copies of records are counted apart.
    """
    return centile(given.tally.keyed(TURNAROUND), 90)


@_measure("In target", Unit.PERCENT, "with_target", also=["in_target"], good="more")
def in_target(given: Tallied) -> Number | None:
    """Of what was handed over and had a day to be done by, the percentage that left by that day."""
    return _percent(given.tally["in_target"], given.tally["with_target"])


@_measure("Copies of records, median", Unit.DAYS, ACCESS_DAYS, good="less")
def access_median(given: Tallied) -> Number | None:
    """Calendar days from a request for records to the day the copy left: half took so long or
    less.
    """
    return centile(given.tally.keyed(ACCESS_DAYS), 50)


@_measure("Copies of records, nine in ten", Unit.DAYS, ACCESS_DAYS, good="less")
def access_90th(given: Tallied) -> Number | None:
    """Calendar days within which nine in ten copies of records left (the 90th centile)."""
    return centile(given.tally.keyed(ACCESS_DAYS), 90)


@_measure("Breaches", Unit.COUNT, BREACH, good="less")
def breaches(given: Tallied) -> Number | None:
    """Times that a law or rule was broken: a copy of records after its last day, safeguarding work
    after its day, a fee asked for free work, a report that left before the patient had seen it or
    was not kept for six months.
    """
    return sum(given.tally.keyed(BREACH).values())


@_measure("Came back", Unit.PERCENT, "turned_away", also=["came_back"], good="less")
def reopen_rate(given: Tallied) -> Number | None:
    """Of the requests that were declined or redirected in the period, the percentage that came
    back since because the other way was refused.
    """
    return _percent(given.tally["came_back"], given.tally["turned_away"])


@_measure("Fees refused", Unit.COUNT, "fees_refused", good="less")
def fees_refused(given: Tallied) -> Number | None:
    """Decided requests for which the payer refused the price."""
    return given.tally["fees_refused"]


@_measure(
    "Seconds to an outcome", Unit.SECONDS, "timed_decisions", also=["decision_seconds"], good="less"
)
def seconds_to_outcome(given: Tallied) -> Number | None:
    """Measured seconds of all decisions, divided by the decisions that were measured."""
    timed = given.tally["timed_decisions"]
    return given.tally["decision_seconds"] / timed if timed else None


@_measure("“I disagree”", Unit.PERCENT, "decided", also=["disputed"], good="less")
def disagreed(given: Tallied) -> Number | None:
    """Of the decided requests, the percentage for which somebody pressed “I disagree”."""
    return _percent(given.tally["disputed"], given.tally["decided"])


@_measure("Fees waived", Unit.COUNT, "waived")
def waivers(given: Tallied) -> Number | None:
    """Fees that were not taken, each with a reason and somebody's approval."""
    return given.tally["waived"]


@_measure("Waived, at full price", Unit.PENCE, "waived", also=["waived_pence"])
def waived_value(given: Tallied) -> Number | None:
    """What the waived fees would have been in full."""
    return given.tally["waived_pence"]


@_measure("Letters", Unit.COUNT, "letters")
def letters(given: Tallied) -> Number | None:
    """Letters that were issued, of all families, each of them once; a standard reply is one too.
    Invoices, receipts and papers about workload are not.
    """
    return given.tally["letters"]


@_measure("Discarded", Unit.COUNT, "discarded", good="less")
def discarded(given: Tallied) -> Number | None:
    """Letters and consents that were begun and thrown away after some work."""
    return given.tally["discarded"]


@_measure("Pages", Unit.COUNT, "pages")
def pages(given: Tallied) -> Number | None:
    """Pages of the letters that were issued, standard replies among them."""
    return given.tally["pages"]


@_measure("Timed", Unit.COUNT, "timed")
def timed(given: Tallied) -> Number | None:
    """Pieces of work whose minutes were measured."""
    return given.tally["timed"]


def centile(counted: Mapping[str, int], percent: int) -> int | None:
    """Return the nearest-rank centile of whole numbers and how often each was counted."""
    total = sum(counted.values())
    rank, seen = -(-total * percent // 100), 0
    for days in sorted(counted, key=int):
        seen += counted[days]
        if seen >= max(1, rank):
            return int(days)
    return None


def _measured(tally: Tally) -> float:
    return float(Fraction(sum(tally[name] for name in _MEASURED), 60))


def _cost(given: Tallied) -> Fraction:
    """Return pence, worked out in whole seconds so that nothing is rounded on the way."""
    total = 0
    for (month, name), amount in given.tally.sums.items():
        if name in _COSTED:
            role, seconds = _COSTED[name]
            total += amount * seconds * given.settings.rates_of(month).pence[role]
    return Fraction(total, 60)


def _percent(part: Number | Fraction, whole: Number | Fraction) -> float | None:
    return float(100 * part / whole) if whole > 0 else None


def _patient_months(given: Tallied) -> Fraction | None:
    """Return patients times months of the days that are known; None where a size is missing."""
    if given.known is None:
        return None
    found = Fraction(0)
    for month in given.known.months():
        size = given.settings.patients_of(month)
        if size is None:
            return None
        found += size * _share(given.known, month)
    return found


def _share(period: Period, month: date) -> Fraction:
    """Return the part of a month that lies in a period."""
    last = last_day(month)
    days = (min(period.until, last) - max(period.since, month)).days + 1
    return Fraction(days, last.day)
