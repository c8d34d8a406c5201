"""Two processes on one database wait for each other; one that is killed leaves nothing behind."""

import signal
from threading import Timer

import pytest
from sqlalchemy import Engine, event, func, select, text

from lettergen import documents, models
from lettergen.models import Document, Draft, StorageUnavailable

HOLD = """
    with sessions() as session:
        session.scalar(models.locked(select(models.Draft).where(models.Draft.id == DRAFT)))
        print("locked", flush=True)
        sys.stdin.readline()
        session.rollback()
"""


@pytest.mark.slow
def test_a_database_held_too_long_by_another_process_is_one_clear_refusal(case):
    _wait_briefly(case.engine)
    other = case.process(HOLD)
    assert other.stdout.readline() == "locked\n"

    with (
        pytest.raises(StorageUnavailable, match="kept the database busy"),
        case.sessions.begin() as session,
    ):
        case.issue(session)

    other.communicate("go on\n", timeout=30)
    case.assert_nothing_happened()
    case.assert_it_can_be_issued_now()


@pytest.mark.slow
def test_a_reader_never_waits_for_a_writer(case):
    other = case.process(HOLD)
    assert other.stdout.readline() == "locked\n"

    with case.sessions() as session:
        assert documents.draft(session, case.actor, case.draft_id).typed == case.typed

    other.communicate("go on\n", timeout=30)


@pytest.mark.slow
def test_a_writer_waits_for_another_process_and_then_goes_on(case):
    other = case.process(HOLD)
    assert other.stdout.readline() == "locked\n"
    Timer(0.5, other.communicate, ["go on\n"]).start()

    case.assert_it_can_be_issued_now()


CHANGED = {"body": ["Changed."]}


def test_two_that_have_both_read_can_both_write_one_after_the_other(sessions, people, now, office):
    """With SQLite's own transactions the second fails at once, however long it would wait."""
    with sessions.begin() as session:
        drafts = [
            documents.start(session, office, people.clinician, "note", at=now, typed={}).id
            for _ in range(2)
        ]
    with sessions() as one, sessions() as other:
        documents.drafts(one, people.clinician)
        documents.drafts(other, people.clinician)

        for session, draft_id in ((one, drafts[0]), (other, drafts[1])):
            documents.save(session, office, people.clinician, draft_id, CHANGED, revision=1, at=now)
            session.commit()

    with sessions() as session:
        assert [session.get(Draft, draft_id).typed for draft_id in drafts] == [CHANGED, CHANGED]


def _wait_briefly(engine: Engine) -> None:
    """Wait a fifth of a second for locks, so that a test need not wait five."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout = 200"))
        engine.dispose()
    else:
        event.listen(engine, "begin", lambda one: one.execute(text("SET lock_timeout = 200")))


ISSUE_AND_WAIT = """
    with sessions() as session:
        documents.issue(session, office, actor, DRAFT, SEAL, at=NOW)
        session.flush()
        print("flushed", flush=True)
        sys.stdin.readline()
        session.commit()
"""


@pytest.mark.slow
def test_a_process_killed_between_flush_and_commit_leaves_nothing_half_written(case):
    other = case.process(ISSUE_AND_WAIT)
    assert other.stdout.readline() == "flushed\n"

    other.send_signal(signal.SIGKILL)
    other.communicate(timeout=30)

    case.assert_nothing_happened()
    case.assert_it_can_be_issued_now()


@pytest.mark.slow
def test_two_processes_that_issue_at_once_make_one_document(case):
    others = [case.process(ISSUE_AND_WAIT) for _ in range(2)]
    for other in others:
        other.stdin.write("go on\n")
        other.stdin.flush()

    outcomes = [other.communicate(timeout=60) for other in others]

    assert [other.returncode for other in others] == [0, 0], outcomes
    with case.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Document)) == 1
        assert models.verify_chain(session, case.actor.practice_id) is None


MIGRATE = """
    from lettergen import models
    engine = models.make_engine("sqlite:///{path}")
    models.migrate(engine)
    print(models.is_behind(engine))
"""


@pytest.mark.slow
def test_two_processes_migrate_one_empty_database(tmp_path, start_process):
    path = tmp_path / "new.sqlite3"
    others = [start_process(MIGRATE, path=path) for _ in range(2)]

    outcomes = [other.communicate(timeout=60) for other in others]

    assert [out for out, _ in outcomes] == ["False\n", "False\n"], outcomes
