"""The standing parts that letters are made with."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from lettergen.definitions import Library
from lettergen.rendering import Renderer

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Office:
    """The document types and what renders them; kept for as long as the program runs."""

    library: Library
    renderer: Renderer


def local_day(at: datetime) -> date:
    """Return the day that it is in England at a moment."""
    return at.astimezone(LONDON).date()
