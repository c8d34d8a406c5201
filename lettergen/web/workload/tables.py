"""The tables of the workload page: a name with its bar, and the figures beside it as links."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from lettergen import charts, workload
from lettergen.charts import Bar, Part
from lettergen.web.workload.asked import text_of
from lettergen.web.workload.names import Names
from lettergen.web.workload.view import Seen, grouped, lines_of, names_of_periods
from lettergen.web.workload.words import exact, money, number, shown
from lettergen.workload import MEASURES, Line, Unit
from lettergen.workload.counting import BREACH
from lettergen.workload.kinds import BREACHES
from lettergen.workload.measures import Number

MOST = 10
SOLID, STRIPED = 0, 1
# Long heads may break where a reader would break them: columns are narrow on a phone.
MEASURED = "Mea\u00adsured"
MINUTES = ("minutes_measured", "minutes_stated")
OF_TYPES = ("requests", *MINUTES, "cost")
WAITED = ("released", "turnaround_median", "turnaround_90th", "in_target")
OF_CLASSES = ("requests", "avoided", *MINUTES)
OF_LEAGUE = ("requests", *MINUTES, "fees_refused", "reopen_rate")
OF_STAFF = ("letters", *MINUTES, "cost")
OF_PAYERS = ("invoiced", "recovered", "waivers", "waived_value")
PAID = ("invoiced", "recovered", "waived_value")
# By what each dimension is asked for in an address.
_NAMES = {
    "type": "type",
    "requester_class": "class",
    "requester": "requester",
    "staff": "staff",
    "payer": "payer",
    "outcome": "outcome",
}


@dataclass(frozen=True)
class Cell:
    """One figure; without `href` it leads nowhere."""

    text: str
    href: str = ""


@dataclass(frozen=True)
class Row:
    """One line: its name, where the name leads, its bar, and its figures."""

    name: str
    href: str
    bar: Bar | None
    cells: tuple[Cell, ...]
    style: int | None = None


@dataclass(frozen=True)
class Table:
    """A table as pages show it; `key` is its own on the page, `note` stands under it."""

    key: str
    caption: str
    first: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""


def types(session: Session, found: Seen, names: Names, *, every: bool) -> tuple[Table, Table]:
    """Return the types by minutes, and how long each took against its target."""
    lines = grouped(session, found, "type", (*OF_TYPES, *WAITED))
    lines.sort(key=lambda one: (-_minutes(one), one.key))
    worked = [one for one in lines if _minutes(one) or one["requests"]]
    most = max((_minutes(one) for one in worked), default=0)
    table = Table(
        "types",
        "Types by minutes, the most first",
        "Type",
        ("Requests", MEASURED, "Stated", "Cost"),
        tuple(
            _row(found, names, "type", one, OF_TYPES, _minutes_bar(one, most))
            for one in (worked if every else worked[:MOST])
        ),
        note=_left_out(worked, every=every),
    )
    return table, _turnaround(found, names, lines, every=every)


def classes(session: Session, found: Seen, names: Names) -> Table:
    """Return who asks, by class: their requests, how many were avoided, and the minutes."""
    known = grouped(session, found, "requester_class", OF_CLASSES)
    lines = [one for one in known if one["requests"]]
    lines.sort(key=lambda one: (-(one["requests"] or 0), one.key))
    return Table(
        "classes",
        "Requests by who asks",
        "Who asks",
        ("Requests", "Avoided", MEASURED, "Stated"),
        _counted(found, names, "requester_class", lines, OF_CLASSES),
    )


def league(found: Seen, names: Names, lines: Sequence[Line], *, every: bool) -> Table:
    """Return the organisations by requests; those with fewer than five stand in one line."""
    kept = [one for one in lines if one.key]
    rest = [one for one in lines if not one.key]
    shown_ones = [*(kept if every else kept[:MOST]), *rest]
    return Table(
        "league",
        "Organisations by requests",
        "Organisation",
        ("Requests", MEASURED, "Stated", "Fees refused", "Came back"),
        _counted(found, names, "requester", shown_ones, OF_LEAGUE),
        note=_left_out(kept, every=every),
    )


def staff(session: Session, found: Seen, names: Names) -> Table:
    """Return minutes and letters by person: everybody for a manager, else only one's own."""
    known = grouped(session, found, "staff", OF_STAFF)
    lines = [one for one in known if _minutes(one) or one["letters"]]
    lines.sort(key=lambda one: (-_minutes(one), one.label, one.key))
    most = max((_minutes(one) for one in lines), default=0)
    return Table(
        "staff",
        "Minutes by person" if found.is_manager else "Your own minutes",
        "Name",
        ("Letters", MEASURED, "Stated", "Cost"),
        tuple(_row(found, names, "staff", one, OF_STAFF, _minutes_bar(one, most)) for one in lines),
    )


