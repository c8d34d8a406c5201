"""The vault opens only what it sealed, where it sealed it, with keys that are kept apart."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lettergen import vault
from lettergen.vault import DEFAULT_KEY, KeysUnusable, Unreadable, Vault

KEY, OTHER = bytes(range(32)), bytes(range(32, 64))


@given(plain=st.binary(), place=st.text())
def test_what_was_sealed_opens_at_its_place(plain: bytes, place: str):
    kept = Vault({1: KEY}, 1)

    assert kept.unseal(kept.seal(plain, place), place) == plain


def test_the_number_of_the_key_stands_in_front():
    sealed = Vault({1: KEY, 7: OTHER}, 7).seal(b"x", "drafts.typed:1")

    assert sealed[:2] == bytes((1, 7))


def test_sealing_twice_gives_different_bytes():
    kept = Vault({1: KEY}, 1)

    assert kept.seal(b"same", "here") != kept.seal(b"same", "here")


@pytest.mark.parametrize("place", ["drafts.typed:2", "drafts.past:1", "reviews.typed:1", ""])
def test_a_value_does_not_open_at_another_table_column_or_row(place: str):
    kept = Vault({1: KEY}, 1)

    with pytest.raises(Unreadable, match="does not open"):
        kept.unseal(kept.seal(b"x", "drafts.typed:1"), place)


def test_a_value_with_any_byte_changed_does_not_open():
    kept = Vault({1: KEY}, 1)
    sealed = kept.seal(b"plain", "here")

    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(Unreadable):
            kept.unseal(bytes(changed), "here")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01\x01" + b"0" * 12, b"\x02\x01" + b"0" * 40])
def test_what_is_no_sealed_value_does_not_open(sealed: bytes):
    with pytest.raises(Unreadable):
        Vault({1: KEY}, 1).unseal(sealed, "here")


def test_a_value_of_a_lost_key_says_which_key_is_missing():
    sealed = Vault({3: OTHER}, 3).seal(b"x", "here")

    with pytest.raises(Unreadable, match="sealed with key 3"):
        Vault({1: KEY}, 1).unseal(sealed, "here")


def test_after_a_rotation_old_values_open_and_are_found():
    before, after = Vault({1: KEY}, 1), Vault({1: KEY, 2: OTHER}, 2)

    assert after.unseal(before.seal(b"x", "here"), "here") == b"x"
    assert before.blind("person", "x") in after.blinds("person", "x")
    assert after.blind("person", "x") in after.blinds("person", "x")
    assert after.is_mac_of(before.mac("events", b"x"), "events", b"x")


def test_a_blind_index_is_the_same_for_the_same_value_and_purpose_only():
    kept = Vault({1: KEY}, 1)
    index = kept.blind("nhs number", "9990001006")

    assert len(index) == 16
    assert index == kept.blind("nhs number", "9990001006")
    assert index != kept.blind("person", "9990001006")
    assert index != kept.blind("nhs number", "9990001014")
    assert index != Vault({1: OTHER}, 1).blind("nhs number", "9990001006")


@pytest.mark.parametrize("mac", [b"", b"\x01" + b"0" * 32, b"\x09" + b"0" * 32])
def test_a_wrong_or_foreign_mac_is_none(mac: bytes):
    assert not Vault({1: KEY}, 1).is_mac_of(mac, "events", b"x")


def test_a_new_keys_file_is_for_its_owner_alone_and_never_overwritten(tmp_path):
    path = tmp_path / "keys.json"

    vault.create_keys(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(KeysUnusable, match="exists already"):
        vault.create_keys(path)
    assert path.read_bytes() == before


def test_a_key_added_to_the_file_becomes_current_and_the_old_ones_stay(tmp_path):
    path = tmp_path / "keys.json"
    vault.create_keys(path)
    sealed = vault.open_vault(path).seal(b"x", "here")

    number = vault.add_key(path)

    later = vault.open_vault(path)
    assert later.unseal(sealed, "here") == b"x"
    assert later.seal(b"x", "here")[1] == number == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_installations_have_different_keys(tmp_path):
    vault.create_keys(tmp_path / "one.json")
    vault.create_keys(tmp_path / "other.json")

    sealed = vault.open_vault(tmp_path / "one.json").seal(b"x", "here")

    with pytest.raises(Unreadable):
        vault.open_vault(tmp_path / "other.json").unseal(sealed, "here")


def keys_file(path, keys, current="1", mode=0o600):
    path.write_text(json.dumps({"current": current, "keys": keys}))
    path.chmod(mode)
    return path


def encoded(key: bytes) -> str:
    return vault._encoded(key)


@pytest.mark.parametrize("key", [DEFAULT_KEY, bytes(32), b"k" * 32])
def test_production_refuses_a_default_key(tmp_path, key: bytes):
    path = keys_file(tmp_path / "keys.json", {"1": encoded(KEY), "2": encoded(key)})

    with pytest.raises(KeysUnusable, match="default key"):
        vault.open_vault(path, is_production=True)

    assert vault.open_vault(path, is_production=False)


def test_production_refuses_keys_that_others_may_read(tmp_path):
    path = keys_file(tmp_path / "keys.json", {"1": encoded(KEY)}, mode=0o640)

    with pytest.raises(KeysUnusable, match="chmod 600"):
        vault.open_vault(path, is_production=True)


def test_no_keys_file_is_a_refusal_that_says_what_to_do(tmp_path):
    with pytest.raises(KeysUnusable, match="lettergen init"):
        vault.open_vault(tmp_path / "keys.json")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        "\x00\xff",
        '{"current": 1, "keys": {"1": "c2hvcnQ="}}',
        '{"current": 1, "keys": {"x": "c2hvcnQ="}}',
        '{"current": 2, "keys": {"1": "' + encoded(KEY) + '"}}',
        '{"current": 300, "keys": {"300": "' + encoded(KEY) + '"}}',
        '{"current": 1, "keys": ["' + encoded(KEY) + '"]}',
    ],
)
def test_a_malformed_keys_file_is_refused_in_one_sentence(tmp_path, content: str):
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(0o600)

    with pytest.raises(KeysUnusable, match="Restore"):
        vault.open_vault(path)


def test_a_vault_never_shows_its_keys():
    assert KEY.hex() not in repr(Vault({1: KEY}, 1))
    assert repr(KEY) not in repr(vars(Vault({1: KEY}, 1)).keys())


def test_a_disk_that_fills_leaves_no_half_keys_file(tmp_path: Path):
    program = """
import pathlib, resource, signal, sys
from lettergen import vault
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
try:
    vault.create_keys(pathlib.Path(sys.argv[1]))
except vault.KeysUnusable as refused:
    print(refused)
"""
    path = tmp_path / "keys.json"

    told = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    ).stdout

    assert "cannot be written" in told
    assert not path.exists()
