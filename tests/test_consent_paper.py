"""Photo consents on paper: one page that a patient can read, and all that proves it behind.

To accept a change of wording, run

    LETTERGEN_UPDATE_GOLDEN=1 pytest tests/test_consent_paper.py -k golden

and read the difference in tests/consents/paper/.
"""

import copy
import hashlib
import io
import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from html import unescape
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import page
import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from lettergen import documents, models, sealing
from lettergen.consents.form import catalogue as catalogues
from lettergen.consents.papers import evidence, letters, making, wording
from lettergen.consents.papers import sheets as paper
from lettergen.consents.papers.framing import Door, Frame, grouped, moment
from lettergen.consents.register.withdrawing import Stopped
from lettergen.consents.rules import answers as reading
from lettergen.definitions import Folders, Library
from lettergen.letters import LARGE, LETTER, PATIENT, Heading
from lettergen.letters import page as as_page
from lettergen.places import CHECKOUT
from lettergen.rendering import NotReadBack, Renderer, Sheet
from lettergen.rendering.outline import reading_order
from lettergen.rendering.wording import open_templates, write_html

TEMPLATES = CHECKOUT / "templates" / "letters"
LIBRARY = Library(Folders((CHECKOUT / "forms",), (TEMPLATES,)))
FOLDERS: dict[str, Any] = {
    "forms_folders": (CHECKOUT / "forms",),
    "template_folders": (TEMPLATES,),
}
VERAPDF = CHECKOUT / "tests/verapdf/verapdf"
GOLDEN = CHECKOUT / "tests" / "consents" / "paper"
UPDATES_GOLDEN = bool(os.environ.get("LETTERGEN_UPDATE_GOLDEN"))
CASES = json.loads((CHECKOUT / "tests/consents/paper_cases.json").read_text("utf-8"))
REFERENCE = "LG-7K3M-9QXP"
PURPOSES = (
    "record",
    "share_care",
    "teach_closed",
    "present_external",
    "publish",
    "public",
    "research",
)
PRACTICE = {
    "name": "Example Meadow Surgery",
    "ods": "Y99991",
    "phone": "02079460123",
    "email": "surgery@example.com",
    "address_lines": ["1 Example Road", "Exampletown", "ZZ99 3WZ"],
}
SIGNER = {"name": "Dr A Example", "role": "GP partner", "body": "GMC", "number": "0000001"}
FRAME = Frame(
    PRACTICE,
    SIGNER,
    Heading(REFERENCE, address="https://letters.example.com"),
    datetime(2026, 11, 20, 10, 30, tzinfo=UTC),
)
DOOR = Door("letters.example.com/l", "K7QM-2X9P-4TRD-HNW3-M8VC")
ADDRESS = ("1 Example Road", "Exampletown", "ZZ99 3WZ")
# Codes, Python's words for nothing, and template syntax.
NOT_WORDS = re.compile(r"[{}]|\b[a-z]+_\w+|\b(?:True|False|Undefined|None)\b(?= *[,;:)])")
NOT_SENTENCES = re.compile(r"\w*(?:\.\.|,,|[,;:]\.|\(\)| [.,;:)])")


@cache
def catalogue() -> catalogues.Catalogue:
    return catalogues.load(SimpleNamespace(**FOLDERS))


def answers_of(name: str, **changes: Any) -> dict[str, Any]:
    """The answers of a case in standard form, with other values under dotted names."""
    tree = copy.deepcopy(CASES[name])
    for dotted, value in changes.items():
        node: Any = tree
        *parts, last = dotted.split(".")
        for part in parts:
            node = node[int(part)] if isinstance(node, list) else node.setdefault(part, {})
        node[last] = value
    return dict(reading.read(tree, catalogue()).tree)


def mark() -> bytes:
    picture = Image.new("LA", (300, 90), (0, 0))
    ImageDraw.Draw(picture).line([(5, 60), (90, 10), (160, 80), (295, 20)], (0, 255), 4)
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


