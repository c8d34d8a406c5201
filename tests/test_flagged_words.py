"""Words that need a second look are found, explained and pointed at; groups bring rules."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from lettergen import computations, forms
from lettergen.computations import Phrase
from lettergen.definitions import BrokenDefinition, Folders, Library
from lettergen.definitions.words import read_words
from lettergen.places import here
from lettergen.requests.catalogue import loading

WORDS = (
    Phrase(("safe to fly", "fit to fly"), better="Say what is recorded."),
    Phrase(("genetic*", "HIV"), title="private things"),
)
FORM = """
title = "Note"
family = "general"
summary = "For tests."
minutes = 1
include = ["sender"]
include_after = ["closing"]

[identifies]
given_name = "name"

[sections.all]
title = "All"

[fields]
name = { type = "text", label = "Name", section = "all", required = true }
body = { type = "paragraph", label = "Body" }
points = { type = "lines", label = "Points" }
[fields.rows]
type = "repeat"
label = "Rows"
[fields.rows.fields.fact]
type = "text"
label = "Fact"

[computed.risky]
function = "flagged"
of = ["body", "points", "rows"]
words = "risky"

[computed.length]
function = "words_in"
of = ["body", "points", "rows"]

[[rules]]
id = "W1"
level = "warn"
when = { not_blank = "risky" }
message = "Look again. {risky}"
fields = ["body", "points", "rows"]
source = "Made up"
"""
SENDER = """
[sections.sender]
title = "Sender"
[fields]
practice = { type = "text", label = "Practice", section = "sender", from = "practice.name" }
signer = { type = "text", label = "Signer", from = "signer.name" }
"""
CLOSING = """
[sections.closing]
title = "Closing"
[fields.sure]
type = "tick"
label = "Sure"
section = "closing"
[computed.sures]
function = "count"
of = ["points"]
[[rules]]
id = "C1"
level = "info"
when = { sure = true }
message = "Sure, with {sures} points."
fields = ["sure"]
source = "Made up"
"""
RISKY = """
[[risky]]
find = ["safe to fly"]
better = "Say what is recorded."
source = "Made up"
[[risky]]
find = ["genetic*"]
title = "genetics"
source = "Made up"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {
        "forms/note.toml": FORM,
        "forms/groups/sender.toml": SENDER,
        "forms/groups/closing.toml": CLOSING,
        "forms/requests/risky.toml": RISKY,
        "letters/note.html": "<html></html>",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def library(folder: Path, *more: Path) -> Library:
    places = (folder, *more)
    return Library(
        Folders(tuple(one / "forms" for one in places), tuple(one / "letters" for one in places))
    )


def findings(folder: Path, **answers: object) -> list[forms.Finding]:
    found = library(folder)
    kind = found.get("note")
    typed = forms.flatten(kind, {"name": "Rowan", **answers})
    reading = forms.read(kind, typed, on=date(2026, 11, 20), directories=found.directories)
    return list(reading.findings)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("She is SAFE  to\nfly.", "“SAFE to fly”: Say what is recorded."),
        ("safe to flyer", ""),
        ("unsafe to fly", ""),
        ("Genetics, and HIV.", "“Genetics” (private things), “HIV” (private things)"),
        ("hiv hiv HIV", "“hiv” (private things)"),
        ("safe-to-fly", ""),
        ("", ""),
        (None, ""),
        (3, ""),
    ],
)
def test_whole_wordings_are_found_whatever_their_case(text: object, found: str) -> None:
    assert computations.flagged(text, words=WORDS) == found


def test_places_are_the_answers_and_rows_in_which_a_wording_stands() -> None:
    rows = [{"fact": "well", "when": "HIV"}, {"fact": "fit to fly, genetic"}, {}]

    assert computations.flagged_places("rows", rows, WORDS) == ["rows.0.when", "rows.1.fact"]
    assert computations.flagged_places("points", ["well", "HIV"], WORDS) == ["points"]
    assert computations.flagged_places("body", "well", WORDS) == []


def test_days_outside_of_two_others_are_named() -> None:
    rows = [{"on": "2026-05-03"}, {"on": "2026-05-04"}, {"on": "soon"}, {}, {"on": "2026-05-16"}]

    first, last = computations.Day("2026-05-04"), computations.Day("2026-05-15")

    def outside(*ends: computations.Day | None) -> list[str]:
        return computations.days_outside(rows, *ends, question="on")

    assert outside(first, last) == ["3 May 2026", "16 May 2026"]
    assert outside(None, last) == ["16 May 2026"]
    assert outside(first, None) == ["3 May 2026"]
    assert computations.days_outside(None, first, last, question="on") == []


def test_words_are_counted_through_lists_and_rows() -> None:
    rows = [{"fact": "three more words"}, {"fact": "two\nmore"}]

    assert computations.words_in("one two", ["three"], rows, None, 7) == 8


def test_each_takes_one_question_out_of_every_row() -> None:
    rows = [{"frame": "observed"}, {"frame": ""}, {}, {"frame": "recorded"}]

    assert computations.each(rows, question="frame") == ["observed", "recorded"]
    assert computations.each(None, question="frame") == []


