"""What a finished letter is: the same bytes each time, archivable, accessible, in shipped fonts."""

import hashlib
import threading
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import page
import pikepdf
import pytest
from PIL import Image

from lettergen.rendering import Renderer, Sheet
from lettergen.rendering.fonts import NEEDED
from lettergen.rendering.outline import bookmarks, reading_order
from lettergen.rendering.wording import open_templates, write_html


@pytest.fixture(scope="module")
def letter(renderer: Renderer) -> bytes:
    values = {
        "name": "Rowan Testerby",
        "text": "Born 12 April 1998.",
        "scores": [["PHQ-9", "7"], ["GAD-7", "6"]],
    }
    at = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    return renderer.render(
        Sheet("sound.html", values, "Letter about Rowan Testerby", at, author="Dr Alexis Specimen")
    ).pdf


def test_a_letter_comes_with_its_hash_pages_and_engine(renderer: Renderer, sound: Sheet) -> None:
    made = renderer.render(sound)

    assert made.pdf.startswith(b"%PDF-1.7")
    assert made.sha256 == hashlib.sha256(made.pdf).hexdigest()
    assert made.pages == 1
    assert set(made.engine) == {"weasyprint", "pango", "fonts"}
    assert made.engine["fonts"].startswith("Arimo-Bold 1.")


@pytest.mark.parametrize("profile", ["3a", "ua1"])
def test_a_letter_keeps_both_standards(letter: bytes, profile: str) -> None:
    assert page.validate_pdf_bytes(letter, profile=profile).is_compliant


def test_the_properties_of_a_letter_are_those_of_its_sheet(letter: bytes) -> None:
    with pikepdf.open(BytesIO(letter)) as pdf:
        told, info = pdf.open_metadata(), pdf.docinfo

        assert told["dc:title"] == "Letter about Rowan Testerby"
        assert told["dc:creator"] == ["Dr Alexis Specimen"]
        assert told["xmp:CreateDate"] == told["xmp:ModifyDate"] == "2026-11-20T09:30:00+00:00"
        assert told["pdfuaid:part"] == "1"
        assert (told["pdfaid:part"], told["pdfaid:conformance"]) == ("3", "A")
        assert str(info["/Title"]) == "Letter about Rowan Testerby"
        assert str(info["/CreationDate"]).startswith("D:20261120093000")
        assert str(pdf.Root.Lang) == "en-GB"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert "/EmbeddedFiles" not in pdf.Root.get("/Names", {})


def test_a_draft_says_so_in_its_properties(renderer: Renderer, sound: Sheet) -> None:
    made = renderer.render(replace(sound, is_draft=True, language="cy"))

    with pikepdf.open(BytesIO(made.pdf)) as pdf:
        assert str(pdf.docinfo["/Subject"]) == "Draft: not signed and not sent"
        assert str(pdf.Root.Lang) == "cy"


def test_a_letter_is_heard_in_its_order(letter: bytes) -> None:
    assert reading_order(letter) == [
        ("H1", "Letter about Rowan Testerby"),
        ("P", "Born 12 April 1998."),
        ("H2", "Scores"),
        ("Table", ""),
        ("Caption", "Scores"),
        ("TR", ""),
        ("TH", "Scale"),
        ("TH", "Score"),
        ("TR", ""),
        ("TH", "PHQ-9"),
        ("TD", "7"),
        ("TR", ""),
        ("TH", "GAD-7"),
        ("TD", "6"),
        ("H2", "Enclosed"),
        ("L", ""),
        ("LI", ""),
        ("Lbl", "•"),
        ("LBody", "Report"),
        ("LI", ""),
        ("Lbl", "•"),
        ("LBody", "Questionnaire"),
    ]


def test_cells_name_their_headers(letter: bytes) -> None:
    with pikepdf.open(BytesIO(letter)) as pdf:
        cells = [
            element.A.Headers
            for element in pdf.objects
            if isinstance(element, pikepdf.Dictionary) and element.get("/S") == "/TD"
        ]

        assert [len(headers) for headers in cells] == [2, 2]


def test_headings_are_bookmarks(letter: bytes) -> None:
    assert bookmarks(letter) == [
        (0, "Letter about Rowan Testerby"),
        (1, "Scores"),
        (1, "Enclosed"),
    ]


