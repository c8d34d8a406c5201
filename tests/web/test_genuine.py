"""Is it genuine? What anybody may learn from a reference, and nothing else."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import delete, event, select

from lettergen import models, reference
from lettergen.models import Document, DocumentContent, DocumentFile, Practice, Review
from lettergen.web.base.limits import LOOKED_UP

PRIVATE = ("Rowan", "Testerby", "Specimen", "landlord", "Casey", "whom it may", "999 000", "7946")


@pytest.fixture
def session(app: Flask) -> Iterator[Any]:
    """A session of the application, committed by the test that changes something."""
    with app.extensions["lettergen"].sessions() as one:
        yield one


def reference_of(session: Any, document_id: str) -> str:
    return str(session.get_one(Document, document_id).reference)


def words(page: BeautifulSoup) -> str:
    return " ".join(page.select_one("main").get_text(" ").split())


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Collect what the application asks of its database."""
    engine = app.extensions["lettergen"].sessions.kw["bind"]
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield said
    event.remove(engine, "before_cursor_execute", note)


def test_a_letter_that_counts_is_genuine_with_its_practice_and_its_day(
    session: Any, letter: str, client: Any
) -> None:
    page = client.page(f"/v/{reference_of(session, letter)}")

    assert page.h1.text.split()[-1] == "Genuine"
    assert "Issued by Example Surgery Issued on 20 November 2026" in words(page)


def test_a_superseded_letter_says_since_when(
    session: Any, letter: str, client: Any, clinician: Any, issue: Any, clock: Any
) -> None:
    draft = clinician.send(f"/documents/{letter}/supersede").location.rpartition("/")[2]
    clock.now += timedelta(days=2)
    newer = issue(draft)

    page = client.page(f"/v/{reference_of(session, letter)}")

    assert "Superseded: do not use it any more" in page.h1.text
    assert "replaced it on 22 November 2026" in words(page)
    assert "Issued on 20 November 2026" in words(page)
    assert reference_of(session, newer) not in words(page)


def test_a_void_letter_is_withdrawn_and_does_not_say_why(
    session: Any, letter: str, client: Any, clinician: Any
) -> None:
    clinician.send(f"/documents/{letter}/void", reason="About the wrong patient.")

    page = client.page(f"/v/{reference_of(session, letter)}")

    assert "Withdrawn: do not use it" in page.h1.text
    assert "wrong patient" not in str(page)


def test_nothing_about_patient_signer_or_contents_is_said(
    session: Any, letter: str, client: Any
) -> None:
    whole = str(client.page(f"/v/{reference_of(session, letter)}"))

    assert [one for one in PRIVATE if one in whole] == []


def test_references_never_used_of_elsewhere_and_under_review_cannot_be_told_apart(
    app: Flask, session: Any, known: dict[str, Any], client: Any
) -> None:
    under_review = session.scalars(select(Review.reference)).one()
    seen = []
    for one in (reference.new(), reference.new(), under_review):
        with statements(app) as asked:
            page = words(client.page(f"/v/{one}"))
        seen.append((page.replace(one, "REFERENCE"), tuple(asked)))

    assert seen[0] == seen[1] == seen[2]
    assert "Not known here" in seen[0][0]
    assert len(seen[0][1]) == 1


def test_a_known_reference_costs_the_same_one_query_as_an_unknown_one(
    app: Flask, session: Any, letter: str, client: Any
) -> None:
    known = reference_of(session, letter)

    with statements(app) as asked_for_known:
        client.get(f"/v/{known}")
    with statements(app) as asked_for_unknown:
        client.get(f"/v/{reference.new()}")

    assert asked_for_known == asked_for_unknown
    assert len(asked_for_known) == 1


def test_every_file_of_the_letter_counts_as_the_same(
    session: Any, letter: str, client: Any
) -> None:
    stored = set(
        session.scalars(select(DocumentFile.sha256).where(DocumentFile.document_id == letter))
    )

    page = client.page(f"/v/{reference_of(session, letter)}")

    assert len(stored) > 1
    assert set(page.select_one("[data-compare]")["data-compare"].split()) == stored
    assert {one.text.strip() for one in page.select("code")} == stored


