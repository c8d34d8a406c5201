"""The real program, served on a free port to a real browser, on a data folder of its own."""

import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright
from waitress.server import create_server

from lettergen import accounts, documents, forms, models, vault
from lettergen.accounts import Letterhead, Person, Registration
from lettergen.app import create_app
from lettergen.config import Settings

# The first of these that is there: without the parts of Chromium that only people see, a page
# takes a third of the time.
BROWSERS = ("chromium-headless-shell", "chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PASSWORD = "correct horse battery"
CLINICIAN = Person(
    "Dr Alexis Specimen",
    "alexis@example.com",
    frozenset({"clinician"}),
    Registration("gp_partner", "GMC", "9000001"),
)
COLLEAGUE = Person("Bea Sample", "bea@example.com", frozenset({"reception"}))
PRACTICE = Letterhead(
    name="Example Meadow Surgery (synthetic)",
    ods="Y99991",
    address="1 Specimen Lane\nExampleton\nLondon\nZZ99 3WZ",
    phone="020 7946 0101",
    email="synthetic.practice@example.com",
)


@dataclass(frozen=True)
class Running:
    """The program as it runs: where, and how to prepare its data."""

    address: str
    app: Flask

    def draft(self, slug: str = "adhd-referral", **answers: Any) -> str:
        """Return the address of a new draft that holds these answers, besides the defaults."""
        standing = self.app.extensions["lettergen"]
        kind = standing.office.library.get(slug)
        at = standing.clock()
        typed = {**forms.initial(kind, at.date()), **forms.flatten(kind, answers)}
        with standing.sessions() as session, models.changing(session):
            staff = accounts.staff_by_email(session, CLINICIAN.email)
            assert staff is not None
            draft = documents.start(
                session, standing.office, accounts.actor_of(staff), slug, at=at, typed=typed
            )
            session.flush()
            return f"{self.address}/drafts/{draft.id}"

    def typed(self, address: str) -> dict[str, list[str]]:
        """Return what is saved in the draft at an address."""
        standing = self.app.extensions["lettergen"]
        with standing.sessions() as session:
            draft = session.get(models.Draft, address.rsplit("/", 1)[1].partition("?")[0])
            return dict(draft.typed)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The program with one practice, served by waitress until the tests end."""
    with _served(tmp_path_factory.mktemp("browser"), port=0) as one:
        yield one


@pytest.fixture(scope="session")
def served() -> Callable[..., AbstractContextManager[Running]]:
    """Return a function: folder, port and other settings → the program with one practice, served
    until the end of the block, its postman on duty.
    """
    return _served


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium. Playwright keeps an event loop in this thread while it lives: other
    tests, which start loops of their own, need it gone.
    """
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("there is no Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def signed_in(chromium: Browser) -> Callable[..., StorageState]:
    """Return a function: address of the program, person → what a browser keeps of their sign-in.

    The page is filled in once, with scripts and without; a session lives in its cookie alone, so
    that each window which begins with this is as new as the first.
    """
    kept: dict[tuple[str, str, bool], StorageState] = {}

    def state(origin: str, who: Person, *, has_script: bool) -> StorageState:
        key = (origin, who.email, has_script)
        if key not in kept:
            context = chromium.new_context(java_script_enabled=has_script)
            _sign_in(context.new_page(), origin, who)
            kept[key] = context.storage_state()
            context.close()
        return kept[key]

    return state


@pytest.fixture
def window(
    chromium: Browser, signed_in: Callable[..., StorageState]
) -> Iterator[Callable[..., Page]]:
    """Return a function: a new window of somebody who has signed in, with the page at an address.

    Windows of one `who` share a session, as tabs of one browser do.
    """
    contexts: dict[tuple[str, str, frozenset[tuple[str, Any]]], BrowserContext] = {}

    def opened(address: str, who: Person = CLINICIAN, **how: Any) -> Page:
        origin = "/".join(address.split("/")[:3])
        key = (origin, who.email, frozenset((name, str(value)) for name, value in how.items()))
        if key not in contexts:
            state = signed_in(origin, who, has_script=how.get("java_script_enabled", True))
            contexts[key] = chromium.new_context(storage_state=state, **how)
        page = contexts[key].new_page()
        page.set_default_timeout(8000)
        page.goto(address)
        return page

    yield opened
    for context in contexts.values():
        context.close()


# Nothing is being fetched, and nothing fades or slides any more.
AT_REST = """() => !document.querySelector("[aria-busy=true]")
    && document.getAnimations().every((one) => one.playState !== "running")"""


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """Return a function that fails when axe finds anything wrong with a page that has come to rest.

    In the middle of a fade a colour is neither the one before nor the one after.
    """

    def check(page: Page) -> None:
        page.wait_for_function(AT_REST)
        found = Axe().run(page).response["violations"]
        said = [
            f"{one['id']}: {node['html'][:200]} ({node['failureSummary']})"
            for one in found
            for node in one["nodes"]
        ]
        assert not said, "\n".join(said)

    return check


@contextmanager
def _served(folder: Path, *, port: int, **others: Any) -> Iterator[Running]:
    settings = Settings(data=folder, secret_key=secrets.token_hex(32), **others)
    _prepare(settings)
    app = create_app(settings)
    standing = app.extensions["lettergen"]
    server = create_server(app, host="127.0.0.1", port=port, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    with standing.postman.on_duty():
        yield Running(f"http://127.0.0.1:{server.effective_port}", app)
    server.close()
    thread.join(timeout=5)
    standing.office.renderer.close()
    standing.sessions.kw["bind"].dispose()


def _prepare(settings: Settings) -> None:
    vault.create_keys(settings.keys_file)
    engine = models.make_engine(settings.database_url)
    models.migrate(engine)
    sessions = models.open_sessions(engine, vault.open_vault(settings.keys_file))
    at = datetime.now(UTC)
    with sessions() as session, models.changing(session):
        practice = accounts.create_practice(session, PRACTICE, at=at)
        operator = accounts.operator_of(practice)
        for person in (CLINICIAN, COLLEAGUE):
            accounts.add_staff(session, operator, person, PASSWORD, at=at)
    engine.dispose()


def _sign_in(page: Page, origin: str, who: Person) -> None:
    page.goto(f"{origin}/sign-in")
    page.fill("input[name=email]", who.email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{origin}/")
