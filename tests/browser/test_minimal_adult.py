"""The smallest honest ADHD referral, from an empty form to an issued letter, by keyboard alone."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

MOST_ANSWERS = 45
MOST_TABS = 400

# What a clinician who knows the patient would type: radios and ticks by code, lists by label.
ANSWERS: dict[str, str | list[str]] = {
    "service_name": "Exampleshire Adult ADHD Service",
    "request_type": "assessment",
    "given_name": "Jo",
    "family_name": "Oh",
    "date_of_birth-day": "1",
    "date_of_birth-month": "1",
    "date_of_birth-year": "2001",
    "nhs_number": "9990006008",
    "sex": "Not known",
    "address_lines": "1 Test St",
    "postcode": "ZZ99 3WZ",
    "phone_mobile": "07700900151",
    "symptoms_inattention": [
        "ina_sustain",
        "ina_follow",
        "ina_organise",
        "ina_lose",
        "ina_forget",
    ],
    "symptom_examples": "Loses keys daily; unfinished degree work.",
    "duration_6_months": "yes",
    "onset_before_12": "yes",
    "onset_evidence": "Mother confirms.",
    "persistent_course": "yes",
    "settings": ["home", "work"],
    "impairment_domains": ["occupational"],
    "impairment_severity": "moderate",
    "impairment_examples": "Dismissed from two jobs for lateness.",
    "alternatives_considered": ["none_considered"],
    "not_better_explained": "agree",
    "prior_assessment": "never",
    "autism_suspected": "no",
    "learning_disability": "none",
    "asrs_done": "no",
    "pmh": "None known",
    "mental_health_history": "None known",
    "current_mh_service": "no",
    "medications-none": ["y"],
    "allergies-none": ["y"],
    "alcohol_units_week": "0",
    "substance_use": "none",
    "drives": "Does not drive",
    "forensic": "no",
    "interpreter": "no",
    "consent_referral": "yes",
    "consent_summary": "yes",
    "attachments": ["none"],
    "gp_declaration": ["y"],
    "override_reasons-W09": "The patient prefers to complete it with the service.",
}
BUTTONS = ("none:safety", "review")

FOCUSED = """() => {
  const one = document.activeElement;
  return {
    name: one.name ?? "", value: one.value ?? "", kind: one.type ?? "",
    text: one.innerText ?? "",
  };
}"""


class Keyboard:
    """Somebody who only has a keyboard, and counts what they answer."""

    def __init__(self, page: Page, answers: dict[str, str | list[str]]) -> None:
        self.page = page
        self.answers = answers
        self.answered: set[str] = set()

    def fill(self) -> None:
        """Go through the form with the tab key, answering what is planned, to the last button."""
        for focused in self.tabs():
            name, wanted = focused["name"], self.answers.get(focused["name"])
            if name == "go" and focused["value"] in BUTTONS:
                self.page.keyboard.press("Enter")
                self.answered |= {focused["value"]} - {"review"}
                if focused["value"] == "review":
                    return
                self.wait()
            elif wanted is not None and name not in self.answered:
                self.answer(focused, wanted)

    def tabs(self) -> Iterator[dict[str, Any]]:
        """Press the tab key again and again, and tell what has the focus each time."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            yield self.page.evaluate(FOCUSED)
        raise AssertionError("the form never ended")

    def answer(self, focused: dict[str, Any], wanted: str | list[str]) -> None:
        """Answer the question that has the focus."""
        keyboard, name = self.page.keyboard, focused["name"]
        if focused["kind"] == "radio":
            self.choose(str(wanted))
        elif focused["kind"] == "checkbox":
            if focused["value"] in wanted:
                keyboard.press("Space")
                self.answered |= {name} if focused["value"] == wanted[-1] else set()
                self.wait()
            return
        else:
            keyboard.type(str(wanted))
        self.answered.add(name)
        self.wait()

    def choose(self, code: str) -> None:
        """Take one of the radios of the group that has the focus."""
        self.page.keyboard.press("Space")
        for _ in range(12):
            if self.page.evaluate(FOCUSED)["value"] == code:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"there is no answer {code}")

    def wait(self) -> None:
        """Wait until the page has taken the answer in, as a person sees it do."""
        expect(self.page.locator("[data-saved]")).to_have_attribute("data-state", "saved")

    @property
    def count(self) -> int:
        """How many questions were answered; the three boxes of a date are one."""
        return len({name.partition("-")[0] for name in self.answered})


def test_the_minimal_adult_is_issued_by_keyboard_in_45_answers(
    running, window: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    # given an empty form
    page = window(running.draft())
    person = Keyboard(page, ANSWERS)

    # when it is filled, reviewed and signed without a mouse
    person.fill()
    page.wait_for_url("**/review", timeout=30_000)
    accessible(page)
    for focused in person.tabs():
        if focused["text"].startswith("Sign and issue"):
            page.keyboard.press("Enter")
            break

    # then it is a letter, after no more than 45 answers
    page.wait_for_url("**/documents/*", timeout=15_000)
    expect(page.locator("main")).to_contain_text("Jo Oh")
    assert person.count <= MOST_ANSWERS
    accessible(page)


def test_the_minimal_adult_is_issued_without_script(running, window: Callable[..., Page]) -> None:
    page = window(running.draft(), java_script_enabled=False)

    # Some questions appear only after a save, and the warning only after the answer to one of them.
    for _ in range(3):
        for name, wanted in ANSWERS.items():
            _answer(page, name, wanted)
        page.click("button[value='none:safety']")
    page.click("button[value=review]")
    page.wait_for_url("**/review", timeout=30_000)
    page.get_by_role("button", name="Sign and issue").click()

    page.wait_for_url("**/documents/*", timeout=15_000)
    expect(page.locator("main")).to_contain_text("Jo Oh")


def _answer(page: Page, name: str, wanted: str | list[str]) -> None:
    for code in wanted if isinstance(wanted, list) else [wanted]:
        control = page.locator(f":is(input[type=text], textarea, select)[name='{name}']")
        choice = page.locator(
            f"input:is([type=radio], [type=checkbox])[name='{name}'][value='{code}']"
        )
        if choice.count() and choice.first.is_visible():
            choice.first.check()
        elif control.count() == 1 and control.is_visible():
            is_list = control.evaluate("one => one.tagName === 'SELECT'")
            control.select_option(label=code) if is_list else control.fill(code)
