"""The register of photo consents in a browser: asked, used, searched, changed, due and counted."""

import csv
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import models
from lettergen.consents.register import ageing, holding, photos, tasks
from lettergen.models import (
    ConsentDraft,
    ConsentEvent,
    ConsentImage,
    ConsentQuestion,
    ConsentRecord,
    ConsentTask,
    ConsentUse,
    Document,
    Practice,
)
from lettergen.web.register.work import cell
from tests.web import filed
from tests.web.conftest import soup
from tests.web.filed import ADULT, CHILD, IMAGE, TEACHING, WITHDRAWN
from tests.web.patients import words

TEACHES = {"image": IMAGE, "purpose": "teach_closed"}
TUTORIAL = {"audience": "medical students", "place": "Seminar room", "copies": "12"}
BEFORE = (
    "The date the patient changed their mind is before the date they agreed "
    "(16 November 2026). Check the date."
)
BY_PATIENT = {"by_role": "patient", "how": "desk"}


@pytest.fixture
def file(app: Flask, people: Any, clock: Any) -> Callable[..., str]:
    """Return a function: a case's name, and answers to purposes → the key of its record."""

    def filed_one(name: str = ADULT, **purposes: Any) -> str:
        answers = filed.case(name, **purposes)
        return filed.file(app, people.clinician, answers, at=clock())

    return filed_one


@pytest.fixture
def teaching(file: Callable[..., str], clock: Any) -> str:
    """The record of an adult who agreed to teaching."""
    record_id = file(teach_closed=TEACHING)
    clock.now += timedelta(hours=1)
    return record_id


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.extensions["lettergen"].sessions() as one:
        yield one


@pytest.fixture
def grants(session: Session) -> Callable[[str], dict[str, str]]:
    """Return a function: record → its grants by purpose."""
    return lambda record_id: filed.grant_ids(session, record_id)


@pytest.fixture
def terms(app: Flask, people: Any, session: Session) -> Any:
    return app.extensions["lettergen"].consents.terms(session, people.clinician)


def answer_of(reply: Any) -> tuple[str, str]:
    """The large word of an answer, and its sentence."""
    page = soup(reply)
    return (
        page.select_one(".rg-word").get_text().strip(),
        page.select_one(".rg-sentence").get_text().strip(),
    )


def faults(reply: Any) -> list[tuple[str, str]]:
    """What the error summary says, with the field that it leads to."""
    links = soup(reply).select(".nhsuk-error-summary a")
    return [(one["href"], one.get_text().strip()) for one in links]


def open_kinds(session: Session) -> list[str]:
    rows = session.scalars(select(ConsentTask).where(ConsentTask.done_at.is_(None)))
    return sorted(one.kind for one in rows)


# The question


def test_a_yes_stands_large_with_its_reason_its_last_day_and_its_grant(receptionist, teaching):
    reply = receptionist.send("/register/ask", **TEACHES)

    page = soup(reply)
    assert answer_of(reply)[0] == "YES"
    assert page.title.get_text().startswith("YES: Teaching NHS staff and students")
    assert "until 16 November 2031" in words(page)
    grant = page.select_one(f"main a[href='/register/records/{teaching}']")
    assert grant.get_text() == "PIC-2026-000101/teach_closed"
    assert page.select_one(".rg-word svg") is not None
    assert page.select_one("form[action='/register/use']") is not None


def test_an_unknown_photo_is_no(clinician, session):
    reply = clinician.send("/register/ask", image="IMG-9999-Z", purpose="record")

    assert answer_of(reply) == ("NO", "No consent form covers this photo.")
    assert soup(reply).select_one("form[action='/register/use']") is None
    assert session.scalars(select(ConsentQuestion.answer)).all() == ["NO"]


def test_a_hold_is_check_and_says_whom_to_speak_to(
    clinician, app, people, teaching, grants, clock, terms
):
    with app.extensions["lettergen"].sessions() as session, models.changing(session):
        holding.suspend(
            session,
            terms,
            people.clinician,
            [grants(teaching)["teach_closed"]],
            reason="a complaint",
            speak_to="Mo Manager",
            at=clock(),
        )

    reply = clinician.send("/register/ask", **TEACHES)

    assert answer_of(reply) == ("CHECK", "On hold: a complaint. Speak to Mo Manager.")
    assert soup(reply).select_one("form[action='/register/use']") is None


def test_every_question_is_logged_with_who_asked_and_about_which_day(
    receptionist, people, teaching, session
):
    receptionist.send("/register/ask", **TEACHES, on="2026-11-01", use="medical students")

    asked = session.scalars(select(ConsentQuestion)).one()
    assert asked.asked_by == people.receptionist.staff_id
    assert (asked.about, asked.answer) == (date(2026, 11, 1), "NO")
    assert asked.asked["use"] == "medical students"


