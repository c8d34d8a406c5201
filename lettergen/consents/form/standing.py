"""The form as one running program holds it: read once, and anew when one of its files changes."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.orm import Session

from lettergen import working_days
from lettergen.consents.form import catalogue, terms
from lettergen.consents.form.catalogue import FOLDER, TEMPLATES
from lettergen.consents.form.grammar import Catalogue
from lettergen.consents.form.terms import Terms
from lettergen.definitions.library import HasFolders
from lettergen.definitions.watched import Watched
from lettergen.models import Actor


class Consents:
    """Gives the catalogue and each practice's terms; cheap to ask on every request."""

    def __init__(self, places: HasFolders) -> None:
        self._held = Watched(
            lambda: (*_paths(places), *working_days.paths(places)),
            lambda: (catalogue.load(places), working_days.holidays(places)),
        )

    @property
    def catalogue(self) -> Catalogue:
        """The form as its files say it now. Raises BrokenDefinition with every fault."""
        return self._held.now()[0]

    def terms(self, session: Session, actor: Actor) -> Terms:
        """Return the terms of the actor's practice; a patient's actor names one too.

        Raises BrokenDefinition, BadConsentSettings.
        """
        return terms.of_practice(session, actor, *self._held.now())


def _paths(places: HasFolders) -> Iterator[Path]:
    for folder in places.forms_folders:
        yield from sorted((Path(folder) / FOLDER).glob("*.toml"))
    for folder in places.template_folders:
        for pattern in TEMPLATES:
            yield from sorted(Path(folder).glob(pattern))
