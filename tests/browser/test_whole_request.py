"""One request the whole way: asked for, priced, agreed to, paid, written, corrected, handed over.

Everything is done on pages, by a patient on a phone, a receptionist, a manager and a GP.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pypdfium2 import PdfDocument
from sqlalchemy import select

from lettergen import accounts, models
from lettergen.accounts import Person
from lettergen.calendar import british_time
from lettergen.letters import LETTER
from lettergen.models import DocumentFile, Invoice, Payment, Practice, Quote, Request, Work
from tests.browser.conftest import CLINICIAN, COLLEAGUE, PASSWORD
from tests.post.mail_server import SENDER, Mailbox, free_port, station

pytestmark = pytest.mark.browser

Look = Callable[[Page], None]
MANAGER = Person("Max Manager", "max@example.com", frozenset({"manager"}))
ROWAN = "rowan.testerby@example.com"
PHONE = {"viewport": {"width": 375, "height": 667}, "has_touch": True, "is_mobile": True}
SECONDS_TO_WAIT = 15
# A form that is sent sooner is taken for a machine's.
TOO_QUICK = 3100
BORN = {"born-day": "12", "born-month": "4", "born-year": "1998"}
MINE = {
    "given_name": "Rowan",
    "family_name": "Testerby",
    **BORN,
    "email": ROWAN,
    "purpose": "A request for additional consideration after a missed exam.",
    "wanted_by": "Example College",
}
DAYS = {
    "affected_from": (4, 5, 2026),
    "affected_to": (15, 5, 2026),
    "last_contact": (16, 11, 2026),
    "covers_from": (1, 1, 2026),
    "contacts-0-on": (6, 5, 2026),
}
CHOSEN = {
    "had_contact": "yes",
    "assessed_then": "yes",
    "written_from": "records",
    "not_covered": "future",
    "saw_draft": "first",
    "mentions_others": "no",
    "copy_given": "given",
}
WRONG, RIGHT = "Fever and a cough; treated at home.", "Fever and a chest infection; treated."
FEE = 3000


@dataclass(frozen=True)
class Place:
    """The program, its mail, and the pictures that somebody has at hand."""

    running: Any
    mailbox: Mailbox
    refusal: Path

    @property
    def address(self) -> str:
        """Where the program is."""
        return str(self.running.address)

    def rows(self, model: Any, *where: Any) -> list[Any]:
        """Return rows of a table as they are kept."""
        with self.running.app.extensions["lettergen"].sessions() as session:
            return list(session.scalars(select(model).where(*where)))


@pytest.fixture(scope="module")
def place(
    served: Callable[..., AbstractContextManager[Any]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Place]:
    """The program with a real mail server and a manager, under its public address."""
    folder, port, mailbox = tmp_path_factory.mktemp("practice"), free_port(), Mailbox()
    refusal = folder / "they-said-no.png"
    Image.new("RGB", (600, 800), "white").save(refusal)
    with (
        station(mailbox) as mail_port,
        served(
            folder,
            port=port,
            public_address=f"http://127.0.0.1:{port}",
            smtp_host="localhost",
            smtp_port=mail_port,
            smtp_tls="none",
            smtp_from=SENDER,
        ) as one,
    ):
        with one.app.extensions["lettergen"].sessions() as session, models.changing(session):
            operator = accounts.operator_of(session.scalars(select(Practice)).one())
            accounts.add_staff(session, operator, MANAGER, PASSWORD, at=datetime.now(UTC))
        yield Place(one, mailbox, refusal)


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """The patient's phone, which knows nobody."""
    context = chromium.new_context(**PHONE)
    context.set_default_timeout(8000)
    yield context.new_page()
    context.close()


def open_link(phone: Page, place: Place, number: int) -> None:
    """Open the link of an e-mail once it has come, and say the date of birth. They count from 1."""
    end = time.monotonic() + SECONDS_TO_WAIT
    while len(place.mailbox.taken) < number and time.monotonic() < end:
        time.sleep(0.05)
    message = place.mailbox.emails[number - 1]
    assert message["To"] == ROWAN
    text = message.get_body(("plain",)).get_content()
    assert "Testerby" not in str(message) + text
    phone.goto(re.search(r"http://\S+/l/\S+", text).group())
    if phone.locator("#born-day").count():
        for box, part in BORN.items():
            phone.fill(f"#{box}", part)
        phone.get_by_role("button", name="Continue").click()


