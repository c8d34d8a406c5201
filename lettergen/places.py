"""Where things lie: what the program ships, and the practice's own beside it.

Kept apart from the settings, so that a command that only draws a letter starts without them.
"""

import os
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).parent
CHECKOUT = PACKAGE.parent


@dataclass(frozen=True)
class Places:
    """The folders of one installation; the practice's own come last, and go before the others."""

    data: Path

    @property
    def forms_folders(self) -> tuple[Path, ...]:
        """Where document types are: the program's own folder, then the practice's if it has one."""
        return _existing(shipped("forms"), self.data / "forms")

    @property
    def template_folders(self) -> tuple[Path, ...]:
        """Where letters' templates are: the program's own, then the practice's if it has one."""
        return _existing(shipped("templates") / "letters", self.data / "templates/letters")


def here() -> Places:
    """Return the folders of the installation that LETTERGEN_DATA names, or the usual one."""
    named = os.environ.get("LETTERGEN_DATA")
    return Places((Path(named) if named else default_data()).expanduser().absolute())


def default_data() -> Path:
    """Return the data folder for want of another: in a checkout, else in the home folder."""
    if (CHECKOUT / "pyproject.toml").is_file():
        return CHECKOUT / "data"
    return Path.home() / ".local/share/lettergen"


def shipped(folder: str) -> Path:
    """Return where "forms" or "templates" of the program are: in the wheel, or in a checkout."""
    in_wheel = PACKAGE / "shipped" / folder
    return in_wheel if in_wheel.is_dir() else CHECKOUT / folder


def _existing(*folders: Path) -> tuple[Path, ...]:
    return tuple(folder for folder in folders if folder.is_dir())
