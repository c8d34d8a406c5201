"""What pages keep out, and what they never lose: scripts, forged posts, floods, late sessions."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from jinja2 import UndefinedError
from sqlalchemy import select

from lettergen import models
from lettergen.web.base.components import nhsuk

SCRIPTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title><script>alert(1)</script>",
    "{{ 7 * 7 }}<b>{% raw %}",
)
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}


def test_every_page_forbids_scripts_and_styles_that_are_not_ours(client: Any) -> None:
    reply = client.get("/sign-in")

    policy = reply.headers["Content-Security-Policy"]
    nonce = client.page("/sign-in").select_one("script[src]")["nonce"]
    assert "script-src 'self' 'nonce-" in policy
    assert "unsafe" not in policy
    assert nonce not in policy, "a nonce serves once"
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_no_page_holds_an_inline_style_or_handler(
    clinician: Any, manager: Any, known: dict[str, Any]
) -> None:
    pages = [
        clinician.page(address)
        for address in (
            "/",
            "/letters",
            "/letters/new",
            "/drafts",
            "/help",
            "/account",
            f"/documents/{known['document_id']}",
            f"/drafts/{known['draft_id']}",
            f"/drafts/{known['draft_id']}/review",
        )
    ] + [manager.page(address) for address in ("/practice", "/staff", "/staff/new")]

    for page in pages:
        assert page.select("[style]") == []
        assert [
            tag for tag in page.find_all() if any(name.startswith("on") for name in tag.attrs)
        ] == []
        assert all(tag.get("nonce") for tag in page.select("script"))


@pytest.mark.parametrize("evil", SCRIPTS)
def test_what_people_type_is_shown_as_text(
    clinician: Any, manager: Any, begun: Any, issue: Any, evil: str
) -> None:
    issued = issue(begun(addressee=evil, purpose=f"For {evil} indeed"))
    draft = begun(family_name=evil)
    manager.send(
        "/practice",
        name=f"Surgery {evil}",
        ods="Y99991",
        address=evil,
        phone="020 7946 0101",
        email="a@example.com",
        secure_domains="nhs.net",
    )

    for address in ("/", "/drafts", "/letters", f"/documents/{issued}", f"/drafts/{draft}"):
        text = clinician.get(address).text
        assert evil not in text, address
        assert "49<b>" not in text
        assert "49&lt;b&gt;" not in text
    ours = [tag for tag in clinician.page("/").select("script") if not tag.get("src")]
    assert len(ours) == 1, "the page's own first line, and nothing that was typed"


def test_nhs_components_escape_what_they_are_given() -> None:
    shown = nhsuk.input(
        {"id": "x", "name": "x", "label": {"text": "Phone <b>x</b>"}, "value": '"<'}
    )

    assert "<b>" not in shown
    assert "&lt;b&gt;x" in shown
    assert "&#34;&lt;" in shown


def test_a_misspelt_name_in_our_pages_is_a_fault(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(UndefinedError):
        app.jinja_env.from_string("{{ pratcice }}").render()


def test_a_form_without_its_token_changes_nothing_and_loses_nothing(
    clinician: Any, begun: Any
) -> None:
    draft = begun()
    typed = "Two lines\nof a reason"

    reply = clinician.post(
        f"/drafts/{draft}", data={"purpose": typed, "revision": "1"}, headers=FROM_HERE
    )

    assert reply.status_code == 400
    page = page_of(reply)
    kept = page.select_one("textarea[name=purpose]")
    assert kept.text.strip("\n").replace("\r\n", "\n") == typed
    assert page.select_one("form[action^='/drafts/']").select_one("[name=csrf_token]")["value"]


def test_what_another_site_sends_is_not_offered_for_sending(clinician: Any, begun: Any) -> None:
    draft = begun()

    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example.com"}, {}):
        reply = clinician.post(f"/drafts/{draft}/discard", data={"x": "y"}, headers=headers)

        assert reply.status_code == 400
        assert "Send again" not in reply.text


def test_a_session_that_ended_keeps_what_was_typed_until_one_has_signed_in_again(
    client: Any, people: Any, begun: Any
) -> None:
    draft = begun()
    late = client.post(
        f"/drafts/{draft}", data={"purpose": "Typed too late", "revision": "1"}, headers=FROM_HERE
    )
    token = page_of(late).select_one("main [name=csrf_token]")["value"]
    client.post(
        "/sign-in",
        data={"email": "clinician@example.com", "password": people.password, "csrf_token": token},
    )

    again = client.post(
        f"/drafts/{draft}", data={"purpose": "Typed too late", "revision": "1", "csrf_token": token}
    )

    assert late.status_code == 401
    assert "Nothing you typed is lost" in late.text
    assert again.status_code in (200, 302, 409)


@pytest.mark.slow
def test_a_busy_database_loses_nothing_that_was_typed(
    app: Flask, clinician: Any, begun: Any
) -> None:
    draft = begun()
    fields = {"purpose": "Typed while it was busy", "revision": "1"}
    token = clinician.token()
    with app.extensions["lettergen"].sessions() as other:
        other.execute(models.locked(select(models.Draft).where(models.Draft.id == draft)))
        reply = clinician.post(
            f"/drafts/{draft}", data={**fields, "csrf_token": token}, headers=FROM_HERE
        )

    kept = page_of(reply).select_one("form[action^='/drafts/'] textarea[name=purpose]")
    assert reply.status_code == 503
    assert kept.text.strip() == "Typed while it was busy"


def test_a_password_is_never_kept_on_such_a_page(client: Any) -> None:
    reply = client.post(
        "/sign-in", data={"email": "a@example.com", "password": "my secret"}, headers=FROM_HERE
    )

    assert reply.status_code == 400
    assert "my secret" not in reply.text


def test_script_that_lost_its_session_is_told_so_in_json(client: Any, begun: Any) -> None:
    reply = client.post(f"/drafts/{begun()}/autosave", json={})

    assert reply.status_code == 401
    assert reply.json["sign_in"] == "/sign-in"


def test_ten_megabytes_are_refused_in_words(clinician: Any, begun: Any) -> None:
    reply = clinician.post(f"/drafts/{begun()}", data={"purpose": "x" * 10_000_000})

    assert reply.status_code == 413
    assert "too much to send at once" in reply.text


def test_a_file_of_ten_megabytes_is_refused_in_words_about_files(manager: Any) -> None:
    kind = "multipart/form-data; boundary=here"

    reply = manager.post("/practice/certificate", data=bytes(10_000_000), content_type=kind)

    assert reply.status_code == 413
    assert "choose a smaller file" in reply.text
    assert "enclosure" not in reply.text


def test_a_page_that_is_not_there_says_what_to_do(client: Any) -> None:
    reply = client.get("/nowhere")

    assert reply.status_code == 404
    assert "start from the home page" in reply.text


def test_a_fault_of_ours_shows_no_trace_of_itself(
    app: Flask, clinician: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise RuntimeError("the inside of the program")

    monkeypatch.setitem(app.view_functions, "pages.home", declared_like(app, broken))

    reply = clinician.get("/")

    assert reply.status_code == 500
    assert "inside of the program" not in reply.text
    assert "What was saved is safe" in reply.text


def test_only_hosts_that_are_trusted_are_answered(app: Flask) -> None:
    app.config["TRUSTED_HOSTS"] = ["letters.example.com"]

    assert app.test_client().get("/health").status_code == 400
    assert (
        app.test_client().get("/health", base_url="http://letters.example.com").status_code == 200
    )


def test_the_health_page_answers_machines(client: Any) -> None:
    reply = client.get("/health")

    assert (reply.status_code, reply.text) == (200, "ok\n")


def declared_like(app: Flask, view: Any) -> Any:
    view.may_enter = app.view_functions["pages.home"].may_enter
    return view


def page_of(reply: Any) -> Any:
    return BeautifulSoup(reply.text, "html5lib")
