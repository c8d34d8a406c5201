"""HTML into the bytes of a PDF, by WeasyPrint with the fonts and the stylesheet kept warm."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError

from lettergen.rendering import assets, readable, standards, writing
from lettergen.rendering.refusals import BrokenTemplate, MissingGlyph, TooLarge
from lettergen.rendering.wording import word_with

STYLESHEET = "letter.css"
LOG = logging.getLogger("weasyprint")
MOST_PAGES = 200
NO_GLYPH = ".notdef glyph rendered"
UNPRINTABLE = (
    "The letter would not print: its template asks for sizes that no page can have. "
    "Have the template looked at."
)
# Without libharfbuzz-subset letters are slow and sound; `lettergen doctor` says so.
HARMLESS = ("Using fontTools instead of HarfBuzz-Subset",)


@dataclass(frozen=True)
class Properties:
    """What the properties of a PDF say; `created` is a time in ISO 8601."""

    title: str
    author: str
    language: str
    created: str
    subject: str


class Press:
    """One process's WeasyPrint, which keeps fonts and stylesheet between letters."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._fonts = FontConfiguration()
        self._stylesheet: tuple[object, CSS] | None = None

    def print(
        self, html: str, properties: Properties, images: Mapping[str, bytes]
    ) -> tuple[bytes, int]:
        """Return a PDF and the number of its pages; raises a refusal rather than print a fault."""
        fetcher = assets.Assets(self._folders, images)
        with _faults_refused(html):
            letter = HTML(string=html, url_fetcher=fetcher)
            letter.etree_element.set("lang", properties.language)
            document = letter.render(
                font_config=self._fonts,
                stylesheets=self._stylesheets(fetcher),
                pdf_variant=standards.VARIANT,
            )
            _refuse_too_many(len(document.pages))
            _refuse_attached(document.metadata)
            _describe(document.metadata, properties)
            readable.make_readable(document)
            pdf = document.write_pdf(pdf_variant=standards.VARIANT, finisher=_finish)
        return pdf, len(document.pages)

    def _stylesheets(self, fetcher: assets.Assets) -> list[CSS]:
        path = assets.find(self._folders, STYLESHEET)
        if path is None:
            return []
        stamp = (path, path.stat().st_mtime_ns, path.stat().st_size)
        if self._stylesheet is None or self._stylesheet[0] != stamp:
            text = path.read_text("utf-8")
            sheet = CSS(string=text, url_fetcher=fetcher, font_config=self._fonts)
            self._stylesheet = (stamp, sheet)
        return [self._stylesheet[1]]


def _finish(_document: Any, pdf: Any) -> None:
    standards.declare_both(pdf)
    writing.settle(pdf)


def _refuse_too_many(pages: int) -> None:
    if pages > MOST_PAGES:
        raise TooLarge(
            f"The letter would have {pages} pages; {MOST_PAGES} is the most. "
            "Shorten the longest texts and lists."
        )


def _refuse_attached(metadata: Any) -> None:
    if metadata.attachments:
        raise assets.refusal("a file to attach")


def _describe(metadata: Any, properties: Properties) -> None:
    metadata.title = properties.title
    metadata.authors = [properties.author] if properties.author else []
    metadata.description = properties.subject
    metadata.keywords = []
    metadata.generator = "lettergen"
    metadata.lang = properties.language
    metadata.created = metadata.modified = properties.created


@contextmanager
def _faults_refused(html: str) -> Iterator[None]:
    heard = _Ear()
    LOG.addHandler(heard)
    try:
        yield
    except FatalURLFetchingError as lost:
        raise assets.refusal(str(lost)) from None
    except ArithmeticError as fault:
        raise BrokenTemplate(UNPRINTABLE) from fault
    finally:
        LOG.removeHandler(heard)
    for record in heard.records:
        raise _missing_glyph(record, html) if NO_GLYPH in record.msg else _broken(record)


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.getMessage().startswith(HARMLESS):
            self.records.append(record)


def _broken(record: logging.LogRecord) -> BrokenTemplate:
    return BrokenTemplate(
        "The letter would not print as its template means it to. "
        f"Have the template looked at: {record.getMessage()}"
    )


def _missing_glyph(record: logging.LogRecord, html: str) -> MissingGlyph:
    [character, _code] = cast("tuple[str, int]", record.args)
    word = word_with(character, html)
    return MissingGlyph(
        f"No font of lettergen can draw {character} (U+{ord(character):04X}) in “{word}”. "
        "Spell it with other letters.",
        (),
        word,
        character,
    )
