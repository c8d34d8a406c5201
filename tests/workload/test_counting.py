"""The rules of counting at their edges: pure, without a database."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from lettergen.models import Work
from lettergen.refusals import Refused
from lettergen.workload import Period, Tally, counting, measures, period, settings
from lettergen.workload.kinds import FREE

MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
TODAY = date(2026, 11, 20)
COSTS = {"from": "2026-04-01", "gp": 450, "nurse": 100, "administrator": 50, "receptionist": 40}


def row(kind: str, after_days: int = 0, **values) -> Work:
    at = MONDAY + timedelta(days=after_days)
    known = {"outcome": kind, "role": "receptionist", "request_id": "1" * 32}
    return Work(at=at, day=at.date(), kind=kind, **{**known, **values})


def summed(rows, name: str) -> int:
    return sum(part.amounts.get(name, 0) for part in counting.parts(rows))


def keyed(rows, fact: str) -> list[str]:
    return [key for part in counting.parts(rows) for known, key in part.spreads if known == fact]


@pytest.mark.parametrize(("days", "avoided"), [(0, 0), (30, 0), (31, 1)])
def test_avoided_is_what_did_not_come_back_within_thirty_days(days, avoided):
    rows = [row("triaged", outcome="REDIRECT"), row("reopened", days)]

    if days == 0:
        rows[1].at += timedelta(hours=1)

    assert summed(rows, "avoided") == avoided
    assert (summed(rows, "turned_away"), summed(rows, "came_back")) == (1, 1)


def test_the_last_decision_before_anything_happened_is_the_one_that_counts():
    rows = [row("triaged", outcome="HOLD"), row("triaged", 3, outcome="DECLINE")]

    (part,) = [one for one in counting.parts(rows) if one.amounts.get("decided")]

    assert (part.day, part.group.outcome) == (date(2026, 6, 4), "DECLINE")


def test_work_counts_under_what_the_request_turned_out_to_be():
    rows = [
        row("received", slug="other", requester_class="patient"),
        row("triaged", 1, slug="gym", requester_class="leisure_travel", outcome="DECLINE"),
        row("letter", 2, slug="lt1", family="general", outcome="issued"),
    ]

    groups = {(one.group.type, one.group.requester_class) for one in counting.parts(rows)}

    assert groups == {("gym", "leisure_travel")}


def test_a_request_that_turns_out_restricted_names_its_organisation_in_no_row():
    named = {"requester_id": "2" * 32}
    before = [row("received", **named), row("called", 1, minutes_stated=5, **named)]
    after = [*before, row("triaged", 2, outcome="LEGAL_DUTY", step="restricted")]

    assert {one.group.requester for one in counting.parts(before)} == {"2" * 32}
    assert {one.group.requester for one in counting.parts(after)} == {""}


def test_a_reply_is_one_letter_and_what_is_invoiced_is_none():
    rows = [
        row("triaged", outcome="ORG_FEE"),
        row("invoiced", 1, fee_pence=100),
        row("replied", 2, outcome="ORG_FEE", pages=2),
        row("letter", 3, outcome="issued", pages=1),
    ]

    assert (summed(rows, "letters"), summed(rows, "pages")) == (2, 3)


@pytest.mark.parametrize("outcome", FREE)
def test_a_fee_on_free_work_is_a_breach_once(outcome):
    rows = [
        row("triaged", outcome=outcome),
        row("quoted", 1, fee_pence=100),
        row("invoiced", 2, fee_pence=100),
    ]

    assert keyed(rows, "breach") == ["fee_on_free"]


@pytest.mark.parametrize(("payer", "is_breach"), [("patient", True), ("state", False)])
def test_a_patient_never_pays_for_what_a_public_body_pays(payer, is_breach):
    rows = [row("triaged", outcome="STATE_FEE"), row("paid", 1, fee_pence=100, payer=payer)]

    assert (keyed(rows, "breach") == ["fee_on_free"]) is is_breach


@pytest.mark.parametrize(("day", "is_late"), [(9, False), (10, True)])
def test_safeguarding_is_late_the_day_after_its_day(day, is_late):
    rows = [
        row("triaged", outcome="STATE_FEE", rule="R02"),
        row("released", day, due_on=date(2026, 6, 10)),
    ]

    assert (keyed(rows, "breach") == ["safeguarding_late"]) is is_late


def test_payments_settle_the_oldest_invoice_first():
    rows = [
        row("invoiced", 0, id="a", fee_pence=100),
        row("invoiced", 1, id="b", fee_pence=50),
        row("credited", 2, fee_pence=20),
        row("paid", 3, fee_pence=90),
    ]

    owed = {key: n for part in counting.parts(rows) for key, n in part.spreads.items()}

    assert owed == {("owed", "2026-06-02"): 40}


@pytest.mark.parametrize("sign", [1, -1])
def test_a_refund_takes_away_whatever_its_sign(sign):
    rows = [row("paid", fee_pence=100), row("refunded", 1, fee_pence=sign * 30)]

    assert summed(rows, "received_pence") == 70


@pytest.mark.parametrize(
    ("counted", "percent", "wanted"),
    [
        ({}, 50, None),
        ({"3": 1}, 90, 3),
        ({"1": 1, "2": 1}, 50, 1),
        ({"1": 1, "2": 1, "3": 1}, 50, 2),
        ({"2": 9, "10": 1}, 90, 2),
        ({"2": 8, "10": 2}, 90, 10),
        ({"9": 5, "10": 6}, 50, 10),
    ],
)
def test_a_centile_is_the_nearest_rank(counted, percent, wanted):
    assert measures.centile(counted, percent) == wanted


def test_half_and_nine_in_ten_are_told_apart():
    turnaround = {("turnaround", "1"): 5, ("turnaround", "4"): 3, ("turnaround", "7"): 1}
    access = {("access_days", "20"): 8, ("access_days", "35"): 2}
    waits = Counter({**turnaround, **access, ("turnaround", "30"): 1})
    given = measures.Tallied(
        Tally(spreads=waits), Period(TODAY, TODAY), settings.WorkloadSettings()
    )

    keys = ("turnaround_median", "turnaround_90th", "access_median", "access_90th")
    assert [measures.MEASURES[key].work_out(given) for key in keys] == [1, 7, 20, 35]


@pytest.mark.parametrize(("day", "in_target"), [(9, 1), (10, 0)])
def test_what_leaves_on_its_day_is_in_target(day, in_target):
    rows = [row("released", day, due_on=date(2026, 6, 10))]

    assert (summed(rows, "with_target"), summed(rows, "in_target")) == (1, in_target)


@pytest.mark.parametrize(
    ("since", "until", "why"),
    [
        (date(2026, 11, 2), date(2026, 11, 1), "Swap"),
        (date(2026, 11, 21), None, "not begun"),
        (date(2027, 1, 1), date(2027, 1, 31), "not begun"),
        (date(2026, 1, 1), date(2026, 12, 1), "in the future"),
        (date(1926, 1, 1), date(2026, 1, 1), "too long"),
        (date(1926, 1, 1), None, "too long"),
    ],
)
def test_a_period_that_cannot_be_is_refused(since, until, why):
    with pytest.raises(Refused, match=why):
        period(since, until, today=TODAY)


@pytest.mark.parametrize(
    ("since", "until", "label"),
    [
        (None, None, "November 2026"),
        (date(2026, 11, 1), None, "1 November 2026 to 20 November 2026"),
        (date(2026, 1, 1), date(2026, 6, 30), "January 2026 to June 2026"),
        (date(2026, 2, 3), date(2026, 2, 3), "3 February 2026"),
        (None, date(2026, 2, 28), "February 2026"),
    ],
)
def test_a_period_says_what_it_is(since, until, label):
    assert period(since, until, today=TODAY).label == label


def test_a_period_is_whole_months_and_the_days_at_its_ends():
    whole, edges = Period(date(2026, 1, 31), date(2026, 4, 1)).parts()
    none, all_of_it = Period(date(2026, 1, 2), date(2026, 2, 27)).parts()

    assert whole == Period(date(2026, 2, 1), date(2026, 3, 31))
    assert edges == [
        Period(date(2026, 1, 31), date(2026, 1, 31)),
        Period(date(2026, 4, 1), date(2026, 4, 1)),
    ]
    assert (none, all_of_it) == (None, [Period(date(2026, 1, 2), date(2026, 2, 27))])


@pytest.mark.parametrize(
    ("stored", "name"),
    [
        ([], "settings"),
        ({"colour": 1}, "colour"),
        ({"rates": "many"}, "rates"),
        ({"rates": [{"from": "2026-04-01"}]}, "rates.1"),
        ({"rates": [{**COSTS, "from": "2026-04-02"}]}, "rates.1"),
        ({"rates": [{**COSTS, "gp": 4.5}]}, "rates.1"),
        ({"list_sizes": [{"from": "soon", "patients": 1}]}, "list_sizes.1"),
        ({"list_sizes": [{"from": "2026-04-01", "patients": 0}]}, "list_sizes.1"),
        ({"list_sizes": [{"from": "2026-04-01", "patients": True}]}, "list_sizes.1"),
        ({"list_sizes": [{"from": "2026-04-01", "patients": 9}] * 2}, "list_sizes.2"),
    ],
)
def test_settings_that_cannot_be_are_named(stored, name):
    with pytest.raises(settings.BadWorkloadSettings) as refused:
        settings.read(stored)

    assert list(refused.value.errors) == [name]


def test_a_cost_is_what_the_month_cost():
    given = settings.read({"rates": [{**COSTS, "gp": 600}]})

    assert given.rates_of(date(2026, 3, 1)).pence["gp"] == 450
    assert given.rates_of(date(2026, 3, 1)).is_default
    assert given.rates_of(date(2026, 4, 1)).pence["gp"] == 600
    assert settings.read(given.stored()) == given


def test_a_list_size_holds_until_the_next_one():
    sizes = [{"from": "2026-06-30", "patients": 9}, {"from": "2026-01-01", "patients": 8}]

    given = settings.read({"list_sizes": sizes})

    assert [given.patients_of(date(2026, month, 1)) for month in (5, 6, 7)] == [8, 9, 9]
    assert given.patients_of(date(2025, 1, 1)) == 8
