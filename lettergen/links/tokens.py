"""The secret in a link: made, written in groups, read tolerantly, and kept as a hash only."""

import hashlib
import json
import secrets
import unicodedata

from sqlalchemy.orm import Session

from lettergen.models import vault_of
from lettergen.reference import ALPHABET, MISREAD

LENGTH, GROUP = 20, 4
BITS = 100
PURPOSE = "link tokens"


def new() -> str:
    """Return a new random token of 100 bits, such as K7QM-2X9P-4TRD-HNW3-M8VC."""
    return written(secrets.randbits(BITS))


def derived(session: Session, *of: str) -> str:
    """Return the token that belongs to these texts, the same each time.

    Nobody without the vault's key can work it out, so it is as secret as a random one.
    """
    mac = vault_of(session).mac(PURPOSE, json.dumps(of).encode())
    return written(int.from_bytes(mac[1:]) % 2**BITS)


def read(text: str) -> str | None:
    """Return a typed or pasted token in its proper writing, or None for what cannot be one.

    Forgives lower case, spaces, dashes of any kind, O for 0 and I or L for 1.
    Source: Crockford, Base 32, "Decode symbols".
    """
    kept = "".join(one for one in text.upper() if not _is_gap(one)).translate(MISREAD)
    if len(kept) != LENGTH or any(character not in ALPHABET for character in kept):
        return None
    return _grouped(kept)


def hashed(token: str) -> str:
    """Return the SHA-256 by which a token is looked up; 100 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def written(number: int) -> str:
    """Return a number of 100 bits as 20 characters in groups of four."""
    characters = ""
    for _ in range(LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        characters = ALPHABET[digit] + characters
    return _grouped(characters)


def _grouped(characters: str) -> str:
    return "-".join(characters[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def _is_gap(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Pd", "Cf")
