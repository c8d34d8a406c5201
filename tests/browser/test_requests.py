"""A receptionist and eight mixed requests: by keyboard alone, six actions at most for each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import COLLEAGUE

pytestmark = pytest.mark.browser
MOST_ACTIONS = 6
MOST_TABS = 60


@dataclass
class Keyboard:
    """Hands on a keyboard. Typing a text, choosing an answer and pressing a button are actions;
    Tab, which leads to them, is not, but every place has to be reached by it.
    """

    page: Page
    actions: int = 0

    def type(self, text: str) -> None:
        """Type where the focus is."""
        self.page.keyboard.type(text)
        self.actions += 1

    def press(self, key: str) -> None:
        """Press a key that does something."""
        self.page.keyboard.press(key)
        self.actions += 1

    def go_to(self, selector: str) -> None:
        """Press Tab until the focus is on an element."""
        for _ in range(MOST_TABS):
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {selector}")

    def fill(self, selector: str, text: str) -> None:
        """Go to a box and type."""
        self.go_to(selector)
        self.type(text)


@dataclass(frozen=True)
class Case:
    """What somebody asks, what the receptionist does besides, and what comes of it."""

    words: str
    outcome: str
    button: str
    fields: dict[str, str] = field(default_factory=dict)
    answer: str = ""


CASES = (
    Case("mit circs", "Do not write: something better exists", "Send reply D04"),
    Case("SMI", "Hold: consent or proof", "Send reply D08"),
    Case(
        "sick note",
        "NHS work: do it, free",
        "Give to a clinician",
        {"#patient_given_name": "Rowan", "#patient_family_name": "Testerby"},
    ),
    Case(
        "copy of my notes", "Copy of records", "Start the clock", {"#patient_family_name": "Mock"}
    ),
    Case(
        "gun licence",
        "Private work: the patient pays",
        "Quote £",
        {"#patient_family_name": "Samplewick"},
    ),
    Case("SR1", "Do it: a public body pays", "Give to a clinician"),
    Case("passport photo", "Do not write", "Send reply D12"),
    Case(
        "my gym",
        "Stop: somebody may be in danger",
        "Tell the duty clinician",
        {"#patient_family_name": "Exempli"},
        answer="#flag-none",
    ),
)


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_eight_mixed_requests_take_six_actions_each_at_most(
    running: Any, window: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    page = window(f"{running.address}/board", COLLEAGUE)
    # The practice is shared: others may have asked already.
    before = page.locator(".bo-card").count()
    counted = {}
    for number, case in enumerate(CASES):
        page.goto(f"{running.address}/triage")
        hands = Keyboard(page)
        page.wait_for_selector("#q:focus")

        hands.type(case.words)
        hands.press("Enter")
        page.wait_for_selector("button[data-next]")
        if case.answer:
            hands.go_to(case.answer)
            hands.press("ArrowRight")
            page.wait_for_selector(".tr-outcome--stop")
        outcome = page.inner_text("#outcome")
        button = page.inner_text("button[data-next]")
        for selector, text in case.fields.items():
            hands.fill(selector, text)
        if number in (0, 4):
            accessible(page)
        hands.press("Control+Enter")
        page.wait_for_url("**/requests/*")

        assert outcome.startswith(case.outcome), (case.words, outcome)
        assert button.startswith(case.button), (case.words, button)
        counted[f"{number} {case.words}"] = hands.actions
    accessible(page)
    page.goto(f"{running.address}/")
    page.keyboard.press("g")
    page.keyboard.press("b")
    page.wait_for_url("**/board")
    accessible(page)
    assert page.locator(".bo-card").count() == before + len(CASES)
    assert max(counted.values()) <= MOST_ACTIONS, counted


def test_an_outcome_follows_the_answers_on_a_telephone_and_nothing_typed_is_lost(
    running: Any, window: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    page = window(
        f"{running.address}/triage?type=gym_fitness",
        COLLEAGUE,
        viewport={"width": 320, "height": 640},
    )
    page.click("#words summary")
    page.fill("#asked", "She wants to lift weights.")

    page.click("button[data-here]")
    page.wait_for_selector("#alt-tried_failed:checked")

    assert page.input_value("#asked") == "She wants to lift weights."
    assert page.is_visible("#note")
    assert page.inner_text("button[data-next]") == "Send reply D08"
    assert fits(page)
    accessible(page)


def test_suggestions_come_while_somebody_types(running: Any, window: Callable[..., Page]) -> None:
    page = window(f"{running.address}/triage", COLLEAGUE)
    page.wait_for_selector("#q:focus")
    page.keyboard.type("mit circs", delay=15)
    # Lists for fewer words may come first.
    page.wait_for_selector("[role=option][aria-selected=true]:has-text('mitigating')")

    took = page.evaluate(
        """async () => {
            const start = performance.now();
            await (await fetch("/triage/types?q=mit+circs")).json();
            return performance.now() - start;
        }"""
    )

    box = page.locator("#q")
    assert box.get_attribute("aria-expanded") == "true"
    active = box.get_attribute("aria-activedescendant")
    assert "mitigating" in page.inner_text(f"#{active}")
    page.keyboard.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    assert took < 1000
