"""Requests come in once, are decided once, split, disputed and settled."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from lettergen import models
from lettergen.models import NotAllowed, Work
from lettergen.refusals import Refused
from lettergen.requests.life import (
    clocks,
    deciding,
    events,
    finding,
    intake,
    moves,
    saying,
)
from lettergen.requests.life.refusals import ChangedMeanwhile, NoSuchRequest, NotPossible
from lettergen.requests.triage import BadInputs

FIT_NOTE = {"type": "fit_note_gt7"}
GYM = {"type": "gym_fitness", "requester": "leisure_travel"}


def kinds_of_work(session, request):
    rows = select(Work.kind).where(Work.request_id == request.id).order_by(Work.at, Work.kind)
    return sorted(session.scalars(rows))


def test_a_request_is_written_down_once_however_often_its_form_is_sent(session, people, receive):
    first = receive(once="the form", organisation="University of Exampleton")
    again = receive(once="the form", organisation="Somebody else")

    assert again is first
    assert first.requester.name == "University of Exampleton"
    assert [one.what for one in events.of(session, people.clinician, first.id)] == [
        "received",
        "clock-started",
    ]
    assert kinds_of_work(session, first) == ["received"]


def test_who_it_is_about_is_sealed_and_found_by_number_name_or_reference(session, people, receive):
    one = receive(asked="May we have a letter?")
    session.expire(one.content)

    found = finding.find(session, people.receptionist, nhs_number="9990001006")
    named = finding.find(
        session, people.receptionist, family_name="TESTERBY", date_of_birth=date(1998, 4, 12)
    )
    by_reference = finding.find(session, people.receptionist, reference=one.reference.lower())

    assert [found.items, named.items, by_reference.items] == [[one], [one], [one]]
    assert one.content.asked == "May we have a letter?"
    assert b"Testerby" not in bytes(one.content.patient_sealed)
    assert finding.find(session, people.stranger, nhs_number="9990001006").total == 0


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"patient": {"given_name": "R" * 300}}, "first name has 300 characters"),
        ({"organisation": "R" * 300}, "300 characters"),
        ({"patient": {"nhs_number": "999 000 1007"}}, "NHS number cannot be right"),
        ({"patient": {"date_of_birth": "2027-01-01"}}, "date of birth"),
        ({"patient": {"date_of_birth": "tomorrow"}}, "date of birth"),
        ({"received_at": datetime(2026, 11, 21, tzinfo=UTC)}, "in the future"),
        ({"type_key": "no_such_type"}, "no such type"),
        ({"requester_class": "martian"}, "who asks"),
        ({"channel": "pigeon"}, "how the request came"),
        ({"once": ""}, "lost its key"),
        ({"asked": "word\0"}, "cannot be kept"),
    ],
)
def test_what_cannot_be_right_is_refused_in_one_sentence(receive, about, said):
    with pytest.raises(Refused, match=said):
        receive(**about)


def test_the_day_of_receipt_is_englands(receive):
    summer = receive(received_at=datetime(2026, 7, 1, 23, 30, tzinfo=UTC))

    assert summer.received_on == date(2026, 7, 2)


def test_a_decision_keeps_answers_outcome_rule_version_and_target(session, people, decide, terms):
    request = decide(FIT_NOTE)

    assert (request.state, request.outcome, request.rule) == ("triaged", "NHS_FREE", "R14")
    assert request.catalogue_version == terms.version
    assert request.inputs["type"] == "fit_note_gt7"
    assert request.inputs["consent"] == "patient_asks"
    assert (request.seconds_to_outcome, request.minutes_expected) == (40, 4)
    assert (request.consent_code, request.type_group) == (
        "P",
        terms.catalogue.types["fit_note_gt7"].group,
    )
    assert request.due_on == date(2026, 11, 25)
    assert kinds_of_work(session, request) == ["received", "triaged"]
    assert models.verify_chain(session, request.practice_id) is None


@pytest.mark.parametrize(
    ("answers", "state", "held_for"),
    [
        (GYM, "redirected", None),
        ({"type": "passport_sign"}, "declined", None),
        ({"type": "patient_sar"}, "access_clock", None),
        ({"type": "police_records", "requester": "state", "consent": "assured"}, "escalated", None),
        ({"type": "employer_report_amra", "requester": "employer", "consent": "missing"},
         "on_hold", "consent"),
        ({"type": "deceased_records", "subject": "deceased", "requester": "family",
          "consent": "authority_missing"}, "on_hold", "authority"),
        ({"type": "gym_fitness", "flag": "risk_now"}, "triaged", None),
    ],
)  # fmt: skip
def test_a_decided_request_goes_where_its_outcome_leads(decide, answers, state, held_for):
    request = decide(answers)

    assert (request.state, request.held_for) == (
        ("declined" if request.outcome == "DECLINE" else state),
        held_for,
    )


@pytest.mark.parametrize(
    ("answers", "payer", "step"),
    [
        (FIT_NOTE, "nobody", None),
        (GYM, "nobody", None),
        ({"type": "child_protection", "requester": "state"}, "state", "restricted"),
    ],
)
def test_the_ledger_is_told_who_will_pay_and_what_is_restricted(
    session, decide, answers, payer, step
):
    request = decide(answers)

    decided = select(Work).where(Work.request_id == request.id, Work.kind == "triaged")
    (row,) = session.scalars(decided)
    assert (row.payer, row.step) == (payer, step)


def test_unknown_answers_are_refused_and_nothing_is_decided(session, people, decide, receive):
    with pytest.raises(BadInputs, match="flag"):
        decide({"flag": "nonsense"}, once="bad")

    assert receive(once="bad").state == "received"


def test_what_was_decided_stays_when_the_catalogue_changes(session, people, decide, terms):
    request = decide(FIT_NOTE)
    moves.move(session, people.receptionist, request, "closed", at=request.changed_at, because="x")
    session.flush()

    kept = finding.get(session, people.clinician, request.id)

    assert (kept.outcome, kept.rule, kept.catalogue_version) == ("NHS_FREE", "R14", terms.version)
    with pytest.raises(NotPossible, match="closed"):
        moves.move(session, people.receptionist, request, "assigned", at=request.changed_at)


def test_whoever_looked_before_a_change_is_told_and_nothing_is_lost(
    session, people, decide, terms, now
):
    request = decide(FIT_NOTE)

    with pytest.raises(ChangedMeanwhile, match="Somebody else"):
        deciding.decide(
            session,
            people.clinician,
            terms,
            request.id,
            GYM,
            seconds=1,
            revision=1,
            at=now,
        )

    assert request.outcome == "NHS_FREE"


def test_i_disagree_goes_to_a_person_within_a_working_day_and_is_counted(
    session, people, decide, now
):
    request = decide(GYM)

    deciding.dispute(session, people.receptionist, request.id, "", at=now)

    assert (request.state, request.is_disputed) == ("escalated", True)
    assert request.due_on == date(2026, 11, 23)
    assert "disputed" in kinds_of_work(session, request)


def test_a_manager_settles_what_was_escalated_and_nobody_else(session, people, decide, terms, now):
    request = decide(GYM)
    deciding.dispute(session, people.receptionist, request.id, "", at=now)
    settle = {"revision": None, "at": now}

    with pytest.raises(NotAllowed):
        deciding.settle(
            session, people.receptionist, terms, request.id, "PATIENT_FEE", "x", **settle
        )
    with pytest.raises(Refused, match="Say why"):
        deciding.settle(session, people.manager, terms, request.id, "PATIENT_FEE", " ", **settle)
    deciding.settle(
        session, people.manager, terms, request.id, "PATIENT_FEE", "The club insists.", **settle
    )

    assert (request.state, request.outcome, request.rule) == ("triaged", "PATIENT_FEE", "own")


def test_nobody_can_settle_a_fee_onto_free_work(session, people, decide, terms, now):
    request = decide(FIT_NOTE)
    deciding.dispute(session, people.clinician, request.id, "why free?", at=now)

    for outcome in ("PATIENT_FEE", "ORG_FEE"):
        with pytest.raises(Refused, match="nobody else may be charged"):
            deciding.settle(
                session,
                people.manager,
                terms,
                request.id,
                outcome,
                "because",
                revision=None,
                at=now,
            )


def test_one_letter_that_asks_for_two_things_becomes_two_requests(session, people, receive, now):
    whole = receive(requester_class="solicitor", organisation="Smith & Jones LLP")
    parts = [{"type_key": "solicitor_records"}, {"type_key": "solicitor_report", "asked": "why?"}]

    made = intake.split(session, people.receptionist, whole.id, parts, at=now)

    assert (whole.state, [one.parent_id for one in made]) == ("closed", [whole.id, whole.id])
    assert [one.type_key for one in made] == ["solicitor_records", "solicitor_report"]
    assert made[0].content.patient == whole.content.patient
    assert made[1].content.asked == "why?"
    assert made[0].requester is whole.requester
    assert intake.parts_of(session, people.clinician, whole.id) == made
    with pytest.raises(NotPossible, match="over"):
        intake.split(session, people.receptionist, whole.id, parts, at=now)
    with pytest.raises(Refused, match="two"):
        intake.split(session, people.receptionist, made[0].id, parts[:1], at=now)


def test_a_copy_of_records_has_its_month_and_stands_still_for_proof(
    session, people, decide, now, terms
):
    request = decide({"type": "patient_sar"})
    assert request.due_on == date(2026, 12, 21)

    moves.hold(session, people.receptionist, request, "identity", at=now)
    assert (request.due_on, request.held_for) == (None, "identity")
    with pytest.raises(NotPossible, match="already"):
        moves.hold(session, people.receptionist, request, "identity", at=now)
    moves.resume(session, people.receptionist, request, at=now + timedelta(days=5))
    assert request.due_on == date(2026, 12, 29)

    clock = clocks.extend(
        session,
        people.manager,
        request,
        because="Eleven volumes.",
        on=date(2026, 12, 1),
        at=now,
    )
    assert clock.due_on == date(2027, 2, 25)
    with pytest.raises(Refused, match="already"):
        clocks.extend(session, people.manager, request, because="x", on=date(2026, 12, 1), at=now)


def test_the_month_stands_still_while_a_solicitor_has_not_shown_authority(session, decide):
    request = decide(
        {
            "type": "solicitor_records",
            "requester": "solicitor",
            "consent": "missing",
            "ask": "records",
        }
    )

    found = {one.kind: one for one in clocks.of(session, request)}

    assert request.state == "on_hold"
    assert request.held_for == "authority"
    assert found["subject_access"].paused_on == date(2026, 11, 20)


def test_a_firearms_report_that_waits_for_its_fee_reminds_of_the_police(
    session, people, decide, now
):
    request = decide({"type": "firearms_initial", "consent": "written_ok"})
    later = now + timedelta(days=14)
    clock = clocks.find(session, request, "tell_police")

    assert (request.outcome, clock.due_on) == ("PATIENT_FEE", date(2026, 12, 4))
    with pytest.raises(NotPossible, match="police"):
        moves.move(session, people.manager, request, "cancelled", at=later, because="No answer")
    clocks.finish(session, people.manager, request, "tell_police", on=later.date(), at=later)
    moves.move(session, people.manager, request, "cancelled", at=later, because="No answer")
    assert request.state == "cancelled"


def test_a_restricted_request_is_not_found_by_reception(session, people, decide, now):
    request = decide({"type": "child_protection", "requester": "state", "flag": "safeguarding"})
    request.decided_by = people.clinician.staff_id

    assert request.is_restricted
    assert finding.find(session, people.receptionist).total == 0
    assert finding.find(session, people.manager).total == 1
    for nobody in (people.receptionist, people.stranger):
        with pytest.raises(NoSuchRequest):
            finding.get(session, nobody, request.id)


def test_people_say_what_moves_a_clock(session, people, decide, terms, now):
    gun = decide({"type": "firearms_initial", "consent": "written_ok"})
    copy = decide({"type": "patient_sar"})
    dead = decide(
        {
            "type": "deceased_records",
            "subject": "deceased",
            "ask": "records",
            "requester": "family",
            "consent": "authority_ok",
        }
    )
    by = (session, people.receptionist)
    assert dead.due_on == date(2026, 12, 30)

    saying.police_told(*by, gun.id, at=now)
    longer = saying.is_complex(*by, terms, copy.id, "Eleven volumes.", at=now)
    shorter = saying.last_entry(*by, terms, dead.id, date(2026, 11, 19), at=now)

    assert (longer.due_on, shorter.due_on) == (date(2027, 2, 22), date(2026, 12, 11))
    assert dead.due_on == date(2026, 12, 11)
    with pytest.raises(Refused, match="need not be told"):
        saying.police_told(*by, gun.id, at=now)
    with pytest.raises(Refused, match="later than the application"):
        saying.last_entry(*by, terms, dead.id, date(2026, 11, 21), at=now)
    with pytest.raises(Refused, match="No clock"):
        saying.last_entry(*by, terms, copy.id, date(2026, 11, 19), at=now)


def test_a_copy_of_records_that_leaves_late_is_counted_as_a_breach(session, people, decide, now):
    in_time, late = decide({"type": "patient_sar"}), decide({"type": "patient_sar"})

    saying.copy_given(session, people.receptionist, in_time.id, at=now + timedelta(days=31))
    saying.copy_given(session, people.receptionist, late.id, at=now + timedelta(days=32))

    assert in_time.state == late.state == "released"
    rows = session.scalars(select(Work).where(Work.request_id == in_time.id)).all()
    assert [one.due_on for one in rows if one.kind == "released"] == [date(2026, 12, 21)]
    assert "breached" not in kinds_of_work(session, in_time)
    assert "breached" in kinds_of_work(session, late)


def test_only_a_copy_of_records_leaves_without_a_signature(session, people, decide, now):
    request = decide(FIT_NOTE)
    moves.move(session, people.receptionist, request, "assigned", at=now)

    with pytest.raises(NotPossible, match="sign it"):
        saying.copy_given(session, people.receptionist, request.id, at=now)
