"""A locked link about a photo consent is told until somebody of the practice has dealt with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from lettergen import links, models
from lettergen.consents import asking
from lettergen.consents.asking import LockedLink
from lettergen.models import Link, Message
from tests.web import filed, patients

PURPOSES = ("consent", "withdraw")
WRONG = {"day": "15", "month": "5", "year": "1979"}
PRIVATE = ("photo", "consent form", "withdraw", "Oldersby", "Testpatient", "1979", "1958")


@pytest.fixture
def lock(app: Flask, people: Any, clock: Any) -> Any:
    """Return a function: the purpose of a link → the id of a locked one, and what it is about."""

    def locked(purpose: str) -> tuple[str, str]:
        if purpose == "withdraw":
            subject = filed.full(app, people.clinician, at=clock()).record_id
        else:
            subject = patients.begin(app, people, at=clock())
        return filed.locked_link(app, people.clinician, subject, purpose, at=clock()), subject

    return locked


@pytest.mark.parametrize(
    ("purpose", "where"), [("withdraw", "/register/records/"), ("consent", "/consents/")]
)
def test_a_locked_link_leads_from_the_home_page_to_what_it_is_about(
    receptionist: Any, clinician: Any, stranger: Any, lock: Any, purpose: str, where: str
) -> None:
    lock_id, subject = lock(purpose)

    notice = receptionist.page("/").select_one("[aria-labelledby=notices]")
    page = receptionist.page(f"/consents/locks/{lock_id}")
    reply = clinician.send(f"/consents/locks/{lock_id}")

    assert "photo consent was locked after five wrong dates of birth" in notice.text
    assert page.select_one(f"main a[href='{where}{subject}']") is not None
    assert reply.status_code == 302
    assert clinician.page("/").select_one(f"a[href$='{lock_id}']") is None
    assert stranger.get(f"/consents/locks/{lock_id}").status_code == 404
    assert clinician.get(f"/consents/locks/{lock_id}").status_code == 404


@pytest.fixture
def guess(app: Flask, people: Any, clock: Any) -> Callable[..., str]:
    """Return a function: the purpose of a link → its id, after wrong dates of birth at its door."""

    def guessed(purpose: str, times: int = 5) -> str:
        made = _made(app, people, purpose, at=clock())
        browser = app.test_client()
        token = browser.page("/l").select_one("[name=csrf_token]")["value"]
        replies = [
            browser.post(f"/l/{made.token}", data={**WRONG, "csrf_token": token})
            for _ in range(times)
        ]
        assert [one.status_code for one in replies] == [422, 422, 422, 422, 410, 410][:times]
        return made.link.id

    return guessed


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_practice_is_told_once_by_e_mail_which_says_nothing_of_what_it_is_about(
    app: Flask, people: Any, guess: Any, nudges: list[int], clinician: Any, purpose: str
) -> None:
    link_id = guess(purpose, 6)

    [message] = _all(app, Message)
    [locked] = _locked(app, people)
    address = f"/consents/locks/{link_id}"
    assert nudges == [1], "nudged once, when the e-mail was committed"
    assert message.recipient == "surgery@example.com"
    assert message.heading == f"A link was locked: {locked.reference}"
    assert f"http://127.0.0.1:8000{address}\n" in message.body
    assert "A link was locked" in clinician.page(address).h1.text
    said = f"{message.heading}\n{message.body.replace(address, '')}"
    assert [one for one in PRIVATE if one in said] == []


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_e_mail_is_written_in_the_transaction_that_locks_the_link(
    app: Flask, guess: Any, nudges: list[int], purpose: str
) -> None:
    with _at_each_commit(app) as seen:
        guess(purpose)

    assert nudges
    assert seen[-2:] == [(0, 0), (1, 1)]
    assert set(seen) == {(0, 0), (1, 1)}


@pytest.mark.parametrize("purpose", PURPOSES)
def test_without_e_mail_the_lock_is_told_on_the_home_page_alone(
    app: Flask, guess: Any, receptionist: Any, purpose: str
) -> None:
    link_id = guess(purpose)

    assert _all(app, Message) == []
    assert receptionist.page("/").select_one(f"a[href$='{link_id}']") is not None


@pytest.mark.parametrize("purpose", PURPOSES)
def test_four_wrong_dates_of_birth_tell_nobody(
    app: Flask, guess: Any, nudges: list[int], purpose: str
) -> None:
    guess(purpose, 4)

    assert (nudges, _all(app, Message)) == ([], [])


def _made(app: Flask, people: Any, purpose: str, *, at: Any) -> links.Made:
    who, parts = people.clinician, app.extensions["lettergen"]
    if purpose == "withdraw":
        subject = filed.full(app, who, at=at).record_id
        with parts.sessions() as session, models.changing(session):
            born = date(1979, 5, 14)
            return links.create(session, who, purpose, subject, birth_date=born, at=at)
    subject = patients.begin(app, people, at=at)
    with parts.sessions() as session, models.changing(session):
        rules = parts.consents.terms(session, who)
        invited = asking.invite(session, parts.office, rules, who, subject, at=at)
        return links.Made(invited.link, invited.token, is_new=True)


def _all(app: Flask, model: Any) -> list[Any]:
    with app.extensions["lettergen"].sessions() as session:
        return list(session.scalars(select(model)))


def _locked(app: Flask, people: Any) -> list[LockedLink]:
    with app.extensions["lettergen"].sessions() as session:
        return asking.locked(session, people.clinician)


@contextmanager
def _at_each_commit(app: Flask) -> Iterator[list[tuple[int, int]]]:
    """Return how many links were locked, and how many e-mails written, after each commit."""
    seen: list[tuple[int, int]] = []

    def look(_session: Session) -> None:
        locked = [one for one in _all(app, Link) if one.locked_at]
        seen.append((len(locked), len(_all(app, Message))))

    event.listen(Session, "after_commit", look)
    yield seen
    event.remove(Session, "after_commit", look)
