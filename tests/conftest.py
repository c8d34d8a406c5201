"""What all tests share: a fresh database of either kind, a vault, and the standing people."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from lettergen import accounts, models
from lettergen.accounts import Actor, Letterhead, Person, Registration, passwords
from lettergen.definitions import Folders, Library
from lettergen.documents import Office
from lettergen.rendering import Renderer
from lettergen.vault import Vault, demonstration_vault
from tests.postgres.lending import Lender, address_of, database

# No test fails because the machine is busy; how fast things are is measured in bench/.
hypothesis_settings.register_profile(
    "busy", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("busy")

POSTGRESQL = os.environ.get("LETTERGEN_TEST_DATABASE_URL")
NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
ADDRESS = "https://letters.example.com"
PASSWORD = "correct horse battery staple"
# Of the same kind as ours, and quick: people are added and sign in some hundred times.
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
PASSWORD_HASH = QUICK.hash(PASSWORD)
PAGES = Path(__file__).parent / "web"
PAGES_ON_BOTH = ("test_every_route.py", "test_register.py")

MANAGER = Person("Mo Manager", "manager@example.com", frozenset({"manager"}))
CLINICIAN = Person(
    "Dr Casey Clinician",
    "clinician@example.com",
    frozenset({"clinician"}),
    Registration("gp_partner", "GMC", "9000001"),
)
RECEPTIONIST = Person("Robin Reception", "reception@example.com", frozenset({"reception"}))
STRANGER = Person(
    "Dr Sam Stranger",
    "stranger@example.com",
    frozenset({"clinician", "manager"}),
    Registration("gp_salaried", "GMC", "9000002"),
)

NOTE = {
    "forms/note.toml": """
title = "Short note"
family = "general"
summary = "A note for tests."
minutes = 8

[identifies]
given_name = "given_name"
family_name = "family_name"
date_of_birth = "date_of_birth"
nhs_number = "nhs_number"
addressee = "addressee"
date = "written_on"

[sections.all]
title = "All"

[fields]
given_name = { type = "text", label = "Given name", section = "all", required = true }
family_name = { type = "text", label = "Family name", required = true }
date_of_birth = { type = "date", label = "Date of birth", required = true }
nhs_number = { type = "text", label = "NHS number", format = "nhs-number" }
addressee = { type = "text", label = "Addressee" }
written_on = { type = "date", label = "Date of the note", default = "today" }
is_urgent = { type = "tick", label = "Urgent" }
body = { type = "paragraph", label = "What it says", required = true }
practice_name = { type = "text", label = "Practice", required = true, from = "practice.name" }
signer_name = { type = "text", label = "Signer", required = true, from = "signer.name" }
signer_number = { type = "text", label = "Number", from = "signer.number" }

[[rules]]
id = "W01"
level = "warn"
when = { is_urgent = true }
message = "Urgent notes need a reason."
fields = ["is_urgent"]
source = "Made up for tests"

[[rules]]
id = "S01"
level = "stop"
when = { body = "stop" }
message = "This note says stop."
fields = ["body"]
source = "Made up for tests"

[[rules]]
id = "I01"
level = "info"
when = { at_least = { pages = 2 } }
message = "This note is long."
fields = ["body"]
source = "Made up for tests"
""",
    "letters/note.html": """<!DOCTYPE html>
<html lang="en-GB">
  <head>
    <title>{{ letter.title }}</title>
    <style>html { font-family: Arimo }</style>
  </head>
  <body>
    <h1>{{ letter.title }}{% if letter.is_draft %} DRAFT{% endif %}</h1>
    {% if letter.reference %}<p>Reference {{ letter.reference }}</p>{% endif %}
    <p>{{ letter.date | british_date }}, from {{ practice.name }}</p>
    {% if letter.replaces %}<p>Replaces {{ letter.replaces }}</p>{% endif %}
    <p>To {{ letter.addressee }}</p>
    <p>{{ patient.full_name }}, born {{ patient.date_of_birth | british_date }}</p>
    {% if patient.nhs_number %}<p>NHS number {{ patient.nhs_number }}</p>{% endif %}
    <p>{{ answers.body }}</p>
    <p>{{ signer.name }}</p>
  </body>
</html>
""",
    "letters/note.patient.html": """<!DOCTYPE html>
<html lang="en-GB">
  <head>
    <title>{{ letter.title }}</title>
    <style>html { font-family: Arimo }</style>
  </head>
  <body><h1>A copy for {{ patient.full_name }}</h1></body>
</html>
""",
}


@dataclass(frozen=True)
class People:
    """The people of the tests: three of one practice, and a stranger from another."""

    clinician: Actor
    receptionist: Actor
    manager: Actor
    stranger: Actor
    password: str = PASSWORD


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses a database: bin/test runs that once more, on PostgreSQL.

    Of the pages only those that walk all routes, and the register: what differs between databases
    lies below the pages, and is tested there.
    """
    for item in items:
        is_page = PAGES in item.path.parents and item.path.name not in PAGES_ON_BOTH
        if "database_url" in getattr(item, "fixturenames", ()) and not is_page:
            item.add_marker(pytest.mark.database)


