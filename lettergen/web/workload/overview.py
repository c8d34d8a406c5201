"""Workload: what came in, what it cost, what was avoided, who causes it, and what is late."""

from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from lettergen import workload as ledger
from lettergen.web.base.context import actor, looking
from lettergen.web.base.entry import enter
from lettergen.web.workload import charts, tables, view
from lettergen.web.workload.adding import kinds_by_hand
from lettergen.web.workload.asked import PERIODS, Asked, asked, text_of, today_now
from lettergen.web.workload.names import Names, chosen, families, names_now
from lettergen.web.workload.view import Seen
from lettergen.workload import MEASURES, Line
from lettergen.workload.figures import names_of

workload = Blueprint("workload", __name__)

ALL_OF = "all"


@workload.get("/workload")
@enter("clinician", "reception", "manager")
def page() -> str:
    """The figures that the address asks for; with a fault in it, those of the present month."""
    with looking() as session:
        wanted = asked(request.args)
        found = view.seen(session, actor(), wanted, today_now())
        names = names_now(session)
        league = ledger.league(
            session, found.actor, found.period, wanted.where, only=tables.OF_LEAGUE
        )
        return render_template(
            "web/workload/overview.html",
            found=found,
            asked=wanted,
            heading=view.heading(found.compared),
            chosen=chosen(session, names, wanted.narrowed),
            comparison=view.comparison(found.compared),
            came_in=view.came_in(found),
            figures=view.first_figures(session, found),
            choices=_choices(session, wanted, names, league),
            measures=tuple(MEASURES.values()),
            is_empty=_is_empty(found),
            rates=ledger.settings_of(session, found.actor).rates_of(wanted.period.until),
            adding={"kinds": kinds_by_hand()},
            **_sections(session, found, names, league),
        )


def _sections(session: Session, found: Seen, names: Names, league: list[Line]) -> dict[str, Any]:
    """Return the charts and tables below the first screen."""
    every = request.args.get("show", "") == ALL_OF
    months = view.months(session, found, charts.TREND)
    types, turnaround = tables.types(session, found, names, every=every)
    return {
        "trend": charts.trend(found, months),
        "months": charts.trend_table(found, months),
        "mix": charts.mix(found, names, view.outcomes(session, found)),
        "types": types,
        "turnaround": turnaround,
        "classes": tables.classes(session, found, names),
        "league": tables.league(found, names, league, every=every),
        "staff": tables.staff(session, found, names),
        "payers": tables.payers(session, found, names),
        "unpaid": tables.unpaid(session, found, names),
        "breaches": tables.breaches(session, found),
        "quality": tables.quality(found),
    }


def _is_empty(found: Seen) -> bool:
    """Whether nothing is in the log for any of the three periods."""
    compared = found.compared
    return not any(
        value for line in (compared.this, compared.last, compared.year_ago)
        for value in line.values.values()
    )  # fmt: skip


def _choices(
    session: Session, wanted: Asked, names: Names, league: list[Line]
) -> dict[str, list[dict[str, Any]]]:
    """Return the choices of each filter, with the chosen one marked."""
    people = {}
    if "manager" in actor().roles:
        named = ledger.lines(session, actor(), wanted.period.in_months, "staff")
        people = {one.key: one.label for one in named}
    requesters = {one.key: one.label for one in league if one.key}
    if wanted.where.requester:
        requesters |= names_of(session, actor(), "requester", [wanted.where.requester])
        requesters.pop("", None)
    given = {
        "family": families(),
        "type": dict(sorted(names.types.items(), key=lambda one: one[1].casefold())),
        "class": dict(names.classes),
        "requester": requesters,
        "role": dict(ledger.ROLES),
        "staff": people,
    }
    return {
        "period": [_choice(key, label, wanted.typed["period"]) for key, label in PERIODS.items()],
        **{name: _offered(wanted.typed[name], known) for name, known in given.items()},
    }


def _offered(chosen: str, known: dict[str, str]) -> list[dict[str, Any]]:
    """The choices of one filter; one that an address chose stays, even if nobody offers it."""
    options = {"": "All", **{text_of(key): label for key, label in known.items()}}
    options.setdefault(chosen, "Chosen before")
    return [_choice(key, label, chosen) for key, label in options.items()]


def _choice(value: str, text: str, chosen: str) -> dict[str, Any]:
    return {"value": value, "text": text, "selected": value == chosen}
