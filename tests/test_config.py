"""Settings come from the environment, and a wrong one is named."""

from pathlib import Path

import pytest

from lettergen import config
from lettergen.config import Settings
from lettergen.refusals import Refused

LONG_KEY = "thirty-two characters and then some"


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"LETTERGEN_{name.upper()}", raising=False)
    monkeypatch.setenv("LETTERGEN_DATA", str(tmp_path))


def test_everything_lies_in_the_data_folder_unless_told_otherwise(tmp_path: Path) -> None:
    settings = config.load()

    assert settings.database_url == f"sqlite:///{tmp_path}/lettergen.sqlite3"
    assert settings.keys_file == tmp_path / "keys.json"


def test_a_practice_may_have_forms_and_templates_of_its_own(tmp_path: Path) -> None:
    shipped_only = (config.load().forms_folders, config.load().template_folders)
    (tmp_path / "forms").mkdir()
    (tmp_path / "templates/letters").mkdir(parents=True)

    settings = config.load()

    assert settings.forms_folders == (*shipped_only[0], tmp_path / "forms")
    assert settings.template_folders == (*shipped_only[1], tmp_path / "templates/letters")
    assert [len(folders) for folders in shipped_only] == [1, 1]


def test_a_relative_data_folder_stays_where_it_was_when_the_program_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LETTERGEN_DATA", "here")

    settings = config.load()
    monkeypatch.chdir("/")

    assert settings.data == tmp_path / "here"


def test_the_session_key_is_the_one_of_the_data_folder(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text(f"{LONG_KEY}\n")

    settings = config.load()

    assert settings.secret_key.get_secret_value() == LONG_KEY
    assert not settings.has_weak_key


def test_the_environment_goes_before_the_key_of_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret-key").write_text(LONG_KEY)
    monkeypatch.setenv("LETTERGEN_SECRET_KEY", "short")

    settings = config.load()

    assert settings.secret_key.get_secret_value() == "short"
    assert settings.has_weak_key


def test_without_any_key_the_default_one_counts_as_weak() -> None:
    assert config.load().has_weak_key


def test_a_key_is_not_shown_where_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LETTERGEN_SECRET_KEY", LONG_KEY)

    assert LONG_KEY not in repr(config.load())


def test_trusted_hosts_are_names_with_commas_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LETTERGEN_TRUSTED_HOSTS", "letters.example.com, 127.0.0.1")

    assert config.load().trusted_hosts == ("letters.example.com", "127.0.0.1")


def test_letters_print_the_first_host_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert config.load().public_address == "http://127.0.0.1:8000"

    monkeypatch.setenv("LETTERGEN_TRUSTED_HOSTS", "letters.example.com, 127.0.0.1")
    assert config.load().public_address == "https://letters.example.com"

    monkeypatch.setenv("LETTERGEN_PUBLIC_ADDRESS", "https://example.com/letters/")
    assert config.load().public_address == "https://example.com/letters"


@pytest.mark.parametrize("address", [None, "http://letters.example.com", "http://127.0.0.1:8000"])
def test_production_needs_an_https_address_to_print(
    address: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LETTERGEN_ENVIRONMENT", "production")
    if address:
        monkeypatch.setenv("LETTERGEN_PUBLIC_ADDRESS", address)

    with pytest.raises(Refused, match="Set LETTERGEN_PUBLIC_ADDRESS"):
        config.require_public_address(config.load())


def test_production_is_content_with_a_trusted_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LETTERGEN_ENVIRONMENT", "production")
    monkeypatch.setenv("LETTERGEN_TRUSTED_HOSTS", "letters.example.com")

    config.require_public_address(config.load())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_ADDRESS", "letters.example.com"),
        ("PUBLIC_ADDRESS", "ftp://letters.example.com"),
        ("PUBLIC_ADDRESS", "https://"),
        ("PUBLIC_ADDRESS", "https://me@letters.example.com"),
        ("PUBLIC_ADDRESS", "https://letters.example.com/?a=b"),
        ("PUBLIC_ADDRESS", "https://letters.example.com/a b"),
        ("PUBLIC_ADDRESS", f"https://{'letters.' * 10}example.com"),
        ("PROXIES", "many"),
        ("PROXIES", "-1"),
        ("ENVIRONMENT", "live"),
        ("RENDER_SECONDS", "0"),
        ("RENDER_MEGABYTES", "1"),
        ("RENDER_WORKERS", "0"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"LETTERGEN_{name}", value)

    with pytest.raises(Refused, match=f"LETTERGEN_{name}: "):
        config.load()


def test_a_key_that_cannot_be_used_is_not_repeated_in_the_refusal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LETTERGEN_ENVIRONMENT", "a value that nobody should see")

    with pytest.raises(Refused) as refused:
        config.load()

    assert "nobody should see" not in str(refused.value)


@pytest.mark.parametrize("key", ["a" * 40, "ab" * 20, "short"])
def test_a_key_that_can_be_guessed_is_weak(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LETTERGEN_SECRET_KEY", key)

    assert config.load().has_weak_key


def test_a_damaged_key_file_is_weak_and_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LETTERGEN_SECRET_KEY", raising=False)
    monkeypatch.setenv("LETTERGEN_DATA", str(tmp_path))
    (tmp_path / "secret-key").write_bytes(b"\xff\xfe")

    assert config.load().has_weak_key
