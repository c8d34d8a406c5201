"""The closed vocabulary of conditions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lettergen.conditions import NotACondition, parse

NAMES = st.sampled_from(["route", "age", "flags", "note"])
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 120),
    st.text(max_size=4),
    st.lists(st.sampled_from(["a", "b", "none"]), max_size=3, unique=True),
)
OPTIONS = st.lists(st.sampled_from(["a", "b", "none"]), min_size=1, max_size=3)
TESTS = st.one_of(
    st.dictionaries(NAMES, st.text(max_size=4), min_size=1, max_size=1),
    st.builds(lambda name: {"blank": name}, NAMES),
    st.builds(lambda name: {"not_blank": name}, NAMES),
    st.builds(lambda name, n: {"at_least": {name: n}}, NAMES, st.integers(0, 99)),
    st.builds(lambda name, n: {"at_most": {name: n}}, NAMES, st.integers(0, 99)),
    st.builds(lambda name, codes: {"holds_any": {name: codes}}, NAMES, OPTIONS),
    st.builds(lambda name, codes: {"holds_none": {name: codes}}, NAMES, OPTIONS),
    st.builds(lambda name, n: {"count_at_least": {name: n}}, NAMES, st.integers(0, 4)),
)


def holds(table, **values):
    return parse(table).holds(values)


def test_equals_a_value_or_one_of_several():
    assert holds({"route": "rtc"}, route="rtc")
    assert holds({"route": ["rtc", "icb"]}, route="icb")
    assert not holds({"route": "rtc"}, route="local")
    assert not holds({"route": "rtc"})


def test_true_is_not_one():
    assert not holds({"agreed": True}, agreed=1)
    assert not holds({"count": 1}, count=True)


def test_false_is_an_answer_and_not_blank():
    assert holds({"not_blank": "agreed"}, agreed=False)
    assert holds({"not_blank": "units"}, units=0)


def test_all_entries_of_a_table_must_hold():
    table = {"route": "rtc", "at_least": {"age": 18}}

    assert holds(table, route="rtc", age=18)
    assert not holds(table, route="rtc", age=17)


def test_any_and_all_join_tables_one_level_deep():
    table = {"route": "rtc", "any": [{"registered": False}, {"holds_any": {"flags": ["x"]}}]}

    assert holds(table, route="rtc", registered=False)
    assert holds(table, route="rtc", flags=["x", "y"])
    assert not holds(table, route="rtc", registered=True, flags=[])
    with pytest.raises(NotACondition, match="one level deep"):
        parse({"any": [{"all": [{"route": "rtc"}]}]})


def test_nothing_but_blankness_holds_of_the_unknown():
    assert not holds({"at_most": {"age": 200}})
    assert not holds({"at_least": {"age": 0}})
    assert not holds({"holds_any": {"flags": ["a"]}})
    assert holds({"holds_none": {"flags": ["a"]}})
    assert holds({"blank": ["age", "flags"]}, flags=[])


@pytest.mark.parametrize(
    "table",
    [
        {},
        [],
        "route = rtc",
        {"any": []},
        {"any": {"route": "rtc"}},
        {"at_least": {"age": "18"}},
        {"at_least": {"age": True}},
        {"at_least": 18},
        {"blank": []},
        {"blank": 3},
        {"holds_any": {"flags": []}},
        {"route": []},
        {"route": {"python": "import os"}},
    ],
)
def test_anything_outside_the_vocabulary_is_refused(table):
    with pytest.raises(NotACondition):
        parse(table)


@given(TESTS, st.dictionaries(NAMES, VALUES))
def test_every_condition_answers_yes_or_no_for_any_values(table, values):
    assert parse(table).holds(values) in (True, False)


@given(st.lists(TESTS, min_size=1, max_size=3), st.dictionaries(NAMES, VALUES))
def test_any_and_all_mean_what_they_say(tables, values):
    single = [parse(table).holds(values) for table in tables]

    assert parse({"any": tables}).holds(values) == any(single)
    assert parse({"all": tables}).holds(values) == all(single)


@given(NAMES, VALUES)
def test_blank_and_not_blank_are_opposites(name, value):
    assert parse({"blank": name}).holds({name: value}) != parse({"not_blank": name}).holds(
        {name: value}
    )
