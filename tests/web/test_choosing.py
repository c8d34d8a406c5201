"""A patient answers about a photo: one question a page, nothing chosen, signed in person."""

import base64
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from lettergen import models
from lettergen.consents import asking
from lettergen.models import ANSWERED, OFFERED
from tests.consent_asking.cases import ADULT, ATTORNEYS, CHILD, TEENAGER, changed
from tests.web.conftest import soup
from tests.web.patients import LINE, Patient, drawn, picture, strokes, words

NAME, MOTHER, CHILDS = "Tessa Oldersby", "Morgan Youngerby", "Robin Youngerby"
WITNESS = {
    "witness_name": "Robin Reception",
    "witness_role": "receptionist",
    "witness_adult": "yes",
    "witness_independent": "yes",
}
ARTICLE = {
    "decision": "",
    "outlet_type": "journal",
    "outlet_name": "Journal of Synthetic Cases",
    "article_title": "A mark on an arm",
    "online": True,
    "material_seen": "final_draft",
    "material_sha256": "8ff21a0cd859918945c8e3bfc8d7d3cb02c63dc7d0fdf154c55ca68581c0559e",
    "read_on": "2026-11-19",
    "licence": "cc_by_nc_4_0",
    "journal_form_also_signed": "not_yet",
    "third_parties": False,
    "authors": "Dr Casey Clinician",
}


def change_form(app: Flask, patient: Patient) -> None:
    """Let the form be newer than the one that was handed over."""
    with app.extensions["lettergen"].sessions() as session, models.changing(session):
        session.get_one(models.ConsentDraft, patient.draft_id).version = "an older one"


def test_the_first_page_names_no_patient_and_asks_about_the_size_of_the_words(
    on_tablet: Any,
) -> None:
    page = on_tablet().page()

    assert page.h1.text == "Photos of you: your choice"
    assert "Oldersby" not in page.text
    assert [one["value"] for one in page.select("[name=format]")] == ["standard", "large_print"]


def test_large_words_are_large_from_then_on(on_tablet: Any) -> None:
    patient = on_tablet()

    patient.send(format="large_print")

    assert patient.said("communication.format_given") == "large_print"
    assert "ch-large" in patient.page("/born").body["class"]


def test_another_way_to_read_it_leads_to_our_staff(on_tablet: Any) -> None:
    patient = on_tablet()

    reply = patient.send(ask="format", format="standard")

    assert reply.location == "/choose/ask?about=format"
    assert "give this back to our staff" in words(patient.page("/ask?about=format"))


@pytest.mark.parametrize("path", ["/you", "/why", "/use/record", "/more/told", "/summary", "/sign"])
def test_nothing_is_shown_before_somebody_said_the_date_of_birth(on_tablet: Any, path: str) -> None:
    patient = on_tablet()

    reply = patient.browser.get(patient.root + path)

    assert reply.location == "/choose/born"


def test_a_wrong_date_of_birth_is_told_and_shows_nothing(on_tablet: Any) -> None:
    patient = on_tablet()

    reply = patient.say_born({"day": "3", "month": "4", "year": "1958"})

    assert reply.status_code == 422
    assert "not the date of birth that we have" in reply.text
    assert patient.browser.get("/choose/you").location == "/choose/born"


def test_the_patient_confirms_their_name(on_tablet: Any) -> None:
    patient = on_tablet()

    reply = patient.say_born()

    page = patient.page(reply.location.removeprefix("/choose"))
    assert page.h1.text == "Is this you?"
    assert f"{NAME} Born 2 April 1958" in words(page)
    yes, no = page.select(".ch-pair a")
    assert yes["class"] == no["class"]


def test_why_is_said_before_anything_is_asked(on_tablet: Any) -> None:
    patient = on_tablet()
    patient.say_born()

    said = words(patient.page("/why"))

    assert "We would like to take a photo of your left forearm." in said
    assert "You do not have to say yes." in said
    assert "3 questions" in said


