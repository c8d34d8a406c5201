"""How near a day is, as a card says it: a word, and a colour that says the same."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from lettergen.requests.life import deadlines
from lettergen.requests.life.deadlines import Light

_TONES = {
    deadlines.RED: "late",
    deadlines.AMBER: "soon",
    deadlines.GREEN: "ok",
    deadlines.GREY: "none",
}


@dataclass(frozen=True)
class Due:
    """What a card says of its day. `tone` is late, today, soon, ok or none."""

    text: str
    tone: str


NO_DAY = Due("", "none")


def due_of(day: date | None, today: date, days_off: Collection[date], *, is_over: bool) -> Due:
    """Return the words for a day that something is due by; none where it is over or has no day."""
    if day is None or is_over:
        return NO_DAY
    return said(deadlines.light(day, today, days_off, held=False))


def said(light: Light) -> Due:
    """Return the words of a traffic light."""
    is_today = light.role == deadlines.RED and not light.is_late
    return Due(light.word, "today" if is_today else _TONES[light.role])
