"""The charts of the workload page: twelve months beside those of the year before, and outcomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lettergen import charts
from lettergen.charts import Chart, Column, Share
from lettergen.web.workload.asked import text_of
from lettergen.web.workload.names import Names
from lettergen.web.workload.tables import Cell, Row, Table
from lettergen.web.workload.view import Seen, names_of_periods
from lettergen.web.workload.words import number, shown
from lettergen.workload import MEASURES, Line, Period, Unit

# What each of the small charts shows, and in the table beside them.
TREND = ("requests", "avoided", "appointments", "cost", "recovered")
# Where a head may break on a narrow screen.
HEADS = {
    "requests": "Re\u00adquests",
    "appointments": "Appoint\u00adments",
    "recovered": "Re\u00adcovered",
}
DRAWN = ("requests", "avoided", "appointments", "cost")
# Outcomes by what they mean for the practice: more than six parts nobody tells apart.
MIX: Mapping[str, tuple[str, ...]] = {
    "Something better": ("REDIRECT",),
    "Not our work": ("DECLINE",),
    "NHS work, free": ("NHS_FREE",),
    "Somebody pays": ("STATE_FEE", "ORG_FEE", "PATIENT_FEE"),
    "By law": ("ACCESS", "LEGAL_DUTY"),
    "Not settled": ("HOLD", "ESCALATE", "URGENT", ""),
}
Months = Sequence[tuple[Period, Line, Line]]


@dataclass(frozen=True)
class Mix:
    """The outcomes of three periods: their chart, and the table with every outcome."""

    chart: Chart
    table: Table


def trend(found: Seen, months: Months) -> tuple[tuple[str, Chart], ...]:
    """Return a small chart a measure, with its title: twelve months, marks for the year before."""
    return tuple((MEASURES[key].title, _trend(found, months, key)) for key in DRAWN)


def trend_table(found: Seen, months: Months) -> Table:
    """Return the same months as a table, the latest first."""
    return Table(
        "months",
        "The last twelve months",
        "Month",
        tuple(HEADS.get(key, MEASURES[key].title) for key in TREND),
        tuple(
            Row(
                f"{month.since:%B %Y}",
                "",
                None,
                tuple(
                    Cell(number(line[key], MEASURES[key].unit),
                         found.rows(key, month) if line[key] else "")
                    for key in TREND
                ),
            )
            for month, line, _ in reversed(months)
        ),
    )  # fmt: skip


def mix(found: Seen, names: Names, outcomes: Sequence[Mapping[str, Line]]) -> Mix:
    """Return what requests came to, in the period and in the two that it is compared with."""
    labels = names_of_periods(found.compared)
    bars = [
        Share(label, [_decided(lines, codes) for codes in MIX.values()])
        for label, lines in zip(labels, outcomes, strict=True)
    ]
    present = bars[0]
    said = ", ".join(f"{name} {part:,.0f}" for name, part in zip(MIX, present.parts, strict=True))
    chart = charts.shares(
        "mix",
        "What requests came to",
        f"{labels[0]}: {said}. The bars under it: {', '.join(labels[1:])}.",
        tuple(MIX),
        bars,
    )
    return Mix(chart, _mix_table(found, names, outcomes, labels))


def _mix_table(
    found: Seen,
    names: Names,
    outcomes: Sequence[Mapping[str, Line]],
    labels: tuple[str, ...],
) -> Table:
    whole = sum(_decided(outcomes[0], codes) for codes in MIX.values())
    rows = []
    for style, codes in enumerate(MIX.values()):
        for code in codes:
            counts = [_decided(lines, (code,)) for lines in outcomes]
            if not any(counts):
                continue
            href = found.rows("decided", outcome=text_of(code)) if counts[0] else ""
            share = shown(100 * counts[0] / whole, Unit.PERCENT) if whole else "–"
            cells = (
                Cell(f"{counts[0]:,.0f}", href),
                Cell(share),
                *(Cell(f"{one:,.0f}") for one in counts[1:]),
            )
            rows.append(Row(names.of("outcome", code), "", None, cells, style))
    heads = (labels[0], "Share", *labels[1:])
    return Table("outcomes", "Decided requests by outcome", "Outcome", heads, tuple(rows))


def _trend(found: Seen, months: Months, key: str) -> Chart:
    measure = MEASURES[key]
    given = [
        Column(
            f"{month.since:%b}"[0],
            _known(line[key]),
            _known(before[key]),
            f"{month.since:%B %Y}: {number(line[key], measure.unit)}, "
            f"a year before {number(before[key], measure.unit)}",
            found.rows(key, month),
            is_open=month.until > found.today,
        )
        for month, line, before in months
    ]
    first, last = months[0][0].since, months[-1][0].since
    return charts.columns(
        f"trend-{key}",
        f"{measure.title} by month, {first:%B %Y} to {last:%B %Y}",
        f"Columns are the twelve months, lines across them the same months a year before. "
        f"{given[-1].says}.",
        given,
        lambda value: number(value, measure.unit),
    )


def _known(value: float | None) -> float | None:
    return None if value is None else float(value)


def _decided(lines: Mapping[str, Line], codes: Sequence[str]) -> float:
    return sum(float(lines[code]["decided"] or 0) for code in codes if code in lines)
