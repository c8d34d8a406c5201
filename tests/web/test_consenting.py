"""Photo consent in the staff's browser: set up, handed over, followed, declared, filed."""

import io
import shutil
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from lettergen import models
from lettergen.consents import asking
from lettergen.consents.form.standing import Consents
from lettergen.consents.papers.sheets import page_code
from lettergen.places import CHECKOUT
from lettergen.web.consents import form as consent_form
from tests.consent_asking.cases import (
    ADULT,
    BEST_INTERESTS,
    CHILD,
    MARK,
    YES_TO_ALL,
    changed,
)

TESSA = "Tessa Oldersby"
NOTE = "We spoke about why a photo helps, and who will see it."


@pytest.fixture
def started(app, people, clock) -> Callable[..., str]:
    """Return a function: answers → the id of a consent that is being set up."""

    def start(answers: dict[str, Any] = ADULT, **changes: Any) -> str:
        parts = app.extensions["lettergen"]
        with parts.sessions() as session, models.changing(session):
            return asking.start(
                session,
                parts.consents.catalogue,
                people.clinician,
                at=clock(),
                answers=changed(answers, **changes),
            ).id

    return start


@pytest.fixture
def typed(app) -> Callable[..., dict[str, Any]]:
    """Return a function: answers → the fields of the set-up page that holds them."""

    def of(answers: dict[str, Any]) -> dict[str, Any]:
        return consent_form.typed_of(answers, app.extensions["lettergen"].consents.catalogue)

    return of


@pytest.fixture
def signed(app, people, clock, started) -> Callable[..., str]:
    """Return a function: the id of a consent that the patient has answered and signed."""

    def sign(answers: dict[str, Any] = ADULT, **said: Any) -> str:
        draft_id, parts = started(answers), app.extensions["lettergen"]
        with parts.sessions() as session, models.changing(session):
            terms = parts.consents.terms(session, people.clinician)
            one = asking.hand_over(session, terms, people.clinician, draft_id, "tablet", at=clock())
            one.shown = {"confirmed_at": clock().isoformat()}
            asking.answer(session, terms, one, {**YES_TO_ALL, **said}, at=clock())
            by_hand = asking.Signature("patient", TESSA, "drawn_on_practice_device", MARK)
            shown = asking.seen(one, terms, at=clock())[1]
            asking.sign(session, terms, one, by_hand, shown, at=clock())
        clock.now += timedelta(minutes=5)
        return draft_id

    return sign


def shown(page: Any) -> set[str]:
    """Return the questions that a page asks."""
    return {one["data-question"] for one in page.select("[data-question]:not([hidden])")}


def set_up_form(page: Any) -> dict[str, Any]:
    """Return what the set-up form would send as it stands."""
    form: dict[str, Any] = {}
    for one in page.select("#fill input, #fill select, #fill textarea"):
        kind = one.get("type", "")
        if not one.get("name") or (kind in ("radio", "checkbox") and not one.has_attr("checked")):
            continue
        value = one.get_text() if one.name == "textarea" else one.get("value", "")
        if one.name == "select":
            chosen = one.select_one("option[selected]")
            value = chosen["value"] if chosen else ""
        form.setdefault(one["name"], []).append(value.lstrip("\n"))
    return form


def test_a_consent_begins_on_the_home_page_with_nothing_ticked(clinician):
    page = clinician.page("/")
    assert page.select_one("form[action='/consents/new']")

    reply = clinician.send("/consents/new")
    page = clinician.page(reply.location)

    assert page.h1.get_text(strip=True).startswith("Photo consent")
    assert not page.select("[name=ask][checked]")
    assert "Photo consents being asked for" in clinician.page("/").get_text()


