"""What a worker can do once it is open: make a letter or its web page, and draw pages."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

from weasyprint.text.ffi import pango

from lettergen.rendering import (
    confinement,
    fonts,
    outlines,
    pictures,
    readback,
    standards,
    webpage,
    wording,
    writing,
)
from lettergen.rendering.press import Press, Properties

DRAFT_SUBJECT = "Draft: not signed and not sent"


class Workshop:
    """Templates, fonts and stylesheet of one worker, opened once."""

    def __init__(self, folders: Sequence[Path], fonts_folder: Path, seconds: float) -> None:
        self._seconds = seconds
        # The checker lets go of Python while it works, so its two checks run side by side.
        self._beside = ThreadPoolExecutor(1)
        writing.write_streams_our_way()
        outlines.draw_our_way()
        self._sandbox = wording.open_templates(folders)
        self._press = Press(folders)
        self._engine = {
            "weasyprint": version("weasyprint"),
            "pango": _dotted(pango.pango_version()),
            "fonts": fonts.versions(fonts_folder),
        }

    def answer(
        self, header: dict[str, Any], files: list[bytes]
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Return the answer to a message; raises a refusal where a letter cannot be made."""
        confinement.allow_seconds(self._seconds)
        if header["do"] == "pictures":
            return {}, pictures.draw(files[0], header["width"])
        if header["do"] == "page":
            return {"page": self._page(header["sheet"])}, []
        images = dict(zip(header["images"], files, strict=True))
        pdf, pages = self._make(header["sheet"], images)
        return {"pages": pages, "engine": self._engine}, [pdf]

    def _make(self, sheet: dict[str, Any], images: dict[str, bytes]) -> tuple[bytes, int]:
        html = wording.write_html(self._sandbox, sheet["template"], sheet["values"])
        pdf, pages = self._press.print(html, _properties(sheet), images)
        self._pass_gates(pdf, sheet["must_hold"])
        return pdf, pages

    def _page(self, sheet: dict[str, Any]) -> str:
        html = wording.write_html(self._sandbox, sheet["template"], sheet["values"])
        return webpage.article(html, sheet["language"])

    def _pass_gates(self, pdf: bytes, must_hold: Sequence[str]) -> None:
        archive = self._beside.submit(standards.check, pdf, standards.ARCHIVE)
        access = standards.check(pdf, standards.ACCESS)
        readback.check(pdf, must_hold)
        standards.refuse_broken(archive.result() + access)


def _dotted(number: int) -> str:
    # Pango counts 1.50.12 as 15012.
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}"


def _properties(sheet: dict[str, Any]) -> Properties:
    subject = DRAFT_SUBJECT if sheet["is_draft"] else ""
    return Properties(sheet["title"], sheet["author"], sheet["language"], sheet["created"], subject)
