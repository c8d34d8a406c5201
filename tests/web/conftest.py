"""The standing people in a browser: the application on a database of its own.

Every page that a client of these tests receives is parsed as strictly as HTML can be.
"""

import json
import re
import tomllib
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import html5lib
import pytest
from bs4 import BeautifulSoup
from bs4.builder import HTML5TreeBuilder
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lettergen import accounts, delivery, documents, forms, models, post, sealing
from lettergen.app import create_app
from lettergen.config import Settings
from lettergen.consents import asking
from lettergen.definitions import open_library
from lettergen.models import Message
from lettergen.post import Postman
from lettergen.rendering import Renderer
from lettergen.vault import DEFAULT_KEY
from tests.conftest import NOW
from tests.consent_asking.cases import ADULT
from tests.web import asked, charged, filed, logged, patients
from tests.web.patients import Patient

LETTER = "to-whom-it-may-concern"
CASES = Path(__file__).parents[1] / "letters" / f"{LETTER}.toml"
ADDRESSES = {
    "clinician": "clinician@example.com",
    "receptionist": "reception@example.com",
    "manager": "manager@example.com",
    "stranger": "stranger@example.com",
}


TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)"')


class StrictBuilder(HTML5TreeBuilder):
    """Builds a page's tree, and refuses bad HTML on the way: to parse once does for both."""

    def feed(self, markup: Any) -> None:
        parser = html5lib.HTMLParser(tree=self.create_treebuilder, strict=True)
        self.underlying_builder.parser = parser
        parser.parse(markup)
        self.underlying_builder.parser = None


class StrictClient(FlaskClient):
    """A browser that refuses bad HTML, and sends what a real one does with a form."""

    seen: BeautifulSoup

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs["buffered"] = True
        reply = super().open(*args, **kwargs)
        has_body = reply.request.method != "HEAD" and not 300 <= reply.status_code < 400
        if reply.mimetype == "text/html" and has_body:
            self.seen = BeautifulSoup(reply.get_data(as_text=True), builder=StrictBuilder())
        return reply

    def page(self, address: str) -> BeautifulSoup:
        """Return the page at an address, followed through redirects."""
        reply = self.get(address, follow_redirects=True)
        assert reply.status_code == 200, reply.status
        return self.seen if reply.mimetype == "text/html" else soup(reply)

    def send(self, address: str, /, **fields: Any) -> TestResponse:
        """Post a form as one of our pages would, its token included."""
        return self.post(address, data={**fields, "csrf_token": self.token()})

    def token(self) -> str:
        """Return the token that the pages of this session carry."""
        # Past the strict reading of every page: half of the pages that tests open are for this.
        found = TOKEN.search(super().open("/help").get_data(as_text=True))
        assert found, "no token in the page"
        return found[1]

    def sign_in(self, email: str, password: str) -> TestResponse:
        """Post the sign-in form."""
        return self.send("/sign-in", email=email, password=password)


@dataclass
class Clock:
    """The time as the application sees it; tests move it."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Handed:
    """A link to a letter, as its patient got it."""

    link_id: str
    token: str
    reference: str


def soup(reply: TestResponse) -> BeautifulSoup:
    """Return a reply as a page that can be asked for its parts."""
    return BeautifulSoup(reply.get_data(as_text=True), "html5lib")


@pytest.fixture(scope="session")
def renderer() -> Iterator[Renderer]:
    with Renderer(Settings().template_folders) as one:
        yield one


@pytest.fixture(scope="session")
def built(renderer: Renderer, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application, which takes half a second to make: each test puts its own parts into it."""
    folder = tmp_path_factory.mktemp("application")
    settings = settings_in(folder, f"sqlite:///{folder / 'never-used.sqlite3'}")
    one = create_app(settings, renderer=renderer, clock=Clock(NOW))
    one.test_client_class = StrictClient
    # All types are read now, of which each test's own library begins with those as they are.
    assert one.extensions["lettergen"].office.library.document_types
    return one


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return settings_in(tmp_path, database_url)