def test_the_set_up_saves_what_was_typed_and_shows_it_again(clinician, started, typed):
    draft_id = started({})

    form = set_up_form(clinician.page(f"/consents/{draft_id}"))

    clinician.send(f"/consents/{draft_id}", **{**form, **typed(ADULT), "go": "save"})
    page = clinician.page(f"/consents/{draft_id}")

    assert page.select_one("[name='patient.full_name']")["value"] == TESSA
    assert page.select_one("[name='patient.date_of_birth-year']")["value"] == "1958"
    assert len(page.select("[name=ask][checked]")) == 3
    assert page.select_one("button[value='review:tablet']")


def test_a_check_lists_everything_with_links_to_its_field(clinician, started):
    draft_id = started({})

    reply = clinician.send(f"/consents/{draft_id}", go="review:check", revision=1)
    page = clinician.page(reply.location)

    links = page.select(".nhsuk-error-summary a")
    assert len(links) > 5
    for link in links:
        assert page.find(id=link["href"].removeprefix("#")), link
    said = [link.get_text(strip=True) for link in links]
    assert "Which part of the body? Fill this in." in said
    assert not page.select("button[value='review:tablet']")


def test_only_routes_of_the_patients_age_are_offered(clinician, started):
    page = clinician.page(f"/consents/{started(CHILD)}")

    routes = {one["value"] for one in page.select("[name='decision_maker.route']")}

    assert routes == {"child_competent_self", "parent"}


def test_the_script_is_told_what_an_answer_changes(clinician, started):
    draft_id = started(ADULT)
    form = set_up_form(clinician.page(f"/consents/{draft_id}"))
    form |= {"photo.intimate": ["yes"], "patient.date_of_birth-year": ["2015"]}

    answer = clinician.send(f"/consents/{draft_id}/autosave", **form).get_json()

    assert "Stop: no photo with this form" in answer["notes_html"]
    assert "photo.chaperone.offered" not in answer["shown"]
    assert "child_competent_self" in answer["redrawn"]["decision_maker.route"]
    assert "review:tablet" not in answer["panel_html"]


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        (
            {"patient__date_of_birth": "2015-01-01", "photo__intimate": True},
            "Stop: no photo with this form",
        ),
        ({"photo__evidence_of_harm": True}, "Stop: is this evidence of harm?"),
    ],
)
def test_a_stop_card_takes_the_place_of_the_hand_over_and_of_any_upload(
    clinician, started, changes: dict[str, Any], title: str
):
    page = clinician.page(f"/consents/{started(ADULT, **changes)}")

    assert page.select_one(".consent-stop h2").get_text() == title
    assert not page.select("input[type=file]")
    assert not page.select("button[value='review:tablet']")


def test_a_use_that_is_asked_about_shows_its_questions(clinician, started):
    without = shown(clinician.page(f"/consents/{started(changed(ADULT, purposes={}))}"))

    with_uses = shown(clinician.page(f"/consents/{started(ADULT)}"))

    assert "purposes.share_care.recipient" not in without
    assert {"purposes.share_care.recipient", "purposes.teach_closed.audience"} <= with_uses


def test_two_tabs_keep_both_texts(clinician, receptionist, started):
    draft_id = started(ADULT)
    mine = set_up_form(clinician.page(f"/consents/{draft_id}"))
    theirs = set_up_form(receptionist.page(f"/consents/{draft_id}"))
    mine["photo.reason"] = ["To compare the two arms."]
    theirs["photo.reason"] = ["To follow it up."]
    receptionist.send(f"/consents/{draft_id}", **{**theirs, "go": "save"})

    reply = clinician.send(f"/consents/{draft_id}", **{**mine, "go": "save"})

    assert reply.status_code == 409
    assert "To compare the two arms." in reply.text
    assert "To follow it up." in reply.text


def test_the_set_up_cannot_answer_for_the_patient(app, clinician, started, people):
    draft_id = started(ADULT)
    form = set_up_form(clinician.page(f"/consents/{draft_id}"))

    clinician.send(f"/consents/{draft_id}", **form, **{"purposes.record.decision": "yes"})

    parts = app.extensions["lettergen"]
    with parts.sessions() as session:
        one = asking.draft(session, people.clinician, draft_id)
        assert one.answers["purposes"]["record"]["decision"] == ""


