"""The register question: each of its fifteen steps, for any day, and every question logged."""

import copy
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from lettergen.consents.register import ageing, holding, pointers, voiding, withdrawing
from lettergen.consents.register import asked as register
from lettergen.consents.register.scopes import Use
from lettergen.models import ConsentImage, ConsentQuestion
from lettergen.places import CHECKOUT
from lettergen.refusals import Refused

SHARED = CHECKOUT / "tests/consents"
CASES = json.loads((SHARED / "valid.json").read_text("utf-8"))
QUESTIONS = json.loads((SHARED / "register.json").read_text("utf-8"))
IMAGE = "IMG-0101-A"
SIGNED = "2026-11-16T10:18:00+00:00"
OTHER_PERSON = {
    "nhs_number": "9990001065",
    "full_name": "Testpatient Seven",
    "date_of_birth": "1980-02-29",
}


def again(case, day: str, number: str = "PIC-2026-000900", **purposes):
    """The same form, signed on another day under another number, with other choices."""
    made = copy.deepcopy(case)
    made["record_id"] = number
    for signature in made["signatures"]:
        signature["signed_at"] = f"{day}T10:18:00+00:00"
    made["clinician"]["declared_at"] = f"{day}T10:19:00+00:00"
    made["purposes"].update(copy.deepcopy(purposes))
    return made


def publishing(case):
    made = copy.deepcopy(case)
    made["purposes"]["publish"] = {
        "decision": "yes",
        "outlet_name": "Example Case Reports",
        "article_title": "A mole that changed",
        "journal_form_also_signed": "yes",
        "valid_until": "2028-11-16",
    }
    return made


@pytest.fixture
def withdraw(session, practice_terms, people, now):
    def withdrawn(grant, said_at, at=now, **rest):
        return withdrawing.withdraw(
            session,
            practice_terms,
            people.receptionist,
            [grant.id],
            **{"how": "desk", "by_name": "Testpatient One", **rest},
            said_at=said_at,
            at=at,
        )

    return withdrawn


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: f"{one['image_id']}-{one['on']}")
def test_the_agreed_questions_have_their_answers(file, ask, now, question):
    for case in CASES.values():
        file(case, is_imported=True)

    answer = ask(question["image_id"], question["purpose"], question["on"])

    assert list(answer) == question["answer"]


def test_a_yes_says_for_whom_until_when_and_by_which_grant(session, people, file, adult, now):
    record = file(adult)

    answer = register.ask(
        session, people.clinician, image_id=IMAGE, purpose="share_care", on=now.date(), at=now
    )

    assert answer.sentence == (
        "Yes, for Exampleton Hospital dermatology advice service, until 16 November 2027. "
        "Grant PIC-2026-000101/share_care."
    )
    assert answer.grant_id == next(one.id for one in record.grants if one.purpose == "share_care")
    assert answer.asked_at == now


def test_another_patients_photo_is_refused(file, ask, adult):
    file(adult)

    assert ask(IMAGE, "record", patient="999 000 1006") == ("YES", "ok")
    assert ask(IMAGE, "record", patient="9990001022") == ("NO", "wrong_patient")


def test_a_number_that_stands_for_two_patients_is_nobodys_until_that_is_cleared(
    session, practice_terms, people, file, ask, adult, now
):
    file(adult)
    wrong = file(again({**adult, "patient": OTHER_PERSON}, "2026-11-17"))

    assert ask(IMAGE, "record") == ("NO", "wrong_patient")
    assert ask(IMAGE, "record", patient="9990001006") == ("NO", "wrong_patient")

    voiding.invalidate(
        session, practice_terms, people.clinician, wrong.id,
        second=people.manager, reason="The photo is of somebody else.", at=now,
    )  # fmt: skip

    assert ask(IMAGE, "record", patient="9990001006") == ("YES", "ok")
    assert ask(IMAGE, "record", patient="9990001065") == ("NO", "wrong_patient")


def test_an_unknown_photo_is_not_covered(ask):
    assert ask("IMG-9999-Z", "record") == ("NO", "image_not_covered")


def test_a_form_made_in_error_gives_no_for_every_day(
    session, practice_terms, people, file, ask, adult, now
):
    record = file(adult)
    voiding.invalidate(
        session, practice_terms, people.clinician, record.id,
        second=people.manager, reason="Wrong patient.", at=now,
    )  # fmt: skip

    assert ask(IMAGE, "record") == ("NO", "entered_in_error")
    assert ask(IMAGE, "teach_closed", "2026-11-17") == ("NO", "entered_in_error")