def settings_in(folder: Path, database_url: str) -> Settings:
    """Return settings that keep everything in a folder, whose keys are the published ones."""
    made = Settings(
        data=folder, database_url=database_url, secret_key="for tests: more than 32 characters"
    )
    keys = {"current": 1, "keys": {"1": b64encode(DEFAULT_KEY).decode()}}
    made.keys_file.write_text(json.dumps(keys), "ascii")
    return made


@pytest.fixture
def app(built: Flask, settings: Settings, clock: Clock) -> Iterator[Flask]:
    """The application on a database of its own, as nobody has used it yet."""
    parts, config = built.extensions["lettergen"], dict(built.config)
    library = open_library(settings)
    if library.folders == parts.office.library.folders:
        library._found.update(parts.office.library._found)
    first, engine = parts.sessions.kw["bind"], models.make_engine(settings.database_url)
    parts.sessions.configure(bind=engine)
    built.extensions["lettergen"] = replace(
        parts,
        settings=settings,
        clock=clock,
        office=replace(
            parts.office,
            library=library,
            public_address=settings.public_address,
        ),
        postman=Postman(parts.sessions, settings, clock),
    )
    for limiter in built.extensions["limiter"]:
        limiter.reset()
    yield built
    built.extensions["lettergen"] = parts
    built.config.clear()
    built.config.update(config)
    parts.sessions.configure(bind=first)
    engine.dispose()


@contextmanager
def application(settings: Settings, renderer: Renderer, clock: Clock) -> Iterator[Flask]:
    """Make the application for strict browsers, and let go of its database in the end."""
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


@pytest.fixture
def letter(app: Flask, people: Any, clock: Clock) -> str:
    """The id of a letter for Rowan Testerby, born 12 April 1998, issued without a browser."""
    parts = app.extensions["lettergen"]
    case = tomllib.loads(CASES.read_text("utf-8"))["cases"][0]["answers"]
    kind = parts.office.library.get(LETTER)
    supplied = {name for name, source in kind.supplied().items() if source.startswith("practice.")}
    typed = forms.flatten(
        kind, {name: answer for name, answer in case.items() if name not in supplied}
    )
    with parts.sessions() as session, models.changing(session):
        return documents.issue_answers(
            session,
            parts.office,
            people.clinician,
            LETTER,
            typed,
            on=clock().date(),
            at=clock(),
            signer=ADDRESSES["clinician"],
        ).id


@pytest.fixture
def hand(app: Flask, people: Any, clock: Clock) -> Callable[..., Handed]:
    """Return a function: the id of a letter → a new link to it, made by reception."""

    def handed(document_id: str, **how: Any) -> Handed:
        parts = app.extensions["lettergen"]
        with parts.sessions() as session, models.changing(session):
            made = delivery.hand_by_link(
                session, parts.office, people.receptionist, document_id, at=clock(), **how
            )
            reference = documents.get(session, people.receptionist, document_id).reference
            return Handed(made.link.id, made.token, reference)

    return handed


def review(browser: StrictClient, draft_id: str) -> str:
    """Have the final pages made, look at them, and return the seal that the page shows."""
    browser.send(f"/drafts/{draft_id}/review")
    return str(browser.page(f"/drafts/{draft_id}/review").select_one("[name=seal]")["value"])


@pytest.fixture
def certificate_id(app: Flask, people: Any, clock: Clock) -> str:
    """The certificate that seals the letters of the clinician's practice."""
    parts = app.extensions["lettergen"]
    with parts.sessions() as session, models.changing(session):
        return sealing.current(session, people.manager.practice_id, at=clock()).id


@pytest.fixture
def message_id(app: Flask, people: Any, clock: Clock) -> str:
    """An e-mail that waits to be sent."""
    parts = app.extensions["lettergen"]
    with parts.sessions() as session, models.changing(session):
        text = {"to": "rowan@example.com", "heading": "A letter", "body": "Hello"}
        return post.write(session, people.clinician, "letter", **text, at=clock()).id