def test_a_use_beyond_what_was_agreed_is_no_and_says_what_was(clinician, teaching):
    reply = clinician.send("/register/ask", **TEACHES, use="a poster in town")

    assert answer_of(reply)[0] == "NO"
    assert "Agreed only for GP trainees and medical students" in answer_of(reply)[1]


def test_a_patient_by_number_is_asked_about_photo_by_photo(clinician, teaching, session):
    reply = clinician.send("/register/ask", nhs_number="999 000 1006", purpose="teach_closed")

    found = [one.get_text().strip() for one in soup(reply).select(".rg-word")]
    assert found == ["YES", "YES", "YES"]
    assert soup(reply).h1.get_text() == "3 of 3 photos: YES"
    assert len(session.scalars(select(ConsentQuestion)).all()) == 3


def test_a_patient_by_name_and_birth_date_is_found_and_never_in_an_address(clinician, teaching):
    born = {"born_day": "14", "born_month": "5", "born_year": "1979"}

    reply = clinician.send("/register/ask", family_name="One", **born, purpose="record")

    assert reply.status_code == 200
    assert soup(reply).h1.get_text() == "3 of 3 photos: YES"


def test_a_patient_whom_the_register_does_not_know_is_no(clinician, teaching):
    reply = clinician.send("/register/ask", nhs_number="9990001022", purpose="record")

    assert answer_of(reply)[0] == "NO"
    assert "No form of this patient is in the register." in words(soup(reply))


def test_somebody_elses_photo_is_no(clinician, teaching):
    reply = clinician.send("/register/ask", **TEACHES, nhs_number="9990001022")

    assert answer_of(reply) == ("NO", "This photo is not this patient's. Stop and report.")


def test_two_patients_of_one_name_and_birth_date_are_told_apart_by_the_number(
    app, people, clinician, clock, teaching
):
    twin = filed.case()
    twin["record_id"], twin["patient"]["nhs_number"] = "PIC-2026-000201", "9990001014"
    for number, image in enumerate(twin["images"]):
        image["image_id"] = f"TWIN-{number}"
    filed.file(app, people.clinician, twin, at=clock())
    born = {"born_day": "14", "born_month": "5", "born_year": "1979"}

    reply = clinician.send("/register/ask", family_name="One", **born, purpose="record")

    assert reply.status_code == 422
    assert faults(reply)[0][0] == "#family_name"
    assert "Enter the NHS number instead" in faults(reply)[0][1]


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"purpose": "record"}, "#image", "Enter a photo number, or say whose photo"),
        ({"image": "X"}, "#purpose", "Choose what it is for"),
        ({"image": "X", "purpose": "advertising"}, "#purpose", "Not a valid choice."),
        (
            {"image": "X", "purpose": "record", "on": "31/2/2026"},
            "#on",
            "Enter a real date, like 27/3/2026",
        ),
        (
            {"nhs_number": "9990001007", "purpose": "record"},
            "#nhs_number",
            "Check the NHS number: it has 10 digits, like 999 000 1006",
        ),
        (
            {"family_name": "One", "purpose": "record"},
            "#family_name",
            "Give the birth date as well as the surname",
        ),
        (
            {"image": "X" * 201, "purpose": "record"},
            "#image",
            "Field cannot be longer than 200 characters.",
        ),
    ],
)
def test_a_question_that_cannot_be_asked_is_pointed_out_at_its_field(
    clinician, session, typed, field, message
):
    reply = clinician.send("/register/ask", **typed)

    assert reply.status_code == 422
    assert (field, message) in faults(reply)
    assert session.scalars(select(ConsentQuestion)).all() == []


def test_markup_in_a_question_is_shown_as_text(clinician, teaching):
    reply = clinician.send("/register/ask", **TEACHES, use="<script>alert(1)</script>")

    assert "<script>alert(1)" not in reply.text
    assert "&lt;script&gt;" in reply.text


# A use


def test_a_use_is_logged_before_it_happens(clinician, teaching, session):
    reply = clinician.send("/register/use", **TEACHES, **TUTORIAL, patient="")

    use = session.scalars(select(ConsentUse)).one()
    assert reply.location == f"/register/records/{teaching}#uses"
    assert (use.answer, use.copies, use.details["place"]) == ("YES", 12, "Seminar room")
    assert "12 copies out." in words(clinician.page(f"/register/records/{teaching}"))


