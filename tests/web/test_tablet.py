"""A tablet in a patient's hands: nothing of staff is within reach until the PIN is typed."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lettergen import accounts, models
from lettergen.models import ANSWERED, OFFERED, SET_UP, Staff
from lettergen.refusals import Refused
from lettergen.web.links import tablet_lock
from tests.consent_asking.cases import ADULT
from tests.web import patients
from tests.web.conftest import soup
from tests.web.patients import PIN, Patient, drawn, words

COOKIE = "lettergen-tablet"


def take_back(patient: Patient, pin: str = PIN) -> Any:
    token = patient.browser.page("/tablet").select_one("[name=csrf_token]")["value"]
    return patient.browser.post("/tablet", data={"pin": pin, "csrf_token": token})


def sign_in(patient: Patient, people: Any) -> Any:
    page = patient.browser.page("/tablet")
    form = page.select_one("form[action^='/sign-in']")
    fields = {
        "email": "clinician@example.com",
        "password": people.password,
        "csrf_token": form.select_one("[name=csrf_token]")["value"],
    }
    return patient.browser.post(form["action"], data=fields)


@pytest.mark.parametrize(
    ("pin", "why"),
    [
        ("123", "4 to 8 digits"),
        ("123456789", "4 to 8 digits"),
        ("12a4", "4 to 8 digits"),
        ("٢٥٨٠", "4 to 8 digits"),
        ("", "4 to 8 digits"),
        ("1111", "harder to guess"),
        ("1234", "harder to guess"),
        ("98765", "harder to guess"),
    ],
)
def test_a_pin_that_is_easily_guessed_is_refused(
    app: Flask, people: Any, now: Any, pin: str, why: str
) -> None:
    with app.extensions["lettergen"].sessions() as session, pytest.raises(Refused, match=why):
        accounts.set_pin(session, people.clinician, pin, at=now)


def test_a_pin_is_set_on_the_account_page_with_the_password(
    app: Flask, clinician: Any, people: Any
) -> None:
    wrong = clinician.send("/account/pin", pin_password="not mine", pin=PIN)
    right = clinician.send("/account/pin", pin_password=people.password, pin=f" {PIN} ")

    assert wrong.status_code == 422
    assert "not your present password" in wrong.text
    assert right.status_code == 302
    with app.extensions["lettergen"].sessions() as session:
        staff = session.get_one(Staff, people.clinician.staff_id)
        assert str(staff.pin_hash).startswith("$argon2id$")
        assert accounts.is_pin_of(session, staff.sign_in_id, PIN)
    assert "Change your PIN" in words(clinician.page("/account"))


def test_without_a_pin_nothing_is_handed_over_and_it_is_said_where_to_set_one(
    app: Flask, people: Any, clinician: Any, clock: Any
) -> None:
    draft_id = patients.begin(app, people, ADULT, at=clock())

    reply = clinician.send(f"/consents/{draft_id}/tablet")

    assert reply.location == "/account#pin"
    assert "Set a PIN first" in clinician.page("/account").text
    patient = Patient(app, clinician, "/choose", draft_id, people.clinician.practice_id)
    assert patient.draft().stage == SET_UP


@pytest.mark.parametrize(("who", "code"), [("manager", 403), ("stranger", 404)])
def test_only_clinicians_and_reception_of_the_practice_hand_over(
    app: Flask, people: Any, browser_of: Any, clock: Any, who: str, code: int
) -> None:
    draft_id = patients.begin(app, people, ADULT, at=clock())

    reply = browser_of(who).send(f"/consents/{draft_id}/tablet")

    assert reply.status_code == code


def test_a_set_up_that_lacks_something_is_not_handed_over(
    app: Flask, people: Any, clinician: Any, clinicians_pin: str, clock: Any
) -> None:
    draft_id = patients.begin(app, people, {}, at=clock())

    reply = clinician.send(f"/consents/{draft_id}/tablet")

    assert reply.status_code == 422
    assert "The set-up is not complete" in reply.text
    assert COOKIE not in str(reply.headers)
    assert clinician.get("/").status_code == 200


def test_the_lock_takes_every_page_of_staff_out_of_reach(on_tablet: Any) -> None:
    patient = on_tablet()

    for address in ("/", "/letters", "/account", "/help", "/sign-in", "/l", "/v", "/nowhere"):
        reply = patient.browser.get(address)

        assert reply.status_code == 403, address
        assert "This tablet is with a patient" in reply.text
        assert "no-store" in reply.headers["Cache-Control"]
    assert patient.browser.post("/account", data={"password": "x"}).status_code == 403
    assert "Back to the questions" in words(patient.browser.page("/tablet"))


def test_nobody_is_signed_in_on_a_locked_tablet(on_tablet: Any, app: Flask) -> None:
    patient = on_tablet()

    patient.browser.delete_cookie(COOKIE)

    assert patient.browser.get("/").location.startswith("/sign-in")


def test_the_sign_in_elsewhere_goes_on(on_tablet: Any, browser_of: Any) -> None:
    elsewhere = browser_of("clinician")

    on_tablet()

    assert elsewhere.get("/").status_code == 200


def test_a_cookie_that_nobody_signed_locks_and_opens_nothing(app: Flask, client: Any) -> None:
    client.set_cookie(COOKIE, '["practice","draft","x","y","z",99999999999].AAAA')

    assert client.get("/choose").location == "/choose/closed"
    assert client.get("/tablet").status_code == 302


def test_the_lock_is_the_patients_only_cookie_of_staff_and_hidden_from_scripts(
    app: Flask, people: Any, clinician: Any, clinicians_pin: str, clock: Any
) -> None:
    draft_id = patients.begin(app, people, ADULT, at=clock())

    reply = clinician.send(f"/consents/{draft_id}/tablet")

    (made,) = [one for one in reply.headers.getlist("Set-Cookie") if one.startswith(COOKIE)]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in made.split(";")}
    assert int(re.search(r"Max-Age=(\d+)", made)[1]) == tablet_lock.IDLE.total_seconds() <= 3600
    assert people.clinician.staff_id not in made


def test_a_tablet_that_lay_idle_for_an_hour_shows_nothing_of_the_patient(
    on_tablet: Any, clock: Any
) -> None:
    patient = on_tablet()
    clock.now += timedelta(minutes=50)
    assert patient.page().h1.text == "Photos of you: your choice"
    clock.now += timedelta(minutes=59)
    assert patient.page().h1.text == "Photos of you: your choice"

    clock.now += timedelta(minutes=61)

    assert patient.browser.get("/choose").location == "/choose/closed"
    assert patient.browser.get("/").location.startswith("/sign-in")


def test_the_pin_signs_in_again_and_takes_an_unfinished_form_back(on_tablet: Any) -> None:
    patient = on_tablet()
    patient.say_born()
    patient.use("record", "yes")
    patient.send("/use/teach_closed", unsure="1")

    reply = take_back(patient)

    assert reply.status_code == 303
    assert reply.location == f"/consents/{patient.draft_id}"
    said = patient.browser.page("/account").text
    assert "not sure about: Teaching NHS staff and students" in said
    assert patient.browser.get("/").status_code == 200
    assert patient.draft().stage == SET_UP
    assert patient.said("purposes.record.decision") == "yes"
    assert patient.browser.get("/choose").location == "/choose/closed"


def test_a_signed_form_stays_signed_when_the_tablet_is_taken_back(on_tablet: Any) -> None:
    patient = on_tablet()
    patient.answer_all()
    patient.sign("patient", "draw", **drawn("Tessa Oldersby"))
    assert "Please give it back to our staff now" in words(patient.browser.page("/tablet"))

    take_back(patient)

    assert patient.draft().stage == ANSWERED


def test_after_five_wrong_pins_only_the_password_helps(on_tablet: Any, people: Any) -> None:
    patient = on_tablet()
    for _ in range(4):
        reply = take_back(patient, "2581")
        assert reply.status_code == 422
        assert "not the PIN" in reply.text

    fifth, right = take_back(patient, "2581"), take_back(patient)

    assert "wrong 5 times" in fifth.text
    assert right.status_code == 422
    assert "Sign in with your password" in right.text
    assert patient.draft().stage == OFFERED
    reply = sign_in(patient, people)
    assert reply.location.endswith(f"/consents/{patient.draft_id}")
    assert patient.browser.get("/").status_code == 200


def test_the_password_makes_the_pin_good_again(
    on_tablet: Any, people: Any, app: Flask, now: Any
) -> None:
    patient = on_tablet()
    for _ in range(5):
        take_back(patient, "2581")

    sign_in(patient, people)

    with app.extensions["lettergen"].sessions() as session:
        assert accounts.has_pin(session, people.clinician)


def test_a_wrong_password_leaves_the_tablet_locked(on_tablet: Any, people: Any) -> None:
    patient = on_tablet()
    token = patient.browser.page("/tablet").select_one("[name=csrf_token]")["value"]
    fields = {"email": "clinician@example.com", "password": "wrong", "csrf_token": token}

    reply = patient.browser.post("/sign-in", data=fields)

    assert reply.status_code == 200
    assert patient.browser.get("/").status_code == 403


def test_somebody_who_left_does_not_come_back_by_the_pin(
    on_tablet: Any, app: Flask, people: Any, now: Any
) -> None:
    patient = on_tablet()
    with app.extensions["lettergen"].sessions() as session, models.changing(session):
        accounts.deactivate_staff(session, people.manager, people.clinician.staff_id, at=now)

    reply = take_back(patient)

    assert reply.status_code == 422
    assert patient.browser.get("/").status_code == 403


def test_the_pin_stands_in_no_record_of_changes(app: Flask, people: Any, on_tablet: Any) -> None:
    on_tablet()

    with app.extensions["lettergen"].sessions() as session:
        events = session.scalars(select(models.Event).where(models.Event.action == "staff.pin"))
        found = [str(vars(one)) for one in events]
    assert found
    assert not [one for one in found if PIN in one or "argon2" in one]


def test_the_page_of_a_locked_tablet_says_whose_pin_it_wants(on_tablet: Any) -> None:
    page = soup(on_tablet().browser.get("/"))

    assert page.select_one("label[for=pin]").text.strip() == "PIN of Dr Casey Clinician"
    assert "Oldersby" not in page.text