def test_no_and_not_asked_are_different_answers(file, ask):
    file(CASES["case1_adult_direct_care"])

    assert ask(IMAGE, "teach_closed") == ("NO", "refused")
    assert ask(IMAGE, "publish") == ("NO", "never_asked")


def test_consent_begins_on_the_day_of_the_signature(file, ask, adult):
    file(adult)

    assert ask(IMAGE, "record", "2026-11-15") == ("NO", "before_consent")
    assert ask(IMAGE, "record", "2026-11-16") == ("YES", "ok")


def test_a_withdrawal_counts_from_its_day_and_leaves_the_days_before(
    file, ask, adult, withdraw, grant_of
):
    grant = grant_of(file(adult), "teach_closed")
    withdraw(grant, datetime(2026, 11, 18, 9, tzinfo=UTC))

    assert ask(IMAGE, "teach_closed", "2026-11-17") == ("YES", "ok")
    assert ask(IMAGE, "teach_closed", "2026-11-18") == ("NO", "withdrawn")
    assert ask(IMAGE, "record", "2026-11-18") == ("YES", "ok")


def test_what_was_known_at_the_time_can_be_asked_for(file, ask, adult, withdraw, grant_of, now):
    signed = datetime(2026, 11, 16, 11, tzinfo=UTC)
    grant = grant_of(file(adult, at=signed), "teach_closed")
    withdraw(grant, datetime(2026, 11, 17, 9, tzinfo=UTC), at=now)

    before = {"known_at": datetime(2026, 11, 18, tzinfo=UTC)}
    assert ask(IMAGE, "teach_closed", "2026-11-18", **before) == ("YES", "ok")
    assert ask(IMAGE, "teach_closed", "2026-11-18") == ("NO", "withdrawn")
    assert ask(IMAGE, "record", known_at=signed - timedelta(1)) == ("NO", "image_not_covered")


def test_consent_holds_on_its_last_day(file, ask, adult):
    file(adult)

    assert ask(IMAGE, "share_care", "2027-11-16") == ("YES", "ok")
    assert ask(IMAGE, "share_care", "2027-11-17") == ("NO", "expired")
    # Five years from the signature, as the form gave no day.
    assert ask(IMAGE, "teach_closed", "2031-11-16") == ("YES", "ok")
    assert ask(IMAGE, "teach_closed", "2031-11-17") == ("NO", "expired")


def test_what_is_on_hold_names_the_reason_and_whom_to_ask(
    session, practice_terms, people, file, adult, grant_of, now
):
    grant = grant_of(file(adult), "teach_closed")
    holding.suspend(
        session, practice_terms, people.receptionist, [grant.id],
        reason="a complaint was made", speak_to="Mo Manager", at=now,
    )  # fmt: skip

    answer = register.ask(
        session, people.clinician, image_id=IMAGE, purpose="teach_closed", on=now.date(), at=now
    )

    assert (answer.word, answer.reason) == ("CHECK", "suspended")
    assert answer.sentence == "On hold: a complaint was made. Speak to Mo Manager."


def test_a_child_who_is_16_now_is_asked_beyond_care(file, ask):
    file(
        {
            **CASES["case3_child8_mother"],
            "patient": {
                "nhs_number": "9990001022",
                "full_name": "Testchild Three",
                "date_of_birth": "2011-01-05",
            },
        }
    )
    image = "IMG-0103-A"

    assert ask(image, "teach_closed", "2027-01-04") == ("YES", "ok")
    assert ask(image, "teach_closed", "2027-01-05") == ("CHECK", "child_now_16")
    assert ask(image, "share_care", "2027-01-05") == ("YES", "ok")
    assert ask(image, "record", "2029-01-05") == ("YES", "ok")


def test_the_nightly_job_does_not_change_the_answer(
    session, practice_terms, people, file, ask, now
):
    case = copy.deepcopy(CASES["case3_child8_mother"])
    case["patient"]["date_of_birth"] = "2010-11-19"
    for signature in case["signatures"]:
        signature["signed_at"] = signature["signed_at"].replace("11-17", "11-10")
    file(case)

    before = ask("IMG-0103-A", "teach_closed")
    ageing.settle(session, practice_terms, people.manager, at=now)

    assert before == ask("IMG-0103-A", "teach_closed") == ("CHECK", "child_now_16")