def test_a_use_is_not_logged_where_the_answer_became_no(clinician, receptionist, teaching, grants):
    stop(receptionist, teaching, grants(teaching)["teach_closed"])

    reply = clinician.send("/register/use", **TEACHES, **TUTORIAL, patient="")

    assert reply.status_code == 422
    assert answer_of(reply)[0] == "NO"
    assert "The use is not logged, and may not happen" in words(soup(reply))


def test_a_use_where_nothing_was_hidden_is_no(clinician, teaching, session):
    reply = clinician.send("/register/use", **TEACHES, **TUTORIAL, patient="", has_hidden="crop")

    assert answer_of(reply)[0] == "NO"
    assert session.scalars(select(ConsentUse)).all() == []


def test_particulars_of_a_use_that_are_missing_are_pointed_out(clinician, teaching, session):
    reply = clinician.send("/register/use", **TEACHES, patient="", copies="many")

    assert reply.status_code == 422
    assert [field for field, _ in faults(reply)] == ["#audience", "#place", "#copies"]
    assert session.scalars(select(ConsentUse)).all() == []


def test_after_a_death_only_the_caldicott_guardians_reason_lets_a_use_go_on(
    clinician, teaching, session, clock
):
    clinician.send(f"/register/records/{teaching}/died", died_on=clock().date().isoformat())
    asked = clinician.send("/register/ask", **TEACHES)
    use = {**TEACHES, **TUTORIAL, "patient": "", "after_death": "yes", "advice_by": "Dr C Guardian"}

    short = clinician.send("/register/use", **use, advice="ok")
    clinician.send("/register/use", **use, advice="The family knows of it and agrees.")

    assert answer_of(asked)[0] == "CHECK"
    assert soup(asked).select_one("[name=advice_by]") is not None
    assert faults(short)[0][0] == "#advice_by"
    assert session.scalars(select(ConsentUse.answer)).all() == ["CHECK"]


# The list


def test_the_list_shows_initials_until_a_form_is_opened(receptionist, teaching):
    page = receptionist.page("/register")

    assert "PIC-2026-000101 , patient TO" in words(page)
    assert "Testpatient" not in str(page)
    assert "Testpatient One" in words(receptionist.page(f"/register/records/{teaching}"))


def test_a_search_travels_sealed(clinician, teaching, file):
    file(WITHDRAWN)

    reply = clinician.send("/register/find", nhs_number="999 000 1057")

    assert "9990001057" not in reply.location
    page = clinician.page(reply.location)
    assert "PIC-2025-000031" in words(page)
    assert "PIC-2026-000101" not in words(page)


def test_a_search_word_of_elsewhere_finds_nothing(clinician, stranger, teaching):
    word = clinician.send("/register/find", image=IMAGE).location

    assert stranger.get(word.partition("#")[0]).status_code == 404
    assert clinician.get("/register?q=nonsense").status_code == 404
    assert clinician.get("/register?which=nonsense").status_code == 404


def test_a_search_that_cannot_be_is_pointed_out(clinician):
    reply = clinician.send("/register/find", nhs_number="123")

    assert reply.status_code == 422
    assert faults(reply) == [
        ("#find-nhs_number", "Check the NHS number: it has 10 digits, like 999 000 1006")
    ]


def test_an_empty_search_shows_all(clinician):
    assert clinician.send("/register/find").location == "/register"


def test_the_filters_show_what_they_say(clinician, file, clock):
    file(ADULT)
    file(WITHDRAWN)

    def shown(which: str) -> list[str]:
        page = clinician.page(f"/register?which={which}")
        return [one.get_text()[:15] for one in page.select(".app-rows__name")]

    assert shown("all") == ["PIC-2026-000101", "PIC-2025-000031"]
    assert shown("withdrawn_open") == ["PIC-2025-000031"]
    assert shown("on_phone") == []
    clock.now += timedelta(days=330)
    assert shown("ending") == ["PIC-2026-000101"]


def test_the_list_comes_in_pages(app, people, clinician, clock):
    for number in range(26):
        answers = filed.case()
        answers["record_id"], answers["images"] = f"PIC-2026-1{number:05}", []
        filed.file(app, people.clinician, answers, at=clock())

    assert len(clinician.page("/register").select(".app-rows__row")) == 25
    assert len(clinician.page("/register?page=2").select(".app-rows__row")) == 1
    assert len(clinician.page("/register?page=99").select(".app-rows__row")) == 1


# Changes


def stop(browser: Any, record_id: str, grant_id: str, **more: Any) -> Any:
    """Withdraw one use at the desk."""
    fields = {"grant_ids": grant_id, "said_on": "2026-11-20", **BY_PATIENT, **more}
    return browser.send(f"/register/records/{record_id}/withdraw", **fields)


