"""The ADHD referral asks what was agreed, and never turns “not asked” into “no”."""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lettergen import forms
from lettergen.definitions import Field, Folders, Library
from lettergen.definitions.cases import read_cases
from lettergen.forms import Reading, letter_values
from lettergen.places import CHECKOUT

LIBRARY = Library(Folders((CHECKOUT / "forms",), (CHECKOUT / "templates" / "letters",)))
REFERRAL = LIBRARY.get("adhd-referral")
AGREED = tomllib.loads((CHECKOUT / "tests" / "adhd_catalogue.toml").read_text(encoding="utf-8"))
CASES = {case.name: case for case in read_cases(CHECKOUT / "tests/letters/adhd-referral.toml")}
MINIMAL = CASES["minimal adult"]
CHILD = CASES["child to community paediatrics"]
TODAY = date(2026, 11, 20)

BEYOND_THE_CATALOGUE = {
    "service_address",
    "practice_secure_domains",
    "one_name_only",
    "adjustments_other",
    "copy_to_patient_reason",
}
SCREENING = (
    "risk_suicide_now",
    "risk_self_harm_12m",
    "risk_crisis_6m",
    "risk_harm_others",
    "risk_safeguarding",
    "risk_psychosis",
    "risk_bipolar",
    "risk_eating_disorder",
    "substance_use",
    "pregnancy",
    "drives",
    "forensic",
    "autism_suspected",
    "duration_6_months",
)


def read(answers: Mapping[str, Any]) -> Reading:
    typed = forms.flatten(REFERRAL, answers)
    return forms.read(REFERRAL, typed, on=TODAY, directories=LIBRARY.directories)


def minimal(**changes: Any) -> dict[str, Any]:
    return {**MINIMAL.answers, **changes}


def message_of(reading: Reading, rule: str) -> str:
    return next(one.message for one in reading.findings if one.rule_id == rule)


def test_all_163_agreed_fields_are_there_and_few_besides() -> None:
    asked = {one.name for one in REFERRAL.fields}
    computed = {one.name for one in REFERRAL.computed}

    assert len(AGREED["asked"]) + len(AGREED["computed"]) == 163
    assert asked == set(AGREED["asked"]) | BEYOND_THE_CATALOGUE
    assert {*AGREED["computed"], "age"} <= computed


def test_all_34_agreed_rules_are_there_with_their_levels() -> None:
    assert {rule.id: rule.level for rule in REFERRAL.rules} == AGREED["levels"]
    assert len(AGREED["levels"]) == 34


def test_what_was_agreed_to_be_acknowledged_needs_no_reason() -> None:
    acknowledged = {rule.id for rule in REFERRAL.rules if rule.clear == "acknowledge"}

    # W14 asks for a comment, which is the required field alternatives_comment.
    assert acknowledged == {*AGREED["acknowledged"], "W14"}


@pytest.mark.parametrize("name", AGREED["always_needed"])
def test_question_that_is_always_needed_is_missing_when_blank(name: str) -> None:
    kept = {key: value for key, value in MINIMAL.answers.items() if key != name}

    found = read(kept)

    assert name in found.missing
    assert REFERRAL.field(name).label in message_of(found, "S09")


def test_every_field_says_why_it_is_asked_and_from_where_and_when() -> None:
    silent = [one.name for one in REFERRAL.fields if not one.why or "2026" not in one.source]

    assert silent == []


def test_every_rule_names_its_source_and_the_day_it_was_checked() -> None:
    silent = [rule.id for rule in REFERRAL.rules if not rule.source or not rule.checked_on]

    assert silent == []


def test_essentials_stand_open_and_the_optional_is_folded() -> None:
    folded = {one.name for one in REFERRAL.fields if one.is_detail}

    assert not folded & set(AGREED["always_needed"])
    assert folded >= {"title", "preferred_name", "years_known", "wurs25_total", "ecg", "ubrn"}


def test_no_safety_question_has_a_default() -> None:
    safety = REFERRAL.fields_of("safety")

    assert len(safety) == 14
    assert [one.name for one in safety if one.default is not None] == []


def test_one_action_may_say_that_all_safety_questions_were_asked() -> None:
    answered = {one.name: one.none_answer for one in REFERRAL.fields if one.none_answer}

    assert answered == {
        **dict.fromkeys(SCREENING[:8], "no"),
        "cardiac_flags": "none",
        "other_medical_flags": "none",
        "pregnancy": "no",
        "interacting_medicine": "none",
    }


def test_suicidal_intent_shows_where_to_turn_at_once() -> None:
    said = message_of(read(minimal(risk_suicide_now="yes")), "S02")

    for words in ("999", "NHS 111, option 2", "local crisis team"):
        assert words in said


def test_missing_consenter_is_named() -> None:
    answers = {k: v for k, v in CHILD.answers.items() if not k.startswith(("pr_", "consent_basis"))}

    said = message_of(read(answers), "S08")

    for name in ("consent_basis", "pr_holder_name", "pr_relationship", "pr_contact"):
        assert REFERRAL.field(name).label in said


def test_missing_answers_are_all_named_at_once() -> None:
    found = read({"given_name": "Ada"})

    said = message_of(found, "S09")

    assert len(found.missing) > 30
    assert all(REFERRAL.field(name).label in said for name in found.missing)


def test_count_is_shown_with_the_usual_count_for_the_age() -> None:
    found = read(minimal(symptoms_inattention=["ina_lose"], symptoms_hyperimpulsive=["hyp_go"]))

    assert "1 of 9 inattentive and 1 of 9 hyperactive-impulsive" in message_of(found, "W01")
    assert "usual count of 5" in message_of(found, "W01")


