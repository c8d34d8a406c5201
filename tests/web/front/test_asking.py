"""The practice's front door: what works instead, what a letter costs, and a request that lands."""

import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import models
from lettergen.models import Message, Practice, Request, RequestPaper
from lettergen.requests.catalogue.loading import load
from lettergen.requests.front import following
from lettergen.requests.front.asking import visitor
from lettergen.requests.life import agreeing, deciding, facts, guards, moves
from lettergen.requests.life.states import STATES
from lettergen.web.base import form_token
from lettergen.web.front.asking_form import AGREEMENTS
from tests.web import asked
from tests.web.front.conftest import soup, words

HERE = "/ask/Y99991"
TOKEN = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){4,}\b")
TYPE = "firearms_initial"
MINE = {
    "given_name": "Rowan",
    "family_name": "Testerby",
    "day": "12",
    "month": "4",
    "year": "1998",
    "email": "rowan@example.com",
    "purpose": "For my certificate",
}
THEIRS = {
    **MINE,
    "organisation": "Example Insurance Ltd",
    "name": "Jo Bloggs",
    "email": "claims@example.com",
    "asked": "1. When was the first visit?\n2. What was found?",
    "agreement": "ask",
}


@pytest.fixture
def sent(client: Any, clock: Any) -> Callable[..., Any]:
    """Return a function: type and how it is asked for → the reply to the form, a minute later."""

    def send(fields: dict[str, str], key: str = TYPE, how: str = "who=me", **more: str) -> Any:
        page = client.page(f"{HERE}/{key}/form?{how}")
        hidden = {one["name"]: one["value"] for one in page.select("form [type=hidden]")}
        clock.now += timedelta(minutes=1)
        return client.post(f"{HERE}/{key}/form", data={**hidden, **fields, **more})

    return send


def photo() -> bytes:
    target = BytesIO()
    Image.new("RGB", (40, 40), "white").save(target, "JPEG")
    return target.getvalue()


def huge_picture() -> bytes:
    """A PNG of some bytes that says that it is 60,000 by 60,000 pixels."""
    size = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", size), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )


def add(client: Any, address: str, raw: bytes, kind: str = "consent") -> Any:
    """Add a file to the request that is followed at an address."""
    token = client.page(address).select_one("[name=csrf_token]")["value"]
    fields = {"csrf_token": token, "kind": kind, "file": (BytesIO(raw), "signed.jpg")}
    return client.post(address, data=fields, content_type="multipart/form-data")


def requests_of(session: Session) -> list[Request]:
    session.expire_all()
    return list(session.scalars(select(Request).order_by(Request.reference)))


def change(session: Session, **settings: Any) -> None:
    one = session.scalars(select(Practice).where(Practice.ods == "Y99991")).one()
    one.request_settings = settings
    session.commit()


def test_several_practices_are_chosen_between_and_one_code_is_typed_as_one_likes(
    client: Any,
) -> None:
    page = client.page("/ask")

    assert [one.text for one in page.select(".pt-list a")] == ["Example Surgery", "Other Surgery"]
    assert client.page("/ask/y99991").h1.text == "Ask for a letter or a form"
    assert client.get("/ask/NOWHERE").status_code == 404


def test_danger_comes_first_and_what_is_said_is_found(client: Any) -> None:
    page = client.page(f"{HERE}?q=mit+circs")

    assert page.select_one("main h2").text == "Is somebody in danger now?"
    assert page.select_one("main a")["href"] == "tel:999"
    assert page.select_one("#found ~ .pt-list a")["href"] == f"{HERE}/uni_mitigating"


def test_what_only_resembles_the_words_is_less_likely_than_something_else(client: Any) -> None:
    both = client.page(f"{HERE}?q=fit+to+fly").select_one("main")
    weak = client.page(f"{HERE}?q=budgie").select_one("main")

    places = [one.get("id") or one["href"] for one in both.select("#found, #less-likely, main a")]
    assert places.index(f"{HERE}/fit_to_fly") < places.index("less-likely")
    assert places.index("less-likely") < places.index(f"{HERE}/pilot_medical")
    assert weak.select_one("#found").text == "We did not find that"
    assert weak.select_one("#found ~ p a")["href"] == f"{HERE}/other"
    assert weak.select_one("#less-likely + ul a")["href"] == f"{HERE}/blue_badge"


