"""The two charts of these papers: twelve months beside those before, and what requests came to."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from lettergen import charts
from lettergen.charts import Bar, Chart, Column, Share
from lettergen.reports.names import MIX
from lettergen.reports.words import count
from lettergen.workload import Line
from lettergen.workload.measures import Number

TREND_HEIGHT = 112.0


def plain(drawn: Chart | Bar) -> dict[str, Any]:
    """Return a chart as a sheet may hold it: dicts and lists alone."""
    found: dict[str, Any] = _plain(asdict(drawn))
    return found


def trend(
    months: Sequence[Line], before: Sequence[Line], *, is_open: bool = False
) -> dict[str, Any]:
    """Return requests by month, each with a mark for the same month of the year before.

    A mark is left out where nothing at all is in the ledger for that month. With `is_open` the last
    month is not over, and drawn so.
    """
    columns = [
        Column(
            f"{date.fromisoformat(f'{this.key}-01'):%b}",
            this["requests"],
            _known(old),
            is_open=is_open and this is months[-1],
        )
        for this, old in zip(months, before, strict=True)
    ]
    said = ", ".join(f"{one.label} {count(one.value)}" for one in columns)
    drawn = charts.columns(
        "trend",
        "Requests, month by month",
        f"Twelve months: {said}.",
        columns,
        count,
        height=TREND_HEIGHT,
    )
    return plain(drawn)


def mix(bars: Sequence[tuple[str, Mapping[str, Line]]]) -> dict[str, Any]:
    """Return what requests came to in several periods, each a bar of shares."""
    given = [
        Share(label, [decided(lines, codes) for codes in MIX.values()]) for label, lines in bars
    ]
    said = ", ".join(
        f"{name} {count(part)}" for name, part in zip(MIX, given[0].parts, strict=True)
    )
    drawn = charts.shares(
        "mix",
        "What requests came to",
        f"{given[0].label}: {said}.",
        tuple(MIX),
        given,
        has_legend=False,
    )
    return plain(drawn)


def months(lines: Sequence[Line], before: Sequence[Line]) -> list[list[dict[str, Any]]]:
    """Return the table of a trend in two halves, as they stand side by side under it."""
    rows = [
        {
            "title": f"{date.fromisoformat(f'{this.key}-01'):%b %Y}",
            "cells": [count(_known(this)), count(_known(old))],
        }
        for this, old in zip(lines, before, strict=True)
    ]
    half = (len(rows) + 1) // 2
    return [rows[:half], rows[half:]]


def parts(bars: Sequence[tuple[str, Mapping[str, Line]]]) -> list[dict[str, Any]]:
    """Return the table of a mix: each part with its style in the chart, and its numbers."""
    return [
        {
            "title": name,
            "style": style,
            "cells": [count(decided(lines, codes)) for _, lines in bars],
        }
        for style, (name, codes) in enumerate(MIX.items())
    ]


def decided(lines: Mapping[str, Line], codes: Sequence[str]) -> int:
    """Return how many requests came to any of these outcomes."""
    return sum(round(lines[code]["decided"] or 0) for code in codes if code in lines)


def _known(line: Line) -> Number | None:
    """Return the requests of a month of which the ledger holds anything at all."""
    return line["requests"] if any(line.values.values()) else None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