def test_nothing_in_the_form_states_a_diagnosis() -> None:
    said = " ".join(
        [rule.message for rule in REFERRAL.rules]
        + [text for one in REFERRAL.fields for text in (one.label, one.hint, one.why)]
    ).casefold()

    for phrase in ("meets criteria", "has adhd", "diagnose and treat", "adhd likely"):
        assert phrase not in said


@settings(max_examples=60)
@given(data=st.data())
def test_no_answer_of_a_hidden_question_survives(data: st.DataObject) -> None:
    start = data.draw(st.sampled_from([MINIMAL, CHILD, CASES["red flags that must stop"]]))
    answers = {**start.answers, **data.draw(some_answers())}

    found = read(answers)

    known = {**found.answers, **found.computed}
    assert set(found.answers) <= found.shown | {"override_reasons"}
    for one in REFERRAL.fields:
        if one.show_if and one.name not in found.errors:
            assert (one.name in found.shown) == one.show_if.holds(known), one.name


@settings(max_examples=60)
@given(data=st.data())
def test_w17_fires_just_when_a_screening_question_was_not_asked(data: st.DataObject) -> None:
    names = (*SCREENING, "cardiac_flags", "sex")
    changes = {name: data.draw(an_answer(REFERRAL.field(name)), name) for name in names}

    found = read(minimal(**changes))

    is_not_asked = any(found.answers.get(name) == "not_asked" for name in SCREENING)
    is_not_asked |= "not_asked" in found.answers["cardiac_flags"]
    assert ("W17" in [one.rule_id for one in found.warnings]) == is_not_asked


@settings(max_examples=60)
@given(
    days=st.integers(min_value=0, max_value=365 * 30),
    inattention=st.integers(min_value=0, max_value=9),
    hyperimpulsive=st.integers(min_value=0, max_value=9),
)
def test_usual_count_is_five_from_seventeen_and_six_before(
    days: int, inattention: int, hyperimpulsive: int
) -> None:
    born = TODAY - timedelta(days=days)
    had_birthday = (TODAY.month, TODAY.day) >= (born.month, born.day)
    age = TODAY.year - born.year - (not had_birthday)

    found = read(
        minimal(
            date_of_birth=born.isoformat(),
            symptoms_inattention=codes("symptoms_inattention")[:inattention],
            symptoms_hyperimpulsive=codes("symptoms_hyperimpulsive")[:hyperimpulsive],
        )
    )

    reached = max(inattention, hyperimpulsive) >= (5 if age >= 17 else 6)
    assert found.computed["age"] == age
    assert found.computed["symptom_threshold_met"] is reached
    assert ("W01" in [one.rule_id for one in found.warnings]) is not reached


@settings(max_examples=60)
@given(
    systolic=st.integers(min_value=100, max_value=200),
    diastolic=st.integers(min_value=50, max_value=99),
    is_adult=st.booleans(),
)
def test_w06_fires_from_140_over_90_in_adults_alone(
    systolic: int, diastolic: int, *, is_adult: bool
) -> None:
    start = MINIMAL.answers if is_adult else CHILD.answers
    measured = {"bp_systolic": systolic, "bp_diastolic": diastolic, "obs_date": "2026-11-12"}

    found = read({**start, **measured})

    is_high = is_adult and (systolic >= 140 or diastolic >= 90)
    assert ("W06" in [one.rule_id for one in found.warnings]) == is_high


@pytest.mark.parametrize(
    "name", [one.name for one in REFERRAL.fields if "not_asked" in {o.code for o in one.options}]
)
def test_not_asked_is_never_turned_into_no(name: str) -> None:
    one = REFERRAL.field(name)
    value = ["not_asked"] if one.type == "choices" else "not_asked"

    found = read(minimal(**{"sex": "female", "pregnancy": "no", name: value}))
    values = letter_values(found, day=TODAY)

    assert values["answers"][name] == value
    assert values["said"][name] == (["Not asked"] if one.type == "choices" else "Not asked")


def test_unanswered_safety_question_stays_unanswered_in_the_letter() -> None:
    found = read({k: v for k, v in MINIMAL.answers.items() if k != "risk_psychosis"})

    values = letter_values(found, day=TODAY)

    assert values["answers"]["risk_psychosis"] is None
    assert values["said"]["risk_psychosis"] is None
    assert values["asked"]["risk_psychosis"] is True


def codes(name: str) -> list[str]:
    return [option.code for option in REFERRAL.field(name).options]


def an_answer(one: Field) -> st.SearchStrategy[Any]:
    if one.type == "choice":
        return st.sampled_from([option.code for option in one.options])
    if one.type == "choices":
        return st.lists(st.sampled_from([o.code for o in one.options]), min_size=1, unique=True)
    if one.type == "tick":
        return st.booleans()
    if one.type in ("integer", "decimal"):
        low, high = one.settings["min"], one.settings["max"]
        return st.integers(min_value=int(low), max_value=int(high))
    if one.type == "date":
        return st.dates(date(1925, 1, 1), TODAY).map(date.isoformat)
    return st.text(alphabet="abc é", min_size=1, max_size=40)


def some_answers() -> st.SearchStrategy[dict[str, Any]]:
    plain = [one for one in REFERRAL.fields if one.type not in ("repeat", "lines", "reasons")]
    each = {one.name: an_answer(one) for one in plain}
    return st.sets(st.sampled_from(sorted(each)), max_size=25).flatmap(
        lambda names: st.fixed_dictionaries({name: each[name] for name in sorted(names)})
    )
