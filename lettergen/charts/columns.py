"""Columns side by side, each with a mark for what it is compared with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lettergen.charts.drawing import LEAST, LETTER, WIDTH, Box, Chart, Line, Text, breadth, rounded
from lettergen.charts.scales import Scale, scale

HEIGHT = 170.0
TOP, FOOT = 22.0, 24.0
FILLED = 0.68  # how much of its place a column takes


@dataclass(frozen=True)
class Column:
    """One column: a short word under it, its value, and what it is compared with if that is known.

    `says` are its words for who cannot see; `is_open` draws it in another style, for what is not
    over yet.
    """

    label: str
    value: float | None
    before: float | None = None
    says: str = ""
    href: str = ""
    is_open: bool = False


def columns(
    key: str,
    title: str,
    description: str,
    given: Sequence[Column],
    show: Callable[[float], str],
    *,
    width: float = WIDTH,
    height: float = HEIGHT,
) -> Chart:
    """Return columns from left to right. `show` writes the numbers of the scale and the last one.

    Values below zero hang from the line of zero. The value of the last column is written over it,
    above all columns, where it hides none.
    """
    known = [one for part in given for one in (part.value, part.before) if one is not None]
    up = scale(min(known, default=0), max(known, default=0), height - TOP - FOOT)
    left = max(breadth(show(tick)) for tick in up.ticks) + 8
    place = (width - left) / max(1, len(given))
    boxes, marks, texts = [], [], []
    for number, one in enumerate(given):
        x = left + number * place
        if one.value is not None:
            boxes.append(_box(one, x, place, up))
        if one.before is not None:
            y = rounded(TOP + up.length - up.at(one.before))
            marks.append(Line(rounded(x + 1), y, rounded(x + place - 1), y, "mark"))
        texts.append(Text(rounded(x + place / 2), height - 8, one.label, "middle"))
    if given and given[-1].value is not None:
        texts.append(Text(width, LETTER, show(given[-1].value), "end", is_strong=True))
    return Chart(
        key,
        title,
        description,
        width,
        height,
        (*_grid(up, left, width), *marks),
        tuple(boxes),
        (*_numbers(up, left, show), *texts),
        is_linked=any(one.href for one in given),
    )


def _box(one: Column, x: float, place: float, up: Scale) -> Box:
    value = one.value or 0
    zero, end = up.at(0), up.at(value)
    high = max(abs(end - zero), LEAST if value else 0)
    return Box(
        rounded(x + place * (1 - FILLED) / 2),
        rounded(TOP + up.length - (zero + high if value >= 0 else zero)),
        rounded(place * FILLED),
        rounded(high),
        1 if one.is_open else 0,
        one.href,
        one.says,
    )


def _grid(up: Scale, left: float, width: float) -> list[Line]:
    found = []
    for tick in up.ticks:
        y = rounded(TOP + up.length - up.at(tick))
        found.append(Line(rounded(left), y, width, y, "axis" if tick == 0 else "grid"))
    return found


def _numbers(up: Scale, left: float, show: Callable[[float], str]) -> list[Text]:
    """The numbers of the scale, every other one where they would crowd."""
    every = 2 if up.length / len(up.ticks) < LETTER + 4 else 1
    return [
        Text(rounded(left - 6), rounded(TOP + up.length - up.at(tick) + 4), show(tick), "end")
        for tick in up.ticks[::every]
    ]
