"""A patient agrees to a letter by link, on the practice's screen or on paper, and takes it back."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import models
from lettergen.models import Link, RequestConsent, RequestPaper
from lettergen.requests.front import agreeing as front
from lettergen.requests.front import inviting, paper_form
from lettergen.requests.front.agreeing import NotSigned, Signed, What
from lettergen.requests.front.wording import KINDS, faults_of, load
from lettergen.requests.life import agreeing as life
from lettergen.requests.life.agreeing import TICKS
from tests.conftest import NOW
from tests.web import asked, patients
from tests.web.front.conftest import soup, words

BORN = {"day": "12", "month": "4", "year": "1998"}
WHAT = {
    "kind": "amra",
    "applicant": "Example Insurance Ltd",
    "purpose": "A claim of May 2026",
    "scope": "1. When was the first visit?\n2. What was found?",
    "application_on": "2026-11-10",
    "signer": "patient",
}
YES = {
    **{f"tick-{one}": "yes" for one in TICKS},
    "wish": "yes",
    "name": "Rowan Testerby",
    "confirmed": "yes",
}


@pytest.fixture
def request_id(app: Flask, people: Any, clock: Any) -> str:
    """A request of an insurer about Rowan Testerby."""
    return asked.receive(
        app,
        people.receptionist,
        at=clock(),
        type_key="ins_gpr",
        organisation="Example Insurance Ltd",
        requester_class="insurer",
    )


@pytest.fixture
def waiting(receptionist: Any, request_id: str) -> str:
    """The same, with what is to be agreed to written down."""
    assert receptionist.send(f"/requests/{request_id}/agreement", **WHAT).status_code == 303
    return request_id


@pytest.fixture
def behind(app: Flask, people: Any, clock: Any, client: Any, waiting: str) -> str:
    """The address of the question, in the browser of a patient who said the date of birth."""
    parts = app.extensions["lettergen"]
    with parts.sessions() as db, models.changing(db):
        request = db.get_one(models.Request, waiting)
        made = inviting.invite(db, parts.office, people.receptionist, request, "agree", at=clock())
    door = client.page(f"/l/{made.token}")
    assert "Testerby" not in str(door)
    assert "Insurance" not in str(door)
    token = door.select_one("[name=csrf_token]")["value"]
    reply = client.post(f"/l/{made.token}", data={**BORN, "csrf_token": token})
    assert reply.status_code == 303, reply.text
    return str(reply.location)


@pytest.fixture
def say(client: Any) -> Callable[..., Any]:
    """Return a function: address, fields → the reply to a form at it."""

    def said(address: str, fields: dict[str, Any], **how: Any) -> Any:
        token = client.page("/l").select_one("[name=csrf_token]")["value"]
        return client.post(address, data={**fields, "csrf_token": token}, **how)

    return said


def consent_of(session: Session) -> RequestConsent:
    session.expire_all()
    return session.scalars(select(RequestConsent)).one()


def test_the_shipped_words_hold_the_five_statements_and_no_faults(settings: Any) -> None:
    known = load(settings)

    assert faults_of(settings) == ()
    assert {line.key for line in known["amra"].ticks} == TICKS
    assert set(known) == set(KINDS)


def test_the_question_says_who_asks_what_for_and_until_when(behind: str, client: Any) -> None:
    page = client.page(behind)

    said = words(page)
    assert page.h1.text == "May we send a report about you?"
    assert "Example Insurance Ltd has asked Example Surgery" in said
    assert "You have until 11 December 2026" in said
    assert len(page.select("input[name^=tick-]")) == 5
    assert page.select("input[checked]") == []


def test_a_yes_is_kept_with_the_name_and_nothing_more(
    behind: str, say: Any, client: Any, session: Session
) -> None:
    reply = say(behind, YES)

    one = consent_of(session)
    assert reply.status_code == 303
    assert (one.state, one.method, one.wants_to_see) == ("given", "link", True)
    assert one.content["signature"] == {"name": "Rowan Testerby", "how": "typed", "mark": ""}
    assert set(one.content["ticks"]) == TICKS
    assert one.ends_on.isoformat() == "2027-05-19"
    assert "We show it to you first" in words(client.page(behind))


def test_a_drawn_name_is_kept_as_ink(behind: str, say: Any, session: Session) -> None:
    fields = {**YES, **patients.drawn("Rowan Testerby")}
    del fields["confirmed"]

    say(behind, fields)

    assert consent_of(session).content["signature"]["how"] == "drawn"
    assert consent_of(session).content["signature"]["mark"]


def test_a_line_that_is_not_ticked_is_asked_for_and_the_rest_stays(
    behind: str, say: Any, session: Session
) -> None:
    fields = {name: text for name, text in YES.items() if name not in ("tick-whole", "wish")}

    reply = say(behind, fields)

    page = soup(reply)
    assert reply.status_code == 422
    assert [one["href"] for one in page.select(".nhsuk-error-summary a")] == [
        "#tick-whole",
        "#wish",
    ]
    assert page.select_one("#name")["value"] == "Rowan Testerby"
    assert len(page.select("input[name^=tick-][checked]")) == 4
    assert consent_of(session).state == "asked"


def test_a_no_needs_no_signature_and_counts(
    behind: str, say: Any, client: Any, session: Session
) -> None:
    say(behind, {"no": "1"})

    assert consent_of(session).state == "refused"
    assert "We will not send a letter about you" in words(client.page(behind))


def test_a_yes_can_be_taken_back_until_the_letter_is_sent(
    behind: str, say: Any, client: Any, session: Session
) -> None:
    say(behind, YES)
    button = client.page(behind).select_one("main a.nhsuk-button")["href"]

    asked_once_more = client.page(button)
    say(button, {})

    assert asked_once_more.h1.text == "Take back your yes?"
    assert consent_of(session).state == "withdrawn"
    assert client.page(behind).h1.text == "You have taken back your yes"


def test_an_answer_given_twice_leads_to_how_it_stands(
    behind: str, say: Any, session: Session
) -> None:
    say(behind, YES)

    again = say(behind, {"no": "1"})

    assert again.status_code == 303
    assert consent_of(session).state == "given"


def test_five_wrong_dates_of_birth_lock_the_link_and_the_home_page_says_so(
    behind: str, client: Any, say: Any, receptionist: Any, stranger: Any, session: Session
) -> None:
    door = behind.removesuffix("/agree")
    client.delete_cookie("lettergen-link", path=door)
    for _ in range(5):
        say(door, {**BORN, "year": "1999"})

    notice = receptionist.page("/").select_one("[aria-labelledby=notices] a")["href"]
    page = receptionist.page(notice)

    assert session.scalars(select(Link)).one().locked_at is not None
    assert "agree to a letter" in words(page)
    assert stranger.get(notice).status_code == 404
    assert receptionist.send(notice).status_code == 302
    assert receptionist.page("/").select_one(f"a[href='{notice}']") is None


def test_what_is_asked_is_checked_and_kept_in_its_boxes(receptionist: Any, request_id: str) -> None:
    reply = receptionist.send(
        f"/requests/{request_id}/agreement", **{**WHAT, "application_on": "2027-01-01", "scope": ""}
    )

    page = soup(reply)
    assert reply.status_code == 422
    assert page.select_one("#applicant")["value"] == "Example Insurance Ltd"
    assert {one["href"] for one in page.select(".nhsuk-error-summary a")} == {
        "#scope",
        "#application_on",
    }


def test_next_of_kin_alone_does_not_agree_for_another() -> None:
    what = What("general", "A school", "A trip", "Allergies", None, "attorney", "Jo Testerby", "")

    with pytest.raises(NotSigned, match="not signed") as refusal:
        front.ask(None, None, "", what, at=NOW)  # type: ignore[arg-type]

    assert "next of kin is not enough" in refusal.value.errors["signer_name"]


def test_a_general_yes_says_what_may_stand_in_the_letter(settings: Any) -> None:
    general = load(settings)["general"]
    signed = Signed("Rowan", {"who", "letter"}, wants_to_see=False, is_confirmed=True)

    assert set(front.faults(general, signed)) == {"may"}


def test_the_request_page_tells_how_agreement_stands(receptionist: Any, waiting: str) -> None:
    panel = receptionist.page(f"/requests/{waiting}").select_one("#agreement")

    assert "Asked, no answer yet" in panel.text
    assert panel.select_one(f"a[href='/requests/{waiting}/agreement']")


def test_a_link_is_shown_once_as_a_slip(receptionist: Any, waiting: str) -> None:
    reply = receptionist.send(f"/requests/{waiting}/agreement/link", way="show", key="k")

    page = soup(reply)
    assert reply.status_code == 200
    assert page.select_one(".ho-slip__code")
    assert "Insurance" not in page.select_one(".ho-slip").text


def test_the_locked_screen_shows_the_question_and_gives_no_way_to_the_staff_session(
    clinician: Any, clinicians_pin: str, waiting: str, session: Session
) -> None:
    reply = clinician.send(f"/requests/{waiting}/agreement/screen", device="Tablet 1")
    page = clinician.page("/agree")
    token = page.select_one("[name=csrf_token]")["value"]
    kept_out = clinician.get(f"/requests/{waiting}")

    signed = clinician.post("/agree", data={**YES, "csrf_token": token})
    back = clinician.page("/tablet")
    token = back.select_one("[name=csrf_token]")["value"]
    returned = clinician.post("/tablet", data={"pin": clinicians_pin, "csrf_token": token})

    assert reply.location == "/agree"
    assert kept_out.status_code == 403
    assert signed.status_code == 303
    assert (consent_of(session).method, consent_of(session).content["device"]) == (
        "screen",
        "Tablet 1",
    )
    assert returned.location == f"/requests/{waiting}"


def test_signed_paper_is_bound_by_its_page_code_and_scan(
    receptionist: Any, waiting: str, session: Session
) -> None:
    photo = BytesIO()
    Image.new("RGB", (60, 60), "white").save(photo, "JPEG")
    address = f"/requests/{waiting}/agreement/record"
    form = {**YES, "signed_on": "2026-11-19"}

    def record(code: str) -> Any:
        return receptionist.send(
            address, **form, page_code=code, scan=(BytesIO(photo.getvalue()), "signed.jpg")
        )

    wrong = record("0000-0000")
    right = record(paper_form.page_code(consent_of(session)).lower())

    one = consent_of(session)
    assert wrong.status_code == 422
    assert "page code of another form" in words(soup(wrong))
    assert right.status_code == 303
    assert (one.state, one.method) == ("given", "paper")
    assert session.get_one(RequestPaper, one.paper_id).kind == "consent"


def test_paper_that_is_too_wide_is_kept_and_holds_the_request(
    receptionist: Any, waiting: str, session: Session
) -> None:
    photo = BytesIO()
    Image.new("RGB", (60, 60), "white").save(photo, "JPEG")
    receptionist.send(
        f"/requests/{waiting}/agreement/record",
        **{**YES, "signed_on": "2026-11-19", "is_too_wide": "yes"},
        scan=(BytesIO(photo.getvalue()), "signed.jpg"),
    )

    one = consent_of(session)
    assert one.state == "given"
    assert not life.is_good(one, session.get_one(models.Request, waiting), one.ends_on)


def test_the_form_to_sign_is_a_pdf_with_reference_and_page_code(
    receptionist: Any, waiting: str
) -> None:
    reply = receptionist.get(f"/requests/{waiting}/agreement/form.pdf")

    assert reply.status_code == 200
    assert reply.data.startswith(b"%PDF-")
