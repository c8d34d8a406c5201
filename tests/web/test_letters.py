"""The list of letters, finding one, choosing a kind, and the drafts."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lettergen.documents import paging

FOUND = {
    "by NHS number": {"nhs_number": "9990001006"},
    "by NHS number with spaces": {"nhs_number": "999 000 1006"},
    "by name and birth date": {
        "family_name": "testerby",
        "born_day": "12",
        "born_month": "4",
        "born_year": "1998",
    },
    "by kind": {"slug": "to-whom-it-may-concern"},
    "by day": {"since": "2026-11-20", "until": "2026-11-20"},
}
NOT_FOUND = {
    "another NHS number": {"nhs_number": "999 000 2002"},
    "another birth date": {
        "family_name": "Testerby",
        "born_day": "13",
        "born_month": "4",
        "born_year": "1998",
    },
    "another kind": {"slug": "adhd-referral"},
    "another day": {"since": "2026-11-21"},
}


@pytest.mark.parametrize("asked", FOUND.values(), ids=FOUND)
def test_a_letter_is_found(
    receptionist: Any, begun: Any, issue: Any, asked: dict[str, str]
) -> None:
    issue(begun())

    reply = receptionist.post(
        "/letters", data={**asked, "csrf_token": receptionist.token()}, follow_redirects=True
    )

    assert "1 letter found" in reply.text
    assert "Rowan Testerby" in reply.text


@pytest.mark.parametrize("asked", NOT_FOUND.values(), ids=NOT_FOUND)
def test_what_is_not_there_is_not_found_and_the_page_says_what_to_try(
    manager: Any, begun: Any, issue: Any, asked: dict[str, str]
) -> None:
    issue(begun())

    reply = manager.post(
        "/letters", data={**asked, "csrf_token": manager.token()}, follow_redirects=True
    )

    assert "No letter found" in reply.text
    assert "Check the number" in reply.text
    assert "Rowan Testerby" not in reply.text


def test_who_is_looked_for_does_not_stand_in_the_address(clinician: Any) -> None:
    reply = clinician.send("/letters", nhs_number="999 000 1006", family_name="", slug="")

    assert reply.status_code == 302
    assert "999" not in reply.location.partition("?")[2][:8]
    assert "9990001006" not in reply.location


def test_a_search_of_another_practice_opens_nothing(clinician: Any, stranger: Any) -> None:
    address = clinician.send("/letters", nhs_number="999 000 1006").location

    assert stranger.get(address).status_code == 404
    assert clinician.get(f"{address}x").status_code == 404


WRONG = {
    "check digit": ({"nhs_number": "999 000 1007"}, "Check the NHS number"),
    "surname alone": ({"family_name": "Testerby"}, "Give the birth date as well"),
    "birth date alone": (
        {"born_day": "12", "born_month": "4", "born_year": "1998"},
        "Give the surname as well",
    ),
    "a day that is none": (
        {"family_name": "X", "born_day": "31", "born_month": "2", "born_year": "1998"},
        "Enter a real birth date",
    ),
    "a year of two digits": (
        {"family_name": "X", "born_day": "12", "born_month": "4", "born_year": "98"},
        "Enter a real birth date",
    ),
    "a date in words": ({"since": "last week"}, "Enter a real date"),
    "days the wrong way round": (
        {"since": "2026-11-20", "until": "2026-11-01"},
        "The last day must be",
    ),
}


@pytest.mark.parametrize(("asked", "said"), WRONG.values(), ids=WRONG)
def test_a_search_that_cannot_be_says_why_and_keeps_what_was_typed(
    clinician: Any, asked: dict[str, str], said: str
) -> None:
    reply = clinician.send("/letters", **asked)

    assert reply.status_code == 422
    assert said in reply.text
    assert all(f'value="{value}"' in reply.text for value in asked.values())


def test_a_practice_without_letters_is_told_where_they_will_be(clinician: Any) -> None:
    assert "Letters appear here once they are signed" in clinician.get("/letters").text


def test_long_lists_come_in_pages(clinician: Any, begun: Any, issue: Any, clock: Any) -> None:
    issue(begun())
    clock.now += timedelta(minutes=1)
    issue(begun(given_name="Ada"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paging, "PER_PAGE", 1)
        first, second = clinician.page("/letters"), clinician.page("/letters?page=2")

    assert first.select_one("a[rel=next]")["href"] == "/letters?page=2"
    assert "Ada Testerby" in first.select_one("main table").text
    assert "Rowan Testerby" in second.select_one("main table").text
    assert second.select_one("a[rel=prev]")["href"] == "/letters?page=1"


def test_every_kind_of_letter_can_be_begun_from_the_list(receptionist: Any, app: Any) -> None:
    page = receptionist.page("/letters/new")
    kinds = app.extensions["lettergen"].office.library.document_types

    for kind in kinds:
        address = f"/letters/new/{kind.slug}"
        assert page.select_one(f"form[action='{address}']"), kind.slug
        reply = receptionist.send(address)
        assert reply.status_code == 302
        assert receptionist.get(reply.location).status_code == 200
    assert len(receptionist.page("/drafts").select(".app-rows__row")) == len(kinds)


def test_a_kind_that_does_not_exist_is_not_begun(clinician: Any) -> None:
    assert clinician.send("/letters/new/adhd-refferal").status_code == 404


def test_one_broken_definition_does_not_keep_others_from_being_written(
    clinician: Any, app: Any, tmp_path: Any
) -> None:
    library = app.extensions["lettergen"].office.library
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms/broken-letter.toml").write_text("title = 3", "utf-8")
    library.folders = replace(library.folders, forms=(*library.folders.forms, tmp_path / "forms"))

    page = clinician.page("/letters/new")

    assert "broken-letter" in page.select_one("main").text
    assert page.select_one("form[action='/letters/new/adhd-referral']")
    assert clinician.get("/").status_code == 200


def test_a_draft_is_discarded(receptionist: Any, begun: Any) -> None:
    draft = begun()

    reply = receptionist.post(
        f"/drafts/{draft}/discard",
        data={"csrf_token": receptionist.token()},
        follow_redirects=True,
    )

    assert "The draft has been discarded" in reply.text
    assert "Rowan Testerby" not in reply.text
    assert receptionist.get(f"/drafts/{draft}").status_code == 409


def test_drafts_of_colleagues_stand_apart_and_home_shows_ones_own(
    clinician: Any, receptionist: Any, begun: Any, clock: Any
) -> None:
    begun(given_name="Mine")
    clock.now += timedelta(minutes=1)
    begun(by="receptionist", given_name="Theirs")

    drafts, home = clinician.page("/drafts"), clinician.page("/")

    assert [one.text for one in drafts.select("h2")] == ["Yours", "Begun by colleagues"]
    assert "1 draft waits for you" in " ".join(home.h1.text.split())
    assert "Mine Testerby" in home.select_one("main").text
    assert "Theirs Testerby" not in home.select_one("main").text


def test_a_manager_sees_letters_but_no_drafts(manager: Any, begun: Any, issue: Any) -> None:
    issue(begun())
    begun(given_name="Unfinished")

    home = manager.page("/")

    assert "Rowan Testerby" in home.select_one("main").text
    assert "Unfinished" not in home.text
    assert [one.text for one in home.select(".nhsuk-header__navigation-link[href]")] == [
        "Home",
        "Triage",
        "Board",
        "Letters",
        "Photo register",
        "Money",
        "Workload",
        "Email",
        "Practice",
        "Staff",
    ]
