"""References are random, checkable and forgiving to type."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lettergen import reference
from lettergen.reference import ALPHABET, NoReference

SHAPE = re.compile(r"LG-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")


def test_a_new_reference_has_its_shape_and_is_sound():
    for found in (reference.new() for _ in range(500)):
        assert SHAPE.fullmatch(found)
        assert reference.parse(found) == found


def test_new_references_differ():
    assert len({reference.new() for _ in range(1000)}) == 1000


def test_the_check_character_is_crockfords():
    """1234 in base 32 is 16J, with the check character D: 1234 mod 37 is 13."""
    assert reference._check_value("16J") == 13
    assert ALPHABET[13] == "D"
    assert reference.parse("LG-0000-16JD") == "LG-0000-16JD"


@pytest.mark.parametrize(
    "typed",
    [
        "lg-0000-16jd",
        " LG 0000 16JD ",
        "LG000016JD",
        "000016jd",
        "LG-OoOo-16JD",
        "lg-0000-i6jd",
        "LG-0000-L6JD",
        "LG – 0000 – 16JD",
        "lg\u00a0000016JD",
    ],
)
def test_a_reference_is_read_however_it_is_typed(typed: str):
    assert reference.parse(typed) == "LG-0000-16JD"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "LG",
        "LG-0000-16JE",
        "LG-0000-16J",
        "LG-0000-16JDD",
        "LG-0000-U6JD",
        "XX-0000-16JD",
        "ß" * 8,
    ],
)
def test_what_is_no_reference_is_refused(typed: str):
    assert not reference.is_sound(typed)
    with pytest.raises(NoReference, match="check each character"):
        reference.parse(typed)


@given(st.text())
def test_any_text_is_either_a_reference_or_refused(typed: str):
    if reference.is_sound(typed):
        assert SHAPE.fullmatch(reference.parse(typed))


@given(position=st.integers(0, 7), other=st.sampled_from(ALPHABET))
def test_one_mistyped_character_is_always_noticed(position: int, other: str):
    body = reference.new().removeprefix("LG-").replace("-", "")
    mistyped = body[:position] + other + body[position + 1 :]

    assert reference.is_sound(mistyped) == (mistyped == body)


@given(position=st.integers(0, 6))
def test_two_swapped_neighbours_are_always_noticed(position: int):
    body = reference.new().removeprefix("LG-").replace("-", "")
    swapped = body[:position] + body[position + 1] + body[position] + body[position + 2 :]

    assert reference.is_sound(swapped) == (swapped == body)
