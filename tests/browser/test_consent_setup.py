"""Setting up a photo consent in a real browser: by keyboard, with script, and what axe says."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from lettergen import accounts, models
from lettergen.consents import asking
from tests.browser.conftest import CLINICIAN
from tests.consent_asking.cases import ADULT, MARK, YES_TO_ALL, changed

pytestmark = pytest.mark.browser

WIDTHS = (1280, 768, 375)
TESSA = "Tessa Oldersby"


@pytest.fixture
def started(running: Any) -> Callable[..., str]:
    """Return a function: answers → the address of a consent that is being set up."""

    def start(answers: dict[str, Any] = ADULT, *, is_signed: bool = False, **changes: Any) -> str:
        parts = running.app.extensions["lettergen"]
        with parts.sessions() as session, models.changing(session):
            staff = accounts.staff_by_email(session, CLINICIAN.email)
            assert staff is not None
            who, at = accounts.actor_of(staff), parts.clock()
            terms = parts.consents.terms(session, who)
            one = asking.start(
                session, terms.catalogue, who, at=at, answers=changed(answers, **changes)
            )
            session.flush()
            if is_signed:
                asking.hand_over(session, terms, who, one.id, "tablet", at=at)
                one.shown = {"confirmed_at": at.isoformat()}
                asking.answer(session, terms, one, YES_TO_ALL, at=at)
                by_hand = asking.Signature("patient", TESSA, "drawn_on_practice_device", MARK)
                shown = asking.seen(one, terms, at=at)[1]
                asking.sign(session, terms, one, by_hand, shown, at=at)
            return f"{running.address}/consents/{one.id}"

    return start


def saved(page: Page) -> None:
    """Wait until what was typed is saved."""
    page.locator("[data-saved][data-state=saved]").wait_for()


def test_an_answer_changes_what_is_asked_and_a_stop_shows_at_once(
    window: Callable[..., Page], started: Callable[..., str]
):
    page = window(started(patient__date_of_birth="2014-03-01"))
    assert page.locator("[id='photo.chaperone.offered']").is_hidden()

    page.locator("[name='photo.intimate'][value=yes]").check()

    page.get_by_role("heading", name="Stop: no photo with this form").wait_for()
    assert page.locator("input[type=file]").count() == 0
    page.locator("[name='photo.intimate'][value=no]").check()
    page.locator(".consent-stop").wait_for(state="detached")


def test_the_ways_to_hand_over_appear_when_nothing_is_missing(
    window: Callable[..., Page], started: Callable[..., str]
):
    page = window(started(photo__reason=""))
    assert page.get_by_role("button", name="On this tablet").count() == 0

    page.get_by_label("Why will a photo help").fill("The mark on the arm has grown.")
    page.get_by_role("button", name="On this tablet").wait_for()
    page.get_by_role("button", name="Spoken").click()

    page.get_by_role("heading", name="Write down what was said").wait_for()


def test_the_set_up_is_filled_in_by_keyboard_alone(
    window: Callable[..., Page], started: Callable[..., str]
):
    page = window(started(patient__full_name="", photo__side=""))
    page.get_by_label("Patient's full name").focus()
    page.keyboard.type(TESSA)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "patient.date_of_birth-day"
    page.locator("[name='photo.side'][value=left]").focus()
    page.keyboard.press("Space")
    saved(page)

    page.get_by_role("button", name="Spoken").focus()
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="Write down what was said").wait_for()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("stage", ["list", "setup", "checked", "link", "paper", "spoken", "signed"])
def test_every_page_is_accessible_and_fits(
    window: Callable[..., Page],
    started: Callable[..., str],
    accessible: Callable[[Page], None],
    stage: str,
    width: int,
):
    address = started(is_signed=stage == "signed")
    page = window(address, viewport={"width": width, "height": 900})
    if stage == "list":
        page.goto(address.rpartition("/")[0])
    if stage == "checked":
        page.get_by_label("Why will a photo help").fill("")
        page.get_by_role("button", name="Save and check").click()
        page.locator(".nhsuk-error-summary").wait_for()
    if stage in ("link", "paper", "spoken"):
        name = {"link": "By link", "paper": "On paper", "spoken": "Spoken"}[stage]
        page.get_by_role("button", name=name).click()
        page.get_by_role("button", name="Take it back").wait_for()

    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
