"""The audit cannot be changed unnoticed, and writers at once do not break it."""

from threading import Thread

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from lettergen import models
from lettergen.models import Event, Practice
from lettergen.vault import Vault


def note(session: Session, actor, now, number: int) -> None:
    practice = session.get(Practice, actor.practice_id)
    models.record(session, actor, "test.noted", practice, at=now, details={"number": number})


@pytest.fixture
def chain(sessions, people, now) -> int:
    """Five more events; the number of the last one."""
    with sessions.begin() as session:
        for number in range(5):
            note(session, people.clinician, now, number)
    with sessions() as session:
        return session.scalar(
            select(func.max(Event.number)).where(Event.practice_id == people.clinician.practice_id)
        )


def tamper(engine: Engine, people, change: str, which: str) -> None:
    """Change events as somebody would who can write to the database: without its triggers."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER events_no_update"))
            connection.execute(text("DROP TRIGGER events_no_delete"))
        else:
            connection.execute(text("ALTER TABLE events DISABLE TRIGGER USER"))
        place = f"{which} AND practice_id = '{people.clinician.practice_id}'"
        connection.execute(text(f"{change} WHERE {place}"))


def first_broken(sessions, people) -> int | None:
    with sessions() as session:
        return models.verify_chain(session, people.clinician.practice_id)


@pytest.mark.usefixtures("chain")
def test_an_untouched_chain_holds(sessions, people):
    assert first_broken(sessions, people) is None


def test_events_count_without_gaps(sessions, people, chain: int):
    with sessions() as session:
        numbers = session.scalars(
            select(Event.number)
            .where(Event.practice_id == people.clinician.practice_id)
            .order_by(Event.number)
        ).all()

    assert numbers == list(range(1, chain + 1))


@pytest.mark.parametrize(
    "change",
    [
        "actor_name = 'Somebody Else'",
        "action = 'test.hidden'",
        "details = '{\"number\": 99}'",
        "at = '2020-01-01 00:00:00'",
        "subject_id = 'x'",
        "actor_id = NULL",
    ],
)
def test_a_changed_event_is_found(engine, sessions, people, chain: int, change: str):
    which = f"number = {chain - 2}"

    tamper(engine, people, f"UPDATE events SET {change}", which)

    assert first_broken(sessions, people) == chain - 2


def test_a_deleted_event_is_found(engine, sessions, people, chain: int):
    which = f"number = {chain - 2}"

    tamper(engine, people, "DELETE FROM events", which)

    assert first_broken(sessions, people) == chain - 2


def test_deleted_last_events_are_found(engine, sessions, people, chain: int):
    which = f"number > {chain - 2}"

    tamper(engine, people, "DELETE FROM events", which)

    assert first_broken(sessions, people) == chain - 1


@pytest.mark.usefixtures("chain")
def test_a_chain_that_somebody_without_the_keys_wrote_is_found(engine, people, now):
    forger = models.open_sessions(engine, Vault({1: bytes(range(32))}, 1))
    with forger.begin() as session:
        note(session, people.clinician, now, 6)

    with forger() as session:
        assert models.verify_chain(session, people.clinician.practice_id) == 1


def test_a_forged_last_event_is_found(engine, sessions, people, chain: int, now):
    forger = models.open_sessions(engine, Vault({1: bytes(range(32))}, 1))
    with forger.begin() as session:
        note(session, people.clinician, now, 6)

    assert first_broken(sessions, people) == chain + 1


@pytest.mark.usefixtures("chain")
def test_each_practice_has_a_chain_of_its_own(sessions, people):
    with sessions() as session:
        first = session.scalars(
            select(Event)
            .where(Event.practice_id == people.stranger.practice_id)
            .order_by(Event.number)
        ).first()
        assert first.number == 1
        assert models.verify_chain(session, people.stranger.practice_id) is None


@pytest.mark.usefixtures("chain")
def test_writers_at_once_do_not_fork_the_chain(sessions, people, now):
    faults = []

    def write(writer: int) -> None:
        try:
            for number in range(8):
                with sessions.begin() as session:
                    session.scalar(select(func.count()).select_from(Event))
                    note(session, people.clinician, now, writer * 100 + number)
        except Exception as fault:  # noqa: BLE001  (a thread's faults are judged below)
            faults.append(fault)

    threads = [Thread(target=write, args=[writer]) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert first_broken(sessions, people) is None
    with sessions() as session:
        noted = select(func.count()).where(Event.action == "test.noted")
        assert session.scalar(noted) == 5 + 4 * 8


@pytest.mark.usefixtures("chain")
def test_an_event_that_is_rolled_back_leaves_no_gap(sessions, people, now):
    with sessions() as session:
        note(session, people.clinician, now, 6)
        session.rollback()
    with sessions.begin() as session:
        note(session, people.clinician, now, 7)

    assert first_broken(sessions, people) is None
