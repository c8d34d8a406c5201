"""What the ADHD letter and the patient's copy say agrees with itself, and reads as English."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from html import unescape
from re import sub
from typing import Any

import pypdfium2
import pytest

from lettergen import forms
from lettergen.definitions import Folders, Library
from lettergen.definitions.cases import read_cases
from lettergen.forms import letter_values
from lettergen.letters import Heading, sheets
from lettergen.places import CHECKOUT
from lettergen.rendering import Renderer
from lettergen.rendering.wording import open_templates, write_html

SLUG = "adhd-referral"
TEMPLATES = CHECKOUT / "templates" / "letters"
LIBRARY = Library(Folders((CHECKOUT / "forms",), (TEMPLATES,)))
SANDBOX = open_templates([TEMPLATES])
CASES = {case.name: case for case in read_cases(CHECKOUT / "tests/letters/adhd-referral.toml")}
ADULT = CASES["reference adult"].answers
CHILD = CASES["child to community paediatrics"].answers
MINIMAL = CASES["minimal adult"].answers
CHOSEN = CASES["right to choose, all in order"].answers
CHILD_CHOSEN = {
    **CHILD,
    **{name: CHOSEN[name] for name in CHOSEN if name.startswith("rtc_")},
    "route": "rtc",
    "registered_gp_england": True,
    "service_name": "Sample ADHD Clinic Ltd.",
}
TODAY = date(2026, 11, 20)
POINTS_A_MM = 72 / 25.4
LONG_NAME = "Exampleshire Integrated Neurodevelopmental Assessment Partnership"


def read(answers: Mapping[str, Any]) -> forms.Reading:
    kind = LIBRARY.get(SLUG)
    typed = forms.flatten(kind, answers)
    return forms.read(kind, typed, on=TODAY, directories=LIBRARY.directories)


def said(answers: Mapping[str, Any], template: str) -> str:
    seen = letter_values(read(answers), day=TODAY, reference="LG-7K3M-9QXP")
    html = write_html(SANDBOX, template, seen).partition("</head>")[2]
    return " ".join(unescape(sub(r"<[^>]+>", " ", html)).split())


def letter(answers: Mapping[str, Any], **changes: Any) -> str:
    return said({**answers, **changes}, f"{SLUG}.html")


def copy(answers: Mapping[str, Any], **changes: Any) -> str:
    return said({**answers, **changes}, f"{SLUG}.patient.html")


def test_summary_that_may_not_be_shared_is_never_listed_as_enclosed() -> None:
    refused = {"consent_summary": "no", "attachments": ["asrs", "record_summary"]}

    assert "Record summary: not to be shared." in letter(ADULT, **refused)
    assert "1 item, listed at the end" in letter(ADULT, **refused)
    assert "Summary of the record" not in letter(ADULT, **refused)
    assert "We sent this paper too: the ASRS form that you filled in." in copy(ADULT, **refused)
    assert "Enclosed Nothing." in letter(ADULT, **{**refused, "attachments": ["record_summary"]})
    assert "We sent" not in copy(ADULT, **{**refused, "attachments": ["record_summary"]})


def test_asrs_form_is_said_to_be_enclosed_only_where_it_is_listed() -> None:
    assert "form enclosed" in letter(ADULT)
    assert "form enclosed" not in letter(ADULT, attachments=["none"])


def test_nobody_is_asked_to_write_to_an_unsafe_address() -> None:
    assert "and to the patient." in letter(ADULT)
    assert "and to the patient." not in letter(ADULT, safe_to_leave_message="no")
    assert "copy to the patient, by hand." in letter(ADULT, safe_to_leave_message="no")
    for answers in (ADULT, CHILD):
        told = copy(answers, safe_to_leave_message="no")
        assert "not safe to write to your home" in told
        assert "write to you " not in told
        assert "text message" not in told


def test_outcome_and_copy_go_to_the_parent_of_a_child_who_does_not_decide() -> None:
    assert "and to the parent or carer." in letter(CHILD)
    assert "copy to the parent or carer." in letter(CHILD)
    assert "and to the patient." in letter(CHILD, consent_basis="gillick_competent")


@pytest.mark.parametrize(
    ("basis", "in_the_letter", "in_the_copy"),
    [
        ("parental", "The person with parental responsibility for Isla", "You chose Sample"),
        ("court_order", "The person with parental responsibility for Isla", "You chose Sample"),
        (
            "local_authority",
            "The local authority responsible for Isla",
            "The local authority chose",
        ),
        (
            "gillick_competent",
            "Right to Choose Isla Placeholder-Jones was told",
            "You chose Sample",
        ),
    ],
)
def test_right_to_choose_says_who_chose(basis: str, in_the_letter: str, in_the_copy: str) -> None:
    assert in_the_letter in letter(CHILD_CHOSEN, consent_basis=basis)
    assert in_the_copy in copy(CHILD_CHOSEN, consent_basis=basis)


def test_a_parent_who_chose_for_a_sixteen_year_old_is_said_in_letter_and_copy() -> None:
    sixteen = {**CHILD_CHOSEN, "date_of_birth": "2010-11-20"}

    assert "The person with parental responsibility for Isla" in letter(sixteen)
    assert "Your parent or carer chose Sample ADHD Clinic Ltd. In England" in copy(sixteen)


def test_right_to_choose_is_named_with_its_law_to_the_service_and_plainly_to_the_patient() -> None:
    assert "by Right to Choose, under Part 8 of the NHS" in letter(CHOSEN)
    assert "called Right to Choose." in copy(CHOSEN)
    assert "called Right to Choose." in copy(CHILD_CHOSEN)


def test_shared_care_is_not_asked_for_where_the_practice_cannot_enter_it() -> None:
    invitation = "any request for shared care"

    assert invitation in letter(CHOSEN)
    assert invitation not in letter(CHOSEN, shared_care_position="not_accepted")


@pytest.mark.parametrize(
    ("answers", "changes", "words"),
    [
        (CHILD, {"watchful_waiting_weeks": 1}, "Observed for 1 week."),
        (CHILD, {"watchful_waiting_weeks": 2}, "Observed for 2 weeks."),
        (ADULT, {"alcohol_units_week": 1}, "Alcohol: 1 unit a week."),
        (ADULT, {"priority": "urgent", "priority_reason": "May lose the job"}, "the job. Features"),
        (
            ADULT,
            {"prior_assessment": "not_known", "prior_assessment_detail": "Records asked for"},
            "Not known. Records asked for.",
        ),
        (
            ADULT,
            {
                "reg_body": "NMC",
                "reg_number": "01A2345E",
                "referrer_role": "anp",
                "responsible_gp": "Dr A. Sample Jr.",
            },
            "Accountable GP: Dr A. Sample Jr. Clinical background",
        ),
        (ADULT, {"info_given": ["access_to_work"]}, "Told about: the Access to Work scheme."),
        (
            CHILD,
            {"school_evidence": "not_applicable_home_educated"},
            "Educated at home, or not in education.",
        ),
        (CHILD, {"looked_after": "protection_plan"}, "07700 900111. Child protection plan."),
        (CHILD, {"looked_after": "previously"}, "Looked after or on a plan in the past."),
        (CHILD, {"consent_basis": "court_order"}, "agreed: yes, under a court order."),
    ],
)
def test_sentences_built_of_answers_read_as_english(
    answers: Mapping[str, Any], changes: Mapping[str, Any], words: str
) -> None:
    assert words in letter(answers, **changes)


def test_talking_therapy_without_a_doctor_is_offered_to_adults_alone() -> None:
    given = {"info_given": ["talking_therapy"]}

    assert "NHS talking therapy yourself" in copy(ADULT, **given)
    assert "ask us who can help" in copy(CHILD, **given)
    competent = copy(CHILD, **given, consent_basis="gillick_competent")
    assert "ask us who you can talk to" in competent


def test_no_explanation_is_promised_for_a_missing_nhs_number() -> None:
    without = {key: value for key, value in ADULT.items() if key != "nhs_number"}

    assert "explained in the letter" not in letter(without, nhs_number_missing_reason="other")
    assert "(traced, and none was found)" in letter(
        without, nhs_number_missing_reason="traced_not_found"
    )


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        (
            "letter",
            {
                **ADULT,
                "service_name": LONG_NAME,
                "service_address": "Room 4\nWest Wing\n2 A St\nB\nC\nYY9 9YY",
            },
        ),
        ("patient", {**CHILD, "address_lines": "Flat 2\nOld House\n4 A Road\nB\nC"}),
    ],
)
def test_longest_address_shows_in_the_window_of_an_envelope(
    kind: str, answers: Mapping[str, Any]
) -> None:
    last = "YY9 9YY" if kind == "letter" else "ZZ99 3WZ"

    lowest = _bottom_mm(_rendered(answers, kind), last)

    assert 45 < lowest <= 85


@pytest.mark.parametrize(
    "answers",
    [
        {**CASES["the day before seventeen and a half"].answers},
        {**ADULT, "consent_summary": "partly", "consent_withheld_items": "One letter of 2019"},
    ],
    ids=["seventeen", "summary partly withheld"],
)
def test_no_third_page_for_a_few_lines(answers: Mapping[str, Any]) -> None:
    document = pypdfium2.PdfDocument(_rendered(answers, "letter"))

    assert len(document) == 2


def _rendered(answers: Mapping[str, Any], kind: str) -> bytes:
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    with Renderer([TEMPLATES]) as pool:
        return pool.render(
            sheets(
                read(answers),
                at=at,
                heading=Heading("LG-7K3M-9QXP", address="https://letters.example.com"),
            )[kind]
        ).pdf


def _bottom_mm(pdf: bytes, words: str) -> float:
    """Return how far below the top of the first page the last line of an address ends."""
    page = pypdfium2.PdfDocument(pdf)[0]
    text = page.get_textpage()
    all_words = text.get_text_range()
    # The letterhead may hold the same postcode: the addressee's stands on a line of its own.
    start = all_words.index(f"\n{words}") + 1
    bottom = min(text.get_charbox(start + n)[1] for n in range(len(words)))
    return float(page.get_height() - bottom) / POINTS_A_MM
