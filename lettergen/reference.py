"""References of letters: short, random, and checkable by anyone who types one in."""

import secrets
import unicodedata

from lettergen.refusals import Refused

PREFIX = "LG"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 7
# Crockford's base 32 counts modulo 37 and uses *~$=U for the five values past its alphabet.
MODULUS = 37
MISREAD = str.maketrans("OIL", "011")


class NoReference(Refused):
    """The text is not a reference, or has been mistyped."""


def new() -> str:
    """Return a new random reference such as LG-7K3M-9QXP (35 bits and a check character)."""
    while True:
        body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        value = _check_value(body)
        if value < len(ALPHABET):
            return _written(body + ALPHABET[value])


def parse(text: str) -> str:
    """Return a typed reference in its proper writing; raise NoReference for anything else.

    Forgives lower case, spaces, missing hyphens or other dashes, a missing LG, and O for 0 and I
    or L for 1.
    Source: Crockford, Base 32, "Decode symbols" and "Check symbol".
    """
    characters = "".join(one for one in text.upper() if not _is_gap(one))
    if len(characters) == len(PREFIX) + LENGTH + 1:
        characters = characters.removeprefix(PREFIX)
    body = characters.translate(MISREAD)
    if not _is_checked(body):
        raise NoReference(
            "This is not a reference. It looks like LG-7K3M-9QXP; please check each character."
        )
    return _written(body)


def is_sound(text: str) -> bool:
    """Say whether `parse` would read this text."""
    try:
        parse(text)
    except NoReference:
        return False
    return True


def _is_gap(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Pd"


def _is_checked(body: str) -> bool:
    if len(body) != LENGTH + 1 or any(character not in ALPHABET for character in body):
        return False
    return _check_value(body[:-1]) == ALPHABET.index(body[-1])


def _check_value(body: str) -> int:
    value = 0
    for character in body:
        value = value * len(ALPHABET) + ALPHABET.index(character)
    return value % MODULUS


def _written(body: str) -> str:
    return f"{PREFIX}-{body[:4]}-{body[4:]}"
