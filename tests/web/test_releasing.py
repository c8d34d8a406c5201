"""A request's letter leaves the practice only when nothing holds it back, and that is noted."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lettergen import models
from lettergen.models import Request
from tests.web import asked


@pytest.fixture
def signed(app: Flask, people: Any, clock: Any, letter: str) -> Callable[..., str]:
    """Return a function: outcome → the key of a request whose letter is signed."""

    def make(outcome: str) -> str:
        key = asked.receive(
            app, people.receptionist, at=clock(), organisation="", requester_class="patient"
        )
        with app.extensions["lettergen"].sessions() as session, models.changing(session):
            row = session.get_one(Request, key)
            row.state, row.outcome, row.rule = "signed", outcome, "R14"
            row.consent_code, row.document_id = "N", letter
        return key

    return make


@pytest.fixture
def state(app: Flask) -> Callable[[str], str]:
    """Return a function: key → the state of the request."""

    def read(key: str) -> str:
        with app.extensions["lettergen"].sessions() as session:
            return str(session.scalars(select(Request.state).where(Request.id == key)).one())

    return read


def test_an_unpaid_letter_is_not_printed_downloaded_or_sent(
    receptionist: Any, signed: Callable[..., str], state: Callable[[str], str], letter: str
) -> None:
    key = signed("PATIENT_FEE")

    for way in ("print", "download"):
        receptionist.send(f"/documents/{letter}/take/letter", way=way)
    receptionist.send(f"/documents/{letter}/link", days="14")
    address = f"/documents/{letter}/letter.pdf"
    files = [receptionist.get(f"{address}{way}") for way in ("", "?download=1")]

    page = receptionist.page(f"/documents/{letter}")
    assert "Not paid: do not hand over" in page.get_text()
    ways = ("form[action*='/take/']", "form[action$='/link']", "form[action*='/read/']")
    assert [way for way in ways if page.select(way)] == []
    assert [one.status_code for one in files] == [422, 422]
    assert state(key) == "signed"


def test_a_clinician_reads_an_unpaid_letter_on_screen_and_that_is_noted(
    clinician: Any,
    receptionist: Any,
    signed: Callable[..., str],
    state: Callable[[str], str],
    letter: str,
) -> None:
    key = signed("PATIENT_FEE")
    form = clinician.page(f"/documents/{letter}").select_one("form[action*='/read/']")

    read = clinician.send(form["action"])

    assert "Not paid: do not hand over" in read.text
    assert "data:image/png;base64," in read.text
    assert "Testerby" in read.text
    story = clinician.page(f"/requests/{key}").select_one(".rq-story li").get_text()
    assert "read on screen" in story
    assert state(key) == "signed"
    assert receptionist.send(form["action"]).status_code == 403


def test_what_law_or_safety_asks_for_does_not_wait_for_money(
    app: Flask, receptionist: Any, clinician: Any, signed: Callable[..., str], letter: str
) -> None:
    key = signed("PATIENT_FEE")
    with app.extensions["lettergen"].sessions() as session, models.changing(session):
        session.get_one(Request, key).is_urgent = True

    assert "do not hand over" not in receptionist.page(f"/documents/{letter}").get_text()
    assert clinician.send(f"/documents/{letter}/read/letter").status_code == 302
    assert receptionist.send(f"/documents/{letter}/take/letter", way="print").status_code == 303


def test_free_work_that_is_handed_over_counts_as_released(
    receptionist: Any, signed: Callable[..., str], state: Callable[[str], str], letter: str
) -> None:
    key = signed("NHS_FREE")

    reply = receptionist.send(f"/documents/{letter}/take/letter", way="print")

    assert reply.status_code == 303
    assert state(key) == "released"
    page = receptionist.page(f"/requests/{key}")
    assert page.select_one("#next button").get_text(strip=True) == "Close it"


def test_a_letter_that_is_handed_over_again_is_added_to_the_history(
    receptionist: Any, signed: Callable[..., str], letter: str
) -> None:
    key = signed("NHS_FREE")

    for _ in range(2):
        receptionist.send(f"/documents/{letter}/take/letter", way="print")

    story = receptionist.page(f"/requests/{key}").select_one(".rq-story li").get_text()
    assert "handed over again" in story


def test_a_letter_that_is_void_before_it_left_is_written_again(
    clinician: Any, signed: Callable[..., str], state: Callable[[str], str], letter: str
) -> None:
    key = signed("NHS_FREE")

    clinician.send(f"/documents/{letter}/void", reason="It names the wrong course.")

    assert state(key) == "assigned"


def test_an_unpaid_letter_that_is_void_or_whose_request_ended_is_not_downloaded(
    clinician: Any, receptionist: Any, signed: Callable[..., str], letter: str, app: Flask
) -> None:
    key = signed("PATIENT_FEE")
    with app.extensions["lettergen"].sessions() as session, models.changing(session):
        session.get_one(Request, key).state = "closed"
    assert receptionist.get(f"/documents/{letter}/letter.pdf?download=1").status_code == 422
    with app.extensions["lettergen"].sessions() as session, models.changing(session):
        session.get_one(Request, key).state = "signed"

    clinician.send(f"/documents/{letter}/void", reason="It names the wrong course.")

    assert receptionist.get(f"/documents/{letter}/letter.pdf?download=1").status_code == 422
    assert receptionist.get(f"/documents/{letter}/letter.pdf").status_code == 200


def test_a_letter_that_is_superseded_before_it_left_is_being_written_again(
    clinician: Any, signed: Callable[..., str], state: Callable[[str], str], letter: str
) -> None:
    key = signed("NHS_FREE")

    reply = clinician.send(f"/documents/{letter}/supersede")

    assert "/drafts/" in reply.location
    assert state(key) == "drafted"
    page = clinician.page(f"/requests/{key}")
    assert page.select_one("#next button").get_text(strip=True) == "Go on with the letter"


def test_the_letter_and_its_request_lead_to_each_other(
    clinician: Any, signed: Callable[..., str], letter: str
) -> None:
    key = signed("NHS_FREE")

    assert clinician.page(f"/documents/{letter}").select_one(f"a[href='/requests/{key}']")
    assert clinician.page(f"/requests/{key}").select_one(f"a[href='/documents/{letter}']")


def test_a_letter_that_answers_no_request_is_handed_over_as_before(
    receptionist: Any, letter: str
) -> None:
    reply = receptionist.send(f"/documents/{letter}/take/letter", way="print")

    assert reply.status_code == 303
    assert "/letter.pdf" in reply.location