@pytest.mark.parametrize("way", ["link", "paper", "spoken", "tablet"])
def test_the_hand_over_saves_first_and_goes_on_to_its_way(clinician, started, way: str):
    draft_id = started(ADULT)
    form = {**set_up_form(clinician.page(f"/consents/{draft_id}")), "go": f"review:{way}"}

    reply = clinician.send(f"/consents/{draft_id}", **form)

    assert reply.status_code == 307
    assert reply.location == f"/consents/{draft_id}/{way}"


def test_a_link_is_shown_once_and_ends_when_it_is_taken_back(clinician, started):
    draft_id = started(ADULT)
    clinician.send(f"/consents/{draft_id}/link")
    assert "With the patient, by link" in clinician.page(f"/consents/{draft_id}").h1.get_text()

    slip = clinician.send(f"/consents/{draft_id}/send-link", way="show", key="k")
    assert "type this code" in slip.text
    assert "A link is open" in clinician.page(f"/consents/{draft_id}").get_text()

    clinician.send(f"/consents/{draft_id}/take-back")
    assert clinician.page(f"/consents/{draft_id}").select_one("#fill")


def test_a_wrong_address_is_said_at_its_field(app, clinician, started, monkeypatch):
    monkeypatch.setattr("lettergen.post.is_configured", lambda _settings: True)
    draft_id = started(ADULT)
    clinician.send(f"/consents/{draft_id}/link")

    reply = clinician.send(f"/consents/{draft_id}/send-link", way="email", email="nobody")

    assert reply.status_code == 422
    assert 'value="nobody"' in reply.text


def test_the_page_follows_what_the_patient_does(app, people, clock, clinician, started):
    draft_id = started(ADULT)
    clinician.send(f"/consents/{draft_id}/spoken")
    before = clinician.get(f"/consents/{draft_id}/state").get_json()

    clinician.send(f"/consents/{draft_id}/take-back")

    assert clinician.get(f"/consents/{draft_id}/state").get_json() != before


def test_spoken_choices_are_written_down_or_said_what_lacks(clinician, started):
    draft_id = started(ADULT)
    clinician.send(f"/consents/{draft_id}/spoken")
    said = {
        "choice-record": "yes",
        "choice-share_care": "yes",
        "choice-teach_closed": "no",
        "signer-0": TESSA,
        "said_by": TESSA,
        "heard_by": "Dr Casey Clinician",
        "script_version": "1",
    }

    lacking = clinician.send(f"/consents/{draft_id}/said", **said)
    assert lacking.status_code == 422
    assert f'value="{TESSA}"' in lacking.text
    clinician.send(f"/consents/{draft_id}/said", **said, channel="in_person")

    assert "Your declaration" in clinician.page(f"/consents/{draft_id}").get_text()


def test_paper_goes_from_print_to_scan_to_a_second_pair_of_eyes(
    app, people, clock, clinician, receptionist, started
):
    draft_id = started(ADULT)
    clinician.send(f"/consents/{draft_id}/paper")
    blank = clinician.get(f"/consents/{draft_id}/blank.pdf")
    assert blank.mimetype == "application/pdf"
    clock.now += timedelta(minutes=30)
    send(receptionist, f"/consents/{draft_id}/scan", picture())
    assert receptionist.get(f"/consents/{draft_id}/scan/1").mimetype == "image/jpeg"
    parts = app.extensions["lettergen"]
    with parts.sessions() as session:
        one = asking.draft(session, people.clinician, draft_id)
        code = page_code(one.reference, one.version)
    keyed = {
        "choice-record": "yes",
        "choice-share_care": "yes",
        "choice-teach_closed": "no",
        "signer-0": TESSA,
        "signed_at": "2026-11-20T10:45",
        "page_code": "1111-1111",
    }

    wrong = receptionist.send(f"/consents/{draft_id}/key", **keyed)
    assert wrong.status_code == 422
    assert 'value="1111-1111"' in wrong.text
    receptionist.send(f"/consents/{draft_id}/key", **{**keyed, "page_code": code})
    assert "You keyed this" in receptionist.page(f"/consents/{draft_id}").get_text()
    page = clinician.page(f"/consents/{draft_id}")
    clinician.send(
        f"/consents/{draft_id}/check", revision=page.select_one("[name=revision]")["value"]
    )

    assert "Your declaration" in clinician.page(f"/consents/{draft_id}").get_text()


