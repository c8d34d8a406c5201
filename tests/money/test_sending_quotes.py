"""A quote reaches its payer in words that name no illness, once, and only where it may."""

import pytest
from sqlalchemy import select

from lettergen.models import Link, Message, Request
from lettergen.refusals import Refused
from lettergen.requests.front import pricing
from lettergen.requests.life import agreeing
from lettergen.requests.money import quotes
from lettergen.requests.money.offering import Offer, Payer
from lettergen.requests.papers import invoices as on_paper
from lettergen.requests.steps import paying, sending_quotes


def send(till, request_id, to="rowan@example.com", key="form-1"):
    office = till.office
    return sending_quotes.send(
        till.session, office, till.desk, request_id, to=to, key=key, at=till.now
    )


@pytest.fixture
def till(till, paper_office):
    till.office = paper_office
    return till


def request_of(till, request_id):
    return till.session.get(Request, request_id)


def waiting(till):
    found = till.session.scalars(select(Message).where(Message.state == "waiting"))
    return [one.masked for one in found]


def for_firm(till, **offer):
    """Offer a price to a firm that gave a reference of its own."""
    request_id = till.asked("organisation")
    payer = Payer("Example Law LLP", email="law@example.com", reference="TESTERBY/42")
    offered = Offer(payer, **offer)
    paying.offer(till.session, till.desk, till.terms, request_id, offered, at=till.now)
    return request_id


def test_a_patient_is_told_price_day_and_how_to_answer_and_nothing_of_health(till):
    request_id = till.quoted("patient", says="The injury to the knee")

    message = send(till, request_id).message

    said, row = message.body.lower(), request_of(till, request_id)
    for part in ("hello rowan,", row.reference.lower(), "£40.00", "20 december 2026", "/l/"):
        assert part in said, part
    for part in ("testerby", "seat", "belt", "knee", "injury", "\n\n\n"):
        assert part not in said, part
    assert message.heading == "A price from Example Surgery"


def test_pressed_twice_it_is_one_email_and_a_newer_one_takes_the_place_of_what_waits(till):
    request_id = till.quoted("patient")

    first, again = send(till, request_id), send(till, request_id)
    other = send(till, request_id, to="right@example.com", key="form-2")

    assert (first.is_new, again.is_new, again.message.id) == (True, False, first.message.id)
    assert waiting(till) == [other.message.masked]
    assert first.message.state == "cancelled"
    mistyped = till.session.get(Link, first.message.link_id)
    assert mistyped.revoked_at is not None


def test_a_price_that_is_withdrawn_is_not_sent_any_more(till):
    request_id = till.quoted("patient")
    send(till, request_id)

    paying.withdraw(till.session, till.desk, request_id, at=till.now)

    assert waiting(till) == []
    with pytest.raises(Refused, match="No quote is open"):
        send(till, request_id, key="form-2")


def test_nothing_is_sent_of_a_restricted_request_or_without_consent(till):
    restricted, refused = till.quoted("patient"), for_firm(till)
    request_of(till, restricted).is_restricted = True
    agreeing.refuse(till.session, till.desk, refused, "general", at=till.now)

    for request_id, reason in ((restricted, "restricted"), (refused, "does not agree")):
        with pytest.raises(Refused, match=reason):
            send(till, request_id)

    assert waiting(till) == []


def test_an_organisation_reads_its_price_by_its_link_and_answers_elsewhere(till):
    request_id = for_firm(till)

    message = send(till, request_id, to="").message

    link = till.session.scalars(select(Link)).one()
    seen = pricing.shown(till.session, link, at=till.now)
    assert (message.recipient, "TESTERBY/42" in message.body) == ("law@example.com", True)
    assert (seen.stands, seen.may_answer, seen.is_patients) == ("open", False, False)
    with pytest.raises(pricing.NotAnswered):
        pricing.answer(till.session, link, seen.key, is_yes=True, at=till.now)
    quote = quotes.live(till.session, request_of(till, request_id))
    assert quote.state == quotes.OFFERED


def test_an_organisations_reference_is_not_printed_once_the_patient_has_said_no(till):
    kept, dropped = for_firm(till), for_firm(till)
    for request_id in (kept, dropped):
        paying.accept(till.session, till.desk, request_id, how="letter", at=till.now)
    before = paying.invoice(till.session, till.desk, kept, at=till.now)
    for request_id in (kept, dropped):
        agreeing.refuse(till.session, till.desk, request_id, "general", at=till.now)

    after = paying.invoice(till.session, till.desk, dropped, at=till.now)

    assert before.content["customer"]["reference"] == "TESTERBY/42"
    assert after.content["customer"]["reference"] == ""
    shown = on_paper.paper(after, after.content["customer"])
    assert "TESTERBY" not in str(shown)
