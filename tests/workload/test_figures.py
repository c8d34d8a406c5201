"""Every figure of a small ledger is what it comes to by hand, kept or counted from the rows."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, select

from lettergen import workload
from lettergen.models import NotAllowed, Requester, WorkLedger
from lettergen.workload import MEASURES, Filter, Period

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
# GP 1,200 + 600 s measured and 9 min stated; desk 30 + 90 + 60 s measured and 2 min stated.
PENCE = 30 * 450 + 9 * 450 + 3 * 40 + 2 * 40
BY_HAND = {
    "requests": 3,
    "requests_per_1000": 0.3,
    "decided": 4,
    "avoided": 1,
    "minutes_avoided": 10 - 0.5 - 2,
    "minutes_measured": 33,
    "minutes_stated": 11,
    "minutes_expected": 15,
    "gp_minutes": 39,
    "appointments": 3.9,
    "cost": PENCE,
    "recovered": 5_000,
    "net": 5_000 - PENCE,
    "recovery": 5_000 / PENCE * 100,
    "invoiced": 12_000,
    "released": 2,
    "turnaround_median": 6,
    "turnaround_90th": 6,
    "in_target": 0,
    "access_median": 39,
    "access_90th": 39,
    "breaches": 1,
    "reopen_rate": 50,
    "fees_refused": 0,
    "seconds_to_outcome": 60,
    "disagreed": 25,
    "waivers": 1,
    "waived_value": 2_500,
    "letters": 2,
    "discarded": 0,
    "pages": 2,
    "timed": 5,
}


@pytest.fixture
def manager(sessions, people, small_ledger):
    patients = {"list_sizes": [{"from": "2026-10-01", "patients": 10_000}]}
    with sessions.begin() as session:
        workload.save(session, people.manager, patients, at=AT)
    return people.manager


def test_every_figure_is_what_it_comes_to_by_hand(session, manager):
    found = workload.total(session, manager, NOVEMBER)

    assert set(BY_HAND) == set(MEASURES)
    assert found.values == pytest.approx(BY_HAND)


def test_figures_are_the_same_without_the_kept_sums(session, manager):
    session.execute(delete(WorkLedger))

    assert workload.total(session, manager, NOVEMBER).values == pytest.approx(BY_HAND)


def test_a_rate_counts_the_days_from_the_beginning_of_the_log_up_to_today(session, manager):
    autumn = Period(date(2026, 9, 1), date(2026, 11, 30))
    middle = date(2026, 11, 15)

    def rate(period, **more):
        return workload.total(session, manager, period, **more)["requests_per_1000"]

    months = workload.lines(session, manager, autumn, "month", today=middle)
    days = workload.lines(session, manager, NOVEMBER, "day", today=middle)
    classes = workload.lines(session, manager, NOVEMBER, "requester_class", today=middle)
    league = workload.league(session, manager, NOVEMBER, least=1, today=middle)
    compared = workload.compare(session, manager, NOVEMBER, today=middle)

    # Of 10,000 patients three asked in half of November, and one in October, when the log began.
    assert rate(NOVEMBER, today=middle) == pytest.approx(0.6)
    assert rate(autumn, today=middle) == pytest.approx(4 / 10 / 1.5)
    assert rate(Period(NOVEMBER.since, middle)) == pytest.approx(0.6)
    assert [one["requests_per_1000"] for one in months] == [None, pytest.approx(0.1), 0.6]
    assert [one["requests_per_1000"] for one in days[13:17]] == [0, 0, None, None]
    assert {one.key: one["requests_per_1000"] for one in classes}["employer"] == pytest.approx(0.4)
    assert [one["requests_per_1000"] for one in league] == pytest.approx([0.4, 0.2, 0])
    assert compared.this["requests_per_1000"] == pytest.approx(0.6)
    assert compared.year_ago["requests_per_1000"] is None


def test_every_measure_says_what_it_is():
    for one in MEASURES.values():
        assert one.title
        assert one.facts
        assert one.definition.endswith(".")
        assert len(one.definition) > 25


def test_the_rows_of_a_figure_add_up_to_it(session, manager):
    counted = {
        "requests": "received",
        "avoided": "avoided",
        "decided": "decided",
        "recovered": "received_pence",
        "waivers": "waived",
        "released": "released",
    }

    for measure, fact in counted.items():
        rows = workload.rows_of(session, manager, measure, NOVEMBER).rows
        assert sum(row.amounts[fact] for row in rows) == BY_HAND[measure], measure


def test_the_rows_of_a_line_are_its_own(session, manager):
    back = workload.rows_of(session, manager, "decided", NOVEMBER, group={"outcome": "REDIRECT"})
    works = workload.rows_of(session, manager, "minutes_stated", NOVEMBER, Filter(type="gym"))

    assert [row.work.rule for row in back.rows] == ["R10"]
    assert [row.work.kind for row in works.rows] == ["replied"]


def test_rows_come_page_by_page_and_never_twice(session, manager):
    first = workload.rows_of(session, manager, "decided", NOVEMBER, limit=3)
    second = workload.rows_of(session, manager, "decided", NOVEMBER, limit=3, after=first.after)

    assert (len(first.rows), len(second.rows), second.after) == (3, 1, None)
    assert not {row.work.id for row in first.rows} & {row.work.id for row in second.rows}


def test_a_row_that_was_corrected_is_not_among_the_rows(session, manager):
    rows = workload.rows_of(session, manager, "minutes_stated", NOVEMBER).rows

    assert sorted(row.work.minutes_stated for row in rows) == [2, 9]


def test_a_group_has_a_line_for_each_value(session, manager, small_ledger):
    outcomes = {one.key: one["decided"] for one in workload.lines(
        session, manager, NOVEMBER, "outcome") if one["decided"]}  # fmt: skip
    asked = {one.label: one["requests"] for one in workload.lines(
        session, manager, NOVEMBER, "requester") if one.key}  # fmt: skip
    payers = {one.key: one["recovery"] for one in workload.lines(
        session, manager, NOVEMBER, "payer")}  # fmt: skip

    assert outcomes == {"DECLINE": 1, "REDIRECT": 1, "ORG_FEE": 2}
    assert asked == {"Example Gym": 1, "Example Works": 2}
    assert payers["organisation"] == pytest.approx(5_000 / (20 * 450) * 100)


def test_a_month_without_work_has_a_line_too(session, manager):
    found = workload.lines(session, manager, Period(date(2026, 9, 1), date(2026, 11, 30)), "month")

    assert [(one.key, one["requests"]) for one in found] == [
        ("2026-09", 0), ("2026-10", 1), ("2026-11", 3),
    ]  # fmt: skip


@pytest.mark.parametrize("key", MEASURES)
def test_one_measure_alone_says_what_it_says_among_all(session, manager, key):
    whole = workload.lines(session, manager, NOVEMBER, "month")
    alone = workload.lines(session, manager, NOVEMBER, "month", only=[key])

    assert [dict(one.values) for one in alone] == [{key: one[key]} for one in whole]


def test_every_day_has_a_line(session, manager):
    days = Period(date(2026, 11, 1), date(2026, 11, 4))

    found = [workload.lines(session, manager, days, "day", where) for where in (
        workload.ALL, Filter(family="third-party"))]  # fmt: skip

    assert [one.key for one in found[0]] == [f"2026-11-0{day}" for day in (1, 2, 3, 4)]
    assert [[one["requests"] for one in lines] for lines in found] == [[0, 1, 1, 1]] * 2


def test_an_organisation_counts_with_those_that_were_merged_into_it(session, manager, small_ledger):
    gym, works = small_ledger
    session.get_one(Requester, gym).merged_into_id = works

    lines = workload.lines(session, manager, NOVEMBER, "requester")
    filtered = workload.total(session, manager, NOVEMBER, Filter(requester=works))

    assert [(one.label, one["requests"]) for one in lines if one.key] == [("Example Works", 3)]
    assert filtered["requests"] == 3


def test_the_league_names_nobody_with_few_requests(session, manager, small_ledger):
    assert [one.label for one in workload.league(session, manager, NOVEMBER)] == [
        "Others, not named"
    ]
    assert [one.label for one in workload.league(session, manager, NOVEMBER, least=2)] == [
        "Example Works", "Others, not named",
    ]  # fmt: skip


def test_a_month_stands_beside_the_month_before_and_the_year_before(session, manager):
    whole = workload.compare(session, manager, NOVEMBER, today=date(2026, 11, 30))
    same = workload.compare(session, manager, NOVEMBER, today=date(2026, 11, 3))

    assert [one["requests"] for one in (whole.this, whole.last, whole.year_ago)] == [3, 1, 0]
    assert (whole.is_so_far, same.is_so_far) == (False, True)
    assert [one.label for one in same.periods] == [
        "1 November 2026 to 3 November 2026",
        "1 October 2026 to 3 October 2026",
        "1 November 2025 to 3 November 2025",
    ]
    assert same.this["requests"] == 2


def test_what_is_owed_is_told_by_age_and_payer(session, manager, small_ledger):
    _, works = small_ledger

    (young,) = workload.unpaid(session, manager, date(2026, 12, 5))
    (old,) = workload.unpaid(session, manager, date(2026, 12, 6), by="requester")

    assert (young.key, young.young, young.over_30) == ("organisation", 7_000, 0)
    assert (old.key, old.label, old.over_30, old.total) == (works, "Example Works", 7_000, 7_000)


def test_a_clinician_sees_the_own_figures_only(session, people, small_ledger):
    lines = workload.lines(session, people.clinician, NOVEMBER, "staff")

    assert [(one.label, one["gp_minutes"]) for one in lines] == [("Dr Casey Clinician", 39)]
    with pytest.raises(NotAllowed):
        workload.total(
            session, people.clinician, NOVEMBER, Filter(staff=people.receptionist.staff_id)
        )
    with pytest.raises(NotAllowed):
        workload.rows_of(
            session, people.clinician, "timed", NOVEMBER,
            group={"staff": people.receptionist.staff_id},
        )  # fmt: skip


def test_rows_do_not_name_other_people_to_a_clinician(session, people, small_ledger):
    rows = workload.rows_of(session, people.clinician, "timed", NOVEMBER).rows

    assert {row.staff_name for row in rows} == {"", "Dr Casey Clinician"}


def test_a_stranger_finds_an_empty_ledger_that_makes_sense(session, people, small_ledger):
    found = workload.total(session, people.stranger, NOVEMBER)

    assert set(found.values.values()) <= {0, None}
    assert found["turnaround_median"] is None
    assert workload.lines(session, people.stranger, NOVEMBER, "type") == []
    assert workload.league(session, people.stranger, NOVEMBER) == []
    assert workload.unpaid(session, people.stranger, date(2026, 12, 31)) == []
    assert workload.rows_of(session, people.stranger, "requests", NOVEMBER).rows == []


def test_sums_are_kept_with_the_rows(session, manager):
    assert session.scalar(select(WorkLedger.edition)) is not None
    assert workload.verify(session, manager.practice_id) == []
