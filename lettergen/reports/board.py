"""The quarterly report for the representative committee or the board: rates, and no person.

Source: third-party requests, domain section 6.3. Numbers under five are hidden, and so many
others that nobody works them out: see `hiding`. A rate, minutes and costs go with their number.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from lettergen import workload
from lettergen.models import Actor
from lettergen.reports.frame import Paper
from lettergen.reports.hiding import SMALL, hide
from lettergen.reports.kinds import BOARD, KINDS
from lettergen.reports.names import Names
from lettergen.reports.words import count, hours, pounds, rate
from lettergen.workload import Filter, Line, Period
from lettergen.workload.measures import Number

STATE, STATE_FEE = "state", "STATE_FEE"
MIXED = "Others, not named"
Show = Callable[[Line], str]


@dataclass(frozen=True)
class Column:
    """A column beside the number: its head, and how a line's figure is written there."""

    head: str
    show: Show


def paper(session: Session, actor: Actor, period: Period, names: Names) -> Paper:
    """Return the report of a quarter. With fewer than five requests in all it has no tables."""
    kind = KINDS[BOARD]
    total = workload.total(session, actor, period)
    asked = round(total["requests"] or 0)
    is_small = 0 < asked < SMALL
    return Paper(
        kind=kind,
        title=kind.over(period),
        addressee="For the representative committee and the board",
        form={
            "is_small": is_small,
            "least": SMALL,
            **({} if is_small else _tables(session, actor, period, names, total)),
        },
        must_hold=(kind.over(period),),
    )


def _tables(
    session: Session, actor: Actor, period: Period, names: Names, total: Line
) -> dict[str, Any]:
    classes = workload.lines(session, actor, period, "requester_class")
    outcomes = workload.lines(session, actor, period, "outcome")
    types = workload.lines(session, actor, period, "type", Filter(family=workload.REQUESTS))
    public = workload.league(session, actor, period, Filter(requester_class=STATE))
    # Public bodies have a table of their own, whose sum is their line in this one.
    bodies = table(_with(public), _labels(public), (HOURS, COST))
    is_told = not bodies["is_withheld"]
    ours = frozenset(
        place for place, one in enumerate(_with(classes)) if is_told and one.key == STATE
    )
    rates = () if total["requests_per_1000"] is None else (RATE,)
    return {
        "total": count(total["requests"]),
        "rate": rate(total["requests_per_1000"]),
        "has_rate": total["requests_per_1000"] is not None,
        "minutes": hours(total["gp_minutes"]),
        "appointments": count(total["appointments"]),
        "classes": table(_with(classes), names.requester_class, rates, keep=ours),
        "outcomes": table(_with(outcomes, "decided"), names.outcome, (), key="decided"),
        "types": table(_with(types), names.type, (*rates, HOURS)),
        "public": bodies,
        "unpaid": _unpaid(outcomes),
        "ignored": _ignored(session, actor, period, names.requester_class),
    }


def table(
    lines: Sequence[Line],
    name: Callable[[str], str],
    columns: Sequence[Column],
    *,
    key: str = "requests",
    keep: frozenset[int] = frozenset(),
) -> dict[str, Any]:
    """Return a table of the lines that may be told, the largest first, and how many may not.

    What has no name of its own comes last. Lines without any must be left out beforehand.
    """
    shown = hide([round(one[key] or 0) for one in lines], keep=keep)
    if shown.is_withheld:
        return {"is_withheld": True, "heads": [], "rows": [], "hidden": 0}
    told = [(line, number) for line, number in zip(lines, shown.counts, strict=True) if number]
    told.sort(key=lambda one: (not one[0].key, -one[1], name(one[0].key)))
    return {
        "is_withheld": False,
        "heads": [column.head for column in columns],
        "rows": [
            {
                "title": name(line.key),
                "cells": [count(number), *(column.show(line) for column in columns)],
            }
            for line, number in told
        ],
        "hidden": len(lines) - len(told),
    }


RATE = Column("A month for 1,000 patients", lambda line: rate(line["requests_per_1000"]))
HOURS = Column("Hours", lambda line: hours(_minutes(line)))
COST = Column("Cost", lambda line: pounds(line["cost"]))


def _with(lines: Iterable[Line], key: str = "requests") -> list[Line]:
    return [one for one in lines if one[key]]


def _labels(lines: Sequence[Line]) -> Callable[[str], str]:
    known: Mapping[str, str] = {one.key: one.label for one in lines if one.key}
    return lambda key: known.get(key, MIXED)


def _minutes(line: Line) -> Number:
    return (line["minutes_measured"] or 0) + (line["minutes_stated"] or 0)


def _unpaid(outcomes: Sequence[Line]) -> dict[str, str] | None:
    """Return what work for public bodies took and brought; None where it is too little to tell."""
    shown = hide([round(one["decided"] or 0) for one in _with(outcomes, "decided")])
    numbers: Mapping[str, int | None] = dict(
        zip((one.key for one in _with(outcomes, "decided")), shown.counts, strict=True)
    )
    line = next((one for one in outcomes if one.key == STATE_FEE), None)
    if line is None or not numbers.get(STATE_FEE):
        return None
    return {
        "number": count(numbers[STATE_FEE]),
        "hours": hours(_minutes(line)),
        "cost": pounds(line["cost"]),
        "recovered": pounds(line["recovered"]),
        "unpaid": pounds(max(0, (line["cost"] or 0) - (line["recovered"] or 0))),
    }


def _ignored(
    session: Session, actor: Actor, period: Period, name: Callable[[str], str]
) -> dict[str, Any]:
    """Return how many came back although guidance was sent, by who asks.

    Not of how many: their sum, beside the table of outcomes, could tell a hidden number there.
    """
    found = workload.tallies(session, actor, period, by="requester_class", reads=["came_back"])
    known = [(key, one["came_back"]) for key, one in sorted(found.items()) if one["came_back"]]
    shown = hide([number for _, number in known])
    rows = [
        {"title": name(key), "cells": [count(number)]}
        for (key, _), number in zip(known, shown.counts, strict=True)
        if number is not None
    ]
    return {"rows": rows, "has_hidden": shown.hides, "is_none": not known}
