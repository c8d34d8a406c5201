"""Filling a form in a browser: what people see at once, and what is never lost."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PARTS = ("day", "month", "year")
Window = Callable[..., Page]
Accessible = Callable[[Page], None]


def saved(page: Page) -> None:
    """Wait until the page says that everything is saved."""
    expect(page.locator("[data-saved]")).to_have_attribute("data-state", "saved")


def eventually(is_so: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something is so, as expect() does for what stands on a page."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_conditional_question_appears_at_once(running, window: Window) -> None:
    page = window(running.draft(date_of_birth="1990-01-02"))
    asked = page.locator("#crisis_action")
    expect(asked).to_be_hidden()

    page.check("input[name=risk_suicide_now][value=yes]")

    expect(asked).to_be_visible()
    expect(page.locator("[data-panel]")).to_contain_text("S02")


def test_a_conditional_question_appears_after_a_save_without_script(
    running, window: Window
) -> None:
    page = window(running.draft(date_of_birth="1990-01-02"), java_script_enabled=False)
    expect(page.locator("#crisis_action")).to_be_hidden()

    page.check("input[name=risk_suicide_now][value=yes]")
    page.click("button[value=save]")

    expect(page.locator("#crisis_action")).to_be_visible()
    expect(page.locator("input[name=risk_suicide_now][value=yes]")).to_be_checked()


def test_a_closed_tab_loses_nothing(running, window: Window) -> None:
    address = running.draft()
    page = window(address)
    page.fill("#field-given_name", "Rowan")
    page.on("dialog", lambda dialog: dialog.accept())

    with page.expect_event("close"):
        page.close(run_before_unload=True)
    # The last text leaves with the tab, and arrives a moment after it.
    eventually(lambda: running.typed(address).get("given_name") == ["Rowan"])

    again = window(address)
    expect(again.locator("#field-given_name")).to_have_value("Rowan")


def test_a_lost_network_is_told_and_made_up_for(running, window: Window) -> None:
    address = running.draft()
    page = window(address)

    page.context.set_offline(True)
    page.fill("#field-family_name", "Testerby")
    expect(page.locator("[data-trouble]")).to_contain_text("Not saved yet")
    page.fill("#field-given_name", "Rowan")
    page.context.set_offline(False)

    expect(page.locator("[data-trouble]")).to_be_hidden(timeout=10_000)
    saved(page)
    assert running.typed(address)["family_name"] == ["Testerby"]
    assert running.typed(address)["given_name"] == ["Rowan"]


def test_an_answer_lost_on_its_way_back_is_no_conflict(running, window: Window) -> None:
    address = running.draft()
    page = window(address)
    lost = []

    def lose_the_first(route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch())
            route.abort()

    page.route("**/autosave", lose_the_first)
    page.fill("#field-given_name", "Ro")
    expect(page.locator("[data-trouble]")).to_be_visible()
    page.fill("#field-given_name", "Rowan")

    expect(page.locator("[data-trouble]")).to_be_hidden(timeout=10_000)
    saved(page)
    expect(page.locator(".fill-clash")).to_have_count(0)
    assert running.typed(address)["given_name"] == ["Rowan"]


def test_two_windows_merge_what_does_not_clash(running, window: Window) -> None:
    address = running.draft()
    one, other = window(address), window(address)
    one.fill("#field-given_name", "Rowan")
    one.check("input[name=interpreter][value=bsl]")
    saved(one)

    other.fill("#field-family_name", "Testerby")
    saved(other)

    expect(other.locator("#field-given_name")).to_have_value("Rowan")
    expect(other.locator("input[name=interpreter][value=bsl]")).to_be_checked()
    expect(other.locator("[data-notes]")).to_contain_text("Saved in another window")
    expect(other.locator("[data-notes]")).to_contain_text("Given name(s)")


def test_two_texts_for_one_question_stand_side_by_side(
    running, window: Window, accessible: Accessible
) -> None:
    address = running.draft()
    one, other = window(address), window(address)
    one.fill("#field-symptom_examples", "Loses keys every day.")
    saved(one)

    other.fill("#field-symptom_examples", "Forgets the oven twice a week.")

    clash = other.locator("#symptom_examples .fill-clash")
    expect(clash).to_contain_text("Loses keys every day.")
    expect(clash).to_contain_text("Forgets the oven twice a week.")
    expect(other.locator("#field-symptom_examples")).to_have_value("Forgets the oven twice a week.")
    assert running.typed(address)["symptom_examples"] == ["Loses keys every day."]
    accessible(other)

    clash.get_by_role("button", name="Keep yours").click()
    expect(clash).to_have_count(0)
    saved(other)
    assert running.typed(address)["symptom_examples"] == ["Forgets the oven twice a week."]


def test_the_other_text_can_be_taken(running, window: Window) -> None:
    address = running.draft()
    one, other = window(address), window(address)
    one.fill("#field-symptom_examples", "Loses keys every day.")
    saved(one)
    other.fill("#field-symptom_examples", "Forgets the oven twice a week.")

    other.get_by_role("button", name="Take this text").click()

    expect(other.locator("#field-symptom_examples")).to_have_value("Loses keys every day.")
    expect(other.locator(".fill-clash")).to_have_count(0)


def test_two_texts_can_be_settled_without_script(running, window: Window) -> None:
    address = running.draft()
    plain = window(address, java_script_enabled=False)
    one = window(address)
    one.fill("#field-symptom_examples", "Loses keys every day.")
    saved(one)

    plain.fill("#field-symptom_examples", "Forgets the oven twice a week.")
    plain.fill("#field-given_name", "Rowan")
    plain.click("button[value=save]")
    expect(plain.locator(".fill-clash")).to_contain_text("Loses keys every day.")
    plain.get_by_role("button", name="Keep yours").click()

    expect(plain.locator(".fill-clash")).to_have_count(0)
    typed = running.typed(address)
    assert typed["symptom_examples"] == ["Forgets the oven twice a week."]
    assert typed["given_name"] == ["Rowan"]


def test_typing_goes_on_after_signing_in_again(running, window: Window) -> None:
    address = running.draft()
    page = window(address)
    page.context.clear_cookies()

    page.fill("#field-given_name", "Rowan")
    expect(page.locator("[data-trouble]")).to_contain_text("signed out")
    with page.context.expect_page() as opened:
        page.click("[data-trouble] a")
    tab = opened.value
    tab.fill("input[name=email]", "alexis@example.com")
    tab.fill("input[name=password]", "correct horse battery")
    tab.click("main button[type=submit]")
    tab.wait_for_load_state()

    expect(page.locator("[data-trouble]")).to_be_hidden(timeout=12_000)
    expect(page.locator("#field-given_name")).to_have_value("Rowan")
    assert running.typed(address)["given_name"] == ["Rowan"]


def test_asked_about_all_none_answers_only_what_is_open(running, window: Window) -> None:
    address = running.draft(date_of_birth="1990-01-02", risk_harm_others="not_asked")
    page = window(address)

    page.click("button[value='none:safety']")

    expect(page.locator("input[name=risk_suicide_now][value=no]")).to_be_checked()
    expect(page.locator("input[name=cardiac_flags][value=none]")).to_be_checked()
    expect(page.locator("input[name=risk_harm_others][value=not_asked]")).to_be_checked()
    expect(page.locator("[data-notes]")).to_contain_text("answered with none or no")


def test_a_service_from_the_directory_brings_its_route(running, window: Window) -> None:
    address = running.draft()
    page = window(address)

    page.fill("#field-service_name", "Exampleshire Adult ADHD Service")
    saved(page)

    expect(page.locator("input[name=route][value=local_nhs]")).to_be_checked()
    expect(page.locator(".fill-card")).to_contain_text("Checked on")
    expect(page.locator("[data-notes]")).to_contain_text("Where is this referral going?")


def test_rows_are_added_and_removed(running, window: Window) -> None:
    address = running.draft(date_of_birth="1990-01-02")
    page = window(address)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")

    page.click("button[value='add:other_scales']")
    expect(page.locator("#field-other_scales-0-name")).to_be_focused()
    page.select_option("#field-other_scales-0-name", index=1)
    page.click("button[value='add:other_scales']")
    expect(page.locator("#field-other_scales-1-name")).to_be_focused()
    page.click("button[value='remove:other_scales-0']")

    expect(page.locator("#field-other_scales-0-name")).to_have_count(0)
    expect(page.locator("#field-other_scales-1-name")).to_have_count(1)


def test_an_error_is_told_when_the_cursor_leaves_and_gone_when_mended(
    running, window: Window, accessible: Accessible
) -> None:
    page = window(running.draft())
    page.fill("#field-nhs_number", "999 000 6009")
    saved(page)
    expect(page.locator("#field-nhs_number-error")).to_have_count(0)

    page.focus("#field-postcode")

    expect(page.locator("#field-nhs_number-error")).to_be_visible()
    accessible(page)
    page.fill("#field-nhs_number", "999 000 6008")
    expect(page.locator("#field-nhs_number-error")).to_have_count(0)


def test_a_number_and_not_asked_rule_each_other_out(running, window: Window) -> None:
    address = running.draft(date_of_birth="1990-01-02")
    page = window(address)
    page.fill("#field-alcohol_units_week", "12")

    page.check("#field-alcohol_units_week-tick")
    saved(page)

    expect(page.locator("#field-alcohol_units_week")).to_have_value("")
    assert running.typed(address)["alcohol_units_week"] == ["not_asked"]


def test_a_radio_can_be_taken_back(running, window: Window) -> None:
    address = running.draft(risk_harm_others="yes", risk_safeguarding="yes")
    page = window(address)

    page.focus("input[name=risk_harm_others][value=yes]")
    page.keyboard.press("Delete")
    page.locator("#risk_safeguarding .fill-clear").click()
    saved(page)

    assert not any(running.typed(address).get("risk_harm_others", ()))
    assert not any(running.typed(address).get("risk_safeguarding", ()))


def test_a_reason_can_be_typed_while_the_panel_is_renewed(running, window: Window) -> None:
    address = running.draft(date_of_birth="1990-01-02", asrs_done="no", settings=["home"])
    page = window(address)
    box = page.locator("#reason-W09")

    box.press_sequentially("The patient cannot complete the form just now.", delay=40)

    expect(box).to_be_focused()
    expect(box).to_have_value("The patient cannot complete the form just now.")
    saved(page)
    expect(page.locator("[data-notice=W09]")).to_contain_class("fill-notice--settled")


def test_a_review_too_early_lists_all_that_is_open(
    running, window: Window, accessible: Accessible
) -> None:
    page = window(running.draft())

    page.get_by_role("button", name="Review the letter").click()

    summary = page.locator(".nhsuk-error-summary")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Needed: Given name").click()
    expect(page.locator("#field-given_name")).to_be_focused()
    accessible(page)


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 800), (375, 740), (320, 640)])
def test_every_width_reads_without_scrolling_sideways(
    running, window: Window, accessible: Accessible, width: int, height: int
) -> None:
    address = running.draft(date_of_birth="1990-01-02", risk_suicide_now="yes", asrs_done="no")

    page = window(address, viewport={"width": width, "height": height})
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    accessible(page)


WHOLE = {"1/2/1990": "1 2 1990", "1990-02-01": "01 02 1990", "01-Feb-1990": "01 2 1990"}


@pytest.mark.parametrize(("text", "boxes"), WHOLE.items())
def test_a_whole_date_in_one_box_goes_into_all_three(
    running, window: Window, text: str, boxes: str
) -> None:
    page = window(address := running.draft())

    page.fill("#field-date_of_birth-day", text)
    saved(page)

    typed = running.typed(address)
    assert " ".join(typed[f"date_of_birth-{part}"][0] for part in PARTS) == boxes
    expect(page.locator("[name=date_of_birth-year]")).to_be_focused()


def test_on_a_phone_the_bar_hides_nothing_that_has_the_focus(running, window: Window) -> None:
    page = window(running.draft(), viewport={"width": 375, "height": 667})
    page.focus("#field-service_name")

    for _ in range(25):
        page.keyboard.press("Tab")
        assert page.evaluate(
            """() => {
              const held = document.activeElement.getBoundingClientRect();
              return held.top < document.querySelector("[data-panel]").getBoundingClientRect().top;
            }"""
        )


def test_on_a_phone_the_panel_opens_from_the_foot(running, window: Window) -> None:
    page = window(running.draft(), viewport={"width": 375, "height": 740})
    review = page.get_by_role("button", name="Review the letter")
    expect(review).to_be_hidden()

    page.get_by_role("button", name="Show what is open").click()

    expect(review).to_be_visible()
    page.locator(".fill-missing summary").click()
    page.locator("[data-part=missing]").get_by_role("link", name="Given name").click()
    expect(page.locator("#field-given_name")).to_be_focused()
    expect(review).to_be_hidden()
