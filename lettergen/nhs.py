"""Numbers that the NHS issues: NHS numbers and how they are checked and shown."""

from nhs_number.validate import is_valid

LENGTH = 10


def digits_of(text: str) -> str:
    """Return an NHS number as typed without its spaces and hyphens."""
    return "".join(ch for ch in text if not ch.isspace() and ch not in "-\N{EN DASH}\N{HYPHEN}")


def is_sound(text: str) -> bool:
    """Say whether the text is ten digits, not all alike, with a right Modulus 11 check digit.

    Source: NHS Data Model and Dictionary, NHS NUMBER.
    """
    digits = digits_of(text)
    return (
        len(digits) == LENGTH
        and digits.isascii()
        and digits.isdigit()
        and len(set(digits)) > 1
        and bool(is_valid(digits))
    )


def spaced(text: str) -> str:
    """Return an NHS number as people read it, 999 000 1006; anything else is left as it is."""
    digits = digits_of(text)
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}" if len(digits) == LENGTH else text
