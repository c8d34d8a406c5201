"""Two programs at one outbox, one that is killed, and a database that fails: nothing goes twice."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread, Timer

import pytest
from sqlalchemy import event, select, text

from lettergen import models, post
from lettergen.models import Message, StorageUnavailable
from lettergen.post import rounds
from tests.post.mail_server import smtp_at

LATER = timedelta(hours=1)


@pytest.mark.slow
def test_a_program_killed_in_the_middle_of_a_dialogue_leaves_the_email_uncertain(
    posted, server
) -> None:
    mailbox, smtp = server
    has_text = Event()
    mailbox.on_text = lambda _: has_text.set()
    mailbox.is_silent_after_text = True
    message_id = posted.write()
    other = _begun(posted, smtp_at(smtp.port, seconds=60))
    assert has_text.wait(30)

    other.send_signal(signal.SIGKILL)
    other.communicate(timeout=30)
    mailbox.on_text, mailbox.is_silent_after_text = None, False
    at_death = posted.state(message_id)
    soon = posted.deliver(smtp)
    later = posted.deliver(smtp, after=LATER)

    assert at_death == models.SENDING
    assert (soon.outcomes, later.count(models.UNCERTAIN)) == ((), 1)
    assert posted.state(message_id) == models.UNCERTAIN
    assert "The program was stopped while it sent this" in posted.row(message_id).trouble
    assert posted.facts() == ["email-uncertain"]
    assert len(mailbox.taken) == 1


@pytest.mark.slow
def test_a_program_killed_before_it_claimed_anything_leaves_all_to_the_next(posted, server) -> None:
    mailbox, smtp = server
    posted.write()
    other = posted.process(smtp)
    assert other.stdout.readline() == "ready\n"

    other.send_signal(signal.SIGKILL)
    other.communicate(timeout=30)
    posted.deliver(smtp)

    assert len(mailbox.taken) == 1


@pytest.mark.slow
def test_two_programs_at_once_send_each_email_once(posted, server) -> None:
    mailbox, smtp = server
    addresses = [f"p{number:02}@example.com" for number in range(20)]
    for address in addresses:
        posted.write(to=address)
    others = [posted.process(smtp) for _ in range(2)]
    assert [other.stdout.readline() for other in others] == ["ready\n"] * 2

    for other in others:
        other.stdin.write("go\n")
        other.stdin.flush()
    outcomes = [other.communicate(timeout=60) for other in others]

    assert [error for _, error in outcomes] == ["", ""]
    assert sorted(to for _, (to,), _ in mailbox.taken) == addresses
    assert sum(len(out.split()) for out, _ in outcomes) == len(addresses)
    assert set(" ".join(out for out, _ in outcomes).split()) == {models.SENT}


def test_an_outcome_is_stored_when_the_database_is_free_again(posted, server) -> None:
    mailbox, smtp = server
    _wait_briefly(posted)
    message_id = posted.write()
    with _held(posted, message_id) as hold:

        def hold_for_a_second(_server) -> None:
            hold()
            Timer(1, hold.release).start()

        mailbox.on_text = hold_for_a_second

        posted.deliver(smtp)

    assert posted.state(message_id) == models.SENT
    assert len(mailbox.taken) == 1


def test_an_outcome_that_can_never_be_stored_is_uncertain_and_not_sent_again(
    posted, server, monkeypatch
) -> None:
    mailbox, smtp = server
    monkeypatch.setattr(rounds, "ATTEMPTS_TO_STORE", 1)
    _wait_briefly(posted)
    message_id = posted.write()
    with _held(posted, message_id) as hold:
        mailbox.on_text = lambda _: hold()

        with pytest.raises(StorageUnavailable, match="kept the database busy"):
            posted.deliver(smtp)

    mailbox.on_text = None
    posted.deliver(smtp)
    posted.deliver(smtp, after=LATER)
    assert posted.state(message_id) == models.UNCERTAIN
    assert len(mailbox.taken) == 1


def test_an_email_that_cannot_be_claimed_is_not_sent(posted, server) -> None:
    mailbox, smtp = server
    _wait_briefly(posted)
    message_id = posted.write()
    with _held(posted, message_id) as hold:
        hold()

        with pytest.raises(StorageUnavailable, match="kept the database busy"):
            posted.deliver(smtp)

    assert mailbox.taken == []
    assert posted.state(message_id) == models.WAITING


NO_FILE_MAY_GROW = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
"""


@pytest.mark.slow
def test_a_full_disk_sends_nothing(posted, server) -> None:
    if posted.sessions.kw["bind"].dialect.name != "sqlite":
        pytest.skip("this fault is made with a file of SQLite's")
    mailbox, smtp = server
    message_id = posted.write()

    other = _begun(posted, smtp, before=NO_FILE_MAY_GROW)
    _, error = other.communicate(timeout=30)

    assert "StorageUnavailable" in error
    assert "nothing was saved" in error
    assert mailbox.taken == []
    assert posted.state(message_id) == models.WAITING


def test_a_word_of_a_person_is_not_undone_by_a_dialogue_that_ends_late(posted, server) -> None:
    mailbox, smtp = server
    message_id = posted.write()

    def give_up_meanwhile(_server) -> None:
        with posted.sessions.begin() as session:
            message = session.get_one(Message, message_id)
            message.state = models.UNCERTAIN
        with posted.sessions.begin() as session:
            post.cancel(session, posted.people.manager, message_id, at=posted.now)

    mailbox.on_text, mailbox.to_text = give_up_meanwhile, "451 later"

    posted.deliver(smtp)

    assert posted.state(message_id) == models.CANCELLED


def test_what_was_sent_after_all_counts_as_sent_whatever_was_thought_of_it(posted, server) -> None:
    mailbox, smtp = server
    message_id = posted.write()

    def think_it_uncertain(_server) -> None:
        with posted.sessions.begin() as session:
            session.get_one(Message, message_id).state = models.UNCERTAIN

    mailbox.on_text = think_it_uncertain

    posted.deliver(smtp)

    assert posted.state(message_id) == models.SENT


def _begun(posted, smtp, before: str = ""):
    other = posted.process(smtp, before)
    assert other.stdout.readline() == "ready\n"
    other.stdin.write("go\n")
    other.stdin.flush()
    return other


class _Hold:
    """The lock on one e-mail's row, taken and let go of from whatever thread."""

    def __init__(self, sessions, message_id: str) -> None:
        self._sessions, self._message_id = sessions, message_id
        self._taken, self._released = Event(), Event()
        self._thread = Thread(target=self._keep)

    def __call__(self) -> None:
        self._thread.start()
        assert self._taken.wait(10)

    def release(self) -> None:
        self._released.set()

    def end(self) -> None:
        self.release()
        if self._thread.ident:
            self._thread.join()

    def _keep(self) -> None:
        with self._sessions() as session:
            found = select(Message).where(Message.id == self._message_id)
            session.scalars(models.locked(found)).one()
            self._taken.set()
            self._released.wait(30)
            session.rollback()


@contextmanager
def _held(posted, message_id: str) -> Iterator[_Hold]:
    hold = _Hold(posted.sessions, message_id)
    try:
        yield hold
    finally:
        hold.end()


def _wait_briefly(posted) -> None:
    """Wait a fifth of a second for locks, so that a test need not wait five."""
    engine = posted.sessions.kw["bind"]
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout = 200"))
        engine.dispose()
    else:
        event.listen(engine, "begin", lambda one: one.execute(text("SET lock_timeout = 200")))
