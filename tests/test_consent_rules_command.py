"""`check photo-consent` and `lint photo-consent`: what they print, how they leave."""

import copy
import json
import subprocess
import sys

import pytest

from lettergen.cli import main
from lettergen.places import CHECKOUT

FOLDER = CHECKOUT / "tests/consents"
VALID = json.loads((FOLDER / "valid.json").read_text("utf-8"))
ADULT = VALID["case1_adult_direct_care"]


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LETTERGEN_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(one) for one in arguments])
        printed = capsys.readouterr()
        return left.value.code, printed.out, printed.err

    return run


@pytest.fixture
def answers(tmp_path):
    def write(content):
        path = tmp_path / "answers.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


@pytest.mark.parametrize("name", VALID)
def test_a_sound_consent_prints_one_object_and_leaves_with_0(run, answers, name):
    code, out, err = run("check", "photo-consent", answers(VALID[name]), "--on", "2026-11-22")

    said = json.loads(out)
    assert (code, err) == (0, "")
    assert list(said) == ["errors", "stops", "warnings", "info", "computed"]
    assert (said["errors"], said["stops"]) == ({}, [])


def test_a_consent_that_is_refused_leaves_with_1_its_code_and_its_message(run, answers):
    wrong = copy.deepcopy(ADULT)
    wrong["purposes"]["share_care"]["channel"] = "whatsapp"

    code, out, _ = run("check", "photo-consent", answers(wrong), "--on", "2026-11-22")

    assert code == 1
    assert json.loads(out)["stops"] == ["E05"]
    assert "e-RS or NHSmail" in json.loads(out)["errors"]["purposes.share_care.channel"][0]


def test_a_case_brings_its_own_day_and_the_option_goes_before_it(run, answers):
    case = {"form": "photo-consent", "on": "2026-11-15", "answers": ADULT, "expect": {}}

    early = run("check", "photo-consent", answers(case))
    later = run("check", "photo-consent", answers(case), "--on", "2026-11-16")

    assert (early[0], json.loads(early[1])["stops"]) == (1, ["E23"])
    assert later[0] == 0


@pytest.mark.parametrize("several", [VALID, list(VALID.values())], ids=["names", "list"])
def test_several_consents_are_checked_together_under_their_names(run, answers, several):
    wrong = copy.deepcopy(several)
    key = 1 if isinstance(wrong, list) else "case3_child8_mother"
    wrong[key]["patient"]["nhs_number"] = "1"

    sound = run("check", "photo-consent", answers(several), "--on", "2026-11-22")
    code, out, _ = run("check", "photo-consent", answers(wrong), "--on", "2026-11-22")

    assert sound[0] == 0
    assert code == 1
    assert json.loads(out)["stops"] == ["E01"]
    assert list(json.loads(out)["errors"]) == [f"{key}.patient.nhs_number"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "not sound JSON"),
        ("[]", "one JSON object"),
        ("3", "one JSON object"),
        ({**ADULT, "photo": {**ADULT["photo"], "lens": float("nan")}}, "NaN is no number"),
        ("\N{ZERO WIDTH NO-BREAK SPACE}{", "not sound JSON"),
        ({"form": "adhd-referral", "answers": {}}, "a case of the form 'adhd-referral'"),
        ({**ADULT, "purposes": {"sell": {}}}, "purposes.sell: there is no such question"),
        ({**ADULT, "photo": "skin"}, "photo: must be an object, not a text"),
        ({"one": ADULT, "two": {**ADULT, "images": {}}}, "two: These answers do not fit"),
        ({"form": "photo-consent", "on": "soon", "answers": ADULT}, "'soon' is no date"),
    ],
)
def test_what_cannot_be_read_gets_one_line_and_2(run, answers, content, words):
    code, out, err = run("check", "photo-consent", answers(content))

    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert words in err


@pytest.mark.parametrize("command", ["render", "issue"])
def test_a_consent_is_signed_by_a_person_and_not_made_from_a_file(run, answers, command):
    code, out, err = run(command, "photo-consent", answers(ADULT), "--out", "x.pdf")

    assert (code, out) == (2, "")
    assert "is signed by a person" in err
    assert err.count("\n") == 1


def test_lint_takes_the_consent_form_in_by_name_and_with_all_others(run, tmp_path):
    assert run("lint", "photo-consent")[:2] == (0, "1 sound\n")
    own = tmp_path / "data/forms/consents"
    own.mkdir(parents=True)
    (own / "words.toml").write_text("title = ")

    named, all_of_them = run("lint", "photo-consent"), run("lint")

    assert named[0] == all_of_them[0] == 1
    assert "words.toml:1: not sound TOML" in named[1]
    assert "words.toml:1: not sound TOML" in all_of_them[1]


def test_a_check_needs_no_database_settings_or_web_code():
    heavy = "{'sqlalchemy', 'flask', 'pydantic', 'weasyprint', 'alembic'}"
    modules = (
        "lettergen.cli.forms, lettergen.consents.rules.checking, lettergen.consents.form.catalogue"
    )

    done = subprocess.run(
        [sys.executable, "-c", f"import sys, {modules}; print(sorted({heavy} & set(sys.modules)))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout == "[]\n"
