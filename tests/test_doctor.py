"""The doctor says what would hurt, and nothing about an installation that is well."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from lettergen import accounts, doctor, sealing
from lettergen.cli.installation import prepare, records
from lettergen.config import Settings

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
LONG_KEY = "thirty-two characters and then some"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("LETTERGEN_SECRET_KEY", raising=False)
    prepare(Settings(data=tmp_path))
    return Settings(data=tmp_path)


def complaints(settings: Settings, libraries: Callable[[], object] | None = None) -> str:
    found = doctor.examine(
        settings, libraries or (lambda: SimpleNamespace(harfbuzz_subset=True)), at=NOW
    )
    return "\n".join(f"{one.what} {one.remedy}" for one in found)


def test_a_sound_installation_gets_no_complaint(settings: Settings) -> None:
    assert doctor.examine(settings, at=NOW) == ()


def test_examining_an_empty_folder_makes_nothing_in_it(tmp_path: Path) -> None:
    told = complaints(Settings(data=tmp_path / "none", secret_key=LONG_KEY))

    assert "There is no data folder" in told
    assert "There is no database" in told
    assert "keys file" in told
    assert not (tmp_path / "none").exists()


def test_production_without_a_public_address_does_not_start_and_the_doctor_says_so(
    settings: Settings,
) -> None:
    told = complaints(settings.model_copy(update={"environment": "production"}))

    assert "The web app does not start without its public address" in told
    assert "LETTERGEN_PUBLIC_ADDRESS" in told


def test_a_missing_pango_is_fatal_and_its_packages_are_named(settings: Settings) -> None:
    def no_pango() -> object:
        raise OSError("cannot load library")

    told = complaints(settings, no_pango)

    assert "no letter can be made" in told
    assert "libpango-1.0-0" in told


def test_a_missing_subsetter_is_said_to_be_slow(settings: Settings) -> None:
    told = complaints(settings, lambda: SimpleNamespace(harfbuzz_subset=None))

    assert "about three times as long" in told
    assert "libharfbuzz-subset0" in told


@pytest.mark.parametrize("key", ["short", "a default key, which anybody can read in the source"])
def test_a_weak_session_key_is_found(settings: Settings, key: str) -> None:
    weak = Settings(data=settings.data, secret_key=key)

    assert "signs sessions" in complaints(weak)


def test_keys_that_others_may_read_are_found(settings: Settings) -> None:
    settings.keys_file.chmod(0o644)

    assert "chmod 600" in complaints(settings)


def test_lost_keys_are_found(settings: Settings) -> None:
    settings.keys_file.unlink()

    assert "restore it from backup" in complaints(settings)


def test_a_database_behind_its_migrations_is_found(settings: Settings) -> None:
    database = sqlite3.connect(settings.data / "lettergen.sqlite3")
    database.execute("DELETE FROM alembic_version")
    database.commit()
    database.close()

    assert "behind this version" in complaints(settings)


def test_a_database_that_is_none_is_found(settings: Settings) -> None:
    (settings.data / "lettergen.sqlite3").write_bytes(b"not a database" * 100)

    assert "cannot be read" in complaints(settings)


@pytest.mark.parametrize("url", ["nonsense", "postgresql+psycopg://nobody@127.0.0.1:1/none"])
def test_a_database_that_cannot_be_reached_is_found(settings: Settings, url: str) -> None:
    elsewhere = settings.model_copy(update={"database_url": url})

    assert "atabase" in complaints(elsewhere)


def test_missing_fonts_are_found(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lettergen.static_files.STATIC", settings.data)

    assert "fonts/Arimo-Regular.ttf" in complaints(settings)


def test_a_folder_that_may_not_be_written_is_found(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root may write everywhere, so the answer of the system is given here.
    really = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: path != settings.data and really(path, mode)
    )

    assert "may not be written to" in complaints(settings)


def test_a_disk_that_is_nearly_full_is_found(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=20_000_000))

    assert "Only 20 MB are left" in complaints(settings)


def test_a_session_key_that_others_may_read_hurts(settings: Settings) -> None:
    settings.secret_key_file.chmod(0o644)

    assert f"chmod 600 {settings.secret_key_file}" in complaints(settings)


def test_a_database_of_a_newer_version_is_not_called_behind(settings: Settings) -> None:
    with sqlite3.connect(settings.data / "lettergen.sqlite3") as database:
        database.execute("UPDATE alembic_version SET version_num = '999'")

    assert "newer version of lettergen" in complaints(settings)


def test_a_practices_certificate_that_ends_soon_is_announced(
    settings: Settings, pkcs12: Callable[..., bytes]
) -> None:
    assert complaints(certified(settings, pkcs12(ends=NOW + timedelta(days=31)))) == ""

    told = complaints(certified(settings, pkcs12(ends=NOW + timedelta(days=29))))

    assert "seals the letters of Example Surgery ends on 19 December 2026" in told
    assert "lettergen seal replace" in told


def certified(settings: Settings, content: bytes) -> Settings:
    """The installation, with a practice that brought this certificate."""
    with records(settings) as session:
        found = accounts.practices(session)
        head = accounts.Letterhead("Example Surgery", "Y99991")
        practice = found[0] if found else accounts.create_practice(session, head, at=NOW)
        manager = accounts.operator_of(practice)
        sealing.replace(session, manager, content, "sesame", at=NOW)
    return settings
