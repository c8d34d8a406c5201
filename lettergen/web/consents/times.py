"""Days and times as people type them into one box, on clocks in London."""

from datetime import datetime

from lettergen.calendar import LONDON
from lettergen.refusals import Refused


class WrongTime(Refused):
    """What was typed is no day and time."""


def moment_of(text: str) -> datetime:
    """Return the moment of a day and time as clocks in London show it; raise WrongTime."""
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=LONDON)
    except ValueError as wrong:
        raise WrongTime("Enter the day and the time.") from wrong


def local_text(moment: datetime) -> str:
    """Return a moment as an input for day and time holds it."""
    return f"{moment.astimezone(LONDON):%Y-%m-%dT%H:%M}"
