"""Practices and staff: who may change them, and what becomes of passwords and sessions."""

import pytest
from sqlalchemy import select

from lettergen import accounts
from lettergen.accounts import (
    Letterhead,
    NoSuchPerson,
    NotAllowed,
    Person,
    Registration,
    hash_password,
    is_password_of,
)
from lettergen.definitions import Library
from lettergen.definitions.library import Folders
from lettergen.models import Event, Practice
from lettergen.places import shipped
from lettergen.refusals import Refused

PERSON = Person("Pat Person", "pat@example.com", frozenset({"reception"}))
LOCUM = Person(
    "Dr Lou Locum",
    "locum@example.com",
    frozenset({"clinician", "manager"}),
    Registration("gp_locum", "GMC", "9000009"),
)


def add(session, actor, person, now):
    return accounts.add_staff(session, actor, person, "correct horse battery", at=now)


def test_a_manager_adds_a_clinician_who_may_sign(session, people, now):
    staff = add(session, people.manager, LOCUM, now)

    actor = accounts.actor_of(staff)
    assert actor.may_sign
    assert (actor.role, actor.roles) == ("clinician", {"clinician", "manager"})
    assert actor.practice_id == people.manager.practice_id


def test_a_clinician_without_registration_may_not_sign(session, people, now):
    staff = add(
        session, people.manager, Person("A B", "ab@example.com", frozenset({"clinician"})), now
    )

    assert not accounts.actor_of(staff).may_sign


@pytest.mark.parametrize("who", ["clinician", "receptionist"])
def test_only_a_manager_changes_staff_and_practice(session, people, now, who):
    actor, other = getattr(people, who), people.manager.staff_id
    attempts = [
        lambda: add(session, actor, PERSON, now),
        lambda: accounts.edit_staff(session, actor, other, PERSON, at=now),
        lambda: accounts.set_password(session, actor, other, "correct horse battery", at=now),
        lambda: accounts.deactivate_staff(session, actor, other, at=now),
        lambda: accounts.activate_staff(session, actor, other, at=now),
        lambda: accounts.edit_practice(session, actor, Letterhead("New", "Y99991"), at=now),
    ]

    for attempt in attempts:
        with pytest.raises(NotAllowed, match="Only a practice manager"):
            attempt()


def test_a_stranger_reaches_nobody_of_another_practice(session, people, now):
    other = people.clinician.staff_id
    attempts = [
        lambda: accounts.staff_member(session, people.stranger, other),
        lambda: accounts.edit_staff(session, people.stranger, other, PERSON, at=now),
        lambda: accounts.set_password(session, people.stranger, other, "x" * 20, at=now),
        lambda: accounts.deactivate_staff(session, people.stranger, other, at=now),
    ]

    for attempt in attempts:
        with pytest.raises(NoSuchPerson):
            attempt()
    assert {one.id for one in accounts.staff_of(session, people.stranger)} == {
        people.stranger.staff_id
    }


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": "  "}, "name"),
        ({"email": "pat"}, "e-mail"),
        ({"email": "Clinician@Example.com"}, "already"),
        ({"roles": frozenset()}, "roles"),
        ({"roles": frozenset({"admin"})}, "roles"),
        ({"registration": Registration("gp_locum", "GMC", "9000009")}, "Only clinicians"),
    ],
)
def test_a_person_with_a_fault_is_refused(session, people, now, changes, told):
    faulty = Person(**{**vars(PERSON), **changes})

    with pytest.raises(Refused, match=told):
        add(session, people.manager, faulty, now)


@pytest.mark.parametrize(
    ("registration", "told"),
    [
        (Registration("gp_locum", "GMC", "12"), "7 digits"),
        (Registration("king", "GMC", "9000009"), "position and register"),
        (Registration("gp_locum", "XYZ", "9000009"), "position and register"),
    ],
)
def test_a_registration_with_a_fault_is_refused(session, people, now, registration, told):
    faulty = Person("A B", "ab@example.com", frozenset({"clinician"}), registration)

    with pytest.raises(Refused, match=told):
        add(session, people.manager, faulty, now)


def test_an_edited_person_keeps_the_registration_row_or_loses_it(session, people, now):
    staff_id = people.clinician.staff_id
    same = Person("Dr C", "c@example.com", frozenset({"clinician"}), LOCUM.registration)
    without = Person("Dr C", "c@example.com", frozenset({"clinician"}))

    changed = accounts.edit_staff(session, people.manager, staff_id, same, at=now)
    assert changed.clinician.number == "9000009"
    changed = accounts.edit_staff(session, people.manager, staff_id, without, at=now)
    session.commit()

    assert accounts.staff_member(session, people.manager, staff_id).clinician is None


def test_other_roles_end_the_persons_sessions_and_another_name_does_not(session, people, now):
    staff = add(session, people.manager, PERSON, now)
    before = staff.sign_in_id

    renamed = Person("Pat Other", PERSON.email, PERSON.roles)
    accounts.edit_staff(session, people.manager, staff.id, renamed, at=now)
    assert staff.sign_in_id == before
    promoted = Person("Pat Other", PERSON.email, frozenset({"manager"}))
    accounts.edit_staff(session, people.manager, staff.id, promoted, at=now)
    assert staff.sign_in_id != before


