"""Whole bars cut into shares, one under the other, so that what changed is seen."""

from collections.abc import Sequence
from dataclasses import dataclass

from lettergen.charts.drawing import (
    LETTER,
    WIDTH,
    Box,
    Chart,
    Line,
    Text,
    breadth,
    rounded,
    shortened,
)

BAR, NAME, GAP = 34.0, 17.0, 14.0
SWATCH = 14.0
LINE = 20.0
ROOM_TO_SAY = 36.0  # a share narrower than this has its number in the table only


@dataclass(frozen=True)
class Share:
    """One bar: its name, and the number of each part in the order of the legend.

    `hrefs` and `says` belong to the parts, in the same order; both may be left out.
    """

    label: str
    parts: Sequence[float]
    hrefs: Sequence[str] = ()
    says: Sequence[str] = ()


def shares(
    key: str,
    title: str,
    description: str,
    legend: Sequence[str],
    given: Sequence[Share],
    *,
    width: float = WIDTH,
    has_legend: bool = True,
) -> Chart:
    """Return bars of equal length, each cut in proportion. A bar of nothing is an empty frame.

    Shares that are wide enough say their percentage. Without a legend, a table beside the bars
    must say which style is which. Raises ValueError for a negative part, or
    for parts that the legend does not name.
    """
    boxes: list[Box] = []
    lines: list[Line] = []
    legend_boxes, texts, y = _legend(legend if has_legend else (), width)
    for one in given:
        if len(one.parts) != len(legend) or any(part < 0 for part in one.parts):
            raise ValueError("Each bar has one part, not negative, for each word of the legend.")
        texts.append(Text(0, rounded(y + LETTER), one.label, is_strong=True))
        y += NAME
        cut, said = _cut(one, y, width)
        boxes += cut
        texts += said
        lines += _frame(y, width)
        y += BAR + GAP
    return Chart(
        key,
        title,
        description,
        width,
        rounded(y - GAP + 1),
        tuple(lines),
        (*legend_boxes, *boxes),
        tuple(texts),
        is_linked=any(one.href for one in boxes),
    )


def _legend(names: Sequence[str], width: float) -> tuple[list[Box], list[Text], float]:
    """Lay the legend out in two columns, the first one down before the second."""
    half, rows = width / 2, -(-len(names) // 2)
    boxes, texts = [], []
    for number, name in enumerate(names):
        x, y = half * (number // rows), LINE * (number % rows)
        boxes.append(Box(rounded(x), rounded(y + 1), SWATCH, SWATCH, number))
        words = shortened(name, half - SWATCH - 10)
        texts.append(Text(rounded(x + SWATCH + 6), rounded(y + 12), words))
    return boxes, texts, rows * LINE + 6 if names else 0.0


def _cut(one: Share, y: float, width: float) -> tuple[list[Box], list[Text]]:
    whole, x = sum(one.parts), 0.0
    boxes: list[Box] = []
    texts: list[Text] = []
    for number, part in enumerate(one.parts):
        if not part:
            continue
        wide = width * part / whole
        boxes.append(
            Box(
                rounded(x),
                rounded(y),
                rounded(wide),
                BAR,
                number,
                one.hrefs[number] if one.hrefs else "",
                one.says[number] if one.says else "",
            )
        )
        if wide >= ROOM_TO_SAY:
            texts.append(_percent(x + wide / 2, y, part / whole))
        x += wide
    return boxes, texts


def _percent(middle: float, y: float, share: float) -> Text:
    words = f"{100 * share:.0f}%"
    half = breadth(words) / 2 + 4
    plate = Box(rounded(middle - half), rounded(y + 9), rounded(2 * half), 16, 0)
    return Text(rounded(middle), rounded(y + 21), words, "middle", plate=plate)


def _frame(y: float, width: float) -> list[Line]:
    low = rounded(y + BAR)
    return [
        Line(0, rounded(y), width, rounded(y), "axis"),
        Line(0, low, width, low, "axis"),
        Line(0, rounded(y), 0, low, "axis"),
        Line(width, rounded(y), width, low, "axis"),
    ]
