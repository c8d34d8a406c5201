"""What bad input gets at the desk: the right outcome or one clear error, and nothing sent twice."""

import io
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from lettergen.models import Document, DocumentFile, Message, Request, RequestPaper
from tests.web import asked
from tests.web.conftest import StrictClient, soup

WHO = {
    "patient_given_name": "Rowan",
    "patient_family_name": "Testerby",
    "born_day": "12",
    "born_month": "4",
    "born_year": "1998",
    "contact_name": "Alex Asker",
    "contact_email": "asker@example.com",
    "contact_their_reference": "Testerby R 12041998",
}
TELLS = ("Rowan", "Testerby", "1998")


@pytest.fixture
def kept(app: Flask) -> Any:
    """Return a function: all requests, the oldest first."""

    def read() -> list[Request]:
        with app.extensions["lettergen"].sessions() as session:
            return list(session.scalars(select(Request).order_by(Request.received_at)))

    return read


@pytest.fixture
def left(app: Flask) -> Any:
    """Return a function: all that has left, as text: letters with their names, and e-mails."""

    def read() -> str:
        with app.extensions["lettergen"].sessions() as session:
            files = [one.pdf for one in session.scalars(select(DocumentFile))]
            mails = [f"{one.heading} {one.body}" for one in session.scalars(select(Message))]
            titles = [one.title for one in session.scalars(select(Document))]
        texts = [page.get_textpage().get_text_range() for one in files for page in opened(one)]
        names = [opened(one).get_metadata_value("Title") for one in files]
        return " ".join((*texts, *names, *mails, *titles))

    return read


def opened(pdf: bytes) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(pdf)


def said(reply: Any) -> str:
    """The words of an answer's error summary."""
    return " ".join(soup(reply).select_one(".nhsuk-error-summary").get_text().split())


@pytest.mark.parametrize(
    ("answers", "rule", "state"),
    [
        (
            {"type": "employer_report_amra", "requester": "employer", "consent": "missing"},
            "R13",
            "on_hold",
        ),
        (
            {"type": "deceased_records", "requester": "family", "consent": "written_ok"},
            "R04",
            "on_hold",
        ),
        (
            {"type": "patient_sar", "requester": "family", "subject": "child"},
            "R08",
            "on_hold",
        ),
        (
            {"type": "family_court_letter", "requester": "solicitor", "flag": "family_dispute"},
            "R07",
            "closed",
        ),
        (
            {"type": "other", "requester": "other_org", "flag": "claimed_duty"},
            "R13",
            "on_hold",
        ),
    ],
    ids=["no consent", "dead", "child", "separated parents", "claimed duty"],
)
def test_without_consent_nothing_that_leaves_tells_of_the_patient(
    receptionist: StrictClient, kept: Any, left: Any, answers: Any, rule: str, state: str
) -> None:
    receptionist.send("/triage", **answers, **WHO, given=list(answers), do="next", once="one")

    [row] = kept()
    gone = left()
    assert (row.rule, row.state) == (rule, state)
    assert "Exampletown" in gone
    assert [word for word in TELLS if word in gone] == []


def test_what_two_people_write_down_is_answered_once_and_both_are_told(
    app: Flask, receptionist: StrictClient, manager: StrictClient, kept: Any
) -> None:
    gym = {"type": "gym_fitness", "organisation": "Iron Gym", "do": "next", **WHO}

    receptionist.send("/triage", **gym, once="desk one")
    reply = manager.send("/triage", **{**gym, "organisation": "Iron Gym Ltd"}, once="desk two")

    first, second = sorted(kept(), key=lambda one: one.state)
    page = manager.page(reply.location)
    assert (first.state, second.state) == ("closed", "declined")
    assert f"{first.reference} seems to be the same request" in page.get_text()
    with app.extensions["lettergen"].sessions() as session:
        assert session.scalar(select(func.count(Document.id))) == 1


def test_one_form_sent_by_two_at_the_same_moment_is_one_request_and_one_reply(
    app: Flask, receptionist: StrictClient, manager: StrictClient, kept: Any
) -> None:
    gym = {"type": "gym_fitness", "organisation": "Iron Gym", "do": "next", "once": "one", **WHO}
    codes = []

    def press(browser: StrictClient) -> None:
        codes.append(browser.send("/triage", **gym).status_code)

    both = [Thread(target=press, args=(one,)) for one in (receptionist, manager)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert codes == [303, 303]
    assert [one.state for one in kept()] == ["closed"]
    with app.extensions["lettergen"].sessions() as session:
        assert session.scalar(select(func.count(Document.id))) == 1


def test_a_photograph_of_19_megabytes_is_kept_and_a_broken_file_is_one_clear_error(
    app: Flask, people: Any, clock: Any, receptionist: StrictClient
) -> None:
    request_id = asked.receive(app, people.receptionist, at=clock())

    large = add(receptionist, request_id, photograph(19), "passport.jpg")
    wrong = add(receptionist, request_id, b"%PDF-1.7\nbroken", "letter.pdf")

    assert (large.status_code, wrong.status_code) == (303, 422)
    assert "damaged or locked" in said(wrong)
    with app.extensions["lettergen"].sessions() as session:
        [paper] = session.scalars(select(RequestPaper))
        assert paper.size == 19 * 1024**2


def test_a_restricted_request_is_nowhere_for_the_desk(
    receptionist: StrictClient, manager: StrictClient, kept: Any
) -> None:
    answers = {"type": "uni_mitigating", "flag": "family_dispute", "organisation": "Iron Gym"}
    manager.send("/triage", **answers, **WHO, do="next", once="one")
    [row] = kept()

    pages = [receptionist.page("/board"), receptionist.page("/")]
    pages.append(receptionist.page(f"/requesters/{row.requester_id}"))
    own = receptionist.get(f"/requests/{row.id}")

    assert own.status_code == 404
    assert row.reference not in own.text
    assert [one for one in pages if row.reference in one.get_text() or row.id in str(one)] == []
    assert row.reference in manager.page("/board?restricted=1").get_text()


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2027, 3, 28, 23, 30, tzinfo=UTC), "2027-03-29"),
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "2027-10-31"),
        (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), "2027-10-31"),
    ],
)
def test_in_a_clock_change_the_day_is_englands(
    receptionist: StrictClient, clock: Any, kept: Any, moment: datetime, day: str
) -> None:
    clock.now = moment

    receptionist.send("/triage", type="gym_fitness", do="keep", once="one")

    assert [one.received_on.isoformat() for one in kept()] == [day]


def add(browser: StrictClient, request_id: str, raw: bytes, name: str) -> Any:
    """Send a paper as the request's page does."""
    data = {"csrf_token": browser.token(), "kind": "other", "paper": (io.BytesIO(raw), name)}
    reply = browser.post(f"/requests/{request_id}/papers", data=data)
    reply.request.environ["wsgi.input"].close()
    return reply


def photograph(megabytes: int) -> bytes:
    """A photograph with so much said about it by its camera."""
    target = io.BytesIO()
    Image.new("RGB", (1200, 900), "white").save(target, "JPEG")
    small = target.getvalue()
    note = b"\xff\xfe\xff\xff" + bytes(0xFFFD)
    room = megabytes * 1024**2 - len(small)
    whole, rest = divmod(room, len(note))
    last = b"\xff\xfe" + (rest - 2).to_bytes(2, "big") + bytes(rest - 4)
    return small[:2] + note * whole + last + small[2:]
