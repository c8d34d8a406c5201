"""What an installation may set, read from the environment (LETTERGEN_…) once at the start."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from lettergen.places import Places, default_data
from lettergen.refusals import Refused

DEFAULT_KEY = "a default key, which anybody can read in the source"
SHORTEST_KEY = 32
FEWEST_CHARACTERS = 8
THIS_MACHINE = "http://127.0.0.1:8000"
LONGEST_ADDRESS = 80


def _default_database(values: dict[str, Any]) -> str:
    return f"sqlite:///{Path(values['data']) / 'lettergen.sqlite3'}"


def _kept_key(values: dict[str, Any]) -> SecretStr:
    path = Path(values["data"]) / "secret-key"
    # A damaged file gives a short key, which is told apart from a sound one like any other.
    return SecretStr(path.read_text("ascii", "ignore").strip() if path.is_file() else DEFAULT_KEY)


def _words(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split()) if isinstance(text, str) else text


def _first_host(values: dict[str, Any]) -> str:
    hosts = values.get("trusted_hosts") or ()
    # Flask takes a name that begins with a dot for all names below it as well.
    return f"https://{hosts[0].lstrip('.')}" if hosts else THIS_MACHINE


def _address(text: str) -> str:
    address = text.strip().rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError("write it like https://letters.example.com")
    if parts.query or parts.fragment or not address.isascii() or " " in address:
        raise ValueError("write it like https://letters.example.com, with nothing behind")
    if len(address) > LONGEST_ADDRESS:
        raise ValueError(f"more than {LONGEST_ADDRESS} characters make too dense a QR code")
    return address


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _never_in_the_clear(tls: str, info: ValidationInfo) -> str:
    host, environment = info.data.get("smtp_host", ""), info.data.get("environment")
    if tls == "none" and environment == "production" and host and not _is_this_machine(host):
        raise ValueError("none is only for a mail server on this machine: set starttls or implicit")
    return tls


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


class Settings(BaseSettings):
    """The settings of one installation; docs/settings.md describes each for its administrator."""

    model_config = SettingsConfigDict(env_prefix="LETTERGEN_", frozen=True)

    data: Annotated[Path, AfterValidator(_absolute)] = Field(default_factory=default_data)
    database_url: str = Field(default_factory=_default_database)
    secret_key: SecretStr = Field(default_factory=_kept_key)
    environment: Literal["development", "production"] = "development"
    trusted_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)] = ()
    public_address: Annotated[str, AfterValidator(_address)] = Field(default_factory=_first_host)
    proxies: int = Field(default=0, ge=0, le=5)
    render_workers: int = Field(default=1, ge=1, le=64)
    render_seconds: int = Field(default=20, ge=1, le=600)
    render_megabytes: int = Field(default=1024, ge=256, le=65536)
    smtp_host: Annotated[str, AfterValidator(str.strip)] = ""
    smtp_port: int | None = Field(default=None, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_tls: Annotated[
        Literal["starttls", "implicit", "none"], AfterValidator(_never_in_the_clear)
    ] = "starttls"
    smtp_from: Annotated[str, AfterValidator(str.strip)] = ""
    smtp_seconds: int = Field(default=30, ge=1, le=600)

    @property
    def keys_file(self) -> Path:
        """The keys that seal what identifies patients; without them the data cannot be read."""
        return self.data / "keys.json"

    @property
    def secret_key_file(self) -> Path:
        """The key that signs sessions, unless LETTERGEN_SECRET_KEY gives one."""
        return self.data / "secret-key"

    @property
    def forms_folders(self) -> tuple[Path, ...]:
        """Where document types are: the program's own folder, then the practice's if it has one."""
        return Places(self.data).forms_folders

    @property
    def template_folders(self) -> tuple[Path, ...]:
        """Where letters' templates are: the program's own, then the practice's if it has one."""
        return Places(self.data).template_folders

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def has_weak_key(self) -> bool:
        """Is the session key the default one, too short, or one character over and over?"""
        key = self.secret_key.get_secret_value()
        return key == DEFAULT_KEY or len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_CHARACTERS


def require_public_address(settings: Settings) -> None:
    """Raise Refused in production unless what letters and e-mails print is an HTTPS address."""
    if settings.is_production and not settings.public_address.startswith("https://"):
        raise Refused(
            "Letters and e-mails need the address under which patients reach this program. "
            "Set LETTERGEN_PUBLIC_ADDRESS, such as https://letters.example.com, "
            "or LETTERGEN_TRUSTED_HOSTS."
        )


def load() -> Settings:
    """The settings of this process.

    Raises:
        Refused: a variable holds what it cannot hold; each is named with its reason.
    """
    try:
        return Settings()
    except ValidationError as error:
        faults = tuple(
            f"LETTERGEN_{'_'.join(str(part) for part in fault['loc']).upper()}: {fault['msg']}"
            for fault in error.errors(include_input=False)
        )
        raise Refused("A setting cannot be used: " + "; ".join(faults)) from None