def payers(session: Session, found: Seen, names: Names) -> Table:
    """Return what was invoiced, received and waived, by who pays."""
    known = grouped(session, found, "payer", OF_PAYERS)
    lines = [one for one in known if any(one[name] for name in OF_PAYERS)]
    lines.sort(key=lambda one: (-(one["recovered"] or 0), one.key))
    most = max((float(one["recovered"] or 0) for one in lines), default=0)
    return Table(
        "payers",
        "Fees by who pays",
        "Payer",
        ("Invoiced", "Received", "Waived", "Waived, in full"),
        tuple(
            _row(
                found, names, "payer", one, OF_PAYERS,
                charts.bar(
                    f"{number(one['recovered'], Unit.PENCE)} received",
                    [Part(float(one["recovered"] or 0), SOLID)],
                    most,
                ),
            )
            for one in lines
        ),
    )  # fmt: skip


def unpaid(session: Session, found: Seen, names: Names) -> Table:
    """Return what is owed today, by payer and by the age of the invoices."""
    debts = workload.unpaid(session, found.actor, found.today)
    return Table(
        "unpaid",
        "Unpaid today, by the age of the invoice",
        "Payer",
        ("30 days or less", "31 to 60", "61 to 90", "Over 90", "All"),
        tuple(
            Row(
                names.of("payer", one.key, one.label),
                "",
                None,
                (
                    *(
                        Cell(money(pence) if pence else "–")
                        for pence in (one.young, one.over_30, one.over_60, one.over_90)
                    ),
                    Cell(money(one.total), url_for("money.overview") if found.is_manager else ""),
                ),
            )
            for one in debts
        ),
    )


def breaches(session: Session, found: Seen) -> Table:
    """Return how often each rule was broken: each of them, so that a zero can be seen."""
    read = workload.tallies(session, found.actor, found.period, found.asked.where, reads=[BREACH])
    tally = read[""].keyed(BREACH)
    total = sum(tally.values())
    rows = [Row(title, "", None, (Cell(f"{tally.get(key, 0):,}"),)) for key, title in
            BREACHES.items()]  # fmt: skip
    rows.append(
        Row("All", "", None, (Cell(f"{total:,}", found.rows("breaches") if total else ""),))
    )
    return Table("breaches", "Breaches", "What was broken", ("Times",), tuple(rows))


def quality(found: Seen) -> Table:
    """Return how well guidance holds, in the three periods."""
    keys = ("reopen_rate", "disagreed", "seconds_to_outcome", "fees_refused")
    compared = found.compared
    return Table(
        "quality",
        "How deciding went",
        "Figure",
        names_of_periods(compared),
        tuple(
            Row(
                MEASURES[key].title,
                "",
                None,
                (
                    Cell(
                        shown(compared.this[key], MEASURES[key].unit),
                        "" if compared.this[key] is None else found.rows(key),
                    ),
                    *(
                        Cell(shown(line[key], MEASURES[key].unit))
                        for line in lines_of(compared)[1:]
                    ),
                ),
            )
            for key in keys
        ),
    )


