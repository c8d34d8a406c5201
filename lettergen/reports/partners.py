"""The partners' page: one month on one sheet of A4, with two decisions that are wanted.

Source: third-party requests, domain section 6.3.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from textwrap import shorten
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import workload
from lettergen.models import Actor, Request
from lettergen.reports import drawn
from lettergen.reports.frame import Paper
from lettergen.reports.kinds import KINDS, PARTNERS, YEAR
from lettergen.reports.names import OTHERS, PAYERS, Names
from lettergen.reports.words import count, counted, hours, percent, pounds
from lettergen.workload import Comparison, Filter, Line, Period, months_until
from lettergen.workload.owing import OPEN

TYPES_SHOWN, LATE_SHOWN, DECISIONS = 8, 4, 2
LONGEST_DECISION = 200
# What fits two lines of the one table and one line of the other: with more the page would be two.
LONGEST_TYPE, LONGEST_LATE = 54, 25
LOOSE_END = re.compile(r"[^\w.)]+…$")
_FIGURES = (
    ("Requests that came in", "requests", count),
    ("GP hours", "gp_minutes", hours),
    ("The same time in appointments", "appointments", count),
    ("What it cost", "cost", pounds),
    ("Fees received", "recovered", pounds),
    ("Avoided: a letter was not needed", "avoided", count),
    ("Handed over in time", "in_target", percent),
)


def paper(
    session: Session,
    actor: Actor,
    month: Period,
    names: Names,
    *,
    decisions: Sequence[str],
    today: date,
) -> Paper:
    """Return the page of a month; `decisions` are what a person wants decided, before ours."""
    kind = KINDS[PARTNERS]
    compared = workload.compare(session, actor, month, today=today)
    period = compared.periods[0]
    types = workload.lines(session, actor, period, "type")
    late, count_late = _late(session, actor, names, today)
    wanted = [text.strip()[:LONGEST_DECISION] for text in decisions if text.strip()]
    ours = suggestions(session, actor, period, names, late=count_late)
    return Paper(
        kind=kind,
        title=kind.over(month),
        addressee="For the partners",
        form={
            # Of a month that is not over only its first days are told: the page says so once.
            "labels": [_month(one) for one in compared.periods],
            "days_so_far": counted(period.until.day, "day") if compared.is_so_far else "",
            "figures": list(_figures(compared)),
            **_trend(session, actor, month, is_open=compared.is_so_far),
            **_mix(session, actor, compared),
            "types": list(_types(types, names)),
            "payers": list(_payers(session, actor, period)),
            "late": late,
            "more_late": counted(count_late - len(late), "more request"),
            "has_more_late": count_late > len(late),
            "decisions": [*wanted, *ours][:DECISIONS],
            "has_default_rates": _rates_are_ours(session, actor, period),
        },
        must_hold=(kind.over(month), "Two decisions"),
        has_mark=False,
    )


def suggestions(
    session: Session, actor: Actor, period: Period, names: Names, *, late: int
) -> list[str]:
    """Return what the figures call for to be decided, the most pressing first."""
    return list(_suggested(session, actor, period, names, late))


def _suggested(
    session: Session, actor: Actor, period: Period, names: Names, late: int
) -> Iterator[str]:
    total = workload.total(session, actor, period)
    if total["breaches"]:
        yield (
            f"A law or rule was broken {counted(total['breaches'], 'time')} in {period.label}. "
            "Who looks into it, and by when?"
        )
    if late:
        yield (
            f"{counted(late, 'request is', 'requests are')} late today. "
            "Who takes over, and what gives way?"
        )
    year = months_until(period, YEAR)
    for line in workload.league(session, actor, year):
        if line.key and (line["reopen_rate"] or 0) > 0:
            yield (
                f"{line.label} sent back {percent(line['reopen_rate'])} of what we turned away. "
                "Shall we write to them with their figures?"
            )
            break
    dearest = _dearest(workload.lines(session, actor, period, "type"))
    if dearest:
        yield (
            f"“{names.type(dearest.key)}” cost {pounds(dearest['cost'])} and brought "
            f"{pounds(dearest['recovered'])}. Do we go on offering it, and at what price?"
        )
    if _rates_are_ours(session, actor, period):
        yield "What does a minute of each of us cost? Until we say so, costs are an assumption."
    yield "Is there work that another of the team could do instead of a GP?"
    yield "Do we show patients the poster of this month in the waiting room?"


def _dearest(types: Sequence[Line]) -> Line | None:
    losing = [one for one in types if (one["requests"] or 0) and (one["net"] or 0) < 0]
    return min(losing, key=lambda one: (one["net"] or 0, one.key), default=None)


def _figures(compared: Comparison) -> Iterator[dict[str, Any]]:
    lines = (compared.this, compared.last, compared.year_ago)
    for title, key, show in _FIGURES:
        yield {"title": title, "cells": [show(line[key]) for line in lines]}


def _month(period: Period) -> str:
    return f"{period.since:%B %Y}"


def _trend(session: Session, actor: Actor, month: Period, *, is_open: bool) -> dict[str, Any]:
    months = workload.lines(session, actor, months_until(month, 2 * YEAR), "month")
    both = months[YEAR:], months[:YEAR]
    return {"trend": drawn.trend(*both, is_open=is_open), "months": drawn.months(*both)}


def _mix(session: Session, actor: Actor, compared: Comparison) -> dict[str, Any]:
    bars = [
        (_month(one), _by_outcome(session, actor, one))
        for one in (compared.periods[0], compared.periods[2])
    ]
    return {"mix": drawn.mix(bars), "parts": drawn.parts(bars)}


def _by_outcome(session: Session, actor: Actor, period: Period) -> Mapping[str, Line]:
    return {one.key: one for one in workload.lines(session, actor, period, "outcome")}


def _types(types: Sequence[Line], names: Names) -> Iterator[dict[str, str]]:
    known = [one for one in types if one.key and _minutes(one) > 0]
    for one in sorted(known, key=lambda it: (-_minutes(it), it.key))[:TYPES_SHOWN]:
        yield {
            "title": _short(names.type(one.key), LONGEST_TYPE),
            "requests": count(one["requests"] or None),
            "measured": count(one["minutes_measured"]),
            "stated": count(one["minutes_stated"]),
        }


def _minutes(line: Line) -> float:
    return (line["minutes_measured"] or 0) + (line["minutes_stated"] or 0)


def _payers(session: Session, actor: Actor, period: Period) -> Iterator[dict[str, str]]:
    """Yield what requests cost and brought by who pays, and then all that nobody asked for."""
    lines = workload.lines(session, actor, period, "payer", Filter(family=workload.REQUESTS))
    for one in sorted(lines, key=lambda it: (-(it["cost"] or 0), it.key)):
        yield from _brought(PAYERS.get(one.key, one.label), [one])
    families = workload.lines(session, actor, period, "family")
    yield from _brought(OTHERS, [one for one in families if one.key != workload.REQUESTS])


def _brought(title: str, lines: Sequence[Line]) -> Iterator[dict[str, str]]:
    """Yield a line of money, unless there is none to tell."""
    cost, recovered, net = (
        sum(one[key] or 0 for one in lines) for key in ("cost", "recovered", "net")
    )
    if cost or recovered:
        yield {
            "title": title,
            "cost": pounds(cost),
            "recovered": pounds(recovered),
            "net": pounds(net),
        }


def _short(title: str, longest: int) -> str:
    """Return a title that takes a line; what stands in brackets goes first, for a cut within them
    reads badly.
    """
    whole = title if len(title) <= longest else title.partition(" (")[0]
    return LOOSE_END.sub("…", shorten(whole, longest, placeholder="…"))


def _day(day: date, today: date) -> str:
    """Return 12 Nov, with its year only where that is not the present one."""
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b %Y}"


def _late(
    session: Session, actor: Actor, names: Names, today: date
) -> tuple[list[dict[str, str]], int]:
    """Return the requests whose day was longest ago, and how many there are in all."""
    rows = session.scalars(
        select(Request)
        .where(
            Request.practice_id == actor.practice_id,
            Request.state.in_(OPEN),
            Request.due_on < today,
        )
        .order_by(Request.due_on, Request.reference)
        .limit(LATE_SHOWN)
    )
    found = [
        {
            "reference": one.reference,
            "title": "Restricted"
            if one.is_restricted
            else _short(names.type(one.type_key), LONGEST_LATE),
            "due": _day(one.due_on, today) if one.due_on else "",
        }
        for one in rows
    ]
    return found, workload.late(session, actor, today)


def _rates_are_ours(session: Session, actor: Actor, period: Period) -> bool:
    return workload.settings_of(session, actor).rates_of(period.until.replace(day=1)).is_default
