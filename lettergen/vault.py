"""Sealing what identifies a patient, with keys that never lie in the database."""

import hashlib
import hmac
import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lettergen.refusals import Refused

FORMAT = 1
HEADER_LENGTH = 2
NONCE_LENGTH = 12
KEY_LENGTH = 32
# A key's number is one byte of what it seals.
MOST_KEYS = 255
BLIND_LENGTH = 16
MAC_LENGTH = 32
# Published with the source, so it protects nothing: for demonstrations and tests alone.
DEFAULT_KEY = hashlib.sha256(b"lettergen demonstration key, not a secret").digest()


class KeysUnusable(Refused):
    """The keys file is absent, unreadable, too open or holds a key that protects nothing."""


class Unreadable(Refused):
    """A sealed value does not open: its key is not here, or it was changed or moved."""


class Vault:
    """Seals, opens, and indexes blindly, with one of several master keys.

    A sealed value is one byte for the format, one for the number of its master key, a nonce
    of 12 bytes, and the AES-256-GCM text. It opens only at the place (table, column and row)
    for which it was sealed.
    """

    def __init__(self, keys: Mapping[int, bytes], current: int) -> None:
        if current not in keys:
            raise KeysUnusable(
                f"The keys file calls key {current} current, but holds no such key. "
                "Restore keys.json from your backup."
            )
        self._keys = dict(keys)
        self._current = current
        self._key_for = lru_cache(maxsize=None)(self._derive)

    def seal(self, plain: bytes, place: str) -> bytes:
        """Return the plain bytes sealed for one place, with the current key."""
        nonce = os.urandom(NONCE_LENGTH)
        header = bytes((FORMAT, self._current))
        cipher = AESGCM(self._key_for(self._current, "seal"))
        return header + nonce + cipher.encrypt(nonce, plain, header + place.encode())

    def unseal(self, sealed: bytes, place: str) -> bytes:
        """Return the plain bytes; raise Unreadable for another place, a change or a lost key."""
        header, nonce = sealed[:HEADER_LENGTH], sealed[HEADER_LENGTH:][:NONCE_LENGTH]
        if len(sealed) <= HEADER_LENGTH + NONCE_LENGTH or header[0] != FORMAT:
            raise Unreadable(_changed())
        cipher = AESGCM(self._key_for(self._known(header[1]), "seal"))
        try:
            return cipher.decrypt(
                nonce, sealed[HEADER_LENGTH + NONCE_LENGTH :], header + place.encode()
            )
        except InvalidTag as fault:
            raise Unreadable(_changed()) from fault

    def blind(self, purpose: str, value: str) -> bytes:
        """Return the 16 bytes under which a value is looked up, by the current key."""
        return self._blind(self._current, purpose, value)

    def blinds(self, purpose: str, value: str) -> list[bytes]:
        """Return what the value may be found under: one index for each key that is held."""
        return [self._blind(number, purpose, value) for number in sorted(self._keys)]

    def mac(self, purpose: str, content: bytes) -> bytes:
        """Return the key's number and a keyed hash of the content (33 bytes)."""
        return bytes((self._current,)) + self._mac(self._current, purpose, content)

    def is_mac_of(self, mac: bytes, purpose: str, content: bytes) -> bool:
        """Say whether a keyed hash was made from this content, by a key that is still held."""
        if len(mac) != 1 + MAC_LENGTH or mac[0] not in self._keys:
            return False
        return hmac.compare_digest(mac[1:], self._mac(mac[0], purpose, content))

    def _blind(self, number: int, purpose: str, value: str) -> bytes:
        return self._mac(number, f"blind {purpose}", value.encode())[:BLIND_LENGTH]

    def _mac(self, number: int, purpose: str, content: bytes) -> bytes:
        return hmac.digest(self._key_for(number, purpose), content, "sha256")

    def _known(self, number: int) -> int:
        if number not in self._keys:
            raise Unreadable(
                f"This record was sealed with key {number}, which keys.json does not hold. "
                "Restore keys.json from your backup."
            )
        return number

    def _derive(self, number: int, purpose: str) -> bytes:
        info = f"lettergen {FORMAT} {purpose}".encode()
        return HKDF(SHA256(), KEY_LENGTH, salt=None, info=info).derive(self._keys[number])