def scanned() -> bytes:
    picture = Image.new("RGB", (827, 1169), "white")
    ImageDraw.Draw(picture).line([(100, 900), (400, 850)], (20, 20, 120), 5)
    target = io.BytesIO()
    picture.save(target, "JPEG")
    return target.getvalue()


def signed(name: str, **changes: Any) -> dict[str, Sheet]:
    found = answers_of(name, **changes)
    drawn = {
        place: mark()
        for place, one in enumerate(found["signatures"])
        if one["method"] in ("drawn_on_practice_device", "mark_with_witness")
    }
    scan = [scanned()] if name == "signed on paper" else []
    return paper.signed(found, catalogue(), FRAME, marks=drawn, scan=scan)


def unanswered(name: str, kind: str = "photo") -> dict[str, Any]:
    """A case as it is set up, before anybody has answered."""
    found = answers_of(name, **{"photo.kind": kind})
    uses = {key: {**use, "decision": ""} for key, use in found["purposes"].items()}
    return {**found, "purposes": uses, "signatures": [], "images": []}


def nothing_known() -> dict[str, Any]:
    return {"purposes": {key: {"decision": ""} for key in PURPOSES}}


def blanks() -> dict[str, Sheet]:
    unknown = replace(FRAME, heading=Heading())
    return {
        "prefilled": paper.blank(unanswered("seven times yes"), catalogue(), FRAME),
        "for any patient": paper.blank(nothing_known(), catalogue(), unknown),
        **{
            f"for {kind}": paper.blank(unanswered("seven times yes", kind=kind), catalogue(), FRAME)
            for kind in ("patients_own_photo_already_sent", "photo_already_in_record")
        },
    }


def stopped(purpose: str, stage: int = 0, uses: int = 0) -> Stopped:
    ending = catalogue().purpose(purpose).endings[stage]
    return Stopped("grant", purpose, ending.stopped, ending.lasting, stage > 0, uses)


def letters_to_patients() -> dict[str, dict[str, Sheet]]:
    teaching = answers_of("an interpreter for sign language")
    child = answers_of("a child, her mother and her own mark")
    return {
        "withdrawn": letters.withdrawn(
            teaching,
            catalogue(),
            FRAME,
            [stopped("teach_closed", uses=2)],
            said_on=date(2026, 11, 10),
            kept=["record"],
            address_lines=ADDRESS,
        ),
        "withdrawn by somebody": letters.withdrawn(
            child,
            catalogue(),
            FRAME,
            [stopped("teach_closed", uses=1), stopped("publish", stage=1)],
            said_on=date(2026, 11, 18),
            kept=[],
            by_name="Testmother Three",
            address_lines=ADDRESS,
        ),
        "void": letters.voided(
            teaching,
            FRAME,
            reason="The form was opened for another patient of the same name.",
            uses=0,
            address_lines=ADDRESS,
        ),
        "void after use": letters.voided(teaching, FRAME, reason="", uses=3),
        "sixteen": letters.turned_sixteen(
            child, catalogue(), FRAME, ["teach_closed"], door=DOOR, address_lines=ADDRESS
        ),
    }


def every_sheet() -> dict[str, Sheet]:
    """Every kind of sheet that the consents print, by a name of its own."""
    found = {f"{name} {kind}": one for name in CASES for kind, one in signed(name).items()}
    found |= {f"blank {name}": one for name, one in blanks().items()}
    for name, made in letters_to_patients().items():
        found |= {f"letter {name} {kind}": one for kind, one in made.items()}
    return found


SHEETS = every_sheet()
# The patient's copy is the first page of the form, and the large print says the same.
GOLDEN_SHEETS = [
    name
    for name in SHEETS
    if name.endswith(" letter")
    or name.startswith(("blank ", "an adult, care only ", "letter withdrawn large"))
]
EVERY_SHEET = [
    pytest.param(name, marks=[] if name in GOLDEN_SHEETS else pytest.mark.slow) for name in SHEETS
]


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer([TEMPLATES]) as pool:
        yield pool


