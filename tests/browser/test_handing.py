"""Handing a letter over in a real browser: the form, the slip that is printed, and its QR code."""

import tomllib
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from lettergen import accounts, documents, forms, models
from tests.web import asked

pytestmark = pytest.mark.browser
CASES = Path(__file__).parents[1] / "letters/to-whom-it-may-concern.toml"


@pytest.fixture
def letter(running: Any) -> str:
    """The address of an issued letter."""
    parts = running.app.extensions["lettergen"]
    kind = parts.office.library.get("to-whom-it-may-concern")
    answers = tomllib.loads(CASES.read_text("utf-8"))["cases"][0]["answers"]
    at = datetime.now(UTC)
    with parts.sessions() as session, models.changing(session):
        staff = accounts.staff_by_email(session, "alexis@example.com")
        made = documents.issue_answers(
            session, parts.office, accounts.actor_of(staff), kind.slug,
            forms.flatten(kind, answers), on=at.date(), at=at,
        )  # fmt: skip
        return f"{running.address}/documents/{made.id}"


@pytest.mark.parametrize("width", [1440, 320])
def test_a_link_is_shown_as_a_slip_that_a_phone_can_read(
    window: Any, running: Any, accessible: Any, letter: str, width: int
) -> None:
    page = window(letter, viewport={"width": width, "height": 900})
    accessible(page)
    assert fits(page)

    page.get_by_role("button", name="Show it, to print or read out").click()
    page.wait_for_selector(".ho-slip")

    accessible(page)
    assert fits(page)
    assert page.get_by_role("button", name="Print the slip").is_visible()
    code = page.locator(".ho-slip__code").inner_text()
    picture = Image.open(BytesIO(page.locator(".ho-slip").screenshot()))
    [read] = zxingcpp.read_barcodes(picture)
    assert read.text == f"{running.app.extensions['lettergen'].office.public_address}/l/{code}"


def test_a_link_is_shown_without_script_and_a_reload_makes_no_other(
    window: Any, letter: str
) -> None:
    page = window(letter, java_script_enabled=False)
    page.get_by_role("button", name="Show it, to print or read out").click()
    code = page.locator(".ho-slip__code").inner_text()

    page.reload()

    assert page.locator(".ho-slip__code").inner_text() == code
    page.goto(letter)
    assert page.locator(".ho-link").count() == 1
    assert code not in page.content()


def test_only_the_slip_is_printed(window: Any, letter: str) -> None:
    page = window(letter)
    page.get_by_role("button", name="Show it, to print or read out").click()
    page.wait_for_selector(".ho-slip")

    page.emulate_media(media="print")

    assert page.locator(".ho-slip").is_visible()
    for hidden in ("header", "h1", ".ho-address", "[data-print]", "footer"):
        assert not page.locator(hidden).first.is_visible(), hidden


def test_an_unpaid_letter_is_read_on_screen_by_everybody(
    window: Any, running: Any, accessible: Any, letter: str
) -> None:
    parts = running.app.extensions["lettergen"]
    with parts.sessions() as session, models.changing(session):
        actor = accounts.actor_of(accounts.staff_by_email(session, "bea@example.com"))
    key = asked.receive(running.app, actor, at=datetime.now(UTC), requester_class="patient")
    with parts.sessions() as session, models.changing(session):
        row = session.get_one(models.Request, key)
        row.state, row.outcome, row.rule = "signed", "PATIENT_FEE", "R14"
        row.consent_code, row.document_id = "N", letter.rsplit("/", 1)[1]
    page = window(letter, viewport={"width": 320, "height": 640})

    page.get_by_role("button", name="Read on screen: Letter").click()
    page.get_by_text("Read it as plain text").click()

    accessible(page)
    assert fits(page)
    assert "Testerby" in page.locator(".ho-words").inner_text()
    assert page.locator(".app-pages img").count() == 1


def fits(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
