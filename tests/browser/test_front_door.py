"""The front door on a small phone: asked, answered, sent and agreed to; and without script."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

SMALL = {"viewport": {"width": 320, "height": 640}}
MINE = {
    "given_name": "Rowan",
    "family_name": "Testerby",
    "born-day": "12",
    "born-month": "4",
    "born-year": "1998",
    "email": "rowan@example.com",
    "purpose": "My certificate",
}


def fits(page: Page) -> bool:
    """Is nothing wider than the screen?"""
    root = "document.documentElement"
    return bool(page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"))


def looked_at(page: Page, accessible: Callable[[Page], None]) -> None:
    accessible(page)
    assert fits(page), page.url


def test_somebody_asks_on_a_small_phone_and_agrees_there(
    running: Any,
    chromium: Browser,
    window: Callable[..., Page],
    accessible: Callable[[Page], None],
) -> None:
    errors: list[str] = []
    page = chromium.new_context(**SMALL).new_page()
    page.set_default_timeout(8000)
    page.on("pageerror", lambda fault: errors.append(str(fault)))
    # Given somebody who is told at once that no letter is needed, with a note to show
    page.goto(f"{running.address}/ask")
    looked_at(page, accessible)
    page.get_by_label("What do you need?").fill("mit circs")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Letter for university").first.click()
    page.get_by_label("I ask for an organisation").check()
    expect(page.get_by_label("What kind of organisation?")).to_be_visible()
    page.get_by_label("I ask for myself").check()
    expect(page.get_by_label("What kind of organisation?")).to_be_hidden()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("h1")).to_have_text("You do not need a letter from us for this")
    looked_at(page, accessible)
    page.get_by_role("button", name="Open the note to print").click()
    expect(page.get_by_role("button", name="Print this note")).to_be_visible()
    looked_at(page, accessible)

    # When they ask for something else, and send the form with a box left empty at first
    page.goto(f"{running.address}/ask/Y99991/firearms_initial/form?who=me")
    page.wait_for_timeout(3100)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".nhsuk-error-summary")).to_be_visible()
    looked_at(page, accessible)
    for box, text in MINE.items():
        page.fill(f"#{box}", text)
    page.get_by_role("button", name="Send").click()

    # Then it is on the board, and they can follow it
    expect(page.locator("[aria-current=step]")).to_have_text("Received")
    looked_at(page, accessible)
    reference = page.locator("main strong").first.inner_text()
    desk = window(f"{running.address}/board")
    desk.get_by_role("link", name=reference).first.click()

    # And when the practice asks for their agreement, they read it, and sign it on the phone
    desk.get_by_role("button", name="Ask for agreement").click()
    desk.get_by_label("Who the letter goes to").fill("Example Police")
    desk.get_by_label("What they ask, and which dates").fill("Any illness since 2020")
    desk.get_by_role("button", name="Go on to how to ask").click()
    accessible(desk)
    desk.get_by_role("button", name="Show it, to print or read out").click()
    code = desk.locator(".ho-slip__code").inner_text().strip()
    page.goto(f"{running.address}/l/{code}")
    for part in ("day", "month", "year"):
        page.fill(f"#born-{part}", MINE[f"born-{part}"])
    page.get_by_role("button", name="Continue").click()
    looked_at(page, accessible)
    for tick in page.locator("input[name^=tick-], input[name=may][value=diagnosis]").all():
        tick.check()
    page.get_by_label("No, you can send it at once").check()
    page.get_by_label("Your full name").fill("Rowan Testerby")
    page.get_by_label("My typed name is my signature").check()
    page.get_by_role("button", name="Yes, I agree").click()
    expect(page.locator("h1")).to_have_text("You have agreed")
    looked_at(page, accessible)
    assert errors == []


def test_all_of_it_works_without_script(running: Any, chromium: Browser) -> None:
    page = chromium.new_context(java_script_enabled=False, **SMALL).new_page()
    page.set_default_timeout(8000)

    page.goto(f"{running.address}/ask/Y99991/ins_gpr")
    page.get_by_label("I ask for an organisation").check()
    page.get_by_label("What kind of organisation?").select_option("insurer")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Go to the form").click()
    page.wait_for_timeout(3100)
    theirs = {**MINE, "organisation": "Example Insurance Ltd", "name": "Jo Bloggs", "asked": "1. ?"}
    for box, text in theirs.items():
        page.fill(f"#{box}", text)
    page.get_by_label("No. Please ask them").check()
    page.get_by_role("button", name="Send").click()

    expect(page.locator("[aria-current=step]")).to_have_text("Received")
    expect(page.get_by_label("The file")).to_be_visible()
