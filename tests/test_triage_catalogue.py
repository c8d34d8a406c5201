"""The catalogue's files: everything that is wrong is told at once, with its file and line."""

import os
import re
import shutil
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from lettergen.definitions.faults import BrokenDefinition
from lettergen.places import CHECKOUT, Places, shipped
from lettergen.requests import catalogue
from lettergen.requests.catalogue import facts
from lettergen.requests.catalogue.reachable import unreachable
from lettergen.requests.catalogue.reading_types import TYPE_KEYS
from lettergen.requests.catalogue.standing import Requests
from lettergen.requests.triage import decide

CATALOGUE = catalogue.load(Places(Path("/nowhere")))
SHIPPED = shipped("forms") / "requests"
LONGEST_SENTENCE = 25


@pytest.fixture
def own(tmp_path):
    """A data folder with a requests folder of the practice's own."""
    (tmp_path / "forms/requests").mkdir(parents=True)
    return tmp_path


def changed(own, name, *changes):
    """Lay a shipped file into the practice's folder, changed, and return its text."""
    text = (SHIPPED / name).read_text("utf-8")
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    (own / "forms/requests" / name).write_text(text, "utf-8")
    return text


def faults(own):
    return catalogue.faults_of(Places(own))


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1


def test_the_shipped_files_are_sound():
    assert catalogue.faults_of(Places(Path("/nowhere"))) == []
    assert len(CATALOGUE.types) == 106
    assert len(CATALOGUE.groups) == 8
    assert len(CATALOGUE.rules) == 37
    assert len(CATALOGUE.outcomes) == 11
    assert len(CATALOGUE.questions) == 8
    assert list(CATALOGUE.replies) == [f"D{number:02}" for number in range(1, 17)]
    assert re.fullmatch("[0-9a-f]{12}", CATALOGUE.version)


def test_figures_are_whole_pence_minutes_and_days():
    dvla, gym = CATALOGUE.types["dvla_questionnaire"], CATALOGUE.types["gym_fitness"]

    assert (dvla.fee_default_pence, dvla.gp_min, dvla.target_days) == (6250, 15, 28)
    assert (gym.fee_low_pence, gym.fee_default_pence, gym.fee_high_pence) == (2500, 3000, 6000)
    assert CATALOGUE.types["dwp_factual"].fee_default_pence == 3350
    assert Counter(kind.obligation for kind in CATALOGUE.types.values()) == {
        "REDIRECT": 37,
        "STATE_FEE": 16,
        "DECLINE": 16,
        "NHS_FREE": 11,
        "PATIENT_FEE": 11,
        "ORG_FEE": 10,
        "ACCESS": 4,
        "ESCALATE": 1,
    }


def test_the_ten_reports_under_the_access_act_are_known():
    assert sum(kind.consent == "A" for kind in CATALOGUE.types.values()) == 10
    assert {kind.clock for kind in CATALOGUE.types.values()} == {
        "",
        "subject_access",
        "deceased",
        "amra",
        "firearms",
    }


def test_what_never_waits_for_money_and_what_is_restricted():
    urgent = {key for key, kind in CATALOGUE.types.items() if kind.is_urgent}
    restricted = {key for key, kind in CATALOGUE.types.items() if kind.restricted}

    assert urgent == {
        "dwp_sr1",
        "child_protection",
        "adult_safeguarding",
        "mha_assessment",
        "mccd",
        "coroner_report",
        "cafcass",
    }
    assert restricted == {
        "child_protection",
        "adult_safeguarding",
        "family_court_letter",
        "cafcass",
    }


def test_reasons_are_short_sentences_and_names_are_many():
    for kind in CATALOGUE.types.values():
        for sentence in re.split(r"(?<=[.?!])\s", kind.reply):
            assert len(sentence.split()) <= LONGEST_SENTENCE, kind.key
        assert kind.reply.endswith(".")
        assert len(kind.words) >= 5, kind.key
        assert len(set(kind.words)) == len(kind.words), kind.key


def test_every_fault_of_a_file_is_told_with_its_line(own):
    text = changed(
        own,
        "types-work.toml",
        ('obligation = "NHS_FREE"', 'obligation = "FREE"'),
        ("target_days = 15", 'target_days = "soon"'),
        ('vat = "EX"', 'tax = "EX"'),
    )

    found = {(fault.line, fault.message.partition(" ")[0]) for fault in faults(own)}

    assert found >= {
        (line_of(text, '"FREE"'), "obligation"),
        (line_of(text, '"soon"'), "target_days"),
        (line_of(text, 'tax = "EX"'), "unknown"),
        (line_of(text, "[types.employer_sick_le7]"), "employer_sick_le7"),
    }


def test_names_that_do_not_exist_are_told_all_at_once(own):
    text = changed(
        own,
        "types-work.toml",
        ('sources = ["S6", "S28"]', 'sources = ["S6", "S99"]'),
        ('letter = "D16"', 'letter = "D77"'),
        ("fee = { default = 4000, low = 2500", "fee = { default = 1000, low = 2500"),
        ('letter_slug = "lt5-report"', 'letter_slug = "lt9-nothing"'),
        ('subject = "adult"', 'subject = "horse"'),
    )

    found = {fault.line: fault.message for fault in faults(own)}

    assert found == {
        line_of(text, '"S6", "S99"'): "there is no source S99",
        line_of(text, 'letter = "D77"'): "there is no reply D77",
        line_of(text, "fee = { default = 1000"): "a fee is at least low and at most high",
        line_of(text, "lt9-nothing"): "there is no form lt9-nothing",
        line_of(text, '"horse"'): "horse is no answer to subject",
    }


