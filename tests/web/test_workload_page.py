"""Workload in a browser: figures that lead to their rows, filters in the address, and files."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from lettergen import models, workload
from lettergen.models import Requester, Work
from lettergen.rendering import Renderer
from lettergen.web.workload.asked import asked
from tests.conftest import NOW
from tests.web.conftest import ADDRESSES, Clock, StrictClient, application, settings_in

MINUTES = "/workload/rows?measure=minutes_measured"


@dataclass(frozen=True)
class Reading:
    """Browsers that only read, on one log for the whole module; a page is fetched once."""

    app: Flask
    browsers: dict[str, StrictClient]
    log: dict[str, str]
    people: Any
    pages: dict[tuple[str, str], BeautifulSoup] = field(default_factory=dict)

    def page(self, address: str, who: str = "manager") -> BeautifulSoup:
        """Return a page as somebody sees it."""
        if (who, address) not in self.pages:
            self.pages[who, address] = self.browsers[who].page(address)
        return self.pages[who, address]

    def get(self, address: str, who: str = "manager") -> TestResponse:
        """Return the reply that somebody gets."""
        return self.browsers[who].get(address)


@pytest.fixture(scope="module")
def reading(
    tmp_path_factory: pytest.TempPathFactory, _prepared: Any, renderer: Renderer
) -> Iterator[Reading]:
    people, copied = _prepared
    folder, clock = tmp_path_factory.mktemp("reading"), Clock(NOW)
    with (
        copied(folder) as address,
        application(settings_in(folder, address), renderer, clock) as app,
    ):
        browsers = {who: app.test_client() for who in ADDRESSES}
        for who, browser in browsers.items():
            assert browser.sign_in(ADDRESSES[who], people.password).status_code == 302
        yield Reading(app, browsers, fill(app, people, clock), people)


@pytest.fixture
def log(app: Flask, people: Any, clock: Clock) -> dict[str, str]:
    """A log of this test's own, for what it changes."""
    return fill(app, people, clock)


def fill(app: Flask, people: Any, clock: Clock) -> dict[str, str]:
    """Six requests of one organisation this month and one last, one of another, and a letter.

    Of the six, four were redirected after 30 seconds each; one was written in 20 minutes by the
    clinician and paid with £50. Returns the ids of both organisations.
    """
    with app.extensions["lettergen"].sessions() as session, models.changing(session):
        often = _organisation(session, people, "=HYPERLINK(1) University", "education", clock())
        once = _organisation(session, people, "Example Works", "employer", clock())
        for number in range(6):
            _request(session, people, clock() - timedelta(days=number), often, number)
        _request(session, people, clock() - timedelta(days=31), often, 6)
        _request(session, people, clock(), once, 7)
        return {"often": often, "once": once}


def _organisation(session: Any, people: Any, name: str, kind: str, at: Any) -> str:
    made = Requester(
        practice_id=people.manager.practice_id,
        name=name,
        kind=kind,
        is_on_account=False,
        created_at=at,
    )
    session.add(made)
    session.flush()
    return str(made.id)


def _request(session: Any, people: Any, at: Any, requester: str, number: int) -> None:
    about = {
        "request_id": f"{number:032x}",
        "family": workload.REQUESTS,
        "slug": "mitigating_circumstances",
        "requester_class": "education",
        "requester_id": requester,
    }

    def note(who: Any, kind: str, **values: Any) -> None:
        known = {"outcome": "REDIRECT", **about, **values}
        workload.note(session, who, kind, at=at, **known)

    note(people.receptionist, "received", received_on=at.date())
    if number != 5:
        note(people.receptionist, "triaged", seconds=30, rule="R10", minutes_expected=10)
        return
    paid = {"outcome": "PATIENT_FEE", "payer": "patient"}
    note(people.receptionist, "triaged", rule="R30", **paid)
    note(people.clinician, "written", seconds=1_200, **paid)
    note(people.manager, "paid", fee_pence=5_000, **paid)


def workbook(data: bytes) -> dict[str, list[dict[str, str | float]]]:
    """A workbook as its sheets' rows, each by the letter of the column; numbers are numbers."""
    with ZipFile(BytesIO(data)) as parts:
        read = {name: BeautifulSoup(parts.read(name), "lxml-xml") for name in parts.namelist()
                if name.endswith(".xml")}  # fmt: skip
    words = [one.get_text() for one in read["xl/sharedStrings.xml"].select("si")]
    names = [one["name"] for one in read["xl/workbook.xml"].select("sheet")]
    assert not [one for page in read.values() for one in page.select("c > f")], "a formula"
    return {
        name: [
            {one["r"].rstrip("0123456789"): _cell(one, words) for one in row.select("c") if one.v}
            for row in read[f"xl/worksheets/sheet{number}.xml"].select("row")
        ]
        for number, name in enumerate(names, 1)
    }


