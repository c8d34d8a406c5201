"""Who gets a request: suggested with a reason, given, taken over, and kept from somebody."""

from datetime import date, timedelta

import pytest

from lettergen import accounts
from lettergen.accounts import NoSuchPerson, Person, Registration
from lettergen.models import NotAllowed
from lettergen.refusals import Refused
from lettergen.requests.life import allocating, moves
from lettergen.requests.life.refusals import NotPossible

FREE = {"type": "fit_note_gt7"}
TODAY = date(2026, 11, 20)


@pytest.fixture
def ben(session, people, now):
    """A second clinician of the practice."""
    person = Person(
        "Dr Ben Second",
        "ben@example.com",
        frozenset({"clinician"}),
        Registration("gp_registrar", "GMC", "9000003"),
    )
    return accounts.add_staff(session, people.manager, person, "a long password here", at=now)


def test_work_is_suggested_to_whoever_has_less_with_the_reason_in_one_sentence(
    session, people, ben, decide, now
):
    busy = decide(FREE)
    allocating.assign(
        session, people.receptionist, busy.id, people.clinician.staff_id, because="x", at=now
    )

    found = allocating.suggest(session, people.receptionist, decide(FREE), TODAY)

    assert found.staff is ben
    assert found.signer is None
    assert found.because == (
        "Dr Ben Second is in today and has nothing open: the least for the share."
    )


def test_a_trainees_work_goes_to_the_supervisor_for_signature(session, people, ben, decide, now):
    allocating.set_pattern(
        session,
        people.manager,
        ben.id,
        days=[4],
        share=50,
        supervisor_id=people.clinician.staff_id,
        at=now,
    )
    away = (date(2026, 11, 1), date(2026, 12, 30))
    request = decide(FREE)
    found = allocating.suggest(session, people.receptionist, request, TODAY)
    given = allocating.assign(
        session, people.receptionist, request.id, ben.id, because="Knows the patient", at=now
    )

    assert (given.state, given.assigned_to) == ("assigned", ben.id)
    assert given.signer_id == people.clinician.staff_id
    assert "signs" in found.because or found.staff.id == people.clinician.staff_id
    trainee = accounts.actor_of(ben)
    with pytest.raises(NotPossible, match="supervisor"):
        moves.move(session, trainee, given, "signed", at=now)
    allocating.set_absence(session, people.clinician, people.clinician.staff_id, *away, at=now)
    with pytest.raises(Refused, match="Nobody can be suggested"):
        allocating.suggest(session, people.receptionist, request, TODAY)


def test_a_conflict_takes_the_request_away_and_cannot_be_overridden(
    session, people, ben, decide, now
):
    request = decide(FREE)
    allocating.assign(session, people.receptionist, request.id, ben.id, because="x", at=now)

    with pytest.raises(Refused, match="Say why"):
        allocating.set_conflict(session, people.manager, request.id, ben.id, " ", at=now)
    allocating.set_conflict(session, people.manager, request.id, ben.id, "A cousin", at=now)

    assert request.assigned_to is None
    assert (
        allocating.suggest(session, people.receptionist, request, TODAY).staff.id
        == people.clinician.staff_id
    )
    with pytest.raises(Refused, match="conflict"):
        allocating.assign(session, people.receptionist, request.id, ben.id, because="x", at=now)
    allocating.drop_conflict(session, people.manager, request.id, ben.id, at=now)
    allocating.assign(session, people.receptionist, request.id, ben.id, because="x", at=now)
    assert request.assigned_to == ben.id


def test_nobody_is_given_work_without_reason_nor_before_it_is_decided_or_accepted(
    session, people, decide, receive, now
):
    doctor = people.clinician.staff_id
    with pytest.raises(Refused, match="Say why"):
        allocating.assign(
            session, people.receptionist, decide(FREE).id, doctor, because=" ", at=now
        )
    with pytest.raises(NotPossible, match="Received"):
        allocating.assign(session, people.receptionist, receive().id, doctor, because="x", at=now)
    paid = decide({"type": "seat_belt"})
    with pytest.raises(NotPossible, match="accepted the fee"):
        allocating.assign(session, people.receptionist, paid.id, doctor, because="x", at=now)
    with pytest.raises(NoSuchPerson):
        allocating.assign(
            session,
            people.receptionist,
            paid.id,
            people.stranger.staff_id,
            because="x",
            at=now,
        )


def test_patterns_are_the_managers_and_absences_also_ones_own(session, people, ben, now):
    with pytest.raises(NotAllowed):
        allocating.set_pattern(session, people.clinician, ben.id, days=[0], share=10, at=now)
    with pytest.raises(Refused, match="Monday to Friday"):
        allocating.set_pattern(session, people.manager, ben.id, days=[6], share=10, at=now)
    with pytest.raises(Refused, match="supervisor"):
        allocating.set_pattern(
            session, people.manager, ben.id, days=[0], share=10, supervisor_id=ben.id, at=now
        )
    with pytest.raises(NotAllowed):
        allocating.set_absence(session, people.clinician, ben.id, TODAY, TODAY, at=now)
    with pytest.raises(Refused, match="Swap"):
        allocating.set_absence(
            session, people.manager, ben.id, TODAY, TODAY - timedelta(days=1), at=now
        )
    row = allocating.set_absence(session, people.manager, ben.id, TODAY, TODAY, at=now)
    assert allocating.list_absences(session, people.manager, TODAY) == [row]
    allocating.drop_absence(session, people.manager, row.id, at=now)
    assert allocating.list_absences(session, people.manager, TODAY) == []
