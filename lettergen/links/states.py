"""Whether a link is open, worked out from its moments."""

from datetime import datetime
from enum import StrEnum

from lettergen.models import Link

ATTEMPTS = 5


class State(StrEnum):
    """What a link is at a moment."""

    OPEN = "open"
    USED = "used"
    REPLACED = "replaced"
    REVOKED = "revoked"
    LOCKED = "locked"
    EXPIRED = "expired"


def state_of(link: Link, *, at: datetime) -> State:
    """Return a link's state at a moment.

    Where several ends came together, the one is named that helps its holder most: that there is
    a newer link says more than that this one is old.
    """
    if link.used_at is not None:
        return State.USED
    if link.replaced_at is not None:
        return State.REPLACED
    if link.revoked_at is not None:
        return State.REVOKED
    if link.locked_at is not None:
        return State.LOCKED
    return State.EXPIRED if at >= link.expires_at else State.OPEN