def test_a_question_has_two_answers_of_one_size_and_none_is_chosen(on_tablet: Any) -> None:
    patient = on_tablet()
    patient.say_born()

    page = patient.page("/use/teach_closed")

    assert page.h1.text == "Can we use the photo to teach NHS staff and students?"
    assert "Part 2. To help other people." in words(page)
    answers = page.select("[name=decision]")
    assert [one["value"] for one in answers] == ["yes", "no"]
    assert not [one for one in answers if one.has_attr("checked")]
    assert len({tuple(one.parent["class"]) for one in answers}) == 1
    assert [one.text.strip() for one in page.select(".ch-tile__label")] == [
        "Yes, you can",
        "No, please do not",
    ]
    assert page.select_one("fieldset legend h1")


def test_going_on_without_an_answer_is_refused_and_nothing_is_assumed(on_tablet: Any) -> None:
    patient = on_tablet()
    patient.say_born()

    reply = patient.send("/use/record")

    assert reply.status_code == 422
    assert soup(reply).title.text.startswith("Error: ")
    assert soup(reply).select_one(".nhsuk-error-summary a")["href"] == "#decision"
    assert patient.said("purposes.record.decision") == ""


def test_not_sure_goes_to_our_staff_and_takes_an_answer_back(on_tablet: Any) -> None:
    patient = on_tablet()
    patient.say_born()
    patient.use("teach_closed", "yes")

    reply = patient.send("/use/teach_closed", unsure="1", decision="yes")

    assert "You do not have to choose now" in words(patient.page("/ask?about=teach_closed"))
    assert reply.location == "/choose/ask?about=teach_closed"
    assert patient.said("purposes.teach_closed.decision") == ""
    assert asking.unsure_of(patient.draft()) == ["teach_closed"]


def test_one_leads_through_the_pages_in_their_order(on_tablet: Any) -> None:
    patient = on_tablet()
    seen = []

    address = patient.send(format="standard").location
    while address != "/choose/summary":
        path = address.removeprefix("/choose")
        seen.append(path)
        if path == "/born":
            address = patient.say_born().location
        elif path == "/you":
            address = patient.page(path).select_one(".ch-pair a")["href"]
        elif path == "/why":
            address = patient.page(path).select_one("a.ch-go")["href"]
        elif path == "/more/told":
            address = patient.tick_all().location
        elif path.startswith("/use"):
            address = patient.send(path, decision="yes").location
        else:
            address = patient.send(path).location

    assert seen == [
        "/born",
        "/you",
        "/why",
        "/use/record",
        "/use/share_care",
        "/use/teach_closed",
        "/more/else",
        "/more/told",
    ]


def test_each_page_leads_back(on_tablet: Any) -> None:
    patient = on_tablet()
    patient.answer_all()

    path, seen = "/summary", []
    while path:
        seen.append(path)
        back = patient.page(path).select_one(".nhsuk-back-link")
        path = back["href"].removeprefix("/choose") if back else ""

    assert seen[:4] == ["/summary", "/more/told", "/more/else", "/use/teach_closed"]
    assert seen[-1] == "/born"


def test_the_summary_says_each_answer_by_shape_and_word_and_lets_it_be_changed(
    on_tablet: Any,
) -> None:
    patient = on_tablet()
    patient.answer_all(teach_closed="no")

    page = patient.page("/summary")

    said = [(one.text.strip(), one.svg.select("circle")) for one in page.select(".ch-answer__said")]
    assert [(word, bool(circle)) for word, circle in said] == [
        ("Yes", True),
        ("Yes", True),
        ("No", False),
    ]
    change = page.select(".ch-answer__change a")[2]
    assert change["href"] == "/choose/use/teach_closed?then=summary"
    assert "Until" not in words(page).split("Part 2")[1].split("If you change")[0]
    reply = patient.send("/use/teach_closed", decision="yes", then="summary")
    assert reply.location == "/choose/summary"


