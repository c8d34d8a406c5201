"""The page on which a receptionist finds out what to do with a request, and does it."""

import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lettergen.models import Request
from tests.web.conftest import soup

GYM = {"type": "gym_fitness", "once": "gym-1", "q": "my gym"}


@pytest.fixture
def stored(app: Flask) -> Any:
    """Return a function: all requests that are kept, the oldest first."""

    def read() -> list[Request]:
        with app.extensions["lettergen"].sessions() as session:
            found = session.scalars(select(Request).order_by(Request.received_at, Request.id))
            rows = list(found)
            for row in rows:
                assert row.content is not None
            return rows

    return read


def test_what_people_say_finds_the_kind_of_request(receptionist: Any) -> None:
    reply = receptionist.get("/triage/types?q=mit+circs")

    assert reply.json[0]["value"] == "uni_mitigating"
    assert reply.json[-1]["value"] == "other"


def test_where_no_kind_fits_well_something_else_stands_first(receptionist: Any) -> None:
    found = [one["value"] for one in receptionist.get("/triage/types?q=budgie").json]

    assert found[0] == "other"
    assert "blue_badge" in found[1:]


def test_without_script_the_box_leads_to_a_list_of_kinds(receptionist: Any) -> None:
    page = receptionist.page("/triage?q=my+gym")

    assert page.select_one(".tr-found a")["href"] == "/triage?type=gym_fitness"


def test_the_outcome_says_why_what_it_costs_and_what_is_next(receptionist: Any) -> None:
    page = receptionist.page("/triage?type=uni_mitigating")

    assert page.select_one("#outcome").get_text() == "Do not write: something better exists"
    assert "checked 22 November 2026" in page.select_one(".tr-line").get_text()
    assert "nothing to pay" in page.select_one(".tr-line").get_text()
    assert page.select_one("button[data-next]").get_text() == "Send reply D04"
    assert len(page.select("#reply p")) > 2


def test_an_answer_changes_the_outcome_without_a_new_page(receptionist: Any) -> None:
    reply = receptionist.send("/triage/outcome", **GYM, type_was="gym_fitness", flag="risk_now")

    page = soup(reply)
    assert page.select_one("#outcome").get_text() == "Stop: somebody may be in danger"
    assert [one["data-part"] for one in page.select("[data-part]")] == [
        "found",
        "questions",
        "outcome",
        "acts",
    ]


def test_questions_that_cannot_matter_are_not_asked(receptionist: Any) -> None:
    page = receptionist.page("/triage?type=gym_fitness&flag=risk_now")

    assert {one["name"] for one in page.select("input[type=radio]:not([name=channel])")} == {"flag"}


def test_another_kind_answers_anew_what_is_the_kinds_to_answer(receptionist: Any) -> None:
    reply = receptionist.send(
        "/triage/outcome", type="fit_note_gt7", type_was="gym_fitness", requester="employer"
    )

    assert soup(reply).select_one("#outcome").get_text() == "NHS work: do it, free"


def test_looking_at_an_outcome_keeps_nothing(receptionist: Any, stored: Any) -> None:
    receptionist.send("/triage/outcome", **GYM)
    receptionist.send("/triage", **GYM, do="look")

    assert stored() == []


def test_the_button_keeps_decides_and_answers_the_request(receptionist: Any, stored: Any) -> None:
    reply = receptionist.send(
        "/triage", **GYM, do="next", organisation="Example Gym", asked="Can she lift?"
    )

    [kept] = stored()
    assert reply.status_code == 303
    assert f"/requests/{kept.id}" in reply.location
    assert (kept.outcome, kept.letter, kept.state) == ("DECLINE", "D05", "closed")


def test_a_button_pressed_twice_keeps_one_request(receptionist: Any, stored: Any) -> None:
    receptionist.send("/triage", **GYM, do="keep")
    again = receptionist.send("/triage", **GYM, do="keep")

    [kept] = stored()
    assert f"/requests/{kept.id}" in again.location


