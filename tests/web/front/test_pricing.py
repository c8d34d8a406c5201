"""The price on a request's progress page: for the payer alone, who may answer it there."""

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import links, models
from lettergen.models import Quote, Request
from lettergen.requests.front.asking import visitor
from lettergen.requests.money.offering import Offer, Payer
from lettergen.requests.money.payments import Taken
from lettergen.requests.steps import paying
from tests.web import charged
from tests.web.front.conftest import soup, words


@pytest.fixture
def followed(app: Flask, people: Any, clock: Any) -> Callable[..., tuple[str, str]]:
    """Return a function: whose class → the key and the progress page of a request with a price."""

    def make(asker: str = "patient") -> tuple[str, str]:
        request_id = charged.decided(app, people, at=clock())
        parts = app.extensions["lettergen"]
        with parts.sessions() as session, models.changing(session):
            terms = parts.requests.terms(session, people.receptionist)
            offered = Offer(Payer("Rowan Testerby"))
            desk = people.receptionist
            paying.offer(session, desk, terms, request_id, offered, at=clock())
            session.get_one(Request, request_id).requester_class = asker
            who = visitor(desk.practice_id)
            born = {"birth_date": None, "at": clock()}
            made = links.create(session, who, links.FOLLOW, request_id, **born)
            return request_id, f"/l/{made.token}/progress"

    return make


def say(client: Any, address: str, answer: str, **more: str) -> Any:
    """Press a button of the price."""
    form = client.page(address).select_one("#price form")
    hidden = {one["name"]: one["value"] for one in form.select("[type=hidden]")}
    return client.post(form["action"], data={**hidden, "answer": answer, **more})


def price_on(page: BeautifulSoup) -> str:
    return " ".join(page.select_one("#price").get_text(" ").split())


def row_of(session: Session, request_id: str) -> tuple[str, str, str | None]:
    session.expire_all()
    quote = session.scalars(select(Quote).where(Quote.request_id == request_id)).one()
    return session.get_one(Request, request_id).state, quote.state, quote.answered_how


def test_the_patient_reads_the_price_and_says_yes_and_staff_see_it(
    followed: Any, client: Any, app: Flask, people: Any, clock: Any, session: Session
) -> None:
    request_id, address = followed()
    read = price_on(client.page(address))
    reply = say(client, address, "yes")
    again = client.post(f"{address}/price", data={"answer": "no"})

    assert "£40.00 in all" in read
    assert "holds until 20 December 2026" in read
    assert "Nothing is written before" in read
    assert reply.status_code == 303
    assert "We have noted that you will pay" in words(client.page(reply.location))
    assert row_of(session, request_id) == ("accepted", "accepted", "link")
    assert again.status_code >= 400
    with app.extensions["lettergen"].sessions() as db, models.changing(db):
        taken = Taken(40_00, "card", clock().date(), once="at-the-desk")
        paying.record(db, people.receptionist, request_id, taken, at=clock())
    assert "It is paid" in price_on(client.page(address))


def test_a_no_declines_the_request_and_is_taken_once(
    followed: Any, client: Any, session: Session
) -> None:
    request_id, address = followed()
    page = client.page(address)
    hidden = {one["name"]: one["value"] for one in page.select("#price [type=hidden]")}

    replies = [client.post(f"{address}/price", data={**hidden, "answer": "no"}) for _ in range(2)]

    assert [one.status_code for one in replies] == [303, 303]
    assert row_of(session, request_id) == ("declined", "refused", "link")
    assert "nothing is owed" in price_on(client.page(address))


def test_an_answer_to_another_price_or_after_its_days_changes_nothing(
    followed: Any, client: Any, session: Session, clock: Any
) -> None:
    request_id, address = followed()

    other = say(client, address, "yes", price="another")
    neither = say(client, address, "perhaps")

    assert (other.status_code, neither.status_code) == (422, 422)
    assert "price has changed" in words(soup(other))
    assert row_of(session, request_id)[:2] == ("quoted", "offered")
    clock.now = clock.now.replace(year=2027, month=1)
    assert "Nothing is owed" in price_on(client.page(address))


def test_whoever_asks_for_another_answers_elsewhere_and_others_see_no_price(
    followed: Any, client: Any, session: Session
) -> None:
    request_id, address = followed("education")
    assert client.page(address).select_one("#price") is None
    session.get_one(Request, request_id).requester_class = "family"
    session.commit()
    page = client.page(address)
    assert page.select_one("#price form") is None
    assert "please tell us" in price_on(page)
    session.get_one(Request, request_id).is_restricted = True
    session.commit()
    assert client.page(address).select_one("#price") is None
