"""veraPDF finds every sealed letter, appendix, copy and large print PDF/A-3a and PDF/UA-1.

Many cases differ in nothing that they print: of sheets with the same HTML one is looked at. What
was reviewed, before it was sealed, is looked at for the first case of each letter.
"""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path

import pikepdf
import pytest

from lettergen import forms
from lettergen.definitions import Folders, Library
from lettergen.definitions.cases import read_cases
from lettergen.letters import Heading, sheets
from lettergen.models import Certificate
from lettergen.places import CHECKOUT
from lettergen.rendering import Renderer
from lettergen.rendering.wording import open_templates, write_html
from lettergen.sealing import Sealer, credentials

pytestmark = pytest.mark.slow

VERAPDF = CHECKOUT / "tests/verapdf/verapdf"
TEMPLATES = (CHECKOUT / "templates/letters",)
LIBRARY = Library(Folders((CHECKOUT / "forms",), TEMPLATES))
SEALER = Sealer()


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer(TEMPLATES) as renderer:
        yield renderer


def issuable_letters(slug: str, renderer: Renderer, folder: Path) -> list[Path]:
    kind = LIBRARY.get(slug)
    sandbox = open_templates(TEMPLATES)
    written, known = [], set()
    for number, case in enumerate(read_cases(CHECKOUT / "tests/letters" / f"{slug}.toml")):
        typed = forms.flatten(kind, case.answers)
        reading = forms.read(kind, typed, on=case.on, directories=LIBRARY.directories)
        if not reading.is_sound:
            continue
        at = datetime.combine(case.on, time(12), UTC)
        heading = Heading("LG-TEST-0000", address="https://letters.example.com")
        for name, sheet in sheets(reading, at=at, heading=heading).items():
            html = write_html(sandbox, sheet.template, sheet.values)
            if html in known:
                continue
            known.add(html)
            reviewed = renderer.render(sheet).pdf
            written.append(folder / f"{number:03}-{name}.pdf")
            written[-1].write_bytes(sealed(reviewed, at))
            if not number:
                written.append(folder / f"{number:03}-{name}-reviewed.pdf")
                written[-1].write_bytes(reviewed)
    return written


def sealed(pdf: bytes, at: datetime) -> bytes:
    """The file as it leaves a practice."""
    name = "Example Meadow Surgery"
    made = credentials.make(name, "Y99991", at=at)
    certificate = Certificate(practice_id=name, added_at=at, is_own=True, **vars(made))
    return SEALER.seal(pdf, certificate, at=at, name=name)


@pytest.mark.parametrize("slug", LIBRARY.folders.slugs())
def test_every_letter_conforms_to_both_standards(
    slug: str, renderer: Renderer, tmp_path: Path
) -> None:
    letters = issuable_letters(slug, renderer, tmp_path)

    told = subprocess.run(
        [VERAPDF, "3a,ua1", *letters], capture_output=True, text=True, check=False
    )

    assert letters
    assert told.stdout.count("pass ") == 2 * len(letters), told.stdout + told.stderr
    assert told.returncode == 0


def test_verapdf_refuses_a_pdf_that_claims_nothing(tmp_path: Path) -> None:
    plain = tmp_path / "plain.pdf"
    with pikepdf.new() as empty:
        empty.add_blank_page()
        empty.save(plain)

    told = subprocess.run([VERAPDF, "3a,ua1", plain], capture_output=True, text=True, check=False)

    assert told.returncode == 1
    assert told.stdout.count("FAIL ") == 2
