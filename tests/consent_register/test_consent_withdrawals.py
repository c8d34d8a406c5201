"""Withdrawing, invalidating, holding and using: what they open, refuse and leave alone."""

import copy
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from lettergen import models
from lettergen.consents.register import (
    ageing,
    events,
    holding,
    records,
    tasks,
    using,
    voiding,
    withdrawing,
)
from lettergen.consents.register.grants import NotPossible
from lettergen.consents.register.histories import NotFound
from lettergen.consents.register.scopes import Use
from lettergen.consents.register.using import Advice, Particulars
from lettergen.models import ConsentTask, ConsentUse, Event, NotAllowed, Work
from lettergen.places import CHECKOUT
from lettergen.refusals import Refused

CASES = json.loads((CHECKOUT / "tests/consents/valid.json").read_text("utf-8"))
IMAGE = "IMG-0101-A"
TUTORIAL = Particulars("GP trainees and medical students", "Seminar room", copies=12)
STUDENTS = Use(text="medical students", is_anonymised=True)


@pytest.fixture
def teaching(file, adult, grant_of):
    return grant_of(file(adult), "teach_closed")


@pytest.fixture
def withdraw(session, practice_terms, people, now):
    def withdrawn(*grants, actor=people.receptionist, **rest):
        known = {"how": "desk", "by_name": "Testpatient One", "said_at": now, "at": now}
        return withdrawing.withdraw(
            session, practice_terms, actor, [one.id for one in grants], **{**known, **rest}
        )

    return withdrawn


@pytest.fixture
def use(session, practice_terms, people, now):
    def used(purpose="teach_closed", actor=people.clinician, **rest):
        known = {"image_id": IMAGE, "intended": STUDENTS, "particulars": TUTORIAL, "at": now}
        return using.use(session, practice_terms, actor, purpose=purpose, **{**known, **rest})

    return used


def open_tasks(session) -> list[tuple[str, date]]:
    rows = session.scalars(select(ConsentTask).where(ConsentTask.done_at.is_(None)))
    return sorted((one.kind, one.due_on) for one in rows)


def test_a_withdrawal_opens_tasks_for_every_logged_use_in_working_days(
    session, teaching, use, withdraw
):
    use()
    use()

    done = withdraw(teaching)

    # Friday 20 November 2026: 5, 10 and 20 working days.
    assert open_tasks(session) == [
        ("confirm", date(2026, 12, 18)),
        ("confirm", date(2026, 12, 18)),
        ("letter", date(2026, 12, 4)),
        ("stop", date(2026, 11, 27)),
        ("stop", date(2026, 11, 27)),
    ]
    assert done.letter_by == date(2026, 12, 4)
    assert [(one.purpose, one.uses) for one in done.stopped] == [("teach_closed", 2)]


def test_a_withdrawal_says_what_stops_and_what_cannot_be_called_back(teaching, withdraw):
    [stopped] = withdraw(teaching).stopped

    assert stopped.stopped == "We will take the photo out of our teaching."
    assert stopped.lasting == "People have already seen it. Some paper copies may remain."


@pytest.mark.parametrize(
    ("purpose", "days"),
    [("record", date(2026, 11, 20)), ("share_care", date(2026, 11, 23))],
)
def test_each_purpose_has_its_own_deadline(session, file, adult, grant_of, withdraw, purpose, days):
    withdraw(grant_of(file(adult), purpose))

    assert ("stop", days) in open_tasks(session)


def test_an_article_that_is_out_gets_other_words_than_one_that_is_not(
    session, practice_terms, people, file, adult, grant_of, withdraw, now
):
    case = copy.deepcopy(adult)
    case["purposes"]["publish"] = {"decision": "yes", "outlet_name": "Example Case Reports"}
    grant = grant_of(file(case), "publish")
    holding.published(
        session, practice_terms, people.clinician, grant.id,
        reference="10.9999/example", published_at=now, at=now,
    )  # fmt: skip

    [stopped] = withdraw(grant, said_at=now, at=now).stopped

    assert stopped.is_published
    assert "printed, saved or shared" in stopped.lasting
    assert ("journal_form", date(2028, 11, 16)) in open_tasks(session)


