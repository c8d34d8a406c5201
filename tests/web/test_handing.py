"""The page of a letter hands it over, by email, screen or paper, and shows what happened."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import delete, select

from lettergen import delivery, documents, links, models
from lettergen.app import create_app
from lettergen.links import LinkEnded, WrongBirthDate, tokens
from lettergen.models import DocumentFile, Link, Message

WHO = "rowan.testerby@example.com"


@pytest.fixture
def settings(settings: Any) -> Any:
    """An installation whose email is set up; nothing is sent, for no postman is on duty."""
    return settings.model_copy(
        update={"smtp_host": "mail.example.com", "smtp_from": "letters@example.com"}
    )


@pytest.fixture
def letter(begun: Any, issue: Any) -> str:
    return str(issue(begun()))


@pytest.fixture
def rows(app: Any) -> Any:
    """Return a function: table → its rows, the oldest first."""

    def read(table: Any) -> list[Any]:
        with app.extensions["lettergen"].sessions() as session:
            return list(session.scalars(select(table).order_by(table.made_at, table.id)))

    return read


def soup_of(reply: Any) -> BeautifulSoup:
    return BeautifulSoup(reply.text, "html5lib")


def key_of(browser: Any, letter: str) -> str:
    return str(browser.page(f"/documents/{letter}").select_one("#hand-over [name=key]")["value"])


def send(browser: Any, letter: str, **fields: Any) -> Any:
    asked = {"way": "email", "email": WHO, "days": "14", "key": key_of(browser, letter)}
    return browser.send(f"/documents/{letter}/link", **{**asked, **fields})


def happened(browser: Any, letter: str) -> str:
    return " ".join(browser.page(f"/documents/{letter}").select_one("#happened").text.split())


def test_an_e_mailed_link_is_said_to_be_on_its_way_and_to_whom(
    receptionist: Any, letter: str, rows: Any
) -> None:
    reply = send(receptionist, letter)

    page = receptionist.page(reply.location)
    [message], [link] = rows(Message), rows(Link)
    assert reply.status_code == 303
    assert "on its way to r•••@example.com" in page.text
    assert WHO not in page.text, "the address is masked"
    assert message.recipient == WHO
    assert message.link_id == link.id
    story = happened(receptionist, letter)
    assert "Link open, 14 days left. Until 4 December 2026, 10:30. Not opened yet." in story
    assert "The email to r•••@example.com waits to be sent." in story
    assert "Link made, for 14 days, by Robin Reception." in story
    assert "Link put into an email to r•••@example.com, by Robin Reception." in story


def test_a_link_on_the_screen_is_shown_as_text_and_qr_and_only_once(
    receptionist: Any, letter: str, rows: Any
) -> None:
    reply = send(receptionist, letter, way="show", email="")

    shown = reply.get_data(as_text=True)
    [link] = rows(Link)
    code = receptionist.get(f"/documents/{letter}").text
    token = shown.split('class="ho-slip__code">')[1].split("<")[0]
    assert reply.status_code == 200
    assert reply.headers["Cache-Control"] == "no-store"
    assert tokens.hashed(token) == link.token_hash
    assert f"http://127.0.0.1:8000/l/{token}" in shown
    assert 'aria-label="QR code' in shown
    assert "4 December 2026, 10:30" in shown
    assert token not in code
    assert rows(Message) == []


def test_the_slip_of_a_letter_without_large_print_promises_none(
    receptionist: Any, letter: str, app: Any
) -> None:
    with app.extensions["lettergen"].sessions.begin() as session:
        session.execute(delete(DocumentFile).where(DocumentFile.kind == "large"))

    slip = soup_of(send(receptionist, letter, way="show", days="14"))

    assert "Read your letter" in slip.text
    assert "large print" not in slip.main.text


def test_a_form_that_is_sent_twice_shows_the_same_link_and_makes_no_other(
    receptionist: Any, letter: str, rows: Any
) -> None:
    key = key_of(receptionist, letter)

    first = send(receptionist, letter, way="show", key=key)
    reloaded = send(receptionist, letter, way="show", key=key)

    code = first.text.split('class="ho-slip__code">')[1].split("<")[0]
    assert code in reloaded.text
    assert len(rows(Link)) == 1


def test_a_form_sent_again_after_its_link_has_ended_shows_no_dead_link(
    receptionist: Any, letter: str, rows: Any
) -> None:
    key = key_of(receptionist, letter)
    shown = send(receptionist, letter, way="show", key=key).text
    code = shown.split('class="ho-slip__code">')[1].split("<")[0]
    [link] = rows(Link)
    receptionist.send(f"/documents/{letter}/links/{link.id}/revoke")

    reloaded = send(receptionist, letter, way="show", key=key)

    page = receptionist.page(reloaded.location)
    assert "The link that this form made has ended. Make a new one." in page.text
    assert code not in str(page)
    assert len(rows(Link)) == 1


def test_a_double_click_sends_one_e_mail_but_another_address_sends_another(
    receptionist: Any, letter: str, rows: Any
) -> None:
    key = key_of(receptionist, letter)

    for _ in range(2):
        send(receptionist, letter, key=key)
    send(receptionist, letter, key=key, email="carer@example.com")

    assert sorted(one.recipient for one in rows(Message)) == ["carer@example.com", WHO]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"email": ""}, "Enter the patient’s email address"),
        ({"email": "rowan@"}, "usual form"),
        ({"email": "a@example.com,b@example.com"}, "usual form"),
        ({"days": "0"}, "from 1 to 90 days"),
        ({"days": "91"}, "from 1 to 90 days"),
        ({"days": "a week"}, "from 1 to 90 days"),
        ({"days": "²"}, "from 1 to 90 days"),
        ({"days": "9" * 5000}, "from 1 to 90 days"),
    ],
)
def test_bad_input_makes_nothing_and_is_said_at_its_field(
    receptionist: Any, letter: str, rows: Any, fields: dict[str, str], said: str
) -> None:
    reply = send(receptionist, letter, **fields)

    assert reply.status_code == 422
    assert said in reply.text
    assert f'href="#{next(iter(fields))}"' in reply.text
    assert "<title>Error: " in reply.text
    assert rows(Link) == []
    assert rows(Message) == []


def test_what_was_typed_is_kept_when_it_is_refused(receptionist: Any, letter: str) -> None:
    reply = send(receptionist, letter, email="rowan@", days="99")

    assert len(soup_of(reply).select(".nhsuk-error-summary a")) == 2, "both faults at once"
    assert 'value="rowan@"' in reply.text
    assert 'value="99"' in reply.text


def test_without_a_mail_server_links_can_be_shown_and_the_page_says_so(
    settings: Any, renderer: Any, clock: Any, people: Any, client: Any, letter: str
) -> None:
    app = create_app(settings.model_copy(update={"smtp_host": ""}), renderer=renderer, clock=clock)
    app.test_client_class = type(client)
    browser = app.test_client()
    browser.sign_in("reception@example.com", people.password)

    page = browser.page(f"/documents/{letter}").select_one("#hand-over")
    forced = send(browser, letter)
    refused = browser.page(forced.location)
    shown = send(browser, letter, way="show")

    app.extensions["lettergen"].sessions.kw["bind"].dispose()
    assert "Email is not set up here" in page.text
    assert page.select_one("[name=email]") is None
    assert "LETTERGEN_SMTP_HOST" in refused.text
    assert "ho-slip__code" in shown.text


def test_a_renewed_link_goes_to_the_same_address_and_the_old_one_ends(
    clinician: Any, receptionist: Any, letter: str, rows: Any
) -> None:
    send(receptionist, letter)
    [old] = rows(Link)

    reply = clinician.send(
        f"/documents/{letter}/links/{old.id}/renew", way="email", key=key_of(clinician, letter)
    )

    assert "on its way to r•••@example.com" in clinician.page(reply.location).text
    assert {one.state: one.recipient for one in rows(Message)} == {
        "waiting": WHO,
        "cancelled": None,
    }
    assert "Link ended, because a new one was made in its place" in happened(clinician, letter)


def test_a_link_that_was_turned_off_is_gone_from_the_open_ones_and_not_renewed(
    manager: Any, receptionist: Any, letter: str, rows: Any
) -> None:
    send(receptionist, letter, way="show")
    [link] = rows(Link)

    manager.send(f"/documents/{letter}/links/{link.id}/revoke")
    reply = receptionist.send(f"/documents/{letter}/links/{link.id}/renew", way="show")

    assert "Link turned off, by Mo Manager." in happened(manager, letter)
    assert "Link open" not in happened(manager, letter)
    assert "was turned off" in receptionist.page(reply.location).text
    assert len(rows(Link)) == 1


def test_a_link_of_another_letter_or_practice_is_not_there(
    receptionist: Any, stranger: Any, letter: str, begun: Any, issue: Any, rows: Any
) -> None:
    send(receptionist, letter, way="show")
    [link] = rows(Link)
    other = issue(begun())

    for browser, document in ((receptionist, other), (stranger, letter)):
        for deed in ("renew", "revoke", "seen"):
            reply = browser.send(f"/documents/{document}/links/{link.id}/{deed}", way="show")
            assert reply.status_code == 404, (deed, document)
    assert receptionist.send(f"/documents/{letter}/links/1/revoke").status_code == 404
    assert rows(Link)[0].revoked_at is None


def test_a_void_letter_is_not_handed_over_and_its_links_and_e_mails_end(
    clinician: Any, receptionist: Any, letter: str, rows: Any
) -> None:
    send(receptionist, letter)
    key = key_of(receptionist, letter)
    [link] = rows(Link)

    clinician.send(f"/documents/{letter}/void", reason="Written about the wrong patient.")

    page = receptionist.page(f"/documents/{letter}")
    for address in ("link", f"links/{link.id}/renew", "take/letter"):
        reply = receptionist.send(f"/documents/{letter}/{address}", way="show", days="3", key=key)
        assert "is void" in receptionist.page(reply.location).text, address
    assert page.select_one("#hand-over") is None
    assert rows(Link)[0].revoked_at is not None
    assert rows(Message)[0].state == "cancelled"
    assert "Link turned off" in happened(receptionist, letter)


def test_the_new_version_offers_a_link_to_whoever_held_one_to_the_old(
    clinician: Any, receptionist: Any, letter: str, issue: Any, rows: Any
) -> None:
    send(receptionist, letter)
    new = issue(clinician.send(f"/documents/{letter}/supersede").location.rpartition("/")[2])

    offer = receptionist.page(f"/documents/{new}").select_one("#hand-over .app-warning")
    reply = receptionist.send(offer.form["action"], key=offer.select_one("[name=key]")["value"])
    told = receptionist.page(reply.location)
    again = receptionist.send(offer.form["action"], key=offer.select_one("[name=key]")["value"])

    assert "Send a new link to r•••@example.com" in offer.text
    assert "on its way to r•••@example.com" in told.text
    assert "has a link already" in receptionist.page(again.location).text
    assert [one.recipient for one in rows(Message)] == [WHO, WHO]
    assert {one.subject_id for one in rows(Message)} == {letter, new}
    assert "Its links do not open any more" in happened(receptionist, letter)
    assert receptionist.page(f"/documents/{new}").select_one("#hand-over .app-warning") is None


@pytest.mark.parametrize(
    ("way", "said"), [("print", "opened to print"), ("download", "downloaded")]
)
def test_printing_and_downloading_leave_a_fact_and_give_the_file(
    receptionist: Any, letter: str, way: str, said: str
) -> None:
    reply = receptionist.send(f"/documents/{letter}/take/large", way=way)
    file = receptionist.get(reply.location)

    assert reply.status_code == 303
    assert file.data.startswith(b"%PDF-")
    assert file.headers["Content-Disposition"].startswith(
        "attachment" if way == "download" else "inline"
    )
    assert f"Large print for the patient: {said}, by Robin Reception." in happened(
        receptionist, letter
    )
    assert receptionist.send(f"/documents/{letter}/take/diary", way=way).status_code == 404


def test_a_recorded_need_for_large_print_puts_that_first(
    app: Any, receptionist: Any, letter: str, people: Any
) -> None:
    change(app, people, letter, formats={"large_print": "Large print"})

    section = receptionist.page(f"/documents/{letter}").select_one("#hand-over")

    files = [one.text for one in section.select(".ho-file p")]
    assert section.select_one(".ho-need").text == (
        "Recorded need: large print. The large-print PDF comes first."
    )
    assert files[0].startswith("Large print for the patient, ")


def test_the_patients_own_address_is_proposed_unless_writing_there_is_unsafe(
    app: Any, receptionist: Any, letter: str, people: Any
) -> None:
    change(app, people, letter, email=WHO)
    safe = receptionist.page(f"/documents/{letter}").select_one("#email")
    change(app, people, letter, email=WHO, is_safe_to_write=False)
    unsafe = receptionist.page(f"/documents/{letter}")

    assert safe["value"] == WHO
    assert not unsafe.select_one("#email").get("value")
    assert "not safe to write" in unsafe.select_one("#email-hint").text


def test_a_letter_without_a_date_of_birth_is_printed_or_downloaded_only(
    app: Any, receptionist: Any, letter: str, people: Any
) -> None:
    change(app, people, letter, date_of_birth=None)

    page = receptionist.page(f"/documents/{letter}")
    reply = receptionist.send(f"/documents/{letter}/link", way="show", days="3")

    assert "holds no date of birth" in page.select_one("#hand-over").text
    assert page.select_one("#email") is None
    assert "holds no date of birth" in receptionist.page(reply.location).text


def test_a_manager_sees_what_happened_but_hands_nothing_over(
    manager: Any, receptionist: Any, letter: str
) -> None:
    send(receptionist, letter)

    page = manager.page(f"/documents/{letter}")

    assert "Link open" in page.select_one("#happened").text
    assert page.select_one("form[action$='/link']") is None
    assert page.select_one("form[action$='/renew']") is None
    assert page.select_one("form[action$='/revoke']") is not None


def test_a_locked_link_is_told_on_the_home_page_until_somebody_has_looked(
    app: Any, receptionist: Any, clinician: Any, stranger: Any, letter: str, rows: Any, people: Any
) -> None:
    send(receptionist, letter, way="show")
    [link] = rows(Link)
    lock(app, people, link)

    notice = clinician.page("/").select_one("[aria-labelledby=notices]")
    story = happened(clinician, letter)
    clinician.send(f"/documents/{letter}/links/{link.id}/seen")

    assert "A link was locked after five wrong dates of birth: LG-" in notice.text
    assert notice.a["href"] == f"/documents/{letter}#happened"
    assert "Link locked after five wrong dates of birth" in story
    assert stranger.page("/").select_one("[aria-labelledby=notices]") is None
    assert receptionist.page("/").select_one("[aria-labelledby=notices]") is None
    assert "Link locked" in happened(clinician, letter), "it stays locked"


@pytest.mark.parametrize("state", ["failed", "uncertain"])
def test_an_e_mail_in_trouble_is_told_with_its_reason_until_it_is_dealt_with(
    app: Any, receptionist: Any, manager: Any, letter: str, state: str
) -> None:
    send(receptionist, letter)
    with app.extensions["lettergen"].sessions.begin() as session:
        message = session.scalars(select(Message)).one()
        message.state, message.trouble = state, "The server said: no such mailbox."

    told, managers = receptionist.page("/"), manager.page("/")
    page = receptionist.page(f"/documents/{letter}").select_one("#happened")

    assert "may not have arrived: LG-" in told.select_one("[aria-labelledby=notices]").text
    assert "1 email could not be sent" in managers.text
    assert managers.select_one("[aria-labelledby=notices] a")["href"] == "/post"
    assert "The server said: no such mailbox." in page.text
    assert "Send again to r•••@example.com" in page.text


def test_a_link_that_was_opened_and_one_that_ended_say_so(
    app: Any, receptionist: Any, letter: str, rows: Any, people: Any, clock: Any
) -> None:
    send(receptionist, letter, way="show", days="1")
    answer(app, people, rows(Link)[0], is_right=True)
    opened = happened(receptionist, letter)
    clock.now += timedelta(days=1)
    ended = happened(receptionist, letter)

    assert "First opened 20 November 2026, 10:30." in opened
    assert "Link opened with the right date of birth." in opened
    assert "It does not say that the letter was read." in opened
    assert "Link ended 21 November 2026, 10:30." in ended
    assert "Show a new link" in ended


def change(app: Any, people: Any, letter: str, **patient: Any) -> None:
    with app.extensions["lettergen"].sessions.begin() as session:
        content = documents.get(session, people.clinician, letter).content
        content.patient = {**content.patient, **patient}


def answer(app: Any, people: Any, link: Link, *, is_right: bool) -> None:
    parts = app.extensions["lettergen"]
    with parts.sessions() as session, models.changing(session):
        found = links.get(session, people.clinician, link.id)
        born = date.fromisoformat(found.birth_date or "")
        day = born if is_right else born + timedelta(days=1)
        with suppress(WrongBirthDate, LinkEnded):
            delivery.answer(session, parts.office, found, day, at=parts.clock(), may_write=False)


def lock(app: Any, people: Any, link: Link) -> None:
    for _ in range(5):
        answer(app, people, link, is_right=False)