def test_a_withdrawal_leads_to_what_stopped_and_what_cannot_be_called_back(
    clinician, receptionist, teaching, grants, session
):
    clinician.send("/register/use", **TEACHES, **TUTORIAL, patient="")

    reply = stop(receptionist, teaching, grants(teaching)["teach_closed"])

    said = words(receptionist.page(reply.location))
    assert "We will take the photo out of our teaching. 1 logged use" in said
    assert "People have already seen it. Some paper copies may remain." in said
    assert "The patient still agrees to: Taking the photo" in said
    assert "By 27 November 2026: Teaching NHS staff and students." in said
    assert open_kinds(session) == ["confirm", "letter", "stop"]
    assert answer_of(clinician.send("/register/ask", **TEACHES))[0] == "NO"


def test_a_withdrawal_before_the_consent_is_refused_at_the_day(
    receptionist, teaching, grants, session
):
    reply = stop(receptionist, teaching, grants(teaching)["teach_closed"], said_on="2026-11-01")

    assert reply.status_code == 422
    assert faults(reply) == [
        (
            "#said_on",
            BEFORE,
        )
    ]
    assert open_kinds(session) == []


def test_a_withdrawal_on_the_day_of_signing_counts(receptionist, teaching, grants, session):
    stop(receptionist, teaching, grants(teaching)["teach_closed"], said_on="2026-11-16")

    assert "letter" in open_kinds(session)


def test_a_telephone_call_needs_three_facts(receptionist, teaching, grants, session):
    grant_id = grants(teaching)["teach_closed"]
    two = {"how": "telephone", "facts": ["full name", "address"]}
    three = {"how": "telephone", "facts": ["full name", "address", "date of birth"]}

    refused = stop(receptionist, teaching, grant_id, **two)
    stop(receptionist, teaching, grant_id, **three)

    assert faults(refused) == [
        ("#facts", "By telephone, three facts have to match. Tick which did")
    ]
    event = session.scalars(select(ConsentEvent).where(ConsentEvent.kind == "withdraw")).one()
    assert event.details["check"] == "full name, address, date of birth matched"


def test_who_speaks_for_a_patient_has_a_name_and_the_authority(receptionist, teaching, grants):
    grant_id = grants(teaching)["teach_closed"]

    nameless = stop(receptionist, teaching, grant_id, by_role="parent")
    adult = stop(receptionist, teaching, grant_id, by_role="parent", by_name="Testmother One")

    assert faults(nameless) == [("#by_name", "Enter the name of who speaks for the patient")]
    assert faults(adult) == [
        ("#by_role", "The patient decided this. Only the patient can change it.")
    ]


def test_an_empty_withdrawal_says_what_is_missing(receptionist, teaching):
    reply = receptionist.send(f"/register/records/{teaching}/withdraw")

    assert [field for field, _ in faults(reply)] == ["#grant_ids", "#by_role", "#how", "#said_on"]


def test_a_grant_of_another_form_is_no_choice(receptionist, teaching, file, grants, session):
    other = grants(file(CHILD))["teach_closed"]

    reply = stop(receptionist, teaching, other)

    assert reply.status_code == 422
    assert open_kinds(session) == []


def test_the_letter_about_a_withdrawal_is_made_once_and_handed_over(
    receptionist, teaching, grants, session
):
    task = stop(receptionist, teaching, grants(teaching)["teach_closed"]).location

    reply = receptionist.send(f"{task}/letter", address="1 Example Road\nZZ99 3WZ")
    again = receptionist.send(f"{task}/letter")

    document = session.scalars(select(Document)).one()
    assert reply.location == f"/documents/{document.id}#hand-over"
    assert document.title == "Your photo choices: what has stopped"
    assert (again.status_code, document.reference in again.text) == (422, True)
    page = receptionist.page(reply.location)
    assert page.select_one(f"main a[href='{task}']").get_text() == "mark the task as done"
    assert page.select_one("form[action$='/again']") is None
    assert document.reference in words(receptionist.page(task))


def test_a_letter_that_was_voided_can_be_made_anew(manager, teaching, grants, session):
    task = stop(manager, teaching, grants(teaching)["teach_closed"]).location
    first = manager.send(f"{task}/letter").location.partition("#")[0]
    manager.send(f"{first}/void", reason="sent to the wrong address")

    second = manager.send(f"{task}/letter")

    assert second.status_code == 302
    assert len(session.scalars(select(Document)).all()) == 2


def test_a_task_that_asks_for_no_letter_gets_none(receptionist, teaching, grants, session):
    stop(receptionist, teaching, grants(teaching)["teach_closed"])
    task = session.scalars(select(ConsentTask.id).where(ConsentTask.kind == "stop")).one()

    reply = receptionist.send(f"/register/tasks/{task}/letter")

    assert reply.status_code == 422
    assert session.scalars(select(Document)).all() == []