def test_one_letter_answers_several_purposes_withdrawn_at_once(
    session, file, adult, grant_of, withdraw
):
    record = file(adult)

    withdraw(grant_of(record, "teach_closed"), grant_of(record, "share_care"))

    assert [kind for kind, _ in open_tasks(session)].count("letter") == 1


@pytest.mark.parametrize(
    ("changes", "refusal", "message"),
    [
        ({"said_at": datetime(2026, 11, 15, tzinfo=UTC)}, NotPossible, "16 November 2026"),
        ({"said_at": datetime(2026, 11, 21, tzinfo=UTC)}, NotPossible, "future"),
        ({"how": "telephone"}, Refused, "how you checked who is calling"),
        ({"how": "pigeon"}, Refused, "how it came"),
        ({"by_role": "representative"}, Refused, "from whom"),
        ({"by_role": "parent"}, withdrawing.MayNotWithdraw, "Only the patient"),
    ],
)
def test_a_withdrawal_that_cannot_be_says_why_and_changes_nothing(
    session, teaching, withdraw, ask, changes, refusal, message
):
    with pytest.raises(refusal, match=message):
        withdraw(teaching, **changes)

    assert ask(IMAGE, "teach_closed") == ("YES", "ok")
    assert open_tasks(session) == []


def test_by_telephone_the_caller_is_checked(teaching, withdraw, ask):
    withdraw(teaching, how="telephone", check="3 facts matched")

    assert ask(IMAGE, "teach_closed") == ("NO", "withdrawn")


def test_pressed_twice_it_is_withdrawn_once(session, teaching, withdraw):
    withdraw(teaching)

    with pytest.raises(NotPossible, match="has been withdrawn"):
        withdraw(teaching)

    assert len(open_tasks(session)) == 2


def test_a_child_may_withdraw_what_a_parent_agreed_to_and_so_may_the_parent(
    file, grant_of, withdraw, ask
):
    record = file(CASES["case3_child8_mother"])

    withdraw(grant_of(record, "teach_closed"), by_role="patient", by_name="Testchild Three")
    withdraw(grant_of(record, "share_care"), by_role="parent", by_name="Testmother Three")

    assert ask("IMG-0103-A", "teach_closed") == ("NO", "withdrawn")
    assert ask("IMG-0103-A", "share_care") == ("NO", "withdrawn")


def test_a_parent_may_not_withdraw_for_somebody_who_is_16_now(file, grant_of, withdraw):
    case = copy.deepcopy(CASES["case3_child8_mother"])
    case["patient"]["date_of_birth"] = "2010-11-19"
    grant = grant_of(file(case), "share_care")

    with pytest.raises(withdrawing.MayNotWithdraw, match="16 now"):
        withdraw(grant, by_role="parent", by_name="Testmother Three")


def test_nobody_withdraws_after_a_death(session, practice_terms, people, teaching, withdraw, now):
    holding.died(session, practice_terms, people.clinician, "9990001006", died_at=now, at=now)

    with pytest.raises(NotPossible, match="after a death"):
        withdraw(teaching)


def test_another_practice_cannot_withdraw_or_see_it(people, teaching, withdraw):
    with pytest.raises(NotFound):
        withdraw(teaching, actor=people.stranger)


def test_done_tasks_say_that_the_copies_have_gone(session, people, teaching, use, withdraw, now):
    use()
    withdraw(teaching)
    later = now + timedelta(days=3)

    for task in session.scalars(select(ConsentTask).where(ConsentTask.use_id.is_not(None))):
        tasks.done(session, people.clinician, task.id, at=later, note="Deleted from the drive.")

    row = session.scalars(select(ConsentUse)).one()
    assert row.removed_at == later
    with pytest.raises(Refused, match="done already"):
        tasks.done(session, people.clinician, task.id, at=later)


def test_a_use_is_logged_only_after_a_yes(session, teaching, use, withdraw):
    first = use()
    withdraw(teaching)
    second = use()

    assert first.answer.word == "YES"
    assert first.row.copies == 12
    assert (second.answer.word, second.row) == ("NO", None)
    assert len(session.scalars(select(ConsentUse)).all()) == 1


