"""`lettergen triage`: one object for one request, a list for several, plain words for the rest."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from lettergen.cli import lettergen

CASES = Path(__file__).parent / "requests"
KEYS = ["outcome", "rule", "letter", "reason", "source", "next_action", "also", "nameless"]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function: what a file holds → the result of the command."""
    monkeypatch.setenv("LETTERGEN_DATA", str(tmp_path))

    def ran(content):
        path = content if isinstance(content, Path) else tmp_path / "inputs.json"
        if not isinstance(content, Path):
            text = content if isinstance(content, str) else json.dumps(content)
            path.write_text(text, "utf-8")
        return CliRunner().invoke(lettergen, ["triage", str(path)])

    return ran


@pytest.mark.parametrize("name", ["examples.json", "requests.json"])
def test_files_of_cases_come_to_what_they_say(run, name):
    held = json.loads((CASES / name).read_text("utf-8"))
    cases = held["examples"] if isinstance(held, dict) else held

    told = run(CASES / name)

    assert told.exit_code == 0, told.output
    found = json.loads(told.output)
    expected = [case.get("expect", case) for case in cases]
    assert [(one["outcome"], one["rule"]) for one in found] == [
        (one["outcome"], one["rule"]) for one in expected
    ]


def test_bare_answers_give_one_object(run):
    told = run({"type": "gym_fitness", "requester": "leisure_travel", "consent": "missing"})

    found = json.loads(told.output)
    assert told.exit_code == 0
    assert list(found) == KEYS
    assert (found["outcome"], found["rule"], found["letter"]) == ("DECLINE", "R11", "D05")
    assert found["nameless"] is True
    assert "checked 22 November 2026" in found["source"]


def test_one_case_gives_one_object_with_its_name(run):
    told = run({"id": "X", "inputs": {"type": "scuba"}, "expect": {"rule": "R10"}})

    assert told.exit_code == 0
    assert json.loads(told.output)["name"] == "X"


def test_a_case_that_comes_to_something_else_is_told_and_fails(run):
    expected = {"outcome": "NHS_FREE", "rule": "R14", "letter": ""}

    told = run([{"inputs": {"type": "scuba"}, "expect": expected}, {"inputs": {}, "rule": "R35"}])

    found = json.loads(told.output)
    assert told.exit_code == 1
    assert [one.get("expected") for one in found] == [expected, None]


def test_a_practice_that_does_not_offer_it_may_be_given(run):
    told = run({"type": "d4_group2", "offered": False})

    assert json.loads(told.output)["rule"] == "R20"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"type": "sick note"}, "'sick note' is no type of request"),
        ({"flag": None}, "None is no answer to flag"),
        ({"colour": "red"}, "'colour' is no question"),
        ({"inputs": []}, "inputs must be an object"),
        ({"inputs": {}, "expect": 3}, "expect must be an object"),
        ({"defaults": 3, "examples": []}, "defaults is an object"),
        ([{}, {"flag": "x"}], "case 2: "),
        ([3], "must be a JSON object"),
        ("{", "is not sound JSON"),
        ('"text"', "must be a JSON object"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(run, content, said):
    told = run(content)

    assert told.exit_code == 2
    assert said in told.output
    assert "Traceback" not in told.output


def test_lint_covers_the_requests(run, tmp_path):
    sound = CliRunner().invoke(lettergen, ["lint", "requests"])
    own = tmp_path / "forms/requests"
    own.mkdir(parents=True)
    (own / "rules.toml").write_text("rules = 3\n", "utf-8")

    broken = CliRunner().invoke(lettergen, ["lint", "requests"])

    assert (sound.exit_code, sound.output) == (0, "1 sound\n")
    assert broken.exit_code == 1
    assert "rules.toml:1: rules is of a wrong kind: 3" in broken.output