def test_nobody_finds_nothing_without_a_way_on(client: Any) -> None:
    page = client.page(f"{HERE}?q=qqqqzzzz")
    empty = client.page(f"{HERE}?q=")

    assert "We did not find that" in words(page)
    assert page.select_one(f"a[href='{HERE}/other']")
    assert len(page.select("details a")) == 106
    assert "Write down what you need" in words(empty)


def test_where_no_letter_is_needed_a_note_says_so_and_names_nobody(client: Any) -> None:
    page = client.page(f"{HERE}/uni_mitigating?who=me")
    note = client.page(f"{HERE}/uni_mitigating/note?who=me")
    pdf = client.get(note.select_one("a[href*='note.pdf']")["href"])

    assert page.h1.text == "You do not need a letter from us for this"
    assert page.select_one("main form") is None
    assert "We do not say who is or is not our patient" in words(note)
    assert "student’s own statement" in words(note)
    assert "Example Surgery" in words(note)
    assert pdf.data.startswith(b"%PDF-")


def test_whoever_was_refused_in_writing_may_ask_after_all(client: Any) -> None:
    page = client.page(f"{HERE}/uni_mitigating?who=me")
    way = page.select_one("details a")["href"]

    after = client.page(way)

    assert "Cost" in words(after)
    assert "they said no" in words(after)
    assert after.select_one("a.nhsuk-button")["href"].endswith("refused=1")


def test_the_answer_says_cost_time_and_agreement(client: Any) -> None:
    said = words(client.page(f"{HERE}/ins_gpr?who=organisation&kind=insurer"))

    assert "About £120.00 in all" in said
    assert "Access to Medical Reports Act" in said
    assert "Usually by" in said


def test_free_work_says_that_it_is_free(client: Any) -> None:
    said = words(client.page(f"{HERE}/council_tax_smi?who=me"))

    assert "You pay nothing" in said
    assert "£" not in said


def test_who_asks_is_asked_for_again_if_it_was_not_said(client: Any) -> None:
    page = client.page(f"{HERE}/{TYPE}?who=organisation&kind=")

    assert "Choose what kind of organisation you are" in words(page)
    assert page.select_one("#who-3")["checked"] == ""


def test_a_sent_form_lands_on_the_board_and_leads_to_its_progress(
    sent: Any, client: Any, session: Session
) -> None:
    reply = sent(MINE)

    page = client.page(reply.location)
    (request,) = requests_of(session)
    assert reply.status_code == 303
    assert request.state == "received"
    assert (request.channel, request.type_key, request.requester_class) == ("web", TYPE, "patient")
    assert request.content.patient["date_of_birth"] == "1998-04-12"
    assert request.reference in words(page)
    assert [one for one in ("Rowan", "Testerby", "1998") if one in str(page)] == []


def test_an_organisation_is_kept_with_its_name_and_its_questions(
    sent: Any, session: Session
) -> None:
    sent(THEIRS, "ins_gpr", "who=organisation&kind=insurer")

    (request,) = requests_of(session)
    assert request.requester.name == "Example Insurance Ltd"
    assert request.requester_class == "insurer"
    assert "When was the first visit?" in request.content.asked
    assert "get the agreement of the person" in request.content.asked
    assert "consent" not in request.inputs


def test_nothing_that_was_typed_is_lost_on_an_error(sent: Any, session: Session) -> None:
    reply = sent({**MINE, "year": "98", "email": "rowan", "given_name": "x" * 300})

    page = soup(reply)
    assert reply.status_code == 422
    assert page.title.text.startswith("Error: ")
    assert page.select_one("#purpose").text.strip() == "For my certificate"
    assert page.select_one("#given_name")["value"] == "x" * 300
    assert page.select_one("[name=month]")["value"] == "4"
    assert {one["href"] for one in page.select(".nhsuk-error-summary a")} == {
        "#born-day",
        "#email",
        "#given_name",
    }
    assert requests_of(session) == []


