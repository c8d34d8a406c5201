"""A patient reads a letter before it is signed, or before it leaves, and says what they think."""

import shutil
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lettergen import documents, forms, models
from lettergen.models import DocumentFile, Draft, Request, RequestSight, RequestSightFile, Review
from lettergen.requests.life import board, moves
from lettergen.requests.steps import releasing
from lettergen.vault import demonstration_vault
from tests.conftest import NOW
from tests.web import asked
from tests.web.conftest import ADDRESSES, CASES, LETTER
from tests.web.front.conftest import soup, words

BORN = {"day": "12", "month": "4", "year": "1998"}


@dataclass(frozen=True)
class Written:
    """What is in every test's database: a signed letter, and one that was reviewed."""

    letter: str
    draft_id: str
    database: Path


@pytest.fixture(scope="module")
def written(
    built: Flask, _prepared: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Written]:
    """A signed letter for Rowan Testerby and a reviewed one, rendered once for all tests."""
    office, who, at = built.extensions["lettergen"].office, _prepared[0].clinician, NOW
    case = tomllib.loads(CASES.read_text("utf-8"))["cases"][0]["answers"]
    kind = office.library.get(LETTER)
    own = {name for name, source in kind.supplied().items() if source.startswith("practice.")}
    typed = forms.flatten(kind, {name: said for name, said in case.items() if name not in own})
    with _prepared[1](tmp_path_factory.mktemp("written")) as address:
        engine = models.make_engine(address)
        sessions = models.open_sessions(engine, demonstration_vault())
        with sessions() as session, models.changing(session):
            signed = documents.issue_answers(
                session,
                office,
                who,
                LETTER,
                typed,
                on=at.date(),
                at=at,
                signer=ADDRESSES["clinician"],
            ).id
            draft_id = documents.start(session, office, who, LETTER, at=at, typed=typed).id
            documents.prepare(session, office, who, draft_id, at=at)
        with engine.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        engine.dispose()
        yield Written(signed, draft_id, Path(engine.url.database))


@pytest.fixture
def database_url(written: Written, tmp_path: Path) -> str:
    """A copy of the database that holds both letters."""
    return f"sqlite:///{shutil.copy(written.database, tmp_path)}"


@pytest.fixture
def letter(written: Written) -> str:
    return written.letter


@pytest.fixture
def signed(app: Flask, people: Any, clock: Any, letter: str) -> str:
    """A request of a university whose letter is signed and has not left."""
    return request_with(app, people, clock, document_id=letter, state="signed")


@pytest.fixture
def drafted(app: Flask, people: Any, clock: Any, written: Written) -> str:
    """A request of a university whose letter its clinician has reviewed and not signed."""
    return request_with(app, people, clock, draft_id=written.draft_id, state="drafted")


def request_with(app: Flask, people: Any, clock: Any, **values: Any) -> str:
    request_id = asked.receive(app, people.receptionist, at=clock())
    known = {"outcome": "LEGAL_DUTY", "assigned_to": people.clinician.staff_id, **values}
    with app.extensions["lettergen"].sessions() as db, models.changing(db):
        one = db.get_one(Request, request_id)
        for name, value in known.items():
            setattr(one, name, value)
    return request_id


@pytest.fixture
def post(client: Any) -> Callable[..., Any]:
    """Return a function: address, fields → the reply to a form of a public page."""

    def sent(address: str, fields: dict[str, str] | None = None) -> Any:
        token = client.page("/l").select_one("[name=csrf_token]")["value"]
        return client.post(address, data={**(fields or {}), "csrf_token": token})

    return sent


@pytest.fixture
def shown(receptionist: Any, signed: str, post: Any) -> Callable[[], str]:
    """Return a function: offers the letter, and returns where its patient reads it."""

    return lambda key="k": link_to(receptionist, post, signed, key)


@pytest.fixture
def unsigned(clinician: Any, drafted: str, post: Any) -> str:
    """Where the patient reads the letter that is not signed yet, and has opened it."""
    address = link_to(clinician, post, drafted)
    assert post(f"{address}/open").status_code == 303
    return address


def link_to(browser: Any, post: Any, request_id: str, key: str = "k") -> str:
    reply = browser.send(f"/requests/{request_id}/sight", way="show", key=key)
    assert reply.status_code == 200, reply.text
    token = soup(reply).select_one(".ho-slip__code").text
    reply = post(f"/l/{token}", BORN)
    assert reply.status_code == 303, reply.text
    return str(reply.location)