def _turnaround(found: Seen, names: Names, lines: Iterable[Line], *, every: bool) -> Table:
    done = [one for one in lines if one["released"]]
    done.sort(key=lambda one: (-(one["turnaround_90th"] or 0), one.key))
    targets = {one.key: names.target_of(one.key) for one in done}
    most = max((max(one["turnaround_90th"] or 0, targets[one.key] or 0) for one in done), default=0)
    rows = []
    for one in done if every else done[:MOST]:
        target = targets[one.key]
        made = _row(
            found, names, "type", one,
            WAITED,
            _waiting_bar(one, most, target),
        )  # fmt: skip
        cells = (*made.cells[:3], Cell("–" if target is None else str(target)), made.cells[3])
        rows.append(Row(made.name, made.href, made.bar, cells))
    return Table(
        "turnaround",
        "Working days from coming in to being handed over, the slowest first",
        "Type",
        ("Handed over", "Median", "Nine in ten", "Target", "In target"),
        tuple(rows),
        note=_left_out(done, every=every),
    )


def _waiting_bar(one: Line, most: float, target: int | None) -> Bar:
    half, nine = (float(one[key] or 0) for key in ("turnaround_median", "turnaround_90th"))
    says = f"Half within {half:.0f} working days, nine in ten within {nine:.0f}"
    if target is not None:
        says = f"{says}; target {target}"
    parts = [Part(half, SOLID), Part(nine - half, STRIPED)]
    return charts.bar(says, parts, most, mark=target)


def _minutes_bar(one: Line, most: float) -> Bar:
    measured, stated = (float(one[key] or 0) for key in ("minutes_measured", "minutes_stated"))
    says = f"{measured:,.0f} minutes measured, {stated:,.0f} stated"
    return charts.bar(says, [Part(measured, SOLID), Part(stated, STRIPED)], most)


def _minutes(one: Line) -> float:
    """Measured and stated together, for the order and the length of bars only."""
    return float(one["minutes_measured"] or 0) + float(one["minutes_stated"] or 0)


def _counted(
    found: Seen, names: Names, by: str, lines: Sequence[Line], measures: Sequence[str]
) -> tuple[Row, ...]:
    most = max((float(one["requests"] or 0) for one in lines if one.key), default=0)
    bar_of: Callable[[Line], Bar] = lambda one: charts.bar(  # noqa: E731  (named for what it draws)
        f"{one['requests']:,} requests", [Part(float(one["requests"] or 0), SOLID)], most
    )
    return tuple(
        _row(found, names, by, one, measures, bar_of(one) if one.key else None) for one in lines
    )


def _row(  # noqa: PLR0917  (a row of figures is all of these, and private)
    found: Seen, names: Names, by: str, one: Line, measures: Sequence[str], bar: Bar | None
) -> Row:
    # Of organisations with few requests, and of those unknown, no rows are named here.
    is_together = by == "requester" and not one.key
    name = names.of(by, one.key, one.label)
    more = {} if is_together else {_NAMES[by]: text_of(one.key)}
    cells = []
    for key in measures:
        value = one[key]
        cells.append(
            Cell(_text(key, value), found.rows(key, None, **more) if value and more else "")
        )
    href = ""
    if more and by in ("type", "requester_class", "requester", "staff"):
        href = url_for("workload.page", **found.asked.address(**more))
    return Row(name, href, bar, tuple(cells))


def _text(key: str, value: Number | None) -> str:
    """Return a figure for a column; money that changed hands is exact to the penny."""
    unit = MEASURES[key].unit
    if unit is Unit.PENCE and key in PAID and value is not None:
        return exact(round(value))
    return shown(value, unit) if unit is Unit.PERCENT else number(value, unit)


def _left_out(lines: Sequence[Line], *, every: bool) -> str:
    left = len(lines) - MOST
    return "" if every or left <= 0 else f"{left:,} more"
