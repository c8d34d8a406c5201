"""The standard reply on its page: read before it goes, and sent once."""

from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lettergen import models
from lettergen.models import Document, Message
from lettergen.requests.life import deciding
from tests.web import asked
from tests.web.conftest import StrictClient, soup


@pytest.fixture
def request_id(app: Flask, people: Any, now: datetime) -> str:
    """A university's request without consent: decided, and not answered yet."""
    who = people.receptionist
    key = asked.receive(app, who, at=now, once="reply", type_key="uni_mitigating")
    parts = app.extensions["lettergen"]
    inputs = {"type": "uni_mitigating", "requester": "education", "consent": "missing"}
    with parts.sessions() as session, models.changing(session):
        terms = parts.requests.terms(session, who)
        deciding.decide(session, who, terms, key, inputs, seconds=9, revision=None, at=now)
    return key


def test_the_reply_is_read_before_it_goes(receptionist: StrictClient, request_id: str) -> None:
    shown = receptionist.page(f"/requests/{request_id}/reply")

    text = shown.main.get_text(" ", strip=True)
    assert "names nobody" in text
    assert "student’s own statement is evidence" in text
    assert "Testerby" not in text
    assert shown.select_one("button[name=by][value=print]")
    assert "Testerby" not in shown.select_one("textarea").text


def test_the_reply_is_seen_on_paper_as_a_draft(receptionist: StrictClient, request_id: str) -> None:
    reply = receptionist.get(f"/requests/{request_id}/reply/draft.pdf")

    assert reply.mimetype == "application/pdf"
    assert reply.data.startswith(b"%PDF-")


def test_a_reply_that_is_sent_twice_is_one(
    app: Flask, receptionist: StrictClient, request_id: str
) -> None:
    address = f"/requests/{request_id}/reply"

    first = receptionist.send(address, by="email")
    second = receptionist.send(address, by="print")

    assert first.status_code == second.status_code == 303
    with app.extensions["lettergen"].sessions() as session:
        [document] = session.scalars(select(Document))
        [message] = session.scalars(select(Message))
        assert message.subject_id == document.id
    sent = receptionist.page(address).main.get_text(" ", strip=True)
    assert "It has been sent" in sent
    assert document.reference in sent
    page = receptionist.page(second.location)
    assert document.reference in page.get_text()


def test_a_reply_without_an_address_stays_where_it_is(
    app: Flask, people: Any, receptionist: StrictClient, request_id: str
) -> None:
    reply = receptionist.send(f"/requests/{request_id}/reply", by="email", to="not an address")

    assert reply.status_code == 422
    assert soup(reply).select_one(".nhsuk-error-summary")
    with app.extensions["lettergen"].sessions() as session:
        assert session.scalars(select(Document)).all() == []


def test_another_practice_cannot_see_or_send_it(stranger: StrictClient, request_id: str) -> None:
    address = f"/requests/{request_id}/reply"

    assert stranger.get(address).status_code == 404
    assert stranger.get(f"{address}/draft.pdf").status_code == 404
    assert stranger.send(address, by="print").status_code == 404


def test_a_request_without_a_reply_has_no_page_for_one(
    app: Flask, people: Any, receptionist: StrictClient, now: datetime
) -> None:
    key = asked.receive(app, people.receptionist, at=now, once="none")

    assert receptionist.get(f"/requests/{key}/reply").status_code == 404