@pytest.fixture(scope="module")
def printed(renderer: Renderer) -> Any:
    """A function that prints one of the sheets above, each once."""
    made: dict[str, bytes] = {}

    def of(name: str) -> bytes:
        if name not in made:
            made[name] = renderer.render(SHEETS[name]).pdf
        return made[name]

    return of


def pages_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [one.get_textpage().get_text_range() for one in document]
    finally:
        document.close()


def squeezed(text: str) -> str:
    return "".join(re.sub("[\ufffe\x02]", "-", text).split())


def html_of(sheet: Sheet) -> str:
    return write_html(open_templates([TEMPLATES]), sheet.template, sheet.values)


def words_of(html: str) -> str:
    body = re.sub(r"<(?:/?(?:p|h\d|div|li|ul|th|td|tr|caption)\b)[^>]*>", " \n ", html)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", body.partition("</head>")[2])).split())


def tidy(text: str) -> str:
    joined = re.sub("[\ufffe\x02]\r?\n?", "-", text).replace("\N{NO-BREAK SPACE}", " ")
    # The version is a hash of the form's data and templates, and the page code one of it.
    version = catalogue().version
    for code in (version, paper.page_code(REFERENCE, version)):
        joined = joined.replace(code, "VERSION" if code == version else "PAGE-CODE")
    return "\n".join(line.rstrip() for line in joined.splitlines())


@pytest.mark.parametrize("name", GOLDEN_SHEETS)
def test_golden_text_of_every_sheet_is_what_is_printed(name: str, printed: Any) -> None:
    text = "\n".join(
        f"--- page {number} ---\n{tidy(page_text)}"
        for number, page_text in enumerate(pages_of(printed(name)), start=1)
    )
    file = GOLDEN / f"{re.sub(r'[^a-z0-9]+', '-', name.lower())}.txt"
    if UPDATES_GOLDEN:
        file.write_text(text + "\n", encoding="utf-8")

    assert file.read_text(encoding="utf-8") == text + "\n"


def test_no_golden_text_is_left_without_its_sheet() -> None:
    names = {re.sub(r"[^a-z0-9]+", "-", name.lower()) for name in GOLDEN_SHEETS}

    assert {path.stem for path in GOLDEN.glob("*.txt")} == names


@pytest.mark.parametrize("name", EVERY_SHEET)
def test_every_sheet_keeps_both_standards_and_has_headings_that_lead_somewhere(
    name: str, printed: Any
) -> None:
    pdf = printed(name)
    parts = reading_order(pdf)
    levels = [int(role[1]) for role, _ in parts if re.fullmatch(r"H\d", role)]

    for profile in ("pdfa-3a", "pdfua-1"):
        assert page.validate_pdf_bytes(pdf, profile=profile).failures == []
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.slow
def test_verapdf_finds_that_every_sheet_keeps_both_standards(printed: Any, tmp_path: Path) -> None:
    files = []
    for number, name in enumerate(SHEETS):
        files.append(tmp_path / f"{number:03}.pdf")
        files[-1].write_bytes(printed(name))

    told = subprocess.run([VERAPDF, "3a,ua1", *files], capture_output=True, text=True, check=False)

    assert told.stdout.count("pass ") == 2 * len(files), told.stdout + told.stderr
    assert told.returncode == 0


@pytest.mark.parametrize("name", SHEETS)
def test_no_sheet_says_a_code_or_half_a_sentence(name: str) -> None:
    words = words_of(html_of(SHEETS[name]))

    assert NOT_WORDS.findall(words.replace("_" * 24, "")) == []
    assert NOT_SENTENCES.findall(words) == []


