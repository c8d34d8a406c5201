"""Definitions are read whole, or every fault is named with its file and line."""

from datetime import date

import pytest

from lettergen.definitions import BrokenDefinition, Folders, Library, NoSuchForm
from lettergen.definitions.lint import lint

SENDER = """
[sections.sender]
title = "Sender"
[fields.practice_name]
section = "sender"
type = "text"
label = "Practice"
from = "practice.name"
[fields.signer_name]
type = "text"
label = "Signer"
from = "signer.name"
"""
SOUND = """title = "Note"
family = "general"
summary = "A short note."
minutes = 3
include = ["sender"]

[identifies]
given_name = "given_name"

[sections.about]
title = "About"

[fields.given_name]
section = "about"
type = "text"
label = "Given name"

[fields.kind]
type = "choice"
label = "Kind"
options.long = "Long"
options.short = "Short"

[fields.story]
type = "paragraph"
label = "Story"
show_if = { kind = "long" }

[computed.how_many]
function = "count"
of = ["kind"]

[[rules]]
id = "N1"
level = "warn"
when = { blank = "story" }
message = "No story: {blank_fields}"
fields = ["story"]
source = "own"
"""


@pytest.fixture
def folders(tmp_path):
    (tmp_path / "forms/groups").mkdir(parents=True)
    (tmp_path / "letters").mkdir()
    (tmp_path / "forms/groups/sender.toml").write_text(SENDER)
    (tmp_path / "forms/note.toml").write_text(SOUND)
    (tmp_path / "letters/note.html").write_text("<h1>{{ answers.given_name }}</h1>")
    return Folders((tmp_path / "forms",), (tmp_path / "letters",))


def faults_with(folders, old, new):
    path = folders.form("note")
    assert old in SOUND
    path.write_text(SOUND.replace(old, new, 1))
    with pytest.raises(BrokenDefinition) as broken:
        Library(folders).get("note")
    return [(fault.line, fault.message) for fault in broken.value.faults]


def test_a_sound_definition_is_read_with_its_group_first(folders):
    kind = Library(folders).get("note")

    assert [one.name for one in kind.fields][:3] == ["practice_name", "signer_name", "given_name"]
    assert kind.field("story").section == "about"
    assert kind.supplied() == {"practice_name": "practice.name", "signer_name": "signer.name"}


def test_a_type_with_warnings_has_a_place_for_their_reasons(folders):
    assert Library(folders).get("note").field("override_reasons").type == "reasons"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('label = "Story"', 'lable = "Story"', "unknown key lable"),
        ('type = "paragraph"', 'type = "essay"', "type is one of"),
        ('show_if = { kind = "long" }', 'show_if = { kind = "lang" }', "no option lang"),
        ('show_if = { kind = "long" }', 'show_if = { knd = "long" }', "knd"),
        ('show_if = { kind = "long" }', "show_if = { eval = 1, any = [] }", "any takes a list"),
        ('function = "count"', 'function = "sum"', "no function sum"),
        ('of = ["kind"]', 'of = ["kinds"]', "kinds"),
        ('level = "warn"', 'level = "fatal"', "level is"),
        ('blank = "story"', 'blank = "tale"', "tale"),
        ("{blank_fields}", "{blanks}", "{blanks}"),
        ('fields = ["story"]', 'fields = ["stories"]', "stories"),
        ('source = "own"', "", "source is missing"),
        ('given_name = "given_name"', 'given_name = "first"', "first"),
        ('given_name = "given_name"', 'forename = "given_name"', "identifies knows"),
        ('section = "about"', 'section = "other"', "no section other"),
        ("minutes = 3", 'minutes = "3"', "wrong kind"),
        ('include = ["sender"]', 'include = ["sendr"]', "no group"),
        ("[fields.story]", "[fields.Story]", "small letters"),
        ("[fields.story]", "[fields.blank]", "word of the vocabulary"),
        ("[fields.given_name]", "[fields.given_name", "not sound TOML"),
    ],
)
def test_a_fault_is_named_with_its_line(folders, old, new, words):
    table = {"source is missing": "[[rules]]", "no section other": "[fields.given_name]"}
    line = SOUND[: SOUND.index(table.get(words, old))].count("\n") + 1

    faults = faults_with(folders, old, new)

    assert any(words in message for _, message in faults)
    assert line in [at for at, message in faults if words in message]


def test_every_fault_is_named_at_once(folders):
    broken = SOUND.replace("minutes = 3", "minuten = 3").replace('"choice"', '"chose"')
    folders.form("note").write_text(broken.replace('source = "own"', 'sauce = "own"'))

    faults = lint(Library(folders), ["note"], None)

    text = "\n".join(str(fault) for fault in faults)
    assert all(word in text for word in ("minuten", "minutes is missing", "type is", "sauce"))


def test_a_question_may_not_look_ahead(folders):
    faults = faults_with(
        folders, 'label = "Given name"', 'label = "Given name"\nshow_if = { kind = "long" }'
    )

    assert any("looks ahead at kind" in message for _, message in faults)