def press_next(page: Page, words: str) -> None:
    """Press the one button on top of a request's page."""
    expect(page.locator("#next .nhsuk-button")).to_have_text(words)
    page.click("#next .nhsuk-button")


def state(page: Page, words: str) -> None:
    """Say what stands beside the request's name."""
    expect(page.locator(".rq-tags")).to_contain_text(words)


def ask(phone: Page, place: Place, look: Look) -> str:
    """Ask on the public page for what was refused; return the reference."""
    phone.goto(f"{place.address}/ask")
    phone.get_by_label("What do you need?").fill("mit circs")
    phone.keyboard.press("Enter")
    phone.click("a[href*='/uni_mitigating']")
    phone.get_by_label("I ask for myself").check()
    phone.get_by_role("button", name="Continue").click()
    phone.get_by_text("They have said no to this, in writing").click()
    phone.get_by_role("link", name="See what we can do then").click()
    expect(phone.locator("main")).to_contain_text("£30.00")
    phone.get_by_role("button", name="Go to the form").click()
    for box, text in MINE.items():
        phone.fill(f"#{box}", text)
    phone.wait_for_timeout(TOO_QUICK)
    phone.get_by_role("button", name="Send").click()
    expect(phone.locator("[aria-current=step]")).to_have_text("Received")
    phone.select_option("#kind", "refusal")
    phone.set_input_files("#file", place.refusal)
    phone.get_by_role("button", name="Add it").click()
    expect(phone.locator(".pt-done")).to_be_visible()
    look(phone)
    return phone.locator("main strong").first.inner_text()


def decide(desk: Page, reference: str, look: Look) -> None:
    """Find it on the board, and decide it: what the patient said and sent is there already."""
    desk.get_by_role("link", name=reference).first.click()
    state(desk, "Received")
    look(desk)
    press_next(desk, "Decide")
    expect(desk.locator(".tr-known")).to_contain_text("Example College")
    expect(desk.locator("#alt-tried_failed")).to_be_checked()
    expect(desk.locator("button[data-next]")).to_have_text("Quote £30.00")
    look(desk)
    desk.click("button[data-next]")
    state(desk, "Quoted")
    look(desk)


def quote(desk: Page, phone: Page, place: Place, look: Look) -> None:
    """Send the price by e-mail; the patient reads it by its link, and says yes there."""
    expect(desk.locator("#money")).to_contain_text("No invoice can be made yet")
    expect(desk.locator("#mo-to")).to_have_value(ROWAN)
    desk.get_by_role("button", name="Email the quote").click()
    expect(desk.locator("#tell-payer")).to_contain_text("r•••@example.com")
    look(desk)
    open_link(phone, place, 2)
    expect(phone.locator("#price")).to_contain_text("£30.00 in all")
    look(phone)
    phone.get_by_role("button", name="Yes, I will pay £30.00").click()
    expect(phone.locator(".pt-done")).to_contain_text("you will pay")
    look(phone)
    desk.reload()
    state(desk, "Quote accepted")


def agree(desk: Page, phone: Page, place: Place, look: Look) -> None:
    """Ask for agreement by e-mail; the patient signs it, and wants to see the letter first."""
    desk.get_by_role("button", name="Ask for agreement").click()
    desk.get_by_label("What they ask, and which dates").fill("What was recorded in May 2026.")
    desk.get_by_role("button", name="Go on to how to ask").click()
    desk.get_by_role("button", name="Send it by email").click()
    look(desk)
    open_link(phone, place, 3)
    for tick in phone.locator("input[name^=tick-], input[name=may][value=diagnosis]").all():
        tick.check()
    phone.get_by_label("Yes, ").check()
    phone.get_by_label("Your full name").fill("Rowan Testerby")
    phone.get_by_label("My typed name is my signature").check()
    look(phone)
    phone.get_by_role("button", name="Yes, I agree").click()
    expect(phone.locator("h1")).to_have_text("You have agreed")
    desk.get_by_role("link", name="Request", exact=True).click()


