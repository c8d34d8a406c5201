"""Signing in and out: by whom, how often, and where to afterwards."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from flask import Flask
from pydantic import SecretStr

from lettergen import vault
from lettergen.app import create_app
from lettergen.config import DEFAULT_KEY, Settings
from lettergen.refusals import Refused
from lettergen.rendering import Renderer

GENERIC = "The email address or the password is not right"


def test_whoever_signs_in_goes_on_to_the_page_they_asked_for(client: Any, people: Any) -> None:
    asked = client.get("/drafts?x=1")

    reply = client.send(asked.location, email="CLINICIAN@example.com", password=people.password)

    assert reply.status_code == 302
    assert reply.location.endswith("/drafts?x=1")
    assert client.get("/drafts").status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example.com/", "//evil.example.com", "/\\evil.example.com"]
)
def test_sign_in_leads_to_no_other_site(client: Any, people: Any, elsewhere: str) -> None:
    reply = client.post(
        "/sign-in",
        query_string={"next": elsewhere},
        data={
            "email": "clinician@example.com",
            "password": people.password,
            "csrf_token": client.token(),
        },
    )

    where = reply.headers.get("Location", "/")
    assert urlsplit(where).netloc in ("", "localhost")
    assert not where.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    "email", ["clinician@example.com", "nobody@example.com"], ids=["known", "unknown"]
)
def test_a_wrong_password_says_the_same_whether_or_not_there_is_an_account(
    client: Any, email: str
) -> None:
    reply = client.sign_in(email, "not the password at all")

    assert reply.status_code == 200
    assert reply.text.count(GENERIC) == 1
    assert f'value="{email}"' in reply.text


def test_an_account_that_was_stopped_cannot_sign_in_and_ends_at_once(
    manager: Any, receptionist: Any, people: Any
) -> None:
    manager.send(f"/staff/{people.receptionist.staff_id}/deactivate")

    assert receptionist.get("/").status_code == 302
    assert receptionist.sign_in("reception@example.com", people.password).status_code == 200


def test_after_ten_wrong_passwords_even_the_right_one_has_to_wait(client: Any, people: Any) -> None:
    for _ in range(10):
        client.sign_in("clinician@example.com", "a guess")

    reply = client.sign_in("clinician@example.com", people.password)

    assert reply.status_code == 429
    assert "Wait 15 minutes" in reply.text


def test_signing_in_rightly_is_not_counted(client: Any, app: Flask, people: Any) -> None:
    for _ in range(12):
        reply = app.test_client().sign_in("clinician@example.com", people.password)

    assert reply.status_code == 302


def test_signing_out_takes_a_button_and_ends_the_session(clinician: Any) -> None:
    by_link = clinician.get("/sign-out")
    by_button = clinician.send("/sign-out")

    assert by_link.status_code == 405
    assert by_button.status_code == 302
    assert clinician.get("/").status_code == 302


def test_a_token_from_another_place_does_not_sign_out(clinician: Any) -> None:
    clinician.post("/sign-out", data={"csrf_token": "made up"})

    assert clinician.get("/").status_code == 200


def test_passwords_are_not_shown_again(client: Any) -> None:
    reply = client.sign_in("clinician@example.com", "a guess that should not come back")

    assert "a guess that should" not in reply.text


def test_the_session_cookie_is_out_of_reach_of_scripts(client: Any, people: Any) -> None:
    cookie = client.sign_in("clinician@example.com", people.password).headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_in_production_the_key_must_be_a_real_one(settings: Settings, renderer: Renderer) -> None:
    weak = settings.model_copy(
        update={"environment": "production", "secret_key": SecretStr(DEFAULT_KEY)}
    )

    with pytest.raises(Refused, match="default"):
        create_app(weak, renderer=renderer)


def test_in_production_the_cookie_goes_over_https_alone(
    settings: Settings, renderer: Renderer, tmp_path: Path
) -> None:
    live = settings.model_copy(
        update={
            "environment": "production",
            "data": tmp_path,
            "proxies": 1,
            "public_address": "https://letters.example.com",
        }
    )
    live.keys_file.unlink()
    vault.create_keys(live.keys_file)
    app = create_app(live, renderer=renderer)

    reply = app.test_client().get("/sign-in", headers={"X-Forwarded-Proto": "https"})

    cookie = reply.headers["Set-Cookie"]
    assert cookie.startswith("__Host-lettergen=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "max-age=" in reply.headers["Strict-Transport-Security"]


def test_a_session_ends_after_a_working_day(clinician: Any) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=11), tick=False):
        in_the_evening = clinician.get("/").status_code
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=13), tick=False):
        at_night = clinician.get("/").status_code

    assert (in_the_evening, at_night) == (200, 302)


def test_a_new_password_of_ones_own_needs_the_old_one(receptionist: Any, people: Any) -> None:
    wrong = receptionist.send("/account", old_password="a guess", password="three new words")
    right = receptionist.send("/account", old_password=people.password, password="three new words")

    assert wrong.status_code == 422
    assert right.status_code == 302
    assert receptionist.get("/").status_code == 302
    assert receptionist.sign_in("reception@example.com", "three new words").status_code == 302
