"""From the set-up on the practice's tablet to the register's no after a withdrawal on a phone."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from lettergen import accounts, models
from lettergen.consents import asking
from tests.browser.conftest import CLINICIAN, PASSWORD
from tests.consent_asking.cases import ADULT

pytestmark = pytest.mark.browser

TABLET = {"viewport": {"width": 768, "height": 1024}, "has_touch": True}
PHONE = {"viewport": {"width": 320, "height": 568}, "has_touch": True, "is_mobile": True}
PIN = "2580"
CHILD, MOTHER = "Robin Youngerby", "Morgan Youngerby"
NUMBER = "IMG-2041-A"
TEXTS = {
    "patient.nhs_number": "999 000 1022",
    "patient.full_name": CHILD,
    "patient.date_of_birth-day": "20",
    "patient.date_of_birth-month": "6",
    "patient.date_of_birth-year": "2018",
    "photo.reason": "The eczema is not settling, and the skin team can advise us.",
    "photo.body_site": "elbow creases",
    "decision_maker.name": MOTHER,
    "purposes.share_care.recipient": "Skin team, Exampleton Hospital",
    "purposes.teach_closed.audience": "Students placed at the practice",
}
CHOICES = {
    "identity_check.method": "known_to_clinician",
    "photo.side": "both",
    "photo.face_shown": "no",
    "photo.identifiable_by": "none",
    "photo.intimate": "no",
    "photo.evidence_of_harm": "no",
    "decision_maker.route": "parent",
    "decision_maker.pr_basis": "mother",
    "decision_maker.pr_checked_how": "stated_and_matches_record",
    "decision_maker.child_told_in_own_words": "yes",
    "decision_maker.child_view": "agrees",
    "decision_maker.other_parent_disagrees": "no",
}
ASKED = ("record", "share_care", "teach_closed")
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    """The mother's phone, which knows nobody."""
    context = chromium.new_context(**PHONE)
    context.set_default_timeout(8000)
    yield context
    context.close()


