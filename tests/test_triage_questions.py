"""Which questions are asked: those whose answer can still change what comes, and no others."""

import time
from pathlib import Path
from random import Random

import pytest

from lettergen.places import Places
from lettergen.requests import catalogue
from lettergen.requests.triage import BadInputs, asked, decide, filled

CATALOGUE = catalogue.load(Places(Path("/nowhere")))
ANSWERS = {
    one.key: [option.code for option in one.options] for one in CATALOGUE.questions if one.options
}


def keys(**inputs):
    return [one.key for one in asked(CATALOGUE, inputs)]


def test_a_short_absence_is_done_with_the_type_alone():
    made = decide(CATALOGUE, filled(CATALOGUE, {"type": "employer_sick_le7"}))

    assert (made.outcome, made.letter, made.nameless) == ("REDIRECT", "D01", True)


def test_danger_ends_all_questions():
    assert keys(type="gym_fitness", flag="risk_now") == ["flag"]
    assert keys(flag="court_order") == ["flag"]


def test_consent_is_asked_about_where_somebody_else_asks():
    assert "consent" in keys(type="ins_gpr")
    assert "consent" not in keys(type="travel_cancel")
    assert "consent" in keys(type="travel_cancel", requester="insurer")


def test_who_pays_is_asked_only_where_a_fee_can_come_of_it():
    assert "payer" not in keys(type="fit_note_gt7")
    assert "payer" not in keys(type="uni_mitigating")
    assert "payer" in keys(type="uni_mitigating", alt="tried_failed")
    assert "payer" in keys(type="d4_group2")


def test_another_way_is_asked_about_where_a_refusal_could_reopen_it():
    assert "alt" in keys(type="blue_badge", requester="state", consent="written_ok")
    assert "alt" not in keys(type="blue_badge")  # refused or not, the council's route is the answer
    assert "alt" not in keys(type="dvla_questionnaire")


def test_the_type_answers_first_and_a_person_may_answer_otherwise():
    shown = {one.key: one for one in asked(CATALOGUE, {"type": "ins_gpr", "ask": "letter"})}

    assert (shown["requester"].value, shown["requester"].is_prefilled) == ("insurer", True)
    assert (shown["ask"].value, shown["ask"].is_answered) == ("letter", True)
    assert shown["requester"].label == "Who wants it?"
    assert len(shown["requester"].options) == 11


def test_there_is_no_consent_until_somebody_has_looked_for_it():
    assert filled(CATALOGUE, {"type": "ins_gpr"})["consent"] == "missing"
    assert filled(CATALOGUE, {"type": "gym_fitness", "requester": "patient"})["consent"] == (
        "patient_asks"
    )
    assert filled(CATALOGUE, {"type": "child_protection"})["consent"] == "patient_asks"
    assert filled(CATALOGUE, {"requester": "employer"})["consent"] == "missing"


def test_unknown_answers_are_refused_here_too():
    with pytest.raises(BadInputs, match="purple"):
        asked(CATALOGUE, {"type": "ins_gpr", "flag": "purple"})


def test_no_answer_to_a_question_that_is_not_asked_changes_what_comes():
    chance = Random(7)  # noqa: S311  (the same answers every time)
    for _ in range(150):
        key = chance.choice(["other", *CATALOGUE.types])
        given = {
            name: chance.choice(codes) for name, codes in ANSWERS.items() if chance.random() < 0.3
        }
        inputs = {"type": key, **given}
        before = decide(CATALOGUE, filled(CATALOGUE, inputs))
        shown = {one.key for one in asked(CATALOGUE, inputs)}
        for name in set(ANSWERS) - shown:
            for code in ANSWERS[name]:
                whole = {**filled(CATALOGUE, inputs), name: code}
                after = decide(CATALOGUE, whole)
                assert (after.outcome, after.letter) == (before.outcome, before.letter), (
                    inputs,
                    name,
                    code,
                )


def test_questions_are_found_in_a_blink():
    began = time.process_time()

    for key in CATALOGUE.types:
        asked(CATALOGUE, {"type": key})

    assert (time.process_time() - began) / len(CATALOGUE.types) < 0.1
