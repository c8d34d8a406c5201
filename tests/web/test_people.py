"""The practice's record and its staff, as the manager looks after them."""

from typing import Any

NEW = {
    "name": "Dr Nia Newcomer",
    "email": "nia@example.com",
    "roles": "clinician",
    "job": "gp_salaried",
    "body": "GMC",
    "number": "9000003",
    "password": "three good words",
}
PRACTICE = {
    "name": "Example Surgery",
    "ods": "Y99991",
    "address": "1 Example Road\r\nExampletown\r\nZZ99 3WZ",
    "phone": "020 7946 0123",
    "email": "surgery@example.com",
    "secure_domains": "nhs.net\nexample.com",
}


def test_somebody_new_signs_in_with_the_password_the_manager_set(manager: Any, client: Any) -> None:
    reply = manager.send("/staff/new", **NEW)

    assert reply.status_code == 302
    assert "GP, GMC 9000003" in " ".join(manager.page("/staff").text.split())
    assert client.sign_in("nia@example.com", NEW["password"]).status_code == 302


def test_faults_keep_what_was_typed_but_no_password(manager: Any) -> None:
    reply = manager.send("/staff/new", **{**NEW, "number": "", "password": "short"})

    assert reply.status_code == 422
    assert "Give the number, and the role under the signature" in reply.text
    assert "A password has 12 to 256 characters" in reply.text
    assert 'value="Dr Nia Newcomer"' in reply.text
    assert 'value="short"' not in reply.text


def test_an_address_that_is_taken_is_refused_in_words(manager: Any) -> None:
    reply = manager.send("/staff/new", **{**NEW, "email": "clinician@example.com"})

    assert reply.status_code == 422
    assert "Somebody signs in with this e-mail address already" in reply.text


def test_another_role_counts_from_the_next_click(
    manager: Any, receptionist: Any, people: Any
) -> None:
    address = f"/staff/{people.receptionist.staff_id}"

    reply = manager.send(
        address,
        name="Robin Reception",
        email="reception@example.com",
        roles="manager",
        job="",
        body="",
    )

    assert reply.status_code == 302
    assert receptionist.get("/staff").status_code == 302, "they sign in anew"
    receptionist.sign_in("reception@example.com", people.password)
    assert receptionist.get("/staff").status_code == 200


def test_a_new_password_ends_the_old_sessions(manager: Any, clinician: Any, people: Any) -> None:
    address = f"/staff/{people.clinician.staff_id}/password"

    too_short = manager.send(address, password="short")
    reply = manager.send(address, password="three good words")

    assert too_short.status_code == 422
    assert reply.status_code == 302
    assert clinician.get("/").status_code == 302


def test_the_last_manager_stays(manager: Any, people: Any) -> None:
    reply = manager.send(f"/staff/{people.manager.staff_id}/deactivate")

    assert reply.status_code == 422
    assert "A practice needs a manager" in reply.text
    assert manager.get("/staff").status_code == 200


def test_somebody_who_left_can_be_let_in_again(manager: Any, client: Any, people: Any) -> None:
    address = f"/staff/{people.clinician.staff_id}"
    manager.send(f"{address}/deactivate")
    shown = manager.page(address)

    manager.send(f"{address}/activate")

    assert "Let them sign in again" in shown.text
    assert client.sign_in("clinician@example.com", people.password).status_code == 302


def test_the_letterhead_is_changed(manager: Any) -> None:
    reply = manager.send("/practice", **{**PRACTICE, "name": "Renamed Surgery"})

    page = manager.page("/practice")
    assert reply.status_code == 302
    assert page.select_one("#name")["value"] == "Renamed Surgery"
    assert page.select_one("#secure_domains").text.split() == ["nhs.net", "example.com"]
    assert "Renamed Surgery" in page.select_one(".app-header").text


def test_a_letterhead_that_lacks_something_is_kept_on_the_page(manager: Any) -> None:
    reply = manager.send("/practice", **{**PRACTICE, "ods": "no code!", "phone": ""})

    assert reply.status_code == 422
    assert "An ODS code is like A12345" in reply.text
    assert "Enter the telephone number" in reply.text
    assert 'value="no code!"' in reply.text
