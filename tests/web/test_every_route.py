"""Every route says who may enter, keeps everybody else out, and changes nothing when read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from lettergen.web.base.entry import UndeclaredRoute, declared, refuse_silent_routes

ROLES = {"clinician": "clinician", "receptionist": "reception", "manager": "manager"}
# What a route may name that belongs to one practice.
OWNED = {"draft_id", "consent_id", "document_id", "staff_id", "certificate_id", "message_id"}
OWNED |= {"record_id", "task_id", "use_id", "image_id", "lock_id"}
OWNED |= {"request_id", "requester_id", "request_lock_id"}
OWNED |= {"invoice_id", "payment_id", "waiver_id"}
OWNED |= {"work_id"}
# What only Flask-Security answers: it counts, signs in and out, and redirects as it sees fit.
SIGN_IN = ("security.login", "security.logout")


def rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every rule of the application with each method that it takes."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield rule, method


def address_of(rule: Rule, known: dict[str, Any]) -> str:
    """An address of the rule, with the ids of things that exist."""
    with_values = {name: known.get(name, "1") for name in rule.arguments}
    built = rule.build(with_values, append_unknown=False)
    assert built is not None
    return built[1]


@contextmanager
def commits() -> Iterator[list[Session]]:
    """Collect the sessions that commit something they changed."""
    seen: list[Session] = []
    changed: list[Session] = []

    def note(session: Session, *_: object) -> None:
        changed.append(session)

    def after_commit(session: Session) -> None:
        if session in changed:
            seen.append(session)

    event.listen(Session, "after_flush", note)
    event.listen(Session, "after_commit", after_commit)
    yield seen
    event.remove(Session, "after_flush", note)
    event.remove(Session, "after_commit", after_commit)


def test_every_route_says_who_may_enter(app: Flask) -> None:
    silent = [name for name, view in app.view_functions.items() if declared(view) is None]

    assert silent == []


def test_the_application_does_not_start_with_a_silent_route(app: Flask) -> None:
    app.view_functions["forgotten"] = lambda: "anybody could read this"

    with pytest.raises(UndeclaredRoute, match="forgotten"):
        refuse_silent_routes(app)


def test_whoever_has_not_signed_in_is_asked_to(
    app: Flask, client: Any, known: dict[str, Any]
) -> None:
    for rule, method in rules(app):
        if declared(app.view_functions[rule.endpoint]) == {"anyone"}:
            continue

        reply = client.open(address_of(rule, known), method=method)

        if method == "GET":
            assert reply.status_code == 302, rule
            assert reply.location.startswith("/sign-in?next="), rule
        else:
            assert reply.status_code == 401, rule


@pytest.mark.parametrize("who", ROLES)
def test_a_role_that_is_not_named_stays_out(
    app: Flask, browser_of: Callable[[str], Any], known: dict[str, Any], who: str
) -> None:
    browser = browser_of(who)
    token = browser.token()
    for rule, method in rules(app):
        allowed = declared(app.view_functions[rule.endpoint]) or set()
        if rule.endpoint in SIGN_IN or allowed & {"anyone", ROLES[who]}:
            continue

        reply = browser.open(
            address_of(rule, known),
            method=method,
            data={"csrf_token": token} if method == "POST" else None,
        )

        assert reply.status_code == 403, (rule, method)


def test_another_practice_is_told_that_there_is_no_such_thing(
    app: Flask, stranger: Any, known: dict[str, Any]
) -> None:
    token = stranger.token()
    asked = 0
    for rule, method in rules(app):
        if not rule.arguments & OWNED:
            continue
        fields = {"csrf_token": token, "password": "a new password 123", "seal": "x", **PERSON}

        reply = stranger.open(
            address_of(rule, known), method=method, data=fields if method == "POST" else None
        )

        asked += 1
        assert reply.status_code == 404, (rule, method, reply.status)
        assert "Testerby" not in reply.get_data(as_text=True)
    assert asked > 15


def test_reading_a_page_commits_nothing(
    app: Flask, browser_of: Callable[[str], Any], known: dict[str, Any]
) -> None:
    browsers = {role: browser_of(who) for who, role in ROLES.items()}
    read = 0
    with commits() as changed:
        for rule, method in rules(app):
            allowed = declared(app.view_functions[rule.endpoint]) or set()
            role = next((one for one in browsers if one in allowed), "clinician")
            if method != "GET" or rule.endpoint in SIGN_IN:
                continue

            reply = browsers[role].get(address_of(rule, known))

            read += 1
            assert reply.status_code in (200, 302), (rule, reply.status)
            assert changed == [], rule
    assert read > 15


def test_a_page_that_needs_a_post_says_so(clinician: Any, known: dict[str, Any]) -> None:
    reply = clinician.get(f"/drafts/{known['draft_id']}/issue")

    assert reply.status_code == 405
    assert "POST" in reply.headers["Allow"]
    assert "Go back and use the button" in reply.text


PERSON = {"name": "Somebody Else", "email": "else@example.com", "roles": "reception"}
