"""The manager's page about e-mail: what is set up, what waits, what went wrong and what to do."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select

from lettergen import models, post
from lettergen.config import Settings
from lettergen.models import Message
from tests.post.mail_server import SENDER, Mailbox, smtp_at, station

ROWAN = "rowan.testerby@example.com"
SECRET = "a password that no page shows"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def port(mailbox: Mailbox) -> Iterator[int]:
    with station(mailbox) as one:
        yield one


@pytest.fixture
def set_up(app: Flask, settings: Settings, port: int) -> Flask:
    """The application with a mail server."""
    mended = settings.model_copy(
        update={
            "smtp_host": "localhost",
            "smtp_port": port,
            "smtp_tls": "none",
            "smtp_from": SENDER,
            "smtp_password": SecretStr(SECRET),
        }
    )
    app.extensions["lettergen"] = replace(app.extensions["lettergen"], settings=mended)
    return app


@pytest.fixture
def write(app: Flask, people: Any, clock: Any) -> Callable[..., str]:
    def written(**others: Any) -> str:
        values = {"to": ROWAN, "heading": "A letter", "body": "Dear Rowan", "at": clock(), **others}
        with app.extensions["lettergen"].sessions.begin() as session:
            return post.write(session, people.clinician, "letter", **values).id

    return written


@pytest.fixture
def deliver(app: Flask, port: int, clock: Any) -> Callable[[], None]:
    def delivered() -> None:
        post.deliver_due(app.extensions["lettergen"].sessions, smtp_at(port), clock)

    return delivered


@pytest.fixture
def row(app: Flask) -> Callable[[str], Message]:
    def found(message_id: str) -> Message:
        with app.extensions["lettergen"].sessions() as session:
            return session.get_one(Message, message_id)

    return found


def words(page: Any) -> str:
    return " ".join(page.select_one("main").get_text(" ").split())


def test_without_a_mail_server_the_page_says_what_can_be_done_and_how_to_set_it_up(manager) -> None:
    page = manager.page("/post")

    assert "Email is not set up" in words(page)
    assert "shown on the screen, read out and printed" in words(page)
    assert "LETTERGEN_SMTP_HOST" in words(page)
    assert "Nothing waits, and nothing went wrong." in words(page)
    assert page.select_one("form[action='/post/test']") is None


def test_without_a_mail_server_no_test_is_written(app: Flask, manager) -> None:
    reply = manager.send("/post/test")

    assert reply.status_code == 422
    assert "Email is not set up" in reply.text
    with app.extensions["lettergen"].sessions() as session:
        assert session.scalars(select(Message)).all() == []


def test_the_page_shows_how_email_is_sent_but_never_the_password(set_up, manager, port) -> None:
    page = manager.page("/post")

    assert f"localhost, port {port}" in words(page)
    assert f"Example Surgery, {SENDER}" in words(page)
    assert "surgery@example.com" in words(page)
    assert SECRET not in str(page)


def test_an_address_that_is_none_is_pointed_out(app: Flask, settings, manager) -> None:
    wrong = settings.model_copy(update={"smtp_host": "localhost", "smtp_from": "the surgery"})
    app.extensions["lettergen"] = replace(app.extensions["lettergen"], settings=wrong)

    assert "LETTERGEN_SMTP_FROM is not an email address" in words(manager.page("/post"))


def test_a_test_email_reaches_the_manager_who_asks_for_it(
    set_up, manager, mailbox, deliver
) -> None:
    reply = manager.send("/post/test")
    deliver()

    page = manager.page("/post")
    assert reply.status_code == 302
    assert mailbox.taken[0][1] == ["manager@example.com"]
    assert "Example Surgery" in mailbox.emails[0]["Subject"]
    assert "Test to m•••@example.com" in words(page)


def test_what_waits_is_shown_with_the_next_attempt_and_without_the_address(
    set_up, manager, mailbox, write, deliver, issue, begun
) -> None:
    document_id = issue(begun())
    mailbox.to_recipients = "451 4.2.0 busy"
    write(subject_id=document_id)
    deliver()

    page = manager.page("/post")

    assert "to r•••@example.com" in words(page)
    assert "Tried 1 time. Next attempt: 20 November 2026, 10:31" in words(page)
    assert "It said: 451 4.2.0 busy" in words(page)
    assert page.select_one(f"main a[href='/documents/{document_id}']") is not None
    assert ROWAN not in str(page)
    assert "Dear Rowan" not in str(page)


def test_a_failed_email_is_sent_again_at_the_press_of_a_button(
    set_up, manager, mailbox, write, deliver, row
) -> None:
    mailbox.to_recipients = "550 5.1.1 unknown"
    message_id = write()
    deliver()
    mailbox.to_recipients = ""
    page = manager.page("/post")

    manager.send(f"/post/{message_id}/again")
    deliver()

    assert "Not sent" in words(page)
    assert "There is no such mailbox." in words(page)
    assert page.select_one(f"form[action='/post/{message_id}/arrived']") is None
    assert row(message_id).state == models.SENT


def test_an_uncertain_email_can_be_said_to_have_arrived(
    set_up, manager, mailbox, write, deliver, row
) -> None:
    mailbox.on_text = lambda server: server.transport.abort()
    message_id = write()
    deliver()
    page = manager.page("/post")

    manager.send(f"/post/{message_id}/arrived")

    assert "May have arrived" in words(page)
    assert row(message_id).state == models.SENT
    assert "Please decide" not in words(manager.page("/post"))


def test_what_waits_can_be_given_up(manager, write, row) -> None:
    message_id = write()

    manager.send(f"/post/{message_id}/give-up")

    assert row(message_id).state == models.CANCELLED
    assert row(message_id).body is None


def test_a_decision_that_comes_too_late_says_so(set_up, manager, write, deliver) -> None:
    message_id = write()
    deliver()

    reply = manager.send(f"/post/{message_id}/give-up")

    assert reply.status_code == 422
    assert "sent already, and cannot be called back" in reply.text


def test_a_text_that_was_thrown_away_cannot_be_sent_again_from_the_page(
    set_up, manager, mailbox, write, deliver, clock
) -> None:
    mailbox.to_recipients = "550 no"
    message_id = write()
    deliver()
    clock.now += timedelta(days=31)
    deliver()

    page = manager.page("/post")

    assert page.select_one(f"form[action='/post/{message_id}/again']") is None
    assert page.select_one(f"form[action='/post/{message_id}/give-up']") is not None


def test_email_that_nobody_picks_up_is_pointed_out(manager, write, clock) -> None:
    write()
    soon = words(manager.page("/post"))
    clock.now += timedelta(minutes=6)

    later = words(manager.page("/post"))

    assert "Nothing is picking these up" not in soon
    assert "Nothing is picking these up" in later


def test_only_managers_have_it_in_their_menu(manager, clinician) -> None:
    assert manager.page("/").select_one("header a[href='/post']") is not None
    assert clinician.page("/").select_one("header a[href='/post']") is None
    assert clinician.get("/post").status_code == 403


def test_another_practice_sees_none_of_it(stranger, write) -> None:
    write()

    assert "Nothing waits, and nothing went wrong." in words(stranger.page("/post"))
