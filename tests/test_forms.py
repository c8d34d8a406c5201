"""What was typed becomes answers, errors and findings: one way for web, JSON and command line."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lettergen import forms
from lettergen.definitions import Folders, Library

DAY = date(2026, 11, 20)
DEFINITION = """
title = "Note"
family = "general"
summary = "A note."
minutes = 3
[identifies]
given_name = "given_name"
family_name = "family_name"
date_of_birth = "born"
date = "written_on"
[sections.about]
title = "About"
[fields.practice_name]
section = "about"
type = "text"
label = "Practice"
from = "practice.name"
required = true
[fields.practice_address]
type = "paragraph"
label = "Address"
from = "practice.address"
[fields.signer_name]
type = "text"
label = "Signer"
from = "signer.name"
[fields.given_name]
type = "text"
label = "Given name"
format = "name"
max = 20
required = true
[fields.family_name]
type = "text"
label = "Family name"
[fields.born]
type = "date"
label = "Born"
not_after = "today"
within_years = 120
[fields.written_on]
type = "date"
label = "Written on"
default = "today"
not_before = "born"
[fields.kind]
type = "choice"
label = "Kind"
options.long = "A long one"
options.short = "A short one"
[fields.story]
type = "paragraph"
label = "Story"
show_if = { kind = "long" }
required = true
min = 5
max = 200
soft_max = 50
max_lines = 3
[fields.flags]
type = "choices"
label = "Flags"
options.red = "Red"
options.blue = "Blue"
options.none = "None of these"
exclusive = ["none"]
[fields.units]
type = "integer"
label = "Units"
min = 0
max = 400
unit = "units a week"
words = { not_asked = "Not asked" }
[fields.low]
type = "decimal"
label = "Low"
less_than = "high"
[fields.high]
type = "decimal"
label = "High"
[fields.agreed]
type = "tick"
label = "Agreed"
[fields.medicines]
type = "lines"
label = "Medicines"
none = "None"
min = 2
max = 40
max_items = 12
[fields.scales]
type = "repeat"
label = "Scale"
max = 12
fields.name = { type = "text", label = "Name", required = true }
fields.on = { type = "date", label = "Date", not_after = "today" }
fields.rater = { type = "choice", label = "Rated by", options = { self = "Self", other = "Other" } }
fields.whom = { type = "text", label = "Whom", show_if = { rater = "other" }, required = true }
[fields.contact]
type = "group"
label = "Contact"
fields.phone = { type = "text", label = "Phone", format = "phone" }
[fields.register]
type = "choice"
label = "Register"
options.GMC = "General Medical Council"
[fields.number]
type = "text"
label = "Number"
format = "registration"
format_of = "register"
[computed.age]
function = "age_on"
of = ["born", "written_on"]
[[rules]]
id = "N1"
level = "stop"
when = { count_at_least = { missing = 1 } }
message = "Fill in: {missing}"
source = "own"
[[rules]]
id = "N2"
level = "warn"
when = { holds_any = { flags = ["red"] } }
message = "Red at {age}"
source = "own"
[[rules]]
id = "N3"
level = "warn"
clear = "acknowledge"
when = { units = "not_asked" }
message = "Not asked"
source = "own"
[[rules]]
id = "N4"
level = "info"
when = { at_least = { pages = 3 } }
message = "Long"
source = "own"
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    (folder / "note.toml").write_text(DEFINITION)
    (folder / "note.html").write_text("<h1>{{ answers.given_name }}</h1>")
    return Library(Folders((folder,), (folder,)))


@pytest.fixture(scope="module")
def kind(library):
    return library.get("note")


@pytest.fixture
def read(library, kind):
    def read(answers=None, typed=None, **more):
        given = {"practice_name": "Example Surgery", "given_name": "Zoë"}
        posted = forms.flatten(kind, given if answers is None else {**given, **answers})
        posted = {**posted, **(typed or {})}
        return forms.read(kind, posted, on=DAY, directories=library.directories, **more)

    return read


def test_a_sound_form_can_be_issued(read):
    reading = read()

    assert reading.is_issuable
    assert reading.answers["given_name"] == "Zoë"
    assert reading.errors == {}


