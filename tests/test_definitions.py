"""Definitions are read whole, or every fault is named with its file and line."""

import json
import tomllib
from datetime import date, time
from functools import reduce
from operator import getitem

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lettergen.definitions import BrokenDefinition, Folders, Library, NoSuchForm, faults_of
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

[fields.marks]
type = "choices"
label = "Marks"
options.red = "Red"
options.blue = "Blue"

[fields.story]
type = "paragraph"
label = "Story"
show_if = { kind = "long" }

[fields.scales]
type = "repeat"
label = "Scale"
fields.score = { type = "text", label = "Score" }

[fields.contact]
type = "group"
label = "Contact"
fields.phone = { type = "text", label = "Phone" }

[computed.how_many]
function = "count"
of = ["marks"]

[[rules]]
id = "N1"
level = "warn"
when = { blank = "story" }
message = "No story: {blank_fields}"
fields = ["story"]
source = "own"
"""


def folders_in(path):
    (path / "forms/groups").mkdir(parents=True)
    (path / "letters").mkdir()
    (path / "forms/groups/sender.toml").write_text(SENDER)
    (path / "forms/note.toml").write_text(SOUND)
    (path / "letters/note.html").write_text(
        "<h1>{{ answers.given_name }}</h1>{{ check_mark(letter) }}"
        '{% if letter.medium == "large" %}<p>Large print</p>{% endif %}'
    )
    return Folders((path / "forms",), (path / "letters",))


@pytest.fixture
def folders(tmp_path):
    return folders_in(tmp_path)


@pytest.fixture(scope="module")
def sound_folders(tmp_path_factory):
    return folders_in(tmp_path_factory.mktemp("sound"))


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
        ('of = ["marks"]', 'of = ["kinds"]', "kinds"),
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
        ("<table><tr><th>a</th></tr></table>", "needs a scope"),
        ('{% if letter.medium == "web" %}a{% endif %}', "letter.medium is never 'web'"),
        ('{% if letter.medium in ["large", "small"] %}a{% endif %}', "never 'small'"),
        ('<img src="asset:x.png" alt="">', "alt is empty"),
        ('<img src="asset:x.png">', "alternative text"),
        ("<svg><path/></svg>", "<title>"),
        ('<p style="opacity: 0.5">a</p>', "opacity"),
        ("<p>{{ answers.story|safe }}</p>", "safe"),
        ('<img src="https://example.com/x.png" alt="x">', "from outside"),
        ("<p>{{ 1 + 1 }}</p>", "arithmetic"),
        ("<p>{% if %}</p>", "not a sound template"),
        ("<script>1</script>", "no script"),
        ("{% autoescape false %}{% endautoescape %}", "safe"),
        ("{% for row in answers.scales %}{{ row.scoer }}{% endfor %}", "row.scoer"),
        ("{% set all = said %}{{ all.givenname }}", "all.givenname"),
        ("{% with all = said.contact %}{{ all.fone }}{% endwith %}", "all.fone"),
        ("{% macro m() %}{{ answers.contact.fone }}{% endmacro %}{{ m() }}", "contact.fone"),
        ('{% extends "_letter.html" %}{% block text %}<h3>b</h3>{% endblock %}', "skip no level"),
    ],
)
def test_lint_finds_what_would_break_a_letter(folders, template, words):
    path = folders.template("note.html")
    path.write_text(f"<!-- one -->\n{template}")

    faults = lint(Library(folders), ["note"], None)

    assert [fault.line for fault in faults if words in fault.message] == [2]


def test_lint_knows_what_rows_and_groups_hold_under_any_name(folders):
    folders.template("note.html").write_text("""<h1>{{ answers.contact.phone }}</h1>
{# <th colspan="2"> and |safe are only spoken of #}
{% for scale in answers.scales %}{{ loop.index }} {{ scale.score }}{% endfor %}
{{ answers.scales[0].score }}
{% for scale in said.marks %}{{ scale }}{% endfor %}{% set score = options.kind.long %}
{% if letter.medium == "large" %}a{% endif %}{{ check_mark(letter) }}""")

    assert lint(Library(folders), ["note"], None) == []


FRAME = (
    "<h1>a</h1>{% block text %}{% endblock %}{% block end %}{{ check_mark(letter) }}{% endblock %}"
)


@pytest.mark.parametrize(
    ("template", "is_marked"),
    [
        ("<h1>a</h1>", False),
        ("<h1>a</h1>{{ check_mark(letter) }}", True),
        ('{% extends "frame.html" %}{% block text %}<p>b</p>{% endblock %}', True),
        ('{% extends "frame.html" %}{% block end %}<p>b</p>{% endblock %}', False),
        (
            '{% extends "frame.html" %}{% block end %}{{ check_mark(letter) }}{% endblock %}',
            True,
        ),
        ('{% extends "between.html" %}{% block text %}<p>b</p>{% endblock %}', False),
        ('{% extends "note.html" %}', False),
        ('{% extends "not-there.html" %}', False),
        ("{% extends answers.kind %}", True),
    ],
)
def test_a_letter_that_nobody_could_check_is_a_fault(folders, tmp_path, template, is_marked):
    between = '{% extends "frame.html" %}{% block end %}{% endblock %}'
    (tmp_path / "letters/frame.html").write_text(FRAME)
    (tmp_path / "letters/between.html").write_text(between)
    folders.template("note.html").write_text(template)

    faults = lint(Library(folders), ["note"], None)

    marks = [fault for fault in faults if "no mark by which it can be checked" in fault.message]
    assert (marks == []) == is_marked


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        ("<html>{% block text %}{% endblock %}</html>", ["no mark", "no larger"]),
        ("<html>{% block text %}{% endblock %}{{ check_mark(letter) }}</html>", ["no larger"]),
        (
            (
                '<html{% if letter.medium == "large" %} class="large"{% endif %}>{% block text %}'
                "{% endblock %}{{ check_mark(letter) }}</html>"
            ),
            [],
        ),
    ],
)
def test_a_frame_kept_from_before_is_named_for_what_it_lacks(folders, tmp_path, frame, says):
    (tmp_path / "letters/frame.html").write_text(frame)
    folders.template("note.html").write_text(
        '{% extends "frame.html" %}{% block text %}<h2>b</h2>{% endblock %}'
    )

    faults = lint(Library(folders), ["note"], None)

    assert {one.file.rpartition("/")[2] for one in faults} <= {"frame.html"}
    assert len(faults) == len(says)
    assert all(any(words in one.message for one in faults) for words in says)


def test_a_template_that_is_no_text_is_a_fault(folders):
    folders.template("note.html").write_bytes(b"<h1>\xff</h1>")

    assert "UTF-8" in lint(Library(folders), ["note"], None)[0].message


def test_lint_reads_the_stylesheet_too(folders, tmp_path):
    (tmp_path / "letters/letter.css").write_text("p {\n  opacity: 0.5;\n}")

    assert [fault.line for fault in lint(Library(folders), ["note"], None)] == [2]


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


JUNK = st.recursive(
    st.one_of(
        st.text(max_size=5),
        st.integers(),
        st.floats(),
        st.booleans(),
        st.dates(),
        st.datetimes(),
        st.times(),
        st.sampled_from(["story", "given_name", "count", "today"]),
    ),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=3,
)


def places_in(value, above=()):
    rows = enumerate(value) if isinstance(value, list) else ()
    for key, inner in value.items() if isinstance(value, dict) else rows:
        yield (*above, key)
        yield from places_in(inner, (*above, key))


@settings(max_examples=150)
@given(data=st.data())
def test_whatever_stands_in_a_definition_is_read_or_is_a_fault_with_its_line(sound_folders, data):
    table = tomllib.loads(SOUND)
    *above, last = data.draw(st.sampled_from(list(places_in(table))))
    holder = reduce(getitem, above, table)
    holder[last] = data.draw(JUNK)
    text = as_toml(table)
    sound_folders.form("note").write_text(text)

    faults = faults_of(Library(sound_folders), "note")

    assert all(1 <= fault.line <= text.count("\n") + 1 for fault in faults)


def as_toml(value):
    """A table as TOML, inner tables in line."""
    return "".join(f"{json.dumps(key)} = {_written(inner)}\n" for key, inner in value.items())


def _written(value):
    if isinstance(value, dict):
        return "{" + as_toml(value).strip().replace("\n", ", ") + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, (str, bool)):
        return json.dumps(value).replace("\\ud", "\\\\ud").replace("\x7f", " ")
    return value.isoformat() if isinstance(value, (date, time)) else repr(value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[[rules]]", "[rules]", "list of tables"),
        ('fields = ["story"]', 'fields = "story"', "wrong kind"),
        ('of = ["marks"]', 'of = ["kind"]', "count works of a list, and kind is none"),
        ('label = "Story"', 'label = "Story"\nmin = 9\nmax = 3', "min is above max"),
        ('blank = "story"', "story = true", "is never True"),
        ('blank = "story"', "count_at_least = { kind = 2 }", "counts lists"),
        ("minutes = 3", "minutes = 1e400", "wrong kind"),
        ('given_name = "given_name"', 'date_of_birth = "kind"', "is a date, and kind is none"),
    ],
)
def test_what_could_never_work_is_a_fault(folders, old, new, words):
    assert any(words in message for _, message in faults_with(folders, old, new))


ROWS = """
[fields.results]
section = "about"
type = "repeat"
label = "Scale"
[fields.results.fields.score]
type = "text"
label = "Score"
show_if = { CONDITION }
MORE
[fields.results.fields.note]
type = "text"
label = "Note"
"""


@pytest.mark.parametrize(
    ("condition", "more", "words"),
    [
        ('not_blank = "note"', "", "looks ahead at note"),
        ('not_blank = "nothing"', "", "nothing"),
        ('kind = "lang"', "", "no option lang"),
        ('kind = "long"', 'default = "x"', "no effect within a group or row"),
    ],
)
def test_questions_within_rows_are_checked_too(folders, condition, more, words):
    rows = ROWS.replace("CONDITION", condition).replace("MORE", more)
    path = folders.form("note")
    path.write_text(SOUND.replace("[computed.how_many]", f"{rows}\n[computed.how_many]"))

    faults = faults_of(Library(folders), "note")

    assert [words in fault.message for fault in faults] == [True]
    assert "[fields.results" in "\n".join(path.read_text().splitlines()[faults[0].line - 5 :])


def test_a_fault_within_a_case_is_named_with_its_own_line(folders, tmp_path):
    path = tmp_path / "note.toml"
    path.write_text(
        '[[cases]]\nname = "a"\non = 2026-11-20\n[cases.answers]\nkind = "long"\nno = 1\n'
    )

    faults = lint(Library(folders), ["note"], tmp_path)

    assert [(fault.line, fault.message) for fault in faults] == [(6, "there is no field no")]


@pytest.mark.parametrize(
    "cases",
    [
        "cases = 1",
        "cases = [1]",
        "[[cases]]\nname = []\nanswers = 1\nexpect = { stops = 1 }",
    ],
)
def test_cases_of_a_wrong_kind_are_faults(folders, tmp_path, cases):
    (tmp_path / "note.toml").write_text(cases)

    assert lint(Library(folders), ["note"], tmp_path)


@pytest.mark.parametrize(
    "records",
    ["records = 1", "records = [1]", 'title = []\n[[records]]\nname = "a"\nat = 10:00:00'],
)
def test_a_directory_of_a_wrong_kind_is_a_fault(folders, tmp_path, records):
    (tmp_path / "forms/directories").mkdir()
    (tmp_path / "forms/directories/services.toml").write_text(records)

    with pytest.raises(BrokenDefinition):
        Library(folders)
