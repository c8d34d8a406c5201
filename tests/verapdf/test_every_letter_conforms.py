"""veraPDF finds every sealed letter, appendix, copy and large print PDF/A-3a and PDF/UA-1.

Many cases differ in nothing that they print: of sheets with the same HTML one is looked at. What
was reviewed, before it was sealed, is looked at for the first case of each letter.
"""

import subprocess
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pikepdf
import pytest

from lettergen.definitions.cases import Case
from lettergen.models import Certificate
from lettergen.places import CHECKOUT
from lettergen.rendering import Sheet
from lettergen.sealing import Sealer, credentials
from tests.printing import ISSUABLE, LIBRARY, Press, html_of, press, sheets_of

# All letters are looked at by one veraPDF, which the first of these tests waits for.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

VERAPDF = CHECKOUT / "tests/verapdf/verapdf"
STANDARDS = ("3a", "ua1")
PRACTICE = "Example Meadow Surgery"
SEALER = Sealer()


@pytest.fixture(scope="module")
def letters(folder_of_all: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """The files of every letter, by its slug."""
    folder = tmp_path_factory.mktemp("conforming")
    with press(folder_of_all / "letters") as one:
        return {
            slug: list(files_of(slug, [case for _, case in cases], one, folder))
            for slug, cases in groupby(ISSUABLE, key=lambda one: one[0])
        }


@pytest.fixture(scope="module")
def told(letters: dict[str, list[Path]]) -> "subprocess.CompletedProcess[str]":
    """What veraPDF says of them all: to start it takes as long as ten letters do."""
    return verapdf(*(path for paths in letters.values() for path in paths))


def files_of(slug: str, cases: list[Case], press: Press, folder: Path) -> Iterator[Path]:
    known = set()
    for number, case in enumerate(cases):
        for name, sheet in sheets_of(slug, case).items():
            html = html_of(sheet)
            if html in known:
                continue
            known.add(html)
            reviewed = press.pdf(sheet)
            yield written(folder / f"{slug}-{number:03}-{name}.pdf", sealed(reviewed, sheet))
            if not number:
                yield written(folder / f"{slug}-{number:03}-{name}-reviewed.pdf", reviewed)


def written(path: Path, pdf: bytes) -> Path:
    path.write_bytes(pdf)
    return path


def sealed(pdf: bytes, sheet: Sheet) -> bytes:
    """The file as it leaves a practice."""
    at = sheet.created
    made = credentials.make(PRACTICE, "Y99991", at=at)
    certificate = Certificate(practice_id=PRACTICE, added_at=at, is_own=True, **vars(made))
    return SEALER.seal(pdf, certificate, at=at, name=PRACTICE)


def verapdf(*files: Path) -> "subprocess.CompletedProcess[str]":
    command = [VERAPDF, ",".join(STANDARDS), *files]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("slug", LIBRARY.folders.slugs())
def test_every_letter_conforms_to_both_standards(
    slug: str, letters: dict[str, list[Path]], told: "subprocess.CompletedProcess[str]"
) -> None:
    passes = {f"pass {standard} {path}" for path in letters[slug] for standard in STANDARDS}
    lines = told.stdout.splitlines()

    assert passes
    assert passes <= set(lines), [one for one in lines if not one.startswith("pass ")] + [
        told.stderr
    ]


def test_verapdf_refuses_a_pdf_that_claims_nothing(tmp_path: Path) -> None:
    plain = tmp_path / "plain.pdf"
    with pikepdf.new() as empty:
        empty.add_blank_page()
        empty.save(plain)

    told = verapdf(plain)

    assert told.returncode == 1
    assert told.stdout.count("FAIL ") == 2
