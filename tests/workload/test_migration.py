"""The log of an earlier version becomes a ledger: its days in England, its roles, its sums."""

from datetime import date

import pytest
from alembic import command
from sqlalchemy import text

from lettergen import models, workload
from lettergen.models import Actor
from lettergen.models.schema import configuration
from lettergen.vault import demonstration_vault
from lettergen.workload import Period
from tests.conftest import NOW

PRACTICE = """INSERT INTO practices
(id, name, ods, address, phone, email, secure_domains, created_at)
VALUES ('p', 'Example', 'Y99991', '', '', '', '[]', '2026-01-01 00:00:00{utc}')"""
STAFF = """INSERT INTO staff
(id, practice_id, name, email, is_active, sign_in_id, roles, created_at)
VALUES ('s', 'p', 'Nurse', 'n@example.com', true, 'x', '[]', '2026-01-01 00:00:00{utc}')"""
CLINICIAN = """INSERT INTO clinicians (id, practice_id, staff_id, role, body, number)
VALUES ('c', 'p', 's', 'anp', 'NMC', '1')"""
WORK = """INSERT INTO work (id, practice_id, at, kind, role, staff_id, staff_name, slug, family,
outcome, pages, seconds_measured) VALUES
('1', 'p', '2026-06-30 23:30:00{utc}', 'letter', 'clinician', 's', 'N', 'a', 'adhd', 'issued',
 2, 60),
('2', 'p', '2026-11-30 23:30:00{utc}', 'letter', 'reception', NULL, 'R', 'a', NULL, 'discarded',
 NULL, 120)"""


@pytest.fixture
def earlier(engine, tmp_path):
    """A database as the version before left it, with two rows in its log."""
    is_sqlite = engine.dialect.name == "sqlite"
    if is_sqlite:
        engine = models.make_engine(f"sqlite:///{tmp_path / 'earlier.sqlite3'}")
    with engine.begin() as connection:
        if not is_sqlite:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        command.upgrade(configuration(connection), "005")
        for statement in (PRACTICE, STAFF, CLINICIAN, WORK):
            connection.execute(text(statement.format(utc=".000000" if is_sqlite else "+00")))
    yield engine
    engine.dispose()


def test_rows_of_an_earlier_version_count(earlier):
    models.migrate(earlier)

    with models.open_sessions(earlier, demonstration_vault())() as session:
        actor = Actor(None, "p", "Manager", "manager", frozenset({"manager"}), may_sign=False)
        lines = workload.lines(
            session, actor, Period(date(2026, 6, 1), date(2026, 11, 30)), "month"
        )
        workload.rebuild(session, "p", at=NOW)
        roles = {one.key: one["timed"] for one in workload.lines(
            session, actor, Period(date(2026, 7, 1), date(2026, 11, 30)), "role")}  # fmt: skip

    assert {one.key: one["timed"] for one in lines if one["timed"]} == {"2026-07": 1, "2026-11": 1}
    assert roles == {"nurse": 1, "receptionist": 1}