def test_a_use_beyond_the_scope_is_not_logged(session, teaching, use):
    assert use(intended=Use(text="patients")).row is None
    assert use(intended=Use(is_anonymised=False)).row is None
    assert session.scalars(select(ConsentUse)).all() == []


def test_after_a_death_a_use_needs_the_named_guardians_decision(
    session, practice_terms, people, teaching, use, now
):
    holding.died(session, practice_terms, people.clinician, "9990001006", died_at=now, at=now)

    assert use().row is None
    assert use(advice=Advice("Dr Guardian", "short")).row is None
    assert use(advice=Advice("Dr Guardian", "She wished it to teach others.")).row is not None


def test_a_doubt_is_not_passed_by_anybodys_advice(
    session, practice_terms, people, teaching, use, now
):
    holding.suspend(
        session, practice_terms, people.clinician, [teaching.id],
        reason="a complaint", speak_to="Mo Manager", at=now,
    )  # fmt: skip

    assert use(advice=Advice("Dr Guardian", "It is surely all right.")).row is None


def test_a_use_that_nobody_asked_about_is_logged_and_opens_an_incident(
    session, practice_terms, people, teaching, withdraw, now
):
    withdraw(teaching, said_at=now - timedelta(days=2))

    found = using.own_up(
        session, practice_terms, people.receptionist, image_id=IMAGE, purpose="teach_closed",
        particulars=TUTORIAL, used_at=now - timedelta(days=1), at=now,
    )  # fmt: skip

    assert (found.row.answer, found.row.reason) == ("NO", "withdrawn")
    assert "incident" in [kind for kind, _ in open_tasks(session)]


def test_a_use_that_was_never_asked_for_opens_an_incident_too(
    session, practice_terms, people, teaching, now
):
    using.own_up(
        session, practice_terms, people.receptionist, image_id=IMAGE, purpose="public",
        particulars=TUTORIAL, used_at=now, at=now,
    )  # fmt: skip

    assert [kind for kind, _ in open_tasks(session)] == ["incident"]


def test_invalidated_is_not_withdrawn_and_takes_two_people(
    session, practice_terms, people, file, adult, now
):
    record = file(adult)

    def invalidate(second, reason="The form is another patient's."):
        return voiding.invalidate(
            session, practice_terms, people.clinician, record.id,
            second=second, reason=reason, at=now,
        )  # fmt: skip

    for wrong in (people.clinician, people.receptionist, people.stranger):
        with pytest.raises(NotAllowed):
            invalidate(wrong)
    with pytest.raises(NotPossible, match="what is wrong"):
        invalidate(people.manager, reason=" ")
    opened = invalidate(people.manager)

    assert sorted(one.kind for one in opened) == ["incident", "tell_patient"]
    with pytest.raises(Refused, match="already"):
        invalidate(people.manager)


def test_a_doubt_is_cleared_by_a_named_person_when_no_other_is_open(
    session, practice_terms, people, teaching, ask, now
):
    def suspend(reason, at):
        holding.suspend(
            session, practice_terms, people.receptionist, [teaching.id],
            reason=reason, speak_to="Mo Manager", at=at,
        )  # fmt: skip

    def resume(actor=people.manager):
        holding.resume(
            session, practice_terms, actor, teaching.id,
            reason="Spoke to the patient.", at=now,
        )  # fmt: skip

    suspend("a complaint", now - timedelta(hours=2))
    suspend("a second doubt", now - timedelta(hours=1))
    with pytest.raises(NotAllowed):
        resume(people.receptionist)
    with pytest.raises(NotPossible, match="still an open task"):
        resume()
    second = session.scalars(select(ConsentTask).order_by(ConsentTask.opened_at.desc())).first()
    tasks.done(session, people.manager, second.id, at=now)
    resume()

    assert ask(IMAGE, "teach_closed") == ("YES", "ok")
    assert open_tasks(session) == []