def _cell(cell: Any, words: list[str]) -> str | float:
    return words[int(cell.v.string)] if cell.get("t") == "s" else float(cell.v.string)


def value_of(page: Any, key: str) -> str:
    """The first figure of a page."""
    return str(page.select_one(f"#figure-{key} + p a").get_text(strip=True))


def table(page: Any, key: str) -> dict[str, list[str]]:
    """A table of a page: its figures by the name of the row."""
    found = page.select(f"[aria-labelledby=table-{key}] tbody tr")
    return {
        row.th.get_text(" ", strip=True).partition("  ")[0]: [
            cell.get_text(strip=True) for cell in row.select("td")
        ]
        for row in found
    }


def test_the_first_screen_tells_this_month(reading: Reading) -> None:
    page = reading.page("/workload")

    # Six decisions of 30 seconds, and 20 minutes of a doctor: 23 minutes in all.
    assert value_of(page, "minutes") == "23"
    assert value_of(page, "cost") == "£91"
    assert value_of(page, "recovered") == "£50"
    assert value_of(page, "avoided") == "6"
    assert value_of(page, "appointments") == "2"
    assert value_of(page, "late") == "0"


def test_measured_and_stated_minutes_stand_apart(manager: Any, log: Any) -> None:
    manager.send("/workload/add", kind="called", minutes="7")

    page = manager.page("/workload")

    assert value_of(page, "minutes") == "23"
    assert "and 7 stated" in page.select_one("#figure-minutes + p").get_text(" ", strip=True)


def test_every_link_of_the_page_opens(reading: Reading) -> None:
    page = reading.page("/workload?show=all")
    kinds = {re.sub("=[^&]*", "", one["href"]): one["href"] for one in page.select("main a[href]")}
    links = set(kinds.values())

    shut = [link for link in links if reading.get(link).status_code != 200]

    assert not shut
    assert len(links) > 12
    ids = [one["id"] for one in page.select("[id]")]
    assert len(ids) == len(set(ids))


def test_an_organisation_is_named_from_five_requests_on(reading: Reading) -> None:
    page = reading.page("/workload")

    names = " ".join(table(page, "league"))
    assert "University" in names
    assert "Others, not named" in names
    assert "Example Works" not in page.select_one("main").get_text()


def test_a_filter_in_the_address_holds_for_all_of_the_page(reading: Reading) -> None:
    page = reading.page(f"/workload?requester={reading.log['once']}")

    assert value_of(page, "avoided") == "1"
    assert page.select_one("#requester [selected]").get_text() == "Example Works"
    assert "Example Works" in page.h1.get_text()
    links = page.select("#figure-minutes + p a, main td a[href*=rows]")
    assert all(reading.log["once"] in one["href"] for one in links)


def test_a_period_by_name_can_be_bookmarked(reading: Reading) -> None:
    page = reading.page("/workload?period=last-month")

    assert "October 2026" in page.h1.get_text()
    assert value_of(page, "avoided") == "1"


def test_a_period_that_cannot_be_is_told_and_the_page_is_there(reading: Reading) -> None:
    page = reading.page("/workload?from=2026-11-20&to=2026-11-01")

    assert "before it begins" in page.select_one(".nhsuk-error-summary").get_text()
    assert page.title.get_text().startswith("Error: ")
    assert value_of(page, "avoided") == "6"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"from": "1926-01-01", "to": "2026-11-01"}, "too long"),
        ({"from": "2027-01-01", "to": "9999-12-31"}, "has not begun"),
        ({"from": "2026-11-01", "to": "9999-12-31"}, "in the future"),
        ({"from": "tomorrow"}, "like 2026-11-01"),
    ],
)
def test_with_a_fault_in_it_an_address_asks_for_the_present_month(
    reading: Reading, given: dict[str, str], said: str
) -> None:
    with reading.app.test_request_context():
        wanted = asked(given)

    assert said in wanted.faults["from"]
    assert wanted.period.label == "November 2026"


def test_an_empty_log_makes_sound_pages(reading: Reading) -> None:
    other = reading.browsers["stranger"]
    pages = (
        "/workload?period=year&show=all&type=-&class=-&requester=-",
        "/workload?type=%00&role=nobody&family=%F0%9F%A6%86",
        f"{MINUTES}&outcome=-&payer=-&rule=-",
    )

    assert [other.get(one).status_code for one in pages] == [200, 200, 200]
    assert "not there" in other.get(f"{MINUTES}&after=nonsense.1").text


