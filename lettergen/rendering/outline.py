"""What a screen reader meets in a tagged PDF, in its order: headings, paragraphs, lists, tables."""

import re
from collections.abc import Callable, Iterable, Iterator
from ctypes import POINTER, cast, create_string_buffer
from typing import Any

import pypdfium2
from pypdfium2 import raw

# Roles that stand for a part of their own; all others are passed through.
HEADINGS = frozenset(("H1", "H2", "H3", "H4", "H5", "H6"))
HOLDERS = frozenset(("L", "LI", "Table", "TR"))
TEXTS = frozenset(("P", "Lbl", "LBody", "TH", "TD", "Caption", "Figure", "Link", "BlockQuote"))
PARTS = HEADINGS | HOLDERS | TEXTS
HYPHEN_AT_END = re.compile("\x02 ?")  # PDFium's sign for one
SPACE_BEFORE_STOP = re.compile(r" (?=[.,;:)])")

Part = tuple[str, str]


def reading_order(pdf: bytes) -> list[Part]:
    """Return role and text of each part; lists, items, tables and rows come with no text.

    The text of a figure is its alternative text. A part that runs over two pages comes twice.
    """
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [part for page in document for part in _of_page(page)]
    finally:
        document.close()


def bookmarks(pdf: bytes) -> list[tuple[int, str]]:
    """Return level, from 0, and title of each bookmark."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [(mark.level, mark.get_title()) for mark in document.get_toc()]
    finally:
        document.close()


def _of_page(page: pypdfium2.PdfPage) -> Iterator[Part]:
    texts = _texts_by_mark(page)
    tree = raw.FPDF_StructTree_GetForPage(page.raw)
    try:
        for index in range(raw.FPDF_StructTree_CountChildren(tree)):
            yield from _walk(raw.FPDF_StructTree_GetChildAtIndex(tree, index), texts, "")
    finally:
        raw.FPDF_StructTree_Close(tree)


def _walk(element: Any, texts: dict[int, str], within: str) -> Iterator[Part]:
    role = _string(raw.FPDF_StructElement_GetType, element)
    is_part = role in PARTS
    parts = list(_children(element, texts, role if is_part else within))
    if not is_part:
        yield from parts
    elif role == "Figure":
        yield role, _string(raw.FPDF_StructElement_GetAltText, element)
    elif role in HOLDERS:
        yield role, ""
        yield from parts
    else:
        yield role, _joined(text for name, text in parts if not name)
        yield from (part for part in parts if part[0])


def _joined(lines: Iterable[str]) -> str:
    # Lines and inline elements are marked one by one, without the space between them.
    text = SPACE_BEFORE_STOP.sub("", " ".join(" ".join(lines).split()))
    return HYPHEN_AT_END.sub("-", text)


def _children(element: Any, texts: dict[int, str], within: str) -> Iterator[Part]:
    for index in range(raw.FPDF_StructElement_CountChildren(element)):
        mark = raw.FPDF_StructElement_GetChildMarkedContentID(element, index)
        if mark >= 0:
            yield "", texts.get(mark, "")
        elif child := raw.FPDF_StructElement_GetChildAtIndex(element, index):
            yield from _walk(child, texts, within)


def _texts_by_mark(page: pypdfium2.PdfPage) -> dict[int, str]:
    words = page.get_textpage()
    texts: dict[int, str] = {}
    for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
        mark = raw.FPDFPageObj_GetMarkedContentID(thing.raw)
        text = _string(raw.FPDFTextObj_GetText, thing.raw, words.raw)
        texts[mark] = texts.get(mark, "") + text
    return texts


def _string(get: Callable[..., int], *of: Any) -> str:
    size = get(*of, None, 0)
    buffer = create_string_buffer(size)
    target = cast(buffer, POINTER(raw.FPDF_WCHAR)) if get is raw.FPDFTextObj_GetText else buffer
    get(*of, target, size)
    return buffer.raw.decode("utf-16-le").rstrip("\0")
