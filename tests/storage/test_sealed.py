"""Nothing that identifies a patient is stored or logged in the clear."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from lettergen import documents
from lettergen.models import Base, Draft

SECRETS = ("Testerby", "Roberta", "999 000 1006", "9990001006", "1990-02-28", "may travel", "%PDF")


def test_nothing_that_identifies_the_patient_is_stored_or_logged_in_the_clear(
    case, caplog, tmp_path
):
    caplog.set_level(logging.DEBUG)
    with case.sessions.begin() as session:
        document = case.issue(session)
        documents.void(session, case.actor, document.id, "Testerby is not hers.", at=case.now)
    with case.sessions.begin() as session:
        again = documents.start_from(session, case.office, case.actor, document.id, at=case.now)
        documents.find(session, case.actor, nhs_number="999 000 1006")
        assert again.typed["family_name"] == ["Testerby"]

    stored = b"".join(_everything(case.engine, tmp_path))

    assert b"Example Surgery" in stored
    for secret in SECRETS:
        assert secret.encode() not in stored
        assert secret not in caplog.text


def _everything(engine: Engine, folder: Path) -> Iterator[bytes]:
    """Yield every file of SQLite's, its log too, or every row of PostgreSQL's."""
    if engine.dialect.name == "sqlite":
        for path in folder.glob("lettergen.sqlite3*"):
            yield path.read_bytes()
        return
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(select(table)):
                yield b"".join(
                    bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    for value in row
                )


def test_an_error_of_the_database_shows_no_value_of_a_patient(case):
    with case.sessions() as session:
        draft = session.get(Draft, case.draft_id)
        session.expunge(draft)
        session.add(Draft(**{**_columns(draft), "typed": case.typed}))

        with pytest.raises(IntegrityError) as fault:
            session.flush()

    for secret in SECRETS:
        assert secret not in str(fault.value)


def _columns(draft: Draft) -> dict[str, object]:
    names = ("id", "practice_id", "slug", "revision", "seconds", "created_at", "saved_at")
    return {name: getattr(draft, name) for name in names}
