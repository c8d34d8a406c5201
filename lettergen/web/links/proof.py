"""Proof that whoever holds a link has said the right date of birth: a cookie of that link alone.

It is apart from the staff's session: signed by itself, sent to the link's own pages only, and good
for half an hour.
"""

from datetime import datetime, timedelta

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from lettergen.models import Link

LASTS = timedelta(minutes=30)
_SALT = "lettergen.proof-at-a-link"


def give(reply: Response, link: Link, address: str, *, at: datetime) -> None:
    """Let this browser open the pages of a link, which lie below `address`, for half an hour."""
    until = at + LASTS
    reply.set_cookie(
        _name(),
        _signer().dumps([link.id, int(until.timestamp())]),
        path=address,
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        secure=_is_secure(),
        samesite="Lax",
    )


def is_given(link: Link, *, at: datetime) -> bool:
    """Say whether this browser has proved itself to this very link within the last half hour."""
    try:
        link_id, until = _signer().loads(request.cookies.get(_name(), ""))
    except (BadSignature, ValueError, TypeError):
        return False
    return bool(link_id == link.id and at.timestamp() < until)


def take_back(reply: Response, address: str) -> None:
    """Make this browser forget its proof."""
    reply.delete_cookie(_name(), path=address, httponly=True, secure=_is_secure(), samesite="Lax")


def _name() -> str:
    return "__Secure-lettergen-link" if _is_secure() else "lettergen-link"


def _is_secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=_SALT)