def test_the_summary_shows_every_word_whose_hash_is_kept(
    on_tablet: Any, app: Flask, clock: Any
) -> None:
    patient = on_tablet()
    patient.answer_all(teach_closed="no")
    patient.send("/more/else", photo__limits="not my face")
    parts = app.extensions["lettergen"]
    with parts.sessions() as session:
        one = session.get_one(models.ConsentDraft, patient.draft_id)
        rules = parts.consents.terms(session, asking.choosing.patient_of(one))
        text, _ = asking.seen(one, rules, at=clock())

    shown = words(patient.page("/summary")) + words(
        patient.page(f"/sign/patient/type?shown={patient.shown()}")
    )

    for line in text.splitlines():
        for sentence in line.removeprefix("Answer: ").removeprefix("Not asked: ").split(". "):
            assert sentence.rstrip(".") in shown, sentence


def test_a_form_with_a_question_left_open_is_not_signed(on_tablet: Any) -> None:
    patient = on_tablet()
    patient.answer_all()
    shown = patient.shown()
    patient.send("/use/record", unsure="1")

    summary = patient.browser.get("/choose/summary")
    sign = patient.sign("patient", "type", shown=shown, name=NAME, agreed="yes")

    assert summary.location == "/choose/use/record?then=summary"
    assert sign.location == "/choose/summary"
    assert patient.draft().stage == OFFERED


@pytest.mark.parametrize(
    ("how", "fields", "method"),
    [
        ("draw", drawn(NAME), "drawn_on_practice_device"),
        ("type", {"name": NAME, "agreed": "yes"}, "typed_and_ticked_on_practice_device"),
        ("cannot", {"name": NAME, **WITNESS}, "mark_with_witness"),
        ("cannot", {**drawn(NAME), **WITNESS}, "mark_with_witness"),
    ],
)
def test_each_way_to_sign_ends_with_thanks(
    on_tablet: Any, how: str, fields: dict[str, str], method: str
) -> None:
    patient = on_tablet()
    patient.answer_all()

    reply = patient.sign("patient", how, **fields)

    assert reply.location == "/choose/done"
    assert "Your choices are signed" in words(patient.page("/done"))
    assert patient.draft().stage == ANSWERED
    (signed,) = patient.said("signatures")
    assert (signed["method"], signed["signer_name"]) == (method, NAME)


def test_exactly_the_evidence_of_the_form_is_kept_and_no_more(on_tablet: Any) -> None:
    patient = on_tablet()
    patient.answer_all()
    shown = patient.shown()
    timed = strokes(LINE, pressure=0.7, time=1763640000000)

    patient.sign("patient", "draw", name=NAME, mark=picture(), strokes=timed, user="x", speed="3")

    (signed,) = patient.said("signatures")
    assert set(signed) == {
        "signer_role",
        "signer_name",
        "relationship",
        "method",
        "signed_at",
        "device_id",
        "staff_present",
        "content_sha256",
        "mark_png",
    }
    assert signed["content_sha256"] == shown
    assert (signed["device_id"], signed["staff_present"]) == ("Tablet 1", "Dr Casey Clinician")
    held = str(patient.draft().answers) + str(patient.draft().shown)
    unwanted = ("pressure", "1763640000000", "127.0.0.1", "werkzeug")
    assert [one for one in unwanted if one in held] == []
    assert Image.open(BytesIO(base64.b64decode(signed["mark_png"]))).info == {}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"mark": "", "strokes": ""}, "no more than a dot"),
        ({"mark": picture([(50, 50), (51, 50)]), "strokes": strokes([(50, 50), (51, 50)])}, "dot"),
        ({"mark": picture([]), "strokes": strokes()}, "The box is empty"),
        ({"mark": "data:image/svg+xml;base64,PHN2Zz4=", "strokes": strokes()}, "picture"),
        ({"mark": picture(), "strokes": "[" * 5000}, "dot"),
        ({"mark": picture(), "strokes": '{"a": 1}'}, "dot"),
    ],
)
def test_an_empty_box_or_a_dot_is_no_signature(
    on_tablet: Any, fields: dict[str, str], why: str
) -> None:
    patient = on_tablet()
    patient.answer_all()

    reply = patient.sign("patient", "draw", name=NAME, **fields)

    assert reply.status_code == 422
    assert why in soup(reply).select_one("#mark-error").text
    assert soup(reply).select_one("#name")["value"] == NAME
    assert patient.draft().stage == OFFERED


