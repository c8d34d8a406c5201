"""What would hurt an installation: missing libraries, weak keys, old tables, an end in sight."""

import contextlib
import importlib
import io
import os
import shutil
import warnings
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session

from lettergen import accounts, models, post, sealing, static_files, vault
from lettergen.calendar import british_date
from lettergen.config import Settings, require_public_address
from lettergen.refusals import Refused

LEAST_FREE = 500_000_000
SEE_SETTINGS = "See docs/settings.md for what it may hold."


class Complaint(NamedTuple):
    """One thing that hurts or will hurt, and what to do about it."""

    what: str
    remedy: str


def text_libraries() -> Any:
    """WeasyPrint's view of Pango and HarfBuzz; raises OSError where Pango is missing."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(action="ignore"):
        return importlib.import_module("weasyprint.text.ffi")


def examine(
    settings: Settings, libraries: Callable[[], Any] = text_libraries, *, at: datetime
) -> tuple[Complaint, ...]:
    """Everything about this machine and installation that hurts then; changes nothing."""
    return (
        *_libraries(libraries),
        *_static_files(static_files.STATIC),
        *_data_folder(settings.data),
        *_keys(settings),
        *_public_address(settings),
        *(_database(settings) or _certificates(settings, at)),
        *_post(settings),
    )


def _libraries(load: Callable[[], Any]) -> list[Complaint]:
    try:
        found = load()
    except OSError:
        return [
            Complaint(
                "Pango is missing: no letter can be made.",
                "Install it: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
            )
        ]
    if found.harfbuzz_subset is None:
        return [
            Complaint(
                "HarfBuzz's subsetter is missing: each letter takes about three times as long.",
                "Install it: apt-get install libharfbuzz-subset0",
            )
        ]
    return []


def _static_files(static: Path) -> list[Complaint]:
    missing = static_files.missing(static)
    if not missing:
        return []
    return [
        Complaint(
            f"Fonts or styles are missing, such as {missing[0]}: nothing can be made or shown.",
            "In a checkout run bin/setup; otherwise install lettergen again.",
        )
    ]


def _data_folder(data: Path) -> list[Complaint]:
    if not data.is_dir():
        return [Complaint(f"There is no data folder {data}.", "Make it: lettergen init")]
    if not os.access(data, os.W_OK | os.X_OK):
        return [
            Complaint(
                f"The data folder {data} may not be written to: nothing can be saved.",
                "Give it to the user who runs lettergen, or mount its disk for writing.",
            )
        ]
    free = shutil.disk_usage(data).free
    if free < LEAST_FREE:
        return [
            Complaint(
                f"Only {free // 1_000_000} MB are left on the disk of {data}.",
                "Make room before it is full: letters are refused then.",
            )
        ]
    return []


def _keys(settings: Settings) -> list[Complaint]:
    complaints = []
    if settings.has_weak_key:
        complaints.append(
            Complaint(
                "The key that signs sessions is the default one or shorter than 32 characters.",
                "Run lettergen init, or set LETTERGEN_SECRET_KEY to 32 random characters or more.",
            )
        )
    if settings.secret_key_file.is_file() and settings.secret_key_file.stat().st_mode & 0o077:
        complaints.append(
            Complaint(
                "Other users may read the key that signs sessions, and sign in with it as anybody.",
                f"Run: chmod 600 {settings.secret_key_file}",
            )
        )
    try:
        vault.open_vault(settings.keys_file, is_production=True)
    except Refused as refused:
        complaints.append(Complaint("Records cannot be sealed and read safely.", str(refused)))
    return complaints


def _public_address(settings: Settings) -> list[Complaint]:
    try:
        require_public_address(settings)
    except Refused as refused:
        return [Complaint("The web app does not start without its public address.", str(refused))]
    return []


def _database(settings: Settings) -> list[Complaint]:
    try:
        url = make_url(settings.database_url)
    except ArgumentError:
        return [Complaint("LETTERGEN_DATABASE_URL is no address of a database.", SEE_SETTINGS)]
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return [Complaint(f"There is no database {url.database}.", "Make it: lettergen init")]
    try:
        engine = models.make_engine(settings.database_url)
        is_behind = models.is_behind(engine)
        engine.dispose()
    except ImportError:
        return [
            Complaint(
                f"The driver for {url.get_backend_name()} is missing.",
                "Install lettergen with it: pip install 'lettergen[postgres]'",
            )
        ]
    except (Refused, SQLAlchemyError) as fault:
        remedy = str(fault) if isinstance(fault, Refused) else SEE_SETTINGS
        return [Complaint("The database cannot be read.", remedy)]
    if is_behind:
        return [
            Complaint(
                "The database is behind this version of lettergen.",
                "Back it up, then bring it up to date: lettergen init",
            )
        ]
    return []


def _certificates(settings: Settings, at: datetime) -> list[Complaint]:
    """Certificates that practices brought and that end soon; lettergen renews its own."""
    engine = models.make_engine(settings.database_url)
    with Session(engine) as session:
        found = [
            (practice.name, certificate)
            for practice in accounts.practices(session)
            if (certificate := sealing.known(session, practice.id))
            and sealing.ends_soon(certificate, at=at)
        ]
    engine.dispose()
    return [
        Complaint(
            f"The certificate that seals the letters of {name} ends on "
            f"{british_date(one.not_after.date())}: after that nothing can be issued.",
            "Bring another: lettergen seal replace FILE.p12; or make one: lettergen seal new",
        )
        for name, one in found
    ]


def _post(settings: Settings) -> list[Complaint]:
    """The mail server, if one is set: it is spoken to, but nothing is sent."""
    if not settings.smtp_host:
        return []
    if not settings.smtp_from:
        return [
            Complaint(
                "There is a mail server, but no address that email comes from: none is sent.",
                "Set LETTERGEN_SMTP_FROM to one, such as letters@example.com.",
            )
        ]
    try:
        post.check(post.smtp_of(settings))
    except Refused as fault:
        return [Complaint("Email cannot be sent.", f"{fault} Try it: lettergen post --check")]
    return []
