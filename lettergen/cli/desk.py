"""Where the command line works: as itself, in one practice of the installation."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from lettergen import accounts
from lettergen.cli import installation
from lettergen.cli.answers import Unreadable
from lettergen.config import Settings
from lettergen.models import Practice


@contextmanager
def at_desk(
    settings: Settings, practice_ods: str | None = None
) -> Iterator[tuple[Session, accounts.Actor]]:
    """Open a session as whoever runs the command line; it commits at the end, or not at all.

    Raises Unreadable where there is no installation, one that is behind the program, or more
    than one practice and none named.
    """
    require_installation(settings)
    with installation.records(settings) as session:
        yield session, accounts.operator_of(_practice(session, practice_ods))


def require_installation(settings: Settings) -> None:
    """Raise Unreadable where there is no installation, or one that is behind the program."""
    if not settings.keys_file.is_file():
        raise Unreadable(
            f"there is no practice in {settings.data} yet; make one with: lettergen init"
        )
    if installation.is_behind(settings):
        raise Unreadable("the database is behind the program; bring it up with: lettergen init")


def _practice(session: Session, ods: str | None) -> Practice:
    found = [one for one in accounts.practices(session) if ods in (None, one.ods)]
    if not found:
        raise Unreadable(f"there is no practice {ods or ''}".strip())
    if len(found) > 1:
        known = ", ".join(one.ods for one in found)
        raise Unreadable(f"there are several practices; say which with --practice: {known}")
    return found[0]
