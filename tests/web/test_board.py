"""The board: what is late is seen first, each view has an address, many cards stay readable."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from lettergen import models
from lettergen.requests.life import deciding
from lettergen.requests.triage import filled
from lettergen.web.base.due_words import due_of
from tests.web import asked

FRIDAY = date(2026, 11, 20)


@pytest.fixture
def decided(app: Flask, people: Any, clock: Any) -> Callable[..., str]:
    """Return a function: kind and days ago → the key of a request that reception decided."""

    def decide(type_key: str, days_ago: int = 0, **about: Any) -> str:
        at = clock() - timedelta(days=days_ago)
        actor = people.receptionist
        once = about.pop("once", f"{type_key}-{days_ago}")
        key = asked.receive(app, actor, at=at, type_key=type_key, once=once, **about)
        parts = app.extensions["lettergen"]
        with parts.sessions() as session, models.changing(session):
            terms = parts.requests.terms(session, actor)
            said = {"type": type_key, "consent": "written_ok"}
            answers = filled(terms.catalogue, said)
            deciding.decide(session, actor, terms, key, answers, seconds=1, revision=1, at=at)
        return key

    return decide


@pytest.mark.parametrize(
    ("day", "words", "tone"),
    [
        (date(2026, 11, 19), "Late by 1 day", "late"),
        (FRIDAY, "Due today", "today"),
        (date(2026, 11, 23), "Due soon", "soon"),
        (date(2026, 11, 27), "5 working days left", "ok"),
    ],
)
def test_a_card_says_in_words_and_colour_how_near_its_day_is(
    day: date, words: str, tone: str
) -> None:
    due = due_of(day, FRIDAY, frozenset(), is_over=False)

    assert (due.text, due.tone) == (words, tone)


def test_an_empty_board_says_so_in_each_column(receptionist: Any) -> None:
    page = receptionist.page("/board")

    assert page.select_one(".bo-none").get_text() == "Nothing new."
    assert len(page.select(".bo-none")) == 5


def test_late_requests_are_told_before_the_columns_and_in_the_title(
    receptionist: Any, decided: Callable[..., str]
) -> None:
    decided("fit_note_gt7", days_ago=20)

    page = receptionist.page("/board")

    assert page.title.get_text().startswith("(1 late)")
    assert "1 request late" in page.select_one(".bo-alarm").get_text()
    assert page.select_one(".bo-card--late .bo-due").get_text().startswith("Late by")


def test_a_card_names_the_patient_by_initials_only(
    receptionist: Any, decided: Callable[..., str]
) -> None:
    decided("fit_note_gt7")

    card = receptionist.page("/board").select_one(".bo-card").get_text()

    assert "R.T." in card
    assert "Testerby" not in card
    assert "Exampleton University" in card


def test_each_view_has_an_address_of_its_own(
    receptionist: Any, decided: Callable[..., str]
) -> None:
    decided("fit_note_gt7")
    decided("solicitor_records", requester_class="solicitor")

    assert len(receptionist.page("/board").select(".bo-card")) == 2
    assert receptionist.page("/board?mine=1").select(".bo-card") == []
    late = receptionist.page("/board?late=1")
    assert late.select(".bo-card") == []
    assert late.select_one(".bo-filters a[aria-current]").get_text() == "Late"


def test_a_column_shows_the_first_cards_and_how_many_more(
    receptionist: Any, app: Flask, people: Any, clock: Any
) -> None:
    for number in range(27):
        asked.receive(app, people.receptionist, at=clock(), once=f"many-{number}")

    column = receptionist.page("/board").select_one("#column-new")

    assert len(column.select(".bo-card")) == 25
    assert column.select_one(".bo-more").get_text() == "2 more in New"
    everything = receptionist.page("/board?all=new").select_one("#column-new")
    assert len(everything.select(".bo-card")) == 27


def test_another_practice_sees_none_of_it(stranger: Any, decided: Callable[..., str]) -> None:
    decided("fit_note_gt7")

    assert stranger.page("/board").select(".bo-card") == []


def test_home_shows_reception_the_box_and_what_is_late(
    receptionist: Any, decided: Callable[..., str]
) -> None:
    decided("fit_note_gt7", days_ago=20)

    page = receptionist.page("/")

    assert page.select_one("#q")["role"] == "combobox"
    assert "late or due today" in page.select_one("#requests-late").get_text()
