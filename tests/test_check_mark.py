"""The mark at the end of a letter: its code is read back from paper, its address is in words."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pypdfium2
import pytest
import zxingcpp

from lettergen import forms
from lettergen.definitions import Folders, Library
from lettergen.definitions.cases import read_cases
from lettergen.letters import LARGE, LETTER, PATIENT, Heading, check_mark, sheets
from lettergen.places import CHECKOUT
from lettergen.rendering import Renderer, Sheet
from lettergen.rendering.outline import reading_order

TEMPLATES = CHECKOUT / "templates" / "letters"
LIBRARY = Library(Folders((CHECKOUT / "forms",), (TEMPLATES,)))
REFERENCE = "LG-7K3M-9QXP"
ADDRESS = "https://letters.example.com"
LONG_ADDRESS = "https://letters.example-meadow-surgery-and-health-centre.example.com/practice"
REASON = "Talked over with the patient, who wants to go ahead."
WORDS = (
    "Is this letter genuine? Scan the code or type the address. Neither says who the patient is."
)
# Millimetres on a side, without the white rim.
SIZES = {LETTER: 15.7, PATIENT: 15.7, LARGE: 25.1}


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer([TEMPLATES]) as pool:
        yield pool


def made(slug: str, name: str, heading: Heading, **changes: Any) -> dict[str, Sheet]:
    kind = LIBRARY.get(slug)
    cases = {case.name: case for case in read_cases(CHECKOUT / "tests/letters" / f"{slug}.toml")}
    typed = forms.flatten(kind, {**cases[name].answers, **changes})
    first = forms.read(kind, typed, on=cases[name].on, directories=LIBRARY.directories)
    reasons = {f"override_reasons-{one.rule_id}": [REASON] for one in first.unsettled}
    reading = forms.read(
        kind, {**typed, **reasons}, on=cases[name].on, directories=LIBRARY.directories
    )
    return sheets(reading, at=datetime(2026, 11, 20, 9, tzinfo=UTC), heading=heading)


def codes(pdf: bytes, dots_per_inch: int) -> list[list[Any]]:
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.render(scale=dots_per_inch / 72).to_pil() for page in document]
    document.close()
    return [zxingcpp.read_barcodes(page) for page in pages]


@pytest.mark.parametrize("address", [ADDRESS, LONG_ADDRESS])
@pytest.mark.parametrize("kind", [LETTER, PATIENT, LARGE])
@pytest.mark.parametrize("dots_per_inch", [150, 300])
def test_the_code_is_read_back_from_the_last_page(
    renderer: Renderer, address: str, kind: str, dots_per_inch: int
) -> None:
    heading = Heading(REFERENCE, address=address)
    pdf = renderer.render(made("adhd-referral", "reference adult", heading)[kind]).pdf

    *before, last = codes(pdf, dots_per_inch)

    assert [one.text for one in last] == [f"{address}/v/{REFERENCE}"]
    assert not any(before)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("reference adult", LETTER),
        ("reference adult", PATIENT),
        ("reference adult", LARGE),
        # Here the page is full down to its last line.
        ("the last day of being seventeen", LETTER),
    ],
)
def test_the_code_is_large_enough_and_its_rim_is_white(
    renderer: Renderer, name: str, kind: str
) -> None:
    sheet = made("adhd-referral", name, Heading(REFERENCE, address=ADDRESS))[kind]
    document = pypdfium2.PdfDocument(renderer.render(sheet).pdf)
    page = document[len(document) - 1].render(scale=300 / 72).to_pil().convert("L")

    [code] = zxingcpp.read_barcodes(page)

    left, top = code.position.top_left.x, code.position.top_left.y
    right, bottom = code.position.bottom_right.x, code.position.bottom_right.y
    side = (right - left) * 25.4 / 300
    rim = round((right - left) / 29 * 4) - 2
    assert side == pytest.approx(SIZES[kind], abs=0.4)
    around = (left - rim, top - rim, right + rim, bottom + rim)
    framed = page.crop(around)
    framed.paste(255, (rim - 2, rim - 2, framed.width - rim + 2, framed.height - rim + 2))
    assert framed.getextrema() == (255, 255)


@pytest.mark.parametrize(
    ("slug", "name"),
    [("adhd-referral", "reference adult"), ("to-whom-it-may-concern", "letter for a landlord")],
)
def test_a_screen_reader_hears_what_the_code_is_and_its_address_last(
    renderer: Renderer, slug: str, name: str
) -> None:
    for sheet in made(slug, name, Heading(REFERENCE, address=ADDRESS)).values():
        parts = reading_order(renderer.render(sheet).pdf)

        assert parts[-3:] == [
            ("Figure", f"QR code of the address letters.example.com/v/{REFERENCE}"),
            ("P", WORDS),
            ("P", f"letters.example.com/v/{REFERENCE}"),
        ]


@pytest.mark.parametrize(
    "name",
    [
        "reference adult",
        "child to community paediatrics",
        "minimal adult",
        "right to choose, all in order",
        # With the referrer's notes the last page is full, and the code hangs beside the foot.
        "the last day of being seventeen",
        "child at a service for adults",
    ],
)
def test_ordinary_referrals_stay_on_two_pages_with_their_mark(
    renderer: Renderer, name: str
) -> None:
    made_sheets = made("adhd-referral", name, Heading(REFERENCE, address=ADDRESS))

    assert renderer.render(made_sheets[LETTER]).pages == 2
    assert renderer.render(made_sheets[PATIENT]).pages == 2


def test_the_mark_is_never_alone_on_a_page(renderer: Renderer) -> None:
    heading = Heading(REFERENCE, address=ADDRESS)
    seen = set()
    for lines in range(2, 14):
        recorded = [f"Seen in {1990 + line}." for line in range(lines)]
        sheet = made("to-whom-it-may-concern", "letter for a landlord", heading, recorded=recorded)
        document = pypdfium2.PdfDocument(renderer.render(sheet[LETTER]).pdf)
        last = document[len(document) - 1].get_textpage().get_text_range()

        seen.add(len(document))
        assert "Yours sincerely" in last.partition("Is this letter genuine?")[0]
    assert seen == {1, 2}


def test_a_draft_bears_no_code_and_keeps_its_room(renderer: Renderer) -> None:
    drafts = made("adhd-referral", "child to community paediatrics", Heading(is_draft=True))
    finals = made(
        "adhd-referral", "child to community paediatrics", Heading(REFERENCE, address=ADDRESS)
    )
    for kind, sheet in drafts.items():
        draft = renderer.render(sheet)

        assert draft.pages == renderer.render(finals[kind]).pages
        assert not any(codes(draft.pdf, 150))


def test_the_short_address_is_the_address_without_its_scheme() -> None:
    mark = check_mark("http://127.0.0.1:8000", REFERENCE)

    assert mark["address"] == f"http://127.0.0.1:8000/v/{REFERENCE}"
    assert mark["shown"] == f"127.0.0.1:8000/v/{REFERENCE}"


def test_a_reference_without_an_address_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="needs the address"):
        made("adhd-referral", "reference adult", Heading(REFERENCE))
