"""Every letter that can be issued is whole, readable by everyone, and says nothing it may not.

The letters are those of the library, the cases those of tests/letters/SLUG.toml: a new letter is
tested by being there. Beside a case may stand its golden text, SLUG.CASE.txt (and .patient.txt for
the patient's copy), which must match to the letter. To accept a change of wording, run

    LETTERGEN_UPDATE_GOLDEN=1 pytest tests/test_every_letter.py -k golden

and read the difference. A golden text is added by making an empty file of its name and doing so.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import html5lib
import page
import pikepdf
import pypdfium2
import pytest

from lettergen.definitions.cases import Case
from lettergen.letters import LARGE, LETTER, for_patient
from lettergen.letters import page as page_sheet
from lettergen.rendering import Sheet
from lettergen.rendering.outline import reading_order
from lettergen.rendering.webpage import article
from tests import printing
from tests.printing import (
    EVERY_CASE,
    ISSUABLE,
    LETTERS,
    LIBRARY,
    REFERENCE,
    Press,
    html_of,
    settled,
    sheets_of,
)

UPDATES_GOLDEN = bool(os.environ.get("LETTERGEN_UPDATE_GOLDEN"))

# No letter says or implies a diagnosis, or claims what a practice cannot know.
NEVER_SAID = (
    "meets criteria",
    "meets the criteria",
    "has adhd",
    "suffers from",
    "please diagnose",
    "diagnose and treat",
    "not due to any other",
    "consistent with adhd",
    "adhd is likely",
    "adhd likely",
    "confirmed adhd",
)
# Codes, Python's words for nothing, and template syntax.
NOT_WORDS = re.compile(r"[{}]|\b[a-z]+_\w+|\b(?:True|False|Undefined)\b|\bNone\b(?= *[,;:)])")
# What is left where a sentence is built of answers and one is missing.
NOT_SENTENCES = re.compile(r"\w*(?:\.\.|,,|[,;:]\.|\(\)| [.,;:)])")
BLOCK_TAG = re.compile(r"</?(?:p|h\d|div|li|ul|ol|dl|dd|dt|td|th|tr|caption|br)\b[^>]*>")
AROUND = '<!DOCTYPE html><html lang="en-GB"><head><title>A</title></head><body>%s</body></html>'
FREE = ("text", "paragraph", "lines", "repeat")


def named(cases: list[tuple[str, Case]]) -> list[Any]:
    return [pytest.param(slug, case, id=f"{slug}: {case.name}") for slug, case in cases]


def read_by_a_person(slug: str, case: Case) -> dict[str, Sheet]:
    """Return the sheets that have golden texts; the large print says what another sheet says."""
    return {kind: one for kind, one in sheets_of(slug, case).items() if kind != LARGE}


def golden_file(slug: str, case: Case, kind: str) -> Path:
    stem = re.sub(r"[^a-z0-9]+", "-", (case.golden or case.name).lower()).strip("-")
    return LETTERS / (f"{slug}.{stem}.txt" if kind == LETTER else f"{slug}.{stem}.{kind}.txt")


GOLDEN = [
    (slug, case)
    for slug, case in ISSUABLE
    if golden_file(slug, case, LETTER).exists() or case is next(c for s, c in ISSUABLE if s == slug)
]


def words_of(html: str) -> str:
    """Return what a page says, its head left out, each run of white space as one space."""
    body = re.sub(
        r"<(?:/?(?:p|h\d|div|li|ul|ol|dl|dd|dt|td|th|tr|caption|br)\b)[^>]*>", " \n ", html
    )
    return " ".join(unescape(re.sub(r"<[^>]+>", "", body.partition("</head>")[2])).split())


def own_words(html: str, slug: str, answers: Mapping[str, Any]) -> str:
    """Return what the template says, without what people typed."""
    words = words_of(html)
    free = [answers[one.name] for one in LIBRARY.get(slug).fields if one.type in FREE]
    for text in sorted(typed_texts(free), key=len, reverse=True):
        for written in (text, text[:1].lower() + text[1:]):
            words = words.replace(written, "TYPED")
    return words


def typed_texts(answers: Any) -> Iterator[str]:
    if isinstance(answers, str):
        yield from filter(None, (" ".join(line.split()) for line in answers.splitlines()))
    elif isinstance(answers, Mapping):
        yield from typed_texts(list(answers.values()))
    elif isinstance(answers, list):
        for value in answers:
            yield from typed_texts(value)


@dataclass(frozen=True)
class Printed:
    """A letter on paper: its bytes, the text of each page, and what a screen reader meets."""

    pdf: bytes
    pages: tuple[str, ...]
    parts: tuple[tuple[str, str], ...]


@pytest.fixture(scope="module")
def press(folder_of_all: Path) -> Iterator[Press]:
    with printing.press(folder_of_all / "letters") as one:
        yield one


@pytest.fixture(scope="module")
def printed() -> dict[str, Printed]:
    """What was printed already, by its HTML: many cases differ in nothing that a letter says."""
    return {}


def printed_of(sheet: Sheet, press: Press, printed: dict[str, Printed]) -> Printed:
    html = html_of(sheet)
    if html not in printed:
        pdf = press.pdf(sheet)
        document = pypdfium2.PdfDocument(pdf)
        pages = tuple(one.get_textpage().get_text_range() for one in document)
        document.close()
        printed[html] = Printed(pdf, pages, tuple(reading_order(pdf)))
    return printed[html]


@pytest.mark.parametrize("slug", LIBRARY.folders.slugs())
def test_every_letter_has_a_case_that_can_be_issued(slug: str) -> None:
    assert [case for one, case in ISSUABLE if one == slug]


@pytest.mark.parametrize(("slug", "case"), named(ISSUABLE))
def test_what_could_be_issued_is_issuable_once_its_warnings_are_answered(
    slug: str, case: Case
) -> None:
    assert settled(slug, case).is_issuable


@pytest.mark.parametrize(("slug", "case"), named(ISSUABLE))
def test_no_letter_says_what_it_may_not(slug: str, case: Case) -> None:
    for kind, sheet in sheets_of(slug, case).items():
        html = html_of(sheet)
        said = own_words(html, slug, sheet.values["answers"])

        assert [words for words in NEVER_SAID if words in said.lower()] == [], kind
        assert NOT_WORDS.findall(said) == [], kind
        assert NOT_SENTENCES.findall(words_of(html)) == [], kind


@pytest.mark.parametrize(("slug", "case"), named(ISSUABLE))
def test_every_letter_is_a_sound_web_page_for_its_patient(slug: str, case: Case) -> None:
    made = sheets_of(slug, case)
    usual = words_of(html_of(made[for_patient(made)]))

    shown = article(html_of(page_sheet(made)), "en-GB")

    parsed = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(AROUND % shown)
    [letter] = parsed.iter("article")
    levels = [int(one.tag[1]) for one in letter.iter() if re.fullmatch("h[1-6]", str(one.tag))]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(one.get("scope") in ("row", "col") for one in letter.iter("th"))
    assert all(one.find("caption") is not None for one in letter.iter("table"))
    ids = [one.get("id") for one in letter.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    assert {one.get("href") for one in letter.iter("a")} <= {f"#{name}" for name in ids}
    # All that the paper says below the addressee, and nothing that is for paper.
    said = " ".join(unescape(re.sub(r"<[^>]+>", "", BLOCK_TAG.sub(" ", shown))).split())
    assert usual.partition(" QR code of ")[0].endswith(said)


@pytest.mark.parametrize(("slug", "case"), named(ISSUABLE))
def test_large_print_says_what_the_usual_print_says(slug: str, case: Case) -> None:
    made = sheets_of(slug, case)
    usual = words_of(html_of(made[for_patient(made)]))

    large = words_of(html_of(made[LARGE]))

    edition = re.search(r"This is a large-print copy[^.]*\. It says the same[^.]*\. ", large)
    assert edition
    assert large.replace(edition[0], "") == usual.replace("in large print or in", "in")


@pytest.mark.parametrize(("slug", "case"), named(EVERY_CASE))
def test_every_draft_can_be_shown_however_much_is_missing(slug: str, case: Case) -> None:
    for sheet in sheets_of(slug, case, is_draft=True).values():
        html = html_of(sheet)

        assert "DRAFT" in html
        assert REFERENCE not in html


@pytest.mark.parametrize(("slug", "case"), named(GOLDEN))
def test_golden_text_of_a_letter_is_what_is_printed(
    slug: str, case: Case, press: Press, printed: dict[str, Printed]
) -> None:
    for kind, sheet in read_by_a_person(slug, case).items():
        letter = printed_of(sheet, press, printed)
        text = "\n".join(
            f"--- page {number} ---\n{tidy(page_text)}"
            for number, page_text in enumerate(letter.pages, start=1)
        )
        file = golden_file(slug, case, kind)
        if UPDATES_GOLDEN:
            file.write_text(text + "\n", encoding="utf-8")

        assert file.read_text(encoding="utf-8") == text + "\n"


def tidy(page_text: str) -> str:
    # PDFium writes U+FFFE or U+0002 for a hyphen at the end of a line.
    text = re.sub("[\ufffe\x02]\r?\n?", "-", page_text).replace("\N{NO-BREAK SPACE}", " ")
    return "\n".join(line.rstrip() for line in text.splitlines())


def test_no_golden_text_is_left_without_its_case() -> None:
    belonging = {
        golden_file(slug, case, kind)
        for slug, case in GOLDEN
        for kind in read_by_a_person(slug, case)
    }

    assert set(LETTERS.glob("*.txt")) == belonging


@pytest.mark.parametrize(("slug", "case"), named(GOLDEN))
def test_golden_letters_are_sound_on_paper(
    slug: str, case: Case, press: Press, printed: dict[str, Printed]
) -> None:
    for sheet in sheets_of(slug, case).values():
        assert_sound(sheet, printed_of(sheet, press, printed))


@pytest.mark.slow
@pytest.mark.parametrize(("slug", "case"), named([one for one in ISSUABLE if one not in GOLDEN]))
def test_every_letter_is_sound_on_paper(
    slug: str, case: Case, press: Press, printed: dict[str, Printed]
) -> None:
    for sheet in sheets_of(slug, case).values():
        assert_sound(sheet, printed_of(sheet, press, printed))


def assert_sound(sheet: Sheet, letter: Printed) -> None:
    assert_keeps_both_standards(letter)
    assert_names_itself(sheet, letter)
    assert_headings_lead_somewhere(letter)
    assert_tables_have_headers(letter)
    assert_every_page_has_its_foot(sheet, letter)
    assert_signature_does_not_stand_alone(sheet, letter)
    if is_large(sheet):
        assert_is_large(letter)


def assert_is_large(letter: Printed) -> None:
    # The text is set in pixels of CSS: 18 pt are 24 of them. No size is that of a line's end.
    with closing(pypdfium2.PdfDocument(letter.pdf)) as document:
        sizes = Counter(
            round(pypdfium2.raw.FPDFText_GetFontSize(text.raw, index) * 0.75)
            for text in (one.get_textpage() for one in document)
            for index in range(text.count_chars())
            if text.get_text_range(index, 1).strip()
        )
    lines = [line for page_text in letter.pages for line in page_text.splitlines()]

    assert min(sizes) >= 14
    assert sizes.most_common(1)[0][0] == 18
    assert max(map(len, lines)) <= 66


def assert_keeps_both_standards(letter: Printed) -> None:
    for profile in ("pdfa-3a", "pdfua-1"):
        assert page.validate_pdf_bytes(letter.pdf, profile=profile).failures == []


def assert_names_itself(sheet: Sheet, letter: Printed) -> None:
    with pikepdf.open(BytesIO(letter.pdf)) as document:
        assert str(document.Root.Lang) == "en-GB"
        assert str(document.docinfo.Title) == sheet.title
        assert bool(document.Root.ViewerPreferences.DisplayDocTitle)


def assert_headings_lead_somewhere(letter: Printed) -> None:
    headings = [
        (index, int(role[1])) for index, (role, _) in enumerate(letter.parts) if is_heading(role)
    ]
    levels = [level for _, level in headings]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert headings[-1][0] < len(letter.parts) - 1
    for (index, level), (following, deeper) in pairwise(headings):
        assert following > index + 1 or deeper > level, f"empty: {letter.parts[index][1]}"


def is_heading(role: str) -> bool:
    return role[0] == "H" and role[1:].isdigit()


def assert_tables_have_headers(letter: Printed) -> None:
    for index, (role, _) in enumerate(letter.parts):
        if role == "Table":
            inside = [name for name, _ in letter.parts[index + 1 :]]
            row = inside[inside.index("TR") + 1 :]
            assert "Caption" in inside
            assert row[0] == "TH"
            assert row.index("TR") <= 4


def assert_every_page_has_its_foot(sheet: Sheet, letter: Printed) -> None:
    patient = sheet.values["patient"]
    for number, text in enumerate(letter.pages, start=1):
        assert f"Page {number} of {len(letter.pages)}" in text
        assert REFERENCE in text
        assert not patient["nhs_number"] or patient["nhs_number"] in text


def assert_signature_does_not_stand_alone(sheet: Sheet, letter: Printed) -> None:
    signed = [text for text in letter.pages if "Yours sincerely" in text]
    for text in signed:
        before, _, after = text.partition("Yours sincerely")
        assert max(len(before.split()), len(after.split())) > (20 if is_large(sheet) else 60)


def is_large(sheet: Sheet) -> bool:
    return bool(sheet.values["letter"]["medium"] == "large")