@pytest.fixture
def known(
    app: Flask,
    clock: Clock,
    begun: Callable[..., str],
    issue: Callable[[str], str],
    clinician: StrictClient,
    people: Any,
    hand: Callable[[str], Handed],
    certificate_id: str,
    message_id: str,
) -> dict[str, Any]:
    """What the addresses of routes may name: an issued letter, a draft under review, a person."""
    document_id = issue(begun())
    handed = hand(document_id)
    draft_id = begun()
    review(clinician, draft_id)
    of_consent = asdict(filed.full(app, people.clinician, at=clock()))
    of_request = asdict(asked.full(app, people.clinician, at=clock()))
    paper_id = asked.paper(app, people.clinician, of_request["request_id"], at=clock())
    request_lock_id = filed.locked_link(
        app, people.clinician, of_request["request_id"], "agree", at=clock()
    )
    return {
        "document_id": document_id,
        "draft_id": draft_id,
        "lock_id": filed.locked_link(app, people.clinician, of_consent["record_id"], at=clock()),
        "consent_id": patients.begin(app, people, ADULT, at=clock()),
        **of_consent,
        **of_request,
        "request_lock_id": request_lock_id,
        "ods": "Y99991",
        "staff_id": people.receptionist.staff_id,
        "slug": LETTER,
        "kind": "letter",
        "number": 1,
        "name": "app.css",
        "filename": "nhsuk/nhsuk-frontend.min.css",
        "reference": handed.reference,
        "token": handed.token,
        "link_id": handed.link_id,
        "certificate_id": certificate_id,
        "message_id": message_id,
        "type_key": "gym_fitness",
        "way": "withdrawn",
        "paper_id": paper_id,
        "code": "D05",
        "payer_class": "patient",
        **asdict(charged.full(app, people, at=clock())),
        "work_id": logged.call(app, people.clinician, at=clock()),
    }


@pytest.fixture
def clinicians_pin(app: Flask, people: Any, clock: Clock) -> str:
    """The clinician's PIN, which is set."""
    parts = app.extensions["lettergen"]
    with parts.sessions() as session, models.changing(session):
        accounts.set_pin(session, people.clinician, patients.PIN, at=clock())
    return patients.PIN


@pytest.fixture
def on_tablet(
    app: Flask, people: Any, clinician: StrictClient, clinicians_pin: str, clock: Clock
) -> Callable[..., Patient]:
    """Return a function: set-up → the patient with the clinician's tablet, locked to it."""

    def handed(answers: dict[str, Any] = ADULT) -> Patient:
        assert clinicians_pin
        draft_id = patients.begin(app, people, answers, at=clock())
        reply = clinician.send(f"/consents/{draft_id}/tablet", device="Tablet 1")
        assert reply.status_code == 303, reply.text
        return Patient(app, clinician, "/choose", draft_id, people.clinician.practice_id)

    return handed


@pytest.fixture
def by_link(app: Flask, people: Any, clock: Clock) -> Callable[..., Patient]:
    """Return a function: set-up → the patient behind the door of a link to it."""

    def handed(answers: dict[str, Any] = ADULT) -> Patient:
        parts = app.extensions["lettergen"]
        draft_id = patients.begin(app, people, answers, at=clock())
        with parts.sessions() as session, models.changing(session):
            rules = parts.consents.terms(session, people.clinician)
            made = asking.invite(
                session, parts.office, rules, people.clinician, draft_id, at=clock()
            )
        browser = app.test_client()
        root = f"/l/{made.token}/choose"
        year, month, day = answers["patient"]["date_of_birth"].split("-")
        token = browser.page(f"/l/{made.token}").select_one("[name=csrf_token]")["value"]
        fields = {"day": day, "month": month, "year": year, "csrf_token": token}
        reply = browser.post(f"/l/{made.token}", data=fields)
        assert reply.status_code == 303, reply.text
        return Patient(app, browser, root, draft_id, people.clinician.practice_id)

    return handed


@pytest.fixture
def nudges(app: Flask, clock: Clock) -> list[int]:
    """How many e-mails the postman found at each nudge: e-mail is set up, and none is sent."""
    parts = app.extensions["lettergen"]
    with_mail = {"smtp_host": "127.0.0.1", "smtp_from": "letters@example.com"}
    settings = parts.settings.model_copy(update=with_mail)
    found: list[int] = []

    class Looking(Postman):
        def nudge(self) -> None:
            with parts.sessions() as session:
                found.append(len(session.scalars(select(Message)).all()))

    looking = Looking(parts.sessions, settings, clock)
    app.extensions["lettergen"] = replace(parts, settings=settings, postman=looking)
    return found