def test_a_computed_value_is_known_once_all_it_works_of_is_asked(folders):
    faults = faults_with(
        folders,
        'label = "Given name"',
        'label = "Given name"\nshow_if = { at_least = { how_many = 1 } }',
    )

    assert any("looks ahead at how_many" in message for _, message in faults)


def test_a_letter_needs_a_letterhead_and_a_signer(folders):
    faults = faults_with(folders, 'include = ["sender"]', "")

    assert {"practice.name", "signer.name"} <= {m.split()[4].strip(":") for _, m in faults[:2]}


def test_an_unknown_form_is_refused_with_the_nearest_name(folders):
    with pytest.raises(NoSuchForm, match="Did you mean note"):
        Library(folders).get("noet")


@pytest.mark.parametrize("slug", ["../note", "groups/sender", "", "note.toml", "/etc/passwd"])
def test_a_name_that_is_no_slug_opens_nothing(folders, slug):
    with pytest.raises(NoSuchForm):
        Library(folders).get(slug)


def test_a_practices_own_form_goes_before_the_shipped_one(folders, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "note.toml").write_text(SOUND.replace('"Note"', '"Our note"'))
    both = Folders((*folders.forms, own), folders.templates)

    assert Library(both).get("note").title == "Our note"


def test_the_version_changes_with_every_part_and_with_nothing_else(folders, tmp_path):
    before = Library(folders).get("note").version
    (tmp_path / "letters/other.html").write_text("<p>another letter</p>")
    assert Library(folders).get("note").version == before

    seen = {before}
    for part in ("forms/note.toml", "letters/note.html", "forms/groups/sender.toml"):
        path = tmp_path / part
        path.write_text(path.read_text() + "\n")
        seen.add(Library(folders).get("note").version)

    assert len(seen) == 4


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>{{ answers.givenname }}</p>", "answers.givenname"),
        ("<p>{{ said['givenname'] }}</p>", "said.givenname"),
        ("<p>{{ computed.age }}</p>", "computed.age"),
        ("<p>{{ letter.colour }}</p>", "letter.colour"),
        ("<h1>a</h1><h3>b</h3>", "headings skip no level"),
        ('<table><tr><th colspan="2">a</th></tr></table>', "colspan"),
        ('<a href="#x">a <b>b</b></a>', "within a link"),
        ('<img src="asset:x.png" alt="">', "alt is empty"),
        ('<img src="asset:x.png">', "alternative text"),
        ("<svg><path/></svg>", "<title>"),
        ('<p style="opacity: 0.5">a</p>', "opacity"),
        ("<p>{{ answers.story|safe }}</p>", "safe"),
        ('<img src="https://example.com/x.png" alt="x">', "from outside"),
        ("<p>{{ 1 + 1 }}</p>", "arithmetic"),
        ("<p>{% if %}</p>", "not a sound template"),
        ("<script>1</script>", "no script"),
    ],
)
def test_lint_finds_what_would_break_a_letter(folders, template, words):
    path = folders.template("note.html")
    path.write_text(f"<!-- one -->\n{template}")

    faults = lint(Library(folders), ["note"], None)

    assert [fault.line for fault in faults if words in fault.message] == [2]


def test_lint_finds_nothing_wrong_with_a_sound_letter(folders):
    assert lint(Library(folders), [], None) == []


@pytest.mark.parametrize(
    ("cases", "words"),
    [
        ('[[cases]]\nname = "a"\nanswers = { nme = "x" }', "no field nme"),
        ('[[cases]]\nname = "a"\nexpect = { stops = ["N1"] }', "nothing is called N1"),
        ('[[cases]]\nname = "a"\nlike = "b"', "no earlier case"),
        ('[[cases]]\nname = "a"\nanswer = {}', "unknown key answer"),
        ("", "nothing else"),
    ],
)
def test_lint_reads_the_cases_too(folders, tmp_path, cases, words):
    (tmp_path / "note.toml").write_text(cases)

    faults = lint(Library(folders), ["note"], tmp_path)

    assert any(words in fault.message for fault in faults)


def test_a_shipped_letter_without_cases_is_a_fault(folders, tmp_path):
    assert "no cases" in lint(Library(folders), ["note"], tmp_path)[0].message


def test_a_directory_goes_stale_after_its_days(folders, tmp_path):
    (tmp_path / "forms/directories").mkdir()
    (tmp_path / "forms/directories/services.toml").write_text(
        '[[records]]\nname = "One"\nchecked_on = 2026-08-01\nchecked_by = "x"\nsource = "y"\n'
    )

    directories = Library(folders).directories

    assert not directories.is_stale("services", "one", date(2026, 10, 30))
    assert directories.is_stale("services", "ONE", date(2026, 10, 31))
    assert not directories.is_stale("services", "unknown", date(2030, 1, 1))


def test_a_directory_record_without_a_date_is_a_fault(folders, tmp_path):
    (tmp_path / "forms/directories").mkdir()
    path = tmp_path / "forms/directories/services.toml"
    path.write_text('[[records]]\nname = "One"\nchecked_by = "x"\nsource = "y"\n')

    with pytest.raises(BrokenDefinition) as broken:
        Library(folders)

    assert "checked_on" in broken.value.faults[0].message