def create_keys(path: Path) -> None:
    """Write a new keys file with one random key, readable by its owner alone.

    Raises KeysUnusable if there is one already: overwriting it would lose every record.
    """
    content = {"current": 1, "keys": {"1": _encoded(secrets.token_bytes(KEY_LENGTH))}}
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as fault:
        raise KeysUnusable(
            f"{path} exists already. Move it away if you are sure that no record needs it."
        ) from fault
    except OSError as fault:
        raise _unwritable(path, fault) from fault
    try:
        _write(handle, content)
    except OSError as fault:
        # Half a keys file would keep `lettergen init` from ever making a whole one.
        path.unlink()
        raise _unwritable(path, fault) from fault


def add_key(path: Path) -> int:
    """Add a random key to the file, make it current, and return its number.

    What was sealed before stays readable, because the earlier keys are kept.
    """
    keys, _ = _read(path)
    number = max(keys) + 1
    if number > MOST_KEYS:
        raise KeysUnusable(
            f"The keys file holds {MOST_KEYS} keys already: seal the records anew first."
        )
    keys[number] = secrets.token_bytes(KEY_LENGTH)
    content = {"current": number, "keys": {str(n): _encoded(key) for n, key in keys.items()}}
    fresh = path.with_name(path.name + ".new")
    try:
        _write(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), content)
        fresh.replace(path)
    except OSError as fault:
        raise _unwritable(path, fault) from fault
    return number


def open_vault(path: Path, *, is_production: bool = True) -> Vault:
    """Return the vault of a keys file.

    Raises KeysUnusable if the file is absent or malformed and, in production, if others may
    read it or a key in it is the published default one.
    """
    keys, current = _read(path)
    if is_production and any(is_default(key) for key in keys.values()):
        raise KeysUnusable(
            f"{path} holds the published default key, which protects nothing. "
            "Make a keys file with `lettergen init` before you put it to use."
        )
    if is_production and path.stat().st_mode & 0o077:
        raise KeysUnusable(f"Other users may read {path}. Run: chmod 600 {path}")
    return Vault(keys, current)


def demonstration_vault() -> Vault:
    """Return a vault with the published default key: for demonstrations and tests alone."""
    return Vault({1: DEFAULT_KEY}, 1)


def is_default(key: bytes) -> bool:
    """Say whether a key is the published one, or one byte over and over."""
    return key == DEFAULT_KEY or len(set(key)) == 1


def _read(path: Path) -> tuple[dict[int, bytes], int]:
    try:
        content = json.loads(path.read_text())
        keys = {int(number): b64decode(key) for number, key in content["keys"].items()}
        current = int(content["current"])
    except FileNotFoundError as fault:
        raise KeysUnusable(
            f"There is no keys file at {path}. Run `lettergen init`, or restore it from backup."
        ) from fault
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise KeysUnusable(
            f"The keys file {path} cannot be read. Restore it from your backup."
        ) from fault
    if not all(len(key) == KEY_LENGTH and 0 < number <= MOST_KEYS for number, key in keys.items()):
        raise KeysUnusable(f"A key in {path} has a wrong length or number. Restore the file.")
    return keys, current


def _write(handle: int, content: Mapping[str, object]) -> None:
    with os.fdopen(handle, "w") as file:
        json.dump(content, file, indent=2)
        file.flush()
        os.fsync(file.fileno())


def _encoded(key: bytes) -> str:
    return b64encode(key).decode()


def _unwritable(path: Path, fault: OSError) -> KeysUnusable:
    return KeysUnusable(f"{path} cannot be written ({fault.strerror}). Mend that and try again.")


def _changed() -> str:
    return (
        "This record does not open: it was changed outside lettergen, or keys.json belongs to "
        "another installation. Restore the database and keys.json from the same backup."
    )
