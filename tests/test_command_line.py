"""The command line: what it prints, how it leaves, and what bad input gets."""

import json
import os
import re
import subprocess
import sys

import pypdfium2
import pytest

from lettergen.cli import COMMANDS, main
from lettergen.cli.files import written

DEFINITION = """
title = "Note"
family = "general"
summary = "A note."
minutes = 3
include = ["practice", "signer"]
[identifies]
given_name = "given_name"
[sections.about]
title = "About"
[fields.given_name]
section = "about"
type = "text"
label = "Given name"
required = true
max = 100
[fields.story]
type = "paragraph"
label = "Story"
max = 5000
[fields.born]
type = "date"
label = "Born"
not_after = "today"
[[rules]]
id = "S1"
level = "stop"
when = { count_at_least = { missing = 1 } }
message = "Fill in: {missing}"
source = "own"
[[rules]]
id = "W1"
level = "warn"
when = { blank = "story" }
message = "No story"
source = "own"
"""
SENDER = {
    "practice_name": "Example Surgery",
    "practice_ods": "Y99991",
    "practice_address": "1 Specimen Lane\nLondon",
    "practice_phone": "020 7946 0101",
    "practice_email": "practice@example.com",
    "referrer_name": "Dr Alexis Specimen",
    "referrer_role": "gp_partner",
    "reg_body": "GMC",
    "reg_number": "9000001",
}
ANSWERS = {**SENDER, "given_name": "Zoë", "story": "A story that is told in full."}
LETTER = """{% extends "_letter.html" %}
{% block text %}<h2>Note</h2><p>{{ answers.given_name }}</p><p>{{ answers.story or "" }}</p>
{% endblock %}"""


@pytest.fixture
def data(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    (folder / "forms").mkdir(parents=True)
    (folder / "templates/letters").mkdir(parents=True)
    (folder / "forms/note.toml").write_text(DEFINITION)
    (folder / "templates/letters/note.html").write_text(LETTER)
    monkeypatch.setenv("LETTERGEN_DATA", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def run(data, capsys):
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
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


def test_check_prints_one_object_and_leaves_with_0_if_it_could_be_issued(run, answers):
    code, out, err = run("check", "note", answers(ANSWERS))

    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "errors": {}, "stops": [], "warnings": [], "info": [], "computed": {},
    }  # fmt: skip


def test_check_takes_a_case_as_well_as_bare_answers(run, answers):
    case = {"form": "note", "on": "2026-11-20", "answers": ANSWERS, "expect": {}}

    assert run("check", "note", answers(case))[0] == 0


def test_check_leaves_with_1_and_the_rules_that_stop(run, answers):
    code, out, _ = run("check", "note", answers({**SENDER, "story": "told"}))

    assert code == 1
    assert json.loads(out)["stops"] == ["S1"]


def test_the_day_of_the_case_can_be_changed(run, answers):
    path = answers({**ANSWERS, "born": "2026-11-20"})

    assert run("check", "note", path, "--on", "2026-11-20")[0] == 0
    code, out, _ = run("check", "note", path, "--on", "2026-11-19")
    assert code == 1
    assert "after today" in json.loads(out)["errors"]["born"][0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "not sound JSON (line 1, column 2"),
        ("", "not sound JSON"),
        ("[]", "one JSON object"),
        ("3", "one JSON object"),
        (b"\xff\xfe", "not UTF-8"),
        ('{"given_name": "a", "given_name": "b"}', "stands twice"),
        ("[" * 100_000, "nested too deeply|not sound JSON"),
        ('{"given_name": ' + "9" * 5000 + "}", "too many digits"),
        ({"given_name": 3}, "given_name: must be a text, not a number"),
        ({"given_nmae": "Zoë"}, "given_nmae: there is no such question"),
        ({"form": "other", "answers": {}}, "a case of the form 'other'"),
        ({"form": "note", "on": 3, "answers": {}}, "on must be a date"),
        ({"form": "note", "on": "soon", "answers": {}}, "'soon' is no date"),
        ({"given_name": "x" * 10_000_000}, "larger than 2 MB"),
    ],
)
def test_input_that_cannot_be_read_gets_one_line_and_2(run, answers, content, words):
    code, out, err = run("check", "note", answers(content))

    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert re.search(words, err) if "|" in words else words in err


def test_a_file_or_form_that_does_not_exist_gets_one_line_and_2(run, answers):
    assert run("check", "note", "nowhere.json")[::2] == (
        2,
        "lettergen: nowhere.json: No such file or directory\n",
    )
    code, _, err = run("check", "noet", answers(ANSWERS))
    assert code == 2
    assert "There is no form 'noet'. Did you mean note?" in err


@pytest.mark.parametrize("arguments", [["check"], ["chek", "note"], ["check", "--fast"], []])
def test_wrong_usage_gets_2(run, arguments):
    code, _, err = run(*arguments)

    assert code == (2 if arguments else 0)
    assert "Traceback" not in err


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help(run, command):
    code, out, _ = run(command, "--help")

    assert code == 0
    assert "Usage:" in out


@pytest.mark.slow
def test_render_writes_a_draft_and_logs_nothing(run, answers, data, tmp_path):
    code, out, _ = run(
        "render", "note", answers(ANSWERS), "--out", "note.pdf", "--on", "2026-11-20"
    )

    assert (code, out) == (0, "note.pdf\n")
    assert (tmp_path / "note.pdf").read_bytes().startswith(b"%PDF-")
    assert not list(data.glob("*.sqlite3"))


@pytest.mark.slow
def test_render_makes_the_large_print_where_it_is_asked_for(run, answers, tmp_path):
    code, _, _ = run("render", "note", answers(ANSWERS), "--out", "note.pdf", "--kind", "large")

    document = pypdfium2.PdfDocument(tmp_path / "note.pdf")
    assert code == 0
    assert "(large print)" in document.get_metadata_value("Title")