def test_an_address_beyond_a_window_is_refused(receptionist, teaching, grants, session):
    task = stop(receptionist, teaching, grants(teaching)["teach_closed"]).location

    reply = receptionist.send(f"{task}/letter", address="\n".join("abcdefgh"))

    assert reply.status_code == 422
    assert "at most 7 lines" in reply.text
    assert session.scalars(select(Document)).all() == []


def test_a_task_is_done_once_with_a_note(receptionist, teaching, grants, session):
    stop(receptionist, teaching, grants(teaching)["teach_closed"])
    task = session.scalars(select(ConsentTask.id).where(ConsentTask.kind == "stop")).one()

    reply = receptionist.send(f"/register/tasks/{task}", note="Slides cleaned.")
    again = receptionist.send(f"/register/tasks/{task}", note="Twice.")

    assert reply.location == f"/register/records/{teaching}#tasks"
    assert again.status_code == 422
    assert "Slides cleaned." in words(receptionist.page(f"/register/records/{teaching}"))


def test_a_hold_and_its_end(clinician, receptionist, teaching, grants, session):
    grant_id = grants(teaching)["teach_closed"]
    hold = {"grant_ids": grant_id, "cause": "complaint", "reason": "a complaint"}

    nobody = receptionist.send(f"/register/records/{teaching}/suspend", **hold)
    receptionist.send(f"/register/records/{teaching}/suspend", **hold, speak_to="Dr Casey")
    page = words(receptionist.page(f"/register/records/{teaching}"))
    shut = receptionist.get(f"/register/records/{teaching}/resume")
    clinician.send(
        f"/register/records/{teaching}/resume", grant_id=grant_id, reason="The patient is content."
    )

    assert faults(nobody) == [("#speak_to", "Name somebody to speak to")]
    assert "On hold: a complaint. Speak to Dr Casey." in page
    assert shut.status_code == 403
    assert answer_of(clinician.send("/register/ask", **TEACHES))[0] == "YES"


def test_less_is_allowed_without_a_signature_and_more_is_not(clinician, teaching, grants):
    fields = {"grant_id": grants(teaching)["teach_closed"], "said_on": "2026-11-20", **BY_PATIENT}
    address = f"/register/records/{teaching}/narrow"

    nothing = clinician.send(address, **fields)
    more = clinician.send(address, **fields, only_for="everybody")
    clinician.send(address, **fields, only_for="medical students", only_until="2027-01-01")

    assert faults(nothing)[0][0] == "#leave_out"
    assert faults(more) == [
        ("#only_for", "This would allow more than was agreed. Ask the patient to sign a new form.")
    ]
    answer = clinician.send("/register/ask", **TEACHES)
    assert "Yes, for medical students (crop first), until 1 January 2027" in answer_of(answer)[1]


def test_a_form_made_in_error_needs_a_second_persons_own_password(
    clinician, people, teaching, session
):
    address = f"/register/records/{teaching}/error"
    wrong = {"reason": "It is another patient’s form.", "second": people.manager.staff_id}

    refused = clinician.send(address, **wrong, second_password="not this one")
    reception = clinician.send(
        address, **{**wrong, "second": people.receptionist.staff_id}, second_password="x"
    )
    done = clinician.send(address, **wrong, second_password=people.password)

    assert faults(refused)[0][0] == "#second_password"
    assert "not this one" not in refused.text
    assert faults(reception)[0][0] == "#second"
    assert answer_of(clinician.send("/register/ask", **TEACHES)) == (
        "NO",
        "The form was made in error.",
    )
    page = clinician.page(done.location)
    assert "It says sorry" in words(page)
    letter = clinician.send(f"{done.location}/letter", reason="Two forms were mixed up.")
    assert letter.status_code == 302
    assert session.scalars(select(Document.title)).all() == [
        "A form about photos that was a mistake"
    ]


def test_a_second_persons_password_cannot_be_guessed(clinician, people, teaching):
    fields = {"reason": "It is another patient’s form.", "second": people.manager.staff_id}

    replies = [
        clinician.send(
            f"/register/records/{teaching}/error", **fields, second_password=f"guess {number}"
        ).status_code
        for number in range(11)
    ]

    assert replies == [422] * 10 + [429]


def test_reception_cannot_say_that_a_form_was_made_in_error(receptionist, teaching):
    assert receptionist.get(f"/register/records/{teaching}/error").status_code == 403
    assert "made in error" not in words(receptionist.page(f"/register/records/{teaching}"))


