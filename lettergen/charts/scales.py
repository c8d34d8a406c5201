"""Scales with round numbers on them."""

from dataclasses import dataclass
from math import floor, log10

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
LEAST_STEP = 1e-6
NEARLY = 0.999  # a step may be short by what floating point loses


@dataclass(frozen=True)
class Scale:
    """From `least` to `most` on a length; `ticks` are the round numbers between them, in order."""

    least: float
    most: float
    length: float
    ticks: tuple[float, ...]

    def at(self, value: float) -> float:
        """Return how far a value is along the length; one beyond an end is at that end."""
        within = min(max(value, self.least), self.most)
        return (within - self.least) / (self.most - self.least) * self.length


def scale(least: float, most: float, length: float, *, count: int = 4, whole: bool = True) -> Scale:
    """Return a scale that holds zero and both values, with about `count` steps.

    With `whole` no step is smaller than 1: there is no half request. Where there is nothing but
    zero, only zero is marked.
    """
    low, high = min(0.0, least), max(0.0, most)
    if high == low:
        return Scale(0.0, 1.0, length, (0.0,))
    step = _step((high - low) / count, whole=whole)
    first, last = floor(low / step), -floor(-high / step)
    ticks = tuple(step * number for number in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], length, ticks)


def _step(rough: float, *, whole: bool) -> float:
    """Return the least round step that is not smaller than a rough one."""
    wanted = max(rough, 1.0 if whole else LEAST_STEP)
    power = 10.0 ** floor(log10(wanted))
    steps = [one * power for one in STEPS if not whole or (one * power).is_integer()]
    return next(one for one in steps if one >= wanted * NEARLY)
