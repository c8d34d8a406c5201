"""The tables agree with their migrations, keep practices apart, and seal what identifies."""

from datetime import datetime

import pytest
from alembic import command
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from lettergen import models
from lettergen.models import Base, Draft
from lettergen.models.schema import configuration
from lettergen.models.sealed import Sealed
from lettergen.vault import Unreadable


def draft_of(people, now, **values) -> Draft:
    actor = people.clinician
    known = {
        "practice_id": actor.practice_id,
        "slug": "note",
        "typed": {"family_name": ["Testerby"]},
        "revision": 1,
        "seconds": 0,
        "created_at": now,
        "created_by": actor.staff_id,
        "saved_at": now,
        "saved_by": actor.staff_id,
    }
    return Draft(**{**known, **values})


def test_models_and_migrations_agree(engine: Engine):
    with engine.begin() as connection:
        command.check(configuration(connection))


def test_a_migrated_database_is_not_behind_and_an_empty_one_is(engine: Engine, tmp_path):
    empty = models.make_engine(f"sqlite:///{tmp_path / 'empty.sqlite3'}")

    assert not models.is_behind(engine)
    assert models.is_behind(empty)

    empty.dispose()


def test_migrating_twice_changes_nothing(engine: Engine, people, session: Session):
    models.migrate(engine)

    assert session.get(models.Staff, people.clinician.staff_id).name == people.clinician.name


def test_every_table_names_the_practice():
    without = {
        table.name
        for table in Base.metadata.sorted_tables
        if "practice_id" not in table.columns and table.name != "practices"
    }

    assert without == set()


def test_every_constraint_and_index_has_a_name(engine: Engine):
    found = inspect(engine)
    for table in Base.metadata.tables:
        assert found.get_pk_constraint(table)["name"] == f"pk_{table}"
        assert all(key["name"] for key in found.get_foreign_keys(table))
        assert all(key["name"] for key in found.get_unique_constraints(table))


def test_a_row_has_its_key_before_it_is_stored(people, now: datetime):
    one, other = draft_of(people, now), draft_of(people, now)

    assert len(one.id) == 32
    assert one.id != other.id


def test_an_unknown_column_is_a_mistake(people, now: datetime):
    with pytest.raises(TypeError, match="Draft has no colour"):
        draft_of(people, now, colour="red")


def test_a_sealed_value_comes_back_and_is_not_in_the_row(people, now, sessions):
    with sessions.begin() as session:
        draft = draft_of(people, now)
        session.add(draft)

    with sessions() as session:
        stored = session.get(Draft, draft.id)
        raw = session.scalar(text("SELECT typed_sealed FROM drafts"))
        assert stored.typed == {"family_name": ["Testerby"]}
        assert b"Testerby" not in bytes(raw)


def test_a_sealed_value_is_read_before_and_after_it_is_stored(people, now, session: Session):
    draft = draft_of(people, now)
    before = draft.typed
    session.add(draft)
    session.flush()

    assert before == draft.typed == {"family_name": ["Testerby"]}


def test_a_rollback_takes_a_sealed_value_back_too(people, now, session: Session):
    draft = draft_of(people, now)
    session.add(draft)
    session.commit()

    draft.typed = {"family_name": ["Changed"]}
    session.flush()
    session.rollback()

    assert draft.typed == {"family_name": ["Testerby"]}


def test_a_sealed_value_moved_to_another_row_does_not_open(people, now, session: Session):
    one, other = draft_of(people, now), draft_of(people, now, typed={"family_name": ["Other"]})
    session.add_all([one, other])
    session.commit()

    session.execute(
        text("UPDATE drafts SET typed_sealed = :raw WHERE id = :id"),
        {"raw": one.typed_sealed, "id": other.id},
    )
    session.expire_all()

    with pytest.raises(Unreadable, match="does not open"):
        _ = other.typed


def test_a_moment_without_time_zone_is_a_mistake(people, now, session: Session):
    session.add(draft_of(people, now, saved_at=now.replace(tzinfo=None)))

    with pytest.raises(Exception, match="A moment needs a time zone"):
        session.flush()


def test_a_moment_comes_back_aware_and_equal(people, now, sessions: sessionmaker[Session]):
    with sessions.begin() as session:
        draft = draft_of(people, now)
        session.add(draft)

    with sessions() as session:
        assert session.get(Draft, draft.id).saved_at == now


def test_every_column_that_can_identify_a_patient_is_sealed():
    plain = {
        "practices",
        "clinicians",
        "staff",
        "event_chains",
        "events",
        "work",
        "work_ledgers",
        "work_groups",
        "work_spreads",
        "work_sums",
        "documents",
        "delivery_facts",
        "consent_grant_images",
        "requests",
        "requesters",
        "requester_names",
        "request_clocks",
        "working_patterns",
        "absences",
        "fees",
        "invoice_series",
        "money_papers",
    }
    sealed = {
        mapper.class_.__tablename__
        for mapper in Base.registry.mappers
        if any(isinstance(value, Sealed) for value in vars(mapper.class_).values())
    }

    assert sealed == set(Base.metadata.tables) - plain


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET actor_name = 'Nobody'",
        "DELETE FROM events",
        "UPDATE document_files SET sha256 = 'x'",
    ],
)
def test_the_database_itself_refuses_to_change_what_is_final(
    engine: Engine, people, sessions, statement: str
):
    if "document_files" in statement and engine.dialect.name == "sqlite":
        _add_a_file(sessions, people)

    with pytest.raises(DBAPIError, match="may not be changed"), engine.begin() as connection:
        connection.execute(text(statement))


def _add_a_file(sessions, people) -> None:
    """SQLite's triggers speak for each row, so there has to be one; its document may lack."""
    file = models.DocumentFile(
        practice_id=people.clinician.practice_id,
        document_id="0" * 32,
        kind="letter",
        sha256="0" * 64,
        pages=1,
        size=1,
        pdf=b"x",
    )
    with sessions() as session:
        session.execute(text("PRAGMA foreign_keys = OFF"))
        session.add(file)
        session.commit()


def test_a_key_of_another_table_is_enforced(people, now, session: Session):
    session.add(draft_of(people, now, created_by="nobody"))

    with pytest.raises(DBAPIError):
        session.flush()


def test_a_locked_query_reads_what_others_have_stored_meanwhile(people, now, sessions):
    with sessions.begin() as session:
        draft = draft_of(people, now)
        session.add(draft)
    with sessions() as mine, sessions.begin() as theirs:
        known = mine.scalar(select(Draft).where(Draft.id == draft.id))
        theirs.get(Draft, draft.id).revision = 2
        theirs.commit()

        again = mine.scalar(models.locked(select(Draft).where(Draft.id == draft.id)))

        assert again is known
        assert known.revision == 2