@pytest.mark.parametrize("name", [name for name in GOLDEN_SHEETS if not name.startswith("letter ")])
def test_title_and_file_name_hold_initials_and_day_but_no_name_and_no_number(
    name: str, printed: Any
) -> None:
    sheet = SHEETS[name]
    patient = sheet.values["patient"]

    with pikepdf.open(io.BytesIO(printed(name))) as document:
        title = str(document.docinfo.Title)

    assert title.startswith("Photo choices")
    assert "20 November 2026" in title
    assert not patient["full_name"] or patient["full_name"] not in title
    assert not re.search(r"\d{3} ?\d{3} ?\d{4}", title)


def test_file_names_are_of_ascii_whatever_the_name_is() -> None:
    assert paper.file_name(answers_of("an adult, care only"), FRAME) == (
        f"2026-11-20_Photo-choices_TO_{REFERENCE}.pdf"
    )
    assert paper.file_name(answers_of("an Arabic name"), FRAME).isascii()


@pytest.mark.parametrize(
    "name",
    [
        "an adult, care only",
        "seven times yes",
        "seven times no",
        "a child, her mother and her own mark",
        "an attorney and a helper",
        "said by telephone",
        "a mark with a witness",
        "an Arabic name",
        "a Chinese name",
    ],
)
def test_what_the_patient_chose_and_signed_stands_on_one_page(name: str, printed: Any) -> None:
    first = pages_of(printed(f"{name} patient"))[0]

    for one in answers_of(name)["signatures"]:
        assert squeezed("Your name and signature") in squeezed(first)
        assert one["signer_name"].split()[0] in first or name.startswith("an Arabic")
    count = len(pages_of(printed(f"{name} patient")))
    assert count == (2 if name == "seven times yes" else 1)


@pytest.mark.parametrize("name", [name for name in CASES if name != "a very long name"])
def test_the_clinicians_page_is_one_page(name: str, printed: Any) -> None:
    whole, copied = pages_of(printed(f"{name} letter")), pages_of(printed(f"{name} patient"))
    scan = 1 if name == "signed on paper" else 0

    # A capacity assessment, a power of attorney and best interests take what room they need.
    assert len(whole) - len(copied) - scan <= (2 if "attorney" in name else 1)


@pytest.mark.parametrize("name", CASES)
def test_letters_of_the_patients_page_are_of_twelve_points_and_more(
    name: str, printed: Any
) -> None:
    def smallest(pdf: bytes) -> float:
        document = pypdfium2.PdfDocument(pdf)
        try:
            sizes = [
                pypdfium2.raw.FPDFText_GetFontSize(text.raw, index)
                for text in [document[0].get_textpage()]
                for index in range(text.count_chars())
                if text.get_text_range(index, 1).strip()
            ]
        finally:
            document.close()
        # Letterhead, foot and the words under the code are the practice's, not the patient's.
        return min(size for size in sizes if size not in (9.0, 14.0, 16.0))

    assert smallest(printed(f"{name} patient")) >= 12
    assert smallest(printed(f"{name} large")) >= 18


@pytest.mark.parametrize(
    ("name", "said"),
    [("seven times yes", "yes"), ("seven times no", "no")],
)
def test_each_answer_is_said_by_a_word_beside_its_question(
    name: str, said: str, printed: Any
) -> None:
    texts = [text for _, text in reading_order(printed(f"{name} patient"))]
    asked = [place for place, text in enumerate(texts) if re.match(r"\d\. Can we ", text)]

    assert len(asked) == 7
    assert [texts[place + 1].lower() for place in asked] == [said] * 7


def test_answers_differ_in_shape_and_not_in_colour_alone() -> None:
    css = (TEMPLATES / "photo-consent.css").read_text("utf-8")
    shapes = {kind: (TEMPLATES / f"photo-consent-{kind}.svg").read_text("utf-8") for kind in
              ("yes", "no", "not-asked")}  # fmt: skip

    assert len({re.search(r' d="([^"]+)"', svg)[1] for svg in shapes.values()}) == 3  # type: ignore[index]
    assert all(f"photo-consent-{kind}.svg" in css for kind in shapes)
    assert "dashed" in css


