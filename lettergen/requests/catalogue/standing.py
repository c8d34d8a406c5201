"""The catalogue as one running program holds it: read once, and anew when a file changes."""

from sqlalchemy.orm import Session

from lettergen import working_days
from lettergen.definitions.library import HasFolders
from lettergen.definitions.watched import Watched
from lettergen.models import Actor
from lettergen.requests.catalogue import loading
from lettergen.requests.catalogue import terms as own_terms
from lettergen.requests.catalogue.grammar import Catalogue
from lettergen.requests.catalogue.terms import Terms

__all__ = ["Requests", "Terms"]


class Requests:
    """Gives the catalogue and each practice's terms; cheap to ask on every request."""

    def __init__(self, places: HasFolders) -> None:
        self._held = Watched(
            lambda: (*loading.paths(places), *working_days.paths(places)),
            lambda: (loading.load(places), working_days.holidays(places)),
        )

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue as its files say it now. Raises BrokenDefinition with every fault."""
        return self._held.now()[0]

    def terms(self, session: Session, actor: Actor) -> Terms:
        """Return the terms of the actor's practice; a visitor's actor names one too.

        Raises BrokenDefinition, BadRequestSettings.
        """
        return own_terms.of_practice(session, actor, *self._held.now())