@pytest.fixture
def opened(shown: Any, post: Any) -> str:
    """The address of the letter, which its patient has opened."""
    address = shown()
    assert post(f"{address}/open").status_code == 303
    return address


def say(post: Any, client: Any, address: str, answer: str, **more: str) -> Any:
    seal = client.page(address).select_one("[name=seal]")["value"]
    return post(address, {"answer": answer, "seal": seal, **more})


def state(session: Session, request_id: str) -> str:
    session.expire_all()
    return session.get_one(Request, request_id).state


def sights(session: Session) -> list[RequestSight]:
    session.expire_all()
    return list(session.scalars(select(RequestSight).order_by(RequestSight.offered_at)))


def why_not(app: Flask, people: Any, request_id: str, at: Any) -> str:
    with app.extensions["lettergen"].sessions() as db:
        request = db.get_one(Request, request_id)
        held = releasing.held_back(db, people.clinician, request.document_id, at=at)
        return held.reason if held else ""


def sign(clinician: Any, draft_id: str) -> Any:
    clinician.send(f"/drafts/{draft_id}/review")
    seal = clinician.page(f"/drafts/{draft_id}/review").select_one("[name=seal]")["value"]
    return clinician.send(f"/drafts/{draft_id}/issue", seal=seal)


def rewrite(session: Session, draft_id: str) -> None:
    one = session.get_one(Draft, draft_id)
    one.typed = {**one.typed, "purpose": ["The landlord asks about another flat."]}
    one.revision += 1
    session.commit()


def test_a_letter_that_nobody_wrote_is_not_offered(
    app: Flask, receptionist: Any, people: Any, clock: Any
) -> None:
    request_id = asked.receive(app, people.receptionist, at=clock())

    reply = receptionist.send(f"/requests/{request_id}/sight", way="show", key="k")

    assert reply.status_code == 422
    assert "no letter to show yet" in words(soup(reply))


def test_only_who_reviewed_a_letter_shows_it_before_it_is_signed(
    receptionist: Any, clinician: Any, drafted: str, session: Session, written: Written
) -> None:
    review = clinician.page(f"/drafts/{written.draft_id}/review")
    panel = clinician.page(f"/requests/{drafted}").select_one("#agreement")

    reply = receptionist.send(f"/requests/{drafted}/sight", way="show", key="k")
    rewrite(session, written.draft_id)
    stale = clinician.send(f"/requests/{drafted}/sight", way="show", key="k")

    assert review.select_one(f"a[href^='/requests/{drafted}/sight']")
    assert "Show it to the patient before signing" in panel.text
    assert "nothing to show as it stands" in words(soup(reply))
    assert "nothing to show as it stands" in words(soup(stale))


def test_the_patient_sees_the_reviewed_bytes_whatever_becomes_of_the_review(
    unsigned: str, client: Any, session: Session, drafted: str, written: Written
) -> None:
    review = session.scalars(select(Review)).one()
    kept = {one.kind: one.pdf for one in review.files}
    page_before = client.page(unsigned).select_one(".pt-letter")
    session.delete(review)
    rewrite(session, written.draft_id)

    page = client.page(unsigned)

    assert "This letter is not signed yet" in words(page)
    assert "not signed yet" not in page.select_one(".pt-letter").text
    assert str(page.select_one(".pt-letter")) == str(page_before)
    for kind in ("letter", "large"):
        assert client.get(f"{unsigned}/{kind}.pdf").data == kept[kind]
    assert state(session, drafted) == "shown"


def test_a_request_waits_while_its_patient_reads(
    app: Flask, unsigned: str, clinician: Any, drafted: str, session: Session, written: Written,
    people: Any, clock: Any,
) -> None:  # fmt: skip
    before = session.get_one(Request, drafted)
    shown = board.board(session, people.clinician, board.Filter(), clock().date())

    reply = sign(clinician, written.draft_id)

    page = clinician.page(f"/requests/{drafted}")
    assert [one.request_id for one in shown.columns["waiting"]] == [drafted]
    assert before.held_for == "sight"
    assert "Patient is looking" in words(page)
    assert reply.status_code == 422
    assert "Wait for the answer" in reply.text
    assert state(session, drafted) == "shown"
    assert clinician.page(f"/drafts/{written.draft_id}").h1
    assert unsigned