def test_a_rule_names_the_wording_and_points_at_where_it_stands(folder: Path) -> None:
    [found] = findings(
        folder, body="All is well.", rows=[{"fact": "Tall"}, {"fact": "Safe to fly, genetics"}]
    )

    assert found.message == (
        "Look again. “Safe to fly”: Say what is recorded. “genetics” (genetics)"
    )
    assert found.fields == ("rows.1.fact",)


def test_an_acknowledgement_holds_for_the_words_that_were_found_and_no_others(
    folder: Path,
) -> None:
    form = folder / "forms/note.toml"
    form.write_text(FORM.replace('level = "warn"', 'level = "warn"\nclear = "acknowledge"'))
    [asked] = findings(folder, body="A genetic test.")

    ticked = {"override_reasons": {"W1": asked.tick}}
    [same] = findings(folder, body="A genetic  test.", **ticked)
    [more] = findings(folder, body="A genetic test, safe to fly.", **ticked)
    [bare] = findings(folder, body="A genetic test.", override_reasons={"W1": "acknowledged"})

    assert not asked.is_settled
    assert (same.is_settled, same.reason) == (True, "acknowledged")
    assert (more.is_settled, more.reason) == (False, "")
    assert bare.is_settled


def test_a_group_may_come_last_and_bring_rules(folder: Path) -> None:
    kind = library(folder).get("note")
    [found] = findings(folder, sure=True, points=["one", "two"])

    assert [one.name for one in kind.fields][-2:] == ["sure", "override_reasons"]
    assert found.message == "Sure, with 2 points."


def test_a_rule_that_a_group_brings_too_is_a_fault(folder: Path) -> None:
    closing = folder / "forms/groups/closing.toml"
    closing.write_text(CLOSING.replace('"C1"', '"W1"'))

    with pytest.raises(BrokenDefinition) as broken:
        library(folder).get("note")

    assert "the rule W1 stands twice" in str(broken.value.faults[0])


def test_a_practices_own_words_come_in_addition(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    file = own / "forms/requests/risky.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[[risky]]\nfind = ["lovely"]\nbetter = "Leave it out."\nsource = "Ours"\n')

    [shipped, with_own] = library(folder).get("note"), library(folder, own).get("note")

    def said(kind: object, text: str) -> str:
        return computations.flagged(text, words=kind.computed[0].options["words"])

    assert said(with_own, "a lovely genetic test") == (
        "“lovely”: Leave it out. “genetic” (genetics)"
    )
    assert said(shipped, "a lovely genetic test") == "“genetic” (genetics)"
    assert shipped.version != with_own.version


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('words = "risky"', 'words = "riskier"', "no word list forms/requests/riskier.toml"),
        ('words = "risky"', 'words = "../risky"', "no word list"),
        ('words = "risky"', "words = 3", "no word list"),
        ('words = "risky"', "", "flagged"),
    ],
)
def test_a_word_list_that_is_not_there_is_a_fault(
    folder: Path, before: str, after: str, fault: str
) -> None:
    (folder / "forms/note.toml").write_text(FORM.replace(before, after))

    with pytest.raises(BrokenDefinition) as broken:
        library(folder).get("note")

    assert any(fault in one.message for one in broken.value.faults)


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('title = "genetics"\n', "", "say what to write instead"),
        ('find = ["genetic*"]', "find = []", "find is a list of wordings"),
        ('find = ["genetic*"]', 'find = ["*"]', "find is a list of wordings"),
        ('find = ["genetic*"]', "find = 3", "find is of a wrong kind"),
        ("[[risky]]", "[[riskier]]", "unknown key riskier"),
        ('source = "Made up"', 'sauce = "Made up"', "unknown key sauce"),
    ],
)
def test_faults_of_a_word_list_are_named(folder: Path, before: str, after: str, fault: str) -> None:
    path = folder / "forms/requests/risky.toml"
    path.write_text(RISKY.replace(before, after))

    with pytest.raises(BrokenDefinition) as broken:
        read_words(path)

    assert any(fault in one.message for one in broken.value.faults)


@pytest.mark.parametrize("name", ["phrases", "sensitive", "insurance"])
def test_every_shipped_list_names_sources_that_are_known(name: str) -> None:
    [path] = [folder / f"requests/{name}.toml" for folder in here().forms_folders[:1]]

    used = {row["source"] for row in tomllib.loads(path.read_text("utf-8"))[name]}

    assert used - set(loading.load(here()).sources) == set()


@pytest.mark.parametrize("name", ["phrases", "sensitive", "insurance"])
def test_every_wording_of_the_shipped_lists_finds_itself(name: str) -> None:
    [path] = [folder / f"requests/{name}.toml" for folder in here().forms_folders[:1]]

    for phrase in read_words(path):
        for wording in phrase.find:
            said = computations.flagged(f"It says {wording.replace('*', 'al')}.", words=(phrase,))
            assert said, wording
