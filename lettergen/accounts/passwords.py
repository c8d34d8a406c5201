"""Passwords: argon2id, hashed the same way by the web and the command line."""

from functools import lru_cache
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lettergen.refusals import Refused

SHORTEST = 12
LONGEST = 256
FEWEST_DIFFERENT = 5


def hash_password(password: str) -> str:
    """Return the hash of a password; raise Refused if it is too short, long or plain.

    Source: NIST SP 800-63B, 3.1.1.2: length counts, rules about characters do not.
    """
    normal = normalize("NFKC", password)
    if not SHORTEST <= len(normal) <= LONGEST:
        raise Refused(f"Choose a password of {SHORTEST} to {LONGEST} characters.")
    if len(set(normal)) < FEWEST_DIFFERENT:
        raise Refused(f"Choose a password with at least {FEWEST_DIFFERENT} different characters.")
    return hash_secret(normal)


def hash_secret(text: str) -> str:
    """Return the hash of a text that was found good enough by whoever asks."""
    return _hasher().hash(text)


def is_password_of(password_hash: str | None, password: str) -> bool:
    """Say whether a password is the one of a hash; takes as long if there is no hash at all."""
    try:
        return _hasher().verify(password_hash or _nobodys(), normalize("NFKC", password[:LONGEST]))
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher().hash("\N{NULL}nobody has this password")
