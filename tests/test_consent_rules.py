"""Every rule of the photo consent form fires where its sentence says, and not a day beside it."""

import copy
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from lettergen.consents.form import catalogue, settings
from lettergen.consents.rules import checking
from lettergen.forms import AnswersUnreadable
from lettergen.places import CHECKOUT, Places
from tests.consents.examples import (
    ADULT,
    ARTICLE,
    ASSESSMENT,
    CHILD,
    NOTE,
    POWER,
    VALID,
    changed,
    decided_by,
)

TODAY = date(2026, 11, 22)
FOLDER = CHECKOUT / "tests/consents"
INVALID = json.loads((FOLDER / "invalid.json").read_text("utf-8"))
CATALOGUE = catalogue.load(Places(FOLDER / "nowhere"))
TEEN = VALID["case4_age15_competent_refuses_teaching"]
SIGNED_BSL = VALID["case6_withdrawal_after_teaching"]
GUARDIAN = {"name": "Dr G Guard", "date": "2026-11-12", "reason": "Rare, and of benefit to her"}
TEACHING = {"decision": "yes", "audience": "Students placed here", "anonymise": ["crop"]}
STUDY = {
    "decision": "yes",
    "study_title": "SKIN",
    "iras_id": "123456",
    "rec_reference": "24/LO/0123",
}
SEND = "purposes.share_care."
TALK = {"decision": "yes", "event": "Regional course", "ack_slides_may_spread": True}
ACKNOWLEDGEMENTS = [name for name in ARTICLE if name.startswith("ack_")]


def checked(base, changes=None, *, on=TODAY, **more):
    return checking.check(changed(base, changes or {}), CATALOGUE, on=on, **more)


def stops(base, changes=None, **more):
    return checked(base, changes, **more).stops


def errors(base, changes=None, **more):
    return checked(base, changes, **more).errors


def message(code, **words):
    text = CATALOGUE.code(code).message
    for name, word in words.items():
        text = text.replace("{" + name + "}", word)
    return text


