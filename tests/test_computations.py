"""Named values that are computed from answers."""

import pytest

from lettergen import computations as c


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        ("2008-11-20", "2026-11-20", 18),
        ("2008-11-21", "2026-11-20", 17),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
        ("2026-11-20", "2026-11-20", 0),
        ("2026-11-21", "2026-11-20", None),
        (None, "2026-11-20", None),
    ],
)
def test_age_counts_whole_years(born, on, age):
    assert c.age_on(born, on) == age


@pytest.mark.parametrize(
    ("age", "band"),
    [(4, "under5"), (5, "child"), (15, "child"), (16, "young_person"), (18, "adult"), (None, None)],
)
def test_age_bands_begin_on_birthdays(age, band):
    assert c.age_band(age) == band


def test_the_usual_count_changes_at_seventeen():
    assert c.by_age(16, under={"17": 6}, otherwise=5) == 6
    assert c.by_age(17, under={"17": 6}, otherwise=5) == 5
    assert c.by_age(None, under={"17": 6}, otherwise=5) is None


def test_a_threshold_is_reached_by_one_count_and_not_by_their_sum():
    assert c.any_at_least(3, 3, 5) is False
    assert c.any_at_least(5, 0, 5) is True
    assert c.any_at_least(5, 0, None) is None


def test_bmi_is_for_adults_only():
    assert c.bmi(178, 81.5, 28) == 25.7
    assert c.bmi(131, 27.4, 9) is None
    assert c.bmi(178, None, 28) is None


def test_an_open_end_of_a_range_lets_everything_through():
    assert c.in_range(90, 18, None) is True
    assert c.in_range(17, 18, None) is False
    assert c.in_range(None, 18, 25) is None


def test_a_looked_up_fact_is_reached_by_its_dotted_name():
    records = {"Example Service": {"needs": {"asrs_form": False}}}

    def fact(name, otherwise):
        return c.looked_up(
            name,
            lookup=lambda _, name: records.get(name),
            directory="services",
            fact="needs.asrs_form",
            otherwise=otherwise,
        )

    assert fact("Example Service", otherwise=True) is False
    assert fact("Another", otherwise=True) is True
    assert fact(None, otherwise=True) is True


def test_months_are_whole_months():
    assert c.months_between("2009-05-20", "2026-11-20") == 210
    assert c.months_between("2009-05-21", "2026-11-20") == 209


def test_a_call_that_no_function_answers_to_is_a_fault():
    assert c.fault("age_on", 2, {}) is None
    assert "no function" in c.fault("eval", 1, {})
    assert c.fault("age_on", 1, {}) is not None
    assert c.fault("by_age", 1, {"under": {}}) is not None
    assert c.fault("looked_up", 1, {"directory": "d", "fact": "f"}) is None


def test_a_value_of_another_kind_is_unknown_to_a_function():
    assert c.work_out("in_range", ["not_asked", 1, 2], {}) is None
    assert c.work_out("age_on", ["yesterday", "2026-11-20"], {}) is None
    assert c.work_out("same", [3, "a"], {}) is None
    assert c.work_out("any_at_least", [1, "many", 3, 2], {}) is None
    assert c.work_out("count", ["long"], {}) == 0
