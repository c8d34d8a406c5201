"""Every figure of the workload page, followed to its rows: added up, they come to the figure."""

import re
from collections.abc import Callable, Sequence
from statistics import mean
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from lettergen import config, models, workload
from lettergen.calendar import local_day
from lettergen.cli import history
from lettergen.workload.measures import MINUTES_AN_APPOINTMENT, centile
from tests.conftest import NOW

NUMBER = 45
PAGE = "/workload?period=year&show=all"
FIGURES = (
    ".wl-figure__value a[href*='/workload/rows'], .wl-compared a[href*='/workload/rows'], "
    "main td a[href*='/workload/rows'], .wl-compare a[href*='/workload/rows']"
)
AMOUNT = re.compile(r"[−-]?£?[\d,]+(?:\.\d+)?")
# What a row's minutes are written to.
TENTH = 0.05
ROLES = {"Dr Casey Clinician": "gp", "Robin Reception": "receptionist"}


@pytest.fixture
def walked(app: Flask, people: Any, clock: Any, manager: Any) -> Any:
    """A manager's browser on three years of the demonstration's work, and little of it."""
    with app.extensions["lettergen"].sessions() as session:
        history.write(config.load(), session, NUMBER, lambda _: None, today=local_day(clock()))
    with app.extensions["lettergen"].sessions() as session, models.changing(session):
        workload.add_by_hand(
            session, people.clinician, "called", minutes=7, at=clock(),
            on=local_day(clock()),
        )  # fmt: skip
    return manager


def amount(text: str) -> float:
    """The first number in a text: £1,234.50 is 1234.5."""
    found = AMOUNT.search(text)
    assert found, text
    return float(found[0].replace("−", "-").replace("£", "").replace(",", ""))


def rows_behind(browser: Any, address: str) -> list[tuple[str, str]]:
    """All rows of a figure, page after page: by whom each is, and what it adds."""
    found: list[tuple[str, str]] = []
    following = address
    while following:
        page = browser.page(following)
        for row in page.select(".wl-table--rows tbody tr"):
            cells = row.select("td")
            found.append((cells[3].get_text(strip=True), cells[4].get_text(strip=True)))
        older = page.select_one(".nhsuk-pagination a")
        following = older["href"] if older else ""
    return found


def minutes(rows: Sequence[tuple[str, str]], how: str, price: Callable[[str], float]) -> float:
    """The minutes of rows that were measured or stated, each times a price of its author."""
    return sum(
        amount(part) * price(who)
        for who, adds in rows
        for part in adds.split(", ")
        if part.endswith(f"min {how}")
    )


def pounds(rows: Sequence[tuple[str, str]]) -> float:
    """The money of rows."""
    return sum(amount(part) for _, adds in rows for part in adds.split(", ") if "£" in part)


def cost(rows: Sequence[tuple[str, str]]) -> float:
    """What the minutes of rows cost, in pounds."""
    rates = workload.WorkloadSettings().rates_of(NOW.date()).pence

    def price(who: str) -> float:
        return rates[ROLES.get(who, "administrator")] / 100

    return minutes(rows, "measured", price) + minutes(rows, "stated", price)


def share(rows: Sequence[tuple[str, str]], word: str) -> float:
    """The percentage of rows that say a word."""
    return 100 * sum(adds == word for _, adds in rows) / len(rows)


def days(rows: Sequence[tuple[str, str]], percent: int) -> float:
    """The centile of the days that rows say."""
    known = [str(round(amount(adds))) for _, adds in rows]
    return centile({one: known.count(one) for one in known}, percent) or 0


COME_TO: dict[str, Callable[[Sequence[tuple[str, str]]], float]] = {
    "minutes_measured": lambda rows: minutes(rows, "measured", lambda _: 1),
    "minutes_stated": lambda rows: minutes(rows, "stated", lambda _: 1),
    "minutes_avoided": lambda rows: sum(amount(adds) for _, adds in rows),
    "appointments": lambda rows: (
        (minutes(rows, "measured", lambda _: 1) + minutes(rows, "stated", lambda _: 1))
        / MINUTES_AN_APPOINTMENT
    ),
    "cost": cost,
    "recovered": pounds,
    "invoiced": pounds,
    "waived_value": pounds,
    "recovery": lambda rows: 100 * pounds(rows) / cost(rows),
    "in_target": lambda rows: share(rows, "in target"),
    "reopen_rate": lambda rows: share(rows, "came back"),
    "disagreed": lambda rows: share(rows, "disagreed"),
    "seconds_to_outcome": lambda rows: mean(amount(adds) for _, adds in rows),
    "turnaround_median": lambda rows: days(rows, 50),
    "turnaround_90th": lambda rows: days(rows, 90),
}


def test_the_rows_behind_every_figure_of_the_page_come_to_it(walked: Any) -> None:
    figures = {one["href"]: one.get_text(strip=True) for one in walked.page(PAGE).select(FIGURES)}

    followed, wrong = set(), []
    for address, text in figures.items():
        [measure] = parse_qs(urlsplit(address).query)["measure"]
        rows = rows_behind(walked, address)
        if not rows:
            if text not in ("–", "£0") and amount(text):
                wrong.append((address, text, "no rows"))
            continue
        come_to = COME_TO.get(measure, lambda rows: sum(amount(adds) for _, adds in rows))(rows)
        # A figure is rounded, and so are the minutes of each row.
        if abs(come_to - amount(text)) > 0.51 + len(rows) * TENTH * (
            4.5 if measure in ("cost", "recovery") else 1
        ):
            wrong.append((address, text, come_to))
        followed.add(measure)

    assert not wrong
    assert followed > {"cost", "recovered", "avoided", "appointments", "minutes_measured"}
    assert len(figures) > 80
