"""Checks of single texts."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lettergen import checks, nhs


@pytest.mark.parametrize("text", ["999 000 1006", "999-000-1006", "9990001006", "999 000 100 6"])
def test_an_nhs_number_is_kept_as_ten_digits(text):
    assert checks.nhs_number(text) == "9990001006"


@pytest.mark.parametrize(
    "text", ["9990001007", "1111111111", "999000100", "99900010061", "abc", "٩٩٩٠٠٠١٠٠٦"]
)
def test_a_wrong_nhs_number_is_refused(text):
    with pytest.raises(ValueError, match="NHS number"):
        checks.nhs_number(text)


@given(st.integers(10**9, 10**10 - 1))
def test_one_wrong_digit_in_an_nhs_number_is_always_noticed(number):
    digits = f"{number:010}"
    if nhs.is_sound(digits):
        for place in range(10):
            other = digits[:place] + str((int(digits[place]) + 1) % 10) + digits[place + 1 :]
            assert not nhs.is_sound(other)


@pytest.mark.parametrize(
    ("text", "shape"), [("zz993wz", "ZZ99 3WZ"), (" sw1a 1aa ", "SW1A 1AA"), ("m11ae", "M1 1AE")]
)
def test_a_postcode_is_kept_in_capitals_with_one_space(text, shape):
    assert checks.postcode(text) == shape


@pytest.mark.parametrize("text", ["ZZ99", "12345", "ZZ99 3W", "A1 1CI"])
def test_a_postcode_that_cannot_be_is_refused(text):
    with pytest.raises(ValueError, match="postcode"):
        checks.postcode(text)


@pytest.mark.parametrize(
    "text",
    ["Łoś", "Nguyễn", "O'Brien", "Jean-Luc", "محمد", "王小明", "अनीता", "St. John", "D’Arcy"],
)
def test_names_of_every_script_are_names(text):
    assert checks.name(text) == text


def test_an_invisible_mark_of_direction_does_not_make_a_name_wrong():
    assert checks.name("عبد الرحمن\u200e") == "عبد الرحمن"


@pytest.mark.parametrize("text", ["R2D2", "<b>Bold</b>", "{{ 7*7 }}", "a;b"])
def test_digits_and_markup_are_no_names(text):
    with pytest.raises(ValueError, match="take out"):
        checks.name(text)


@pytest.mark.parametrize("text", ["a@example.com", "first.last+tag@sub.example.co.uk"])
def test_addresses_shaped_like_email_are_accepted(text):
    assert checks.email(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "a@b",
        "a b@example.com",
        "a@@example.com",
        "a@example..com",
        "@example.com",
        "a@example.com\nbcc: x@example.com",
    ],
)
def test_other_addresses_are_refused(text):
    with pytest.raises(ValueError, match="e-mail"):
        checks.email(text)


@pytest.mark.parametrize("text", ["07700 900101", "+44 7700 900101", "(020) 7946-0101"])
def test_phone_numbers_may_have_spaces_brackets_and_a_plus(text):
    assert checks.phone(text) == text


@pytest.mark.parametrize("text", ["12345", "phone me", "0" * 16])
def test_other_phone_numbers_are_refused(text):
    with pytest.raises(ValueError, match="telephone"):
        checks.phone(text)


@pytest.mark.parametrize(
    ("text", "body", "kept"),
    [
        ("C9000001", "GMC", "9000001"),
        ("01a2345e", "NMC", "01A2345E"),
        ("PH 12345", "HCPC", "PH12345"),
    ],
)
def test_a_registration_number_takes_the_form_of_its_register(text, body, kept):
    assert checks.registration(text, body) == kept


def test_a_registration_number_of_another_form_is_refused():
    with pytest.raises(ValueError, match="GMC"):
        checks.registration("900001", "GMC")


@given(st.text())
def test_a_cleaned_text_is_nfc_without_controls_and_stays_so(text):
    cleaned = checks.clean(text)

    assert checks.clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(unicodedata.category(ch) == "Cc" for ch in cleaned if ch != "\n")


def test_line_breaks_stay_and_direction_overrides_go():
    assert checks.clean("one\r\ntwo\x00\u202ethree\u2028four") == "one\ntwothree\nfour"