@pytest.mark.parametrize(
    ("how", "fields", "box"),
    [
        ("draw", {**drawn(""), "name": " "}, "name"),
        ("type", {"name": NAME}, "agreed"),
        ("cannot", {"name": NAME, **WITNESS, "witness_name": ""}, "witness_name"),
        ("cannot", {"name": NAME, **WITNESS, "witness_adult": ""}, "witness_adult"),
        ("cannot", {"name": NAME, **WITNESS, "witness_name": NAME}, "witness_name"),
        ("cannot", {"name": NAME, **WITNESS, "witness_name": "Dr Casey Clinician"}, "witness_name"),
        ("type", {"name": "Somebody Else", "agreed": "yes"}, "name"),
        ("type", {"name": NAME, "agreed": "yes", "device_at": "2026-11-20T09:00:00Z"}, "name"),
    ],
)
def test_what_is_missing_at_the_signature_is_said_at_its_box(
    on_tablet: Any, how: str, fields: dict[str, str], box: str
) -> None:
    patient = on_tablet()
    patient.answer_all()

    reply = patient.sign("patient", how, **fields)

    assert reply.status_code == 422
    assert f"#{box}" in [one["href"] for one in soup(reply).select(".nhsuk-error-summary a")]
    assert patient.draft().stage == OFFERED
    assert not patient.said("signatures")


def test_a_change_on_another_device_is_shown_before_anything_is_signed(on_tablet: Any) -> None:
    patient = on_tablet()
    patient.answer_all()
    shown = patient.shown()
    patient.use("teach_closed", "no")

    page = patient.browser.get(f"/choose/sign?shown={shown}")
    reply = patient.sign("patient", "type", shown=shown, name=NAME, agreed="yes")

    assert page.status_code == reply.status_code == 409
    assert "Nothing was signed, and nothing is lost" in reply.text
    assert patient.draft().stage == OFFERED
    assert patient.said("purposes.teach_closed.decision") == "no"


def test_signing_twice_says_thank_you_once_more_and_adds_nothing(on_tablet: Any) -> None:
    patient = on_tablet()
    patient.answer_all()
    shown = patient.shown()
    patient.sign("patient", "type", name=NAME, agreed="yes")

    reply = patient.sign("patient", "type", shown=shown, name=NAME, agreed="yes")

    assert reply.location == "/choose/done"
    assert len(patient.said("signatures")) == 1


def test_a_form_that_was_updated_meanwhile_asks_for_a_new_start(on_tablet: Any, app: Flask) -> None:
    patient = on_tablet()
    patient.answer_all()
    shown = patient.shown()
    change_form(app, patient)

    reply = patient.sign("patient", "type", shown=shown, name=NAME, agreed="yes")

    assert reply.status_code == 409
    assert "The form has been updated" in reply.text
    assert patient.draft().stage == OFFERED


def test_a_no_to_the_photo_ends_the_questions_without_a_signature(on_tablet: Any) -> None:
    patient = on_tablet()
    patient.say_born()

    reply = patient.use("record", "no")

    assert reply.location == "/choose/summary"
    page = patient.page("/summary")
    assert "You said no to the photo" in words(page)
    shown = page.select_one("[name=shown]")["value"]
    assert patient.send("/summary", shown=shown).location == "/choose/done"
    assert "look after you just the same" in words(patient.page("/done"))
    assert patient.draft().stage == ANSWERED
    assert patient.said("purposes.teach_closed.decision") == "not_asked"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/use/publish", {"decision": "yes"}),
        ("/use/patient", {"decision": "yes"}),
        ("/more/photo", {"photo.reason": "another"}),
    ],
)
def test_what_was_not_asked_cannot_be_answered(
    on_tablet: Any, path: str, fields: dict[str, str]
) -> None:
    patient = on_tablet()
    patient.say_born()
    before = patient.draft().answers

    reply = patient.send(path, **fields)

    assert reply.status_code in (303, 404, 422)
    assert patient.draft().answers == before


