"""Consent that fits or holds the request, and letters that patients see first."""

from datetime import date, timedelta

import pytest

from lettergen.models import NotAllowed
from lettergen.refusals import Refused
from lettergen.requests.life import agreeing, clocks, facts, moves, sights
from lettergen.requests.life.agreeing import TICKS
from lettergen.requests.life.copies import Shown
from lettergen.requests.life.refusals import NotPossible

AMRA = {
    "type": "employer_report_amra",
    "requester": "employer",
    "consent": "written_ok",
    "payer": "org_accepts",
}
SAFE = {"type": "dvla_questionnaire", "requester": "state", "consent": "assured"}
SIGNED = {"applicant": "Brackenfold Ltd", "purpose": "fitness for work", "ticks": sorted(TICKS)}


@pytest.fixture
def amra(session, people, decide, now):
    """Return a function: how → a report for work whose patient has agreed."""

    def agreed(**how):
        request = decide(AMRA)
        values = {
            "method": "screen",
            "signed_at": now,
            "application_on": date(2026, 11, 9),
            "wants_to_see": True,
            "at": now,
            **how,
        }
        agreeing.record(session, people.receptionist, request.id, "amra", SIGNED, **values)
        return request

    return agreed


def fault(session, request, now):
    return facts.of(session, request, at=now).consent_fault


def test_a_report_for_work_needs_its_five_statements_on_file(session, people, decide, now):
    request = decide(AMRA)
    assert "five statements" in fault(session, request, now)

    how = {"method": "screen", "signed_at": now, "at": now, "wants_to_see": False}
    whole = {**how, "application_on": date(2026, 11, 9)}
    record = (session, people.receptionist, request.id, "amra")
    with pytest.raises(Refused, match="five statements"):
        agreeing.record(*record, {**SIGNED, "ticks": ["who", "answers", "whole"]}, **whole)
    with pytest.raises(Refused, match="applied"):
        agreeing.record(*record, SIGNED, **how)
    with pytest.raises(Refused, match="wants to see"):
        agreeing.record(*record, SIGNED, **{**whole, "wants_to_see": None})
    with pytest.raises(Refused, match="signed paper"):
        agreeing.record(*record, SIGNED, **{**whole, "method": "paper"})
    with pytest.raises(Refused, match="future"):
        agreeing.record(*record, SIGNED, **{**whole, "signed_at": now + timedelta(days=1)})
    agreeing.record(*record, SIGNED, **whole)

    assert fault(session, request, now) == ""


def test_general_consent_does_not_do_for_a_report_for_work(session, people, decide, now):
    request = decide(AMRA)

    given = agreeing.record(
        session,
        people.receptionist,
        request.id,
        "general",
        SIGNED,
        method="screen",
        signed_at=now,
        at=now,
    )

    assert "five statements" in fault(session, request, now)
    assert not agreeing.is_good(given, request, date(2026, 11, 20))


@pytest.mark.parametrize(
    ("consent", "said"),
    [("missing", "no consent"), ("too_wide", "too wide"), ("authority_missing", "no consent")],
)
def test_what_triage_said_of_consent_holds_the_letter(session, decide, now, consent, said):
    request = decide({"type": "dvla_exam", "requester": "state", "consent": consent})

    assert said in fault(session, request, now)


def test_consent_that_is_too_wide_ended_refused_or_withdrawn_is_no_consent(
    session, people, amra, now
):
    request = amra()
    given = agreeing.given(session, request)

    given.content = {**given.content, "is_too_wide": True}
    assert "too wide" in fault(session, request, now)
    given.content, given.ends_on = SIGNED, date(2026, 11, 19)
    assert "ended on 19 November 2026" in fault(session, request, now)
    given.ends_on = None
    assert fault(session, request, now) == ""
    agreeing.withdraw(session, people.receptionist, request.id, because="changed mind", at=now)
    assert "withdrawn" in fault(session, request, now)
    with pytest.raises(Refused, match="no consent to withdraw"):
        agreeing.withdraw(session, people.receptionist, request.id, at=now)


def test_safeguarding_and_courts_never_wait_for_consent(session, decide, now):
    request = decide(
        {"type": "child_protection", "flag": "safeguarding", "requester": "state",
         "consent": "missing"}
    )  # fmt: skip

    assert fault(session, request, now) == ""