def test_a_photo_is_linked_with_its_own_facts(clinician, teaching, grants, session):
    photo = {
        "grant_ids": list(grants(teaching).values()),
        "number": "IMG-0101-D",
        "role": "follow_up",
        "taken_at": "2026-11-20T09:00",
        "stored_in": "gp_record",
    }

    refused = clinician.send(
        f"/register/records/{teaching}/photo", **{**photo, "taken_at": "2026-11-01T09:00"}
    )
    reply = clinician.send(f"/register/records/{teaching}/photo", **photo)

    assert faults(reply) == []
    assert faults(refused)[0][0] == "#taken_before"
    assert reply.location == f"/register/records/{teaching}"
    linked = {**TEACHES, "image": "img-0101-d"}
    assert answer_of(clinician.send("/register/ask", **linked))[0] == "YES"


def test_a_photo_that_was_used_before_is_not_linked(
    clinician, teaching, grants, session, app, people, clock, terms
):
    clinician.send("/register/use", **TEACHES, **TUTORIAL, patient="")
    photo = photos.Photo(IMAGE, "close_up", clock() - timedelta(minutes=5), "gp_record")
    narrowed = {"grant_id": grants(teaching)["teach_closed"], "said_on": "2026-11-20"}
    images = [one.id for one in session.scalars(select(ConsentImage)) if one.number == IMAGE]
    clinician.send(
        f"/register/records/{teaching}/narrow", **narrowed, **BY_PATIENT, leave_out=images
    )
    live = [one.id for one in session.get_one(ConsentRecord, teaching).grants]

    reply = clinician.send(
        f"/register/records/{teaching}/photo",
        grant_ids=live[-1],
        number=photo.number,
        role=photo.role,
        taken_at="2026-11-20T09:00",
        stored_in="gp_record",
    )

    assert reply.status_code == 422
    assert answer_of(clinician.send("/register/ask", **TEACHES))[0] == "NO"


def test_a_use_without_a_question_is_owned_up_to(receptionist, file, session):
    record_id = file(ADULT)

    receptionist.send(
        f"/register/records/{record_id}/used",
        image=IMAGE,
        purpose="teach_closed",
        used_at="2026-11-19T13:00",
        audience="students",
        place="seminar",
        copies="0",
    )

    assert session.scalars(select(ConsentUse.answer)).all() == ["NO"]
    assert open_kinds(session) == ["incident"]


def test_copies_that_have_gone_close_their_tasks(clinician, teaching, grants, session):
    clinician.send("/register/use", **TEACHES, **TUTORIAL, patient="")
    stop(clinician, teaching, grants(teaching)["teach_closed"])
    use_id = session.scalars(select(ConsentUse.id)).one()

    empty = clinician.send(f"/register/uses/{use_id}", note=" ")
    clinician.send(f"/register/uses/{use_id}", note="Handouts shredded, slides cleaned.")
    again = clinician.send(f"/register/uses/{use_id}", note="Twice.")

    assert faults(empty)[0][0] == "#note"
    assert again.status_code == 422
    assert open_kinds(session) == ["letter"]
    assert "Copies gone 20 November 2026" in words(clinician.page(f"/register/records/{teaching}"))


def test_a_death_in_the_future_is_refused(clinician, teaching):
    reply = clinician.send(f"/register/records/{teaching}/died", died_on="2026-12-24")

    assert faults(reply) == [("#died_on", "This day lies in the future. Check the date")]


def test_a_published_article_ends_its_consent(clinician, app, people, clock, session):
    article = {
        "decision": "yes",
        "outlet_name": "Example Journal",
        "article_title": "A rash",
        "patient_wants_copy": "yes",
    }
    record_id = filed.file(app, people.clinician, filed.case(publish=article), at=clock())
    clock.now += timedelta(hours=1)
    grant_id = filed.grant_ids(session, record_id)["publish"]
    address = f"/register/records/{record_id}/published"

    refused = clinician.send(address, grant_id=grant_id, published_on="2026-11-20")
    clinician.send(
        address, grant_id=grant_id, published_on="2026-11-20", reference="doi:10.1/example"
    )

    assert faults(refused) == [("#reference", "Enter the DOI or reference")]
    assert "send_article" in open_kinds(session)


def test_merged_records_are_held_and_nothing_is_moved(clinician, teaching, file, session):
    file(WITHDRAWN)

    clinician.send(
        f"/register/records/{teaching}/mixed-up", other="999 000 1057", speak_to="Mo Manager"
    )

    assert answer_of(clinician.send("/register/ask", **TEACHES))[0] == "CHECK"
    assert open_kinds(session).count("clear_doubt") >= 3