def test_blank_and_hidden_answers_are_absent(read):
    reading = read({"kind": "short", "story": "told at length", "family_name": "  "})

    assert "story" not in reading.answers
    assert "story" not in reading.shown
    assert "family_name" not in reading.answers


def test_the_checks_of_a_hidden_question_do_not_run(read):
    assert read({"kind": "short", "story": "x"}).is_issuable
    assert read({"kind": "long", "story": "x"}).errors["story"]


def test_a_required_question_is_missing_only_while_it_is_asked(read):
    assert read({"kind": "long"}).missing == ("story",)
    assert read({"kind": "short"}).missing == ()


def test_a_missing_answer_is_named_by_its_label(read):
    assert read({"kind": "long"}).stops[0].message == "Fill in: Story"
    assert read({"kind": "long"}).stops[0].fields == ("story",)


def test_an_unsound_answer_is_wrong_and_not_missing(read):
    reading = read({"scales": [{"name": "PHQ-9", "on": "2026-02-30"}]}, {"units": ["lots"]})

    assert set(reading.errors) == {"units", "scales.0.on"}
    assert reading.missing == ()


def test_a_date_within_a_row_is_compared_too(read):
    reading = read({"scales": [{"name": "AQ", "on": "2026-11-21"}]})

    assert "after today" in reading.errors["scales.0.on"][0]


@pytest.mark.parametrize(("rater", "is_asked"), [("other", True), ("self", False)])
def test_a_question_in_a_row_is_asked_by_the_answers_of_its_own_row(read, rater, is_asked):
    reading = read({"scales": [{"name": "AQ", "rater": rater}]})

    assert ("scales.0.whom" in reading.shown) is is_asked
    assert ("scales.0.whom" in reading.missing) is is_asked


def test_a_hidden_question_in_a_row_is_forgotten_and_not_checked(read):
    reading = read({"scales": [{"name": "AQ", "rater": "self", "whom": "x" * 30_000}]})

    assert reading.answers["scales"] == [{"name": "AQ", "rater": "self"}]
    assert reading.errors == {}


@pytest.mark.parametrize(("number", "is_sound"), [("9000001", True), ("900001", False)])
def test_a_registration_number_goes_by_its_register(read, number, is_sound):
    reading = read({"register": "GMC", "number": number})

    assert ("number" not in reading.errors) is is_sound


def test_a_date_may_come_in_three_boxes_or_whole(read):
    boxes = {"born-day": ["3"], "born-month": ["2"], "born-year": ["2001"]}

    assert read(typed=boxes).answers["born"] == "2001-02-03"
    assert read({"born": "2001-02-03"}).answers["born"] == "2001-02-03"


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        (("31", "2", "2001"), "does not exist"),
        (("", "2", "2001"), "also needs a day"),
        (("3", "", ""), "a month and a year"),
        (("3", "2", "01"), "does not exist|four digits"),
        (("x", "2", "2001"), "does not exist"),
        (("21", "11", "2026"), "after today"),
        (("1", "1", "1900"), "more than 120 years"),
    ],
)
def test_a_date_that_cannot_be_says_why_and_stays_as_it_was_typed(read, boxes, words):
    names = ("born-day", "born-month", "born-year")

    reading = read(typed={name: [text] for name, text in zip(names, boxes, strict=True)})

    assert re.search(words, reading.errors["born"][0])
    assert tuple(reading.form["born"].parts.values()) == boxes


def test_one_answer_is_checked_against_another(read):
    assert "lower than “High”" in read({"low": 90, "high": 80}).errors["low"][0]
    assert (
        "before “Born”"
        in read({"born": "2020-01-01", "written_on": "2019-01-01"}).errors["written_on"][0]
    )


def test_an_exclusive_option_stands_alone(read):
    assert "cannot go with" in read({"flags": ["none", "red"]}).errors["flags"][0]
    assert read({"flags": ["none"]}).errors == {}


def test_a_number_may_be_an_agreed_word(read):
    assert read({"units": "not_asked"}).answers["units"] == "not_asked"
    assert read({"units": 0}).answers["units"] == 0
    assert "from 0 to 400 units a week" in read({"units": 401}).errors["units"][0]


