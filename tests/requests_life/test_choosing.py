"""The fair choice of a writer, and one organisation under many spellings: calculations alone."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lettergen import working_days
from lettergen.requests.life import choosing, spellings
from lettergen.requests.life.choosing import Candidate

OFF = working_days.england()
FRIDAY = date(2026, 11, 20)
ANNE, BEN = Candidate("a", "Dr Anne"), Candidate("b", "Dr Ben")
PEOPLE = st.lists(
    st.builds(
        Candidate,
        staff_id=st.uuids().map(str),
        name=st.just("Dr"),
        days=st.sets(st.integers(0, 4)).map(lambda days: tuple(sorted(days))),
        share=st.integers(0, 150),
        minutes=st.integers(0, 500),
        given=st.integers(0, 40),
        is_locum=st.booleans(),
        takes_requests=st.booleans(),
        has_conflict=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda one: one.staff_id,
)


def chosen(*people: Candidate, minutes: int = 10, key: str = "r1") -> str | None:
    """The id of the one who is chosen on a Friday."""
    found = choosing.choose(people, minutes, key, FRIDAY, OFF)
    return found.staff_id if found else None


@pytest.mark.parametrize(
    ("change", "who"),
    [
        ({"minutes": 20}, "b"),
        ({"is_locum": True}, "b"),
        ({"has_conflict": True}, "b"),
        ({"takes_requests": False}, "b"),
        ({"share": 0}, "b"),
        ({"share": 20}, "b"),
        ({"given": 9}, "b"),
        ({"may_sign": False}, "b"),
        ({"away": ((FRIDAY, FRIDAY + timedelta(days=6)),)}, "b"),
        ({"minutes": -5}, "a"),
    ],
)
def test_the_work_goes_to_whoever_has_least_for_their_share_and_may_have_it(change, who):
    assert chosen(replace(ANNE, **change), BEN) == who


def test_load_is_weighed_by_the_share_of_a_full_week():
    half = replace(ANNE, share=50, minutes=20)

    assert chosen(half, replace(BEN, minutes=55)) == "a"
    assert chosen(half, replace(BEN, minutes=40)) == "b"


@pytest.mark.parametrize(
    ("until", "is_able"),
    [
        (date(2026, 11, 26), False),
        (date(2026, 11, 25), True),
        (date(2026, 11, 20), True),
    ],
)
def test_five_working_days_from_today_are_away_four_are_not(until, is_able):
    away = replace(ANNE, away=((date(2026, 11, 16), until),))

    assert choosing.is_able(away, FRIDAY, OFF) is is_able


def test_work_is_not_given_on_the_last_day_before_a_leave():
    leave = ((date(2026, 11, 23), date(2026, 12, 4)),)

    assert not choosing.is_able(replace(ANNE, away=leave), FRIDAY, OFF)
    assert choosing.is_able(replace(ANNE, away=leave), date(2026, 11, 19), OFF)


def test_two_absences_that_follow_each_other_are_one():
    both = ((FRIDAY, date(2026, 11, 23)), (date(2026, 11, 24), date(2026, 11, 27)))

    assert not choosing.is_able(replace(ANNE, away=both), FRIDAY, OFF)


def test_bank_holidays_do_not_count_as_days_away():
    away = replace(ANNE, away=((date(2026, 12, 24), date(2026, 12, 30)),))

    assert choosing.is_able(away, date(2026, 12, 24), OFF)


def test_a_trainee_takes_work_only_while_the_supervisor_can_sign():
    trainee = replace(ANNE, supervisor=BEN)
    gone = replace(BEN, away=((FRIDAY, FRIDAY + timedelta(days=30)),))

    assert choosing.is_able(trainee, FRIDAY, OFF)
    assert trainee.signer is BEN
    for signer in (gone, replace(BEN, has_conflict=True), replace(BEN, may_sign=False)):
        assert not choosing.is_able(replace(ANNE, supervisor=signer), FRIDAY, OFF)


def test_ties_are_drawn_by_lot_and_drawn_alike_each_time():
    alike = [replace(ANNE, staff_id=name) for name in "abcd"]
    drawn = Counter(chosen(*alike, key=f"request {n}") for n in range(400))

    assert set(drawn) == set("abcd")
    assert min(drawn.values()) > 60
    assert chosen(*alike, key="x") == chosen(*reversed(alike), key="x")


def test_nobody_is_chosen_where_nobody_can():
    assert chosen(replace(ANNE, is_locum=True)) is None
    assert chosen() is None


@given(PEOPLE, st.integers(1, 90), st.text(max_size=8))
def test_whoever_is_chosen_may_have_it_and_nobody_able_is_further_behind(people, minutes, key):
    found = choosing.choose(people, minutes, key, FRIDAY, OFF)
    able = [one for one in people if choosing.is_able(one, FRIDAY, OFF)]

    if found is None:
        assert able == []
        return
    assert found in able
    assert not found.is_locum
    assert not found.has_conflict
    least = choosing.excess(found, able, minutes)
    assert all(least <= choosing.excess(one, able, minutes) for one in able)


@pytest.mark.parametrize("is_done_at_once", [False, True])
@given(shares=st.lists(st.integers(20, 100), min_size=2, max_size=7))
def test_nobody_is_ever_more_than_one_letter_from_their_share(is_done_at_once, shares):
    people = [replace(ANNE, staff_id=str(n), share=share) for n, share in enumerate(shares)]

    for count in range(1, 61):
        found = choosing.choose(people, 10, str(count), FRIDAY, OFF)
        open_now = found.minutes if is_done_at_once else found.minutes + 10
        given_one = replace(found, minutes=open_now, given=found.given + 1)
        people = [given_one if one is found else one for one in people]

        fair = [count * share / sum(shares) for share in shares]
        assert all(abs(p.given - f) <= 1 for p, f in zip(people, fair, strict=True))


@pytest.mark.parametrize(
    "spellings_of_one",
    [
        ("University of Exampleton", "Exampleton University", "The Uni of Exampleton"),
        ("Brackenfold Logistics Ltd", "Brackenfold Logistics Limited", "BRACKENFOLD LOGISTICS"),
        ("Smith & Jones LLP", "Smith and Jones", "Jones and Smith LLP"),
        ("St. Mary's College", "Saint Marys College", "St Mary’s Coll."),
        ("Café Élan plc", "Cafe Elan"),
    ],
)
def test_spellings_of_one_name_meet(spellings_of_one):
    assert len({spellings.key_of(one) for one in spellings_of_one}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Exampleton University", "Exampleton College"),
        ("Smith Solicitors", "Smithson Solicitors"),
        ("Bank of Exampleton", "Exampleton Council"),
    ],
)
def test_different_organisations_stay_apart(one, other):
    assert spellings.key_of(one) != spellings.key_of(other)


def test_a_misspelt_name_is_alike_and_another_is_not():
    key = spellings.key_of("Exampleton University")

    assert spellings.likeness(key, spellings.key_of("Exampelton Univercity")) >= spellings.LIKE
    assert spellings.likeness(key, spellings.key_of("Northern Gas Works")) < spellings.LIKE
    assert spellings.likeness(key, "") == 0


@given(st.text(max_size=60))
def test_a_key_stays_itself(name):
    key = spellings.key_of(name)

    assert spellings.key_of(key) == key