def test_a_button_pressed_twice_makes_one_request_and_one_link(
    client: Any, clock: Any, session: Session
) -> None:
    page = client.page(f"{HERE}/{TYPE}/form?who=me")
    fields = {one["name"]: one["value"] for one in page.select("form [type=hidden]")} | MINE
    clock.now += timedelta(minutes=1)

    first = client.post(f"{HERE}/{TYPE}/form", data=fields)
    second = client.post(f"{HERE}/{TYPE}/form", data=fields)

    assert first.location == second.location
    assert len(requests_of(session)) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"website": "https://spam.example.com"}, "This box must stay empty"),
        ({"opened": "made up"}, "This page had been open for a long time"),
    ],
)
def test_what_a_machine_sends_is_not_taken_and_a_person_loses_nothing(
    sent: Any, session: Session, fields: dict[str, str], said: str
) -> None:
    reply = sent(MINE, **fields)

    page = soup(reply)
    assert reply.status_code == 422
    assert said in words(page)
    assert page.select_one("#given_name")["value"] == "Rowan"
    assert requests_of(session) == []


def test_a_form_that_comes_back_at_once_is_asked_for_again(
    client: Any, clock: Any, session: Session
) -> None:
    page = client.page(f"{HERE}/{TYPE}/form?who=me")
    fields = {one["name"]: one["value"] for one in page.select("form [type=hidden]")} | MINE

    at_once = client.post(f"{HERE}/{TYPE}/form", data=fields)
    clock.now += timedelta(seconds=4)
    later = client.post(f"{HERE}/{TYPE}/form", data=fields)

    assert "That was very quick" in words(soup(at_once))
    assert later.status_code == 303


def test_after_many_requests_an_address_waits_and_keeps_its_words(
    app: Flask, client: Any, clock: Any
) -> None:
    def send() -> Any:
        with app.test_request_context():
            opened = form_token.issue("Y99991", at=clock())
        clock.now += timedelta(minutes=1)
        return client.post(f"{HERE}/{TYPE}/form", data={**MINE, "who": "me", "opened": opened})

    for _ in range(12):
        assert send().status_code == 303

    reply = send()

    page = soup(reply)
    assert reply.status_code == 429
    assert page.h1.text == "Nothing you typed is lost"
    assert page.select_one("[name=purpose]")["value"] == "For my certificate"


def test_a_practice_can_switch_it_off(client: Any, session: Session) -> None:
    change(session, front_door_open=False)

    assert client.page(HERE).h1.text == "Please ask us in another way"
    assert client.page(f"{HERE}/{TYPE}/form?who=me").h1.text == "Please ask us in another way"
    assert client.page("/ask/Y99992").h1.text == "Ask for a letter or a form"


def test_an_email_carries_the_link_where_email_is_set_up(
    app: Flask, sent: Any, session: Session
) -> None:
    parts = app.extensions["lettergen"]
    mail = {"smtp_host": "mail.example.com", "smtp_from": "letters@example.com"}
    settings = parts.settings.model_copy(update=mail)
    app.extensions["lettergen"] = replace(parts, settings=settings)

    token = sent(MINE).location.split("/")[2]

    (message,) = session.scalars(select(Message))
    assert token in message.body
    assert message.recipient == "rowan@example.com"
    assert [one for one in ("Testerby", "certificate", "firearm") if one in message.body] == []


def test_papers_are_added_and_a_bad_one_leaves_the_request_safe(
    sent: Any, client: Any, session: Session
) -> None:
    address = sent(MINE).location

    bad, good = add(client, address, b"MZ this is a program"), add(client, address, photo())

    assert bad.status_code == 422
    assert "Your request is safe" in words(soup(bad))
    assert good.status_code == 303
    (paper,) = session.scalars(select(RequestPaper))
    assert (paper.kind, paper.added_by) == ("consent", None)
    assert "Signed agreement of the person" in words(client.page(address))


def test_progress_says_five_words_and_needs_no_date_of_birth(
    app: Flask, sent: Any, client: Any, session: Session, people: Any, clock: Any
) -> None:
    address = sent(MINE).location
    door = address.removesuffix("/progress")
    (request,) = requests_of(session)
    with app.extensions["lettergen"].sessions() as db, models.changing(db):
        found = db.get_one(Request, request.id)
        moves.move(db, people.clinician, found, "withdrawn", at=clock(), because="By the patient")

    page = client.page(door)

    assert page.select_one("[aria-current=step]").text == "Closed"
    assert page.select_one("main form") is None
    assert client.get(f"{door}/letter").status_code == 302