def test_a_practice_keeps_a_manager_who_can_sign_in(session, people, now):
    only = people.manager.staff_id

    with pytest.raises(Refused, match="needs a manager"):
        accounts.deactivate_staff(session, people.manager, only, at=now)
    with pytest.raises(Refused, match="needs a manager"):
        accounts.edit_staff(session, people.manager, only, PERSON, at=now)

    add(session, people.manager, LOCUM, now)
    assert not accounts.deactivate_staff(session, people.manager, only, at=now).is_active


def test_a_deactivated_person_cannot_sign_and_loses_the_session(session, people, now):
    staff = accounts.staff_member(session, people.manager, people.clinician.staff_id)
    before = staff.sign_in_id

    accounts.deactivate_staff(session, people.manager, staff.id, at=now)

    assert not accounts.actor_of(staff).may_sign
    assert accounts.staff_by_sign_in(session, before) is None
    assert accounts.activate_staff(session, people.manager, staff.id, at=now).is_active


def test_everybody_changes_their_own_password_and_ends_other_sessions(session, people, now):
    staff = accounts.staff_member(session, people.receptionist, people.receptionist.staff_id)
    before = staff.sign_in_id

    accounts.set_password(session, people.receptionist, staff.id, "another long password", at=now)

    assert is_password_of(staff.password_hash, "another long password")
    assert not is_password_of(staff.password_hash, people.password)
    assert staff.sign_in_id != before


@pytest.mark.parametrize("password", ["", "short", "a" * 20, "abcabcabcabcabc", "x" * 300])
def test_a_poor_password_is_refused(password):
    with pytest.raises(Refused, match="Choose a password"):
        hash_password(password)


def test_a_password_is_hashed_by_argon2id_and_never_kept(as_in_practice):
    hashed = hash_password("correct horse battery")

    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert "horse" not in hashed
    assert is_password_of(hashed, "correct horse battery")


def test_a_password_is_the_same_however_the_keyboard_composes_it():
    hashed = hash_password("Zo\u00eb's password")

    assert is_password_of(hashed, "Zoe\u0308's password")


@pytest.mark.parametrize("hashed", [None, "", "x", "$argon2id$v=19$m=65536,t=3,p=4$eA$eA"])
def test_no_password_fits_a_missing_or_broken_hash(hashed):
    assert not is_password_of(hashed, "correct horse battery")


def test_staff_are_found_by_address_in_any_case(session, people):
    assert (
        accounts.staff_by_email(session, " Clinician@EXAMPLE.com ").id == people.clinician.staff_id
    )
    assert accounts.staff_by_email(session, "nobody@example.com") is None


def test_staff_are_listed_active_first_then_by_name(session, people, now):
    accounts.deactivate_staff(session, people.manager, people.clinician.staff_id, at=now)

    names = [one.name for one in accounts.staff_of(session, people.manager)]

    assert names == ["Mo Manager", "Robin Reception", "Dr Casey Clinician"]


def test_a_manager_edits_the_letterhead_of_the_own_practice_only(session, people, now):
    fresh = Letterhead(
        "New Name", "y99991 ", "2 New Road", "020 7946 0999", "new@example.com", ("@NHS.net", " ")
    )

    practice = accounts.edit_practice(session, people.manager, fresh, at=now)
    session.commit()

    assert (practice.name, practice.ods, practice.secure_domains) == (
        "New Name",
        "Y99991",
        ["nhs.net"],
    )
    assert accounts.practice_of(session, people.stranger).name == "Other Surgery"
    assert [one.name for one in accounts.practices(session)] == ["New Name", "Other Surgery"]


@pytest.mark.parametrize(
    "changes",
    [{"name": " "}, {"ods": "123"}, {"phone": "x"}, {"email": "x"}, {"name": "x" * 121}],
)
def test_a_letterhead_with_a_fault_is_refused(session, people, now, changes):
    sound = {"name": "New Name", "ods": "Y99991"}

    with pytest.raises(Refused):
        accounts.edit_practice(session, people.manager, Letterhead(**{**sound, **changes}), at=now)

    assert session.get(Practice, people.manager.practice_id).name == "Example Surgery"


def test_every_change_is_an_event_with_its_actor(session, people, now):
    staff = add(session, people.manager, PERSON, now)
    accounts.edit_staff(session, people.manager, staff.id, PERSON, at=now)
    accounts.set_password(session, people.manager, staff.id, "another long password", at=now)
    accounts.deactivate_staff(session, people.manager, staff.id, at=now)
    accounts.activate_staff(session, people.manager, staff.id, at=now)
    accounts.edit_practice(session, people.manager, Letterhead("New", "Y99991"), at=now)

    events = session.scalars(
        select(Event)
        .where(Event.practice_id == people.manager.practice_id)
        .order_by(Event.number.desc())
        .limit(6)
    ).all()
    assert [event.action for event in reversed(events)] == [
        "staff.added",
        "staff.edited",
        "staff.password",
        "staff.deactivated",
        "staff.activated",
        "practice.edited",
    ]
    assert {event.actor_name for event in events} == {"Mo Manager"}
    assert "password" not in str([event.details for event in events])


def test_positions_and_registers_are_those_that_the_letters_know():
    folders = Folders((shipped("forms"),), (shipped("templates") / "letters",))
    fields = {one.name: one for one in Library(folders).get("to-whom-it-may-concern").fields}

    for name, known in (
        ("referrer_role", accounts.POSITIONS),
        ("reg_body", accounts.REGISTERS),
    ):
        assert {option.code: option.label for option in fields[name].options} == known
