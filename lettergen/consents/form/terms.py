"""What one practice works to: the purposes and their endings, its own settings, its holidays."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import working_days
from lettergen.calendar import local_day
from lettergen.consents.form import settings as consent_settings
from lettergen.consents.form.catalogue import Catalogue
from lettergen.consents.form.grammar import Ending
from lettergen.consents.form.settings import ConsentSettings, Deadline
from lettergen.models import Actor, Practice

BEFORE, AFTER = "before_acceptance", "after_publication"


@dataclass(frozen=True)
class Terms:
    """The catalogue, a practice's settings, and the days on which nobody works."""

    catalogue: Catalogue
    settings: ConsentSettings
    holidays: frozenset[date]

    def due(self, since: datetime, days: int) -> date:
        """Return the day by which so many working days after a moment are over."""
        return working_days.after(local_day(since), days, self.holidays)

    def ending(self, purpose: str, *, is_published: bool) -> Ending:
        """Return what a withdrawal of a purpose sets off; an article that is out has its own."""
        endings = {one.stage: one for one in self.catalogue.purpose(purpose).endings}
        return endings.get(AFTER if is_published else BEFORE) or next(iter(endings.values()))

    def deadline(self, purpose: str, *, is_published: bool) -> Deadline:
        """Return within how many working days a withdrawn purpose has to stop."""
        later = f"{purpose}.{AFTER}"
        known = self.settings.deadlines
        return known[later] if is_published and later in known else known[purpose]


def of_practice(
    session: Session, actor: Actor, catalogue: Catalogue, holidays: frozenset[date]
) -> Terms:
    """Return the terms of the actor's practice; raises BadConsentSettings if they are spoilt."""
    stored = session.scalar(
        select(Practice.consent_settings).where(Practice.id == actor.practice_id)
    )
    return Terms(catalogue, consent_settings.read(stored, catalogue), holidays)