def test_the_practice_is_named_as_on_the_letter_whatever_it_is_called_now(
    session: Any, letter: str, client: Any
) -> None:
    session.get_one(Document, letter)
    practice = session.scalars(select(Practice).where(Practice.name == "Example Surgery")).one()
    practice.name = "Renamed Health Centre"
    session.commit()

    page = client.page(f"/v/{reference_of(session, letter)}")

    assert "Issued by Example Surgery" in words(page)


def test_a_letter_whose_content_was_deleted_is_still_genuine(
    session: Any, letter: str, client: Any
) -> None:
    session.execute(delete(DocumentContent).where(DocumentContent.document_id == letter))
    session.execute(delete(DocumentFile).where(DocumentFile.document_id == letter))
    session.commit()

    page = client.page(f"/v/{reference_of(session, letter)}")

    assert "Genuine" in page.h1.text
    assert "Issued by Example Surgery" in words(page)
    assert not page.select("[data-compare]")


def test_a_wrong_check_character_is_told_kindly_and_kept(
    session: Any, letter: str, client: Any
) -> None:
    known = reference_of(session, letter)
    wrong = known[:-1] + ("0" if known[-1] != "0" else "1")

    for page in (client.page(f"/v/{wrong}"), client.page(f"/v?reference={wrong}")):
        assert "one or more characters are wrong" in page.select_one(".nhsuk-error-summary").text
        assert page.select_one("#reference")["value"] == wrong
        assert page.title.text.startswith("Error: ")


@pytest.mark.parametrize(
    "typed",
    ["{}", " {} ", "https://letters.example.com/v/{}", "https://letters.example.com/v/{}/"],
)
def test_a_reference_is_found_however_it_is_typed_or_pasted(
    session: Any, letter: str, client: Any, typed: str
) -> None:
    known = reference_of(session, letter)
    loosely = typed.format(known.lower().replace("-", " "))

    reply = client.get("/v", query_string={"reference": loosely})

    assert reply.status_code == 302
    assert reply.location == f"/v/{known}"


@pytest.mark.parametrize("address", ["/v?reference=", "/v?reference=%20"])
def test_an_empty_box_asks_for_the_reference(client: Any, address: str) -> None:
    page = client.page(address)

    assert "Enter the reference" in page.select_one(".nhsuk-error-summary").text


@pytest.mark.parametrize("text", ["%00", "x" * 3000, "..%2f..%2fetc", "%F0%9F%92%A9", "LG-"])
def test_anything_else_is_no_reference_and_no_fault(client: Any, text: str) -> None:
    page = client.get(f"/v?reference={text}")

    assert page.status_code == 200
    assert "There is a problem" in page.text


def test_the_pages_are_kept_from_caches_robots_and_other_sites(
    session: Any, letter: str, client: Any
) -> None:
    reply = client.get(f"/v/{reference_of(session, letter)}")

    assert reply.headers["Cache-Control"] == "no-store"
    assert "noindex" in reply.headers["X-Robots-Tag"]
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "connect-src 'none'" in policy
    assert "unsafe" not in policy
    assert "Set-Cookie" not in reply.headers


def test_staff_who_are_signed_in_see_what_everybody_sees(
    session: Any, letter: str, client: Any, clinician: Any
) -> None:
    address = f"/v/{reference_of(session, letter)}"

    anybody, staff = client.page(address), clinician.page(address)

    assert re.sub('nonce="[^"]*"', "", str(staff)) == re.sub('nonce="[^"]*"', "", str(anybody))
    assert not staff.select("nav, a[href='/']")


def test_too_many_questions_from_one_address_are_refused_in_plain_words(client: Any) -> None:
    most = int(LOOKED_UP.partition(" ")[0])
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}

    replies = [client.get(f"/v/{reference.new()}") for _ in range(most + 1)]

    assert {one.status_code for one in replies[:most]} == {200}
    assert replies[most].status_code == 429
    assert "Too many tries from this connection" in replies[most].text
    assert "password" not in replies[most].text
    assert client.get("/v").status_code == 429
    assert client.get("/v", environ_overrides=elsewhere).status_code == 200
    assert client.get("/help").status_code == 200


def test_asking_changes_nothing(app: Flask, letter: str, session: Any, client: Any) -> None:
    before = session.scalars(select(models.Event.id)).all()

    client.get(f"/v/{reference_of(session, letter)}")

    assert session.scalars(select(models.Event.id)).all() == before
