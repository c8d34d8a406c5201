"""A practice's own consent settings: changed by its manager, and kept beside the practice."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import accounts, models
from lettergen.consents.form import settings
from lettergen.consents.form.catalogue import Catalogue
from lettergen.consents.form.settings import ConsentSettings
from lettergen.models import Actor, Practice, locked


def change(
    session: Session,
    catalogue: Catalogue,
    actor: Actor,
    chosen: Mapping[str, Any],
    *,
    at: datetime,
) -> ConsentSettings:
    """Put what a practice chose in place of all that it chose before; nothing means the defaults.

    Consents that are signed keep their last day; deadlines of tasks that are open stay. Raises
    NotAllowed unless the actor is a manager, BadConsentSettings with what cannot be, by name.
    """
    accounts.require_manager(actor)
    checked = settings.read(chosen, catalogue)
    practice = session.scalars(
        locked(select(Practice).where(Practice.id == actor.practice_id))
    ).one()
    before = practice.consent_settings or {}
    names = sorted(before.keys() | chosen.keys())
    changed = [name for name in names if before.get(name) != chosen.get(name)]
    if changed:
        practice.consent_settings = dict(chosen) or None
        details = {"changed": changed}
        models.record(session, actor, "consent.settings_changed", practice, at=at, details=details)
    return checked