def test_the_wish_to_see_holds_a_report_for_twenty_one_days(session, people, amra, now):
    request = amra()
    clock = clocks.find(session, request, "see_first")

    assert clock.due_on == date(2026, 12, 11)
    sight = facts.of(session, request, at=now).sight
    assert (sight.is_wished, sight.may_leave_on) == (True, date(2026, 12, 11))

    agreeing.wish_to_see(session, people.receptionist, request.id, False, at=now)
    assert not facts.of(session, request, at=now).sight.is_wished
    agreeing.wish_to_see(session, people.receptionist, request.id, True, at=now + timedelta(days=3))
    assert clocks.find(session, request, "see_first").due_on == date(2026, 12, 14)


@pytest.fixture
def signed(session, people, amra, now):
    """A signed report whose patient wants to see it, and who did the target of it."""
    request = amra()
    request.state, request.assigned_to = "signed", people.clinician.staff_id
    session.flush()
    return request


def test_a_correction_goes_to_the_clinician_and_the_letter_is_shown_again(
    session, people, signed, now
):
    sights.offer(session, people.receptionist, signed.id, Shown("seal 1"), at=now)
    assert (signed.state, signed.held_for, signed.due_on) == ("amra_wait", "sight", None)
    sights.saw(session, people.receptionist, signed.id, at=now)
    with pytest.raises(Refused, match="what should be corrected"):
        sights.answer(session, people.receptionist, signed.id, "correction", at=now)
    sights.answer(
        session, people.receptionist, signed.id, "correction", words="May, not June", at=now
    )
    assert signed.state == "signed"
    with pytest.raises(NotAllowed):
        sights.judge(session, people.receptionist, signed.id, "corrected", at=now)
    with pytest.raises(Refused, match="why"):
        sights.judge(session, people.clinician, signed.id, "kept", at=now)

    sights.judge(session, people.clinician, signed.id, "corrected", at=now)

    assert signed.state == "drafted"
    signed.state = "signed"
    again = sights.offer(session, people.receptionist, signed.id, Shown("seal 2"), at=now)
    sights.answer(session, people.receptionist, signed.id, "agreed", at=now)
    assert [one.answer for one in sights.of(session, signed)] == ["correction", "agreed"]
    assert again.words is None
    assert signed.state == "signed"
    assert clocks.find(session, signed, "see_first").done_on == date(2026, 11, 20)


def test_the_target_stands_still_while_the_patient_looks(session, people, signed, now):
    before = signed.due_on
    sights.offer(session, people.receptionist, signed.id, Shown("seal"), at=now)

    sights.answer(session, people.receptionist, signed.id, "agreed", at=now + timedelta(days=10))

    assert before == date(2026, 12, 18)
    assert signed.due_on == date(2026, 12, 30)


def test_without_a_word_it_may_leave_after_twenty_one_days_but_not_once_it_was_seen(
    session, people, signed, now
):
    signed.outcome = "NHS_FREE"
    sights.offer(session, people.receptionist, signed.id, Shown("seal"), at=now)
    day_21 = now + timedelta(days=21)
    step = moves.step_of(people.receptionist, "released", day_21)

    moves.refuse("amra_wait", facts.of(session, signed, at=day_21), step)
    sights.saw(session, people.receptionist, signed.id, at=now)

    with pytest.raises(NotPossible, match="has not agreed yet"):
        moves.refuse("amra_wait", facts.of(session, signed, at=day_21), step)


def test_a_report_that_left_is_kept_for_six_months(session, people, signed, now):
    signed.outcome = "NHS_FREE"
    sights.offer(session, people.receptionist, signed.id, Shown("seal"), at=now)
    sights.answer(session, people.receptionist, signed.id, "agreed", at=now)

    moves.move(session, people.receptionist, signed, "released", at=now)

    assert clocks.find(session, signed, "keep").due_on == date(2027, 5, 20)
    assert signed.released_by == people.receptionist.staff_id
    with pytest.raises(Refused, match="No letter of this request waits"):
        sights.saw(session, people.receptionist, signed.id, at=now)


def test_a_patient_who_says_no_stops_the_letter(session, people, signed, now):
    signed.outcome = "NHS_FREE"
    sights.offer(session, people.receptionist, signed.id, Shown("seal"), at=now)
    sights.answer(session, people.receptionist, signed.id, "refused", at=now)

    with pytest.raises(NotPossible, match="does not agree"):
        moves.move(session, people.receptionist, signed, "released", at=now)
