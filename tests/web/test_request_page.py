"""The page of one request: next action on top, its people, papers, time line and buttons."""

import io
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from lettergen.models import Request
from tests.web import asked
from tests.web.conftest import soup


@pytest.fixture
def request_id(app: Flask, people: Any, clock: Any) -> str:
    """A request by Exampleton University about Rowan Testerby."""
    return asked.receive(app, people.receptionist, at=clock(), type_key="uni_mitigating")


@pytest.fixture
def row(app: Flask) -> Any:
    """Return a function: key → the request as it is kept."""

    def read(key: str) -> Request:
        with app.extensions["lettergen"].sessions() as session:
            return session.scalars(select(Request).where(Request.id == key)).one()

    return read


def test_the_next_action_stands_on_top(receptionist: Any, request_id: str) -> None:
    page = receptionist.page(f"/requests/{request_id}")

    assert page.select_one("#next a.nhsuk-button").get_text(strip=True) == "Decide"
    assert "Rowan Testerby" in page.select_one(".app-facts").get_text()


def test_everything_that_happened_is_told_with_who_did_it(
    receptionist: Any, request_id: str
) -> None:
    receptionist.send(f"/requests/{request_id}/note", text="Rang the faculty: they insist.")

    story = receptionist.page(f"/requests/{request_id}").select(".rq-story li")

    assert "Note: Rang the faculty: they insist." in story[0].get_text()
    assert "Robin Reception" in story[0].get_text()
    assert "Received" in story[-1].get_text()


def test_a_request_is_held_and_goes_on(receptionist: Any, request_id: str, row: Any) -> None:
    receptionist.send(f"/requests/{request_id}/hold", held_for="info", because="Which module?")
    held = row(request_id).held_for

    receptionist.send(f"/requests/{request_id}/resume")

    assert (held, row(request_id).held_for) == ("info", None)


def test_an_early_end_needs_its_reason(receptionist: Any, request_id: str, row: Any) -> None:
    bare = receptionist.send(f"/requests/{request_id}/end/withdrawn", because="")

    assert bare.status_code == 422
    assert soup(bare).select_one(".nhsuk-error-summary a")["href"] == "#end_because"
    receptionist.send(f"/requests/{request_id}/end/withdrawn", because="No longer needed")
    assert row(request_id).state == "withdrawn"


def test_a_conflict_keeps_somebody_from_it(receptionist: Any, request_id: str, people: Any) -> None:
    receptionist.send(
        f"/requests/{request_id}/conflict", staff_id=people.clinician.staff_id, why="A cousin"
    )

    page = receptionist.page(f"/requests/{request_id}")
    assert "Dr Casey Clinician: A cousin" in page.get_text()


def test_what_is_known_is_corrected_and_the_history_says_so(
    receptionist: Any, request_id: str
) -> None:
    page = receptionist.page(f"/requests/{request_id}/details")
    fields = {
        one["name"]: one.get("value", "")
        for one in page.select("main input[name]")
        if one["name"] != "csrf_token"
    }

    receptionist.send(f"/requests/{request_id}/details", **{**fields, "patient_given_name": "Ash"})

    shown = receptionist.page(f"/requests/{request_id}")
    assert "Ash Testerby" in shown.select_one(".app-facts").get_text()
    assert "What is known was changed" in shown.select_one(".rq-story").get_text()


def test_a_paper_is_kept_and_shown_as_pictures(receptionist: Any, request_id: str) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(picture, "PNG")
    picture.seek(0)

    receptionist.post(
        f"/requests/{request_id}/papers",
        data={
            "csrf_token": receptionist.token(),
            "kind": "request",
            "paper": (picture, "their letter.png"),
        },
    )

    page = receptionist.page(f"/requests/{request_id}")
    shown = page.select_one("#papers img")
    assert "their letter.png" in shown["alt"]
    assert receptionist.get(shown["src"]).mimetype == "image/jpeg"


def test_another_practice_is_told_that_there_is_no_such_request(
    stranger: Any, request_id: str
) -> None:
    reply = stranger.get(f"/requests/{request_id}")

    assert reply.status_code == 404
    assert "Testerby" not in reply.text


def test_an_organisation_has_its_history_and_its_spellings(
    receptionist: Any, request_id: str, row: Any
) -> None:
    requester_id = row(request_id).requester_id

    found = receptionist.page("/requesters?q=University+of+Exampleton")
    page = receptionist.page(f"/requesters/{requester_id}")

    assert "Exampleton University" in found.select_one(".app-rows").get_text()
    assert page.select_one(f"a[href='/requests/{request_id}']") is not None


def test_two_entries_are_merged_and_parted_again(
    app: Flask, receptionist: Any, people: Any, clock: Any, request_id: str, row: Any
) -> None:
    about = {"organisation": "Exampleton Univ X", "once": "other"}
    other_id = asked.receive(app, people.receptionist, at=clock(), **about)
    one, other = row(request_id).requester_id, row(other_id).requester_id

    receptionist.send(f"/requesters/{one}/merge", other_id=other)
    merged = receptionist.page(f"/requesters/{one}").select_one("section[aria-labelledby=spelt]")
    counts_as = receptionist.page(f"/requesters/{other}").select_one(f"a[href='/requesters/{one}']")
    receptionist.send(f"/requesters/{other}/unmerge")

    parted = receptionist.page(f"/requesters/{one}").select_one("section[aria-labelledby=spelt]")
    assert "Part Exampleton Univ X again" in merged.get_text()
    assert counts_as is not None
    assert f"/requesters/{other}/unmerge" not in str(parted)


def test_a_manager_says_when_a_clinician_works(manager: Any, people: Any) -> None:
    staff_id = people.clinician.staff_id

    manager.send(f"/allocation/{staff_id}", days=["0", "2"], share="60", takes_requests="yes")
    manager.send(f"/allocation/{staff_id}/away", since="2026-12-01", until="2026-12-11")

    page = manager.page("/allocation")
    assert page.select_one(f"#share-{staff_id}")["value"] == "60"
    assert len(page.select("input[name=days][checked]")) == 2
    assert "1 December 2026 to 11 December 2026" in page.get_text()