def test_what_the_patient_agreed_to_may_leave_once_it_is_signed_on_another_day(
    app: Flask, unsigned: str, client: Any, post: Any, clinician: Any, drafted: str,
    session: Session, written: Written, people: Any, clock: Any,
) -> None:  # fmt: skip
    say(post, client, unsigned, "agreed")
    thanked = words(client.page(unsigned))
    told = clinician.page(f"/requests/{drafted}").select_one("#agreement").text
    clock.now += timedelta(days=3)

    reply = sign(clinician, written.draft_id)

    assert "The doctor signs it next" in thanked
    assert "agreed on 20 November 2026, before signing" in told
    assert reply.status_code == 302
    assert state(session, drafted) == "signed"
    assert why_not(app, people, drafted, clock()) == ""
    assert "not signed yet" not in words(client.page(unsigned))


def test_what_was_changed_after_the_patient_agreed_is_shown_again(
    app: Flask, unsigned: str, client: Any, post: Any, clinician: Any, drafted: str,
    session: Session, written: Written, people: Any, clock: Any,
) -> None:  # fmt: skip
    say(post, client, unsigned, "agreed")
    rewrite(session, written.draft_id)

    reply = sign(clinician, written.draft_id)

    assert reply.status_code == 302
    assert "changed after the patient agreed" in why_not(app, people, drafted, clock())
    assert "We are changing the letter" in words(client.page(unsigned))


def test_a_correction_is_answered_before_the_letter_is_signed(
    unsigned: str, client: Any, post: Any, clinician: Any, drafted: str, session: Session,
    written: Written,
) -> None:  # fmt: skip
    say(post, client, unsigned, "correction", **{"place-1": "in May", "should-1": "in June"})
    early = clinician.send(
        f"/drafts/{written.draft_id}/issue", seal=session.scalars(select(Review.seal)).one()
    )
    next_step = clinician.page(f"/requests/{drafted}").select_one("#next").text

    judged = clinician.send(f"/requests/{drafted}/sight/judge", verdict="corrected")

    assert "A clinician corrects the letter" in early.text
    assert "Read what the patient says" in next_step
    assert judged.location == f"/drafts/{written.draft_id}"
    assert state(session, drafted) == "drafted"
    assert "We are changing the letter" in words(client.page(unsigned))
    assert sign(clinician, written.draft_id).status_code == 302


def test_an_opinion_that_stays_is_shown_again_unsigned_with_its_reason(
    unsigned: str, client: Any, post: Any, clinician: Any, drafted: str, session: Session
) -> None:
    say(post, client, unsigned, "correction", **{"place-1": "anxious"})

    clinician.send(f"/requests/{drafted}/sight/judge", verdict="kept", reason="I stand by it.")

    page = client.page(unsigned)
    assert "I stand by it." in words(page)
    assert [(one.number, one.verdict) for one in sights(session)] == [(1, "kept"), (2, None)]
    assert state(session, drafted) == "shown"
    assert client.get(f"{unsigned}/letter.pdf").status_code == 200


def test_a_no_stops_a_letter_before_it_is_signed_and_its_copy_is_forgotten(
    app: Flask, unsigned: str, client: Any, post: Any, clinician: Any, drafted: str,
    session: Session, written: Written, people: Any, clock: Any,
) -> None:  # fmt: skip
    say(post, client, unsigned, "refused")
    refused = sign(clinician, written.draft_id)
    kept = len(session.scalars(select(RequestSightFile)).all())

    with app.extensions["lettergen"].sessions() as db, models.changing(db):
        one = db.get_one(Request, drafted)
        moves.move(
            db, people.clinician, one, "withdrawn", at=clock(), because="The patient said no."
        )

    assert "does not agree" in refused.text
    assert kept == 2
    assert list(session.scalars(select(RequestSightFile))) == []
    assert sights(session)[0].page is None
    assert "We are changing" not in words(client.page(unsigned))


def test_a_letter_is_taken_back_by_a_clinician_alone(
    unsigned: str, client: Any, clinician: Any, receptionist: Any, drafted: str, session: Session
) -> None:
    refused = receptionist.send(f"/requests/{drafted}/sight/back")

    reply = clinician.send(f"/requests/{drafted}/sight/back")

    assert refused.status_code == 403
    assert reply.status_code == 303
    assert state(session, drafted) == "drafted"
    assert "We are changing the letter" in words(client.page(unsigned))
    assert client.get(f"{unsigned}/letter.pdf").status_code == 404
    assert clinician.send(f"/requests/{drafted}/sight/back").status_code == 422


def test_to_look_at_the_page_is_not_to_open_the_letter(
    shown: Any, client: Any, post: Any, session: Session, signed: str
) -> None:
    address = shown()

    before = client.page(address)
    unseen = sights(session)[0].seen_at
    post(f"{address}/open")
    after = client.page(address)

    assert unseen is None
    assert before.select_one(".pt-letter") is None
    assert state(session, signed) == "amra_wait"
    assert sights(session)[0].seen_at is not None
    assert "Testerby" in after.select_one(".pt-letter").text