def test_an_article_is_agreed_to_line_by_line(on_tablet: Any) -> None:
    patient = on_tablet(changed(ADULT, purposes__publish=ARTICLE))
    patient.say_born()
    reply = patient.use("publish", "yes")
    assert reply.location == "/choose/more/article"
    page = patient.page("/more/article")
    names = [one["name"] for one in page.select("[type=checkbox]")]
    assert len(names) == len(set(names)) == 7
    assert not page.select("[type=checkbox][checked]")

    lacking = patient.send("/more/article", **dict.fromkeys(names[1:], "yes"))
    whole = patient.send("/more/article", **dict.fromkeys(names, "yes"))

    assert lacking.status_code == 422
    assert [one["href"] for one in soup(lacking).select(".nhsuk-error-summary a")] == [
        f"#{names[0]}"
    ]
    assert patient.page("/use/publish").select_one("[checked]") is None
    assert whole.location == "/choose/more/your-words"
    asks = patient.send("/more/your-words", purposes__publish__patient_wants_copy="yes")
    assert asks.location.startswith("/choose/more/your-words")
    name = "purposes.publish.copy_contact"
    assert patient.page("/more/your-words").select_one(f"[name='{name}']")


def test_an_article_takes_more_than_a_typed_name(on_tablet: Any) -> None:
    patient = on_tablet(changed(ADULT, purposes__publish=ARTICLE))
    patient.answer_all()
    names = [one["name"] for one in patient.page("/more/article").select("[type=checkbox]")]
    patient.send("/more/article", **dict.fromkeys(names, "yes"))
    patient.send("/more/your-words", purposes__publish__patient_wants_copy="no")

    page = patient.page(f"/sign?shown={patient.shown()}")
    reply = patient.sign("patient", "type", name=NAME, agreed="yes")

    assert "I type my name" not in words(page)
    assert {"I draw my name", "I cannot sign"} <= {one.text.strip() for one in page.select("a")}
    assert reply.status_code == 422
    assert "sign on this device or print the form" in reply.text


def test_a_child_says_yes_for_itself_and_signs_before_its_mother(on_tablet: Any) -> None:
    patient = on_tablet(CHILD)
    patient.answer_all(teach_closed="no")

    page = patient.page("/child")
    assert page.h1.text == "Robin, what do you think?"
    assert "No one will be cross." in words(page)
    assert not page.select("[checked]")
    assert "Robin says yes too." in words(patient.page("/summary"))
    sign = patient.page(f"/sign?shown={patient.shown()}")
    assert words(sign).index(CHILDS) < words(sign).index(MOTHER)
    first = patient.sign("child_assent", "draw", **drawn(CHILDS))
    second = patient.page(first.location.removeprefix("/choose"))
    assert f"{CHILDS} has signed. Thank you." in words(second)
    last = patient.sign("parent", "draw", **drawn(MOTHER))

    assert last.location == "/choose/done"
    assert [one["signer_role"] for one in patient.said("signatures")] == ["child_assent", "parent"]


def test_a_child_who_does_not_want_to_sign_is_passed_over(on_tablet: Any) -> None:
    patient = on_tablet(CHILD)
    patient.answer_all()

    page = patient.page(f"/sign?shown={patient.shown()}&without=child_assent")

    assert CHILDS not in words(page)
    assert patient.sign("parent", "type", name=MOTHER, agreed="yes").location == "/choose/done"


def test_a_childs_no_stops_everything(on_tablet: Any) -> None:
    patient = on_tablet(CHILD)
    patient.answer_all()
    shown = patient.shown()

    reply = patient.send("/child", view="objects")

    assert reply.location == "/choose/stopped"
    assert "No one will be cross" in words(patient.page("/stopped"))
    assert patient.browser.get("/choose/summary").location == "/choose/stopped"
    signed = patient.sign("parent", "type", shown=shown, name=MOTHER, agreed="yes")
    assert signed.location == "/choose/summary"
    assert patient.draft().stage == OFFERED


def test_a_child_who_is_not_sure_talks_to_us_first(on_tablet: Any) -> None:
    patient = on_tablet(CHILD)
    patient.answer_all()

    reply = patient.send("/child", view="unsure")

    assert reply.location == "/choose/ask?about=child"
    assert "Nobody is cross" in words(patient.page("/ask?about=child"))


