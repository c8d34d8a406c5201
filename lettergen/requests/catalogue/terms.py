"""The terms that a practice works to: the catalogue in its own words, switches, days off."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.models import Actor, Practice
from lettergen.requests.catalogue import settings as request_settings
from lettergen.requests.catalogue.grammar import Catalogue, Type
from lettergen.requests.catalogue.own_words import worded
from lettergen.requests.catalogue.settings import RequestSettings

OWN_DIGITS = 7  # a request stores 20 characters: the catalogue's 12, a full stop, and these


@dataclass(frozen=True)
class Terms:
    """The catalogue with a practice's words and switches in it, its settings, and its days off.

    `shipped` is the catalogue without them. `version` tells both the files and the settings.
    """

    catalogue: Catalogue
    shipped: Catalogue
    settings: RequestSettings
    holidays: frozenset[date]

    @property
    def version(self) -> str:
        """The version of the catalogue, with a practice's settings after a full stop."""
        return self.catalogue.version

    def offered(self, type_key: str) -> bool:
        """Say whether the practice does this kind of work."""
        return self.settings.offered(type_key)


def of_practice(
    session: Session, actor: Actor, catalogue: Catalogue, holidays: frozenset[date]
) -> Terms:
    """Return the terms of the actor's practice; raises BadRequestSettings if they are spoilt."""
    stored = session.scalar(
        select(Practice.request_settings).where(Practice.id == actor.practice_id)
    )
    return terms(catalogue, request_settings.read(stored, catalogue), holidays)


def terms(catalogue: Catalogue, own: RequestSettings, holidays: frozenset[date]) -> Terms:
    """Return the catalogue as a practice with these settings uses it."""
    replies = {
        code: worded(reply, own.replies.get(code, {}), own.contact_role)
        for code, reply in catalogue.replies.items()
    }
    used = replace(
        catalogue,
        types={key: _own_type(kind, own) for key, kind in catalogue.types.items()},
        replies=replies,
        version=_version(catalogue, own),
        charges_patients=own.patient_charging,
        is_paused=own.paused,
    )
    return Terms(used, catalogue, own, holidays)


def _own_type(kind: Type, own: RequestSettings) -> Type:
    is_offered, reply = own.offered(kind.key), own.reply_texts.get(kind.key, kind.reply)
    if (is_offered, reply) == (kind.is_offered, kind.reply):
        return kind
    return replace(kind, is_offered=is_offered, reply=reply)


def _version(catalogue: Catalogue, own: RequestSettings) -> str:
    if not own.stored:
        return catalogue.version
    chosen = json.dumps(dict(own.stored), sort_keys=True).encode()
    return f"{catalogue.version}.{hashlib.sha256(chosen).hexdigest()[:OWN_DIGITS]}"
