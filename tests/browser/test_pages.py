"""Pages in a real browser: usable by all, with keys that stay out of the way, progress in words."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

LETTER = "to-whom-it-may-concern"
CASES = Path(__file__).parents[1] / "letters" / f"{LETTER}.toml"
ANSWERS = tomllib.loads(CASES.read_text("utf-8"))["cases"][0]["answers"]


@pytest.fixture
def reviewed(running: Any, window: Any) -> Any:
    """The review page of a complete letter."""
    page = window(running.draft(LETTER, **ANSWERS))
    page.click("button:has-text('Review the letter') >> visible=true")
    page.wait_for_url("**/review")
    return page


@pytest.mark.parametrize(
    "address", ["/", "/letters", "/letters/new", "/drafts", "/help", "/account"]
)
@pytest.mark.parametrize("width", [1280, 375, 320])
def test_pages_are_accessible_and_fit_the_screen(
    running: Any, window: Any, accessible: Any, address: str, width: int
) -> None:
    page = window(f"{running.address}{address}", viewport={"width": width, "height": 800})

    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_letter_is_reviewed_signed_and_its_name_copied(
    running: Any, reviewed: Any, accessible: Any
) -> None:
    page = reviewed
    page.wait_for_function(
        "() => [...document.querySelectorAll('section > ol img')].every(one => one.naturalWidth)"
    )
    accessible(page)
    page.click("summary:has-text('Show its pages')")
    page.wait_for_function("() => document.querySelector('details img').naturalWidth")
    accessible(page)

    page.click("button:has-text('Sign and issue')")
    page.wait_for_url("**/documents/*")

    accessible(page)
    assert "Signed and issued as LG-" in page.inner_text(".nhsuk-notification-banner")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("[data-copy]")
    page.wait_for_selector("text=Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.inner_text("main code")


def test_a_second_press_sends_nothing_and_the_page_says_that_it_works(reviewed: Any) -> None:
    stopped = reviewed.evaluate(
        """() => {
            const form = document.querySelector("form[action$='/issue']");
            const stopped = [];
            addEventListener("submit", (event) => {
                stopped.push(event.defaultPrevented);
                event.preventDefault();
            });
            form.requestSubmit();
            form.requestSubmit();
            return stopped;
        }"""
    )

    assert stopped == [False, True]
    assert reviewed.inner_text("[data-progress]") == "Issuing …"


def test_the_button_that_signs_is_seen_without_scrolling(reviewed: Any) -> None:
    reviewed.set_viewport_size({"width": 1280, "height": 800})

    at_the_top = reviewed.locator(".app-sign button").bounding_box()
    reviewed.evaluate(
        """() => new Promise((done) => {
            addEventListener("scroll", () => setTimeout(done));
            scrollTo(0, 600);
        })"""
    )
    further_down = reviewed.locator(".app-sign button").bounding_box()

    assert at_the_top["y"] + at_the_top["height"] <= 800
    assert further_down["y"] + further_down["height"] <= 800


def test_keys_lead_to_new_find_and_help_but_not_while_typing(running: Any, window: Any) -> None:
    page = window(f"{running.address}/letters")

    page.keyboard.press("/")
    page.keyboard.type("n?/")
    typed = page.input_value("#nhs_number")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n")
    page.wait_for_url("**/letters/new")
    page.keyboard.press("Control+n")
    page.keyboard.press("?")
    page.wait_for_url("**/help")
    page.keyboard.press("/")
    page.wait_for_url("**/letters#find")

    assert typed == "n?/"


def test_the_keys_can_be_turned_off(running: Any, window: Any) -> None:
    page = window(f"{running.address}/help")

    page.click("[data-key-switch]")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n")
    page.wait_for_timeout(200)

    assert page.url.endswith("/help")
    page.click("[data-key-switch]")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n")
    page.wait_for_url("**/letters/new")


def test_without_script_a_letter_is_found_all_the_same(running: Any, window: Any) -> None:
    page = window(f"{running.address}/letters", java_script_enabled=False)

    page.fill("#nhs_number", "999 000 0018")
    page.click("main button:has-text('Find')")

    assert page.is_visible("text=/No letter found|Check the NHS number/ >> nth=0")


def test_the_first_stop_of_the_tab_key_skips_to_the_content(running: Any, window: Any) -> None:
    page = window(f"{running.address}/")

    page.keyboard.press("Tab")
    skip = page.inner_text(":focus")
    page.keyboard.press("Enter")

    assert skip == "Skip to main content"
    assert page.evaluate("document.activeElement.id") == "maincontent"


def test_no_page_breaks_its_own_policy(running: Any, window: Any) -> None:
    page, said = window(f"{running.address}/help"), []
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)

    for address in ("/", "/letters", "/letters/new", "/drafts", "/account"):
        page.goto(f"{running.address}{address}")

    assert said == []