def test_what_is_no_scan_is_refused_in_a_sentence(clinician, started):
    draft_id = started(ADULT)
    clinician.send(f"/consents/{draft_id}/paper")

    send(clinician, f"/consents/{draft_id}/scan", b"<svg onload='alert(1)'/>")

    assert "web page or drawing" in clinician.page(f"/consents/{draft_id}").get_text()


def test_only_views_that_take_files_take_large_ones(clinician, started):
    draft_id = started(ADULT)
    clinician.send(f"/consents/{draft_id}/paper")
    large = b"\xff\xd8\xff" + b"x" * 3_000_000

    taken = send(clinician, f"/consents/{draft_id}/scan", large)
    refused = send(clinician, f"/consents/{draft_id}/take-back", large)

    assert taken.status_code == 303
    assert refused.status_code == 413


def test_a_signed_consent_is_declared_and_its_document_shown(clinician, signed):
    draft_id = signed()
    page = clinician.page(f"/consents/{draft_id}")
    choices = [one.get_text(" ", strip=True) for one in page.select(".consent-choice")]
    assert choices[0].startswith("✓ Yes Taking the photo")
    assert choices[-1].startswith("– Not asked")
    revision = page.select_one("#end [name=revision]")["value"]
    clinician.send(f"/consents/{draft_id}/end", go="add", revision=revision, rows=0)
    page = clinician.page(f"/consents/{draft_id}")

    reply = clinician.send(
        f"/consents/{draft_id}/declare",
        **{
            "revision": page.select_one("#end [name=revision]")["value"],
            "rows": "1",
            "image-0-image_id": "IMG-1",
            "image-0-role": "close_up",
            "image-0-taken_at": "2026-11-20T10:34",
            "image-0-stored_in": "gp_record",
            "information_given.patient_explained_back": "yes",
            "information_given.copy_given": "paper",
            "clinician.discussion_note": NOTE,
            "clinician.declaration_voluntary": "y",
        },
    )

    assert reply.status_code == 303
    document = clinician.page(reply.location)
    assert "The consent is filed" in document.get_text()
    assert clinician.get(f"/consents/{draft_id}").location == reply.location


def test_a_declaration_that_lacks_something_keeps_what_was_typed(clinician, signed):
    draft_id = signed()
    page = clinician.page(f"/consents/{draft_id}")

    reply = clinician.send(
        f"/consents/{draft_id}/declare",
        **{
            "revision": page.select_one("#end [name=revision]")["value"],
            "rows": "0",
            "clinician.discussion_note": NOTE,
        },
    )

    assert reply.status_code == 422
    assert NOTE in reply.text
    assert "Before it can be filed" in reply.text


def test_reception_prepares_the_declaration_and_cannot_make_it(receptionist, signed):
    draft_id = signed()

    page = receptionist.page(f"/consents/{draft_id}")

    assert "Declare and file" not in page.get_text()
    assert receptionist.send(f"/consents/{draft_id}/declare").status_code == 403