def test_an_empty_log_says_how_it_fills_and_what_figures_mean(reading: Reading) -> None:
    page = reading.page("/workload", "stranger")

    assert "Nothing is in the log" in page.select_one(".app-empty").get_text()
    assert value_of(page, "minutes") == "0"
    said = [one.get_text(strip=True) for one in page.select("details .wl-definitions dd")]
    assert said == [one.definition for one in workload.MEASURES.values()]


def test_a_clinician_sees_only_the_own_minutes_by_person(reading: Reading) -> None:
    page = reading.page("/workload", "clinician")

    assert list(table(page, "staff")) == ["Dr Casey Clinician 20 minutes measured, 0 stated"]
    assert "Robin Reception" not in page.select_one("main").get_text()


def test_figures_of_others_are_for_the_manager(reading: Reading) -> None:
    address = f"/workload?staff={reading.people.receptionist.staff_id}"

    assert reading.get(address, "clinician").status_code == 403
    assert value_of(reading.page(address), "minutes") == "3"


@pytest.mark.parametrize(
    "address", ["/workload/rows", "/workload/figures.xlsx", "/workload/figures.csv"]
)
def test_no_address_gives_the_figures_of_a_colleague(reading: Reading, address: str) -> None:
    whose = f"{address}?measure=minutes_measured&staff={reading.people.receptionist.staff_id}"

    assert reading.get(whose, "clinician").status_code == 403
    assert reading.get(whose).status_code == 200


def test_without_a_figure_all_rows_are_shown(reading: Reading) -> None:
    rows = reading.page("/workload/rows").select("tbody tr")

    # Seven of this month came in, six were redirected; one was decided, written and paid.
    assert len(rows) == 7 + 6 + 3
    assert any("£50.00" in row.get_text() for row in rows)


def test_another_practice_sees_nothing_of_it(reading: Reading) -> None:
    assert value_of(reading.page("/workload", "stranger"), "avoided") == "0"
    assert not reading.page(MINUTES, "stranger").select("tbody tr")


def test_work_outside_is_added_in_three_actions(receptionist: Any, log: Any) -> None:
    page = receptionist.page("/workload")
    form = page.select_one("form[action='/workload/add']")
    boxes = [one["name"] for one in form.select("input:not([type=hidden]), select")]

    reply = receptionist.send("/workload/add", kind="form", minutes="12")

    assert boxes == ["kind", "minutes"]
    assert reply.status_code == 303
    added = receptionist.page("/workload/rows?measure=minutes_stated").select("tbody tr")
    assert "12 min stated" in added[0].get_text()


def test_work_that_cannot_be_is_told_and_typed_text_is_kept(reading: Reading) -> None:
    faults = (
        ({"kind": "called", "minutes": ""}, "whole number"),
        ({"kind": "called", "minutes": "-5"}, "whole number"),
        ({"kind": "called", "minutes": "0"}, "from 1 to"),
        ({"kind": "paid", "minutes": "5"}, "Choose what was done"),
        ({"kind": "called", "minutes": "5", "on": "2027-01-01"}, "in the future"),
    )
    for typed, said in faults:
        reply = reading.browsers["receptionist"].send("/workload/add", **typed)

        assert reply.status_code == 422
        assert said in reply.text
        assert not typed["minutes"] or f'value="{typed["minutes"]}"' in reply.text


def test_a_row_is_corrected_by_another_and_then_taken_out(
    app: Flask, receptionist: Any, log: Any
) -> None:
    receptionist.send("/workload/add", kind="called", minutes="90")
    receptionist.send(f"/workload/rows/{_latest(app)}", minutes="9")
    assert "and 9 stated" in receptionist.page("/workload").get_text(" ", strip=True)

    receptionist.send(f"/workload/rows/{_latest(app)}", act="strike")

    assert "and 0 stated" in receptionist.page("/workload").get_text(" ", strip=True)


def test_nobody_corrects_the_work_of_another(
    app: Flask, receptionist: Any, clinician: Any, stranger: Any, manager: Any, log: Any
) -> None:
    receptionist.send("/workload/add", kind="called", minutes="90")
    address = f"/workload/rows/{_latest(app)}"

    assert clinician.send(address, minutes="1").status_code == 404
    assert stranger.get(address).status_code == 404
    assert manager.get(address).status_code == 200


def _latest(app: Flask) -> str:
    """The id of the row of work by hand that nothing corrects."""
    with app.extensions["lettergen"].sessions() as session:
        corrected = select(Work.corrects_id).where(Work.corrects_id.is_not(None))
        wanted = select(Work.id).where(Work.kind == "called", Work.id.not_in(corrected))
        return str(session.scalars(wanted).one())


