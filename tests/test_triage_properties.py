"""What triage promises of every request, proved over the whole catalogue.

The proofs leave out answers: a rule that hangs on one of them may decide, so that what no open rule
comes to cannot come at all, whatever the answers are.
"""

import json
from dataclasses import replace
from itertools import product
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from lettergen.places import Places
from lettergen.requests import catalogue
from lettergen.requests.catalogue import facts
from lettergen.requests.catalogue.grammar import OF_TYPE, OUTCOMES
from lettergen.requests.catalogue.partial import still_open
from lettergen.requests.triage import decide

CATALOGUE = catalogue.load(Places(Path("/nowhere")))
AGAIN = catalogue.load(Places(Path("/nowhere")))
KINDS = [None, *CATALOGUE.types.values()]
LACKING = ("missing", "too_wide", "authority_missing")
WITHOUT_CONSENT = {"R01", "R02", "R03"}
TELLS_NOTHING = {"HOLD", "DECLINE", "REDIRECT", "ESCALATE", "URGENT"}
SUBJECTS = ("adult", "adult_no_capacity", "child", "deceased")
ASKS = ("records", "form", "letter", "opinion", "exam")


def results(rules):
    """Everything that these rules can come to."""
    return [
        (rule, result)
        for rule in rules
        for result in (rule.result, *([rule.instead[1]] if rule.instead else []))
    ]


INPUTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["other", *CATALOGUE.types]), "offered": st.booleans()},
    optional={
        one.key: st.sampled_from([option.code for option in one.options])
        for one in CATALOGUE.questions
        if one.options
    },
)


@settings(max_examples=400)
@given(INPUTS)
def test_p1_every_answer_comes_to_exactly_one_outcome(inputs):
    made = decide(CATALOGUE, inputs)

    assert made.outcome in OUTCOMES
    assert made.letter == "" or made.letter in CATALOGUE.replies
    assert made.reason
    assert made.source
    assert made.next_action


def test_p1_the_table_ends_in_a_rule_that_always_holds():
    assert CATALOGUE.rules[-1].when is None
    assert [rule.id for rule in CATALOGUE.rules] == [f"R{number:02}" for number in range(1, 38)]


def test_p2_free_and_state_paid_work_is_never_charged_to_anybody_private():
    kinds = [kind for kind in KINDS if kind and kind.obligation in ("NHS_FREE", "STATE_FEE")]
    assert len(kinds) == 27
    for kind in kinds:
        may_decide = still_open(CATALOGUE.rules, facts.of_type(kind))
        outcomes = {result.outcome for _, result in results(may_decide)}
        assert not outcomes & {"PATIENT_FEE", "ORG_FEE"}, kind.key


def test_p2_a_fallback_that_is_free_or_state_paid_is_never_charged_either():
    for kind in CATALOGUE.types.values():
        if kind.effective in ("NHS_FREE", "STATE_FEE"):
            may_decide = still_open(CATALOGUE.rules, facts.of_type(kind))
            assert "PATIENT_FEE" not in {result.outcome for _, result in results(may_decide)}


def test_p3_without_consent_nothing_about_a_patient_leaves():
    kinds = [kind for kind in KINDS if kind is None or kind.consent != "N"]
    askers = ("family", "state", "insurer", "other_org")
    cases = list(product(LACKING, SUBJECTS, ASKS, askers))
    for kind in kinds:
        for consent, subject, ask, requester in cases:
            known = {
                **facts.of_type(kind),
                "consent": consent,
                "subject": subject,
                "ask": ask,
                "requester": requester,
                "asker": facts.asker(requester),
            }
            for rule, result in results(still_open(CATALOGUE.rules, known)):
                assert rule.id in WITHOUT_CONSENT or result.outcome in TELLS_NOTHING, known


@settings(max_examples=300)
@given(INPUTS, st.sampled_from(LACKING))
def test_p3_a_letter_without_consent_names_nobody(inputs, consent):
    made = decide(CATALOGUE, {**inputs, "consent": consent})

    assert made.nameless == bool(made.letter)


@settings(max_examples=200)
@given(INPUTS)
def test_p4_answers_that_were_saved_come_to_the_same_again(inputs):
    assert decide(AGAIN, json.loads(json.dumps(inputs))) == decide(CATALOGUE, inputs)


def test_p5_a_type_that_is_edited_leaves_a_decision_as_it_was_made():
    before = decide(CATALOGUE, {"type": "gym_fitness"})
    edited = replace(CATALOGUE.types["gym_fitness"], obligation="NHS_FREE", fallback="")
    later = replace(CATALOGUE, types={**CATALOGUE.types, "gym_fitness": edited}, version="later")

    after = decide(later, {"type": "gym_fitness"})

    assert (before.outcome, before.rule, before.version) == ("DECLINE", "R11", CATALOGUE.version)
    assert (after.outcome, after.rule, after.version) == ("NHS_FREE", "R14", "later")


def test_every_letter_of_a_rule_is_a_reply_and_every_dash_is_none():
    for rule, result in results(CATALOGUE.rules):
        is_answer = result.outcome in ("DECLINE", "REDIRECT", "HOLD")
        assert bool(result.letter) == is_answer, rule.id
        assert result.letter in ("", OF_TYPE, *CATALOGUE.replies)
