"""The form as one running program holds it: read once, and anew when one of its files changes."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Lock

from sqlalchemy.orm import Session

from lettergen import working_days
from lettergen.consents.form import catalogue, terms
from lettergen.consents.form.catalogue import FOLDER, TEMPLATES
from lettergen.consents.form.grammar import Catalogue
from lettergen.consents.form.terms import Terms
from lettergen.definitions.library import HasFolders
from lettergen.models import Actor

Files = tuple[tuple[str, int, int], ...]
Held = tuple[Files, Catalogue, frozenset[date]]


class Consents:
    """Gives the catalogue and each practice's terms; cheap to ask on every request."""

    def __init__(self, places: HasFolders) -> None:
        self._places = places
        self._lock = Lock()
        self._held: Held | None = None

    @property
    def catalogue(self) -> Catalogue:
        """The form as its files say it now. Raises BrokenDefinition with every fault."""
        return self._now()[1]

    def terms(self, session: Session, actor: Actor) -> Terms:
        """Return the terms of the actor's practice; a patient's actor names one too.

        Raises BrokenDefinition, BadConsentSettings.
        """
        _, form, holidays = self._now()
        return terms.of_practice(session, actor, form, holidays)

    def _now(self) -> Held:
        files = tuple(self._files())
        with self._lock:
            if self._held is None or self._held[0] != files:
                form = catalogue.load(self._places)
                self._held = (files, form, working_days.holidays(self._places))
            return self._held

    def _files(self) -> Iterator[tuple[str, int, int]]:
        for folder in self._places.forms_folders:
            yield from _seen(Path(folder) / FOLDER, "*.toml")
        for folder in self._places.template_folders:
            for pattern in TEMPLATES:
                yield from _seen(Path(folder), pattern)


def _seen(folder: Path, pattern: str) -> Iterator[tuple[str, int, int]]:
    for path in sorted(folder.glob(pattern)):
        found = path.stat()
        yield str(path), found.st_mtime_ns, found.st_size