def test_what_was_not_asked_is_named_and_never_counts_as_an_answer(printed: Any) -> None:
    first = " ".join(pages_of(printed("an adult, care only patient"))[0].split())

    assert "We did not ask about talks and courses, publication, public use and research." in first
    assert "Not asked" in first


def test_the_page_holds_all_that_a_good_form_has(printed: Any) -> None:
    """The eighteen points of a good one-page form, but the first screen's, which is no paper."""
    whole = [" ".join(text.split()) for text in pages_of(printed("seven times yes letter"))]
    first, annex, record = whole[0], whole[1], whole[2]

    for said in (
        "Example Meadow Surgery",
        "Asked by Dr A Example, GP partner",
        "This is why it will help: changing mole",
        "3 photos of your left forearm",
        "we will still look after you just the same",
        "Only staff who need it to look after you will see it",
        "We will send it in a safe NHS way",
        "Someone may still know it is you",
        "Anyone in the world may see it, copy it and share it",
        "You can change your mind at any time",
        "We cannot get back an article once it has come out",
        "In my own words: Not my face, and not my tattoo.",
        "16 November 2026 at 10:18",
        "Copy given: paper",
        catalogue().version,
        f"Record {REFERENCE}",
        "Page 1 of 3",
    ):
        assert said in first, said
    assert "I will not be paid" in annex
    assert "believe the choice is free" in record
    assert "GMC Registration number: 0000001" in record


def test_the_address_in_the_code_is_where_the_form_can_be_checked(
    printed: Any, renderer: Renderer
) -> None:
    for kind in (PATIENT, LARGE):
        pictures = renderer.pictures(printed(f"an adult, care only {kind}"), width=1600)
        found = [
            one.text
            for png in pictures
            for one in zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))
        ]

        assert found == [f"https://letters.example.com/v/{REFERENCE}"]


def test_paper_to_sign_by_hand_says_which_record_it_belongs_to(
    printed: Any, renderer: Renderer
) -> None:
    pdf = printed("blank prefilled")
    code = paper.page_code(REFERENCE, catalogue().version)
    found = [
        one.text
        for png in renderer.pictures(pdf, width=1600)
        for one in zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))
    ]

    assert found == [f"{REFERENCE} {code}"]
    assert all(code in text for text in pages_of(pdf))
    assert paper.page_code("LG-0000-0000", catalogue().version) != code
    assert paper.page_code(REFERENCE, "another version") != code


def test_nothing_is_ticked_on_paper_to_sign_by_hand(printed: Any) -> None:
    for name in ("prefilled", "for any patient"):
        html = html_of(SHEETS[f"blank {name}"])

        assert html.count('class="tick"') == 14
        assert 'class="mark' not in html
    assert len(pages_of(printed("blank for any patient"))) == 1


def test_a_form_for_any_patient_names_none_and_has_lines_instead(printed: Any) -> None:
    text = pages_of(printed("blank for any patient"))[0]

    assert "_" * 20 in text
    assert "Date of birth" in text
    assert "NHS number" in text
    assert REFERENCE not in text


def test_a_drawn_name_is_a_picture_with_words_for_those_who_cannot_see_it(printed: Any) -> None:
    parts = reading_order(printed("a child, her mother and her own mark patient"))
    figures = [text for role, text in parts if role == "Figure"]

    assert "Drawn signature of Testmother Three" in figures
    assert "Drawn signature of Testchild Three" in figures


def test_a_name_that_was_said_has_no_picture(printed: Any) -> None:
    parts = reading_order(printed("said by telephone patient"))

    assert [text for role, text in parts if role == "Figure"] == [
        f"QR code of the address letters.example.com/v/{REFERENCE}"
    ]
    assert "Said by telephone by Testpatient One, and heard by Nurse C Demo." in " ".join(
        " ".join(text.split()) for _, text in parts
    )


def test_signed_paper_stands_behind_the_page_that_says_what_is_on_it(printed: Any) -> None:
    pdf = printed("signed on paper letter")
    figures = [text for role, text in reading_order(pdf) if role == "Figure"]

    assert any(text.startswith("Page 1 of the signed paper") for text in figures)
    assert len(pages_of(pdf)) == 3


