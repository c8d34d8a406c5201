"""The postman: wakes when something is written, survives faults, and ends when it is told to."""

import logging
import threading
import time
from collections.abc import Callable

import pytest

from lettergen import models, post
from lettergen.config import Settings
from lettergen.models import Message
from lettergen.post import Postman
from lettergen.refusals import Refused
from tests.post.mail_server import SENDER


@pytest.fixture
def settings_for(tmp_path) -> Callable[..., Settings]:
    def make(smtp: post.Smtp, **others) -> Settings:
        values = {"smtp_port": smtp.port, "smtp_tls": "none", "smtp_from": SENDER, **others}
        return Settings(data=tmp_path, smtp_host=smtp.host, smtp_seconds=5, **values)

    return make


def wait_for(happened: Callable[[], bool]) -> None:
    for _ in range(200):
        if happened():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen within ten seconds")


def test_what_waits_is_sent_at_the_start_and_what_comes_at_a_nudge(
    posted, server, settings_for
) -> None:
    mailbox, smtp = server
    posted.write()
    postman = Postman(posted.sessions, settings_for(smtp), lambda: posted.now)

    with postman.on_duty():
        wait_for(lambda: len(mailbox.taken) == 1)
        posted.write()
        postman.nudge()
        wait_for(lambda: len(mailbox.taken) == 2)


def test_a_dialogue_that_is_under_way_may_end_when_the_program_stops(
    posted, server, settings_for
) -> None:
    mailbox, smtp = server
    has_text = threading.Event()
    mailbox.on_text = lambda _: has_text.set()
    mailbox.seconds_of_silence = 0.5
    first = posted.write()
    second = posted.write()

    with Postman(posted.sessions, settings_for(smtp), lambda: posted.now).on_duty():
        assert has_text.wait(10)

    assert sorted([posted.state(first), posted.state(second)]) == [models.SENT, models.WAITING]
    assert not any(one.name == "postman" for one in threading.enumerate())


def test_a_postman_without_work_stops_at_once(posted, server, settings_for) -> None:
    _, smtp = server
    begin = time.monotonic()

    with Postman(posted.sessions, settings_for(smtp), lambda: posted.now).on_duty():
        pass

    assert time.monotonic() - begin < 5


def test_without_a_mail_server_no_thread_is_started_and_nudges_do_no_harm(posted, tmp_path) -> None:
    posted.write()
    postman = Postman(posted.sessions, Settings(data=tmp_path), lambda: posted.now)

    with postman.on_duty():
        postman.nudge()

        assert not any(one.name == "postman" for one in threading.enumerate())


def test_an_address_that_is_none_stops_the_start(posted, server, settings_for) -> None:
    settings = settings_for(server[1], smtp_from="the surgery")

    with (
        pytest.raises(Refused, match="LETTERGEN_SMTP_FROM is no email address"),
        Postman(posted.sessions, settings, lambda: posted.now).on_duty(),
    ):
        pass


def test_a_fault_in_one_round_does_not_end_the_next_ones(
    posted, server, settings_for, caplog
) -> None:
    mailbox, smtp = server
    asked = []

    def clock():
        asked.append(1)
        if len(asked) == 1:
            raise LookupError("a fault of ours")
        return posted.now

    posted.write()
    postman = Postman(posted.sessions, settings_for(smtp), clock)

    with caplog.at_level(logging.ERROR), postman.on_duty():
        wait_for(lambda: "a round of the post failed" in caplog.text)
        postman.nudge()
        wait_for(lambda: len(mailbox.taken) == 1)

    assert "rowan" not in caplog.text


def test_a_database_that_is_away_for_a_while_only_delays_the_post(
    posted, server, settings_for, caplog
) -> None:
    mailbox, smtp = server
    message_id = posted.write()
    asked = []

    def clock():
        asked.append(1)
        if len(asked) == 1:
            raise models.StorageUnavailable("The disk is full.")
        return posted.now

    postman = Postman(posted.sessions, settings_for(smtp), clock)

    with caplog.at_level(logging.ERROR), postman.on_duty():
        wait_for(lambda: "no e-mail is sent now: The disk is full." in caplog.text)
        postman.nudge()
        wait_for(lambda: mailbox.taken != [])

    with posted.sessions() as session:
        assert session.get_one(Message, message_id).state == models.SENT