def test_a_whole_decimal_is_kept_without_its_zero(read):
    assert read({"high": 178.0}).answers["high"] == 178
    assert read({"high": "81,5"}).answers["high"] == 81.5


def test_lines_can_be_pasted_and_none_stands_alone(read):
    pasted = read(typed={"medicines": ["Drug one\r\n\r\n  Drug two \n"]})
    assert pasted.answers["medicines"] == ["Drug one", "Drug two"]

    ticked = read(typed={"medicines-none": ["y"]})
    assert ticked.answers["medicines"] == ["None"]

    both = read(typed={"medicines": ["Drug one"], "medicines-none": ["y"]})
    assert "cannot go with" in both.errors["medicines"][0]


def test_a_thirteenth_row_is_refused_and_not_dropped(read):
    rows = [{"name": f"Scale {number}"} for number in range(13)]

    reading = read({"scales": rows, "medicines": [f"Drug {number}" for number in range(13)]})

    assert "at most 12" in reading.errors["scales"][0].lower()
    assert "there are 13" in reading.errors["medicines"][0]
    assert len(reading.answers["scales"]) == 13


def test_a_blank_row_is_no_row_and_gaps_close(read):
    typed = {"scales-0-name": ["A"], "scales-1-name": [""], "scales-4-name": ["B"]}

    assert read(typed=typed).answers["scales"] == [{"name": "A"}, {"name": "B"}]


def test_a_question_within_a_row_can_be_missing(read):
    reading = read({"scales": [{"name": "A"}, {"on": "2026-01-01"}]})

    assert reading.missing == ("scales.1.name",)
    assert reading.stops[0].message == "Fill in: Scale: 2: Name"


def test_a_long_text_is_refused_by_its_length_and_never_cut(read):
    reading = read({"kind": "long", "story": "x" * 201})

    assert "there are 201" in reading.errors["story"][0]
    assert len(reading.form["story"].data) == 201


def test_a_soft_limit_only_advises(read):
    reading = read({"kind": "long", "story": "x" * 60})

    assert reading.errors == {}
    assert "60 characters" in reading.advice["story"][0]


def test_a_warning_is_settled_by_a_reason_of_ten_characters(read):
    assert not read({"flags": ["red"]}).is_issuable
    assert not read({"flags": ["red"], "override_reasons": {"N2": "short"}}).is_issuable
    assert read({"flags": ["red"], "override_reasons": {"N2": "discussed at length"}}).is_issuable


def test_an_acknowledgement_settles_only_where_it_is_enough(read):
    acknowledged = {"override_reasons": {"N2": "acknowledged", "N3": "acknowledged"}}

    assert read({"units": "not_asked", **acknowledged}).is_issuable
    assert not read({"flags": ["red"], **acknowledged}).is_issuable


def test_the_reason_for_a_warning_that_is_gone_is_forgotten(read):
    reading = read({"override_reasons": {"N2": "discussed at length"}})

    assert "override_reasons" not in reading.answers


def test_a_rule_may_look_at_the_length_of_the_letter(read):
    assert [one.rule_id for one in read(pages=3).info] == ["N4"]
    assert read(pages=2).info == ()
    assert read().info == ()


def test_records_go_before_what_was_typed(read):
    reading = read(supplied={"practice_name": "Record Surgery"})

    assert reading.answers["practice_name"] == "Record Surgery"


def test_every_unknown_name_and_wrong_type_is_named(kind):
    answers = {
        "given_nme": "Zoë",
        "born": 2001,
        "flags": "red",
        "agreed": "yes",
        "scales": [{"name": "A", "score": 1}],
        "contact": {"fax": "1"},
        "units": True,
        "kind": ["long"],
    }

    with pytest.raises(forms.AnswersUnreadable) as wrong:
        forms.flatten(kind, answers)

    assert set(wrong.value.errors) == {
        "given_nme", "born", "flags", "agreed", "scales.0.score", "contact.fax", "units", "kind",
    }  # fmt: skip