def test_a_photo_that_may_be_somebody_elses_is_held(receptionist, teaching, session):
    doubt = {"image": IMAGE, "reason": "The scar is on the other arm.", "speak_to": "Dr Casey"}

    unknown = receptionist.send(
        f"/register/records/{teaching}/whose-photo", **{**doubt, "image": "IMG-X"}
    )
    receptionist.send(f"/register/records/{teaching}/whose-photo", **doubt)

    assert faults(unknown)[0][0] == "#image"
    assert answer_of(receptionist.send("/register/ask", **TEACHES))[0] == "CHECK"
    assert open_kinds(session) == ["clear_doubt"] * 3


def test_what_is_not_possible_leads_back_with_a_word(clinician, file):
    record_id = file(ADULT)

    page = clinician.page(f"/register/records/{record_id}/published")

    assert "is not possible as this consent stands" in words(page)


def test_asking_again_begins_a_new_form_with_the_same_set_up(clinician, teaching, session):
    reply = clinician.send(f"/register/records/{teaching}/ask-again")

    draft = session.scalars(select(ConsentDraft)).one()
    assert reply.location == f"/consents/{draft.id}"
    assert draft.answers["patient"]["full_name"] == "Testpatient One"
    assert draft.answers["purposes"]["teach_closed"]["decision"] != "yes"


# Due work


def test_a_child_who_turned_16_is_invited_from_the_due_work(
    clinician, app, people, clock, session, terms
):
    child = filed.case(CHILD)
    child["patient"]["date_of_birth"] = "2013-06-20"
    filed.file(app, people.clinician, child, at=clock())
    clock.now = clock.now.replace(year=2029, month=6, day=21)
    with app.extensions["lettergen"].sessions() as other, models.changing(other):
        ageing.settle(other, terms, people.clinician, at=clock())

    anchor = clinician.page("/register/due").select_one("main a[href^='/register/tasks/']")
    reply = clinician.send(f"{anchor['href']}/letter")

    assert anchor.get_text().startswith("Write the invitation")
    assert reply.status_code == 302
    assert session.scalars(select(Document.title)).all() == ["Your photos: your choice"]


def test_a_phone_is_clean_only_when_both_are_ticked(clinician, app, people, clock, session):
    answers = filed.case()
    answers["photo"]["device"] = "personal_phone_camera"
    filed.file(app, people.clinician, answers, at=clock())
    task = session.scalars(
        select(ConsentTask.id).where(ConsentTask.kind == tasks.PHONE_DELETION)
    ).one()

    one = clinician.send(f"/register/tasks/{task}", is_moved="y")
    assert faults(one)[0][0] == "#is_deleted"
    assert open_kinds(session) == ["phone_deletion"]
    clinician.send(f"/register/tasks/{task}", is_moved="y", is_deleted="y", note="Dr Casey’s")

    session.expire_all()
    assert open_kinds(session) == []


def test_due_work_comes_in_groups_with_counts_and_says_what_is_late(
    clinician, teaching, grants, clock
):
    stop(clinician, teaching, grants(teaching)["teach_closed"])
    clock.now += timedelta(days=10)

    page = clinician.page("/register/due")

    assert "2 things to do about photo consents, 1 overdue" in words(page)
    assert "Stop a use, and call copies back 1, 1 overdue" in words(page)
    assert "Overdue since 27 November 2026" in words(page)
    assert "Testpatient" not in str(page)
    assert "1 thing about photo consents is overdue" in words(clinician.page("/"))


def test_what_the_clock_ended_can_be_looked_for_at_once(clinician, teaching, clock, session):
    clinician.send("/register/use", **TEACHES, **TUTORIAL, patient="")
    clock.now += timedelta(days=6 * 366)

    clinician.send("/register/due/settle")

    assert "remove_copies" in open_kinds(session)
    assert "Nothing has ended" in words(
        soup(clinician.post("/register/due/settle", data={"csrf_token": clinician.token()},
                            follow_redirects=True))
    )  # fmt: skip


# Figures


def test_figures_name_nobody(manager, clinician, teaching):
    clinician.send("/register/use", **TEACHES, **TUTORIAL, patient="")

    page = manager.page("/register/report")
    files = [
        manager.get(f"/register/report/{name}.csv").get_data(as_text=True)
        for name in ("figures", "consents")
    ]

    assert "Of these, with a live YES at the time 100%" in words(page)
    for text in (str(page), *files):
        assert "Testpatient" not in text
        assert "9990001006" not in text


def test_the_export_has_a_line_for_every_answer(manager, teaching):
    text = manager.get("/register/report/consents.csv").get_data(as_text=True)

    rows = list(csv.reader(StringIO(text.removeprefix("\ufeff"))))
    assert rows[0][0] == "form"
    assert {row[1] for row in rows[1:]} == {"record", "share_care", "teach_closed"}
    assert {row[6] for row in rows[1:]} == {"granted"}


