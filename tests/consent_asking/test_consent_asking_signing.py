"""The patient's side: answers, who signs, and all that is refused without losing a thing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lettergen.consents import asking
from lettergen.consents.asking import Signature
from lettergen.consents.papers import marks
from lettergen.consents.papers.marks import NoMark
from lettergen.forms import AnswersUnreadable
from lettergen.refusals import Refused
from tests.consent_asking.cases import ATTORNEYS, CHILD, MARK, TEENAGER

TESSA, ROBIN, MORGAN = "Tessa Oldersby", "Robin Youngerby", "Morgan Youngerby"
DOT = [{"points": [{"x": 5, "y": 5}, {"x": 5, "y": 5}, {"x": 5, "y": 5}]}]


def test_an_adult_answers_signs_and_is_done(rules, hand, choose, sign, now):
    one = choose(hand())

    sign(one, TESSA)

    assert one.stage == "answered"
    assert one.answered_at == now + timedelta(minutes=2)
    [given] = one.answers["signatures"]
    assert given["content_sha256"] == one.shown["sha256"]
    assert "Answer: Yes" in one.shown["text"]
    assert "I was told why a photo helps: Yes" in one.shown["text"]


def test_nothing_is_chosen_beforehand(hand):
    one = hand()

    assert {given["decision"] for given in one.answers["purposes"].values()} <= {"", "not_asked"}


def test_another_date_of_birth_is_refused(session, rules, people, begun, now):
    one = begun()
    asking.hand_over(session, rules, people.clinician, one.id, "tablet", at=now)

    with pytest.raises(asking.WrongPerson):
        asking.confirm_identity(session, rules, one, date(1958, 4, 3), at=now)

    assert not asking.is_confirmed(one)


def test_nobody_answers_before_saying_who_they_are(session, rules, people, begun, now):
    one = begun()
    asking.hand_over(session, rules, people.clinician, one.id, "tablet", at=now)

    asking.answer(session, rules, one, {"communication.format_given": "large_print"}, at=now)
    with pytest.raises(asking.NotConfirmed):
        asking.answer(session, rules, one, {"purposes.record.decision": "yes"}, at=now)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("purposes.public.decision", "yes"),
        ("purposes.record.decision", "perhaps"),
        ("purposes.share_care.recipient", "A newspaper"),
        ("decision_maker.route", "best_interests"),
        ("clinician.declaration_voluntary", True),
        ("signatures", []),
        ("signatures[].signer_name", "Tessa"),
        ("nothing.of.the.kind", "x"),
    ],
)
def test_the_patients_view_answers_only_what_it_was_asked(
    session, rules, hand, now, name: str, value: object
):
    one = hand()
    before = one.answers

    with pytest.raises(Refused, match="not on the patient's form"):
        asking.answer(session, rules, one, {name: value}, at=now)

    assert one.answers == before


def test_an_answer_of_a_wrong_type_is_refused(session, rules, hand, now):
    one = hand()

    with pytest.raises(AnswersUnreadable):
        asking.answer(session, rules, one, {"photo.limits": {"not": "my face"}}, at=now)


def test_an_answer_can_be_changed_and_taken_back(session, rules, hand, now):
    one = hand()
    for said in ("yes", "no", ""):
        asking.answer(session, rules, one, {"purposes.record.decision": said}, at=now)

    assert one.answers["purposes"]["record"]["decision"] == ""


def test_not_sure_takes_the_answer_back_and_tells_the_clinician(session, rules, hand, now):
    one = hand()
    asking.answer(session, rules, one, {"purposes.teach_closed.decision": "yes"}, at=now)

    asking.not_sure(session, rules, one, "teach_closed", at=now)

    assert asking.unsure_of(one) == ["teach_closed"]
    assert one.answers["purposes"]["teach_closed"]["decision"] == ""
    asking.answer(session, rules, one, {"purposes.teach_closed.decision": "no"}, at=now)
    assert asking.unsure_of(one) == []


def test_one_use_refused_is_signed_like_any_other_answer(hand, choose, sign):
    one = choose(hand(), purposes__teach_closed__decision="no")

    sign(one, TESSA)

    assert one.stage == "answered"
    assert one.answers["purposes"]["teach_closed"]["decision"] == "no"


def test_an_open_question_is_not_signed(hand, choose, sign):
    one = choose(hand(), purposes__teach_closed__decision="")

    with pytest.raises(asking.NotReady) as refused:
        sign(one, TESSA)

    assert list(refused.value.errors) == ["purposes.teach_closed.decision"]


def test_signing_twice_is_refused_once_and_kept_once(hand, choose, sign):
    one = choose(hand(TEENAGER), purposes__present_external__decision="yes")
    sign(one, TESSA)

    with pytest.raises(asking.AlreadySigned):
        sign(one, "tessa  OLDERSBY")

    assert len(one.answers["signatures"]) == 1


def test_signing_when_all_have_signed_is_refused(hand, choose, sign):
    one = choose(hand())
    sign(one, TESSA)

    with pytest.raises(asking.WrongStage):
        sign(one, TESSA)

    assert len(one.answers["signatures"]) == 1


def test_a_second_device_with_other_choices_is_refused_and_nothing_is_lost(
    session, rules, hand, choose, sign, now
):
    one = choose(hand())
    seen_here = asking.seen(one, rules, at=now)[1]
    asking.answer(session, rules, one, {"purposes.teach_closed.decision": "no"}, at=now)

    with pytest.raises(asking.ChangedMeanwhile):
        sign(one, TESSA, shown=seen_here)

    assert one.stage == "offered"
    assert one.answers["purposes"]["record"]["decision"] == "yes"


def test_a_form_that_changed_after_the_hand_over_is_not_signed(
    session, people, rules, hand, choose, now
):
    one = choose(hand())
    newer = replace(rules, catalogue=replace(rules.catalogue, version="of-tomorrow"))
    signature = Signature("patient", TESSA, "drawn_on_practice_device", MARK)
    shown = asking.seen(one, newer, at=now)[1]

    with pytest.raises(asking.FormUpdated, match="The form has been updated"):
        asking.sign(session, newer, one, signature, shown, at=now)

    assert one.stage == "offered"
    asking.take_back(session, newer, people.clinician, one.id, at=now)
    asking.hand_over(session, newer, people.clinician, one.id, "tablet", at=now)
    assert one.version == "of-tomorrow"


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_wrong_clock_is_refused(hand, choose, sign, now, minutes: int):
    one = choose(hand())
    at = now + timedelta(minutes=2)

    with pytest.raises(asking.NotReady) as refused:
        sign(one, TESSA, at=at, device_at=at + timedelta(minutes=minutes))

    assert refused.value.reasons == ("Check the date and time on this device.",)
    assert one.stage == "offered"


def test_a_clock_a_few_minutes_off_is_no_matter(hand, choose, sign, now):
    at = now + timedelta(minutes=2)

    one = sign(choose(hand()), TESSA, at=at, device_at=at - timedelta(minutes=4))

    assert one.answers["signatures"][0]["signed_at"] == at.isoformat(timespec="seconds")


@pytest.mark.parametrize(
    ("name", "role"), [("Somebody Else", "patient"), (TESSA, "parent"), ("", "patient")]
)
def test_a_signer_who_does_not_match_the_route_is_refused(hand, choose, sign, name, role):
    one = choose(hand())

    with pytest.raises(asking.NotReady):
        sign(one, name, role)

    assert one.stage == "offered"
    assert "signatures" not in one.answers


def test_an_empty_box_is_refused(hand, choose, sign):
    one = choose(hand())

    with pytest.raises(asking.NotReady) as refused:
        sign(one, TESSA, mark=None)

    assert "signatures.0.mark_png" in refused.value.errors


def test_a_single_dot_is_no_mark():
    with pytest.raises(NoMark, match="no more than a dot"):
        marks.drawn("data:image/png;base64,", DOT)


def test_a_way_of_signing_that_does_not_belong_to_the_hand_over_is_refused(hand, choose, sign):
    one = choose(hand())

    with pytest.raises(Refused, match="Choose another way to sign"):
        sign(one, TESSA, method="verbal_recorded")


def test_a_typed_name_is_not_enough_for_the_public(hand, choose, sign):
    one = choose(
        hand(purposes__public={"decision": "", "places": ["website"]}),
        purposes__public__decision="yes",
    )

    with pytest.raises(asking.NotReady) as refused:
        sign(one, TESSA, method="typed_and_ticked_on_practice_device", mark=None)

    assert list(refused.value.errors) == ["signatures.0.method"]
    sign(one, TESSA)
    assert one.stage == "answered"


def test_who_cannot_sign_has_a_witness_who_is_somebody_else(hand, choose, sign):
    one = choose(hand())
    how = {"method": "mark_with_witness", "mark": None}

    with pytest.raises(asking.NotReady) as refused:
        sign(one, TESSA, **how, evidence={"witness": {"name": TESSA, "role": "Friend"}})
    assert "witness.name" in refused.value.errors
    assert "witness" not in one.answers

    sign(one, TESSA, **how, evidence={"witness": {"name": "Jo Neighbour", "role": "Friend"}})
    assert one.stage == "answered"


def test_a_child_agrees_first_and_the_mother_signs(rules, hand, choose, sign, now):
    one = choose(hand(CHILD))
    awaited = asking.signers(one, rules, at=now)
    assert [(each.role, each.names, each.is_needed) for each in awaited] == [
        ("child_assent", (ROBIN,), False),
        ("parent", (MORGAN,), True),
    ]

    sign(one, ROBIN, "child_assent")
    assert one.stage == "offered"
    sign(one, MORGAN, "parent")

    assert one.stage == "answered"
    assert [given["signer_role"] for given in one.answers["signatures"]] == [
        "child_assent",
        "parent",
    ]


def test_a_parent_may_sign_alone_for_a_child(hand, choose, sign):
    one = choose(hand(CHILD))

    sign(one, MORGAN, "parent")

    assert one.stage == "answered"


def test_a_grandparent_does_not_sign_in_the_mothers_place(hand, choose, sign):
    one = choose(hand(CHILD))

    with pytest.raises(asking.NotReady):
        sign(one, "Grandma Youngerby", "parent")


def test_a_childs_objection_stops_the_signing(hand, choose, sign):
    one = choose(hand(CHILD), decision_maker__child_view="objects")

    with pytest.raises(asking.NotReady) as refused:
        sign(one, MORGAN, "parent")

    assert list(refused.value.errors) == ["decision_maker.child_view"]


def test_a_young_person_and_a_parent_agree_to_talks_together(rules, hand, choose, sign, now):
    one = choose(hand(TEENAGER), purposes__present_external__decision="yes")

    sign(one, TESSA)
    assert one.stage == "offered"
    assert list(asking.waits_for(one, rules, at=now)) == ["purposes.present_external.decision"]
    assert [each.role for each in asking.signers(one, rules, at=now)] == ["parent"]
    sign(one, MORGAN, "parent")

    assert one.stage == "answered"


def test_a_parent_who_signs_before_the_young_person_is_not_the_last(hand, choose, sign):
    one = choose(hand(TEENAGER), purposes__present_external__decision="yes")

    sign(one, MORGAN, "parent")
    assert one.stage == "offered"
    sign(one, TESSA)

    assert one.stage == "answered"


def test_attorneys_who_act_jointly_all_sign(rules, hand, choose, sign, now):
    one = choose(hand(ATTORNEYS))

    sign(one, "Ash Oldersby", "attorney")
    assert one.stage == "offered"
    assert asking.waits_for(one, rules, at=now) == {
        "signatures": ["The attorneys act together. All of them must sign."]
    }
    assert [each.names for each in asking.signers(one, rules, at=now)] == [("Kit Oldersby",)]
    sign(one, "Kit Oldersby", "attorney")

    assert one.stage == "answered"


def test_a_change_after_the_first_signature_asks_for_it_again(
    session, rules, hand, choose, sign, now
):
    one = choose(hand(TEENAGER), purposes__present_external__decision="yes")
    sign(one, TESSA)

    asking.answer(session, rules, one, {"purposes.teach_closed.decision": "no"}, at=now)

    assert "signatures" not in one.answers


def test_a_no_to_the_photo_needs_no_signature_and_leaves_the_rest_unasked(
    session, rules, hand, now
):
    one = hand()
    asking.answer(session, rules, one, {"purposes.record.decision": "no"}, at=now)

    asking.decline(session, rules, one, at=now)

    assert one.stage == "answered"
    assert {key: given["decision"] for key, given in one.answers["purposes"].items()} == {
        "record": "no",
        **dict.fromkeys(
            ("share_care", "teach_closed", "present_external", "publish", "public", "research"),
            "not_asked",
        ),
    }


def test_a_yes_is_not_ended_without_a_signature(session, rules, hand, choose, now):
    one = choose(hand())

    with pytest.raises(Refused, match="A signature is needed"):
        asking.decline(session, rules, one, at=now)


def test_what_the_patient_is_asked_besides_depends_on_the_answers(rules, hand, choose, now):
    one = hand(
        photo__copyright_owner="patient",
        purposes__public={"decision": "", "places": ["website"]},
    )
    before = {field.name for field in asking.questions(one, rules, at=now)}
    choose(one, purposes__public__decision="yes")

    after = {field.name for field in asking.questions(one, rules, at=now)}

    assert after - before == {"photo.copyright_licence_given", "photo.copyright_licence_name"}
    assert {"photo.limits", "information_given.why_photo", "helper.name"} <= before