def test_a_signature_that_cannot_be_read_back_stops_the_form(renderer: Renderer) -> None:
    sheet = replace(signed("an adult, care only")[LETTER], must_hold=("Somebody Else",))

    with pytest.raises(NotReadBack):
        renderer.render(sheet)


def test_what_is_shown_and_what_is_printed_are_the_same_words() -> None:
    name = "seven times yes"
    found = answers_of(name)
    shown = words_of(html_of(SHEETS[f"{name} patient"]))

    for one in wording.questions_for(found, catalogue()):
        assert one.question in shown
        assert all(sentence in shown for sentence in one.words)
    for line in wording.read_text(wording.words_for(found, catalogue(), on=FRAME.day)).split("\n"):
        told = line.removeprefix("Answer: ").replace("Until ", "")
        assert told in shown, line


def test_questions_that_are_not_asked_are_left_out_and_the_rest_are_numbered() -> None:
    asked = wording.questions_for(answers_of("an adult, care only"), catalogue())

    assert [(one.number, one.key, one.answer) for one in asked] == [
        (1, "record", "Yes"),
        (2, "share_care", "Yes"),
        (3, "teach_closed", "No"),
    ]
    assert asked[1].question == (
        "Can we send the photo to Exampleton Hospital dermatology advice service?"
    )


def test_a_question_that_waits_for_its_answer_has_none() -> None:
    asked = wording.questions_for(unanswered("seven times yes"), catalogue())

    assert [one.key for one in asked] == list(PURPOSES)
    assert {(one.decision, one.answer, one.until) for one in asked} == {("", "", "")}


def test_the_hash_is_of_the_very_words_version_and_language() -> None:
    found = answers_of("an adult, care only")
    text = wording.read_text(wording.words_for(found, catalogue(), on=FRAME.day))
    known = wording.content_sha256(text, version="1", language="en-GB")

    assert known == hashlib.sha256(f"1\nen-GB\n{text}".encode()).hexdigest()
    for changed in (
        wording.content_sha256(text + " ", version="1", language="en-GB"),
        wording.content_sha256(text, version="2", language="en-GB"),
        wording.content_sha256(text, version="1", language="cy"),
    ):
        assert changed != known


@pytest.mark.parametrize(
    "change",
    [
        {"purposes.share_care.recipient": "Another service"},
        {"purposes.teach_closed.decision": "yes"},
        {"photo.reason": "Something else altogether"},
        {"purposes.research.decision": "no"},
    ],
)
def test_whatever_a_patient_reads_or_answers_changes_the_hash(change: dict[str, Any]) -> None:
    def text(**changes: Any) -> str:
        found = answers_of("an adult, care only", **changes)
        return wording.read_text(wording.words_for(found, catalogue(), on=FRAME.day))

    assert text(**change) != text()


def test_braces_in_what_people_type_are_printed_as_they_are() -> None:
    found = answers_of("an adult, care only", **{"photo.reason": "a {name} in {braces} <b>"})
    html = html_of(paper.signed(found, catalogue(), FRAME)[PATIENT])

    assert "a {name} in {braces} &lt;b&gt;" in html


@pytest.mark.parametrize(
    ("name", "said", "unsaid"),
    [
        ("an attorney and a helper", "who can make health choices for you", "Your mum, dad"),
        ("a child, her mother and her own mark", "Your mum, dad or carer said yes", "private part"),
        ("a child, her mother and her own mark", "When you are 16 we will ask you", "too unwell"),
        ("an adult, care only", "to train computer programs", "Your mum, dad"),
    ],
)  # fmt: skip
def test_extra_words_stand_where_they_are_due(
    name: str, said: str, unsaid: str, printed: Any
) -> None:
    first = " ".join(pages_of(printed(f"{name} patient"))[0].split())

    assert said in first
    assert unsaid not in first


