"""The ADHD referral on paper: nothing lost, “not asked” never “no”, a discreet patient's copy."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
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
from lettergen.rendering import Rendered, Renderer
from lettergen.rendering.readback import squeeze
from lettergen.rendering.wording import open_templates, write_html

SLUG = "adhd-referral"
TEMPLATES = CHECKOUT / "templates" / "letters"
LIBRARY = Library(Folders((CHECKOUT / "forms",), (TEMPLATES,)))
REFERRAL = LIBRARY.get(SLUG)
SANDBOX = open_templates([TEMPLATES])
CASES = {case.name: case for case in read_cases(CHECKOUT / "tests/letters/adhd-referral.toml")}
ADULT = CASES["reference adult"].answers
CHILD = CASES["child to community paediatrics"].answers
MINIMAL = CASES["minimal adult"].answers
CHOSEN = {**ADULT, **CASES["right to choose, all in order"].answers, "given_name": "Rowan"}
TODAY = date(2026, 11, 20)
NOT_ASKED = "not_asked"

# Asked for other reasons than to be told to the service.
KEPT_BACK = {
    "practice_secure_domains": "settles where a letter may be sent",
    "one_name_only": "settles whether a family name is missing",
    "registered_gp_england": "stands in the statement on the right to choose",
    "service_address": "printed as the addressee's, or the directory's in its place",
    "asrs_done": "its score, or why there is none, is printed",
    "asrs_form_attached": "said where the ASRS score is",
    "safe_to_leave_message": "printed where it is not safe",
    "consent_withheld_items": "what the patient withholds is not named to the service",
    "copy_to_patient_reason": "concerns the patient and the practice only",
    "signature_mode": "leaves room for a signature",
    "gp_declaration": "a letter that is issued was reviewed",
    "override_reasons": "printed as notes, from the warnings",
    "cardiac_flags": "never empty in a letter that is issued",
}

# Answers that no case holds.
SELDOM: dict[str, Any] = {
    "service_ods": "ZZ901",
    "gender_identity": "Non-binary",
    "wurs25_total": 52,
    "wfirs_domains": ["work"],
    "bloods": "TFT normal",
    "adjustments_other": "Large clock in the room",
    "accessible_format": ["large_print"],
    "gp_comment": "Keen to start an apprenticeship.",
}


def values(answers: Mapping[str, Any]) -> dict[str, Any]:
    typed = forms.flatten(REFERRAL, answers)
    reading = forms.read(REFERRAL, typed, on=TODAY, directories=LIBRARY.directories)
    return letter_values(reading, day=TODAY, reference="LG-7K3M-9QXP")


def words(seen: Mapping[str, Any], template: str = f"{SLUG}.html") -> str:
    html = write_html(SANDBOX, template, seen).partition("</head>")[2]
    return " ".join(unescape(sub(r"<[^>]+>", " ", html)).split())


def letter(**changes: Any) -> str:
    return words(values({**ADULT, **changes}))


def copy(answers: Mapping[str, Any], **changes: Any) -> str:
    return words(values({**answers, **changes}), f"{SLUG}.patient.html")


def without(name: str, seen: dict[str, Any]) -> dict[str, Any]:
    blank: list[Any] | None = [] if isinstance(seen["answers"][name], list) else None
    trees = {tree: {**seen[tree], name: blank} for tree in ("answers", "said")}
    return {**seen, **trees}


def told() -> list[str]:
    """Every question whose answer is meant for the service."""
    named = {*REFERRAL.supplied(), *REFERRAL.identifies.values(), *KEPT_BACK}
    return [one.name for one in REFERRAL.fields if one.name not in named]


EVERYTHING = [ADULT, CHILD, CHOSEN, *(case.answers for case in CASES.values())]


@cache
def full_letter(number: int) -> dict[str, Any]:
    return values({**EVERYTHING[number], **SELDOM})


def full_letter_with(name: str) -> dict[str, Any]:
    """Return what a template sees of the first letter in which a question is answered."""
    letters = map(full_letter, range(len(EVERYTHING)))
    return next(seen for seen in letters if seen["answers"][name] not in (None, []))


@pytest.mark.parametrize("name", told())
def test_every_answer_reaches_the_letter(name: str) -> None:
    seen = full_letter_with(name)

    assert words(seen) != words(without(name, seen))


def three_way() -> list[Any]:
    return [
        pytest.param(one.name, [option.code for option in one.options], one.type, id=one.name)
        for one in REFERRAL.fields
        if NOT_ASKED in [option.code for option in one.options]
    ]


@pytest.mark.parametrize(("name", "codes", "type_"), three_way())
def test_each_answer_to_a_safety_question_reads_differently(
    name: str, codes: list[str], type_: str
) -> None:
    woman = {**ADULT, "sex": "female"}

    said = {
        code: words(values({**woman, name: [code] if type_ == "choices" else code}))
        for code in codes
        if code != "not_applicable"
    }

    assert len(set(said.values())) == len(said)
    not_asked = {code: text.lower().count("not asked") for code, text in said.items()}
    assert not_asked.pop(NOT_ASKED) > max(not_asked.values())


def test_no_safety_answer_is_missing_from_the_box() -> None:
    risks = [one.name for one in REFERRAL.fields if one.name.startswith("risk_")]
    asked = dict.fromkeys((name for name in risks if name != "risk_summary"), NOT_ASKED)

    box = letter(**asked).partition("Dear colleague")[0]

    assert "None identified" not in box
    assert "answer no" not in box
    assert box.partition("Not asked: ")[2].partition(".")[0].count(";") == len(asked) - 1


def test_a_question_that_was_hidden_is_not_answered_no() -> None:
    small = words(values(CHILD))

    assert "eating disorder" not in small
    assert "Alcohol" not in small
    assert "Driving" not in small
    assert "prison" not in small


def test_what_is_wrong_stands_before_what_is_not() -> None:
    box = letter(
        risk_psychosis="past",
        risk_self_harm_12m="yes",
        risk_harm_others=NOT_ASKED,
        crisis_action="Seen by the crisis team today.",
    )

    marks = ["Yes: suicide attempt", "In the past: psychosis", "Not asked: risk to others"]
    places = [box.index(mark) for mark in (*marks, "Asked, answer no:", "Action taken: Seen by")]
    assert places == sorted(places)
    assert "None identified" not in box


def test_counts_are_evidence_beside_the_usual_count_for_the_age() -> None:
    assert (
        "Inattention 6 of 9 ; hyperactivity-impulsivity 3 of 9 (usual count at age 28: 5)"
        in letter()
    )
    assert "(usual count at age 9: 6)" in words(values(CHILD))


def test_asrs_is_a_screening_result_and_not_a_diagnosis() -> None:
    total = letter(asrs_part_a_shaded=None)

    assert (
        "5 of 6 Part A answers in the screening range (4 or more is a positive screen)" in letter()
    )
    assert "Part A total 17 of 24 (2024 scoring: 14 or more is a positive screen)" in total
    assert letter().count("A screening result, not a diagnosis") == 1


@pytest.mark.parametrize(
    ("answer", "words_for_it"),
    [
        ("no", "Not completed"),
        ("declined", "Declined by the patient"),
        ("unable", "The patient was unable to complete it"),
    ],
)
def test_a_missing_asrs_is_explained(answer: str, words_for_it: str) -> None:
    assert f"ASRS {words_for_it}" in letter(asrs_done=answer)


def test_right_to_choose_is_claimed_for_that_route_only_and_when_all_holds() -> None:
    claim = "was told about the choice of provider and chose"

    assert claim in words(values(CHOSEN))
    assert "Regulations 2012" in words(values(CHOSEN))
    assert claim not in words(values({**CHOSEN, "rtc_first_outpatient": False}))
    assert claim not in letter()


def test_no_pronoun_is_used_but_the_one_chosen_is_passed_on() -> None:
    stories = dict.fromkeys(
        ("symptom_examples", "impairment_examples", "onset_evidence"), "x " * 20
    )

    said = letter(**stories)

    assert "Pronouns: he, him" in said
    spoken = set(said.replace("he, him", "").lower().split())
    assert spoken.isdisjoint({"he", "she", "his", "her", "him", "hers"})


def test_an_unsafe_address_is_said_and_the_copy_is_not_posted() -> None:
    said = letter(safe_to_leave_message="no")
    patients = copy(ADULT, safe_to_leave_message="no")

    assert "It is not safe to leave a message or to write to this address." in said
    assert "By hand. Do not post." in patients
    assert "Specimen Road" not in patients


def test_withheld_items_are_named_to_nobody() -> None:
    withheld = {"consent_summary": "partly", "consent_withheld_items": "Termination 2019"}

    assert "2019" not in letter(**withheld)
    assert "some items are withheld" in letter(**withheld)
    assert "2019" not in copy(ADULT, **withheld)
    assert "We left out what you asked us to leave out." in copy(ADULT, **withheld)


def test_the_patients_copy_tells_nothing_of_others_and_no_findings() -> None:
    patients = copy(ADULT)

    for private in ("Mrs J Testerby", "Mother recalls", "partner", "Brother", "asthma", "6 of 9"):
        assert private in letter()
        assert private not in patients


def test_the_patients_copy_says_whom_to_ask_by_when_and_where_to_turn() -> None:
    patients = copy(ADULT)

    assert "If you have heard nothing by 1 January 2027, call us." in patients
    assert "020 7946 0101" in patients
    for number in ("999", "NHS 111", "116 123"):
        assert number in patients


@pytest.mark.parametrize(
    ("answers", "greeting"),
    [
        (ADULT, "Dear Rowan Testerby"),
        (CHILD, "Dear parent or carer of Isla Placeholder-Jones"),
        ({**CHILD, "consent_basis": "gillick_competent"}, "Dear Izzy"),
        ({**CHILD, "date_of_birth": "2010-11-20"}, "Dear Izzy"),
    ],
    ids=["adult", "child", "child who decides", "sixteen"],
)
def test_the_patients_copy_speaks_to_whoever_decides(
    answers: Mapping[str, Any], greeting: str
) -> None:
    assert greeting in copy(answers)


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer([TEMPLATES]) as pool:
        yield pool


def rendered(renderer: Renderer, answers: Mapping[str, Any]) -> tuple[Rendered, list[str]]:
    typed = forms.flatten(REFERRAL, answers)
    reading = forms.read(REFERRAL, typed, on=TODAY, directories=LIBRARY.directories)
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    made = renderer.render(
        sheets(
            reading, at=at, heading=Heading("LG-7K3M-9QXP", address="https://letters.example.com")
        )["letter"]
    )
    document = pypdfium2.PdfDocument(made.pdf)
    pages = [one.get_textpage().get_text_range() for one in document]
    document.close()
    return made, pages


@pytest.mark.parametrize("answers", [ADULT, CHILD, MINIMAL], ids=["adult", "child", "minimal"])
def test_an_ordinary_referral_has_two_pages_and_the_first_stands_alone(
    renderer: Renderer, answers: Mapping[str, Any]
) -> None:
    made, pages = rendered(renderer, answers)

    assert made.pages == 2
    for heading in (
        "Request",
        "Route",
        "Features",
        "Before 12",
        "Impairment",
        "Safety",
        "Enclosed",
    ):
        assert heading in pages[0]
    assert "Thank you for considering" in pages[0]


def test_a_long_text_is_whole_in_an_appendix_that_the_letter_announces(renderer: Renderer) -> None:
    story = " ".join(f"Example {number} of many, on a day like any other." for number in range(125))

    _, pages = rendered(renderer, {**ADULT, "symptom_examples": story})

    first = next(number for number, text in enumerate(pages) if "Appendix A: texts in full" in text)
    feet = r"RT · NHS number 999 000 1006 · LG-7K3M-9QXP Page \d of \d"
    appendix = sub(feet, "", "\n".join(pages[first:]))
    assert len(story) > 5500
    assert "In full in Appendix A." in pages[0]
    assert "Example 1 " not in "".join(pages[:first])
    assert pages[first].startswith("Appendix A")
    assert squeeze(story) in squeeze(appendix)


def test_a_long_list_of_medicines_is_whole_too(renderer: Renderer) -> None:
    medicines = [f"Examplamab {number} mg tablets, one at night" for number in range(1, 31)]

    _, pages = rendered(renderer, {**ADULT, "medications": medicines})

    text = squeeze("".join(pages))
    assert squeeze("30 entries, all in Appendix A.") in text
    assert all(squeeze(medicine) in text for medicine in medicines)


@pytest.mark.parametrize(
    ("given", "family"),
    [
        ("Łoś Ŵyn", "Žižek"),
        ("Nguyễn", "Þórunn"),
        ("Ελένη", "Дарья"),
        ("محمد", "עמר"),
        ("小明", "王"),
        ("अनीता", "O’Example 😀"),
        ("Wolfeschlegelsteinhausen" * 4, "Featherstonehaugh-Cholmondeley-Warburton"),
    ],
)
def test_every_name_is_printed_and_read_back(renderer: Renderer, given: str, family: str) -> None:
    made, _ = rendered(renderer, {**MINIMAL, "given_name": given, "family_name": family})

    assert made.pages == 2