def test_an_authority_that_ended_is_checked(
    session, practice_terms, people, file, ask, adult, grant_of, now
):
    grant = grant_of(file(adult), "share_care")
    holding.suspend(
        session, practice_terms, people.clinician, [grant.id],
        reason="the power of attorney ended", speak_to="Mo Manager",
        cause="authority_ended", at=now,
    )  # fmt: skip

    assert ask(IMAGE, "share_care") == ("CHECK", "authority_changed")


def test_after_a_death_care_goes_on_and_the_rest_is_checked(
    session, practice_terms, people, file, ask, adult, now
):
    file(adult)
    holding.died(
        session, practice_terms, people.clinician, "9990001006",
        died_at=datetime(2026, 11, 18, tzinfo=UTC), at=now,
    )  # fmt: skip

    assert ask(IMAGE, "teach_closed", "2026-11-17") == ("YES", "ok")
    assert ask(IMAGE, "teach_closed", "2026-11-18") == ("CHECK", "patient_died")
    assert ask(IMAGE, "record", "2026-11-18") == ("YES", "ok")


def test_a_form_signed_after_a_recorded_death_shows_that_this_was_an_error(
    session, practice_terms, people, file, ask, adult, now
):
    file(adult)
    holding.died(
        session, practice_terms, people.clinician, "9990001006",
        died_at=datetime(2026, 11, 17, tzinfo=UTC), at=now,
    )  # fmt: skip

    file(again(adult, "2026-11-18"))

    assert ask(IMAGE, "teach_closed", "2026-11-17") == ("CHECK", "patient_died")
    assert ask(IMAGE, "teach_closed", "2026-11-18") == ("YES", "ok")


@pytest.mark.parametrize(
    ("purpose", "use", "answer"),
    [
        ("teach_closed", "GP trainees and medical students", ("YES", "ok")),
        ("teach_closed", "medical students", ("YES", "ok")),
        ("teach_closed", "Medical  Students.", ("YES", "ok")),
        ("teach_closed", "students", ("NO", "outside_scope")),
        ("teach_closed", "a public lecture", ("NO", "outside_scope")),
        ("share_care", "Exampleton Hospital dermatology advice service", ("YES", "ok")),
        ("share_care", "Exampleton Hospital", ("NO", "outside_scope")),
        ("record", "care team", ("YES", "ok")),
        ("record", "a poster", ("NO", "outside_scope")),
        ("publish", "example case reports", ("YES", "ok")),
        ("publish", "Example", ("NO", "different_outlet")),
        ("teach_closed", Use(is_anonymised=False), ("NO", "outside_scope")),
        ("teach_closed", Use(is_anonymised=True), ("YES", "ok")),
        ("share_care", Use(channel="ers_advice_guidance"), ("YES", "ok")),
        ("share_care", Use(channel="nhsmail_to_nhsmail"), ("NO", "outside_scope")),
    ],
)
def test_a_use_stays_within_what_was_agreed(file, ask, adult, purpose, use, answer):
    file(publishing(adult))

    assert ask(IMAGE, purpose, use=use) == answer


def test_an_intimate_photo_is_for_care_only(file, ask, adult):
    case = copy.deepcopy(adult)
    case["photo"]["intimate"] = True
    file(case)

    assert ask(IMAGE, "record") == ("YES", "ok")
    assert ask(IMAGE, "share_care") == ("YES", "ok")
    assert ask(IMAGE, "teach_closed") == ("NO", "intimate_limit")


def test_a_copy_on_a_telephone_has_to_go_first(file, ask, adult):
    case = copy.deepcopy(adult)
    case["photo"]["device"] = "personal_phone_camera"
    file(case)

    assert ask(IMAGE, "share_care") == ("CHECK", "copy_to_delete")
    assert ask(IMAGE, "record") == ("YES", "ok")


def test_the_newest_yes_wins(file, ask, adult):
    file(adult)
    later = {"decision": "yes", "audience": "GP trainees", "anonymise": "crop"}
    file(again(adult, "2026-11-18", teach_closed=later))

    assert ask(IMAGE, "teach_closed", "2026-11-17", use="medical students") == ("YES", "ok")
    assert ask(IMAGE, "teach_closed", use="GP trainees") == ("YES", "ok")
    assert ask(IMAGE, "teach_closed", use="medical students") == ("NO", "outside_scope")


