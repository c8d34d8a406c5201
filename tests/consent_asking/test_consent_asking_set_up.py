"""Setting up a consent: what staff fill in, what hinders, and what only the patient says."""

from datetime import timedelta
from typing import Any

import pytest

from lettergen.consents import asking
from lettergen.consents.register.histories import NotFound
from lettergen.refusals import Refused

ADULT_INTIMATE = {
    "photo__intimate": True,
    "photo__chaperone__offered": True,
    "photo__chaperone__outcome": "declined",
}


def test_a_new_consent_asks_about_nothing_and_knows_who_asks(session, people, form, now):
    one = asking.start(session, form, people.clinician, at=now)

    assert asking.asked(one.answers) == ()
    assert one.answers["clinician"]["name"] == "Dr Casey Clinician"
    assert one.answers["clinician"]["role"] == "GP partner"
    assert one.answers["record_id"] == one.reference


def test_a_complete_set_up_may_go_to_the_patient(begun, rules, now):
    found = asking.set_up(begun().answers, rules, at=now)

    assert found.errors == {}
    assert found.is_ready


def test_an_empty_set_up_says_all_that_it_lacks_and_nothing_of_the_patients(
    session, people, form, rules, now
):
    one = asking.start(session, form, people.clinician, at=now)

    found = asking.set_up(one.answers, rules, at=now)

    assert {"patient.full_name", "patient.nhs_number", "photo.reason", "purposes"} <= set(
        found.errors
    )
    assert not any(
        name.startswith(("information_given", "signatures", "clinician")) for name in found.errors
    )


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"patient__nhs_number": "9990001007"}, "patient.nhs_number", "E01"),
        ({"decision_maker__route": "young_person_self"}, "decision_maker.route", "E02"),
        (
            {"purposes__share_care__channel": "whatsapp"},
            "purposes.share_care.channel",
            "E05",
        ),
        ({"photo__evidence_of_harm": True}, "photo.evidence_of_harm", "S02"),
        ({"photo__intimate": True}, "photo.chaperone", "E15"),
        (ADULT_INTIMATE, "purposes.teach_closed.decision", "E22"),
        ({"purposes__research__decision": ""}, "purposes.research.rec_reference", "E13"),
        ({"purposes__publish__decision": ""}, "purposes.publish.material_seen", "S04"),
    ],
)
def test_the_set_up_is_stopped_before_the_patient_is_asked(
    begun, rules, now, changes: dict[str, Any], field: str, code: str
):
    found = asking.set_up(begun(**changes).answers, rules, at=now)

    assert field in found.errors
    assert code in found.stops


def test_an_intimate_photo_of_a_child_is_stopped(begun, rules, now):
    young = {"patient__date_of_birth": "2014-01-01", "photo__intimate": True}

    found = asking.set_up(begun(**young).answers, rules, at=now)

    assert "E07" in found.stops


def test_what_is_no_number_is_said_where_it_stands(begun, rules, now):
    one = begun(photo__count="two")

    found = asking.set_up(one.answers, rules, at=now)

    assert found.errors == {"photo.count": ["Enter a whole number from 1 to 50."]}


def test_the_acknowledgements_of_an_article_are_not_the_set_ups(begun, rules, now):
    article = {
        "decision": "",
        "outlet_type": "journal",
        "outlet_name": "Example Journal",
        "article_title": "A changing mark",
        "online": True,
        "material_seen": "final_draft",
        "material_sha256": "a" * 64,
        "read_on": "2026-11-19",
        "licence": "cc_by_4_0",
        "journal_form_also_signed": "not_yet",
        "third_parties": False,
        "authors": ["Dr Casey Clinician"],
    }

    found = asking.set_up(begun(purposes__publish=article).answers, rules, at=now)

    assert found.errors == {}


def test_saving_keeps_what_was_typed_and_counts_it(session, people, form, begun, now):
    one = begun()
    typed = {**one.answers, "photo": {**one.answers["photo"], "count": 3}}

    asking.save(session, form, people.receptionist, one.id, typed, revision=one.revision, at=now)

    assert one.answers["photo"]["count"] == 3
    assert one.revision == 2
    assert one.saved_by == people.receptionist.staff_id


