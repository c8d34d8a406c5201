"""From the GP's signature to the patient's phone, and to whoever asks whether it is genuine."""

import re
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.post.mail_server import SENDER, Mailbox, free_port, station

pytestmark = pytest.mark.browser

LETTER = "to-whom-it-may-concern"
CASES = Path(__file__).parents[1] / "letters" / f"{LETTER}.toml"
ANSWERS = tomllib.loads(CASES.read_text("utf-8"))["cases"][0]["answers"]
ROWAN = "rowan.testerby@example.com"
PHONE = {"viewport": {"width": 375, "height": 667}, "has_touch": True, "is_mobile": True}
SECONDS_TO_WAIT = 15


@pytest.fixture(scope="module")
def mailbox() -> Mailbox:
    """What the mail server took."""
    return Mailbox()


@pytest.fixture(scope="module")
def practice(
    served: Callable[..., AbstractContextManager[Any]],
    mailbox: Mailbox,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Any]:
    """The program with a real mail server, under the public address that its letters print."""
    port = free_port()
    with (
        station(mailbox) as mail_port,
        served(
            tmp_path_factory.mktemp("practice"),
            port=port,
            public_address=f"http://127.0.0.1:{port}",
            smtp_host="localhost",
            smtp_port=mail_port,
            smtp_tls="none",
            smtp_from=SENDER,
        ) as one,
    ):
        yield one


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    """The patient's phone, which knows nobody."""
    context = chromium.new_context(**PHONE)
    context.set_default_timeout(8000)
    yield context
    context.close()


def sign(page: Page) -> None:
    """Have the letter on the page reviewed, and sign it."""
    page.click("button:has-text('Review the letter') >> visible=true")
    page.wait_for_url("**/review")
    page.click("button:has-text('Sign and issue')")
    page.wait_for_url("**/documents/*")


def link_in(mailbox: Mailbox) -> str:
    """Return the link of the latest e-mail, once it has come."""
    end = time.monotonic() + SECONDS_TO_WAIT
    while not mailbox.taken and time.monotonic() < end:
        time.sleep(0.05)
    (message,) = mailbox.emails
    assert message["To"] == ROWAN
    body = message.get_body(("plain",)).get_content()
    assert "Testerby" not in str(message) + body
    return re.search(r"http://\S+/l/\S+", body).group()


def say_birth_date(page: Page, day: str, month: str, year: str) -> None:
    page.fill("#born-day", day)
    page.fill("#born-month", month)
    page.fill("#born-year", year)
    with page.expect_navigation():
        page.tap("main button:has-text('Continue')")


def download(page: Page, words: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.tap(f"main a:has-text('{words}')")
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def verdict(page: Page, path: Path) -> str:
    page.set_input_files("#file", path)
    page.wait_for_selector(f"[data-said] h3 ~ .pt-file:has-text('{path.name}')")
    return page.inner_text("[data-said] h3")


def issue(gp: Page) -> tuple[str, str]:
    """Have the letter reviewed and signed; return the address of its page, and its reference."""
    sign(gp)
    return gp.url, gp.inner_text(".app-reference")


def send_link(gp: Page) -> None:
    gp.fill("#email", ROWAN)
    gp.click("form[action$='/link'] button[value=email]")
    gp.wait_for_selector("text=on its way to")


def supersede(gp: Page, address: str) -> None:
    gp.goto(address)
    gp.click("button:has-text('Supersede it')")
    gp.wait_for_url("**/drafts/*")
    sign(gp)


def open_letter(patient: Page, accessible: Callable[[Page], None]) -> None:
    """Pass the door, at the second try."""
    accessible(patient)
    assert patient.inner_text("h1") == "You have a letter from us"
    assert "Rowan" not in patient.content()
    say_birth_date(patient, "12", "4", "1989")
    accessible(patient)
    assert "You have 4 more tries" in patient.inner_text(".nhsuk-error-summary")
    say_birth_date(patient, "12", "4", "1998")
    patient.wait_for_url("**/letter")


def read_here(patient: Page, accessible: Callable[[Page], None]) -> None:
    """Read the letter as a page, and come back."""
    patient.tap("main a:has-text('Read it here')")
    patient.wait_for_url("**/letter/page")
    accessible(patient)
    assert fits(patient)
    assert "ground-floor flat" in patient.inner_text("article.letter")
    patient.go_back()


def test_a_letter_goes_from_the_gp_to_the_patient_and_is_found_genuine_until_it_is_superseded(
    practice: Any,
    mailbox: Mailbox,
    window: Any,
    phone: BrowserContext,
    accessible: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    gp, patient = window(practice.draft(LETTER, **ANSWERS)), phone.new_page()
    issued, reference = issue(gp)
    accessible(gp)
    send_link(gp)
    accessible(gp)

    patient.goto(link_in(mailbox))
    open_letter(patient, accessible)
    accessible(patient)
    assert fits(patient)
    usual = download(patient, "usual size", tmp_path)
    large = download(patient, "large print", tmp_path)
    read_here(patient, accessible)

    patient.tap("main a:has-text('check that the letter is genuine')")
    patient.wait_for_url(f"**/v/{reference}")
    accessible(patient)
    assert "Genuine" in patient.inner_text("h1")
    assert usual.read_bytes() != large.read_bytes()
    assert verdict(patient, usual) == "The same file"
    assert verdict(patient, large) == "The same file"
    forged = tmp_path / "forged.pdf"
    forged.write_bytes(usual.read_bytes().replace(b"%PDF-1.7", b"%PDF-1.6", 1))
    assert verdict(patient, forged) == "Altered, or another file"
    accessible(patient)

    supersede(gp, issued)
    patient.reload()
    accessible(patient)
    assert "Superseded" in patient.inner_text("h1")
    assert verdict(patient, usual) == "The same file"
    assert "a newer letter has replaced it" in patient.inner_text("[data-said]")
    patient.goto(link_in(mailbox))
    accessible(patient)
    assert "There is a newer version of this letter" in patient.inner_text("main")
    assert len(mailbox.taken) == 1
