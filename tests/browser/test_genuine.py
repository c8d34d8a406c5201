"""Is it genuine, in a real browser: a file is compared there, and never leaves it."""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from lettergen import accounts, documents, forms, models, reference

pytestmark = pytest.mark.browser

LETTER = "to-whom-it-may-concern"
CASES = Path(__file__).parents[1] / "letters" / f"{LETTER}.toml"
ANSWERS = tomllib.loads(CASES.read_text("utf-8"))["cases"][0]["answers"]
TWO_HUNDRED_MEGABYTES = """() => {
    const ten = new Blob([new Uint8Array(10_000_000)]);
    return new File(Array(20).fill(ten), "large.pdf");
}"""


@dataclass(frozen=True)
class Letter:
    """An issued letter: its reference, and its files by kind."""

    reference: str
    files: dict[str, bytes]


@pytest.fixture(scope="module")
def letter(running: Any) -> Letter:
    """A letter that was issued today."""
    standing = running.app.extensions["lettergen"]
    typed = forms.flatten(standing.office.library.get(LETTER), ANSWERS)
    at = datetime.now(UTC)
    with standing.sessions() as session, models.changing(session):
        staff = accounts.staff_by_email(session, "alexis@example.com")
        actor = accounts.actor_of(staff)
        made = documents.issue_answers(
            session, standing.office, actor, LETTER, typed, on=date(2026, 11, 20), at=at
        )
        return Letter(made.reference, {one.kind: one.pdf for one in made.files})


@pytest.fixture
def visit(chromium: Browser, running: Any) -> Iterator[Callable[..., Page]]:
    """Return a function: an address → the page as somebody sees it who is not signed in."""
    contexts = []

    def opened(address: str, **how: Any) -> Page:
        contexts.append(chromium.new_context(**how))
        page = contexts[-1].new_page()
        page.set_default_timeout(8000)
        page.goto(f"{running.address}{address}")
        return page

    yield opened
    for context in contexts:
        context.close()


def pdf(content: bytes, name: str = "letter.pdf") -> dict[str, Any]:
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def watched(page: Page) -> list[str]:
    """Return a list that fills with whatever the page sends from now on.

    The browser asks for the page's icon when it has time for it: that is not the page's doing.
    """
    page.wait_for_load_state("networkidle")
    icon = page.get_attribute("link[rel=icon]", "href") or ""
    sent: list[str] = []

    def note(request: Any) -> None:
        if not request.url.endswith(icon) or request.post_data:
            sent.append(request.url)

    page.on("request", note)
    return sent


def answer(page: Page) -> str:
    page.wait_for_selector("[data-said] h3")
    return page.inner_text("[data-said]")


def drop(page: Page, *files: str) -> None:
    """Drop files, given as scripts that make them, on the middle of the page."""
    made = ", ".join(f"({one})()" for one in files)
    page.evaluate(
        f"""() => {{
            const carried = new DataTransfer();
            for (const file of [{made}]) carried.items.add(file);
            document.querySelector("main").dispatchEvent(
                new DragEvent("drop", {{ dataTransfer: carried, bubbles: true, cancelable: true }})
            );
        }}"""
    )


def test_each_file_of_the_letter_is_the_same_and_nothing_is_sent(
    visit: Any, letter: Letter, accessible: Any
) -> None:
    page = visit(f"/v/{letter.reference}", viewport={"width": 375, "height": 667})
    sent = watched(page)

    for content in letter.files.values():
        page.set_input_files("#file", pdf(content))

        assert "The same file" in answer(page)
        assert "letter.pdf" in answer(page)
    accessible(page)
    assert len(letter.files) > 1
    assert sent == []


def test_one_changed_byte_is_altered_and_nothing_is_sent(
    visit: Any, letter: Letter, accessible: Any
) -> None:
    page = visit(f"/v/{letter.reference}")
    sent = watched(page)
    content = letter.files["letter"]
    middle = len(content) // 2

    page.set_input_files(
        "#file", pdf(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    )

    assert "Altered, or another file" in answer(page)
    accessible(page)
    assert sent == []


def test_a_file_of_200_megabytes_is_answered_at_once_without_being_read(
    visit: Any, letter: Letter
) -> None:
    page = visit(f"/v/{letter.reference}")
    page.evaluate(
        """() => {
            window.reads = 0;
            for (const way of ["arrayBuffer", "stream", "text", "slice"]) {
                const own = Blob.prototype[way];
                Blob.prototype[way] = function (...rest) {
                    window.reads += 1;
                    return own.apply(this, rest);
                };
            }
        }"""
    )

    drop(page, TWO_HUNDRED_MEGABYTES)

    assert "far too large to be the letter" in page.inner_text("[data-said]", timeout=500)
    assert page.evaluate("window.reads") == 0
    assert page.url.endswith(letter.reference)


def test_two_files_at_once_and_a_file_that_cannot_be_read_are_told_plainly(
    visit: Any, letter: Letter
) -> None:
    page = visit(f"/v/{letter.reference}")
    small = "() => new File(['x'], 'one.pdf')"
    gone = "() => new File(['x'], 'gone.pdf')"

    drop(page, small, small)
    several = answer(page)
    page.evaluate(
        "() => { Blob.prototype.arrayBuffer = () => Promise.reject(new DOMException('gone')); }"
    )
    drop(page, gone)
    page.wait_for_selector("text=could not be read")

    assert "One file at a time" in several
    assert "gone.pdf" in answer(page)


def test_without_script_the_page_says_what_to_do_instead(visit: Any, letter: Letter) -> None:
    page = visit(f"/v/{letter.reference}", java_script_enabled=False)

    page.click("summary")

    assert page.is_visible("text=scripts are turned off")
    assert not page.is_visible("#file")
    assert page.locator("code").count() == len(letter.files)
    assert page.is_visible("h1:has-text('Genuine')")


def test_where_the_browser_cannot_compare_the_page_says_what_to_do_instead(
    visit: Any, letter: Letter, running: Any
) -> None:
    page = visit("/v")
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")

    page.goto(f"{running.address}/v/{letter.reference}")

    page.wait_for_selector("text=Your browser cannot compare files on this page")
    assert "begins with https" in page.inner_text("[data-insecure]")
    assert not page.is_visible("#file")


def test_a_mistyped_reference_is_put_right(visit: Any, letter: Letter, accessible: Any) -> None:
    page = visit("/v", viewport={"width": 320, "height": 600})
    last = letter.reference[-1]

    page.fill("#reference", letter.reference[:-1] + ("0" if last != "0" else "1"))
    page.click("text=Check the letter")
    accessible(page)
    assert page.evaluate("document.activeElement.className").startswith("nhsuk-error-summary")
    page.fill("#reference", letter.reference.lower())
    page.click("text=Check the letter")

    page.wait_for_url(f"**/v/{letter.reference}")
    assert page.is_visible("h1:has-text('Genuine')")


@pytest.mark.parametrize("width", [320, 375, 1024])
def test_the_pages_are_accessible_fit_the_screen_and_keep_their_own_policy(
    visit: Any, letter: Letter, running: Any, accessible: Any, width: int
) -> None:
    page, said = visit("/v", viewport={"width": width, "height": 667}), []
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)

    for address in ("/v", f"/v/{letter.reference}", f"/v/{reference.new()}", "/l", "/l/finished"):
        page.goto(f"{running.address}{address}")

        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []
