"""A name drawn on a screen: checked, and kept as a picture of ink and nothing else.

How fast and how hard a hand wrote could be biometric data (UK GDPR, articles 4(14) and 9), so the
points of the line are looked at once, to see that somebody wrote, and are not kept.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngImageFile

from lettergen.refusals import Refused
from lettergen.rendering.photographs import DECODER_FAULTS, opening, whole_only

DATA_URL = "data:image/png;base64,"
LARGEST_BYTES = 100_000
MOST_PIXELS = 4_000_000
WIDEST = 900
TALLEST = 300
FEWEST_POINTS = 3
MOST_POINTS = 20_000
FURTHEST = 10_000
# Of the canvas' own pixels: less than that is a dot.
SHORTEST_LINE = 12.0
FAINTEST_INK = 48
AGAIN = "Sign again in the box, or choose another way to sign."


class NoMark(Refused):
    """Nothing that shows that somebody signed."""


def drawn(data_url: str, strokes: Any) -> bytes:
    """Return the picture of a drawn name: a small PNG, black on nothing, cut to the ink.

    `data_url` is the canvas as a PNG in a data address, `strokes` what signature_pad's `toData`
    gives: a list of strokes, each with its `points` of `x` and `y`. Raises NoMark for an empty
    box, fewer than three points, a single dot, more than 100 kB, and anything that is no PNG.
    """
    _require_line(strokes)
    ink = _ink(_canvas(data_url))
    box = ink.getbbox()
    if box is None or max(box[2] - box[0], box[3] - box[1]) < SHORTEST_LINE:
        raise NoMark(f"The box is empty. {AGAIN}")
    ink = ink.crop(box)
    ink.thumbnail((WIDEST, TALLEST))
    black = Image.new("L", ink.size, 0)
    target = BytesIO()
    Image.merge("LA", (black, ink)).save(target, "PNG", optimize=True)
    return target.getvalue()


def _require_line(strokes: Any) -> None:
    points = set(_points(strokes))
    if len(points) < FEWEST_POINTS:
        raise NoMark(f"The box holds no more than a dot. {AGAIN}")
    across, down = ([point[axis] for point in points] for axis in (0, 1))
    if max(max(across) - min(across), max(down) - min(down)) < SHORTEST_LINE:
        raise NoMark(f"The box holds no more than a dot. {AGAIN}")


def _points(strokes: Any) -> Iterator[tuple[float, float]]:
    """Yield the places of a line; times and pressure beside them are not looked at."""
    count = 0
    for stroke in strokes if isinstance(strokes, list) else ():
        points = stroke.get("points") if isinstance(stroke, Mapping) else None
        for point in points if isinstance(points, list) else ():
            count += 1
            if count > MOST_POINTS:
                raise NoMark(f"The line is too long. {AGAIN}")
            if isinstance(point, Mapping) and all(map(_is_place, (point.get("x"), point.get("y")))):
                yield point["x"], point["y"]


def _is_place(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value < FURTHEST


def _canvas(data_url: str) -> Image.Image:
    if not data_url.startswith(DATA_URL):
        raise NoMark(f"The signature did not arrive as a picture. {AGAIN}")
    if len(data_url) > LARGEST_BYTES * 4 // 3 + len(DATA_URL) + 4:
        raise NoMark(f"The signature is larger than {LARGEST_BYTES // 1000} kB. {AGAIN}")
    try:
        data = base64.b64decode(data_url.removeprefix(DATA_URL), validate=True)
        with opening, whole_only():
            canvas = PngImageFile(BytesIO(data))
            if canvas.width * canvas.height > MOST_PIXELS:
                raise NoMark(f"The signature is too large a picture. {AGAIN}")
            return canvas.convert("RGBA")
    except (binascii.Error, *DECODER_FAULTS) as fault:
        raise NoMark(f"The signature did not arrive whole. {AGAIN}") from fault


def _ink(canvas: Image.Image) -> Image.Image:
    """Return how much ink lies on each pixel, whether the canvas was transparent or white."""
    darkness = ImageChops.invert(canvas.convert("RGB").convert("L"))
    ink = ImageChops.multiply(darkness, canvas.getchannel("A"))
    return ink.point(lambda value: value if value >= FAINTEST_INK else 0)