def looked_at(page: Page, accessible: Callable[[Page], None]) -> None:
    """Let axe look at a page, and see that it fits the screen, and a patient's finger."""
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    small = page.evaluate(
        """() => [...document.querySelectorAll(".pt-page :is(.nhsuk-button, a.ch-link, .ch-foot a,"
            + " .ch-tile, main input[type=text], canvas)")]
          .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 44)
          .map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert small == [], page.url


def pressed(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.click(selector)


def set_pin(gp: Page) -> None:
    gp.fill("#pin_password", PASSWORD)
    gp.fill("form[action='/account/pin'] #pin, input[name=pin]", PIN)
    pressed(gp, "button:has-text('Set the PIN')")
    assert "Your PIN is set" in gp.inner_text("main")


def set_up(gp: Page) -> str:
    """Fill in the clinician's page; return its address."""
    pressed(gp, "form[action$='/consents/new'] button")
    address = gp.url
    for name in ASKED:
        gp.check(f"[name=ask][value={name}]")
    for name, value in CHOICES.items():
        gp.check(f"[name='{name}'][value='{value}']")
    for name, value in TEXTS.items():
        gp.fill(f"[name='{name}']", value)
    gp.select_option("[name='purposes.share_care.channel']", "nhsmail_to_nhsmail")
    gp.check("[name='purposes.teach_closed.anonymise'][value=crop]")
    return address


def say_birth_date(page: Page) -> None:
    for part, number in {"day": "20", "month": "6", "year": "2018"}.items():
        page.fill(f"#born-{part}", number)
    pressed(page, "main button:has-text('Continue')")


def answer_all(patient: Page, accessible: Callable[[Page], None], refused: str) -> None:
    """Go through the questions, each of them looked at, with one no."""
    while not patient.url.endswith("/summary"):
        looked_at(patient, accessible)
        path = patient.url.rpartition("/choose")[2].partition("?")[0]
        if path.startswith("/use"):
            assert patient.locator("[name=decision]:checked").count() == 0
            patient.check(f"[name=decision][value={'no' if path.endswith(refused) else 'yes'}]")
        elif path == "/child":
            patient.check("[name=view][value=agrees]")
        elif path == "/more/told":
            for box in patient.locator("main input[type=checkbox]").all():
                box.check()
        pressed(patient, ".ch-go")


def draw_and_sign(patient: Page, accessible: Callable[[Page], None], name: str) -> dict[str, str]:
    """Draw a name and sign; return what the browser sent."""
    pressed(patient, "a:has-text('I draw my name')")
    patient.fill("#name", name)
    looked_at(patient, accessible)
    patient.locator("canvas").scroll_into_view_if_needed()
    box = patient.locator("canvas").bounding_box()
    assert box
    patient.mouse.move(box["x"] + 60, box["y"] + 120)
    patient.mouse.down()
    for step in range(40):
        height = box["y"] + 100 + (step % 5) * 14
        patient.mouse.move(box["x"] + 60 + step * 9, height)
    patient.mouse.up()
    with patient.expect_request(lambda one: one.method == "POST") as sent:
        pressed(patient, "button:has-text('Sign')")
    return dict(sent.value.post_data_json or {})


def out_of_reach(patient: Page, gp_page: str, accessible: Callable[[Page], None]) -> None:
    """See that no page of staff can be had on the locked tablet, by address or by going back."""
    patient.go_back()
    assert "Youngerby" not in patient.content()
    assert "with a patient" in patient.inner_text("h1")
    looked_at(patient, accessible)
    for address in (gp_page, gp_page.partition("/consents")[0] + "/letters"):
        patient.goto(address)
        assert "with a patient" in patient.inner_text("h1")
    pressed(patient, "a:has-text('Back to the questions')")


def declare(gp: Page) -> None:
    pressed(gp, "button:has-text('Add a photo')")
    gp.fill("[name=image-0-image_id]", NUMBER)
    gp.select_option("[name=image-0-role]", index=1)
    gp.fill("[name=image-0-record_ref]", "DOC-2041-A")
    earlier = datetime.now(UTC).astimezone(LONDON) - timedelta(hours=1)
    gp.fill("[name=image-0-taken_at]", f"{earlier:%Y-%m-%dT%H:%M}")
    gp.select_option("[name=image-0-taken_before_consent_reason]", index=1)
    gp.check("[name='information_given.patient_explained_back'][value=yes]")
    gp.check("[name='information_given.copy_given'][value=paper]")
    gp.fill(
        "[name='clinician.discussion_note']",
        "Mother and child saw where the camera points. Robin chose to look away.",
    )
    gp.check("[name='clinician.declaration_voluntary']")
    pressed(gp, "button:has-text('Declare and file')")


def texts_of(gp: Page, folder: Path) -> dict[str, str]:
    """Download each PDF of the document that the page shows; return what each says, by name."""
    found = {}
    for button in gp.locator("main :is(a, button):has-text('Download')").all():
        with gp.expect_download() as waiting:
            button.click()
        path = folder / waiting.value.suggested_filename
        waiting.value.save_as(path)
        pdf = pypdfium2.PdfDocument(path)
        found[path.name] = "\n".join(one.get_textpage().get_text_range() for one in pdf)
        pdf.close()
    return found


def ask(gp: Page, origin: str, purpose: str) -> str:
    """Ask the register about today; return its word."""
    gp.goto(f"{origin}/register")
    gp.fill("#image, [name=image] >> nth=0", NUMBER)
    gp.select_option("[name=purpose]", purpose)
    pressed(gp, "button:has-text('Ask') >> nth=0")
    return re.findall(r"\b(YES|NO|CHECK)\b", gp.inner_text("main"))[0]


def answer_on_tablet(patient: Page, accessible: Callable[[Page], None]) -> None:
    """Answer as mother and child do, with a no to one use, and sign both."""
    looked_at(patient, accessible)
    pressed(patient, "button:has-text('Start')")
    looked_at(patient, accessible)
    say_birth_date(patient)
    looked_at(patient, accessible)
    assert CHILD in patient.inner_text(".ch-name")
    pressed(patient, "a:has-text('Yes, that is right')")
    answer_all(patient, accessible, refused="share_care")
    looked_at(patient, accessible)
    assert re.findall(r"\b(Yes|No)\b", patient.inner_text(".ch-answers >> nth=0")) == ["Yes", "No"]
    pressed(patient, "a:has-text('Go on to sign')")
    looked_at(patient, accessible)
    draw_and_sign(patient, accessible, CHILD)
    assert f"{CHILD} has signed" in patient.inner_text("main")
    sent = draw_and_sign(patient, accessible, MOTHER)
    assert set(sent) == {"csrf_token", "shown", "device_at", "name", "mark", "strokes"}
    assert not re.search("time|pressure|velocity", sent["strokes"])
    looked_at(patient, accessible)
    assert patient.inner_text("h1") == "Thank you"


def give_back(gp: Page) -> None:
    pressed(gp, "main a:has-text('Give this back')")
    gp.fill("#pin", PIN)
    pressed(gp, "button:has-text('Take the tablet back')")


def change_mind(mother: Page, code: str, accessible: Callable[[Page], None]) -> None:
    """Stop the teaching by the code that the patient's copy bears."""
    mother.fill("#code", code.lower().replace("-", " "))
    pressed(mother, "button:has-text('Continue')")
    looked_at(mother, accessible)
    say_birth_date(mother)
    looked_at(mother, accessible)
    mother.check("[name=who][value=parent]")
    mother.get_by_label("Can we use the photo to teach NHS staff and students?").check()
    pressed(mother, "button:has-text('Stop what I ticked')")
    looked_at(mother, accessible)
    pressed(mother, "button:has-text('Yes, stop it now')")
    looked_at(mother, accessible)
    assert "We will take the photo out of our teaching." in mother.inner_text("main")
    assert "People have already seen it." in mother.inner_text("main")


def test_a_child_and_her_mother_answer_on_the_tablet_and_change_their_mind_on_a_phone(
    running: Any,
    window: Callable[..., Page],
    phone: BrowserContext,
    accessible: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    gp, mother = window(f"{running.address}/account", **TABLET), phone.new_page()
    looked_at(gp, accessible)
    set_pin(gp)
    gp.goto(f"{running.address}/consents")
    consent = set_up(gp)
    looked_at(gp, accessible)

    pressed(gp, "button:has-text('On this tablet')")
    gp.wait_for_url("**/choose")
    out_of_reach(gp, consent, accessible)
    answer_on_tablet(gp, accessible)
    give_back(gp)
    assert gp.url == consent
    declare(gp)
    looked_at(gp, accessible)
    texts = texts_of(gp, tmp_path)
    assert len(texts) == 3
    code = re.search(r"\b([0-9A-Z]{4}(?:-[0-9A-Z]{4}){4})\b", "\n".join(texts.values()))
    assert code, texts
    assert ask(gp, running.address, "teach_closed") == "YES"
    looked_at(gp, accessible)
    assert ask(gp, running.address, "share_care") == "NO"
    looked_at(gp, accessible)

    mother.goto(f"{running.address}/l")
    change_mind(mother, code[1], accessible)

    assert ask(gp, running.address, "teach_closed") == "NO"
    assert ask(gp, running.address, "record") == "YES"
    gp.goto(f"{running.address}/register/due")
    due = gp.locator("main").text_content() or ""
    assert "Stop this use" in due
    assert "Write to the patient" in due
    looked_at(gp, accessible)


@pytest.fixture
def by_link(running: Any) -> str:
    """The address of a link to a consent, as an adult patient gets it."""
    parts = running.app.extensions["lettergen"]
    with parts.sessions() as session, models.changing(session):
        staff = accounts.staff_by_email(session, CLINICIAN.email)
        assert staff is not None
        who, at = accounts.actor_of(staff), parts.clock()
        rules = parts.consents.terms(session, who)
        one = asking.start(session, rules.catalogue, who, at=at, answers=ADULT)
        session.flush()
        made = asking.invite(session, parts.office, rules, who, one.id, at=at)
        return f"{running.address}/l/{made.token}"


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something is reached, as whoever has no pointer does."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached at {page.url}")


def enter(page: Page, selector: str) -> None:
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("has_script", [True, False])
def test_a_patient_answers_and_signs_by_keyboard_alone_also_without_scripts(
    chromium: Browser, by_link: str, accessible: Callable[[Page], None], *, has_script: bool
) -> None:
    context = chromium.new_context(java_script_enabled=has_script, viewport=PHONE["viewport"])
    patient = context.new_page()
    patient.set_default_timeout(8000)
    patient.goto(by_link)
    for part, number in {"day": "2", "month": "4", "year": "1958"}.items():
        tab_to(patient, f"#born-{part}")
        patient.keyboard.type(number)
    enter(patient, "main button")
    enter(patient, "button.ch-go")
    enter(patient, "a[href$='/why']")
    enter(patient, "a.ch-go")
    while not patient.url.endswith("/summary"):
        if "/use/" in patient.url:
            tab_to(patient, "[name=decision]")
            patient.keyboard.press("Space")
        for _ in range(patient.locator("main input[type=checkbox]").count()):
            tab_to(patient, "main input[type=checkbox]")
            patient.keyboard.press("Space")
        enter(patient, "button.ch-go")
    enter(patient, "a.ch-go")
    enter(patient, "a[href*='/sign/patient/type']")
    tab_to(patient, "#name")
    patient.keyboard.type("Tessa Oldersby")
    tab_to(patient, "#agreed")
    patient.keyboard.press("Space")
    enter(patient, "button.ch-go")

    assert patient.inner_text("h1") == "Thank you"
    if has_script:
        accessible(patient)
    context.close()
