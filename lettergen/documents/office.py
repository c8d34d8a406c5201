"""The standing parts that letters are made with."""

from dataclasses import dataclass, field
from datetime import date, datetime

from lettergen.calendar import LONDON
from lettergen.definitions import Library
from lettergen.rendering import Renderer
from lettergen.sealing import Sealer


@dataclass(frozen=True)
class Office:
    """The document types, what renders and what seals them; kept while the program runs.

    `public_address` is what letters print, such as https://letters.example.com.
    """

    library: Library
    renderer: Renderer
    public_address: str
    sealer: Sealer = field(default_factory=Sealer)


def local_day(at: datetime) -> date:
    """Return the day that it is in England at a moment."""
    return at.astimezone(LONDON).date()