@pytest.fixture(scope="session", autouse=True)
def _slow_hasher() -> Iterator[Callable[[], PasswordHasher]]:
    """Hash passwords and PINs quickly in this process; how the program does it."""
    slow = passwords._hasher
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", lambda: QUICK)
        yield slow


@pytest.fixture
def as_in_practice(
    _slow_hasher: Callable[[], PasswordHasher], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hash as slowly as the program does."""
    monkeypatch.setattr(passwords, "_hasher", _slow_hasher)


@pytest.fixture(scope="session")
def _prepared(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[People, Callable[[Path], "contextmanager[str]"]]]:
    """The standing people, and how to get a database of one's own that holds them.

    Tables and people are made once; what each test finds is theirs, made new in milliseconds.
    """
    if POSTGRESQL:
        with database(POSTGRESQL) as name:
            people = _fill(address_of(POSTGRESQL, name))
            with closing(Lender(POSTGRESQL, name)) as lender:
                yield people, lambda _folder: lender.lend()
        return
    path = tmp_path_factory.mktemp("prepared") / "lettergen.sqlite3"
    people = _fill(f"sqlite:///{path}")
    yield people, lambda folder: _copied_file(path, folder)


@pytest.fixture(scope="session")
def folder_of_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the workers of one run of the tests have together."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture
def database_url(tmp_path: Path, _prepared: tuple[People, Callable[..., object]]) -> Iterator[str]:
    """The address of a database with all tables and the standing people, for one test alone."""
    with _prepared[1](tmp_path) as address:
        yield address


@pytest.fixture
def people(
    database_url: str,
    _prepared: tuple[People, Callable[..., object]],
) -> People:
    """The standing people, who are in the test's database."""
    return _prepared[0]


@pytest.fixture
def vault() -> Vault:
    """The vault with the published key."""
    return demonstration_vault()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on the test's database."""
    engine = models.make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine, vault: Vault) -> sessionmaker[Session]:
    """A maker of sessions on the test's database."""
    return models.open_sessions(engine, vault)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """One session on the test's database."""
    with sessions() as session:
        yield session


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """A library with one small document type, `note`, in folders of its own."""
    folder = tmp_path_factory.mktemp("library")
    for name, content in NOTE.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    return Library(Folders((folder / "forms",), (folder / "letters",)))


@pytest.fixture(scope="session")
def office(library: Library) -> Iterator[Office]:
    """The small library, and a real renderer for it."""
    with Renderer(library.folders.templates) as renderer:
        yield Office(library, renderer, ADDRESS)


@pytest.fixture(scope="session")
def pkcs12() -> Callable[..., bytes]:
    """Return a function that makes a certificate file, as a practice would bring one."""
    return certificate_file


@pytest.fixture
def now() -> datetime:
    """The moment at which the tests take place: a Friday morning."""
    return NOW


@contextmanager
def _copied_file(path: Path, folder: Path) -> Iterator[str]:
    copy = folder / "lettergen.sqlite3"
    shutil.copy(path, copy)
    yield f"sqlite:///{copy}"


def _fill(address: str) -> People:
    engine = models.make_engine(address)
    models.migrate(engine)
    with models.open_sessions(engine, demonstration_vault()).begin() as session:
        practice = accounts.create_practice(
            session, letterhead("Example Surgery", "Y99991"), at=NOW
        )
        other = accounts.create_practice(session, letterhead("Other Surgery", "Y99992"), at=NOW)
        manager = _add(session, accounts.operator_of(practice), MANAGER)
        people = People(
            manager=manager,
            clinician=_add(session, manager, CLINICIAN),
            receptionist=_add(session, manager, RECEPTIONIST),
            stranger=_add(session, accounts.operator_of(other), STRANGER),
        )
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()
    return people


def certificate_file(
    *,
    key: Any = None,
    name: str = "Example Meadow Surgery",
    password: str = "sesame",
    begins: datetime = NOW - timedelta(days=1),
    ends: datetime = NOW + timedelta(days=365),
    says: Iterable[tuple[Any, bool]] = (),
    signed_by: Any = hashes.SHA256(),  # noqa: B008  (holds nothing that changes)
    has_key: bool = True,
) -> bytes:
    """A PKCS#12 file with a self-signed certificate; `says` are extensions, critical or not."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(who, who, key.public_key(), 2026, begins, ends)
    for extension, is_critical in says:
        builder = builder.add_extension(extension, critical=is_critical)
    certificate = builder.sign(key, signed_by)
    return serialize_key_and_certificates(
        b"seal",
        key if has_key else None,
        certificate,
        None,
        BestAvailableEncryption(password.encode()) if password else NoEncryption(),
    )


def letterhead(name: str, ods: str) -> Letterhead:
    """A synthetic practice's letterhead."""
    return Letterhead(
        name=name,
        ods=ods,
        address="1 Example Road\nExampletown\nZZ99 3WZ",
        phone="020 7946 0123",
        email="surgery@example.com",
        secure_domains=("nhs.net",),
    )


def _add(session: Session, actor: Actor, person: Person) -> Actor:
    staff = accounts.add_staff(session, actor, person, PASSWORD, at=NOW)
    staff.password_hash = PASSWORD_HASH
    return accounts.actor_of(staff)