def test_the_same_sheet_makes_the_same_bytes_in_every_worker(
    templates: Path, sheet_of: Any, sound: Sheet
) -> None:
    names = sheet_of("names", names=["Łoś", "محمد", "अनीता", "👩🏽‍⚕️", "Nguyê\u0303n"])
    made: list[set[str]] = [set(), set()]

    def make(renderer: Renderer) -> None:
        for _ in range(3):
            for number, sheet in enumerate((sound, names)):
                made[number].add(renderer.render(sheet).sha256)

    with Renderer([templates], workers=2, renders_per_worker=2) as renderer:
        threads = [threading.Thread(target=make, args=(renderer,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert [len(hashes) for hashes in made] == [1, 1]


def test_another_value_makes_other_bytes(renderer: Renderer, sheet_of: Any) -> None:
    first, second = (renderer.render(sheet_of("names", names=[name])) for name in ("Ada", "Ida"))

    assert first.sha256 != second.sha256


def test_only_shipped_fonts_are_in_a_letter(renderer: Renderer, sheet_of: Any) -> None:
    made = renderer.render(sheet_of("font-of-the-machine"))

    families = {name.partition("-")[0].lower() for name in NEEDED}
    for name in embedded_fonts(made.pdf):
        assert name.partition("+")[2].replace("-", "").lower().startswith(tuple(families))


def test_every_font_is_embedded(renderer: Renderer, sheet_of: Any) -> None:
    made = renderer.render(sheet_of("names", names=["Łoś Дарья דוד محمد अनीता 王小明 😀"]))

    assert len(embedded_fonts(made.pdf)) == len(NEEDED)


def test_a_changed_stylesheet_is_used_at_once(
    templates: Path, sound: Sheet, tmp_path: Path
) -> None:
    own = tmp_path / "letter.css"
    own.write_text("@page { size: A4 }", "utf-8")

    with Renderer([templates, tmp_path]) as renderer:
        first = renderer.render(sound)
        own.write_text("@page { size: A5 landscape }", "utf-8")
        second = renderer.render(sound)

    assert picture_shape(first.pdf) == "portrait"
    assert picture_shape(second.pdf) == "landscape"


def test_an_own_template_comes_before_a_shipped_one(
    templates: Path, sound: Sheet, tmp_path: Path
) -> None:
    (tmp_path / "sound.html").write_text(
        '{% extends "_letter.html" %}{% block letter %}<h1>Own 12 April 1998 {{ name }}</h1>'
        "{% endblock %}",
        "utf-8",
    )

    with Renderer([templates, tmp_path]) as renderer:
        made = renderer.render(sound)

    assert reading_order(made.pdf) == [("H1", "Own 12 April 1998 Rowan Testerby")]


def test_the_filters_write_as_the_british_do(renderer: Renderer, sheet_of: Any) -> None:
    sheet = sheet_of(
        "filters",
        day="2026-11-20",
        nhs="9990001006",
        phone="02079460101",
        words=["tablets", "needles", "a letter"],
        figure=12345.60,
        capital="School report",
        address="1 Specimen Lane\nExampleton",
    )

    made = renderer.render(sheet)

    said = (
        "20 November 2026; 999 000 1006; 020 7946 0101; tablets, needles and a letter; 12,345.6; "
        "Tablets; school report"
    )
    assert reading_order(made.pdf)[1:] == [
        ("P", said),
        ("P", "1 Specimen Lane"),
        ("P", "Exampleton"),
    ]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{ 7 * 7 }}", "{% raw %}", "&amp;"])
def test_what_a_person_typed_is_printed_as_typed(
    renderer: Renderer, sheet_of: Any, text: str
) -> None:
    made = renderer.render(sheet_of("names", (text,), names=[text]))

    assert ("P", f"{text} {text}") in reading_order(made.pdf)


def test_the_pages_of_a_letter_can_be_seen(renderer: Renderer, letter: bytes) -> None:
    [picture] = renderer.pictures(letter, width=400)

    with Image.open(BytesIO(picture)) as seen:
        assert (seen.format, seen.width) == ("PNG", 400)
        assert seen.convert("L").getextrema() == (0, 255)


def embedded_fonts(pdf: bytes) -> list[str]:
    """Return the name of each font in a PDF, and fail where one is not embedded."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        fonts = [
            one
            for one in opened.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor"
        ]
        assert all("/FontFile2" in font for font in fonts)
        return [str(font.FontName).lstrip("/") for font in fonts]


def picture_shape(pdf: bytes) -> str:
    with pikepdf.open(BytesIO(pdf)) as opened:
        _, _, width, height = (float(edge) for edge in opened.pages[0].MediaBox)
        return "landscape" if width > height else "portrait"


def test_white_space_at_the_end_of_a_block_is_taken_away(tmp_path: Path) -> None:
    page_of = "<p>One {% if late %}two{% endif %}\n</p><dd> three \n </dd>\n<p>four</p>"
    (tmp_path / "spaces.html").write_text(page_of, "utf-8")

    html = write_html(open_templates([tmp_path]), "spaces.html", {"late": False})

    assert html == "<p>One</p><dd> three</dd>\n<p>four</p>"
