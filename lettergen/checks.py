"""Checks of single texts: each returns the text in its standard form, or says what is wrong.

A check is named in a definition by `format`. It raises ValueError with a message that a person can
act on.
"""

import re
import unicodedata
from collections.abc import Callable

from lettergen import nhs

Check = Callable[[str], str]

# Royal Mail's shape for postcodes; ZZ99 codes are the NHS's pseudo postcodes (ODS).
_POSTCODE = re.compile(
    r"(GIR ?0AA|[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][ABD-HJLNP-UW-Z]{2}|ZZ99 ?[0-9][A-Z]{2})"
)
_EMAIL = re.compile(r"[^@\s<>\"'(),:;\\]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,}")
EMAIL_LIMIT = 254  # RFC 5321, 4.5.3.1
_OVERRIDES = "\u202a\u202b\u202c\u202d\u202e"
_DIRECTION_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c\u2066\u2067\u2068\u2069"))
_REGISTRATIONS = {
    "GMC": (re.compile(r"C?([0-9]{7})"), "A GMC number has 7 digits."),
    "NMC": (
        re.compile(r"([0-9]{2}[A-Z][0-9]{4}[A-Z])"),
        "An NMC PIN has 2 digits, a letter, 4 digits and a letter, like 01A2345E.",
    ),
    "GPhC": (re.compile(r"([0-9]{7})"), "A GPhC number has 7 digits."),
    "HCPC": (
        re.compile(r"([A-Z]{2}[0-9]{4,6})"),
        "An HCPC number has 2 letters and 4 to 6 digits.",
    ),
}


def clean(text: str) -> str:
    """Return a text in Unicode NFC without control characters; line breaks are kept.

    Joiners and direction marks stay, because names need them. Direction overrides go: they show
    letters in another order than they are stored (Unicode TR36, 3.2).
    """
    unified = re.sub("\r\n|[\r\u2028\u2029]", "\n", text).replace("\t", " ")
    kept = (
        ch
        for ch in unified
        if ch == "\n" or (unicodedata.category(ch) not in ("Cc", "Cs") and ch not in _OVERRIDES)
    )
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def name(text: str) -> str:
    """Accept letters and marks of any script, spaces, hyphens, apostrophes and full stops.

    Direction marks, which come along when an Arabic or Hebrew name is copied, are left out.
    """
    text = text.translate(_DIRECTION_MARKS)
    for ch in text:
        if unicodedata.category(ch)[0] not in "LM" and ch not in " -'’ʼ‘.·‐\u200c\u200d":
            raise ValueError(
                f"Names have letters, spaces, hyphens, apostrophes and full stops: take out “{ch}”."
            )
    return " ".join(text.split())


def email(text: str) -> str:
    """Accept what is shaped like an e-mail address; whether it exists is not asked."""
    address = text.strip()
    if not _EMAIL.fullmatch(address) or ".." in address or len(address) > EMAIL_LIMIT:
        raise ValueError("Enter an e-mail address in the form name@example.com.")
    return address


def phone(text: str) -> str:
    """Accept a UK or + international number of 7 to 15 digits, spaces as typed (ITU-T E.164)."""
    number = " ".join(text.split())
    digits = re.sub(r"[ ().-]", "", number)
    if not re.fullmatch(r"\+?[0-9]{7,15}", digits):
        raise ValueError(
            "Enter a telephone number of 7 to 15 digits, like 020 7946 0101 or +44 7700 900101."
        )
    return number


def postcode(text: str) -> str:
    """Return a UK or NHS pseudo postcode in upper case with one space before the last three."""
    compact = "".join(text.upper().split())
    if not _POSTCODE.fullmatch(compact):
        raise ValueError("Enter a full UK postcode, like ZZ99 3WZ.")
    return f"{compact[:-3]} {compact[-3:]}"


def nhs_number(text: str) -> str:
    """Return the ten digits of an NHS number whose check digit is right."""
    digits = nhs.digits_of(text)
    if not re.fullmatch(r"[0-9]{10}", digits):
        raise ValueError("An NHS number has 10 digits, like 999 000 1006.")
    if not nhs.is_sound(digits):
        raise ValueError("Check the NHS number: its last digit does not fit the others.")
    return digits


def ods_code(text: str) -> str:
    """Return an organisation's ODS code: 3 to 9 letters and digits in upper case."""
    code = text.upper().replace(" ", "")
    if not re.fullmatch(r"[A-Z0-9]{3,9}", code):
        raise ValueError("An ODS code has 3 to 9 letters and digits, like X26 or Y99991.")
    return code


def practice_ods_code(text: str) -> str:
    """Return a practice's ODS code: a letter and 5 digits, and 3 more digits for a branch."""
    code = text.upper().replace(" ", "")
    if not re.fullmatch(r"[A-Z][0-9]{5}([0-9]{3})?", code):
        raise ValueError("A practice's ODS code is one letter and 5 digits, like Y99991.")
    return code


def ubrn(text: str) -> str:
    """Return the 12 digits of an e-RS booking reference (UBRN) as 4-4-4."""
    digits = nhs.digits_of(text)
    if not re.fullmatch(r"[0-9]{12}", digits):
        raise ValueError("A UBRN has 12 digits.")
    return f"{digits[:4]} {digits[4:8]} {digits[8:]}"


def registration(text: str, body: str) -> str:
    """Return a professional registration number in the form that its register uses.

    `body` is GMC, NMC, GPhC or HCPC; with another or none the text is only tidied.
    """
    number = text.upper().replace(" ", "")
    if body not in _REGISTRATIONS:
        return number
    shape, message = _REGISTRATIONS[body]
    match = shape.fullmatch(number)
    if not match:
        raise ValueError(message)
    return match.group(1)


FORMATS: dict[str, Check] = {
    "name": name,
    "email": email,
    "phone": phone,
    "postcode": postcode,
    "nhs-number": nhs_number,
    "ods": ods_code,
    "ods-practice": practice_ods_code,
    "ubrn": ubrn,
}