def test_work_of_a_clinician_is_given_to_one_with_the_reason(
    receptionist: Any, stored: Any
) -> None:
    receptionist.send(
        "/triage",
        type="fit_note_gt7",
        once="fit-1",
        do="next",
        patient_given_name="Rowan",
        patient_family_name="Testerby",
    )

    [kept] = stored()
    assert kept.state == "assigned"
    assert "Dr Casey Clinician" in kept.assigned_because


def test_disagreement_goes_to_a_person_and_is_counted(receptionist: Any, stored: Any) -> None:
    receptionist.send("/triage", **GYM, do="disagree")

    [kept] = stored()
    assert kept.is_disputed
    assert kept.state == "escalated"


def test_a_refusal_in_writing_asks_for_itself_first(receptionist: Any, stored: Any) -> None:
    asked = receptionist.send("/triage", **GYM, do="refused")
    bare = receptionist.send("/triage", **GYM, alt="tried_failed", given="alt", do="next")

    assert soup(asked).select_one("#evidence").has_attr("open")
    assert bare.status_code == 422
    assert "note who refused it" in bare.text
    assert stored() == []


def test_what_was_typed_stands_there_again_when_something_is_wrong(
    receptionist: Any, stored: Any
) -> None:
    name = "N" * 300

    reply = receptionist.send(
        "/triage", **GYM, do="next", patient_given_name=name, asked="Their words", born_day="31"
    )
    page = soup(reply)

    assert reply.status_code == 422
    assert page.select_one("#patient_given_name")["value"] == name
    assert page.select_one("#asked").get_text().strip() == "Their words"
    assert stored() == []


def test_a_name_that_is_too_long_is_one_clear_error(receptionist: Any) -> None:
    reply = receptionist.send("/triage", **GYM, do="next", patient_given_name="N" * 300)

    page = soup(reply)
    assert reply.status_code == 422
    assert page.select_one(".nhsuk-error-summary a")["href"] == "#patient_given_name"


def test_a_file_that_is_no_paper_does_not_take_the_request_away(
    receptionist: Any, stored: Any
) -> None:
    reply = receptionist.post(
        "/triage",
        data={
            **GYM,
            "do": "keep",
            "csrf_token": receptionist.token(),
            "paper": (io.BytesIO(b"MZ not a picture"), "report.exe"),
        },
    )

    [kept] = stored()
    page = receptionist.page(reply.location)
    assert kept.state == "declined"
    assert "its file is not" in page.select_one(".nhsuk-notification-banner").get_text()


def test_a_request_that_was_decided_before_is_decided_again(
    app: Flask, receptionist: Any, people: Any, stored: Any
) -> None:
    receptionist.send("/triage", **GYM, do="keep")
    [kept] = stored()

    page = receptionist.page(f"/requests/{kept.id}/triage")
    receptionist.send(
        f"/requests/{kept.id}/triage",
        type="gym_fitness",
        type_was="gym_fitness",
        revision=page.select_one("[name=revision]")["value"],
        flag="safeguarding",
        given="flag",
        do="keep",
    )

    [again] = stored()
    assert again.outcome == "STATE_FEE"


def test_two_people_who_decide_one_request_do_not_overwrite_each_other(
    receptionist: Any, stored: Any
) -> None:
    receptionist.send("/triage", **GYM, do="keep")
    [kept] = stored()

    reply = receptionist.send(
        f"/requests/{kept.id}/triage", type="gym_fitness", revision=kept.revision - 1, do="keep"
    )

    assert reply.status_code == 422
    assert "Somebody else changed this request" in reply.text


def test_the_session_that_ended_hands_back_what_was_typed(client: Any) -> None:
    reply = client.post(
        "/triage",
        data={**GYM, "asked": "Their own words"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )

    assert reply.status_code == 401
    assert "Their own words" in reply.text
