"""What links are for, how long each kind lasts, and whether it works once."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lettergen.refusals import Refused

LETTER, CONSENT, WITHDRAW, SEE_FIRST = "letter", "consent", "withdraw", "see-first"
AGREE, FOLLOW = "agree", "follow"
LONGEST = 90


class WrongDays(Refused):
    """A link is not to last so long, or so short."""


@dataclass(frozen=True)
class Purpose:
    """One thing that a link is for: its usual days, and whether doing it ends the link.

    A link that `is_open_to_all` asks for no date of birth: its pages name nobody.
    """

    name: str
    days: int
    is_single_use: bool
    is_open_to_all: bool = False

    @property
    def most_days(self) -> int:
        """The most days that somebody may set."""
        return max(LONGEST, self.days)


PURPOSES: Mapping[str, Purpose] = MappingProxyType(
    {
        one.name: one
        for one in (
            Purpose(LETTER, days=14, is_single_use=False),
            Purpose(CONSENT, days=7, is_single_use=True),
            # A consent may be withdrawn for as long as it is in use: ten years at the most.
            Purpose(WITHDRAW, days=3650, is_single_use=True),
            Purpose(SEE_FIRST, days=21, is_single_use=False),
            # Agreeing, and taking it back for as long as the letter has not been sent.
            Purpose(AGREE, days=60, is_single_use=False),
            Purpose(FOLLOW, days=180, is_single_use=False, is_open_to_all=True),
        )
    }
)


def days_for(purpose: Purpose, days: int | None) -> int:
    """Return for how many days a link is to last; raise WrongDays outside 1 to the most."""
    if days is None:
        return purpose.days
    if not 1 <= days <= purpose.most_days:
        raise WrongDays(f"A link can last from 1 to {purpose.most_days} days. Choose a number.")
    return days
