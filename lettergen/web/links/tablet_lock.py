"""The lock of a tablet that a patient holds: a cookie of its own, beside no session at all."""

from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

IDLE = timedelta(minutes=60)
PHOTO, REQUEST = "photo", "request"
_SALT = "lettergen.tablet-with-a-patient"


@dataclass(frozen=True)
class Lock:
    """Which consent this browser shows, and who handed it over: by session, name and device.

    `kind` says what `draft_id` is the key of: a photo consent, or a request for a letter.
    """

    practice_id: str
    draft_id: str
    sign_in_id: str
    staff: str
    device: str
    kind: str = PHOTO


def give(reply: Response, lock: Lock, *, at: datetime) -> None:
    """Lock this browser to one consent until it has lain idle for an hour."""
    until = int((at + IDLE).timestamp())
    reply.set_cookie(
        _name(),
        _signer().dumps([*astuple(lock), until]),
        max_age=int(IDLE.total_seconds()),
        httponly=True,
        secure=_is_secure(),
        samesite="Lax",
    )


def held(*, at: datetime) -> Lock | None:
    """Return the lock of this browser, or None without one, or once it has lain idle."""
    try:
        *parts, until = _signer().loads(request.cookies.get(_name(), ""))
        lock = Lock(*parts)
    except (BadSignature, ValueError, TypeError):
        return None
    return lock if at.timestamp() < until else None


def drop(reply: Response) -> None:
    """Unlock this browser."""
    reply.delete_cookie(_name(), httponly=True, secure=_is_secure(), samesite="Lax")


def _name() -> str:
    return "__Host-lettergen-tablet" if _is_secure() else "lettergen-tablet"


def _is_secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=_SALT)