def test_free_work_cannot_bear_a_fee(own):
    changed(
        own,
        "types-work.toml",
        (
            'obligation = "NHS_FREE"',
            'obligation = "NHS_FREE"\nfee = { default = 500, low = 0, high = 500 }',
        ),
    )

    assert [fault.message for fault in faults(own)] == [
        "NHS_FREE is free: no fee can stand here",
        "what the NHS does free has no fee",
    ]


def test_a_rule_that_never_decides_is_told(own):
    text = changed(
        own,
        "rules.toml",
        ('when = { flag = "risk_now" }', 'when = { flag = ["risk_now", "safeguarding"] }'),
    )

    found = faults(own)

    assert [fault.message for fault in found] == ["R02 never decides: rules before it always do"]
    assert found[0].line == line_of(text, 'id = "R02"') - 1


def test_a_rule_that_others_cover_together_is_told_too(own):
    changed(
        own,
        "rules.toml",
        ('when = { obligation = "ESCALATE" }', 'when = { obligation = ["ESCALATE", "STATE_FEE"] }'),
        (
            'when = { effective = "PATIENT_FEE" }',
            'when = { effective = "PATIENT_FEE", payer = "hardship" }',
        ),
    )

    assert [fault.message.partition(" ")[0] for fault in faults(own)] == ["R17", "R31"]
    assert unreachable(CATALOGUE) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('flag = "risk_now"', 'flag = "riskily"', "'riskily' is no value of flag"),
        ('flag = "risk_now"', 'weather = "wet"', "weather is no fact"),
        ('flag = "risk_now"', "at_least = { payer = 3 }", "not with at_least"),
        ('outcome = "URGENT"', 'outcome = "PANIC"', "PANIC: outcomes are"),
        ('letter = "D15"', 'letter = "D99"', "there is no reply D99"),
        ('id = "R02"', 'id = "R01"', "R01 stands twice"),
        ('id = "R37"\n', 'id = "R37"\nwhen = { offered = true }\n', "the last rule holds always"),
        ('when = { flag = "risk_now" }\n', "", "R01 has no condition"),
        ('button = "Tell the duty clinician"', 'knob = "Tell"', "unknown key knob"),
    ],
)
def test_a_fault_in_a_rule_is_told(own, before, after, said):
    changed(own, "rules.toml", (before, after))

    assert said in " ".join(fault.message for fault in faults(own))


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("questions.toml", 'default = "none"', 'default = "no"', "no is no answer to flag"),
        (
            "questions.toml",
            "[questions.payer]",
            "[questions.purse]",
            "the question payer is missing",
        ),
        ("outcomes.toml", "[outcomes.HOLD]", "[outcomes.WAIT]", "the outcome HOLD is missing"),
        ("outcomes.toml", 'colour = "red"', 'colour = "pink"', "colour is one of"),
        ("sources.toml", "https://www.leg", "http://www.leg", "a link begins with https://"),
        ("replies.toml", "nameless = [", 'nameless = [\n  "About {patient}.",', "name nobody"),
        ("types-work.toml", "[group]", "[group", "not sound TOML"),
    ],
)
def test_a_fault_in_any_other_file_is_told(own, name, before, after, said):
    changed(own, name, (before, after))

    assert said in " ".join(str(fault) for fault in faults(own))


def test_a_key_in_two_files_is_told(own):
    text = (SHIPPED / "types-identity.toml").read_text("utf-8")
    (own / "forms/requests/types-mine.toml").write_text(text, "utf-8")

    found = [fault.message for fault in faults(own)]

    assert any(one.startswith("grc_report stands in ") for one in found)


def test_an_own_type_is_added_by_a_file_of_its_own(own):
    text = (SHIPPED / "types-identity.toml").read_text("utf-8")
    head, _, rest = text.partition("[types.grc_report]")
    row = rest.partition("[types.")[0]
    head = head.replace('"identity and gender"', '"ours"').replace("order = 6", "order = 9")
    (own / "forms/requests/types-ours.toml").write_text(f"{head}[types.our_own]{row}", "utf-8")

    found = catalogue.load(Places(own))

    assert list(found.groups)[-1] == "ours"
    assert [kind.key for kind in found.types_of("ours")] == ["our_own"]
    assert decide(found, {"type": "our_own"}).outcome == "PATIENT_FEE"
    assert found.version != CATALOGUE.version


def test_the_program_reads_a_file_anew_when_it_changes(own):
    places = Places(own)
    standing = Requests(places)
    before = standing.catalogue
    assert standing.catalogue is before
    changed(own, "outcomes.toml", ("NHS work: do it, free", "NHS work, free of charge"))
    after = standing.catalogue

    assert after.outcomes["NHS_FREE"].title == "NHS work, free of charge"
    assert after.version != before.version
    path = own / "forms/requests/outcomes.toml"
    path.write_text("broken", "utf-8")
    os.utime(path, (1, 1))
    with pytest.raises(BrokenDefinition):
        _ = standing.catalogue
    shutil.rmtree(own / "forms/requests")
    assert standing.catalogue.version == before.version


def test_the_guide_names_every_key_of_a_row_and_every_fact():
    guide = (CHECKOUT / "docs/requests-catalogue.md").read_text("utf-8")
    row = guide.partition("```toml\n")[2].partition("```")[0]

    assert set(TYPE_KEYS) - {key for key in TYPE_KEYS if f"{key} = " in guide} == {"clock"}
    assert "`clock`" in guide
    assert tomllib.loads(row)["types"]["gym_fitness"]["obligation"] == "DECLINE"
    for fact in set(facts.values(CATALOGUE)) - {"type"}:
        assert f"`{fact}`" in guide, fact
