"""A QR code is drawn as outlines that fill to exactly its dark squares."""

import pytest
import segno
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from lettergen.rendering.outlines import _operators
from lettergen.rendering.qr import QUIET, drawing

ADDRESS = "https://letters.example.com/v/LG-7K3M-9QXP"


def outlines_of(path: str) -> list[list[tuple[int, int]]]:
    """Return the corners of each outline, by way of the operators that draw it in a PDF."""
    found: list[list[tuple[int, int]]] = []
    for line in _operators(path):
        *place, operator = line.split()
        if operator == "m":
            found.append([])
        if operator in "ml":
            found[-1].append((int(place[0]), int(place[1])))
    return found


def filled(path: str, size: int) -> list[list[bool]]:
    """Return the squares that the even-odd rule fills: those with odd crossings to their left."""
    sides = [
        (x, min(y, below), max(y, below))
        for corners in outlines_of(path)
        for (x, y), (right, below) in zip(corners, [*corners[1:], corners[0]], strict=True)
        if x == right
    ]
    return [
        [
            sum(x <= column and top <= row < end for x, top, end in sides) % 2 == 1
            for column in range(size)
        ]
        for row in range(size)
    ]


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=90))
def test_the_outlines_fill_exactly_the_dark_squares(text: str) -> None:
    made = drawing(text)

    dark = [
        list(map(bool, row)) for row in segno.make_qr(text, error="m").matrix_iter(border=QUIET)
    ]
    assert filled(made["path"], made["size"]) == dark


def test_a_drawing_is_read_as_the_address_it_was_made_of() -> None:
    made = drawing(ADDRESS)

    image = Image.new("1", (made["size"] * 4, made["size"] * 4), 1)
    pen = ImageDraw.Draw(image)
    for y, row in enumerate(filled(made["path"], made["size"])):
        for x, is_dark in enumerate(row):
            if is_dark:
                pen.rectangle((x * 4, y * 4, x * 4 + 3, y * 4 + 3), fill=0)

    assert [one.text for one in zxingcpp.read_barcodes(image)] == [ADDRESS]


def test_a_text_that_no_code_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="Data too large"):
        drawing("a" * 3000)
