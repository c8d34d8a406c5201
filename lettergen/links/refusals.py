"""What somebody at a link is told when it does not open, in plain words."""

from sqlalchemy.orm import Session

from lettergen.calendar import british_date, local_day
from lettergen.links.states import ATTEMPTS, State
from lettergen.models import Link, Practice
from lettergen.refusals import Refused

UNKNOWN = (
    "We do not know this link or code. Please check each character of it. "
    "If it still does not work, ask whoever gave it to you for a new one."
)


class NoSuchLink(Refused):
    """No such link: mistyped, never made, or of another practice. The words are the same."""

    def __init__(self) -> None:
        super().__init__(UNKNOWN)


class LinkEnded(Refused):
    """The link is no longer open; the text says why and whom to ask."""

    def __init__(self, message: str, state: State) -> None:
        super().__init__(message)
        self.state = state


class LockedNow(LinkEnded):
    """The answer just given locked the link: once for each link, so the practice is told once."""


class NotRenewed(Refused):
    """No new link can take the place of this one; the text, for staff, says what to do instead."""


class WrongBirthDate(Refused):
    """Not the date of birth that the practice has; `left` is how often it may still be tried."""

    def __init__(self, left: int) -> None:
        tries = "1 more try" if left == 1 else f"{left} more tries"
        super().__init__(
            f"That is not the date of birth we have. Please check it. You have {tries}."
        )
        self.left = left


def ended(session: Session, link: Link, state: State) -> LinkEnded:
    """Return the refusal for a link in a state, with the practice and its telephone number."""
    practice = session.get_one(Practice, link.practice_id)
    asking = f"ask {practice.name}"
    phone = f" Their phone number is {practice.phone}." if practice.phone else ""
    reasons = {
        State.USED: (
            "This link has been used. It works only once. "
            f"If that was not you, please tell {practice.name}.{phone}"
        ),
        State.REPLACED: (
            "There is a newer link in place of this one. "
            f"Please use the newest one you have. If you cannot find it, {asking}.{phone}"
        ),
        State.REVOKED: (
            f"{practice.name} has turned this link off. "
            f"If you still need it, please {asking}.{phone}"
        ),
        State.LOCKED: (
            f"This link is locked. The date of birth was wrong {ATTEMPTS} times. "
            f"The practice has been told. Please {asking} for a new link.{phone}"
        ),
        State.EXPIRED: (
            f"This link ended on {british_date(local_day(link.expires_at))}. "
            f"Please {asking} for a new one.{phone}"
        ),
    }
    return LinkEnded(reasons[state], state)
