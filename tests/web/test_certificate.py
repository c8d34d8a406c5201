"""The certificate that seals letters, as the practice's manager sees and changes it."""

import logging
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import select

from lettergen import sealing
from lettergen.models import Certificate, Document
from lettergen.sealing import examine

ADDRESS = "/practice/certificate"
PASSWORD = "sesame"


def bring(browser: Any, content: bytes, password: str = PASSWORD) -> Any:
    """Send the form as a browser does: the file beside the fields."""
    return browser.send(ADDRESS, file=(BytesIO(content), "seal.p12"), password=password)


def words(browser: Any, address: str = ADDRESS) -> str:
    return " ".join(browser.page(address).main.text.split())


def grouped(fingerprint: str) -> str:
    return " ".join(fingerprint[at : at + 4] for at in range(0, 64, 4)).upper()


@pytest.fixture
def found(app: Any, people: Any) -> Any:
    """Return a function: the certificate that seals the manager's practice's letters now."""

    def find() -> Certificate | None:
        with app.extensions["lettergen"].sessions() as session:
            return sealing.known(session, people.manager.practice_id)

    return find


def test_before_the_first_letter_the_page_says_that_one_will_be_made(manager: Any) -> None:
    assert "There is no certificate yet" in words(manager)
    assert "a certificate that lettergen makes" in words(manager, "/practice")


def test_the_manager_sees_name_fingerprint_and_end(
    manager: Any, certificate_id: str, found: Any
) -> None:
    told = words(manager)

    assert "Example Surgery" in told
    assert "Made by lettergen" in told
    assert grouped(found().fingerprint) in told
    assert "Valid until 15 November 2046" in told
    assert "until 15 November 2046" in words(manager, "/practice")


def test_the_public_certificate_can_be_downloaded_without_its_key(
    manager: Any, certificate_id: str, found: Any
) -> None:
    reply = manager.get(f"{ADDRESS}/{certificate_id}.pem")

    [read] = x509.load_pem_x509_certificates(reply.data)
    assert read.fingerprint(SHA256()).hex() == found().fingerprint
    assert reply.headers["Content-Disposition"].startswith("attachment; filename=")
    assert b"PRIVATE" not in reply.data


def test_the_practices_own_certificate_seals_from_now_on(
    manager: Any, found: Any, pkcs12: Any, begun: Any, issue: Any, app: Any
) -> None:
    reply = bring(manager, pkcs12())
    document_id = issue(begun())

    told = words(manager)
    assert reply.status_code == 302
    assert "Brought by the practice" in told
    assert "Example Meadow Surgery" in told
    assert examine(pdf_of(app, document_id)).fingerprint == found().fingerprint


def test_the_certificate_before_stays_on_record_to_download(
    manager: Any, certificate_id: str, found: Any, pkcs12: Any
) -> None:
    before = found()
    bring(manager, pkcs12())

    told = words(manager)
    assert "Used before" in told
    assert grouped(before.fingerprint) in told
    assert manager.get(f"{ADDRESS}/{certificate_id}.pem").status_code == 200


def test_the_manager_goes_back_to_lettergens_own(manager: Any, found: Any, pkcs12: Any) -> None:
    bring(manager, pkcs12())
    assert "Go back to lettergen’s own" in words(manager)

    reply = manager.send(f"{ADDRESS}/own")

    assert reply.status_code == 302
    assert found().is_own
    assert "Go back to lettergen’s own" not in words(manager)


@pytest.mark.parametrize(
    ("how", "password", "says"),
    [
        ({}, "not this one", "The password does not open this file"),
        ({}, "", "The password does not open this file"),
        ({"has_key": False}, PASSWORD, "holds no private key"),
        ({"password": ""}, PASSWORD, "The password does not open this file"),
    ],
)
def test_a_file_that_cannot_seal_is_refused_in_one_place_and_the_password_forgotten(
    manager: Any, found: Any, pkcs12: Any, caplog: Any, how: Any, password: str, says: str
) -> None:
    caplog.set_level(logging.DEBUG)

    reply = bring(manager, pkcs12(**how), password)

    assert reply.status_code == 422
    assert "Nothing was changed" in reply.text
    assert says in reply.text
    assert found() is None
    if password:
        assert password not in reply.text
        assert password not in caplog.text


