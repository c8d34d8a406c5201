"""Triage: every answer comes to one outcome of the table, with the letter and what goes into it."""

import json
from dataclasses import replace
from itertools import product
from pathlib import Path
from random import Random

import pytest

from lettergen.places import Places
from lettergen.requests import catalogue
from lettergen.requests.catalogue import settings
from lettergen.requests.catalogue.terms import terms
from lettergen.requests.triage import BadInputs, decide, normal
from tests.requests.second_opinion import opinion

CASES = Path(__file__).parent / "requests"
CATALOGUE = catalogue.load(Places(Path("/nowhere")))
EXAMPLES = json.loads((CASES / "examples.json").read_text("utf-8"))
REQUESTS = json.loads((CASES / "requests.json").read_text("utf-8"))
ANSWERS = {
    one.key: [option.code for option in one.options] for one in CATALOGUE.questions if one.options
}
HOW_MANY = 40_000


def asked_at_random():
    """Yield the same many answers every time, by which every rule is reached."""
    chance = Random(4)  # noqa: S311  (nothing secret)
    kinds = [*["other"] * 15, *CATALOGUE.types]
    for _ in range(HOW_MANY):
        inputs = {name: chance.choice(codes) for name, codes in ANSWERS.items()}
        # Half without a flag, or the first rules would decide nearly everything.
        inputs |= {"type": chance.choice(kinds), "offered": chance.random() < 0.8}
        inputs |= {"flag": "none"} if chance.random() < 0.5 else {}
        inputs |= {"alt": "tried_failed"} if chance.random() < 0.3 else {}
        yield inputs


def own(**stored):
    return terms(CATALOGUE, settings.read(stored, CATALOGUE, is_new=True), frozenset()).catalogue


@pytest.mark.parametrize("case", EXAMPLES["examples"], ids=lambda case: case["name"])
def test_every_worked_example_comes_to_its_outcome(case):
    made = decide(CATALOGUE, {**EXAMPLES["defaults"], **case["inputs"]})

    assert (made.outcome, made.rule) == (case["outcome"], case["rule"])


@pytest.mark.parametrize("case", REQUESTS, ids=lambda case: case["id"])
def test_every_synthetic_request_comes_to_its_letter(case):
    made = decide(CATALOGUE, case["inputs"])

    assert {key: getattr(made, key) for key in case["expect"]} == case["expect"]


def test_a_second_reading_of_the_table_always_agrees():
    seen = set()
    for inputs in asked_at_random():
        made = decide(CATALOGUE, inputs)

        assert (made.rule, made.outcome, made.letter) == opinion(CATALOGUE, inputs), inputs
        seen.add(made.rule)
    assert seen == {rule.id for rule in CATALOGUE.rules}


def test_a_second_reading_agrees_on_every_type_as_people_ask_for_it():
    for kind in CATALOGUE.types.values():
        for alt, payer, flag in product(ANSWERS["alt"], ANSWERS["payer"], ("none", "claimed_duty")):
            given = {"alt": alt, "payer": payer, "flag": flag, "offered": True, **kind.asks}
            inputs = normal(CATALOGUE, {"type": kind.key, **given})

            made = decide(CATALOGUE, inputs)

            assert (made.rule, made.outcome, made.letter) == opinion(CATALOGUE, inputs), inputs


def test_answers_that_are_left_out_take_their_defaults():
    assert {key: EXAMPLES["defaults"][key] for key in normal(CATALOGUE, {})} == normal(
        CATALOGUE, {}
    )
    assert decide(CATALOGUE, {}) == decide(CATALOGUE, EXAMPLES["defaults"])


def test_every_unknown_question_and_answer_is_named_at_once():
    wrong = {"type": "sick", "flag": "urgent", "colour": "red", "offered": "yes", "ask": ["form"]}

    with pytest.raises(BadInputs) as refused:
        decide(CATALOGUE, wrong)

    said = " ".join(refused.value.reasons)
    assert len(refused.value.reasons) == 5
    assert all(word in said for word in ("'sick'", "'urgent'", "'colour'", "offered", "['form']"))


