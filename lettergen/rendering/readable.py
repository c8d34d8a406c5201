"""Makes the text of a PDF readable by software, whatever script a name is written in.

WeasyPrint maps each glyph to the characters it first drew with it (its issue 2841). That is
wrong where one character is drawn by several glyphs, or several by one, as in Arabic, Devanagari
and with stacked marks: glyphs are left without characters, and a name reads back as another
name. So the characters of such clusters are written beside their glyphs as ActualText
(ISO 32000-1, 14.9.4), and no glyph is left without any.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any

import pydyf
from fontTools.ttLib import TTFont
from weasyprint import Document, Page
from weasyprint.formatting_structure.boxes import TextBox
from weasyprint.pdf.stream import Stream
from weasyprint.text.ffi import ffi, pango

# Combining marks, Hebrew to Ethiopic, joiners and marks of order, their presentation forms, emoji.
SHAPED = re.compile(
    "[\u0300-\u036f\u0590-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u2069\u20d0-\u20ff"
    "\ua8e0-\ua8ff\ufb1d-\ufdff\ufe00-\ufe2f\ufe70-\ufeff\U0001f000-\U0001faff"
    "\U000e0000-\U000e01ef]"
)
UNSEEN = "\N{WORD JOINER}"
PIECE = re.compile(rb"<([0-9a-f]+)>|([^<>\[\]\s]+)")

_characters_of_fonts: dict[bytes, dict[int, str]] = {}


@dataclass(frozen=True)
class Glyph:
    """A drawn glyph: its number, its cluster's place and text, and whether these are mapped."""

    number: int
    place: int
    text: str
    is_mapped: bool


def make_readable(document: Document) -> None:
    """Prepare a document, before it is written, so that its text can be read back."""
    document.fonts = _Fonts()
    for page in document.pages:
        page.paint = partial(_paint, page)


def _paint(page: Page, stream: Stream, scale: float = 1) -> None:
    stream.marked = partial(_marked, stream)
    Page.paint(page, stream, scale)


@contextmanager
def _marked(stream: Stream, box: Any, tag: str) -> Iterator[None]:
    with Stream.marked(stream, box, tag):
        start = len(stream.stream)
        yield
        if isinstance(box, TextBox) and SHAPED.search(box.text):
            drawn, stream.stream[start:] = stream.stream[start:], []
            _Scribe(stream, _glyphs(stream, box)).copy(drawn)


class _Scribe:
    """Copies the operators that drew a text, with ActualText around the clusters that need it."""

    def __init__(self, stream: Stream, glyphs: Iterator[Glyph]) -> None:
        self._stream = stream
        self._glyphs = glyphs
        self._place: int | None = None
        self._row: list[bytes] = []

    def copy(self, drawn: list[bytes]) -> None:
        for operator in drawn:
            if operator.endswith(b"] TJ"):
                self._copy_text(operator.removesuffix(b" TJ"))
            else:
                if operator == b"ET":
                    self._move_to(None, "")
                self._stream.stream.append(operator)

    def _copy_text(self, row: bytes) -> None:
        for numbers, space in PIECE.findall(row):
            if space:
                self._row.append(space)
            for start in range(0, len(numbers), 4):
                number = numbers[start : start + 4]
                glyph = next(self._glyphs)
                self._move_to(None if glyph.is_mapped else glyph.place, glyph.text)
                self._row.append(b"<" + number + b">")
        self._flush()

    def _move_to(self, place: int | None, text: str) -> None:
        if place == self._place:
            return
        self._flush()
        if self._place is not None:
            self._stream.end_marked_content()
        if place is not None:
            spoken = pydyf.Dictionary({"ActualText": pydyf.String(text)})
            self._stream.begin_marked_content("Span", spoken)
        self._place = place

    def _flush(self) -> None:
        if self._row:
            self._stream.stream.append(b"[" + b" ".join(self._row) + b"] TJ")
            self._row = []


def _glyphs(stream: Stream, box: TextBox) -> Iterator[Glyph]:
    """Yield the glyphs of a text in the order in which WeasyPrint draws them."""
    layout = box.pango_layout
    layout.reactivate(box.style)
    pango.pango_layout_set_single_paragraph_mode(layout.layout, True)
    line, _ = layout.get_first_line()
    text, run = layout.text.encode(), line.runs[0]
    while run != ffi.NULL:
        yield from _glyphs_of_run(stream, run.data, text)
        run = run.next
    layout.deactivate()


def _glyphs_of_run(stream: Stream, run: Any, text: bytes) -> Iterator[Glyph]:
    font, _size = stream.add_font(run.item.analysis.font)
    drawn = run.glyphs.glyphs[0 : run.glyphs.num_glyphs]
    places = list(run.glyphs.log_clusters[0 : run.glyphs.num_glyphs])
    edges = [*sorted(set(places)), run.item.length]
    for glyph, place in zip(drawn, places, strict=True):
        if glyph.glyph == pango.PANGO_GLYPH_EMPTY:
            continue
        edge = edges[edges.index(place) + 1]
        spoken = text[run.item.offset + place : run.item.offset + edge].decode()
        # Readers differ in what they make of a glyph that is mapped to several characters.
        is_single = places.count(place) == 1 and len(spoken) == 1
        is_mapped = is_single and font.to_unicode.get(glyph.glyph) == spoken
        yield Glyph(glyph.glyph, run.item.offset + place, spoken, is_mapped)


class _Fonts(dict[Any, Any]):
    """The fonts of one document, each with a map from glyphs to characters that has no holes."""

    def __setitem__(self, key: Any, font: Any) -> None:
        font.to_unicode = _ToUnicode(font)
        super().__setitem__(key, font)


class _ToUnicode(dict[int, str]):
    def __init__(self, font: Any) -> None:
        super().__init__()
        self._font = font

    def __setitem__(self, glyph: int, text: str) -> None:
        if len(text) != 1:
            text = _characters(self._font).get(glyph) or text or UNSEEN
        super().__setitem__(glyph, text)


def _characters(font: Any) -> dict[int, str]:
    """Return glyph → character for the glyphs that a font uses for single characters."""
    if font.name not in _characters_of_fonts:
        with TTFont(BytesIO(font.file_content), lazy=True) as table:
            known = table.getBestCmap().items()
            _characters_of_fonts[font.name] = {
                table.getGlyphID(name): chr(code) for code, name in known
            }
    return _characters_of_fonts[font.name]
