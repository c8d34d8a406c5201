"""The buttons beside the clocks of a request."""

from typing import Any

import pytest
from flask import Flask

from lettergen import models
from lettergen.requests.life import deciding
from tests.web import asked

SEEN = {"consent": "written_ok", "requester": "patient"}


@pytest.fixture
def decided(app: Flask, people: Any, clock: Any) -> Any:
    """Return a function: answers → the key of a request that is decided by them."""

    def make(**answers: str) -> str:
        once = answers["type"]
        key = asked.receive(
            app, people.receptionist, at=clock(), once=once, requester_class="patient"
        )
        parts = app.extensions["lettergen"]
        with parts.sessions() as session, models.changing(session):
            who = people.receptionist
            terms = parts.requests.terms(session, who)
            deciding.decide(
                session, who, terms, key, {**SEEN, **answers}, seconds=9, revision=1, at=clock()
            )
        return key

    return make


def test_the_police_are_told_and_the_request_can_be_put_aside(
    receptionist: Any, decided: Any, clock: Any
) -> None:
    key = decided(type="firearms_initial")
    page = receptionist.page(f"/requests/{key}")
    assert "Tell the police why it waits: 4 December 2026" in page.get_text()

    receptionist.send(f"/requests/{key}/police-told")

    page = receptionist.page(f"/requests/{key}")
    assert "Tell the police" not in page.select_one("#due-head").parent.get_text()
    again = receptionist.send(f"/requests/{key}/police-told")
    assert again.status_code == 422
    assert "need not be told" in again.text


def test_a_complex_copy_of_records_gets_two_more_months_with_a_reason(
    receptionist: Any, decided: Any
) -> None:
    key = decided(type="patient_sar", ask="records")

    refused = receptionist.send(f"/requests/{key}/complex", complex_because="")
    receptionist.send(f"/requests/{key}/complex", complex_because="Eleven volumes.")

    page = receptionist.page(f"/requests/{key}")
    assert refused.status_code == 422
    assert "Copy of records: 22 February 2027" in page.get_text()
    assert not page.select("#complex_because")


def test_a_recent_entry_shortens_the_time_for_a_dead_persons_records(
    receptionist: Any, decided: Any
) -> None:
    key = decided(
        type="deceased_records", subject="deceased", ask="records", consent="authority_ok"
    )
    day = {"entry_on-day": "19", "entry_on-month": "11", "entry_on-year": "2026"}

    wrong = receptionist.send(f"/requests/{key}/last-entry", **{**day, "entry_on-month": "x"})
    receptionist.send(f"/requests/{key}/last-entry", **day)

    page = receptionist.page(f"/requests/{key}").get_text()
    assert wrong.status_code == 422
    assert "Dead person's records: 11 December 2026" in page


def test_a_copy_of_records_that_was_handed_over_is_done(receptionist: Any, decided: Any) -> None:
    key = decided(type="patient_sar", ask="records")
    button = receptionist.page(f"/requests/{key}").select_one("#next form")

    receptionist.send(button["action"])

    assert "handed over" in receptionist.page(f"/requests/{key}").select_one("#next").get_text()