def test_an_unknown_posted_name_is_an_error_and_no_answer(read):
    reading = read(typed={"given_nmae": ["Zoë"], "scales-0-scor": ["1"], "contact-phone": [""]})

    assert set(reading.errors) == {"given_nmae", "scales-0-scor"}


@pytest.mark.parametrize("answers", [None, [], "text", 3])
def test_what_is_no_object_is_unreadable(kind, answers):
    with pytest.raises(forms.AnswersUnreadable):
        forms.flatten(kind, answers)


def test_ten_megabytes_are_refused(kind):
    with pytest.raises(forms.AnswersUnreadable, match="longer than"):
        forms.flatten(kind, {"story": "x" * 10_000_000})


def test_defaults_are_typed_for_the_clinician_and_can_be_changed(kind):
    assert forms.initial(kind, DAY) == {"written_on": ["2026-11-20"]}


def test_a_letter_sees_words_beside_codes_and_nothing_it_can_call(read):
    reading = read(
        {"kind": "long", "story": "told", "flags": ["red", "blue"], "units": "not_asked"},
        supplied={"practice_address": "1 Specimen Lane\n\nLondon"},
    )

    values = forms.letter_values(reading, day=DAY)

    assert values["said"]["kind"] == "A long one"
    assert values["said"]["flags"] == ["Red", "Blue"]
    assert values["said"]["units"] == "Not asked"
    assert values["answers"]["family_name"] is None
    assert values["answers"]["medicines"] == []
    assert values["practice"]["address_lines"] == ["1 Specimen Lane", "London"]
    assert values["patient"]["initials"] == "Z"
    assert _is_plain(values)


def _is_plain(value):
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(one) for key, one in value.items())
    if isinstance(value, list):
        return all(_is_plain(one) for one in value)
    return value is None or isinstance(value, (str, int, float, bool))


POSTED = st.dictionaries(
    st.sampled_from(
        [
            "given_name", "born", "born-day", "born-month", "born-year", "kind", "story", "flags",
            "units", "low", "high", "agreed", "medicines", "medicines-none", "scales-0-name",
            "scales-7-on", "scales-0-on-day", "contact-phone", "override_reasons-N2", "nonsense",
        ]
    ),
    st.lists(
        st.one_of(
            st.text(max_size=30),
            st.sampled_from(["long", "red", "none", "12", "-1", "2001-01-01", "{{ 7*7 }}", "<b>"]),
        ),
        max_size=3,
    ),
)  # fmt: skip


@settings(max_examples=200)
@given(POSTED)
def test_whatever_is_posted_is_read_without_a_fault_and_told_apart(library, kind, typed):
    reading = forms.read(kind, typed, on=DAY, directories=library.directories)

    assert set(reading.answers) <= set(reading.shown)
    assert not set(reading.missing) & set(reading.errors)
    assert _is_plain(forms.letter_values(reading, day=DAY))
    assert ("story" in reading.shown) == (reading.answers.get("kind") == "long")


TREES = st.fixed_dictionaries(
    {"given_name": st.sampled_from(["Zoë", "Nguyễn", "محمد"])},
    optional={
        "born": st.dates(date(1950, 1, 1), DAY).map(date.isoformat),
        "kind": st.just("long"),
        "flags": st.sampled_from([["red"], ["none"], ["red", "blue"]]),
        "units": st.one_of(st.integers(0, 400), st.just("not_asked")),
        "high": st.integers(0, 2000).map(lambda n: n / 10),
        "agreed": st.booleans(),
        "medicines": st.lists(st.sampled_from(["Drug one", "Drug two"]), min_size=1, max_size=5),
        "scales": st.lists(st.just({"name": "PHQ-9", "on": "2026-01-02"}), min_size=1, max_size=5),
        "contact": st.just({"phone": "020 7946 0101"}),
    },
)


@settings(max_examples=100)
@given(TREES)
def test_sound_answers_come_back_as_they_were_given(library, kind, answers):
    reading = forms.read(
        kind, forms.flatten(kind, answers), on=DAY, directories=library.directories
    )

    assert reading.errors == {}
    assert {name: reading.answers[name] for name in answers} == answers