def test_a_manager_sets_what_a_minute_costs(manager: Any, log: Any) -> None:
    costs = {"gp": "10.00", "nurse": "1.00", "administrator": "0.45", "receptionist": "0"}

    reply = manager.send("/settings/workload/rates", rates_from="2026-11-01", **costs)

    assert reply.status_code == 303
    assert value_of(manager.page("/workload"), "cost") == "£200"
    assert "10.00" in manager.page("/settings/workload").select_one("tbody").get_text()


def test_a_setting_is_taken_out_again(manager: Any) -> None:
    manager.send("/settings/workload/list-size", size_from="2026-11-01", patients="9,500")
    assert "9,500" in manager.page("/settings/workload").get_text()

    manager.send("/settings/workload/remove", **{"list": "list_sizes", "from": "2026-11-01"})

    assert "9,500" not in manager.page("/settings/workload").get_text()


def test_a_setting_that_cannot_be_is_told_beside_its_box(reading: Reading) -> None:
    others = {"nurse": "1", "administrator": "1", "receptionist": "1"}
    faults = (
        ("rates", {"rates_from": "2026-11-02", "gp": "4.50"}, "its first day"),
        ("rates", {"rates_from": "2026-11-01", "gp": "NaN"}, "pounds and pence"),
        ("rates", {"rates_from": "2026-11-01", "gp": "4.505"}, "pounds and pence"),
        ("list-size", {"size_from": "2026-11-01", "patients": "0"}, "from 1 to"),
        ("list-size", {"size_from": "soon", "patients": "many"}, "number of patients"),
    )
    for address, typed, said in faults:
        reply = reading.browsers["manager"].send(f"/settings/workload/{address}", **others, **typed)

        assert reply.status_code == 422
        assert said in reply.text


def test_the_workbook_holds_numbers_as_numbers_and_no_formula(reading: Reading) -> None:
    book = workbook(reading.get("/workload/figures.xlsx").data)

    names = [row["A"] for row in book["By organisation"][1:]]
    heads, total = book["Total"]
    by_head = {heads[letter]: value for letter, value in total.items()}
    assert by_head["Recovered"] == 50
    assert by_head["Requests"] == 7
    assert "=HYPERLINK(1) University" in names


def test_the_workbook_says_what_each_figure_means(reading: Reading) -> None:
    book = workbook(reading.get("/workload/figures.xlsx").data)

    said = {row["D"]: row["C"] for row in book["Definitions"][1:]}

    assert said == {key: one.definition for key, one in workload.MEASURES.items()}


def test_the_table_lets_no_name_become_a_formula(reading: Reading) -> None:
    text = reading.get("/workload/figures.csv").data.decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))

    names = {row["name"] for row in rows if row["by"] == "requester"}
    assert names == {"'=HYPERLINK(1) University", "Others, not named"}
    assert next(row for row in rows if row["by"] == "total")["recovered"] == "50.00"


def test_a_file_of_a_period_that_cannot_be_is_refused(reading: Reading) -> None:
    reply = reading.get("/workload/figures.csv?from=2026-11-20&to=2026-11-01")

    assert reply.status_code >= 400
    assert "before it begins" in reply.text


def test_the_rate_of_this_month_is_the_same_on_the_page_and_in_files(
    app: Flask, manager: Any, log: Any
) -> None:
    manager.send("/settings/workload/list-size", size_from="2026-01-01", patients="9000")

    text = manager.get("/workload/figures.csv").data.decode("utf-8-sig")
    rates = {(row["by"], row["key"]): row["requests_per_1000"]
             for row in csv.DictReader(StringIO(text))}  # fmt: skip
    heads, total = workbook(manager.get("/workload/figures.xlsx").data)["Total"]
    [letter] = [
        one for one, head in heads.items() if head == workload.MEASURES["requests_per_1000"].title
    ]

    # Seven in 20 of 30 days, for 9,000 patients: 7 / 9 × 30 / 20.
    assert "1.17 a month for 1,000" in manager.page("/workload").select_one(".wl-compare").text
    assert (
        rates["total", ""]
        == rates["month", "2026-11"]
        == rates["type", "mitigating_circumstances"]
        == "1.17"
    )
    assert total[letter] == pytest.approx(7 / 9 * 30 / 20)


def test_a_manager_is_met_by_this_month_and_what_waits(reading: Reading) -> None:
    page = reading.page("/")

    assert len(page.select(".wl-figure")) == 5
    assert "Nothing is late" in page.select_one(".wl-asks").get_text()
    assert not reading.page("/", "clinician").select(".wl-figure")


def test_a_day_of_the_period_of_another_year_is_compared(reading: Reading) -> None:
    page = reading.page("/workload?from=2026-11-14&to=2026-11-20")

    said = page.select_one(".wl-compare").get_text()
    assert "7 November 2026 to 13 November 2026" in said
    assert f"{date(2025, 11, 14):%-d %B %Y} to 20 November 2025" in said