@pytest.mark.parametrize(
    ("inputs", "rule", "also"),
    [
        ({"type": "gym_fitness"}, "R11", ("D09",)),
        ({"type": "ins_gpr", "requester": "insurer", "consent": "missing"}, "R13", ("D09",)),
        ({"type": "solicitor_report", "requester": "solicitor"}, "R18", ()),
        ({"type": "fit_note_gt7"}, "R14", ()),
        ({"type": "d4_group2", "payer": "patient_accepts"}, "R30", ()),
    ],
)
def test_a_claimed_duty_adds_its_paragraph_to_any_other_reply(inputs, rule, also):
    made = decide(CATALOGUE, {**inputs, "flag": "claimed_duty"})

    assert (made.rule, made.also) == (rule, also)


@pytest.mark.parametrize("consent", ["missing", "too_wide", "authority_missing"])
@pytest.mark.parametrize("key", ["gym_fitness", "employer_sick_le7", "ins_gpr"])
def test_without_consent_a_letter_names_nobody(key, consent):
    kind = CATALOGUE.types[key]

    made = decide(CATALOGUE, {"type": key, **kind.asks, "consent": consent})

    assert made.letter
    assert made.nameless


def test_with_consent_a_letter_names_the_patient_and_without_a_letter_nothing_is_nameless():
    named = decide(CATALOGUE, {"type": "gym_fitness", "requester": "leisure_travel"})
    without = decide(CATALOGUE, {"type": "child_protection", "consent": "missing"})

    assert (named.letter, named.nameless) == ("D05", False)
    assert (without.letter, without.nameless) == ("", False)


def test_a_refused_blue_badge_goes_back_unless_the_council_asks():
    refused = {"type": "blue_badge", "alt": "tried_failed"}

    by_patient = decide(CATALOGUE, refused)
    by_council = decide(CATALOGUE, {**refused, "requester": "state", "consent": "written_ok"})

    assert (by_patient.rule, by_patient.outcome, by_patient.letter) == ("R22", "REDIRECT", "D06")
    assert (by_council.rule, by_council.outcome, by_council.letter) == ("R22", "STATE_FEE", "")


def test_an_unknown_request_about_a_dead_or_silent_person_waits_for_authority():
    dead = decide(CATALOGUE, {"subject": "deceased", "requester": "family"})
    silent = decide(CATALOGUE, {"subject": "adult_no_capacity"})
    stranger = decide(CATALOGUE, {"requester": "other_org", "consent": "missing"})

    assert [one.rule for one in (dead, silent, stranger)] == ["R04", "R12", "R13"]


@pytest.mark.parametrize("outcome", ["NHS_FREE", "ACCESS", "LEGAL_DUTY"])
def test_free_outcomes_lock_the_fee(outcome):
    inputs = {
        "NHS_FREE": {"type": "fit_note_gt7"},
        "ACCESS": {"type": "patient_sar"},
        "LEGAL_DUTY": {"flag": "court_order"},
    }[outcome]

    made = decide(CATALOGUE, inputs)

    assert (made.outcome, made.fee_locked) == (outcome, True)
    assert not decide(CATALOGUE, {"type": "d4_group2"}).fee_locked


def test_every_decision_says_why_what_next_and_where_it_is_from():
    for rule in CATALOGUE.rules:
        assert rule.result.reason
        assert rule.result.next_action
    made = decide(CATALOGUE, {"type": "employer_sick_le7"})

    assert made.reason == CATALOGUE.types["employer_sick_le7"].reply
    assert "S6" in made.source
    assert "checked 22 November 2026" in made.source
    assert made.version == CATALOGUE.version


def test_under_every_rule_the_sentence_belongs_to_the_outcome():
    own_words = {
        (rule.id, result.outcome): result.reason
        for rule in CATALOGUE.rules
        for result in (rule.result, *((rule.instead[1],) if rule.instead else ()))
    }
    seen, wrong = set(), []
    for inputs in asked_at_random():
        made, kind = decide(CATALOGUE, inputs), CATALOGUE.types.get(inputs["type"])
        fits = {own_words[made.rule, made.outcome]}
        fits |= {kind.reply} if kind and kind.obligation == made.outcome else set()
        wrong += [] if made.reason in fits else [(made.rule, inputs["type"], made.reason)]
        seen.add(made.rule)

    assert wrong == []
    assert seen == {rule.id for rule in CATALOGUE.rules}


