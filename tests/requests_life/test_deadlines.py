"""Days by which something is due: months, pauses, days off, leap days and clock changes."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lettergen import working_days
from lettergen.calendar import local_day
from lettergen.models import RequestClock
from lettergen.refusals import Refused
from lettergen.requests.life import clocks, deadlines

OFF = working_days.england()
DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 1, date(2028, 3, 29)),
        (date(2026, 2, 28), 1, date(2026, 3, 28)),
        (date(2026, 8, 31), 3, date(2026, 11, 30)),
        (date(2026, 11, 20), 6, date(2027, 5, 20)),
        (date(2026, 12, 5), 1, date(2027, 1, 5)),
    ],
)
def test_a_month_ends_on_the_same_day_or_on_the_last_one(start, months, end):
    assert deadlines.months_after(start, months) == end


@given(DAYS, st.integers(0, 24))
def test_a_month_never_ends_in_another_month_nor_on_a_later_day(day, months):
    end = deadlines.months_after(day, months)

    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months
    assert end.day == min(day.day, monthrange(end.year, end.month)[1])


@pytest.mark.parametrize(
    ("received", "length", "due"),
    [
        (date(2026, 11, 3), "1m", date(2026, 12, 3)),
        (date(2026, 11, 26), "1m", date(2026, 12, 29)),
        (date(2026, 1, 31), "1m", date(2026, 3, 2)),
        (date(2026, 11, 26), "3m", date(2027, 2, 26)),
    ],
)
def test_a_copy_of_records_is_due_on_the_first_working_day_from_the_month_on(received, length, due):
    assert deadlines.reckon("subject_access", received, length, OFF) == due


def test_a_pause_moves_the_month_by_its_days_and_no_further():
    straight = deadlines.reckon("subject_access", date(2026, 11, 3), "1m", OFF)
    paused = deadlines.reckon("subject_access", date(2026, 11, 3), "1m", OFF, paused_days=4)

    assert (straight, paused) == (date(2026, 12, 3), date(2026, 12, 7))


@given(DAYS, st.integers(0, 60), st.sampled_from(["1m", "3m", "40d", "21d", "5w", "0w"]))
def test_more_time_lost_never_makes_a_day_earlier(start, lost, length):
    kind = "subject_access" if length.endswith("m") else "other"

    before = deadlines.reckon(kind, start, length, OFF)
    after = deadlines.reckon(kind, start, length, OFF, lost)

    assert before <= after
    assert start <= before


@pytest.mark.parametrize(
    ("applied", "told", "leaves"),
    [
        (date(2026, 11, 1), None, date(2026, 11, 22)),
        (date(2026, 11, 1), date(2026, 11, 10), date(2026, 12, 1)),
        (date(2026, 11, 10), date(2026, 11, 1), date(2026, 12, 1)),
        (date(2028, 2, 10), None, date(2028, 3, 2)),
    ],
)
def test_twenty_one_days_begin_with_the_later_of_application_and_wish(applied, told, leaves):
    assert deadlines.may_leave_on(applied, told) == leaves


@pytest.mark.parametrize(
    ("last_entry", "length"),
    [(None, "40d"), (date(2026, 10, 11), "21d"), (date(2026, 10, 10), "40d")],
)
def test_a_dead_persons_records_are_due_sooner_if_something_was_just_added(last_entry, length):
    assert deadlines.deceased_length(date(2026, 11, 20), last_entry) == length


@pytest.mark.parametrize(
    ("due", "role", "word"),
    [
        (date(2026, 11, 18), "red", "Late by 2 days"),
        (date(2026, 11, 19), "red", "Late by 1 day"),
        (date(2026, 11, 20), "red", "Due today"),
        (date(2026, 11, 22), "yellow", "Due before the next working day"),
        (date(2026, 11, 24), "yellow", "Due soon"),
        (date(2026, 11, 25), "green", "3 working days left"),
        (None, "grey", "No date"),
    ],
)
def test_a_light_says_in_words_what_its_colour_says(due, role, word):
    light = deadlines.light(due, date(2026, 11, 20), OFF, held=False)

    assert (light.role, light.word) == (role, word)
    assert light.is_late is word.startswith("Late")


@given(DAYS, st.integers(-400, 400))
def test_only_the_past_and_today_are_red_and_only_the_past_is_late(today, ahead):
    light = deadlines.light(today + timedelta(days=ahead), today, OFF, held=False)

    assert (light.role == "red") is (ahead <= 0)
    assert light.is_late is (ahead < 0)


def test_what_was_late_before_it_was_held_stays_red():
    clock = RequestClock(
        kind="target", length="5w", starts_on=date(2026, 11, 2), due_on=date(2026, 11, 9)
    )
    clock.paused_on = date(2026, 11, 10)
    assert clocks.light(clock, date(2026, 11, 12), OFF).is_late

    clock.paused_on = date(2026, 11, 9)
    assert clocks.light(clock, date(2026, 11, 12), OFF).role == "grey"


@pytest.mark.parametrize(
    ("stopped", "on", "working", "calendar"),
    [
        (date(2026, 11, 20), date(2026, 11, 23), 1, 3),
        (date(2026, 11, 20), date(2026, 11, 20), 0, 0),
        (date(2026, 12, 24), date(2026, 12, 29), 1, 5),
    ],
)
def test_a_pause_counts_in_what_its_clock_counts_in(stopped, on, working, calendar):
    held = RequestClock(kind="target", length="5w", paused_on=stopped)
    assert clocks.held_days(held, on, OFF) == working

    held.length = "1m"
    assert clocks.held_days(held, on, OFF) == calendar


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 28, 23, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 29, 23, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 59, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_the_day_of_receipt_is_the_day_in_england_around_a_clock_change(moment, day):
    assert local_day(moment) == day


def test_bank_holidays_are_englands_with_substitutes_for_those_on_weekends():
    assert {date(2026, 12, 25), date(2026, 12, 28), date(2027, 12, 27), date(2027, 12, 28)} <= OFF
    assert {date(2026, 4, 3), date(2023, 5, 8)} <= OFF
    assert date(2026, 1, 2) not in OFF  # Scotland's
    assert date(2026, 3, 17) not in OFF  # Northern Ireland's


@given(DAYS, st.integers(0, 40))
def test_after_and_between_count_the_same_working_days(day, count):
    end = working_days.after(day, count, OFF)

    assert working_days.is_working(end, OFF)
    assert working_days.between(day + timedelta(days=1), end, OFF) == count or count == 0


def test_a_practice_adds_days_of_its_own_and_a_broken_list_is_refused(tmp_path):
    (tmp_path / "consents").mkdir()
    own = tmp_path / "consents/bank-holidays.toml"
    own.write_text("training = [2026-11-24]")
    places = SimpleNamespace(forms_folders=(tmp_path,), template_folders=())

    assert working_days.holidays(places) == OFF | {date(2026, 11, 24)}

    for broken in ("training = [2026-11-24", "training = ['soon']", "training = 2026-11-24"):
        own.write_text(broken)
        with pytest.raises(Refused, match="bank-holidays"):
            working_days.holidays(places)