ATTORNEY = decided_by("attorney", "attorney", lpa=POWER)
ORDER = {"reference": "C1", "covers_health_and_welfare": True}
DEPUTY = decided_by("deputy", "deputy", court_order=ORDER)
CLINICIAN = decided_by("best_interests", "clinician")
YOUNG = changed(
    ADULT, {"patient.date_of_birth": "2009-11-16", "decision_maker.route": "young_person_self"}
)
YOUNG["decision_maker"]["proxy_access_on_record"] = False
PUBLISHED = changed(ADULT, {"purposes.publish": ARTICLE})
PARENT_OF_17 = changed(
    CHILD,
    {
        "patient.date_of_birth": "2009-06-20",
        "decision_maker.capacity_assessment": ASSESSMENT,
        "decision_maker.proxy_access_on_record": False,
    },
)
PHONE = changed(
    ADULT,
    {
        "photo.device": "personal_phone_camera",
        "device": {
            "policy_allows": True,
            "cloud_backup_off": True,
            "location_off": True,
            "moved_to_record_at": "2026-11-16T11:00:00Z",
            "deleted_at": "2026-11-16T11:05:00Z",
            "deleted_by": "Dr A Example",
        },
    },
)
SOUND = {
    **VALID,
    "attorney": ATTORNEY,
    "deputy": DEPUTY,
    "best interests": CLINICIAN,
    "aged 17": YOUNG,
    "article": PUBLISHED,
    "parent of a 17-year-old": PARENT_OF_17,
    "personal phone": PHONE,
    "study": changed(ADULT, {"purposes.research": STUDY}),
    "teaching": changed(ADULT, {"purposes.teach_closed": TEACHING}),
    "talk": changed(ADULT, {"purposes.present_external": TALK}),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_consent_has_no_stop_and_no_error(name):
    found = checked(SOUND[name], {"purposes.teach_closed.decision": "no"} if "17-" in name else {})

    assert (found.stops, found.errors) == ([], {})


@pytest.mark.parametrize("case", INVALID, ids=lambda case: case["id"])
def test_an_invalid_case_has_its_code_alone_and_its_message_under_its_field(case):
    found = checked(VALID[case["base"]], case["set"])

    assert found.stops == [case["code"]]
    assert found.errors[case["field"]] == [case["message"]]


@pytest.mark.parametrize(
    "number", ["", None, "999000100", "99900010066", "9990001007", "1111111111"]
)
def test_e01_an_nhs_number_has_ten_digits_and_a_right_check_digit(number):
    assert stops(ADULT, {"patient.nhs_number": number}) == ["E01"]


def test_e01_spaces_in_an_nhs_number_are_no_mistake():
    assert stops(ADULT, {"patient.nhs_number": "999 000 1006"}) == []


@pytest.mark.parametrize(
    ("route", "born", "fits"),
    [
        ("adult_self", "2008-11-16", True),  # 18 on the day of signing
        ("adult_self", "2008-11-17", False),  # 18 the day after
        ("young_person_self", "2008-11-17", True),
        ("young_person_self", "2008-11-16", False),
        ("young_person_self", "2010-11-16", True),
        ("young_person_self", "2010-11-17", False),
        ("child_competent_self", "2010-11-17", True),
        ("child_competent_self", "2010-11-16", False),
        ("parent", "2010-11-17", True),
        ("parent", "2010-11-16", False),  # 16 today, and nothing says that capacity is lacking
        ("attorney", "2008-11-16", True),
        ("attorney", "2008-11-17", False),
        ("deputy", "2010-11-16", True),
        ("deputy", "2010-11-17", False),
        ("best_interests", "2010-11-16", True),
        ("best_interests", "2010-11-17", False),
    ],
)
def test_e02_who_decides_fits_the_age_on_the_day_of_signing(route, born, fits):
    tree = changed(ADULT, {"patient.date_of_birth": born, "decision_maker.route": route})

    assert ("E02" in stops(tree)) is not fits


def test_e02_a_birthday_on_29_february_is_1_march_in_other_years():
    times = {
        "signatures.0.signed_at": "2026-02-28T10:00:00Z",
        "patient.date_of_birth": "2008-02-29",
    }

    assert "E02" in stops(ADULT, times)
    assert "E02" not in stops(ADULT, {**times, "signatures.0.signed_at": "2026-03-01T10:00:00Z"})


def test_e02_the_day_of_signing_is_the_day_in_the_united_kingdom():
    summer = {
        "patient.date_of_birth": "2008-07-01",
        "signatures.0.signed_at": "2026-06-30T23:30:00Z",
    }

    assert "E02" not in stops(ADULT, summer)  # half past midnight on 1 July
    assert "E02" in stops(ADULT, {**summer, "signatures.0.signed_at": "2026-06-30T22:59:00+00:00"})
    assert "E02" in stops(ADULT, {**summer, "signatures.0.signed_at": "2026-07-01T03:30:00+05:00"})


def test_e02_names_the_age_and_speaks_of_an_adult_as_one():
    young = errors(ADULT, {"patient.date_of_birth": "2011-11-17"})["decision_maker.route"]
    adult = errors(YOUNG, {"patient.date_of_birth": "1950-01-01"})["decision_maker.route"]

    assert young == [message("E02", age="14")]
    assert adult[0].startswith(
        "This patient is 76. Choose who is making this decision: the patient,"
    )


@pytest.mark.parametrize("route", ["", None, "neighbour"])
def test_e02_who_decides_has_to_be_said(route):
    assert stops(ADULT, {"decision_maker.route": route}) == ["E02"]


@pytest.mark.parametrize("answer", ["", None, "  ", "maybe"])
@pytest.mark.parametrize("purpose", [one.key for one in CATALOGUE.purposes])
def test_e03_every_purpose_is_answered_by_itself(purpose, answer):
    found = checked(ADULT, {f"purposes.{purpose}.decision": answer})
    title = CATALOGUE.purpose(purpose).title

    assert found.stops == ["E03"]
    assert found.errors[f"purposes.{purpose}.decision"] == [message("E03", title=title)]


def test_e03_a_purpose_that_is_left_out_is_not_answered():
    tree = changed(ADULT, {})
    del tree["purposes"]["public"]

    assert stops(tree) == ["E03"]


@pytest.mark.parametrize(
    ("method", "purpose", "details", "is_enough"),
    [
        ("drawn_on_practice_device", "publish", ARTICLE, True),
        ("typed_and_ticked_on_practice_device", "publish", ARTICLE, False),
        ("typed_by_link", "publish", ARTICLE, False),
        ("drawn_by_link", "publish", ARTICLE, True),
        ("verbal_recorded", "publish", ARTICLE, False),
        ("mark_with_witness", "publish", ARTICLE, True),
        ("wet_ink_scan", "publish", ARTICLE, True),
        ("bsl_video_recorded", "publish", ARTICLE, True),
        ("typed_and_ticked_on_practice_device", "public", {"decision": "yes"}, False),
        ("typed_and_ticked_on_practice_device", "present_external", TALK, True),
        ("verbal_recorded", "present_external", TALK, False),
        ("verbal_recorded", "research", STUDY, False),
        ("verbal_recorded", "teach_closed", TEACHING, False),
        ("verbal_recorded", "share_care", ADULT["purposes"]["share_care"], True),
        (None, "publish", ARTICLE, False),
        ("by_email", "teach_closed", TEACHING, False),
        ("by_email", "record", {"decision": "yes"}, True),
    ],
)
def test_e04_the_way_of_signing_is_strong_enough(method, purpose, details, is_enough):
    tree = changed(ADULT, {f"purposes.{purpose}": details, "signatures.0.method": method})

    assert ("E04" in stops(tree)) is not is_enough


def test_e04_spoken_consent_to_teaching_needs_the_reason_why_it_was_not_written():
    spoken = {"purposes.teach_closed": TEACHING, "signatures.0.method": "verbal_recorded"}

    assert stops(ADULT, {**spoken, "verbal": {"why_not_written": "Both arms in plaster"}}) == []
    assert stops(ADULT, {**spoken, "verbal": {"why_not_written": " "}}) == ["E04"]


def test_e04_names_the_purpose_and_whose_signature_it_needs():
    own = errors(PUBLISHED, {"signatures.0.method": "verbal_recorded"})
    parents = errors(CHILD, {"signatures.0.method": "verbal_recorded"})

    assert own["signatures.0.method"] == [
        message("E04", Noun="Publication", noun="publication", signer="the patient's")
    ]
    assert parents["signatures.0.method"][0].startswith(
        "Teaching needs the parent's own signature."
    )


def test_e04_a_second_stronger_signature_of_the_same_person_is_enough():
    spoken = {**ADULT["signatures"][0], "method": "verbal_recorded"}
    written = {**ADULT["signatures"][0], "signed_at": "2026-11-16T10:19:00Z"}
    tree = changed(PUBLISHED, {"signatures": [spoken, written]})

    assert "E04" not in stops(tree)


@pytest.mark.parametrize("channel", ["whatsapp", "personal_email", "", None, "fax"])
def test_e05_a_photo_is_sent_by_a_secure_way_only(channel):
    assert stops(ADULT, {"purposes.share_care.channel": channel}) == ["E05"]


def test_e05_a_way_that_is_not_asked_for_does_not_count():
    assert stops(ADULT, {"purposes.share_care": {"decision": "no", "channel": "whatsapp"}}) == []


def test_e05_a_practice_may_allow_fewer_ways():
    fewer = settings.read({"channels": ["ers_referral"]}, CATALOGUE)

    assert "E05" in stops(ADULT, settings=fewer, at=datetime(2026, 11, 16, 10, 18, tzinfo=UTC))
    assert stops(ADULT, settings=fewer) == []  # signed when more were allowed, perhaps


@pytest.mark.parametrize(
    ("basis", "words"),
    [
        ("grandparent", "A grandparent cannot sign"),
        ("aunt", "An aunt cannot sign"),
        ("uncle_by_marriage", "An uncle by marriage cannot sign"),
        ("", "A person cannot sign"),
        (None, "A person cannot sign"),
    ],
)
def test_e06_a_parent_says_how_they_have_parental_responsibility(basis, words):
    found = checked(CHILD, {"decision_maker.pr_basis": basis})

    assert found.stops == ["E06"]
    assert found.errors["decision_maker.pr_basis"][0].startswith(words)


@pytest.mark.parametrize("option", CATALOGUE.options("decision_maker.pr_basis"))
def test_e06_every_basis_of_the_list_is_enough(option):
    assert stops(CHILD, {"decision_maker.pr_basis": option.code}) == []


@pytest.mark.parametrize(
    ("born", "code"), [("2008-11-17", "E07"), ("2008-11-16", "E15"), ("2026-11-16", "E07")]
)
def test_e07_an_intimate_photo_under_18_is_a_stop_whoever_decides(born, code):
    private = {"photo.intimate": True, "patient.date_of_birth": born}

    assert code in stops(ADULT, private)
    assert ("E07" in stops(ADULT, private)) is (code == "E07")


def test_e07_asks_neither_for_a_chaperone_nor_for_details_of_uses():
    assert stops(CHILD, {"photo.intimate": True}) == ["E07"]


@pytest.mark.parametrize(
    ("part", "value", "field"),
    [
        ("type", "property_and_financial", "decision_maker.lpa.type"),
        ("type", "", "decision_maker.lpa.type"),
        ("registered", False, "decision_maker.lpa.registered"),
        ("registered", None, "decision_maker.lpa.registered"),
    ],
)
def test_e08_an_attorney_needs_a_registered_health_and_welfare_power(part, value, field):
    found = checked(ATTORNEY, {f"decision_maker.lpa.{part}": value})

    assert found.stops == ["E08"]
    assert found.errors["decision_maker.lpa.type"] == [message("E08")]
    assert field in found.errors


def test_e08_somebody_has_seen_the_power():
    unseen = {"decision_maker.lpa.seen_by": "", "decision_maker.lpa.seen_how": None}

    assert stops(ATTORNEY, unseen) == ["E08"]
    assert stops(ATTORNEY, {"decision_maker.lpa.seen_by": ""}) == []


@pytest.mark.parametrize(
    "base", [ATTORNEY, DEPUTY, CLINICIAN], ids=["attorney", "deputy", "doctor"]
)
@pytest.mark.parametrize("purpose", ["present_external", "publish"])
def test_e09_without_capacity_nothing_is_shown_outside_even_with_the_sign_off(base, purpose):
    found = checked(
        base,
        {f"purposes.{purpose}.decision": "yes", "decision_maker.caldicott_signoff": GUARDIAN},
    )

    assert found.stops == ["E09"]
    assert found.errors == {"purposes": [message("E09")]}


@pytest.mark.parametrize("lacking", ["name", "date", "reason"])
def test_e09_teaching_without_capacity_needs_the_whole_sign_off_and_the_note(lacking):
    teaching = {"purposes.teach_closed": TEACHING, "decision_maker.caldicott_signoff": GUARDIAN}
    short = {name: text for name, text in GUARDIAN.items() if name != lacking}

    assert stops(ATTORNEY, teaching) == []
    assert stops(ATTORNEY, {**teaching, "decision_maker.caldicott_signoff": short}) == ["E09"]
    assert stops(ATTORNEY, {**teaching, "decision_maker.best_interests": {}}) == ["E09"]


@pytest.mark.parametrize(
    "details", [{"purposes.present_external": TALK}, {"purposes.publish": ARTICLE}]
)
@pytest.mark.parametrize(
    "shows", [{"photo.face_shown": True}, {"photo.identifiable_by": ["rare_condition"]}]
)
def test_e09_a_parent_agrees_to_talks_and_articles_if_it_does_not_show_who_it_is(details, shows):
    signed_off = {"decision_maker.caldicott_signoff": GUARDIAN}

    assert stops(CHILD, details) == []
    assert stops(CHILD, {**details, **shows}) == ["E09"]
    assert stops(CHILD, {**details, **shows, **signed_off}) == []


def test_e09_a_parent_of_a_17_year_old_without_capacity_is_bound_as_others_are():
    teaching = {"decision_maker.best_interests": NOTE, "purposes.teach_closed": TEACHING}

    assert stops(PARENT_OF_17, teaching) == ["E09"]
    assert stops(PARENT_OF_17, {**teaching, "decision_maker.caldicott_signoff": GUARDIAN}) == []


@pytest.mark.parametrize(
    ("at", "codes"),
    [
        ("2025-03-03T09:34:59+00:00", ["E10"]),
        ("2025-03-03T09:35:00+00:00", []),
        ("2025-03-03T10:34:59+01:00", ["E10"]),
        ("2025-03-03T04:35:00-05:00", []),
    ],
)
def test_e10_nobody_changes_their_mind_before_they_agreed(at, codes):
    found = checked(SIGNED_BSL, {"events.3.at": at})

    assert found.stops == codes
    assert ("events.withdrawn.at" in found.errors) is bool(codes)


@pytest.mark.parametrize(
    ("at", "codes"),
    [
        ("2026-11-16T10:18:00+00:00", ["E11"]),  # the very second is not after it
        ("2026-11-16T10:18:01+00:00", []),
        ("2026-11-16T11:18:00+01:00", ["E11"]),
        ("2026-11-16T05:18:01-05:00", []),
    ],
)
def test_e11_a_photo_comes_after_the_first_valid_signature(at, codes):
    found = checked(ADULT, {"images.2.taken_at": at})

    assert found.stops == codes
    assert ("images.2.taken_at" in found.errors) is bool(codes)


def test_e11_counts_across_the_hour_that_comes_twice():
    hour = {"signatures.0.signed_at": "2026-10-25T01:30:00+01:00"}
    before, after = "2026-10-25T01:20:00+01:00", "2026-10-25T01:20:00+00:00"

    assert "E11" in stops(ADULT, {**hour, "images.0.taken_at": before})
    assert "images.0.taken_at" not in errors(ADULT, {**hour, "images.0.taken_at": after})


@pytest.mark.parametrize(
    "why",
    [
        {"images.0.taken_before_consent_reason": "emergency"},
        {"photo.kind": "patients_own_photo_already_sent"},
        {"photo.kind": "photo_already_in_record"},
    ],
)
def test_e11_an_older_photo_is_no_conflict_if_it_is_said_why(why):
    found = checked(ADULT, {"images.0.taken_at": "2026-11-16T09:00:00Z", **why})

    assert (found.stops, found.info) == ([], ["I03"])


def test_e11_a_witness_or_child_who_signs_first_gives_no_consent():
    first = {**CHILD["signatures"][1], "signed_at": "2026-11-17T15:00:00Z"}
    tree = changed(CHILD, {"signatures": [first, CHILD["signatures"][0]]})

    assert stops(tree, {"images.0.taken_at": "2026-11-17T15:10:00Z"}) == ["E11"]


def test_e12_a_childs_no_counts_whatever_the_parent_says():
    found = checked(CHILD, {"decision_maker.child_view": "objects"})

    assert found.errors == {"decision_maker.child_view": [message("E12")]}


@pytest.mark.parametrize("reference", ["", None, "pending", "not yet"])
def test_e13_a_study_is_named_by_its_ethics_committee(reference):
    study = {"purposes.research": {**STUDY, "rec_reference": reference}}

    assert stops(ADULT, study) == ["E13"]


@pytest.mark.parametrize(
    ("kind", "teaching", "codes"),
    [
        ("registered_professional", "yes", []),
        ("telephone_service", "yes", []),
        ("bilingual_staff", "yes", []),
        ("family_adult", "yes", ["E14"]),
        ("family_adult", "no", []),
        ("child", "yes", ["E14"]),
        ("child", "not_asked", ["E14"]),
    ],
)
def test_e14_relatives_interpret_for_care_alone_and_children_never(kind, teaching, codes):
    changes = {
        "communication.interpreter_type": kind,
        "purposes.teach_closed.decision": teaching,
    }

    assert stops(SIGNED_BSL, changes) == codes


@pytest.mark.parametrize(
    ("chaperone", "codes"),
    [
        (None, ["E15"]),
        ({}, ["E15"]),
        ({"offered": True}, ["E15"]),
        ({"outcome": "declined"}, ["E15"]),
        ({"offered": True, "outcome": "declined"}, []),
        ({"offered": True, "outcome": "not_available_delayed"}, []),
    ],
)
def test_e15_an_intimate_photo_of_an_adult_has_an_answer_about_a_chaperone(chaperone, codes):
    assert stops(ADULT, {"photo.intimate": True, "photo.chaperone": chaperone}) == codes


def test_a_chaperone_who_was_present_is_named():
    present = {"photo.intimate": True, "photo.chaperone": {"offered": True, "outcome": "present"}}

    assert errors(ADULT, present) == {"photo.chaperone.name": ["Fill this in."]}


@pytest.mark.parametrize("name", ACKNOWLEDGEMENTS)
@pytest.mark.parametrize("answer", [False, None])
def test_e16_every_line_is_read_and_ticked(name, answer):
    found = checked(PUBLISHED, {f"purposes.publish.{name}": answer})
    line = CATALOGUE.field(f"purposes.publish.{name}").label

    assert found.stops == ["E16"]
    assert found.errors == {f"purposes.publish.{name}": [message("E16", line=line)]}


def test_e16_an_unknown_licence_is_not_ticked_but_asked_again():
    unknown = {"purposes.publish.licence": "not_yet_known", "purposes.publish.ack_licence": None}
    found = checked(PUBLISHED, unknown)

    assert (found.stops, found.warnings) == ([], ["W07"])


@pytest.mark.parametrize(
    ("base", "changes", "field", "words"),
    [
        (ADULT, {"signatures.0.signer_role": "parent"}, "signer_role", "the patient"),
        (ADULT, {"signatures.0.signer_name": "Someone Else"}, "signer_name", "the patient"),
        (CHILD, {"signatures.0.signer_role": "attorney"}, "signer_role", "a parent"),
        (CHILD, {"signatures.0.signer_name": "Testgran Three"}, "signer_name", "a parent"),
        (ATTORNEY, {"signatures.0.signer_role": "deputy"}, "signer_role", "the attorney"),
        (CLINICIAN, {"signatures.0.signer_role": "patient"}, "signer_role", "the clinician"),
    ],
)
def test_e17_the_signer_is_whoever_decides(base, changes, field, words):
    tree = changed(base, changes)
    found = checked(tree)
    name = tree["signatures"][0]["signer_name"]

    assert found.stops == ["E17"]
    assert found.errors[f"signatures.0.{field}"] == [message("E17", Name=name, role=words)]


@pytest.mark.parametrize("name", ["testpatient one", "  Testpatient   ONE "])
def test_e17_case_and_spaces_make_no_other_person(name):
    assert stops(ADULT, {"signatures.0.signer_name": name}) == []


def test_e17_is_not_asked_while_the_authority_itself_is_in_doubt():
    gran = {"decision_maker.name": "Testgran Three", "decision_maker.pr_basis": "grandparent"}

    assert stops(CHILD, gran) == ["E06"]


@pytest.mark.parametrize("order", [1, -1])
def test_e17_looks_at_every_signature_in_any_order(order):
    tree = changed(CHILD, {"signatures": CHILD["signatures"][::order]})

    assert stops(tree) == []


@pytest.mark.parametrize(
    ("purpose", "details"),
    [("present_external", TALK), ("publish", ARTICLE), ("research", STUDY)],
)
def test_e18_a_parent_agrees_as_well_for_a_young_person_under_16(purpose, details):
    use = {f"purposes.{purpose}": details}
    parent = {**TEEN["signatures"][0], "signer_role": "parent", "signer_name": "Testmother Four"}
    both = {**use, "signatures": [*TEEN["signatures"], parent]}
    herself = {
        **use,
        "signatures": [*TEEN["signatures"], {**parent, "signer_name": "Testteen Four"}],
    }

    assert stops(TEEN, use) == ["E18"]
    assert errors(TEEN, use)[f"purposes.{purpose}.decision"] == [message("E18")]
    assert stops(TEEN, both) == []
    assert stops(TEEN, herself) == ["E18"]


def test_e18_teaching_is_for_the_young_person_alone():
    assert stops(TEEN, {"purposes.teach_closed": TEACHING}) == []


PLACES = {"purposes.public": {"decision": "yes", "places": ["website"]}}


@pytest.mark.parametrize(
    ("base", "codes"),
    [
        (ADULT, []),
        (YOUNG, ["E19"]),
        (CHILD, ["E19"]),
        (TEEN, ["E18", "E19"]),
        (ATTORNEY, ["E09", "E19"]),
        (CLINICIAN, ["E09", "E19"]),
    ],
    ids=["adult", "17", "parent", "15", "attorney", "doctor"],
)
def test_e19_only_adults_agree_to_their_own_photo_in_public(base, codes):
    assert stops(base, PLACES) == codes


def test_e19_speaks_truly_of_an_adult():
    assert errors(YOUNG, PLACES)["purposes.public.decision"] == [message("E19")]
    assert "under-18" not in errors(ATTORNEY, PLACES)["purposes.public.decision"][0]


def test_e20_attorneys_who_act_together_all_sign():
    joint = {
        "decision_maker.lpa.how_attorneys_act": "jointly",
        "decision_maker.lpa.attorneys": ["Testdecider Five", "Testson Five", "Testniece Five"],
    }
    one = ATTORNEY["signatures"][0]
    two, three = ({**one, "signer_name": name} for name in ("Testson Five", "Testniece Five"))

    assert stops(ATTORNEY, joint) == ["E20"]
    assert stops(ATTORNEY, {**joint, "signatures": [two, one]}) == ["E20"]
    assert stops(ATTORNEY, {**joint, "signatures": [three, two, one]}) == []
    assert stops(ATTORNEY, {**joint, "signatures": [one, one, one]}) == ["E20"]


def test_e20_one_is_enough_who_may_act_alone():
    alone = {
        "decision_maker.lpa.how_attorneys_act": "jointly_and_severally",
        "decision_maker.lpa.attorneys": ["Testdecider Five", "Testson Five"],
    }

    assert stops(ATTORNEY, alone) == []


@pytest.mark.parametrize(
    ("on", "codes"),
    [(date(2026, 11, 16), []), (date(2026, 11, 17), []), (date(2026, 11, 18), ["E21"])],
)
def test_e21_a_phone_is_cleared_within_24_hours(on, codes):
    found = checked(PHONE, {"device.deleted_at": None}, on=on)

    assert found.stops == codes
    assert ("I05" in found.info) is not bool(codes)


def test_e21_counts_the_hours_where_the_moment_is_known():
    taken = datetime(2026, 11, 16, 10, 21, tzinfo=UTC)
    kept = {"device.deleted_at": None, "signatures.0.signed_at": "2026-11-16T10:18:00Z"}

    after = [
        stops(PHONE, kept, at=taken + timedelta(hours=24) + extra)
        for extra in (timedelta(), timedelta(seconds=1))
    ]

    assert ["E21" in codes for codes in after] == [False, True]


def test_e21_is_not_for_the_practices_own_device():
    assert stops(ADULT, {"device": {"deleted_at": None}}) == []


@pytest.mark.parametrize(
    "purpose", ["teach_closed", "present_external", "publish", "public", "research"]
)
def test_e22_private_areas_are_for_care_alone(purpose):
    private = {
        "photo.intimate": True,
        "photo.chaperone": {"offered": True, "outcome": "declined"},
        f"purposes.{purpose}.decision": "yes",
    }

    assert stops(ADULT, private) == ["E22"]
    assert errors(ADULT, private)[f"purposes.{purpose}.decision"] == [message("E22")]


@pytest.mark.parametrize(
    ("signed_at", "codes"),
    [
        ("2026-11-22T23:59:59+00:00", []),
        ("2026-11-23T00:00:00+00:00", ["E23"]),
        ("2026-11-23T00:30:00+01:00", []),
    ],
)
def test_e23_a_stored_signature_is_not_of_tomorrow(signed_at, codes):
    later = {"signatures.0.signed_at": signed_at, "images": [], "clinician.declared_at": None}

    assert stops(ADULT, later) == codes


@pytest.mark.parametrize(
    ("minutes", "is_right"), [(-5.1, False), (-5, True), (0, True), (5, True), (5.1, False)]
)
def test_e23_at_signing_the_newest_signature_is_within_five_minutes(minutes, is_right):
    at = datetime(2026, 11, 17, 15, 31, tzinfo=UTC) + timedelta(minutes=minutes)

    assert ("E23" in stops(CHILD, at=at)) is not is_right


def test_e23_an_earlier_signature_of_the_same_form_is_not_held_against_the_clock():
    waited = {"signatures.0.signed_at": "2026-11-17T15:10:00Z"}

    assert "E23" not in stops(CHILD, waited, at=datetime(2026, 11, 17, 15, 32, tzinfo=UTC))


def test_e24_a_form_that_was_changed_in_the_patients_hands_starts_again():
    assert stops(ADULT, current_version="1.0.0") == []
    assert errors(ADULT, current_version="1.0.1") == {"template.version": [message("E24")]}


def test_s01_a_patient_who_resists_is_a_stop_unless_it_is_urgent():
    urgent = {"decision_maker.urgent_reason": "Infection is spreading"}

    assert stops(ATTORNEY, {"decision_maker.patient_objects": True}) == ["S01"]
    assert stops(ATTORNEY, {"decision_maker.patient_objects": True, **urgent}) == []


def test_s02_evidence_of_harm_goes_on_only_with_the_lead_and_only_for_care():
    harm = {"photo.evidence_of_harm": True}
    lead = {"photo.safeguarding_lead": "Dr L Lead", "photo.carry_on_reason": "Agreed by telephone"}

    assert stops(ADULT, harm) == ["S02"]
    assert stops(ADULT, {**harm, **lead}) == []
    assert stops(ADULT, {**harm, **lead, "purposes.teach_closed": TEACHING}) == ["S02"]


def test_s03_a_dispute_leaves_care_alone():
    dispute = {"decision_maker.other_parent_disagrees": "yes"}

    assert stops(CHILD, dispute) == ["S03"]
    assert stops(CHILD, {**dispute, "purposes.teach_closed": {"decision": "no"}}) == []


@pytest.mark.parametrize("seen", ["", None, "nothing"])
def test_s04_something_is_shown_before_publication(seen):
    assert stops(PUBLISHED, {"purposes.publish.material_seen": seen}) == ["S04"]


@pytest.mark.parametrize(
    ("base", "changes", "warning"),
    [
        (PUBLISHED, {"purposes.publish.online": False}, "W01"),
        (PHONE, {"device.moved_to_record_at": "2026-11-17T10:21:01Z",
                 "device.deleted_at": "2026-11-17T10:30:00Z"}, "W02"),
        (ADULT, {"information_given.patient_explained_back": False}, "W03"),
        (ADULT, {"communication.needs_recorded": ["large_print"]}, "W04"),
        (ADULT, {"communication.language": "Polish"}, "W05"),
        (SIGNED_BSL, {"communication.interpreter_type": "family_adult",
                      "purposes.teach_closed.decision": "no"}, "W06"),
        (PUBLISHED, {"purposes.publish.journal_form_also_signed": "no"}, "W08"),
        (ADULT, {"purposes.present_external": {**TALK, "ack_slides_may_spread": False}}, "W09"),
        (CHILD, {"decision_maker.other_parent_disagrees": "not_known"}, "W10"),
        (ATTORNEY, {"decision_maker.capacity_assessment.may_regain": True,
                    "decision_maker.caldicott_signoff": GUARDIAN,
                    "purposes.teach_closed": TEACHING}, "W11"),
        (CHILD, {"purposes.research": STUDY}, "W12"),
        (ADULT, {"images.1.location_data_removed": False}, "W13"),
        (CHILD, {"decision_maker.review_on_16th_birthday": "2034-06-21"}, "W14"),
        (ADULT, {"photo.lens_used": "macro"}, "W15"),
        (ADULT, {"photo.side": "both"}, "W16"),
        (PUBLISHED, {"purposes.publish.patient_wants_copy": True}, "W17"),
        (ADULT, {"signatures.0.content_sha256": None}, "W18"),
        (ATTORNEY, {"decision_maker.patient_objects": True,
                    "decision_maker.urgent_reason": "Spreading"}, "W19"),
        (ADULT, {"photo.face_shown": True}, "W21"),
        (ADULT, {"photo.intimate": True,
                 "photo.chaperone": {"offered": True, "outcome": "not_available_delayed"}}, "W22"),
        (ADULT, {"photo.kind": "photo_already_in_record", "purposes.record.decision": "no"}, "W23"),
        (ATTORNEY, {"decision_maker.lpa.how_attorneys_act": "jointly_for_some"}, "W24"),
        (PUBLISHED, {"photo.copyright_owner": "patient",
                     "photo.copyright_licence_given": True}, "W25"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_warning_does_not_stand_in_the_way(base, changes, warning):
    found = checked(base, changes)

    assert found.warnings == [warning]
    assert found.is_sound


@pytest.mark.parametrize(
    ("base", "changes", "field"),
    [
        (ADULT, {"photo.reason": "For records"}, "photo.reason"),
        (ADULT, {"photo.reason": "x" * 301}, "photo.reason"),
        (ADULT, {"photo.body_site": "Right forearm"}, "photo.side"),
        (ADULT, {"photo.identifiable_by": ["none", "tattoo"]}, "photo.identifiable_by"),
        (ADULT, {"identity_check.method": "photo_id_seen"}, "identity_check.detail"),
        (ADULT, {f"{SEND}recipient": "a colleague"}, f"{SEND}recipient"),
        (ADULT, {f"{SEND}valid_until": "2027-11-17"}, f"{SEND}valid_until"),
        (ADULT, {f"{SEND}valid_until": "2026-11-16"}, f"{SEND}valid_until"),
        (ADULT, {"images.1.image_id": "IMG-0101-A"}, "images.1.image_id"),
        (ADULT, {"images.1.taken_at": "2026-11-16T10:22:00"}, "images.1.taken_at"),
        (ADULT, {"images.1.sha256": "abc"}, "images.1.sha256"),
        (ADULT, {"clinician.declared_at": "2026-11-16T10:17:59Z"}, "clinician.declared_at"),
        (ADULT, {"clinician.registration_number": "123456"}, "clinician.registration_number"),
        (CHILD, {"clinician.registration_number": "00A0000"}, "clinician.registration_number"),
        (ADULT, {"information_given.limits_of_withdrawal": False},
         "information_given.limits_of_withdrawal"),
        (ADULT, {"patient.date_of_birth": "2026-11-23"}, "patient.date_of_birth"),
        (ADULT, {"patient.date_of_birth": "1906-11-01"}, "patient.date_of_birth"),
        (ADULT, {"patient.full_name": "T3st", "signatures.0.signer_name": "T3st"},
         "patient.full_name"),
        (ADULT, {"signatures": []}, "signatures"),
        (ADULT, {"purposes.record.decision": "no"}, "purposes.share_care.decision"),
        (ADULT, {"decision_maker.capacity": "lacks_capacity"}, "decision_maker.capacity"),
        (TEEN, {"decision_maker.competence.free_from_pressure": False},
         "decision_maker.competence.free_from_pressure"),
        (TEEN, {"decision_maker.competence.note": "Too short"}, "decision_maker.competence.note"),
        (TEEN, {"decision_maker.hide_from_proxy_access": None},
         "decision_maker.hide_from_proxy_access"),
        (ATTORNEY, {"decision_maker.capacity_assessment.assessed_on": "2026-10-18"},
         "decision_maker.capacity_assessment.assessed_on"),
        (ATTORNEY, {"decision_maker.capacity_assessment.cannot": []},
         "decision_maker.capacity_assessment.cannot"),
        (ATTORNEY, {"decision_maker.capacity_assessment.because_of_impairment": False},
         "decision_maker.capacity_assessment.because_of_impairment"),
        (DEPUTY, {"decision_maker.court_order.covers_health_and_welfare": False},
         "decision_maker.court_order.covers_health_and_welfare"),
        (PUBLISHED, {"photo.copyright_owner": "patient"}, "photo.copyright_licence_given"),
        (PUBLISHED, {"purposes.publish.third_parties": True},
         "purposes.publish.third_parties_agreed"),
        (PUBLISHED, {"purposes.publish.read_on": "2026-11-17"}, "purposes.publish.read_on"),
        (PUBLISHED, {"purposes.publish.authors": []}, "purposes.publish.authors"),
        (PHONE, {"device.deleted_at": "2026-11-16T10:59:00Z"}, "device.deleted_at"),
        (PHONE, {"device.moved_to_record_at": "2026-11-16T10:20:00Z"}, "device.moved_to_record_at"),
        (PHONE, {"device.location_off": False}, "device.location_off"),
        (SIGNED_BSL, {"events.1.purposes": ["teaching"]}, "events.1.purposes"),
        (SIGNED_BSL, {"events.1.type": "revoked"}, "events.1.type"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_wrong_answer_is_said_under_its_field_alone_and_is_no_stop(base, changes, field):
    found = checked(base, changes)

    assert list(found.errors) == [field]
    assert found.stops == []


def test_a_capacity_assessment_holds_for_28_days():
    last = {"decision_maker.capacity_assessment.assessed_on": "2026-10-19"}

    assert errors(ATTORNEY, last) == {}


def test_a_witness_is_another_person_and_not_the_clinician_for_uses_beyond_care():
    marked = {
        "signatures.0.method": "mark_with_witness",
        "witness": {"name": "Dr A Example", "role": "GP"},
    }

    assert errors(ADULT, marked) == {}
    assert list(errors(ADULT, {**marked, "purposes.teach_closed": TEACHING})) == ["witness.name"]
    assert list(errors(ADULT, {**marked, "witness.name": "testpatient one"})) == ["witness.name"]


def test_paper_is_keyed_and_checked_by_two_people_for_this_record():
    paper = {"keyed_by": "A Clerk", "checked_by": "B Clerk", "scan_sha256": "b" * 64}
    paper["page_code"] = "PIC-2026-000101"
    scanned = {"signatures.0.method": "wet_ink_scan", "wet": paper}

    assert errors(ADULT, scanned) == {}
    assert list(errors(ADULT, {**scanned, "wet.checked_by": "a clerk"})) == ["wet.checked_by"]
    assert list(errors(ADULT, {**scanned, "wet.page_code": "PIC-2026-000102"})) == ["wet.page_code"]


def test_a_live_signature_that_is_empty_or_one_dot_is_refused():
    at = datetime(2026, 11, 16, 10, 18, tzinfo=UTC)
    png = "iVBORw0KGgo="

    found = [
        errors(ADULT, {"images": [], **mark}, at=at).get("signatures.0.mark_png")
        for mark in (
            {},
            {"signatures.0.mark_png": png, "signatures.0.mark_points": 2},
            {"signatures.0.mark_png": png, "signatures.0.mark_points": 3},
            {"signatures.0.mark_png": "PHN2Zz4="},
        )
    ]

    assert [bool(one) for one in found] == [True, True, False, True]


def test_a_personal_phone_needs_the_practices_policy_when_it_is_used_now():
    at = datetime(2026, 11, 16, 10, 18, tzinfo=UTC)
    policy = {"personal_phone_allowed": True, "personal_phone_policy": "Photo policy 3"}
    allowed = settings.read(policy, CATALOGUE)

    assert "photo.device" in errors(PHONE, at=at)
    assert "photo.device" not in errors(PHONE, at=at, settings=allowed)
    assert "photo.device" not in errors(PHONE)


@pytest.mark.parametrize("blank", [None, "", "   "])
def test_missing_null_and_empty_are_the_same(blank):
    without = changed(ADULT, {})
    del without["photo"]["body_site"]

    assert errors(ADULT, {"photo.body_site": blank}) == errors(without)


def test_unknown_names_and_wrong_types_are_refused_all_at_once():
    wrong = {
        "purposes.sell": {"decision": "yes"},
        "patient.nhs_number": True,
        "photo.chaperon": 1,
    }

    with pytest.raises(AnswersUnreadable) as refused:
        checked(ADULT, wrong)

    assert set(refused.value.errors) == {"purposes.sell", "patient.nhs_number", "photo.chaperon"}
    assert "did you mean chaperone" in refused.value.errors["photo.chaperon"][0]


@pytest.mark.parametrize(
    "answers", [None, [], "yes", 3, {"photo": "skin"}, {"images": {}}, {"images": ["x"]}]
)
def test_what_is_no_tree_of_answers_is_refused(answers):
    with pytest.raises(AnswersUnreadable):
        checking.check(answers, CATALOGUE, on=TODAY)


def test_answers_nested_too_deeply_are_refused_and_no_fault_of_ours():
    deep = {}
    for _ in range(5000):
        deep = {"a": deep}

    with pytest.raises(AnswersUnreadable, match="too deeply"):
        checking.check({"photo": deep}, CATALOGUE, on=TODAY)


def test_other_codes_names_and_places_are_read_as_the_forms_own():
    tree = changed(PUBLISHED, {"purposes.publish.licence": "CC BY-NC 4.0"})
    moved = changed(TEEN, {"competence": TEEN["decision_maker"]["competence"]})
    del moved["decision_maker"]["competence"]

    assert checked(tree).answers["purposes"]["publish"]["licence"] == "cc_by_nc_4_0"
    assert checked(moved).is_sound
    assert checked(CHILD).answers["decision_maker"]["other_parent_disagrees"] == "no"


def test_another_name_with_an_answer_of_another_kind_is_kept_as_it_stands():
    tree = changed(ATTORNEY, {})
    assessment = tree["decision_maker"]["capacity_assessment"]
    del assessment["because_of_impairment"]
    assessment["link"] = "Her memory does not hold the question"

    found = checked(tree)

    assert found.warnings == ["W15"]
    assert found.answers["decision_maker"]["capacity_assessment"]["link"].startswith("Her memory")
    assert list(found.errors) == ["decision_maker.capacity_assessment.because_of_impairment"]


def test_a_question_answered_in_words_under_two_names_is_refused():
    with pytest.raises(AnswersUnreadable, match="under its own name or another"):
        checked(ATTORNEY, {"decision_maker.lpa.checked_by": "Dr B Sample"})


def test_a_tick_under_another_name_beside_the_answer_is_kept_as_it_stands():
    found = checked(ATTORNEY, {"decision_maker.lpa.checked_by": True})

    assert (found.is_sound, found.warnings) == (True, ["W15"])
    assert found.answers["decision_maker"]["lpa"]["checked_by"] is True


def test_a_name_close_to_one_that_is_answered_is_a_detail_of_its_own():
    moved = {"device.moved_to_record_by": "Dr A Example"}

    assert checked(PHONE, moved).warnings == ["W15"]
    with pytest.raises(AnswersUnreadable, match="did you mean moved_to_record_at"):
        checked(PHONE, {**moved, "device.moved_to_record_at": None})


def test_numbers_and_lists_are_read_as_the_text_that_they_stand_for():
    people = "decision_maker.best_interests.people_asked"
    asked = checked(ATTORNEY, {people: ["Testdaughter Five", "The home's manager"]}).answers

    assert checked(ADULT, {"patient.nhs_number": 9990001006}).is_sound
    assert asked["decision_maker"]["best_interests"]["people_asked"] == (
        "Testdaughter Five; The home's manager"
    )


@pytest.mark.parametrize(
    "name",
    ["tablet_room", "template.printed_on", "practice.opens", "patient.preferred_name",
     "identity_check.at", "information_given.leaflet", "clinician.grade"],
)  # fmt: skip
def test_what_the_form_does_not_ask_is_kept_with_a_warning(name):
    found = checked(ADULT, {name: "detail"})

    assert (found.stops, found.errors, found.warnings) == ([], {}, ["W15"])


@pytest.mark.parametrize("name", ["purposes.sell", "purposes.training"])
def test_a_purpose_that_the_form_does_not_know_is_refused(name):
    with pytest.raises(AnswersUnreadable, match="no such question"):
        checked(ADULT, {name: {"decision": "yes"}})


def test_a_patients_own_words_may_stand_where_yes_may():
    found = checked(PUBLISHED, {"purposes.publish.patient_perspective": "It itched for a year"})
    many = checked(PUBLISHED, {"purposes.publish.patient_perspective": "itch " * 501})

    assert found.is_sound
    assert list(many.errors) == ["purposes.publish.patient_perspective.text"]


def test_computed_values_say_who_signs_for_how_long_and_what_may_be_agreed_to():
    computed = checked(CHILD).computed

    assert computed["age"] == 8
    assert computed["signs"] == "parent"
    assert computed["routes"] == ["child_competent_self", "parent"]
    assert computed["valid_until"] == {
        "record": None, "share_care": "2027-11-17", "teach_closed": "2031-11-17",
    }  # fmt: skip
    assert computed["review_on_16th_birthday"] == "2034-06-20"
    assert "public" not in computed["may_agree_to"]


def test_a_term_is_the_practices_and_ends_with_the_month():
    leap = {
        "signatures.0.signed_at": "2024-02-29T10:00:00Z",
        "purposes.share_care.valid_until": None,
        "images": [],
    }
    shorter = settings.read({"validity_months": {"share_care": 6}}, CATALOGUE)

    assert checked(ADULT, leap).computed["valid_until"]["share_care"] == "2025-02-28"
    assert (
        checked(ADULT, leap, settings=shorter).computed["valid_until"]["share_care"] == "2024-08-29"
    )


def test_a_shorter_term_of_today_is_not_held_against_a_form_that_was_signed_before():
    shorter = settings.read({"validity_months": {"share_care": 6}}, CATALOGUE)
    at = datetime(2026, 11, 16, 10, 18, tzinfo=UTC)
    field = "purposes.share_care.valid_until"

    assert field in errors(ADULT, settings=shorter, at=at)
    assert field not in errors(ADULT, settings=shorter)


def test_the_16th_birthday_of_29_february_is_in_a_leap_year_itself():
    born = {"patient.date_of_birth": "2016-02-29", "decision_maker.review_on_16th_birthday": None}

    assert checked(CHILD, born).computed["review_on_16th_birthday"] == "2032-02-29"


def test_a_refusal_of_the_photo_needs_no_signature_and_is_filed():
    refused = {f"purposes.{one.key}.decision": "not_asked" for one in CATALOGUE.purposes}
    refused |= {"purposes.record.decision": "no", "signatures": [], "images": []}
    found = checked(ADULT, refused)

    assert found.is_sound
    assert (found.info, found.computed["outcome"]) == (["I02"], "no_photo")


def test_the_set_up_can_be_checked_before_the_patient_has_the_screen():
    empty = {"purposes": {}, "signatures": [], "information_given": {}, "photo.side": None}

    fields = {one.field for one in checked(ADULT, empty).within(["set_up"])}

    assert fields == {"photo.side"}


def test_nothing_that_is_checked_is_changed():
    before = copy.deepcopy(CHILD)

    checking.check(CHILD, CATALOGUE, on=TODAY)

    assert before == CHILD