@pytest.mark.parametrize("agreement", list(AGREEMENTS))
def test_nothing_that_the_public_says_or_adds_counts_as_agreement(
    app: Flask, sent: Any, client: Any, session: Session, people: Any, clock: Any, agreement: str
) -> None:
    reply = sent({**THEIRS, "agreement": agreement}, "ins_gpr", "who=organisation&kind=insurer")
    assert add(client, reply.location, photo()).status_code == 303
    (request,) = requests_of(session)

    with app.extensions["lettergen"].sessions() as db, models.changing(db):
        row = db.get_one(Request, request.id)
        terms = app.extensions["lettergen"].requests.terms(db, people.receptionist)
        inputs = {"type": "ins_gpr", **row.inputs, "consent": "written_ok"}
        deciding.decide(
            db, people.receptionist, terms, row.id, inputs, seconds=1, revision=row.revision,
            at=clock(),
        )  # fmt: skip
        known = facts.of(db, row, at=clock())

    assert "consent" not in request.inputs
    assert agreeing.of(session, request) == []
    assert known.consent_fault
    step = moves.step_of(people.clinician, "released", clock())
    assert guards.CONSENT.why_not(known, step)


def test_the_form_says_the_same_of_a_patient_and_of_somebody_unknown(
    app: Flask, sent: Any, client: Any, session: Session, people: Any, clock: Any
) -> None:
    asked.receive(app, people.receptionist, at=clock())

    known = sent(MINE)
    clock.now -= timedelta(minutes=1)
    unknown = sent({**MINE, "given_name": "Nobody", "family_name": "Neverseen", "day": "3"})

    def told(reply: Any) -> str:
        page = str(client.page(reply.location).select_one("main"))
        for one in (*(row.reference for row in requests_of(session)), *TOKEN.findall(page)):
            page = page.replace(one, "")
        return re.sub(r'value="[^"]*"', "", page)

    assert (known.status_code, unknown.status_code) == (303, 303)
    assert told(known) == told(unknown)


def test_progress_folds_every_state_into_five_words(
    sent: Any, client: Any, session: Session
) -> None:
    address = sent(THEIRS, "ins_gpr", "who=organisation&kind=insurer").location
    (request,) = requests_of(session)
    page = client.page(address)

    folded = {
        following.step_of(Request(state=state, held_for=held))
        for state in STATES
        for held in (None, "consent", "sight")
    }

    assert folded == set(following.STEPS)
    personal = ("Rowan", "Testerby", "1998", "Jo Bloggs", "Example Insurance", "patient of")
    assert [one for one in personal if one in str(page)] == []
    assert request.reference in str(page)


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_stored(
    sent: Any, client: Any, session: Session
) -> None:
    address = sent(MINE).location

    reply = add(client, address, huge_picture())

    assert reply.status_code == 422
    assert "Your request is safe" in words(soup(reply))
    assert session.scalars(select(RequestPaper)).all() == []


def test_more_than_twenty_megabytes_are_refused_before_they_are_read(
    sent: Any, client: Any, session: Session
) -> None:
    address = sent(MINE).location

    reply = client.post(
        address, data=bytes(23_000_000), content_type="multipart/form-data; boundary=x"
    )

    assert reply.status_code == 413
    assert "too much to send" in reply.get_data(as_text=True)
    assert session.scalars(select(RequestPaper)).all() == []
    assert client.page(address).select_one("[aria-current=step]").text == "Received"


def test_the_public_reads_plain_titles(client: Any, settings: Any) -> None:
    types = load(settings).types.values()
    plain = [one.public_title for one in types if one.public_title]
    page = client.page(HERE)

    assert len(plain) > 30
    assert [one for one in plain if "/" in one or len(one.split()) > 13] == []
    assert "Form for a gun certificate" in words(page)
    assert client.page(f"{HERE}/{TYPE}?who=me").select_one(".pt-quiet").text == (
        "Form for a gun certificate"
    )


def test_fees_are_read_from_the_rows_of_the_practice(client: Any) -> None:
    page = client.page("/fees/Y99991")

    assert page.h1.text == "Fees for letters and forms"
    assert "No fees are set yet" in words(page)


def test_a_visitor_has_no_rights() -> None:
    assert visitor("p").roles == frozenset()