def test_the_pdf_is_the_very_file_that_would_be_sent(
    shown: Any, client: Any, session: Session, letter: str
) -> None:
    address = shown()
    stored = {
        one.kind: one.pdf
        for one in session.scalars(select(DocumentFile).where(DocumentFile.document_id == letter))
    }

    for kind in ("letter", "large"):
        reply = client.get(f"{address}/{kind}.pdf")

        assert reply.data == stored[kind]
        assert "Testerby" not in reply.headers["Content-Disposition"]
    assert client.get(f"{address}/patient.pdf").status_code == 404
    assert sights(session)[0].seen_at is not None


def test_a_yes_lets_the_letter_leave(
    opened: str, client: Any, post: Any, session: Session, signed: str
) -> None:
    reply = say(post, client, opened, "agreed", statement="I would add this.")

    one = sights(session)[0]
    assert reply.status_code == 303
    assert (one.answer, one.words) == ("agreed", "I would add this.")
    assert state(session, signed) == "signed"
    assert "we may send it now" in words(client.page(opened))


def test_a_correction_names_the_words_and_holds_the_letter(
    opened: str, client: Any, post: Any, receptionist: Any, signed: str, session: Session
) -> None:
    fields = {"place-1": "in May", "should-1": "in June"}

    say(post, client, opened, "correction", **fields)

    page = receptionist.page(f"/requests/{signed}/sight")
    assert sights(session)[0].words == "In the letter: in May\nIt should say: in June"
    assert "It should say: in June" in words(page)
    assert "A clinician answers this" in words(page)
    assert "The letter waits meanwhile" in words(client.page(opened))
    assert receptionist.send(f"/requests/{signed}/sight/judge").status_code == 403


def test_a_letter_that_is_kept_is_shown_again_with_the_reason(
    opened: str, client: Any, post: Any, clinician: Any, signed: str, session: Session
) -> None:
    say(post, client, opened, "correction", **{"place-1": "anxious"})

    judged = clinician.send(
        f"/requests/{signed}/sight/judge", verdict="kept", reason="It was recorded on 3 May."
    )

    page = client.page(opened)
    assert judged.status_code == 303
    assert "It was recorded on 3 May." in words(page)
    assert [one.verdict for one in sights(session)] == ["kept", None]
    assert state(session, signed) == "amra_wait"


def test_a_letter_to_be_corrected_opens_as_a_draft_in_its_place(
    opened: str, client: Any, post: Any, clinician: Any, signed: str, session: Session, letter: str
) -> None:
    say(post, client, opened, "correction", **{"should-1": "in June"})

    reply = clinician.send(f"/requests/{signed}/sight/judge", verdict="corrected")

    one = session.get_one(Request, signed)
    assert reply.location == f"/drafts/{one.draft_id}"
    assert state(session, signed) == "drafted"
    assert session.get_one(models.Draft, one.draft_id).replaces_id == letter


def test_a_no_keeps_the_letter_here(
    opened: str, client: Any, post: Any, session: Session, receptionist: Any, signed: str
) -> None:
    say(post, client, opened, "refused")

    assert state(session, signed) == "amra_wait"
    assert "We will not send this letter" in words(client.page(opened))
    panel = receptionist.page(f"/requests/{signed}").select_one("#agreement")
    assert "Does not want it sent" in panel.text


def test_staff_keep_an_answer_that_was_given_by_telephone(
    opened: str, receptionist: Any, signed: str, session: Session
) -> None:
    receptionist.send(f"/requests/{signed}/sight/answer", said="agreed", words="By telephone")

    assert sights(session)[0].answer == "agreed"
    assert state(session, signed) == "signed"
    assert "By telephone" in words(receptionist.page(f"/requests/{signed}/sight"))
    assert opened


def test_an_answer_that_cannot_count_is_asked_for_again(
    opened: str, client: Any, post: Any, shown: Any, session: Session
) -> None:
    empty = say(post, client, opened, "correction")
    nothing = say(post, client, opened, "")
    other = post(opened, {"answer": "agreed", "seal": "of another letter"})

    assert "Write down what is wrong" in words(soup(empty))
    assert soup(empty).select_one("[value=correction]").has_attr("checked")
    assert "Choose what you want to tell us" in words(soup(nothing))
    assert "changed since you opened this page" in words(soup(other))
    assert sights(session)[0].answer is None
    shown("another link")
    assert client.get(opened).status_code == 410