def say_who_we_are(boss: Page) -> None:
    """Let the manager say who the practice is in law: an invoice has to."""
    boss.get_by_label("The practice is a").select_option("sole_practitioner")
    boss.get_by_label("Owner’s or company’s name").fill("Dr Alexis Specimen")
    boss.get_by_label("Address for legal documents").fill("1 Specimen Lane\nZZ99 3WZ")
    boss.get_by_role("button", name="Save").click()


def pay(desk: Page, look: Look) -> None:
    """Record the payment, now that an invoice can be made, and give the letter to the GP."""
    expect(desk.locator("#money")).not_to_contain_text("Record the payment")
    desk.reload()
    press_next(desk, "Record the payment")
    desk.locator("#money").get_by_role("button", name="Record the payment").click()
    state(desk, "Paid")
    expect(desk.locator("#money")).to_contain_text("£30.00")
    look(desk)
    press_next(desk, "Give it to Dr Alexis Specimen")
    state(desk, "With a clinician")


def write(gp: Page, reference: str, look: Look) -> None:
    """Write LT2 and sign it; what was known is filled in."""
    gp.get_by_role("link", name=reference).first.click()
    press_next(gp, "Write the letter")
    gp.wait_for_url("**/drafts/*")
    expect(gp.locator("[name=addressee]")).to_have_value("Example College")
    expect(gp.locator("[name=purpose]")).to_have_value(MINE["purpose"])
    gp.check("[name=had_contact][value=yes]")
    for rows in ("contacts", "facts"):
        gp.click(f"button[value='add:{rows}']")
        expect(gp.locator(f"[name^='{rows}-0-']").first).to_be_visible()
    for name, value in CHOSEN.items():
        gp.check(f"[name={name}][value={value}]")
    for name, day in DAYS.items():
        for part, number in zip(("day", "month", "year"), day, strict=True):
            gp.fill(f"[name='{name}-{part}']", str(number))
    gp.check("[name='contacts-0-how'][value=seen]")
    gp.fill("[name='facts-0-fact']", WRONG)
    gp.check("[name='facts-0-frame'][value=recorded]")
    gp.fill("[name='facts-0-when']", "6 May 2026")
    gp.fill("[name='facts-0-source']", "GP record")
    gp.fill("[name=course]", "BSc Example Studies, Paper 2")
    gp.check("[name=gp_declaration]")


def show(gp: Page, phone: Page, place: Place, number: int, look: Look) -> None:
    """Review what is written, and show it to the patient before it is signed; they open it."""
    gp.click("button:has-text('Review the letter') >> visible=true")
    gp.wait_for_url("**/review")
    look(gp)
    gp.get_by_role("link", name="Show it to the patient before signing").click()
    gp.get_by_role("button", name="Send it by email").click()
    look(gp)
    open_link(phone, place, number)
    phone.get_by_role("button", name="Open the letter").click()


def ask_for_correction(phone: Page, look: Look) -> None:
    """Read the letter, and ask for a correction of fact."""
    expect(phone.locator("#letter")).to_contain_text(WRONG)
    look(phone)
    phone.get_by_label("Something in it is wrong").check()
    phone.fill("#place-1", WRONG)
    phone.fill("#should-1", RIGHT)
    phone.get_by_role("button", name="Send my answer").click()
    expect(phone.locator("main")).to_contain_text("looks at what you wrote")


def correct(gp: Page, reference: str, look: Look) -> None:
    """Find the wish for correction from the home page, and correct the letter."""
    gp.get_by_role("link", name="Home").click()
    gp.get_by_role("link", name=reference).first.click()
    look(gp)
    press_next(gp, "Read what the patient says")
    expect(gp.locator("main")).to_contain_text(RIGHT)
    look(gp)
    gp.get_by_role("button", name="Correct the letter").click()
    gp.wait_for_url("**/drafts/*")
    gp.fill("[name='facts-0-fact']", RIGHT)


def say_yes(phone: Page) -> None:
    """Read the corrected letter, and agree."""
    expect(phone.locator("#letter")).to_contain_text(RIGHT)
    phone.get_by_label("It is right. You can send it").check()
    phone.get_by_role("button", name="Send my answer").click()
    expect(phone.locator("main")).to_contain_text("we may send it")


