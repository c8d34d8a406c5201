"""A period falls into whole months, weeks and days, none of them twice and none missing."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lettergen.workload import Period
from lettergen.workload.periods import last_day
from lettergen.workload.spans import DAY, MONTH, SPANS, WEEK, first_of, pieces

days = st.dates(date(2023, 1, 1), date(2026, 12, 31))


@given(days, st.integers(0, 150))
def test_the_pieces_of_a_period_are_all_of_its_days_in_whole_spans(since, length):
    period = Period(since, since + timedelta(days=length))

    found = list(pieces(period))

    every = [day for _, piece in found for day in days_of(piece)]
    assert sorted(every) == list(days_of(period))
    for span, piece in found:
        assert piece.since == first_of(span, piece.since)
        after = piece.until + timedelta(days=1)
        assert after == first_of(span, after)


@given(days)
def test_a_week_lies_in_one_month_and_holds_at_most_ten_days(day):
    week = first_of(WEEK, day)

    assert first_of(MONTH, week) == first_of(MONTH, day)
    assert timedelta(0) <= day - week <= timedelta(days=9)


@pytest.mark.parametrize(
    ("since", "until", "spans"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), [MONTH]),
        (date(2026, 10, 8), date(2026, 10, 21), [WEEK]),
        (date(2026, 10, 22), last_day(date(2026, 10, 22)), [WEEK]),
        (date(2026, 10, 9), date(2026, 10, 12), [DAY]),
        (date(2026, 9, 10), date(2026, 10, 20), [DAY, WEEK, DAY]),
        (date(2026, 8, 31), date(2026, 10, 8), [MONTH, DAY, WEEK, DAY]),
    ],
)
def test_a_period_takes_the_longest_spans_that_fit(since, until, spans):
    assert [span for span, _ in pieces(Period(since, until))] == spans
    assert set(spans) <= set(SPANS)


def days_of(period):
    for one in range((period.until - period.since).days + 1):
        yield period.since + timedelta(days=one)