def test_only_the_patient_ends_a_hold_that_came_with_the_16th_birthday(
    session, practice_terms, people, file, grant_of, now
):
    case = copy.deepcopy(CASES["case3_child8_mother"])
    case["patient"]["date_of_birth"] = "2010-11-19"
    grant = grant_of(file(case), "teach_closed")
    ageing.settle(session, practice_terms, people.manager, at=now)

    with pytest.raises(NotPossible, match="Ask the patient to sign"):
        holding.resume(
            session, practice_terms, people.manager, grant.id, reason="They said yes.", at=now
        )

    assert [kind for kind, _ in open_tasks(session)] == ["ask_at_16"]


def test_two_patients_who_are_merged_are_held_and_nothing_is_lost(
    session, practice_terms, people, file, adult, ask, now
):
    file(adult)
    file(CASES["case6_withdrawal_after_teaching"])

    holding.doubt_patients(
        session, practice_terms, people.manager, ["9990001006", "9990001057"],
        speak_to="Mo Manager", at=now,
    )  # fmt: skip

    assert ask(IMAGE, "teach_closed") == ("CHECK", "suspended")
    assert ask("IMG-0031-A", "record") == ("CHECK", "suspended")
    assert ask("IMG-0031-A", "teach_closed") == ("NO", "withdrawn")
    with pytest.raises(NotFound):
        holding.doubt_patients(
            session, practice_terms, people.manager, ["9990009999"],
            speak_to="Mo Manager", at=now,
        )  # fmt: skip


def test_a_photo_in_doubt_is_held_for_every_purpose(
    session, practice_terms, people, file, adult, ask, now
):
    file(adult)

    holding.doubt_image(
        session, practice_terms, people.receptionist, IMAGE,
        reason="it may be somebody else's", speak_to="Dr Casey Clinician", at=now,
    )  # fmt: skip

    assert ask(IMAGE, "record") == ("CHECK", "suspended")
    assert ask(IMAGE, "teach_closed") == ("CHECK", "suspended")


def test_regained_capacity_holds_what_others_decided_beyond_care(
    session, practice_terms, people, file, adult, grant_of, ask, now
):
    case = copy.deepcopy(adult)
    case["decision_maker"] = {"route": "attorney", "name": "Testattorney One"}
    file(case)

    opened = holding.regained_capacity(
        session, practice_terms, people.clinician, "9990001006", at=now
    )

    assert ask(IMAGE, "teach_closed") == ("CHECK", "authority_changed")
    assert ask(IMAGE, "record") == ("YES", "ok")
    assert [one.kind for one in opened] == ["ask_patient"]


def test_a_form_is_filed_once_however_often_it_is_sent(session, people, file, adult):
    first = file(adult)

    assert file(copy.deepcopy(adult)) is first
    with pytest.raises(records.FiledAlready, match="filed already with other answers"):
        file({**adult, "purposes": {**adult["purposes"], "record": {"decision": "no"}}})


@pytest.mark.parametrize(
    ("signed", "message"),
    [
        ("2026-11-20T10:36:00+00:00", "in the future"),
        ("2026-11-16T10:18:00", "time zone"),
        ("tomorrow", "no moment"),
    ],
)
def test_a_signature_of_an_impossible_time_is_refused(file, adult, signed, message):
    case = copy.deepcopy(adult)
    case["signatures"][0]["signed_at"] = signed

    with pytest.raises(Refused, match=message):
        file(case)


def test_two_photos_of_a_patient_may_not_bear_one_number(file, adult):
    file(adult)
    other = copy.deepcopy(adult)
    other["record_id"] = "PIC-2"
    other["images"][0]["sha256"] = "0" * 64

    with pytest.raises(Refused, match="another photo"):
        file(other)


def test_filing_is_work_that_names_no_patient(session, people, file, adult):
    file(adult)

    work = session.scalars(select(Work).where(Work.kind == "consent")).one()

    assert (work.outcome, work.family, work.staff_name) == (
        "filed",
        "photo-consent",
        people.clinician.name,
    )


def test_events_are_in_the_audit_and_a_change_shows(session, people, file, adult, engine):
    file(adult)
    session.commit()
    practice = people.clinician.practice_id

    assert events.first_fault(session, practice) is None
    assert models.verify_chain(session, practice) is None
    actions = session.scalars(select(Event.action).where(Event.subject == "consent_events")).all()
    assert sorted(actions) == ["consent.sign_yes"] * 3
