"""A practice's own consent settings: changed by its manager, and kept beside the practice."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lettergen import accounts
from lettergen.consents.form import settings
from lettergen.consents.form.catalogue import Catalogue
from lettergen.consents.form.settings import ConsentSettings
from lettergen.models import Actor


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
    practice, action = accounts.lock_practice(session, actor), "consent.settings_changed"
    accounts.keep_settings(
        session, actor, practice, "consent_settings", chosen, action=action, at=at
    )
    return checked
