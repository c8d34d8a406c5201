"""Bars for the rows of a table: the table says the names and numbers, the bars how they compare."""

from collections.abc import Sequence
from dataclasses import dataclass

from lettergen.charts.drawing import LEAST, Bar, Box, Line, rounded

LENGTH, HIGH = 100.0, 10.0
MARGIN = 1.5  # how far a mark reaches beyond the bar that it crosses


@dataclass(frozen=True)
class Part:
    """A piece of a bar: how much, and in which style."""

    amount: float
    style: int


def bar(says: str, parts: Sequence[Part], most: float, *, mark: float | None = None) -> Bar:
    """Return a bar whose parts stand one after the other, on a scale that ends at `most`.

    Amounts below zero are left out: the number beside the bar says them. `mark` is a value to be
    compared with, such as a target; one beyond the scale stands at its end. `says` names the bar
    for who cannot see it.
    """
    unit = LENGTH / most if most > 0 else 0
    y, high = (0.0, HIGH) if mark is None else (MARGIN, HIGH - 2 * MARGIN)
    boxes, x = [], 0.0
    for part in parts:
        if part.amount <= 0 or not unit or x >= LENGTH:
            continue
        wide = min(max(part.amount * unit, LEAST), LENGTH - x)
        boxes.append(Box(rounded(x), y, rounded(wide), high, part.style))
        x += wide
    lines = []
    if mark is not None and unit:
        at = rounded(min(max(mark, 0) * unit, LENGTH - 0.5))
        lines.append(Line(at, 0, at, HIGH, "mark"))
    return Bar(says, tuple(boxes), tuple(lines))