@pytest.mark.slow
def test_render_refuses_a_copy_that_the_letter_does_not_have(run, answers, tmp_path):
    code, out, err = run(
        "render", "note", answers(ANSWERS), "--out", "note.pdf", "--kind", "patient"
    )

    assert (code, err) == (1, "")
    assert "There is no copy for the patient" in out
    assert not (tmp_path / "note.pdf").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "story",
    [
        "{{ 7*7 }}{% for x in y %}",
        "<script>alert(1)</script>",
        "a\x00b\x07c",
        "'; DROP TABLE work;",
    ],
)
def test_script_and_template_syntax_print_as_they_were_typed(run, answers, story, tmp_path):
    code, _, _ = run("render", "note", answers({**ANSWERS, "story": story}), "--out", "note.pdf")

    page = pypdfium2.PdfDocument(tmp_path / "note.pdf")[0].get_textpage().get_text_bounded()
    assert code == 0
    assert re.sub(r"[\x00\x07]", "", story) in " ".join(page.split())


@pytest.mark.slow
def test_a_glyph_that_no_font_has_is_refused_with_its_word(run, answers, tmp_path):
    path = answers({**ANSWERS, "story": "Signed in cuneiform 𒀀𒀁 today"})

    code, out, err = run("render", "note", path, "--out", "note.pdf")

    assert code == 1
    assert "𒀀𒀁" in out
    assert err == ""
    assert not (tmp_path / "note.pdf").exists()


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_leaves_nothing_behind(run, answers, tmp_path):
    code, _, err = run("render", "note", answers(ANSWERS), "--out", tmp_path / "no/such/note.pdf")

    assert code == 2
    assert err == f"lettergen: {tmp_path / 'no/such/note.pdf'}: No such file or directory\n"


@pytest.mark.parametrize("out", ["", ".", "data"])
def test_a_folder_is_no_place_for_a_letter(run, answers, out):
    code, printed, err = run("render", "note", answers(ANSWERS), "--out", out)

    assert (code, printed) == (2, "")
    assert "name the PDF" in err


def test_endless_input_is_not_read_to_its_end(run, data):
    assert run("check", "note", "/dev/zero")[::2] == (
        2,
        "lettergen: /dev/zero: is larger than 2 MB\n",
    )


def test_files_appear_when_all_went_well_and_for_their_owner_alone(tmp_path):
    paths = [tmp_path / "a.pdf", tmp_path / ("b" * 250 + ".pdf")]

    with written(dict.fromkeys(paths, b"letter")):
        seen = [path.exists() for path in paths]

    assert seen == [False, False]
    assert [path.read_bytes() for path in paths] == [b"letter", b"letter"]
    assert {path.stat().st_mode & 0o077 for path in paths} == {0}
    assert sorted(tmp_path.iterdir()) == paths


def test_a_fault_after_the_files_were_laid_down_leaves_none_and_keeps_the_old_one(tmp_path):
    old = tmp_path / "old.pdf"
    old.write_bytes(b"old")

    with (
        pytest.raises(RuntimeError, match="not committed"),
        written({old: b"new", tmp_path / "new.pdf": b"new"}),
    ):
        raise RuntimeError("not committed")

    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("old.pdf", b"old")]


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    with written({pipe: b"letter"}):
        pass

    assert os.read(reading, 100) == b"letter"
    os.close(reading)
    assert pipe.is_fifo()


def test_a_fault_of_ours_is_one_line_without_the_words_of_the_fault(run, answers, monkeypatch):
    def fail(*_):
        raise ValueError("Zoë is a patient")

    monkeypatch.setattr("lettergen.cli.forms._open", fail)

    code, out, err = run("check", "note", answers(ANSWERS))

    assert (code, out) == (2, "")
    assert re.fullmatch(r"lettergen: this is a fault of lettergen \(ValueError in .*\); .*\n", err)
    assert "Zoë" not in err


@pytest.mark.slow
def test_a_full_disk_leaves_no_half_written_letter(answers, data, tmp_path):
    limited = 'ulimit -f 4; exec "$@"'
    command = [sys.executable, "-m", "lettergen.cli", "render", "note", str(answers(ANSWERS))]

    done = subprocess.run(
        ["bash", "-c", limited, "bash", *command, "--out", "note.pdf"],
        capture_output=True, text=True, check=False, cwd=tmp_path, env=os.environ,
    )  # fmt: skip

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*.pdf*"))


def test_a_draft_needs_no_database_settings_or_web_code():
    modules = "lettergen.cli.forms, lettergen.cli.answers, lettergen.letters"
    heavy = "{'sqlalchemy', 'flask', 'pydantic', 'weasyprint', 'alembic'}"

    done = subprocess.run(
        [sys.executable, "-c", f"import sys, {modules}; print(sorted({heavy} & set(sys.modules)))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout == "[]\n"


def test_issue_without_a_practice_says_what_to_run(run, answers):
    code, _, err = run("issue", "note", answers(ANSWERS), "--out", "note.pdf")

    assert code == 2
    assert "lettergen init" in err


def test_lint_of_a_form_that_does_not_exist_is_wrong_usage(run):
    code, _, err = run("lint", "noet")

    assert code == 2
    assert "Did you mean note?" in err


def test_lint_names_each_fault_with_its_line(run, data):
    (data / "forms/note.toml").write_text(DEFINITION.replace('"paragraph"', '"essay"'))

    code, out, _ = run("lint", "note")

    assert code == 1
    assert re.search(r"note\.toml:\d+: story: type is one of", out)


def test_every_shipped_form_is_sound(run):
    code, out, _ = run("lint")

    assert code == 0, out
