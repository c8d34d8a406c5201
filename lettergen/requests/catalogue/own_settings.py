"""A practice's own settings for requests: changed by its manager, and kept beside the practice."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lettergen import accounts
from lettergen.models import Actor
from lettergen.requests.catalogue import settings
from lettergen.requests.catalogue.grammar import Catalogue
from lettergen.requests.catalogue.settings import RequestSettings


def change(
    session: Session,
    catalogue: Catalogue,
    actor: Actor,
    chosen: Mapping[str, Any],
    *,
    at: datetime,
) -> RequestSettings:
    """Put what a practice chose in place of all that it chose before; nothing means the defaults.

    Requests that were decided keep their outcome. Raises NotAllowed unless the actor is a
    manager, BadRequestSettings with what cannot be, by name.
    """
    accounts.require_manager(actor)
    checked = settings.read(chosen, catalogue, is_new=True)
    practice, action = accounts.lock_practice(session, actor), "requests.settings_changed"
    accounts.keep_settings(
        session, actor, practice, "request_settings", chosen, action=action, at=at
    )
    return checked
