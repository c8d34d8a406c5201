"""Bringing a database to this version's tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from lettergen.refusals import Refused

FOLDER = Path(__file__).parent.parent / "migrations"
# Any number that nobody else locks: it keeps two processes from migrating at once.
POSTGRESQL_LOCK = 5_347_436


def migrate(engine: Engine) -> None:
    """Make or bring up to date all tables, in one transaction; does nothing if they are."""
    with engine.begin() as connection:
        _lock(connection)
        command.upgrade(configuration(connection), "head")


def is_behind(engine: Engine) -> bool:
    """Say whether the database lacks a migration of this version.

    Raises Refused for a database that a newer version has changed.
    """
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_heads()
    scripts = ScriptDirectory(str(FOLDER))
    if set(current) - {one.revision for one in scripts.walk_revisions()}:
        raise Refused(
            "The database belongs to a newer version of lettergen. Install that version, or "
            "restore the backup that was made before the upgrade."
        )
    return set(current) != set(scripts.get_heads())


def configuration(connection: Connection) -> Config:
    """Return Alembic's configuration for the migrations of this package."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text("BEGIN IMMEDIATE"))
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": POSTGRESQL_LOCK})