def test_after_a_refused_redirection_the_fee_is_explained_and_the_way_is_named_no_more():
    gym = {"type": "gym_fitness", "requester": "leisure_travel", "consent": "written_ok"}

    first = decide(CATALOGUE, gym)
    after = decide(CATALOGUE, {**gym, "alt": "tried_failed"})

    assert (first.rule, first.reason) == ("R11", CATALOGUE.types["gym_fitness"].reply)
    assert (after.rule, after.reason) == ("R31", "This is private work that the patient may buy.")
    assert after.sources != first.sources


def test_what_was_read_stands_before_what_is_from_memory():
    made = decide(CATALOGUE, {"type": "dwp_sr1"})

    assert [one.is_from_memory for one in made.sources] == [False, False, True]


def test_private_work_that_a_practice_does_not_offer_is_declined():
    ours = own(not_offered=["d4_group2"])

    assert decide(ours, {"type": "d4_group2"}).rule == "R20"
    assert decide(ours, {"type": "taxi_medical"}).rule == "R31"
    assert decide(CATALOGUE, {"type": "d4_group2"}, offered=False).letter == "D12"
    assert decide(ours, {"type": "d4_group2"}, offered=True).rule == "R31"


def test_a_pause_stops_private_work_and_nothing_else():
    paused = own(paused=True)

    assert decide(paused, {"type": "d4_group2", "payer": "patient_accepts"}).rule == "R20"
    assert decide(paused, {"type": "ins_gpr", "payer": "org_accepts"}).rule == "R20"
    assert decide(paused, {"alt": "tried_failed"}).letter == "D12"
    assert decide(paused, {"type": "fit_note_hospital", "alt": "tried_failed"}).rule == "R21"
    for kind in CATALOGUE.types.values():
        if kind.effective in ("NHS_FREE", "STATE_FEE") or kind.obligation == "ACCESS":
            inputs = {"type": kind.key, **kind.asks, "consent": "authority_ok"}
            assert decide(paused, inputs).outcome == decide(CATALOGUE, inputs).outcome


def test_a_practice_that_takes_no_money_of_patients_declines_what_only_they_would_pay():
    free = own(patient_charging=False)

    assert decide(free, {"type": "d4_group2", "payer": "patient_accepts"}).rule == "R20"
    assert decide(free, {"type": "d4_group2", "payer": "org_accepts"}).rule == "R24"
    assert decide(free, {"type": "d4_group2", "payer": "patient_refuses"}).rule == "R29"
    assert decide(free, {"alt": "tried_failed"}).outcome == "DECLINE"
    report = {"type": "employer_report_amra", "requester": "employer", "consent": "written_ok"}
    assert decide(free, {**report, "payer": "patient_accepts"}).rule == "R26"
    assert decide(free, report).rule == "R27"
    court = {"type": "court_nonattend", "requester": "solicitor", "consent": "written_ok"}
    assert decide(free, {**court, "alt": "tried_failed"}).rule == "R27"


def test_own_reasons_are_said_and_change_the_version():
    ours = own(reply_texts={"gym_fitness": "Ask the gym for its own form."})

    made = decide(ours, {"type": "gym_fitness"})

    assert made.reason == "Ask the gym for its own form."
    assert made.version != CATALOGUE.version
    assert made.version.startswith(CATALOGUE.version)
    assert len(made.version) <= 20


def test_no_rule_names_a_type_that_a_practice_might_add():
    added = replace(CATALOGUE.types["gym_fitness"], key="our_own", fallback="")
    ours = replace(CATALOGUE, types={**CATALOGUE.types, "our_own": added})

    assert decide(ours, {"type": "our_own", "alt": "tried_failed"}).rule == "R11"
