"""What the workload pages ask of the database, at 10,000 documents and at 1,000,000.

    python -m bench.workload SMALL LARGE [--database NAME] [--loaded SECONDS]

SMALL and LARGE are data folders that `lettergen demo --documents` has filled; FOLDER=ADDRESS where
the database is not the folder's own.
"""

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http import HTTPStatus
from pathlib import Path
from statistics import median
from unittest.mock import patch
from urllib.parse import urlencode

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from bench.engines import reference_sheets
from lettergen import accounts, models, workload
from lettergen.app import create_app
from lettergen.config import Settings
from lettergen.letters import LETTER
from lettergen.places import shipped
from lettergen.rendering import Renderer
from lettergen.vault import demonstration_vault
from lettergen.web.workload.charts import TREND
from lettergen.workload import Filter, Period

ROUNDS = 9
MOST = 3.0
RESULTS = Path(__file__).with_name("RESULTS.md")
KEPT = Path(__file__).with_name("WORKLOAD.md")
HEADING = "## Workload at a million documents"
FIRST_SCREEN = "first screen: three months, late, unpaid"
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
SIGN_IN = re.compile(r"with the password (\S+) as.*?(jo\.\S+)", re.DOTALL)

Question = Callable[[Session], object]
Times = dict[str, dict[str, list[float]]]


@dataclass(frozen=True)
class Asked:
    """Whose figures are asked for, and of which month and year."""

    actor: models.Actor
    month: Period
    year: Period
    type: str
    rare: str
    rule: str
    requester: str
    staff: str


def main() -> None:
    """Ask every question in turn of both databases, and write the table."""
    given = argparse.ArgumentParser(prog="python -m bench.workload", description=__doc__)
    given.add_argument("small")
    given.add_argument("large")
    given.add_argument("--database", default="SQLite")
    given.add_argument("--loaded", default="", help="how long the million took, in words")
    options = given.parse_args()
    times: Times = {which: {} for which in ("small", "large")}
    shown: dict[str, dict[str, int]] = {}
    settings = {which: _settings(getattr(options, which)) for which in times}
    sessions = {
        which: models.open_sessions(one.database_url, demonstration_vault())
        for which, one in settings.items()
    }
    browsers = {which: _browser(one) for which, one in settings.items()}
    rendering = _rendering()
    for number in range(ROUNDS + 2):
        for which, maker in sessions.items():
            with maker() as session:
                known = _asked(session)
                asked = {**pages(browsers[which], known), **questions(known)}
                for name, ask in asked.items():
                    began = time.perf_counter()
                    found = ask(session)
                    took = (time.perf_counter() - began) * 1000
                    if number > 1:
                        times[which].setdefault(name, []).append(took)
                    if isinstance(found, workload.Rows):
                        shown.setdefault(name, {})[which] = len(found.rows)
    _keep(options.database, table(options.database, times, shown, rendering, options.loaded))


def questions(asked: Asked) -> dict[str, Question]:
    """Return what pages ask, by name: each as the page asks it, with all of its queries."""
    actor, month, year = asked.actor, asked.month, asked.year

    def lines(by: str, period: Period = month, where: Filter = workload.ALL) -> Question:
        return lambda session: workload.lines(session, actor, period, by, where)

    def rows(measure: str, where: Filter = workload.ALL, period: Period = month) -> Question:
        return lambda session: workload.rows_of(session, actor, measure, period, where)

    def total(where: Filter, period: Period = month) -> Question:
        return lambda session: workload.total(session, actor, period, where)

    return {
        FIRST_SCREEN: lambda session: _first_screen(session, actor, month),
        "trend of two years": lambda session: workload.lines(
            session, actor, workload.months_until(month, 24), "month", only=TREND
        ),
        "mix by outcome": lines("outcome"),
        "mix by rule": lines("rule"),
        "types": lines("type"),
        "types, a year": lines("type", year),
        "organisations, a year": lambda session: workload.league(session, actor, year),
        "people": lines("staff"),
        "payers, a year": lines("payer", year),
        "one family, by outcome": lines("outcome", month, Filter(family="third-party")),
        "one type": total(Filter(type=asked.type)),
        "one type, by organisation": lines("requester", month, Filter(type=asked.type)),
        "one organisation": total(Filter(requester=asked.requester)),
        "one person, by outcome": lines("outcome", month, Filter(staff=asked.staff)),
        "some days": total(workload.ALL, Period(date(2026, 9, 10), date(2026, 10, 20))),
        "rows of requests": rows("requests"),
        "rows of what was avoided": rows("avoided"),
        "rows of one organisation": rows("requests", Filter(requester=asked.requester)),
        "rows of one organisation, a year": rows(
            "requests", Filter(requester=asked.requester), year
        ),
        "rows of one type": rows("requests", Filter(type=asked.type)),
        "rows of a rare type": rows("requests", Filter(type=asked.rare)),
        "rows of one rule": lambda session: workload.rows_of(
            session, actor, "requests", month, group={"rule": asked.rule}
        ),
    }