def test_a_form_number_that_is_a_formula_stays_text(app, people, manager, clock):
    answers = filed.case()
    answers["record_id"] = "=HYPERLINK(0)"
    filed.file(app, people.clinician, answers, at=clock())

    text = manager.get("/register/report/consents.csv").get_data(as_text=True)

    assert "'=HYPERLINK(0)" in text
    assert "\n=HYPERLINK" not in text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "＝1"])
def test_a_cell_is_never_a_formula(text):
    assert cell(text) == f"'{text}"


def test_numbers_and_plain_text_stay_as_they_are_in_a_cell():
    assert [cell(one) for one in (-1, 0.5, None, "PIC-1")] == ["-1", "0.5", "", "PIC-1"]


def test_a_span_that_runs_backwards_is_pointed_out(manager):
    reply = manager.get("/register/report?since=2026-11-02&until=2026-11-01")

    assert reply.status_code == 422
    assert faults(reply)[0][0] == "#until"


def test_reception_sees_no_figures(receptionist):
    assert receptionist.get("/register/report").status_code == 403


# Settings


def defaults(page: Any) -> dict[str, Any]:
    """What the form of the settings would send as it stands."""
    boxes = page.select("form[action='/practice/consents'] input[name=channels]")
    return {"channels": [one["value"] for one in boxes if one.has_attr("checked")]}


def test_the_settings_show_the_documented_defaults(manager):
    page = manager.page("/practice/consents")

    assert "Usually 60 months" in words(page)
    assert "Usually 5 working days" in words(page)
    assert page.select_one("input[name='validity_months.teach_closed']")["value"] == ""


def test_a_changed_setting_counts_for_new_consents_and_goes_back(manager, file, session):
    sent = defaults(manager.page("/practice/consents"))
    few = {"validity_months.teach_closed": "6", "deadlines.teach_closed.stop_days": "3"}

    manager.send("/practice/consents", **sent, **few)

    stored = session.scalars(
        select(Practice.consent_settings).where(Practice.ods == "Y99991")
    ).one()
    assert stored == {
        "validity_months": {"teach_closed": 6},
        "deadlines": {"teach_closed": {"stop_days": 3}},
    }
    assert "until 16 May 2027" in words(
        manager.page(f"/register/records/{file(teach_closed=TEACHING)}")
    )
    manager.send("/practice/consents/defaults")
    session.expire_all()
    assert session.scalars(select(Practice.consent_settings)).all() == [None, None]


def test_settings_that_cannot_be_are_pointed_out_by_field(manager, session):
    reply = manager.send(
        "/practice/consents",
        **{
            "validity_months.teach_closed": "often",
            "validity_months.public": "999",
            "deadlines.teach_closed.stop_days": "30",
            "personal_phone_allowed": "yes",
        },
    )

    assert reply.status_code == 422
    assert {field for field, _ in faults(reply)} == {
        "#validity_months.teach_closed",
        "#validity_months.public",
        "#deadlines.teach_closed.stop_days",
        "#personal_phone_policy",
        "#channels",
    }
    page = soup(reply)
    assert page.select_one("input[name='validity_months.teach_closed']")["value"] == "often"
    assert session.scalars(select(Practice.consent_settings)).all() == [None, None]


def test_only_managers_change_the_settings(clinician):
    assert clinician.get("/practice/consents").status_code == 403
    assert clinician.send("/practice/consents").status_code == 403


# Others


def test_a_stranger_is_told_that_there_is_no_such_consent(stranger, teaching, grants):
    for address in (f"/register/records/{teaching}", f"/register/records/{teaching}/withdraw"):
        assert stranger.get(address).status_code == 404
    reply = stop(stranger, teaching, grants(teaching)["teach_closed"])
    assert reply.status_code == 404


def test_a_stranger_asks_an_own_register(stranger, teaching):
    assert answer_of(stranger.send("/register/ask", **TEACHES))[0] == "NO"
    assert "Testpatient" not in str(stranger.page("/register"))


def test_everybody_has_the_register_in_the_menu(clinician, receptionist, manager):
    for browser in (clinician, receptionist, manager):
        assert browser.page("/").select_one("header a[href='/register']") is not None


def test_a_preview_is_shown_where_the_practice_keeps_it(app, people, clinician, clock):
    known = filed.full(app, people.clinician, at=clock())

    picture = clinician.get(f"/register/photos/{known.image_id}/preview.jpg")

    assert picture.mimetype == "image/jpeg"
    assert picture.data == filed.picture()
    page = clinician.page(f"/register/records/{known.record_id}")
    assert len(page.select("img.rg-preview")) == 1
