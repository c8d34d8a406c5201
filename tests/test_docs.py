"""The guide to writing a form is true: its example is a sound letter, its lists are complete."""

import re
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from lettergen import forms
from lettergen.computations import FUNCTIONS
from lettergen.conditions import WORDS
from lettergen.definitions import Folders, Library
from lettergen.definitions.cases import read_cases
from lettergen.definitions.lint import lint
from lettergen.definitions.reading import (
    COMPUTED_KEYS,
    FIELD_KEYS,
    IDENTIFIES,
    RULE_KEYS,
    TYPE_KEYS,
)
from lettergen.definitions.template_names import FIXED, FLAT, TREES
from lettergen.letters import LETTER, Heading, sheets
from lettergen.places import CHECKOUT, shipped
from lettergen.rendering import Renderer

GUIDE = (CHECKOUT / "docs/writing-a-form.md").read_text()
NAMED_BLOCK = re.compile(
    r"^`(\S+/gym-letter\.\w+)`:\n\n```\w+\n(.*?)^```", re.DOTALL | re.MULTILINE
)


@pytest.fixture
def newcomer(tmp_path):
    """A folder in which the guide was followed to the letter."""
    for name, text in NAMED_BLOCK.findall(GUIDE):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def library(newcomer):
    forms_folders = (shipped("forms"), newcomer / "forms")
    letters = (shipped("templates") / "letters", newcomer / "templates/letters")
    return Library(Folders(forms_folders, letters))


def test_the_example_is_three_files_without_a_fault(library, newcomer):
    assert len(NAMED_BLOCK.findall(GUIDE)) == 3
    assert lint(library, ["gym-letter"], newcomer / "tests/letters") == []


def test_the_cases_of_the_example_give_what_they_expect(library, newcomer):
    for case in read_cases(Path(newcomer / "tests/letters/gym-letter.toml")):
        found = reading_of(library, case)

        assert [one.rule_id for one in found.warnings] == case.expected["warnings"]
        assert found.is_sound


@pytest.mark.slow
def test_the_example_becomes_a_letter(library, newcomer):
    case = read_cases(Path(newcomer / "tests/letters/gym-letter.toml"))[0]
    at = datetime.combine(case.on, time(), UTC)

    with Renderer(library.folders.templates) as renderer:
        sheet = sheets(reading_of(library, case), at=at, heading=Heading(is_draft=True))[LETTER]

        assert renderer.render(sheet).pages == 1


def reading_of(library, case):
    kind = library.get("gym-letter")
    typed = forms.flatten(kind, case.answers)
    return forms.read(kind, typed, on=case.on, directories=library.directories)


def names_to_describe():
    yield from (key for key in FIELD_KEYS if key not in ("section", "type", "label"))
    yield from (key for keys in TYPE_KEYS.values() for key in keys)
    yield from (*TYPE_KEYS, *FUNCTIONS, *WORDS, *RULE_KEYS, *COMPUTED_KEYS, *IDENTIFIES)
    yield from (*TREES, *FLAT)
    yield from (name for names in FIXED.values() for name in names)


@pytest.mark.parametrize("name", sorted(set(names_to_describe())))
def test_every_word_of_the_grammar_is_in_the_guide(name):
    assert re.search(rf"(?<![a-z_]){name}(?![a-z_])", GUIDE), f"the guide does not tell of {name}"
