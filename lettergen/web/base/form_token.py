"""What a public form bears so that machines find it hard: a key of its own, signed, with its time.

Nobody is asked to pick out traffic lights, and nobody else hears of the visit.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

QUICKEST = timedelta(seconds=3)
LONGEST = timedelta(hours=24)
# A box that people leave empty: its label says so, and machines fill in every box.
TRAP = "website"
_SALT = "lettergen.public-form"


@dataclass(frozen=True)
class Opened:
    """A form as it was opened: its key, by which it makes one request, and when."""

    once: str
    at: datetime


def issue(about: str, *, at: datetime) -> str:
    """Return the text that a form about something bears."""
    return _signer().dumps([about, secrets.token_urlsafe(24), int(at.timestamp())])


def read(text: str, about: str, *, at: datetime) -> Opened | None:
    """Return the form that a text is of; None for another form's, a forged or an old one."""
    try:
        found, once, seconds = _signer().loads(text)
    except (BadSignature, ValueError, TypeError):
        return None
    opened = datetime.fromtimestamp(int(seconds), at.tzinfo)
    return Opened(str(once), opened) if found == about and at - opened < LONGEST else None


def is_too_quick(opened: Opened, *, at: datetime) -> bool:
    """Say whether a form came back sooner than a person can read it."""
    return at - opened.at < QUICKEST


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=_SALT)