def pages(browser: FlaskClient, asked: Asked) -> dict[str, Question]:
    """Return whole pages by name, as a manager opens them: all that they do but their templates."""

    def page(path: str, **arguments: str) -> Question:
        def ask(_session: Session) -> None:
            with patch("flask.templating._render", lambda *_: ""):
                reply = browser.get(f"{path}?{urlencode(arguments)}")
            _require(reply, HTTPStatus.OK)

        return ask

    days = {"from": asked.month.since.isoformat(), "to": asked.month.until.isoformat()}
    some_days = {"from": "2026-09-10", "to": "2026-10-20"}
    rows = {"measure": "requests", **days}
    return {
        "page: workload of a month": page("/workload", **days),
        "page: workload of a year": page("/workload", period="year"),
        "page: workload of one type": page("/workload", type=asked.type, **days),
        "page: workload of one organisation": page("/workload", requester=asked.requester, **days),
        "page: workload of one class": page("/workload", **{"class": "employer"}, **days),
        "page: workload of one family": page("/workload", family="third-party", **days),
        "page: workload of one role": page("/workload", role="gp", **days),
        "page: workload of one person": page("/workload", staff=asked.staff, **days),
        "page: workload of one role, a year": page("/workload", role="gp", period="year"),
        "page: workload of one organisation, one type": page(
            "/workload", requester=asked.requester, type=asked.type, **days
        ),
        "page: workload of one class, one role": page(
            "/workload", role="gp", **{"class": "employer"}, **days
        ),
        "page: workload of some days": page("/workload", **some_days),
        "page: workload of some days, one type": page("/workload", type=asked.type, **some_days),
        "page: rows": page("/workload/rows", **rows),
        "page: rows of one organisation": page("/workload/rows", requester=asked.requester, **rows),
        "page: rows of one type": page("/workload/rows", type=asked.type, **rows),
        "page: rows of a rare type": page("/workload/rows", type=asked.rare, **rows),
        "page: rows of one rule": page("/workload/rows", rule=asked.rule, **rows),
        "page: papers": page("/workload/reports"),
        "page: home": page("/"),
    }


def _settings(given: str) -> Settings:
    folder, _, address = given.partition("=")
    return Settings(data=Path(folder), **({"database_url": address} if address else {}))


def _browser(settings: Settings) -> FlaskClient:
    """Return the browser of the manager, signed in as `lettergen demo` said."""
    said = SIGN_IN.search((settings.data / "demonstration.txt").read_text("utf-8"))
    browser = create_app(settings).test_client()
    token = TOKEN.search(browser.get("/sign-in").text)
    if said is None or token is None:
        raise SystemExit(f"{settings.data} was not made by lettergen demo")
    fields = {"password": said[1], "email": said[2], "csrf_token": token[1]}
    reply = browser.post("/sign-in", data=fields)
    _require(reply, HTTPStatus.FOUND)
    return browser


def _require(reply: TestResponse, status: HTTPStatus) -> None:
    if reply.status_code != status:
        raise SystemExit(f"{reply.request.path}: {reply.status}, not {status}")


def _first_screen(session: Session, actor: models.Actor, month: Period) -> None:
    workload.compare(session, actor, month, today=month.until)
    workload.late(session, actor, month.until)
    workload.unpaid(session, actor, month.until)


def _asked(session: Session) -> Asked:
    actor = accounts.operator_of(accounts.practices(session)[0])
    month = workload.month_of(date(2026, 10, 1))
    year = workload.months_until(month, 12)

    def asked_by(by: str) -> list[str]:
        """Who or what was asked for, the most often first."""
        found = [one for one in workload.lines(session, actor, month, by) if one["requests"]]
        return [one.key for one in sorted(found, key=lambda one: -one["requests"]) if one.key]

    types = asked_by("type")
    rule, requester, staff = (asked_by(by)[0] for by in ("rule", "requester", "staff"))
    return Asked(actor, month, year, types[0], types[-1], rule, requester, staff)


def _rendering() -> float:
    """Return the milliseconds of one letter by a warm worker."""
    sheet = reference_sheets()[LETTER]
    times = []
    with tempfile.TemporaryDirectory(), Renderer([shipped("templates") / "letters"]) as renderer:
        for _ in range(ROUNDS):
            began = time.perf_counter()
            renderer.render(sheet)
            times.append((time.perf_counter() - began) * 1000)
    return median(times[3:])


def table(
    database: str, times: Times, shown: dict[str, dict[str, int]], rendering: float, loaded: str
) -> str:
    """Return the section about one database in Markdown; `shown` counts rows of pages that list."""
    said = f" Writing the million took {loaded}." if loaded else ""
    lines = [
        f"### {database}",
        "",
        f"Measured on {datetime.now(UTC):%d %B %Y}.{said}",
        "",
        "| what is asked | 10,000: ms | 1,000,000: ms | ratio | at most 3× |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for name, small in times["small"].items():
        few, many = median(small), median(times["large"][name])
        reached = "reached" if many / few <= MOST else "missed"
        rows = shown.get(name)
        counted = f": {rows['small']} and {rows['large']} shown" if rows else ""
        lines.append(
            f"| {name}{counted} | {few:.1f} | {many:.1f} | {many / few:.1f}× | {reached} |"
        )
    first = median(times["large"][FIRST_SCREEN])
    reached = "reached" if first < rendering else "missed"
    said = (
        f"{first:.1f} ms; one letter by a warm worker, which must take longer: {rendering:.1f} ms"
    )
    lines += ["", f"The first screen at 1,000,000: {said}, {reached}.", ""]
    return "\n".join(lines)


def _keep(database: str, section: str) -> None:
    """Put a section in the place of the last one of its database, here and in the results."""
    sys.stdout.write(section)
    known = KEPT.read_text("utf-8") if KEPT.is_file() else f"{HEADING}\n\n"
    head, *sections = re.split(r"(?m)^(?=### )", known)
    others = [one for one in sections if not one.startswith(f"### {database}\n")]
    KEPT.write_text("".join([head, *sorted([*others, section])]), "utf-8")
    results = RESULTS.read_text("utf-8").partition(HEADING)[0].rstrip()
    RESULTS.write_text(f"{results}\n\n{KEPT.read_text('utf-8')}", "utf-8")


if __name__ == "__main__":
    main()
