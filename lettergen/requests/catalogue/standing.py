"""The catalogue as one running program holds it: read once, and anew when a file changes."""

from datetime import date
from pathlib import Path
from threading import Lock

from sqlalchemy.orm import Session

from lettergen import working_days
from lettergen.definitions.library import HasFolders
from lettergen.models import Actor
from lettergen.requests.catalogue import loading
from lettergen.requests.catalogue import terms as own_terms
from lettergen.requests.catalogue.grammar import Catalogue
from lettergen.requests.catalogue.terms import Terms

Files = tuple[tuple[str, int, int], ...]
Held = tuple[Files, Catalogue, frozenset[date]]
__all__ = ["Requests", "Terms"]


class Requests:
    """Gives the catalogue and each practice's terms; cheap to ask on every request."""

    def __init__(self, places: HasFolders) -> None:
        self._places = places
        self._lock = Lock()
        self._held: Held | None = None

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue as its files say it now. Raises BrokenDefinition with every fault."""
        return self._now()[1]

    def terms(self, session: Session, actor: Actor) -> Terms:
        """Return the terms of the actor's practice; a visitor's actor names one too.

        Raises BrokenDefinition, BadRequestSettings.
        """
        _, catalogue, holidays = self._now()
        return own_terms.of_practice(session, actor, catalogue, holidays)

    def _now(self) -> Held:
        files = (*loading.seen(self._places), *_days_off(self._places))
        with self._lock:
            if self._held is None or self._held[0] != files:
                catalogue = loading.load(self._places)
                self._held = (files, catalogue, working_days.holidays(self._places))
            return self._held


def _days_off(places: HasFolders) -> Files:
    paths = [Path(folder) / working_days.FILE for folder in places.forms_folders]
    return tuple(
        (str(path), found.st_mtime_ns, found.st_size)
        for path in paths
        if path.is_file()
        for found in [path.stat()]
    )
