"""An address as a QR code: the outlines of its dark squares, to be filled by an inline SVG."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

QUIET = 4  # squares of white around a code (ISO/IEC 18004, 6.3.8)

Corner = tuple[int, int]


def drawing(text: str) -> dict[str, Any]:
    """Return `size`, squares on a side with the quiet zone, and `path`, to be filled "evenodd".

    The outlines run around whole areas, so that no hairline shows between neighbouring squares.
    Raises ValueError for a text that no QR code holds.
    """
    # Not at the top: the command line waits for what is imported here.
    import segno  # noqa: PLC0415

    rows = [list(map(bool, row)) for row in segno.make_qr(text, error="m").matrix]
    return {"size": len(rows) + 2 * QUIET, "path": "".join(_outlines(rows))}


def _outlines(rows: Sequence[Sequence[bool]]) -> Iterator[str]:
    """Yield a closed outline around each dark area and each hole in one."""
    ways = _ways(rows)
    while ways:
        start = here = min(ways)
        corners = []
        while here in ways:
            there = ways[here].pop()
            if not ways[here]:
                del ways[here]
            corners.append(here)
            here = there
        yield f"M{start[0]} {start[1]}{''.join(_lines([*corners, start]))}z"


def _ways(rows: Sequence[Sequence[bool]]) -> dict[Corner, list[Corner]]:
    """Return where to go on to from each corner, with the dark squares on the right."""
    ways: dict[Corner, list[Corner]] = {}
    squares = (
        (x, y) for y, row in enumerate(rows, QUIET) for x, one in enumerate(row, QUIET) if one
    )
    dark = dict.fromkeys(squares)
    for x, y in dark:
        sides = (
            ((x, y - 1), (x, y), (x + 1, y)),
            ((x + 1, y), (x + 1, y), (x + 1, y + 1)),
            ((x, y + 1), (x + 1, y + 1), (x, y + 1)),
            ((x - 1, y), (x, y + 1), (x, y)),
        )
        for neighbour, begin, end in sides:
            if neighbour not in dark:
                ways.setdefault(begin, []).append(end)
    return ways


def _lines(corners: Sequence[Corner]) -> Iterator[str]:
    """Yield the lines between corners, those that go straight on as one."""
    length, is_level = 0, True
    for (x, y), (right, down) in pairwise(corners):
        step, goes_level = right - x + down - y, down == y
        if length and goes_level != is_level:
            yield f"{'h' if is_level else 'v'}{length}"
            length = 0
        length, is_level = length + step, goes_level
    yield f"{'h' if is_level else 'v'}{length}"
