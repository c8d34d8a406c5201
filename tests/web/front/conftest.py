"""What the front door's tests share."""

from collections.abc import Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy.orm import Session


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