@pytest.mark.parametrize(
    ("days", "says"), [(-1, "This certificate ended on 19 November 2026"), (2, "not valid before")]
)
def test_a_certificate_out_of_its_time_is_refused(
    manager: Any, found: Any, pkcs12: Any, now: Any, days: int, says: str
) -> None:
    begins = now + timedelta(days=days, hours=-1) if days > 0 else now - timedelta(days=30)
    ends = now + timedelta(days=days) if days < 0 else now + timedelta(days=30)

    reply = bring(manager, pkcs12(begins=begins, ends=ends))

    assert says in reply.text
    assert found() is None


def test_no_file_at_all_is_said_at_its_field(manager: Any) -> None:
    reply = manager.send(ADDRESS, password=PASSWORD)

    assert reply.status_code == 422
    assert "Choose the certificate file" in reply.text
    assert PASSWORD not in reply.text


def test_a_file_that_is_too_big_is_refused(manager: Any, found: Any) -> None:
    assert "too large to be a certificate" in bring(manager, bytes(150_000)).text
    assert found() is None


def test_the_practice_page_warns_a_month_before_the_end(
    manager: Any, pkcs12: Any, now: Any, clock: Any
) -> None:
    bring(manager, pkcs12(ends=now + timedelta(hours=100)))
    told = words(manager, "/practice")

    assert "It ends on 24 November 2026; after that no letter can be issued" in told
    assert "It ends soon" in words(manager)

    manager.send(f"{ADDRESS}/own")
    assert "after that no letter can be issued" not in words(manager, "/practice")


def test_an_ended_certificate_stops_issue_and_says_what_to_do(
    manager: Any, clinician: Any, begun: Any, pkcs12: Any, now: Any, clock: Any, app: Any
) -> None:
    bring(manager, pkcs12(ends=now + timedelta(hours=1)))
    draft_id = begun()
    clinician.send(f"/drafts/{draft_id}/review")
    seal = clinician.page(f"/drafts/{draft_id}/review").select_one("[name=seal]")["value"]
    clock.now = now + timedelta(hours=2)

    reply = clinician.send(f"/drafts/{draft_id}/issue", seal=seal)

    assert reply.status_code == 422
    assert "ended on 20 November 2026" in reply.text
    assert "A manager can bring a new certificate" in reply.text
    assert "It has ended" in words(manager)
    with app.extensions["lettergen"].sessions() as session:
        assert session.scalars(select(Document)).all() == []
    manager.send(f"{ADDRESS}/own")
    assert clinician.send(f"/drafts/{draft_id}/issue", seal=seal).status_code == 302


def test_another_practice_neither_sees_nor_takes_it(
    manager: Any, stranger: Any, certificate_id: str, found: Any, pkcs12: Any
) -> None:
    assert stranger.get(f"{ADDRESS}/{certificate_id}.pem").status_code == 404
    assert "There is no certificate yet" in words(stranger)

    bring(stranger, pkcs12())

    assert found().id == certificate_id
    assert "Example Meadow Surgery" not in words(manager)


@pytest.mark.parametrize("who", ["clinician", "receptionist"])
def test_the_page_is_the_managers_alone(browser_of: Any, certificate_id: str, who: str) -> None:
    browser = browser_of(who)

    assert browser.get(ADDRESS).status_code == 403
    assert browser.get(f"{ADDRESS}/{certificate_id}.pem").status_code == 403
    assert bring(browser, b"").status_code == 403


def test_what_a_certificate_says_is_shown_as_text(manager: Any, pkcs12: Any) -> None:
    bring(manager, pkcs12(name="<script>alert(1)</script>"))

    page = manager.page(ADDRESS)

    assert "<script>alert(1)</script>" in page.main.text
    assert page.main.select("script") == []


def pdf_of(app: Any, document_id: str) -> bytes:
    with app.extensions["lettergen"].sessions() as session:
        document = session.get(Document, document_id)
        return next(one.pdf for one in document.files if one.kind == "letter")
