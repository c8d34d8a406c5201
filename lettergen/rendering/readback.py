"""Reads a finished PDF as its receiver's software will, and looks for what it must say."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

import pypdfium2

from lettergen.rendering.refusals import NotReadBack

# PDFium puts these for a hyphen at the end of a line.
HYPHEN_AT_END = re.compile("[\x02\ufffe]\\s*|-\r?\n")
# Scripts that are drawn in another order than they are written: Hebrew, Arabic, South Asian.
RIGHT_TO_LEFT_AND_INDIC = "\u0590-\u08ff\u0900-\u0dff\ufb1d-\ufdff\ufe70-\ufeff"
REORDERED = re.compile(f"[{RIGHT_TO_LEFT_AND_INDIC}]")
WORDS = re.compile(f"[{RIGHT_TO_LEFT_AND_INDIC}]+|[^\\W{RIGHT_TO_LEFT_AND_INDIC}]+")


def read(pdf: bytes) -> str:
    """Return the text of a PDF, page after page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def check(pdf: bytes, must_hold: Sequence[str]) -> None:
    """Raise NotReadBack where a text is not in the PDF, however its lines are broken."""
    read_text = squeeze(read(pdf))
    lost = tuple(text for text in must_hold if not holds(read_text, text))
    if lost:
        raise NotReadBack(
            f"“{lost[0]}” cannot be read in the finished letter, so it was not made. "
            "Have its template looked at.",
            lost,
        )


def holds(read_text: str, text: str) -> bool:
    """Say whether squeezed text from a PDF holds a text, word by word in scripts it reorders."""
    if squeeze(text) in read_text:
        return True
    if not REORDERED.search(text):
        return False
    return all(_holds_word(read_text, squeeze(word)) for word in WORDS.findall(text))


def squeeze(text: str) -> str:
    """Return a text in one spelling: composed, without white space, joiners and marks of order.

    Emoji and other characters beyond U+FFFF are left out, since PDFium reads only some of them;
    that they were drawn is known, because a missing glyph ends a render.
    """
    joined = HYPHEN_AT_END.sub("-", text)
    composed = unicodedata.normalize("NFKC", joined)
    return "".join(ch for ch in composed if not ch.isspace() and not _is_unseen(ch))


def _is_unseen(character: str) -> bool:
    is_selector = "\ufe00" <= character <= "\ufe0f"
    is_beyond = character > "\uffff"
    return is_selector or is_beyond or unicodedata.category(character) in ("Cf", "Cc")


def _holds_word(read_text: str, word: str) -> bool:
    if not REORDERED.search(word):
        return word in read_text
    wanted = Counter(word)
    size = len(word)
    starts = (m.start() for m in re.finditer(f"[{re.escape(''.join(wanted))}]", read_text))
    return any(Counter(read_text[start : start + size]) == wanted for start in starts)
