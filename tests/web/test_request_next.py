"""What a request's page offers next, in each state: split, settled, and done outside lettergen."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lettergen import models
from lettergen.models import Request, Work
from lettergen.requests.life import evidence
from lettergen.requests.life.states import STATES
from tests.web import asked, charged

FIT_NOTE = "fit_note_gt7"
QUIET = {"nhsuk-button--secondary", "nhsuk-button--warning"}


@pytest.fixture
def received(app: Flask, people: Any, clock: Any) -> Any:
    """Return a function: a kind of request → its key, and what differs of its row."""

    def make(type_key: str = "other", **changes: Any) -> str:
        key = asked.receive(
            app,
            people.receptionist,
            at=clock(),
            type_key=type_key,
            once=f"next-{type_key}-{sorted(changes.items())}"[:64],
            requester_class="patient",
            organisation="",
        )
        with app.extensions["lettergen"].sessions() as session, models.changing(session):
            row = session.get_one(Request, key)
            for name, value in changes.items():
                setattr(row, name, value)
        return key

    return make


@pytest.fixture
def rows(app: Flask) -> Any:
    """Return a function: table and conditions → the rows that are kept."""

    def read(model: Any, *where: Any) -> list[Any]:
        with app.extensions["lettergen"].sessions() as session:
            return list(session.scalars(select(model).where(*where)))

    return read


def is_quiet(button: Any) -> bool:
    """Is this not the one thing to do?"""
    return bool(QUIET & set(button.get("class", [])))


def next_words(page: Any) -> str:
    """What the button on top says."""
    return page.select_one("#next .nhsuk-button").get_text(strip=True)


def test_every_state_has_a_page_with_one_green_button_at_most(
    clinician: Any, received: Any
) -> None:
    for state in STATES:
        page = clinician.page(f"/requests/{received(state=state, outcome='NHS_FREE')}")

        green = [one for one in page.select("main .nhsuk-button") if not is_quiet(one)]
        assert len(green) <= 1, state
        assert all(one.find_parent(id="next") for one in green), state
        assert page.select_one("#next p").get_text(strip=True), state


def test_what_nobody_decided_within_a_working_day_is_late(
    receptionist: Any, received: Any, clock: Any
) -> None:
    key = received()
    clock.now += timedelta(days=5)

    board = receptionist.page("/board?late=1")
    page = receptionist.page(f"/requests/{key}")

    assert board.select_one(f"a[href='/requests/{key}']")
    assert "Late by" in page.select_one(".rq-tags").get_text()
    assert "Decide:" in page.select_one(".rq-clocks").get_text()


def test_a_form_from_elsewhere_is_noted_as_done_with_its_minutes(
    clinician: Any, received: Any, rows: Any
) -> None:
    key = received(FIT_NOTE, state="assigned", outcome="NHS_FREE", consent_code="N")
    page = clinician.page(f"/requests/{key}")
    button = next_words(page)

    bare = clinician.send(f"/requests/{key}/outside", work="form", minutes="")
    done = clinician.send(f"/requests/{key}/outside", work="form", minutes="4")

    assert button == "Done outside lettergen"
    assert (bare.status_code, done.status_code) == (422, 303)
    assert rows(Request)[0].state == "released"
    noted = {one.kind: one for one in rows(Work, Work.request_id == key)}
    assert (noted["form"].minutes_stated, noted["form"].slug) == (4, FIT_NOTE)
    assert "released" in noted
    assert next_words(clinician.page(f"/requests/{key}")) == "Close it"


def test_a_letter_that_belongs_here_is_not_done_elsewhere(
    clinician: Any, received: Any, rows: Any
) -> None:
    key = received("uni_mitigating", state="assigned", outcome="NHS_FREE", consent_code="N")

    reply = clinician.send(f"/requests/{key}/outside", work="form", minutes="4")

    assert reply.status_code == 422
    assert "Write it here" in reply.text
    assert rows(Request)[0].state == "assigned"


def test_an_unpaid_form_is_not_handed_over_from_elsewhere(
    app: Flask, clinician: Any, people: Any, clock: Any, rows: Any
) -> None:
    key = charged.decided(app, people, at=clock())
    with app.extensions["lettergen"].sessions() as session, models.changing(session):
        session.get_one(Request, key).state = "assigned"

    reply = clinician.send(f"/requests/{key}/outside", work="form", minutes="4")

    assert reply.status_code == 422
    assert "The fee is not paid" in reply.text
    assert [one.kind for one in rows(Work, Work.request_id == key)].count("form") == 0


@pytest.mark.parametrize(("outcome", "panels"), [("DECLINE", 0), ("PATIENT_FEE", 1)])
def test_agreement_stands_on_the_page_only_where_a_letter_may_be_written(
    receptionist: Any, received: Any, outcome: str, panels: int
) -> None:
    key = received("uni_mitigating", state="triaged", outcome=outcome, consent_code="P")

    page = receptionist.page(f"/requests/{key}")

    assert len(page.select("#agreement")) == panels


def test_a_request_is_split_on_its_page(receptionist: Any, received: Any, rows: Any) -> None:
    key = received("solicitor_report")

    too_few = receptionist.send(f"/requests/{key}/split", part=["solicitor_records"])
    receptionist.send(f"/requests/{key}/split", part=["solicitor_records", "solicitor_report", ""])

    parts = rows(Request, Request.parent_id == key)
    assert too_few.status_code == 422
    assert {one.type_key for one in parts} == {"solicitor_records", "solicitor_report"}
    assert {one.state for one in parts} == {"received"}
    assert all(one.due_on for one in parts)
    assert rows(Request, Request.id == key)[0].state == "closed"


def test_an_escalated_request_is_settled_by_hand_with_the_reason(
    receptionist: Any, manager: Any, received: Any, rows: Any
) -> None:
    key = received("uni_mitigating")
    receptionist.send(f"/requests/{key}/triage", type="uni_mitigating", do="disagree")
    assert rows(Request)[0].state == "escalated"

    bare = manager.send(f"/requests/{key}/settle", outcome="PATIENT_FEE", why="")
    manager.send(f"/requests/{key}/settle", outcome="PATIENT_FEE", why="They insist in writing.")

    assert bare.status_code == 422
    row = rows(Request)[0]
    assert (row.outcome, row.state) == ("PATIENT_FEE", "triaged")
    assert next_words(manager.page(f"/requests/{key}")) == "Quote"


def test_a_refusal_on_file_is_an_answer_already(
    app: Flask, receptionist: Any, people: Any, received: Any, clock: Any, rows: Any
) -> None:
    key = received("uni_mitigating")
    paper_id = asked.paper(app, people.receptionist, key, at=clock())
    with app.extensions["lettergen"].sessions() as session, models.changing(session):
        (paper,) = evidence.of(session, people.receptionist, key)
        assert paper.id == paper_id
        paper.kind = "refusal"

    page = receptionist.page(f"/requests/{key}/triage")
    receptionist.send(
        f"/requests/{key}/triage", type="uni_mitigating", alt="tried_failed", do="keep"
    )

    assert page.select_one("#alt-tried_failed").has_attr("checked")
    assert "Please confirm that the student was ill" in page.select_one(".tr-known").get_text()
    assert rows(Request)[0].outcome == "PATIENT_FEE"


def test_what_no_table_knows_has_a_page_too(receptionist: Any, received: Any) -> None:
    page = receptionist.page(f"/requests/{received('other')}")

    assert page.select_one("h1").get_text(" ", strip=True).endswith("Something else")
    assert receptionist.page(f"/requests/{received('other')}/triage").select_one("#outcome")
