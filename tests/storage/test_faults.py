"""When storage fails, nothing is half written, and a person is told one clear thing.

The faults are real: a full disk, a read-only folder, a file that is no database.
"""

import tempfile
from pathlib import Path

import pytest
from sqlalchemy import text

from lettergen import documents, models
from lettergen.models import Draft, StorageUnavailable
from lettergen.refusals import Refused

NOBODY = 65534


def test_a_full_disk_refuses_to_save_and_leaves_the_draft(file_case):
    with file_case.sessions() as session:
        pages = session.scalar(text("PRAGMA page_count"))
        session.execute(text(f"PRAGMA max_page_count = {pages}"))

        with pytest.raises(StorageUnavailable, match="disk is full"):
            file_case.save(session, {"body": ["x" * 500_000]})
        session.rollback()
        session.execute(text("PRAGMA max_page_count = 1000000"))

    file_case.assert_nothing_happened()
    with file_case.sessions() as session:
        assert session.get(Draft, file_case.draft_id).typed == file_case.typed
    file_case.assert_it_can_be_issued_now()


ON_A_FULL_DISK = """
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with sessions() as session:
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))
        try:
            documents.issue(session, office, actor, DRAFT, SEAL, at=NOW)
            session.commit()
        except models.StorageUnavailable as refused:
            session.rollback()
            print(refused)
"""


@pytest.mark.parametrize("limit", [0, 4096, 20_000, 40_000])
@pytest.mark.slow
def test_files_that_may_not_grow_refuse_the_issue_and_leave_the_draft(file_case, limit: int):
    told = file_case.told_by(ON_A_FULL_DISK, LIMIT=limit)

    assert "nothing was saved" in told
    file_case.assert_nothing_happened()
    file_case.assert_it_can_be_issued_now()


def test_a_read_only_database_is_refused_and_can_be_read(file_case, vault):
    address = f"sqlite:///file:{file_case.engine.url.database}?mode=ro&uri=true"
    read_only = models.make_engine(address)
    with models.open_sessions(read_only, vault)() as session:
        assert (
            documents.draft(session, file_case.actor, file_case.draft_id).typed == file_case.typed
        )

        with pytest.raises(StorageUnavailable, match="may not be written"):
            file_case.issue(session)
        session.rollback()
    read_only.dispose()

    file_case.assert_nothing_happened()


@pytest.mark.slow
def test_a_folder_that_may_not_be_written_is_one_clear_refusal(file_case, start_process):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "lettergen.sqlite3").write_bytes(Path(file_case.engine.url.database).read_bytes())
        (folder / "lettergen.sqlite3").chmod(0o444)
        folder.chmod(0o555)

        process = start_process(WRITE_AS_NOBODY, path=folder / "lettergen.sqlite3", nobody=NOBODY)
        told, _ = process.communicate(timeout=60)
        folder.chmod(0o755)

    assert told.count("\n") == 1
    assert "The database" in told


WRITE_AS_NOBODY = """
    import os
    from sqlalchemy import text
    from lettergen import models
    engine = models.make_engine("sqlite:///{path}")
    if os.getuid() == 0:
        os.setuid({nobody})
    try:
        with engine.begin() as connection:
            connection.execute(text("UPDATE staff SET name = 'x'"))
    except models.StorageUnavailable as refused:
        print(refused)
"""


def test_a_database_that_cannot_be_opened_is_one_clear_refusal(tmp_path):
    engine = models.make_engine(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.sqlite3'}")

    with pytest.raises(StorageUnavailable, match="cannot be opened"):
        engine.connect()


def test_a_file_that_is_no_database_is_one_clear_refusal(tmp_path):
    path = tmp_path / "lettergen.sqlite3"
    path.write_bytes(b"This is a letter to nobody in particular.\n" * 100)
    engine = models.make_engine(f"sqlite:///{path}")

    with pytest.raises(StorageUnavailable, match="restore your last backup"):
        engine.connect()


def test_a_server_that_is_not_there_is_one_clear_refusal(tmp_path):
    pytest.importorskip("psycopg")
    engine = models.make_engine(f"postgresql://nobody@/nowhere?host={tmp_path}")

    with pytest.raises(StorageUnavailable, match="cannot be opened"):
        engine.connect()


@pytest.mark.parametrize("address", ["", "nonsense", "mysql://localhost/x", "sqlite"])
def test_an_address_of_another_kind_is_one_clear_refusal(address: str):
    with pytest.raises(Refused, match="begins with sqlite:/// or postgresql://"):
        models.make_engine(address)
