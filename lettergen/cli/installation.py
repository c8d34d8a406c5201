"""Makes what an installation stands on: its folder, its keys, its tables. Overwrites nothing."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from lettergen import accounts, models, vault
from lettergen.config import DEFAULT_KEY, Settings
from lettergen.refusals import Refused


def prepare(settings: Settings) -> list[str]:
    """Make what is missing, bring tables up to date, and return a line for each thing done.

    Raises:
        Refused: there are records, but not the keys that they were sealed with.
        OSError: the data folder cannot be written.
    """
    done = []
    if not settings.data.is_dir():
        settings.data.mkdir(mode=0o700, parents=True)
        done.append(f"made the data folder {settings.data}")
    done += _prepare_database(settings)
    if not settings.keys_file.exists():
        _refuse_records_without_keys(settings)
        vault.create_keys(settings.keys_file)
        done.append(f"made the keys of the records, {settings.keys_file}: keep a copy elsewhere")
    if settings.secret_key.get_secret_value() == DEFAULT_KEY:
        _write_secret_key(settings.secret_key_file)
        done.append(f"made the key of the sessions, {settings.secret_key_file}")
    return done


@contextmanager
def records(settings: Settings) -> Iterator[Session]:
    """A session on a prepared installation; it commits at the end, or not at all."""
    with opened(settings) as sessions, sessions() as session, models.changing(session):
        yield session


@contextmanager
def opened(settings: Settings) -> Iterator[sessionmaker[Session]]:
    """A maker of sessions on a prepared installation."""
    keys = vault.open_vault(settings.keys_file, is_production=settings.is_production)
    with _engine(settings) as engine:
        yield models.open_sessions(engine, keys)


def is_behind(settings: Settings) -> bool:
    """Say whether the database lacks tables or changes that this version needs."""
    with _engine(settings) as engine:
        return models.is_behind(engine)


@contextmanager
def _engine(settings: Settings) -> Iterator[Engine]:
    engine = models.make_engine(settings.database_url)
    try:
        yield engine
    finally:
        engine.dispose()


def _prepare_database(settings: Settings) -> list[str]:
    with _engine(settings) as engine:
        _close_to_others(engine)
        if not models.is_behind(engine):
            return []
        models.migrate(engine)
        return ["brought the database's tables up to this version"]


def _close_to_others(engine: Engine) -> None:
    """Let only the owner read an SQLite file: sealed as it is, it tells how much is written.

    It is made so, before the first byte is in it; the files beside it get the same rights.
    """
    url = make_url(engine.url)
    if url.get_backend_name() == "sqlite" and url.database:
        path = Path(url.database)
        if not path.exists():
            path.touch(mode=0o600)


def _refuse_records_without_keys(settings: Settings) -> None:
    with _engine(settings) as engine, Session(engine) as session:
        found = accounts.practices(session)
    if found:
        raise Refused(
            f"There are records, but no {settings.keys_file}. New keys could not read them: "
            "put keys.json back from your backup."
        )


def _write_secret_key(path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
    except OSError:
        path.unlink()
        raise