def test_a_young_person_and_a_parent_both_sign_for_a_talk(on_tablet: Any) -> None:
    patient = on_tablet(TEENAGER)
    patient.answer_all()
    talks = "purposes.present_external.ack_slides_may_spread"
    patient.send("/more/talks", **{talks: "yes"})

    first = patient.sign("patient", "type", name=NAME, agreed="yes")
    page = patient.page(first.location.removeprefix("/choose"))
    last = patient.sign("parent", "type", name="Kit Oldersby", relation="father", agreed="yes")

    assert "The parent" in words(page)
    assert last.location == "/choose/done"
    assert [one.get("relationship") for one in patient.said("signatures")] == ["self", "father"]


def test_attorneys_who_act_together_all_sign(on_tablet: Any) -> None:
    patient = on_tablet(ATTORNEYS)
    patient.answer_all()

    first = patient.sign("attorney", "type", name="Ash Oldersby", agreed="yes")
    again = patient.sign("attorney", "type", name="ash oldersby", agreed="yes")
    last = patient.sign("attorney", "type", name="Kit Oldersby", agreed="yes")

    assert first.location.startswith("/choose/sign?")
    assert again.status_code == 409
    assert "has signed already. Nothing was added." in again.text
    assert last.location == "/choose/done"


def test_by_link_the_door_asks_for_the_date_of_birth_and_the_form_does_not_again(
    by_link: Any,
) -> None:
    patient = by_link()

    reply = patient.send(format="standard")

    assert reply.location == f"{patient.root}/you"
    assert not patient.page().select("a[href='/tablet']")


def test_a_link_is_used_up_by_the_signature_and_by_nothing_before(by_link: Any, app: Flask) -> None:
    patient = by_link()
    patient.answer_all()
    door = patient.root.removesuffix("/choose")
    stranger = app.test_client()
    assert stranger.get(door).status_code == 200

    reply = patient.sign("patient", "draw", **drawn(NAME))

    assert reply.location == f"{patient.root}/done"
    assert "You can close this page now" in words(patient.page("/done"))
    (signed,) = patient.said("signatures")
    assert (signed["method"], signed["device_id"]) == ("drawn_by_link", "Own device, by link")
    other = stranger.get(door)
    assert other.status_code == 410
    assert "This link has been used" in other.text
    assert patient.browser.get(f"{patient.root}/summary").location == f"{patient.root}/done"


def test_by_link_somebody_who_cannot_sign_is_told_to_ring_us(by_link: Any) -> None:
    patient = by_link()
    patient.answer_all()

    page = patient.page(f"/sign?shown={patient.shown()}")

    address = page.select("a[href$='about=sign']")[0]["href"]
    assert "020 7946 0123" in words(patient.browser.page(address))


def test_a_link_whose_form_was_taken_back_says_whom_to_ask(
    by_link: Any, app: Flask, people: Any, now: Any
) -> None:
    patient = by_link()
    parts = app.extensions["lettergen"]
    with parts.sessions() as session, models.changing(session):
        rules = parts.consents.terms(session, people.clinician)
        asking.take_back(session, rules, people.clinician, patient.draft_id, at=now)

    reply = patient.browser.get(patient.root)

    assert reply.status_code == 410
    assert "turned this link off" in reply.text


def test_a_link_to_words_that_changed_says_so_at_the_door(by_link: Any, app: Flask) -> None:
    patient = by_link()
    change_form(app, patient)

    reply = app.test_client().get(patient.root.removesuffix("/choose"))

    assert reply.status_code == 410
    assert "The words of this form have changed since it was sent to you." in reply.text


def test_without_the_date_of_birth_a_link_shows_no_question(by_link: Any, app: Flask) -> None:
    patient = by_link()

    reply = app.test_client().get(f"{patient.root}/summary")

    assert reply.location == patient.root.removesuffix("/choose")


def test_an_answer_from_another_site_is_refused(on_tablet: Any) -> None:
    patient = on_tablet()
    patient.say_born()

    reply = patient.browser.post("/choose/use/record", data={"decision": "yes"})

    assert reply.status_code == 400
    assert patient.said("purposes.record.decision") == ""