def test_two_tabs_do_not_overwrite_each_other(session, people, form, begun, now):
    one = begun()
    mine = {**one.answers, "photo": {**one.answers["photo"], "count": 3}}
    theirs = {**one.answers, "photo": {**one.answers["photo"], "count": 4}}
    asking.save(session, form, people.receptionist, one.id, theirs, revision=1, at=now)

    with pytest.raises(asking.ChangedMeanwhile):
        asking.save(session, form, people.clinician, one.id, mine, revision=1, at=now)

    assert one.answers["photo"]["count"] == 4


@pytest.mark.parametrize(
    "change",
    [
        {"purposes": {"record": {"decision": "yes"}}},
        {"information_given": {"why_photo": True}},
        {"signatures": [{"signer_role": "patient", "signer_name": "Tessa Oldersby"}]},
        {"clinician": {"declaration_voluntary": True}},
        {"record_id": "LG-0000-0000"},
    ],
)
def test_staff_cannot_answer_sign_or_declare_in_the_set_up(
    session, people, form, begun, now, change: dict[str, Any]
):
    one = begun()
    before = one.answers

    with pytest.raises(Refused, match="Only the patient"):
        asking.save(
            session, form, people.clinician, one.id, {**one.answers, **change}, revision=1, at=now
        )

    assert one.answers == before


def test_an_earlier_form_is_started_from_without_its_answers_and_signatures(
    session, people, form, begun, now
):
    one = begun()
    signed = {
        **one.answers,
        "purposes": {"record": {"decision": "yes"}, "public": {"decision": "not_asked"}},
        "signatures": [{"signer_role": "patient", "signer_name": "Tessa Oldersby"}],
    }

    again = asking.start(session, form, people.clinician, at=now, answers=signed)

    assert again.answers["purposes"]["record"]["decision"] == ""
    assert "signatures" not in again.answers
    assert again.reference != one.reference


def test_nothing_of_another_practice_can_be_seen_or_changed(session, people, form, begun, now):
    one = begun()

    with pytest.raises(NotFound):
        asking.draft(session, people.stranger, one.id)
    with pytest.raises(NotFound):
        asking.save(session, form, people.stranger, one.id, {}, revision=1, at=now)
    assert asking.drafts(session, people.stranger) == []


def test_an_incomplete_set_up_is_not_handed_over(session, people, rules, begun, now):
    one = begun(photo__reason="")

    with pytest.raises(asking.NotReady) as refused:
        asking.hand_over(session, rules, people.clinician, one.id, "tablet", at=now)

    assert refused.value.errors == {"photo.reason": ["Fill this in."]}
    assert one.stage == "draft"


def test_the_set_up_stands_still_while_the_patient_has_it(session, people, form, hand, now):
    one = hand()

    with pytest.raises(asking.WrongStage, match="with the patient"):
        asking.save(
            session, form, people.clinician, one.id, one.answers, revision=one.revision, at=now
        )


def test_taken_back_and_changed_only_the_changed_question_is_asked_again(
    session, people, form, rules, hand, choose, now
):
    one = choose(hand(), purposes__teach_closed__decision="no")
    asking.take_back(session, rules, people.clinician, one.id, at=now)
    purposes = one.answers["purposes"]
    other = {**purposes, "share_care": {**purposes["share_care"], "recipient": "Eye clinic"}}
    asking.save(
        session,
        form,
        people.clinician,
        one.id,
        {**one.answers, "purposes": other},
        revision=one.revision,
        at=now,
    )

    asking.hand_over(session, rules, people.clinician, one.id, "tablet", at=now)

    decisions = {key: given["decision"] for key, given in one.answers["purposes"].items()}
    assert decisions["share_care"] == ""
    assert decisions["teach_closed"] == "no"
    assert not asking.is_confirmed(one)
    assert "information_given" not in one.answers


def test_a_cancelled_consent_leaves_nothing_but_its_name_in_the_audit(session, people, hand, now):
    one = hand()

    asking.cancel(session, people.clinician, one.id, at=now + timedelta(minutes=1))

    assert (one.stage, one.ended) == ("closed", "cancelled")
    assert one.answers == {}
    assert asking.drafts(session, people.clinician) == []