def test_a_photo_leaves_its_hash_and_nothing_else(app, people, clinician, signed):
    draft_id = signed()
    page = clinician.page(f"/consents/{draft_id}")
    clinician.send(
        f"/consents/{draft_id}/end",
        go="add",
        revision=page.select_one("#end [name=revision]")["value"],
        rows=0,
    )

    send(clinician, f"/consents/{draft_id}/photo", picture(), number="0")

    parts = app.extensions["lettergen"]
    with parts.sessions() as session:
        [row] = asking.draft(session, people.clinician, draft_id).answers["images"]
    assert len(row["sha256"]) == 64
    assert row["location_data_removed"] is True


def test_an_objection_ends_the_consent_with_a_short_entry(clinician, started):
    draft_id = started(CHILD)
    assert (
        "The patient does not want this"
        in clinician.page(f"/consents/{draft_id}/objection").get_text()
    )

    short = clinician.send(f"/consents/{draft_id}/objection", note="No")
    assert short.status_code == 422
    clinician.send(f"/consents/{draft_id}/objection", note="He hid his arm and said no.")

    assert "in the register" in clinician.page(f"/consents/{draft_id}").get_text()


def test_a_cancelled_consent_is_gone_from_the_list(clinician, started):
    draft_id = started(ADULT)

    clinician.send(f"/consents/{draft_id}/cancel")

    assert TESSA not in clinician.page("/consents").get_text()


def test_best_interests_are_decided_by_the_clinician_alone(clinician, started):
    draft_id = started(BEST_INTERESTS)
    assert clinician.page(f"/consents/{draft_id}").select_one("button[value='review:clinician']")

    asked = clinician.send(f"/consents/{draft_id}/clinician")
    assert "best interests" in asked.text
    clinician.send(
        f"/consents/{draft_id}/clinician",
        **{"choice-record": "yes", "choice-share_care": "yes"},
    )

    assert "Your declaration" in clinician.page(f"/consents/{draft_id}").get_text()


def test_what_an_article_showed_leaves_its_hash_in_the_set_up(clinician, started):
    draft_id = started(ADULT, purposes__publish={"decision": ""})

    send(clinician, f"/consents/{draft_id}/material", b"%PDF-1.7 the article")

    page = clinician.page(f"/consents/{draft_id}")
    assert len(page.select_one("[name='purposes.publish.material_sha256']")["value"]) == 64


@pytest.mark.parametrize(
    "path", ["", "/state", "/objection", "/blank.pdf", "/scan/1", "/preview/1"]
)
def test_another_practice_sees_nothing(stranger, started, path: str):
    assert stranger.get(f"/consents/{started(ADULT)}{path}").status_code == 404


def send(browser: Any, address: str, content: bytes, **fields: Any) -> Any:
    """Post a file as a page of ours would."""
    head = 'Content-Disposition: form-data; name="{}"'
    parts = [
        f"--edge\r\n{head.format(name)}\r\n\r\n{value}\r\n".encode()
        for name, value in {"csrf_token": browser.token(), **fields}.items()
    ]
    file = f'--edge\r\n{head.format("file")}; filename="upload"\r\n\r\n'.encode()
    body = b"".join((*parts, file, content, b"\r\n--edge--\r\n"))
    return browser.post(address, data=body, content_type="multipart/form-data; boundary=edge")


def picture() -> bytes:
    """A small JPEG."""
    target = io.BytesIO()
    Image.new("RGB", (200, 300), "white").save(target, "JPEG")
    return target.getvalue()


def test_the_form_is_read_anew_when_one_of_its_files_changes(tmp_path):
    for folder in ("forms", "templates"):
        shutil.copytree(CHECKOUT / folder, tmp_path / folder)
    folders = SimpleNamespace(
        forms_folders=[tmp_path / "forms"], template_folders=[tmp_path / "templates" / "letters"]
    )
    consents = Consents(folders)
    before = consents.catalogue
    words = tmp_path / "forms" / "consents" / "words.toml"
    assert consents.catalogue is before

    words.write_text(words.read_text("utf-8").replace("your choice", "you choose"), "utf-8")

    assert consents.catalogue.version != before.version
    assert consents.catalogue.page.title == "Photos of you: you choose"
