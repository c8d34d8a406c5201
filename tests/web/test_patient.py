"""A patient at a link: proves a date of birth, gets the letter, and is told plainly what ended."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from lettergen import documents, links, models
from lettergen.links import tokens
from lettergen.models import (
    DeliveryFact,
    DocumentContent,
    DocumentFile,
    Link,
)
from lettergen.web.base.limits import WRONG

BORN = {"day": "12", "month": "4", "year": "1998"}
WRONG_YEAR = {**BORN, "year": "1999"}
PRIVATE = ("Rowan", "Testerby", "landlord", "LG-", "whom it may", "1998", "Casey")
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture
def handed(letter: str, hand: Any) -> Any:
    """A link to that letter."""
    return hand(letter)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.extensions["lettergen"].sessions() as one:
        yield one


@pytest.fixture
def post(client: Any) -> Callable[..., Any]:
    """Return a function: address, fields → the reply to a form of a public page."""

    def sent(address: str, fields: dict[str, str] | None = None, **how: Any) -> Any:
        token = client.page("/l").select_one("[name=csrf_token]")["value"]
        return client.post(address, data={**(fields or {}), "csrf_token": token}, **how)

    return sent


@pytest.fixture
def opened(handed: Any, post: Any) -> str:
    """The address of the letter behind the door, after the right date of birth."""
    reply = post(f"/l/{handed.token}", BORN)
    assert reply.status_code == 303
    return str(reply.location)


def facts(session: Session, document_id: str) -> list[str]:
    found = session.scalars(
        select(DeliveryFact)
        .where(DeliveryFact.subject_id == document_id)
        .order_by(DeliveryFact.at, DeliveryFact.id)
    )
    return sorted(one.what for one in found)


def soup(reply: Any) -> BeautifulSoup:
    return BeautifulSoup(reply.get_data(as_text=True), "html5lib")


@contextmanager
def nothing_stored() -> Iterator[None]:
    """Fail if anything is written to the database meanwhile."""
    stored: list[Any] = []

    def note(session: Session, *_: object) -> None:
        stored.append(session)

    event.listen(Session, "after_flush", note)
    yield
    event.remove(Session, "after_flush", note)
    assert stored == []


def words(page: Any) -> str:
    return " ".join(page.select_one("main").get_text(" ").split())


def test_the_door_names_the_practice_and_nothing_else(handed: Any, client: Any) -> None:
    page = client.page(f"/l/{handed.token}")

    assert page.h1.text == "You have a letter from us"
    assert "Example Surgery" in page.header.text
    assert "020 7946 0123" in words(page)
    assert [one for one in PRIVATE if one in str(page)] == []


def test_the_right_date_of_birth_opens_the_letter(
    opened: str, client: Any, session: Session, letter: str, handed: Any
) -> None:
    page = client.page(opened)

    assert "To whom it may concern" in words(page)
    assert "20 November 2026" in words(page)
    assert "You can open this link until 4 December 2026" in words(page)
    assert page.select_one("a[href^='tel:']")["href"] == "tel:02079460123"
    assert page.select_one(f"a[href='/v/{handed.reference}']")
    assert facts(session, letter).count("opened") == 1


def test_a_month_may_be_a_word(handed: Any, post: Any) -> None:
    reply = post(f"/l/{handed.token}", {**BORN, "month": "April"})

    assert reply.status_code == 303


def test_each_file_says_its_pages_and_size(
    opened: str, client: Any, session: Session, letter: str
) -> None:
    files = session.scalars(select(DocumentFile).where(DocumentFile.document_id == letter)).all()

    said = words(client.page(opened))

    assert len(files) == 2
    for one in files:
        assert f"{one.pages} page" in said
        assert f"{round(one.size / 1000)} KB" in said


def test_a_download_is_the_stored_file_under_a_neutral_name_and_noted(
    opened: str, client: Any, session: Session, letter: str
) -> None:
    stored = {
        one.kind: one.pdf
        for one in session.scalars(select(DocumentFile).where(DocumentFile.document_id == letter))
    }

    for kind in ("letter", "large"):
        reply = client.get(f"{opened}/{kind}.pdf")

        assert reply.data == stored[kind]
        assert reply.headers["Content-Disposition"].startswith("attachment; ")
        assert "TESTERBY" not in reply.headers["Content-Disposition"].upper()
    assert facts(session, letter).count("downloaded") == 2
    details = session.scalars(
        select(DeliveryFact.details).where(DeliveryFact.what == "downloaded")
    ).all()
    assert {one["kind"] for one in details} == {"letter", "large"}


def test_a_file_that_the_letter_has_not_is_not_there(opened: str, client: Any) -> None:
    reply = client.get(f"{opened}/patient.pdf")

    assert reply.status_code == 404
    assert "There is no such file" in reply.text


def test_the_letter_is_read_on_a_page_and_that_is_noted(
    opened: str, client: Any, session: Session, letter: str
) -> None:
    client.head(f"{opened}/page")
    page = client.page(f"{opened}/page")

    assert "ground-floor flat" in page.select_one("article.letter").text
    assert facts(session, letter).count("read-here") == 1


@pytest.mark.parametrize(
    ("needs", "first"),
    [
        ({}, "Download: usual size (PDF)"),
        ({"large_print": "Large print"}, "Download: large print (PDF)"),
        ({"email_text": "Text by e-mail"}, "Read it here"),
    ],
)
def test_what_comes_first_is_what_the_patient_needs(
    app: Flask, letter: str, handed: Any, post: Any, client: Any, needs: Any, first: str
) -> None:
    with app.extensions["lettergen"].sessions.begin() as session:
        content = session.scalars(
            select(DocumentContent).where(DocumentContent.document_id == letter)
        ).one()
        content.patient = {**content.patient, "formats": needs}
    address = post(f"/l/{handed.token}", BORN).location

    offered = [one.text.strip() for one in client.page(address).select(".pt-choice a")]

    assert offered[0] == first
    assert len(offered) == 3


def test_without_proof_nothing_behind_the_door_opens(
    handed: Any, client: Any, session: Session, letter: str
) -> None:
    before = facts(session, letter)
    for page in ("letter", "letter/page", "letter/letter.pdf", "letter/large.pdf"):
        reply = client.get(f"/l/{handed.token}/{page}")

        assert reply.status_code == 302
        assert reply.location == f"/l/{handed.token}"
    assert facts(session, letter) == before


def test_a_mail_scanner_that_follows_every_link_changes_nothing(
    handed: Any, client: Any, session: Session, letter: str, post: Any
) -> None:
    before = facts(session, letter)
    seen, waiting = set(), [f"/l/{handed.token}", f"/l/{handed.token}/letter/letter.pdf"]
    with nothing_stored():
        while waiting:
            address = waiting.pop()
            seen.add(address)
            client.head(address)
            reply = client.get(address, follow_redirects=True)
            named = soup(reply).select("[href^='/'], [src^='/'], [action]")
            found = {one.get("href") or one.get("src") or one["action"] for one in named}
            waiting += [*found - seen]

    link = session.get_one(Link, handed.link_id)
    assert len(seen) > 4
    assert (link.opened_at, link.used_at, link.wrong_answers) == (None, None, 0)
    assert facts(session, letter) == before
    assert post(f"/l/{handed.token}", BORN).status_code == 303


def test_the_proof_is_a_cookie_of_that_link_alone(
    handed: Any, hand: Any, letter: str, post: Any, client: Any
) -> None:
    other = hand(letter)

    reply = post(f"/l/{handed.token}", BORN)

    (cookie,) = [one for one in reply.headers.getlist("Set-Cookie") if "-link=" in one]
    assert f"Path=/l/{handed.token};" in cookie + ";"
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=1800" in cookie
    value = cookie.partition("=")[2].partition(";")[0]
    client.set_cookie("lettergen-link", value, path=f"/l/{other.token}")
    assert client.get(f"/l/{other.token}/letter").status_code == 302
    assert client.get(f"/l/{handed.token}/letter").status_code == 200


def test_a_forged_proof_opens_nothing(handed: Any, client: Any) -> None:
    for value in ("", "x", "WyJhIiwxXQ.x", "null"):
        client.set_cookie("lettergen-link", value, path=f"/l/{handed.token}")

        assert client.get(f"/l/{handed.token}/letter").status_code == 302


def test_in_production_the_proof_travels_over_https_only_and_needs_no_referrer(
    app: Flask, handed: Any, client: Any
) -> None:
    app.config["SESSION_COOKIE_SECURE"] = True
    secure = {"base_url": "https://localhost"}
    form = client.get(f"/l/{handed.token}", **secure)
    token = form.text.partition('name="csrf_token" value="')[2].partition('"')[0]

    reply = client.post(f"/l/{handed.token}", data={**BORN, "csrf_token": token}, **secure)

    assert reply.status_code == 303
    assert any(
        one.startswith("__Secure-lettergen-link=") and "; Secure" in one
        for one in reply.headers.getlist("Set-Cookie")
    )
    assert client.get(f"/l/{handed.token}/letter", **secure).status_code == 200


def test_the_proof_ends_after_half_an_hour(opened: str, client: Any, clock: Any) -> None:
    clock.now += timedelta(minutes=29)
    still = client.get(opened).status_code
    clock.now += timedelta(minutes=2)

    assert still == 200
    assert client.get(opened).status_code == 302


def test_i_have_finished_closes_the_letter_on_this_device(
    opened: str, handed: Any, client: Any, post: Any
) -> None:
    reply = post(f"/l/{handed.token}/finished")

    assert reply.location == "/l/finished"
    assert client.page("/l/finished").h1.text == "You have finished"
    assert client.get(opened).status_code == 302


def test_whoever_has_proved_it_is_led_on(opened: str, handed: Any, client: Any) -> None:
    reply = client.get(f"/l/{handed.token}")

    assert reply.location == opened


def test_a_wrong_date_of_birth_is_kept_in_the_boxes_and_says_what_is_left(
    handed: Any, post: Any, client: Any
) -> None:
    reply = post(f"/l/{handed.token}", WRONG_YEAR)

    assert reply.status_code == 422
    assert "You have 4 more tries" in reply.text
    assert 'value="1999"' in reply.text
    assert [one for one in PRIVATE if one in reply.text] == []
    assert client.get(f"/l/{handed.token}/letter").status_code == 302


def test_five_wrong_dates_lock_the_link_and_tell_the_practice(
    handed: Any, post: Any, session: Session, letter: str, people: Any
) -> None:
    replies = [post(f"/l/{handed.token}", WRONG_YEAR) for _ in range(5)]
    after = post(f"/l/{handed.token}", BORN)

    assert [one.status_code for one in replies] == [422, 422, 422, 422, 410]
    for reply in (replies[-1], after):
        assert "This link is locked" in reply.text
        assert "020 7946 0123" in reply.text
    assert after.status_code == 410
    assert facts(session, letter).count("wrong-birth-date") == 5
    assert [one.id for one in links.locked(session, people.clinician)] == [handed.link_id]


def test_the_e_mail_that_tells_of_a_lock_goes_out_at_once_and_the_postman_finds_it(
    handed: Any, post: Any, nudges: list[int]
) -> None:
    for _ in range(5):
        post(f"/l/{handed.token}", WRONG_YEAR)

    assert nudges == [1], "nudged once, when the e-mail was committed"


@pytest.mark.parametrize(
    ("typed", "said", "boxes"),
    [
        ({}, "Enter your date of birth", {"day", "month", "year"}),
        ({"day": "12"}, "also needs a month and a year", {"month", "year"}),
        ({**BORN, "month": "Avril"}, "as 3 numbers, like 15 3 1984", {"month"}),
        ({**BORN, "day": "١٢"}, "as 3 numbers, like 15 3 1984", {"day"}),
        ({**BORN, "day": "31"}, "There is no such day", {"day", "month"}),
        ({**BORN, "year": "98"}, "The year needs 4 numbers", {"year"}),
        ({**BORN, "year": "2027"}, "Check the year of your birth", {"year"}),
        ({**BORN, "year": "0012"}, "Check the year of your birth", {"year"}),
        ({"day": "\x00", "month": "9" * 5000, "year": "-1"}, "needs a day", {"day"}),
    ],
)
def test_a_date_that_cannot_be_costs_no_try_and_is_kept(
    handed: Any, post: Any, session: Session, typed: Any, said: str, boxes: set[str]
) -> None:
    reply = post(f"/l/{handed.token}", typed)

    assert reply.status_code == 422
    assert said in reply.text
    assert reply.text.count("nhsuk-input--error") == len(boxes)
    for name, value in typed.items():
        assert name not in boxes or not value.isdigit() or f'value="{value[:20]}"' in reply.text
    assert session.get_one(Link, handed.link_id).wrong_answers == 0


def test_too_many_wrong_answers_from_one_address_over_many_links_are_refused(
    letter: str, hand: Any, post: Any, client: Any
) -> None:
    most = int(WRONG.partition(" ")[0])
    many = [hand(letter) for _ in range(most // 5 + 1)]
    wrong = [post(f"/l/{many[number // 5].token}", WRONG_YEAR) for number in range(most)]

    refused = client.get(f"/l/{many[-1].token}")
    elsewhere = client.get(f"/l/{many[-1].token}", environ_overrides=ELSEWHERE)

    assert 429 not in {one.status_code for one in wrong}
    assert refused.status_code == 429
    assert "Too many tries from this connection" in refused.text
    assert "password" not in refused.text
    assert elsewhere.status_code == 200


def test_guessing_links_is_counted_too(client: Any) -> None:
    most = int(WRONG.partition(" ")[0])

    replies = [client.get(f"/l/{tokens.new()}") for _ in range(most + 1)]

    assert {one.status_code for one in replies[:most]} == {404}
    assert replies[most].status_code == 429


def test_right_answers_are_not_counted(handed: Any, post: Any) -> None:
    most = int(WRONG.partition(" ")[0])

    assert {post(f"/l/{handed.token}", BORN).status_code for _ in range(most + 2)} == {303}


def expire(_app: Flask, _people: Any, clock: Any, _handed: Any, _letter: str) -> None:
    clock.now += timedelta(days=14, seconds=1)


def revoke(app: Flask, people: Any, clock: Any, handed: Any, _letter: str) -> None:
    with app.extensions["lettergen"].sessions.begin() as session:
        link = links.get(session, people.receptionist, handed.link_id)
        links.revoke(session, people.receptionist, link, at=clock())


def renew(app: Flask, people: Any, clock: Any, handed: Any, _letter: str) -> None:
    with app.extensions["lettergen"].sessions.begin() as session:
        link = links.get(session, people.receptionist, handed.link_id)
        links.renew(session, people.receptionist, link, at=clock())


def void(app: Flask, people: Any, clock: Any, _handed: Any, letter: str) -> None:
    with app.extensions["lettergen"].sessions.begin() as session:
        documents.void(session, people.clinician, letter, "About somebody else.", at=clock())


def supersede(app: Flask, people: Any, clock: Any, _handed: Any, letter: str) -> None:
    with app.extensions["lettergen"].sessions.begin() as session:
        document = session.get_one(models.Document, letter)
        document.state, document.ended_at = models.SUPERSEDED, clock()


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (expire, "This link ended on 4 December 2026"),
        (revoke, "has turned this link off"),
        (renew, "There is a newer link"),
        (void, "has withdrawn this letter"),
        (supersede, "There is a newer version of this letter"),
    ],
)
def test_an_ended_link_says_why_and_whom_to_ask_before_and_after_the_proof(
    app: Flask,
    people: Any,
    clock: Any,
    letter: str,
    handed: Any,
    opened: str,
    client: Any,
    post: Any,
    end: Any,
    said: str,
) -> None:
    end(app, people, clock, handed, letter)

    for reply in (
        client.get(f"/l/{handed.token}"),
        post(f"/l/{handed.token}", BORN),
        client.get(opened),
        client.get(f"{opened}/page"),
        client.get(f"{opened}/letter.pdf"),
        client.get(f"/l/{handed.token}", environ_overrides=ELSEWHERE),
    ):
        assert reply.status_code == 410
        assert said in reply.text
        assert "020 7946 0123" in reply.text
        assert "Example Surgery" in reply.text
        assert [one for one in PRIVATE if one in reply.text] == []


def test_a_used_link_says_so(app: Flask, people: Any, clock: Any, client: Any, handed: Any) -> None:
    with app.extensions["lettergen"].sessions.begin() as session:
        session.get_one(Link, handed.link_id).used_at = clock()

    reply = client.get(f"/l/{handed.token}")

    assert reply.status_code == 410
    assert "This link has been used" in reply.text


def test_unknown_and_malformed_links_are_told_alike_and_name_nobody(client: Any) -> None:
    seen = set()
    for token in (tokens.new(), tokens.new(), "x", "K7QM-2X9P", "%00", "a" * 3000, "💩"):
        reply = client.get(f"/l/{token}", follow_redirects=True)
        assert reply.status_code == 404
        assert "Example" not in reply.text
        seen.add(reply.text.partition("<main")[2].partition("</main>")[0])
    assert len(seen) == 1


def test_a_link_for_what_has_no_page_here_is_told_like_an_unknown_one(
    app: Flask, client: Any, handed: Any
) -> None:
    with app.extensions["lettergen"].sessions.begin() as session:
        session.get_one(Link, handed.link_id).purpose = "no page leads here"

    own, unknown = (client.get(f"/l/{token}") for token in (handed.token, tokens.new()))

    assert (own.status_code, unknown.status_code) == (404, 404)
    assert words(soup(own)) == words(soup(unknown))


@pytest.mark.parametrize("path", ["/l/{}/x/y", "/l/{}/letter/page/more", "/v/LG-7K3M-9QXP/more"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_that_leads_nowhere_is_told_by_the_patients_page_not_the_staffs(
    client: Any, handed: Any, path: str, method: str
) -> None:
    reply = client.open(path.format(handed.token), method=method)

    page = soup(reply)
    assert reply.status_code == 404
    assert page.h1.text == "This page does not exist"
    assert page.select("a[href^='/sign-in'], nav") == []
    assert reply.headers["Referrer-Policy"] == "no-referrer"


def test_a_way_of_asking_that_a_page_does_not_know_is_told_in_the_same_way(
    opened: str, client: Any
) -> None:
    reply = client.delete(opened)

    assert reply.status_code == 405
    assert soup(reply).h1.text == "Please start again"
    assert "GET" in reply.headers["Allow"]


def test_whoever_guesses_behind_the_door_is_sent_to_the_door_and_counted_there(
    client: Any,
) -> None:
    for page in ("letter", "letter/page", "letter/letter.pdf"):
        token = tokens.new()

        reply = client.get(f"/l/{token}/{page}")

        assert reply.location == f"/l/{token}"
        assert client.get(reply.location).status_code == 404


def test_a_neighbours_guessing_keeps_nobody_out_who_has_proved_it(opened: str, client: Any) -> None:
    for _ in range(int(WRONG.partition(" ")[0]) + 1):
        client.get(f"/l/{tokens.new()}")

    assert client.get(f"/l/{tokens.new()}").status_code == 429
    assert client.get(opened).status_code == 200


def test_a_link_typed_loosely_leads_to_its_proper_address(handed: Any, client: Any) -> None:
    loosely = handed.token.lower().replace("-", "")

    reply = client.get(f"/l/{loosely}")

    assert reply.location == f"/l/{handed.token}"


@pytest.mark.parametrize("typed", ["{}", " {} ", "https://letters.example.com/l/{}"])
def test_a_code_that_was_read_out_is_typed(handed: Any, post: Any, typed: str) -> None:
    reply = post("/l", {"code": typed.format(handed.token.lower().replace("-", " "))})

    assert reply.status_code == 303
    assert reply.location == f"/l/{handed.token}"


def test_a_wrong_code_is_kept_and_an_empty_one_asked_for(post: Any) -> None:
    wrong, empty = post("/l", {"code": "K7QM 2X9P"}), post("/l", {"code": "  "})

    assert wrong.status_code == empty.status_code == 422
    assert "We do not know this link or code" in wrong.text
    assert 'value="K7QM 2X9P"' in wrong.text
    assert "Enter the code that you were given" in empty.text


def test_a_browser_that_keeps_no_cookies_is_told_so(app: Flask, handed: Any) -> None:
    forgetful = app.test_client(use_cookies=False)
    form = forgetful.get(f"/l/{handed.token}").text
    token = form.partition('name="csrf_token" value="')[2].partition('"')[0]

    reply = forgetful.post(f"/l/{handed.token}", data={**BORN, "csrf_token": token})

    assert reply.status_code == 400
    assert "Your browser did not keep our cookie" in reply.text


def test_a_form_that_is_not_ours_is_refused(
    handed: Any, client: Any, post: Any, session: Session
) -> None:
    client.get("/l")
    without = client.post(f"/l/{handed.token}", data=WRONG_YEAR)
    crossed = post(f"/l/{handed.token}", WRONG_YEAR, headers={"Sec-Fetch-Site": "cross-site"})

    for reply in (without, crossed):
        assert reply.status_code == 400
        assert "This page had been open too long" in reply.text
    assert session.get_one(Link, handed.link_id).wrong_answers == 0


def test_staff_who_are_signed_in_are_asked_like_everybody(handed: Any, clinician: Any) -> None:
    page = clinician.page(f"/l/{handed.token}")

    assert page.h1.text == "You have a letter from us"
    assert not page.select("nav")
    assert "Casey" not in str(page)
    assert clinician.get(f"/l/{handed.token}/letter").status_code == 302


def test_a_patient_is_nobody_among_the_staff(opened: str, client: Any, letter: str) -> None:
    assert client.get(f"/documents/{letter}").status_code == 302
    assert client.get("/").location.startswith("/sign-in")


def test_the_pages_are_kept_from_caches_robots_and_other_sites(
    opened: str, handed: Any, client: Any
) -> None:
    for address in ("/l", f"/l/{handed.token}", opened, f"{opened}/page", f"{opened}/letter.pdf"):
        reply = client.get(address)

        assert reply.headers["Cache-Control"] == "no-store"
        assert "noindex" in reply.headers["X-Robots-Tag"]
        assert reply.headers["Referrer-Policy"] == "no-referrer"


def test_the_token_never_reaches_a_log(
    handed: Any, client: Any, post: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    opened = post(f"/l/{handed.token}", BORN).location
    for page in ("", "/page", "/letter.pdf", "/nothing.pdf"):
        client.get(f"{opened}{page}")
    post(f"/l/{handed.token}", WRONG_YEAR)
    client.post(f"/l/{handed.token}")
    client.get(f"/l/{tokens.new()}")

    assert handed.token not in caplog.text
    assert handed.token.replace("-", "") not in caplog.text


def test_a_fault_at_a_link_is_logged_by_its_route_without_the_token(
    app: Flask, handed: Any, client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> datetime:
        raise RuntimeError("out of order")

    app.extensions["lettergen"] = replace(app.extensions["lettergen"], clock=broken)

    reply = client.get(f"/l/{handed.token}")

    assert reply.status_code == 500
    assert "Something went wrong on our side" in reply.text
    assert "Exception on /l/<token> [GET]" in caplog.text
    assert "out of order" in caplog.text
    assert handed.token not in caplog.text


def test_a_letter_of_an_earlier_version_without_a_page_is_downloaded_only(
    opened: str, client: Any, session: Session, letter: str
) -> None:
    session.scalars(
        select(DocumentContent).where(DocumentContent.document_id == letter)
    ).one().page = None
    session.commit()

    reply = client.get(f"{opened}/page")

    assert "Read it here" not in client.get(opened).text
    assert reply.status_code == 404
    assert "Download it instead" in reply.text
    assert "read-here" not in facts(session, letter)


def test_no_title_says_what_kind_of_letter_it_is(opened: str, client: Any) -> None:
    titles = [client.page(address).title.text for address in (opened, f"{opened}/page")]

    assert titles == ["Your letter – Example Surgery", "Read your letter – Example Surgery"]
