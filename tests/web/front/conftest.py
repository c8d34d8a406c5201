"""The front door's tests: one application for a file of them, with a database for each test."""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy.orm import Session

from lettergen import models
from lettergen.app import create_app
from lettergen.config import Settings
from lettergen.rendering import Renderer
from lettergen.vault import DEFAULT_KEY
from tests.conftest import NOW
from tests.web.conftest import Clock, StrictClient


@pytest.fixture(scope="module")
def clocks() -> Clock:
    """The clock of the application, which each test sets anew."""
    return Clock(NOW)


@pytest.fixture(scope="module")
def built(
    tmp_path_factory: pytest.TempPathFactory, _prepared: Any, renderer: Renderer, clocks: Clock
) -> Iterator[Flask]:
    """The application, which takes most of a second to make."""
    folder = tmp_path_factory.mktemp("front")
    with _prepared[1](folder) as address:
        settings = Settings(
            data=folder, database_url=address, secret_key="for tests: more than 32 characters"
        )
        keys = {"current": 1, "keys": {"1": b64encode(DEFAULT_KEY).decode()}}
        settings.keys_file.write_text(json.dumps(keys), "ascii")
        one = create_app(settings, renderer=renderer, clock=clocks)
        one.test_client_class = StrictClient
        yield one
        one.extensions["lettergen"].sessions.kw["bind"].dispose()


@pytest.fixture
def clock(clocks: Clock, now: datetime) -> Clock:
    clocks.now = now
    return clocks


@pytest.fixture
def settings(built: Flask) -> Settings:
    found: Settings = built.extensions["lettergen"].settings
    return found


@pytest.fixture
def app(built: Flask, database_url: str, clock: Clock) -> Iterator[Flask]:
    """The application on a database of its own, as nobody has used it yet."""
    parts = built.extensions["lettergen"]
    first, engine = parts.sessions.kw["bind"], models.make_engine(database_url)
    parts.sessions.configure(bind=engine)
    (limiter,) = built.extensions["limiter"]
    limiter.reset()
    assert clock() == NOW
    yield built
    built.extensions["lettergen"] = parts
    parts.sessions.configure(bind=first)
    engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.extensions["lettergen"].sessions() as one:
        yield one


def words(page: BeautifulSoup) -> str:
    """What the main part of a page says, in one line."""
    return " ".join(page.select_one("main").get_text(" ").split())


def soup(reply: Any) -> BeautifulSoup:
    """A reply as a page."""
    return BeautifulSoup(reply.get_data(as_text=True), "html5lib")
