"""The panels that stand on a request's page: each is another room's, and shows itself if it is."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from lettergen.models import Request
from lettergen.requests.life.fits import NOT_NEEDED
from lettergen.web.money import panel
from lettergen.web.requests import consent, replying

NO_LETTER = ("DECLINE", "REDIRECT")
Context = Callable[[Session, Request], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """One panel as the page includes it: its template, and the names that this reads."""

    key: str
    template: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Room:
    """Where a panel comes from."""

    key: str
    template: str
    context: Context


def _agreement(session: Session, request: Request) -> Mapping[str, Any] | None:
    """Return what stands of agreement; nothing where nothing is written, or nobody need agree."""
    values = consent.panel(session, request)
    is_needed = request.outcome not in NO_LETTER and request.consent_code != NOT_NEEDED
    return values if is_needed or values["asked"].consent else None


ROOMS: tuple[Room, ...] = (
    Room("agreement", "web/requests/_consent.html", _agreement),
    Room("reply", "web/requests/_reply.html", replying.panel),
    Room("money", "web/requests/_money.html", panel.panel),
)


def panels(session: Session, request: Request) -> Iterator[Panel]:
    """Yield the panels that have something to say of a request, in reading order."""
    for room in ROOMS:
        values = room.context(session, request)
        if values is not None:
            yield Panel(room.key, room.template, values)