def test_evidence_names_the_basis_of_each_use_and_groups_ticks() -> None:
    found = answers_of("seven times yes")
    uses = {row["label"]: row["text"] for row in evidence.uses(found, catalogue())}
    explained = next(
        one for one in evidence.sections(found, catalogue()) if one["title"] == "What was explained"
    )

    assert len(uses) == 7
    assert all("Basis: " in text for text in uses.values())
    assert "Caldicott" not in uses["Taking the photo and keeping it in the GP record:"]
    assert [row["label"] for row in explained["rows"]][-1] == "Ticked:"
    assert explained["rows"][-1]["text"].count(";") == 7


def test_hashes_and_times_are_written_for_the_eye() -> None:
    assert grouped("0123456789abcdef0123", is_short=True) == "0123 4567 89ab cdef…"
    assert grouped("01234567") == "0123 4567"
    assert moment("2026-06-01T09:30:00+00:00") == "1 June 2026 at 10:30"
    assert moment("2026-06-01") == "1 June 2026"


def test_nobody_withdraws_in_the_letter_about_a_mistake(printed: Any) -> None:
    texts = {
        name: " ".join(" ".join(pages_of(printed(f"letter {name} letter"))).split())
        for name in ("withdrawn", "void")
    }

    assert "you asked us to stop" in texts["withdrawn"]
    assert "you asked us to stop" not in texts["void"]
    assert "never did" in texts["void"]
    for text in texts.values():
        assert "Tell us first" in text
        assert "Information Commissioner’s Office" in text


@pytest.mark.parametrize("purpose", PURPOSES)
def test_each_purpose_says_what_stops_and_what_cannot_be_called_back(purpose: str) -> None:
    for stage in range(len(catalogue().purpose(purpose).endings)):
        ended = stopped(purpose, stage)
        made = letters.withdrawn(
            answers_of("an adult, care only"),
            catalogue(),
            FRAME,
            [ended],
            said_on=date(2026, 11, 19),
            kept=[],
        )
        words = words_of(html_of(made[LETTER]))

        assert ended.stopped in words
        assert ended.lasting in words


def test_the_page_for_the_web_holds_the_choices_and_nothing_that_fetches(
    renderer: Renderer,
) -> None:
    html = renderer.page(as_page(signed("seven times yes")))

    assert html.startswith('<article class="letter" lang="en-GB">')
    assert html.count('<p class="mark yes">Yes</p>') == 7
    assert "asset:" not in html
    assert "<svg" not in html
    assert "Drawn signature of Testpatient One" in html


def test_the_version_changes_with_the_paper_it_is_printed_on(tmp_path: Any) -> None:
    own = tmp_path / "photo-consent.css"
    own.write_text("/* ours */")

    both = {**FOLDERS, "template_folders": (TEMPLATES, tmp_path)}
    changed = catalogues.load(SimpleNamespace(**both))

    assert changed.version != catalogue().version


def test_a_signed_consent_is_sealed_and_stored_like_a_letter(
    session: Any, people: Any, renderer: Renderer, now: datetime
) -> None:
    office = documents.Office(LIBRARY, renderer, "https://letters.example.com")
    found = answers_of("seven times yes")
    made = making.ready(
        renderer,
        signed("seven times yes"),
        found,
        catalogue(),
        title="Photo consent",
        file_name=paper.file_name(found, FRAME),
        author_id=people.clinician.staff_id,
        signer_id=people.clinician.staff_id,
        seconds=95,
    )

    with models.changing(session):
        document = documents.issue_made(session, office, people.clinician, made, at=now)

    stored = {one.kind: one for one in document.files}
    assert set(stored) == {LETTER, PATIENT, LARGE}
    for kind, one in stored.items():
        assert one.pdf.startswith(made.files[kind].pdf)
        assert sealing.examine(one.pdf).is_intact
    assert document.family == "photo-consent"
    assert document.version == catalogue().version
    assert document.content.answers == found
    assert document.content.page == made.page
    assert document.content.nhs_number_index is not None
