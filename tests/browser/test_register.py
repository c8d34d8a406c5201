"""The register of photo consents in a real browser: by keyboard, without script, on a phone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from lettergen import accounts, models
from lettergen.accounts import Person
from tests.browser.conftest import PASSWORD
from tests.web import filed

pytestmark = pytest.mark.browser
ACTS = (
    "withdraw",
    "narrow",
    "suspend",
    "photo",
    "used",
    "whose-photo",
    "died",
    "mixed-up",
    "error",
)


@pytest.fixture(scope="module")
def known(running: Any) -> filed.Filed:
    """An adult's consent in the register, with a use and a task."""
    with running.app.extensions["lettergen"].sessions() as session:
        staff = accounts.staff_by_email(session, "alexis@example.com")
    return filed.full(running.app, accounts.actor_of(staff), at=datetime.now(UTC))


@pytest.fixture(scope="module")
def manager(running: Any) -> Person:
    """A manager of the practice."""
    person = Person("Mo Manager", "mo.manager@example.com", frozenset({"manager"}))
    with running.app.extensions["lettergen"].sessions() as session, models.changing(session):
        staff = accounts.staff_by_email(session, "alexis@example.com")
        operator = accounts.operator_of(accounts.practice_of(session, accounts.actor_of(staff)))
        accounts.add_staff(session, operator, person, PASSWORD, at=datetime.now(UTC))
    return person


@pytest.fixture
def fresh(running: Any) -> Callable[[], str]:
    """Return a function that files one more consent to teaching: its photo's number."""

    def filed_one() -> str:
        number = f"KEY-{datetime.now(UTC).timestamp()}"
        answers = filed.case(teach_closed=filed.TEACHING)
        answers["record_id"] = number
        answers["images"] = [{**answers["images"][0], "image_id": number, "sha256": ""}]
        with running.app.extensions["lettergen"].sessions() as session:
            staff = accounts.staff_by_email(session, "alexis@example.com")
        at = datetime.now(UTC) - timedelta(hours=1)
        filed.file(running.app, accounts.actor_of(staff), answers, at=at)
        return number

    return filed_one


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("width", [1280, 320])
def test_every_page_of_the_register_is_accessible_and_fits(
    window: Any, running: Any, accessible: Any, known: filed.Filed, width: int
) -> None:
    record = f"/register/records/{known.record_id}"
    page = window(f"{running.address}/register", viewport={"width": width, "height": 900})
    for path in (
        "/register",
        record,
        *(f"{record}/{act}" for act in ACTS),
        f"/register/tasks/{known.task_id}",
        f"/register/uses/{known.use_id}",
        "/register/due",
        "/register/report",
    ):
        page.goto(f"{running.address}{path}")
        accessible(page)
        assert fits(page), path


@pytest.mark.parametrize("width", [1280, 320])
def test_the_settings_are_accessible_and_fit(
    window: Any, running: Any, accessible: Any, manager: Person, width: int
) -> None:
    address = f"{running.address}/practice/consents"
    page = window(address, who=manager, viewport={"width": width, "height": 900})

    accessible(page)
    assert fits(page)
    page.locator("[name='validity_months.public']").fill("often")
    page.get_by_role("button", name="Save").click()
    assert page.locator(".nhsuk-error-summary").is_visible()
    accessible(page)
    assert fits(page)


@pytest.mark.parametrize("width", [1280, 320])
def test_answers_and_faults_are_accessible_and_fit(
    window: Any, running: Any, accessible: Any, known: filed.Filed, width: int
) -> None:
    page = window(f"{running.address}/register", viewport={"width": width, "height": 900})
    for photo, purpose, word in (
        (filed.IMAGE, "teach_closed", "YES"),
        (filed.IMAGE, "share_care", "NO"),
    ):
        page.goto(f"{running.address}/register")
        page.get_by_label("Photo number").first.fill(photo)
        page.get_by_label("What for?").select_option(purpose)
        page.get_by_role("button", name="Ask").click()
        assert page.locator("h1.rg-word").inner_text().strip() == word
        accessible(page)
        assert fits(page)
    page.goto(f"{running.address}/register")
    page.get_by_role("button", name="Ask").click()
    assert page.locator(".nhsuk-error-summary").is_visible()
    accessible(page)
    assert fits(page)


def test_from_the_question_to_the_answer_and_the_log_by_keyboard_alone(
    window: Any, running: Any, fresh: Callable[[], str]
) -> None:
    number = fresh()
    page = window(f"{running.address}/register")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    reach(page, "#image")
    page.keyboard.type(number)
    page.keyboard.press("Tab")
    page.keyboard.type("Teaching")
    reach(page, "#ask button")
    page.keyboard.press("Enter")

    page.wait_for_selector("h1.rg-word")
    assert page.evaluate("document.activeElement.className") == "rg-word"
    assert page.locator("h1.rg-word").inner_text().strip() == "YES"

    reach(page, "#audience")
    page.keyboard.type("medical students")
    reach(page, "#place")
    page.keyboard.type("Seminar room")
    reach(page, "#copies")
    page.keyboard.type("0")
    reach(page, "#is_hidden")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.wait_for_url("**/register/records/**")
    assert "No copies went out." in page.locator("#uses").inner_text()


def test_a_withdrawal_without_script_shows_what_stopped(
    window: Any, running: Any, fresh: Callable[[], str]
) -> None:
    number = fresh()
    page = window(f"{running.address}/register", java_script_enabled=False)
    page.get_by_label("Photo number").first.fill(number)
    page.get_by_label("What for?").select_option("teach_closed")
    page.get_by_role("button", name="Ask").click()
    page.get_by_role("link", name=f"{number}/teach_closed").click()
    page.get_by_role("link", name="The patient changes their mind").click()

    page.get_by_label("Teaching NHS staff and students").check()
    page.get_by_label("The patient", exact=True).check()
    page.get_by_label("In person").check()
    page.get_by_role("button", name="Withdraw").click()

    assert page.locator("h1").inner_text().startswith("What has stopped")
    assert "People have already seen it." in page.locator("main").inner_text()


def test_an_answer_prints_without_its_forms(window: Any, running: Any, known: filed.Filed) -> None:
    page = window(f"{running.address}/register")
    page.get_by_label("Photo number").first.fill(filed.IMAGE)
    page.get_by_label("What for?").select_option("teach_closed")
    page.get_by_role("button", name="Ask").click()
    page.wait_for_selector("h1.rg-word")

    page.emulate_media(media="print")

    assert page.locator("h1.rg-word").is_visible()
    assert (
        page.locator("h1.rg-word").evaluate("one => getComputedStyle(one).color") == "rgb(0, 0, 0)"
    )
    assert not page.locator("#ask").is_visible()
    assert not page.locator("#audience").is_visible()


def reach(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(40):
        if page.evaluate("place => document.activeElement.matches(place)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")