@pytest.mark.parametrize("first", [True, False])
def test_a_later_no_beats_any_earlier_yes_in_whatever_order_they_are_filed(file, ask, adult, first):
    refusing = again(adult, "2026-11-18", teach_closed={"decision": "no"})
    for case in (adult, refusing) if first else (refusing, adult):
        file(case)

    assert ask(IMAGE, "teach_closed", "2026-11-17") == ("YES", "ok")
    assert ask(IMAGE, "teach_closed", "2026-11-18")[0] == "NO"
    assert ask(IMAGE, "record", "2026-11-18") == ("YES", "ok")


def test_a_new_signature_after_a_withdrawal_counts(file, ask, adult, withdraw, grant_of):
    grant = grant_of(file(adult), "teach_closed")
    withdraw(grant, datetime(2026, 11, 17, 9, tzinfo=UTC))
    file(again(adult, "2026-11-19"))

    assert ask(IMAGE, "teach_closed", "2026-11-18") == ("NO", "withdrawn")
    assert ask(IMAGE, "teach_closed", "2026-11-19") == ("YES", "ok")


def test_a_withdrawal_of_an_older_form_stops_the_newer_one_too(
    file, ask, adult, withdraw, grant_of, now
):
    older = {**adult, "images": [*adult["images"], {**adult["images"][0], "image_id": "IMG-B"}]}
    grant = grant_of(file(older), "teach_closed")
    file(again(adult, "2026-11-18"))
    withdraw(grant, now)

    assert ask(IMAGE, "teach_closed", "2026-11-19") == ("YES", "ok")
    assert ask(IMAGE, "teach_closed", "2026-11-20") == ("NO", "withdrawn")


def test_an_older_form_lives_again_when_the_one_that_replaced_it_was_an_error(
    session, practice_terms, people, file, ask, adult, now
):
    file(adult)
    wrong = file(again(adult, "2026-11-18"))
    voiding.invalidate(
        session, practice_terms, people.clinician, wrong.id,
        second=people.manager, reason="Keyed twice by mistake.", at=now,
    )  # fmt: skip

    assert ask(IMAGE, "teach_closed") == ("YES", "ok")


def test_a_published_article_allows_nothing_more(
    session, practice_terms, people, file, ask, adult, grant_of, now
):
    grant = grant_of(file(publishing(adult)), "publish")
    holding.published(
        session, practice_terms, people.clinician, grant.id,
        reference="10.9999/example.1", published_at=now, at=now,
    )  # fmt: skip

    assert ask(IMAGE, "publish") == ("NO", "different_outlet")
    assert ask(IMAGE, "publish", "2026-11-19") == ("YES", "ok")


def test_every_question_is_logged_with_who_asked(session, people, file, ask, adult, now):
    file(adult)
    ask(IMAGE, "record")
    ask("never seen", "public", "2020-01-01", use="website")

    logged = session.scalars(select(ConsentQuestion).order_by(ConsentQuestion.about)).all()

    assert [(one.about, one.answer, one.reason) for one in logged] == [
        (date(2020, 1, 1), "NO", "image_not_covered"),
        (date(2026, 11, 20), "YES", "ok"),
    ]
    assert {one.asker for one in logged} == {people.receptionist.name}
    assert logged[0].asked["use"] == "website"
    assert logged[1].grant_id is not None


def test_another_practice_knows_nothing_of_it(session, people, file, adult, now):
    file(adult)

    answer = register.ask(
        session, people.stranger, image_id=IMAGE, purpose="record", on=now.date(), at=now
    )

    assert (answer.word, answer.reason) == ("NO", "image_not_covered")


def test_an_unknown_purpose_is_refused(ask):
    with pytest.raises(Refused, match="no purpose"):
        ask(IMAGE, "advertising")


def test_a_photo_is_linked_later_only_before_its_first_use_beyond_care(
    session, practice_terms, people, file, ask, adult, grant_of, now
):
    record = file(adult)
    other = file({**again(adult, "2026-11-17", teach_closed={"decision": "not_asked"}),
                  "images": [{**adult["images"][0], "image_id": "IMG-LATER"}]})  # fmt: skip
    image = session.scalars(
        select(ConsentImage).where(ConsentImage.id.in_([one.id for one in other.grants[0].images]))
    ).one()
    assert ask("IMG-LATER", "teach_closed") == ("NO", "never_asked")

    pointers.link_later(session, people.clinician, grant_of(record, "teach_closed"), image, at=now)

    assert ask("IMG-LATER", "teach_closed") == ("YES", "ok")
    with pytest.raises(Refused, match="already"):
        pointers.link_later(
            session, people.clinician, grant_of(record, "teach_closed"), image, at=now
        )
