"""What the letters' cases make: readings, sheets, HTML and paper, each made once for all tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from functools import cache
from hashlib import sha256
from os import getpid
from pathlib import Path
from typing import Any

from lettergen import forms
from lettergen.definitions import Folders, Library
from lettergen.definitions.cases import Case, read_cases
from lettergen.forms import ACKNOWLEDGED, Reading
from lettergen.letters import Heading, sheets
from lettergen.places import CHECKOUT
from lettergen.rendering import Renderer, Sheet
from lettergen.rendering.wording import open_templates, write_html

TEMPLATES = CHECKOUT / "templates" / "letters"
LIBRARY = Library(Folders((CHECKOUT / "forms",), (TEMPLATES,)))
LETTERS = CHECKOUT / "tests" / "letters"
REFERENCE = "LG-7K3M-9QXP"
ADDRESS = "https://letters.example.com"
REASON = "Talked over with the patient, who wants to go ahead."


def could_be_issued(case: Case) -> bool:
    """Say whether a case, its warnings answered, is a letter that may leave a practice."""
    return not any(case.expected.get(key) for key in ("stops", "errors", "missing"))


EVERY_CASE = [
    (slug, case)
    for slug in LIBRARY.folders.slugs()
    for case in read_cases(LETTERS / f"{slug}.toml")
]
ISSUABLE = [(slug, case) for slug, case in EVERY_CASE if could_be_issued(case)]
_BY_NAME = {(slug, case.name): case for slug, case in EVERY_CASE}


def settled(slug: str, case: Case) -> Reading:
    """Read a case with every warning answered, as its clinician would before issuing."""
    return _settled(slug, case.name)


def sheets_of(slug: str, case: Case, *, is_draft: bool = False) -> dict[str, Sheet]:
    """Return the sheets of a case by their kind, with its warnings answered."""
    return _sheets_of(slug, case.name, is_draft=is_draft)


def html_of(sheet: Sheet) -> str:
    """Return a sheet as the HTML that is set on paper."""
    return write_html(sandbox(), sheet.template, sheet.values)


@cache
def sandbox() -> Any:
    """Return the environment of the letters' templates."""
    return open_templates([TEMPLATES])


@cache
def _settled(slug: str, name: str) -> Reading:
    case = _BY_NAME[slug, name]
    typed = forms.flatten(LIBRARY.get(slug), case.answers)
    for finding in _read(slug, case, typed).unsettled:
        given = ACKNOWLEDGED if finding.clear == "acknowledge" else REASON
        typed[f"override_reasons-{finding.rule_id}"] = [given]
    return _read(slug, case, typed)


def _read(slug: str, case: Case, typed: forms.Typed) -> Reading:
    kind = LIBRARY.get(slug)
    return forms.read(kind, typed, on=case.on, directories=LIBRARY.directories, pages=case.pages)


@cache
def _sheets_of(slug: str, name: str, *, is_draft: bool) -> dict[str, Sheet]:
    heading = Heading(is_draft=True) if is_draft else Heading(REFERENCE, address=ADDRESS)
    at = datetime.combine(_BY_NAME[slug, name].on, time(9), UTC)
    return sheets(_settled(slug, name), at=at, heading=heading)


class Press:
    """Prints letters, and keeps them in a folder by their HTML: many cases differ in nothing that
    a letter says, and another test, in another process, may ask for the same.
    """

    def __init__(self, renderer: Renderer, folder: Path) -> None:
        self._renderer = renderer
        self._folder = folder

    def pdf(self, sheet: Sheet) -> bytes:
        """Return a sheet on paper."""
        file = self._folder / f"{sha256(html_of(sheet).encode()).hexdigest()}.pdf"
        if not file.exists():
            made = file.with_suffix(f".{getpid()}")
            made.write_bytes(self._renderer.render(sheet).pdf)
            made.replace(file)
        return file.read_bytes()


@contextmanager
def press(folder: Path) -> Iterator[Press]:
    """A press for the letters of the library, which shares a folder with all others."""
    folder.mkdir(exist_ok=True)
    with Renderer([TEMPLATES]) as renderer:
        yield Press(renderer, folder)