def sign(gp: Page, reference: str) -> None:
    """Sign the letter that the patient agreed to."""
    gp.get_by_role("link", name="Home").click()
    gp.get_by_role("link", name=reference).first.click()
    gp.click("#next .nhsuk-button")
    gp.click("button:has-text('Review the letter') >> visible=true")
    gp.wait_for_url("**/review")
    gp.click("button:has-text('Sign and issue')")
    gp.wait_for_url("**/documents/*")


def hand_over(desk: Page, phone: Page, place: Place, reference: str, look: Look) -> None:
    """Send the secure link to the address that the patient gave; the patient opens the letter."""
    desk.reload()
    state(desk, "Signed")
    press_next(desk, "Hand it over")
    expect(desk.locator("#email")).to_have_value(ROWAN)
    desk.get_by_role("button", name="Send it by email").click()
    expect(desk.locator("main")).to_contain_text("on its way")
    open_link(phone, place, 6)
    phone.wait_for_url("**/letter")
    look(phone)
    desk.get_by_role("link", name=reference).first.click()
    state(desk, "Handed over")
    press_next(desk, "Close it")
    state(desk, "Closed")
    look(desk)


def require_agreement_of_figures(desk: Page, place: Place) -> None:
    """Compare quote, invoice, payment and ledger, with what the pages print of them."""
    (quote,), (invoice,) = place.rows(Quote), place.rows(Invoice)
    (payment,), (request,) = place.rows(Payment), place.rows(Request)
    noted = {one.kind: one for one in place.rows(Work, Work.request_id == request.id)}
    told = desk.locator(".rq-story").inner_text()

    assert {quote.total_pence, invoice.total_pence, payment.amount_pence} == {FEE}
    assert {noted[kind].fee_pence for kind in ("quoted", "invoiced", "paid")} == {FEE}
    for kind, at in (("quoted", quote.offered_at), ("released", request.released_at)):
        assert minute(noted[kind].at) == minute(at), kind
    for kind in ("quoted", "invoiced", "paid", "released"):
        assert british_time(noted[kind].at) in told, kind
    assert noted["letter"].document_id == request.document_id
    desk.get_by_role("link", name=f"Invoice {invoice.number}").click()
    expect(desk.locator(".mo-sum")).to_contain_text("£30.00")
    expect(desk.locator(".mo-sum")).to_contain_text("Settled")
    for button in ("Receipt", "Make the PDF"):
        desk.goto(f"{place.address}/money/invoices/{invoice.id}")
        desk.get_by_role("button", name=button).click()
        desk.wait_for_url("**/documents/*")
        assert "£30.00" in printed(place, desk.url.rsplit("/", 1)[1])


def printed(place: Place, document_id: str) -> str:
    """Return what a document's own sheet says."""
    (sheet,) = place.rows(
        DocumentFile, DocumentFile.document_id == document_id, DocumentFile.kind == LETTER
    )
    return "".join(page.get_textpage().get_text_bounded() for page in PdfDocument(sheet.pdf))


def minute(at: datetime) -> datetime:
    """Return the minute of a moment."""
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def test_a_request_goes_the_whole_way_and_its_figures_agree(
    place: Place, phone: Page, window: Callable[..., Page], accessible: Look
) -> None:
    desk_at, boss_at = f"{place.address}/board", f"{place.address}/settings/money"
    reference = ask(phone, place, accessible)
    desk = window(desk_at, COLLEAGUE)
    decide(desk, reference, accessible)
    quote(desk, phone, place, accessible)
    agree(desk, phone, place, accessible)
    say_who_we_are(window(boss_at, MANAGER))
    pay(desk, accessible)
    gp = window(f"{place.address}/", CLINICIAN)
    write(gp, reference, accessible)
    show(gp, phone, place, 4, accessible)
    ask_for_correction(phone, accessible)
    correct(gp, reference, accessible)
    show(gp, phone, place, 5, accessible)
    say_yes(phone)
    sign(gp, reference)
    hand_over(desk, phone, place, reference, accessible)
    require_agreement_of_figures(desk, place)
    assert len(place.mailbox.taken) == 6
