"""A disk that is full while a form is saved: what was typed comes back with the refusal."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from tests.web.test_filling import Filler, filler

__all__ = ["filler"]


@pytest.fixture
def full_disk(app: Flask) -> Any:
    """Return a function that lets the database grow no further."""
    engine = app.extensions["lettergen"].sessions.kw["bind"]
    if engine.dialect.name != "sqlite":
        pytest.skip("SQLite is told to be full")

    def fill() -> None:
        # A pool keeps its connections, and this limit with each of them.
        with engine.connect() as connection:
            pages = connection.scalar(text("PRAGMA page_count"))
            connection.execute(text(f"PRAGMA max_page_count = {pages}"))

    return fill


def test_a_form_that_cannot_be_saved_comes_back_with_all_that_was_typed(
    filler: Any, full_disk: Any
) -> None:
    page: Filler = filler(given_name="Rowan")
    story = "What nobody wants to type again. " * 1000
    fields = {**page.fields(), "symptom_examples": [story]}
    before = page.draft.typed
    full_disk()

    reply = page.client.post(
        page.address, data={**fields, "go": "save"}, headers={"Sec-Fetch-Site": "same-origin"}
    )

    assert reply.status_code == 503
    assert "disk is full" in reply.text
    assert story.strip() in reply.text
    assert "Traceback" not in reply.text
    assert page.draft.typed == before
