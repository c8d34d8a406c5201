"""The standing people in a browser: the application on a database of its own.

Every page that a client of these tests receives is parsed as strictly as HTML can be.
"""

import json
import tomllib
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import html5lib
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lettergen import documents, forms, models
from lettergen.app import create_app
from lettergen.config import Settings
from lettergen.rendering import Renderer
from lettergen.vault import DEFAULT_KEY

LETTER = "to-whom-it-may-concern"
CASES = Path(__file__).parents[1] / "letters" / f"{LETTER}.toml"
ADDRESSES = {
    "clinician": "clinician@example.com",
    "receptionist": "reception@example.com",
    "manager": "manager@example.com",
    "stranger": "stranger@example.com",
}


class StrictClient(FlaskClient):
    """A browser that refuses bad HTML, and sends what a real one does with a form."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs["buffered"] = True
        reply = super().open(*args, **kwargs)
        if reply.mimetype == "text/html" and not 300 <= reply.status_code < 400:
            html5lib.HTMLParser(strict=True).parse(reply.get_data(as_text=True))
        return reply

    def page(self, address: str) -> BeautifulSoup:
        """Return the page at an address, followed through redirects."""
        reply = self.get(address, follow_redirects=True)
        assert reply.status_code == 200, reply.status
        return soup(reply)

    def send(self, address: str, /, **fields: Any) -> TestResponse:
        """Post a form as one of our pages would, its token included."""
        return self.post(address, data={**fields, "csrf_token": self.token()})

    def token(self) -> str:
        """Return the token that the pages of this session carry."""
        return str(self.page("/help").select_one("meta[name=csrf-token]")["content"])

    def sign_in(self, email: str, password: str) -> TestResponse:
        """Post the sign-in form."""
        return self.send("/sign-in", email=email, password=password)


@dataclass
class Clock:
    """The time as the application sees it; tests move it."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


def soup(reply: TestResponse) -> BeautifulSoup:
    """Return a reply as a page that can be asked for its parts."""
    return BeautifulSoup(reply.get_data(as_text=True), "html5lib")


@pytest.fixture(scope="session")
def renderer() -> Iterator[Renderer]:
    with Renderer(Settings().template_folders) as one:
        yield one


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    made = Settings(
        data=tmp_path, database_url=database_url, secret_key="for tests: more than 32 characters"
    )
    keys = {"current": 1, "keys": {"1": b64encode(DEFAULT_KEY).decode()}}
    made.keys_file.write_text(json.dumps(keys), "ascii")
    return made


@pytest.fixture
def app(settings: Settings, renderer: Renderer, clock: Clock) -> Iterator[Flask]:
    one = create_app(settings, renderer=renderer, clock=clock)
    one.test_client_class = StrictClient
    yield one
    one.extensions["lettergen"].sessions.kw["bind"].dispose()


@pytest.fixture
def client(app: Flask) -> StrictClient:
    """Somebody who has not signed in."""
    return app.test_client()


@pytest.fixture
def browser_of(app: Flask, people: Any) -> Callable[[str], StrictClient]:
    """Return a function: who → their browser, signed in."""

    def signed_in(who: str) -> StrictClient:
        browser = app.test_client()
        reply = browser.sign_in(ADDRESSES[who], people.password)
        assert reply.status_code == 302, "the sign-in failed"
        return browser

    return signed_in


@pytest.fixture
def clinician(browser_of: Callable[[str], StrictClient]) -> StrictClient:
    return browser_of("clinician")


@pytest.fixture
def receptionist(browser_of: Callable[[str], StrictClient]) -> StrictClient:
    return browser_of("receptionist")


@pytest.fixture
def manager(browser_of: Callable[[str], StrictClient]) -> StrictClient:
    return browser_of("manager")


@pytest.fixture
def stranger(browser_of: Callable[[str], StrictClient]) -> StrictClient:
    return browser_of("stranger")


@pytest.fixture
def begun(app: Flask, people: Any, clock: Clock) -> Callable[..., str]:
    """Return a function: changed answers → the id of a complete draft for Rowan Testerby."""

    def begin(by: str = "clinician", **changes: Any) -> str:
        parts = app.extensions["lettergen"]
        case = tomllib.loads(CASES.read_text("utf-8"))["cases"][0]["answers"]
        answers = {**case, "nhs_number": "999 000 1006", **changes}
        typed = forms.flatten(parts.office.library.get(LETTER), answers)
        with parts.sessions() as session, models.changing(session):
            actor = getattr(people, by)
            return documents.start(session, parts.office, actor, LETTER, at=clock(), typed=typed).id

    return begin


@pytest.fixture
def issue(clinician: StrictClient) -> Callable[[str], str]:
    """Return a function: draft → the id of the letter that the clinician signed in the browser."""

    def sign(draft_id: str) -> str:
        reply = clinician.send(f"/drafts/{draft_id}/issue", seal=review(clinician, draft_id))
        assert reply.status_code == 302, reply.text
        return str(reply.location.rpartition("/")[2])

    return sign


def review(browser: StrictClient, draft_id: str) -> str:
    """Have the final pages made, look at them, and return the seal that the page shows."""
    browser.send(f"/drafts/{draft_id}/review")
    return str(browser.page(f"/drafts/{draft_id}/review").select_one("[name=seal]")["value"])


@pytest.fixture
def known(
    begun: Callable[..., str],
    issue: Callable[[str], str],
    clinician: StrictClient,
    people: Any,
) -> dict[str, Any]:
    """What the addresses of routes may name: an issued letter, a draft under review, a person."""
    document_id = issue(begun())
    draft_id = begun()
    review(clinician, draft_id)
    return {
        "document_id": document_id,
        "draft_id": draft_id,
        "staff_id": people.receptionist.staff_id,
        "slug": LETTER,
        "kind": "letter",
        "number": 1,
        "name": "app.css",
        "filename": "nhsuk/nhsuk-frontend.min.css",
    }
