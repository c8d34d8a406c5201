"""What a practice may set for requests: strictly checked, and laid over what is shipped."""

from pathlib import Path

import pytest
from sqlalchemy import select

from lettergen import accounts, models
from lettergen.models import Practice
from lettergen.places import Places
from lettergen.requests import catalogue
from lettergen.requests.catalogue import own_settings, settings
from lettergen.requests.catalogue.settings import BadRequestSettings
from lettergen.requests.catalogue.standing import Requests
from lettergen.requests.catalogue.terms import terms

CATALOGUE = catalogue.load(Places(Path("/nowhere")))
OWN = {
    "not_offered": ["d4_group2", "gym_fitness"],
    "patient_charging": False,
    "paused": True,
    "waiver_cap_pence": 25_000,
    "collaborative_pence": {"child_protection": 9_500},
    "front_door_open": False,
    "replies": {"D05": {"nameless": ["We write no such notes."], "route": "Ask the gym."}},
    "reply_texts": {"scuba": "Ask the dive centre."},
    "contact_role": "operations manager",
}


def terms_of(stored):
    return terms(CATALOGUE, settings.read(stored, CATALOGUE, is_new=True), frozenset())


def test_without_anything_stored_the_documented_defaults_hold():
    found = settings.read(None, CATALOGUE)

    assert found == settings.RequestSettings()
    assert found.offered("d4_group2")
    assert found.patient_charging
    assert found.front_door_open
    assert not found.paused
    assert found.waiver_cap_pence == 10_000
    assert terms_of({}).version == CATALOGUE.version


def test_what_is_stored_is_read_whole():
    found = settings.read(OWN, CATALOGUE, is_new=True)

    assert not found.offered("d4_group2")
    assert (found.patient_charging, found.paused, found.front_door_open) == (False, True, False)
    assert found.waiver_cap_pence == 25_000
    assert found.collaborative_pence == {"child_protection": 9_500}
    assert found.contact_role == "operations manager"
    assert dict(found.stored) == OWN


def test_a_practice_uses_its_own_words_and_the_shipped_ones_stay():
    used = terms_of(OWN)

    reply = used.catalogue.replies["D05"]
    assert reply.nameless == ("We write no such notes.",)
    assert reply.named == CATALOGUE.replies["D05"].named
    assert reply.route_for("scuba") == "Ask the gym."
    assert reply.is_own
    assert reply.contact_role == used.catalogue.replies["D01"].contact_role == "operations manager"
    assert used.catalogue.types["scuba"].reply == "Ask the dive centre."
    assert used.shipped is CATALOGUE
    assert not CATALOGUE.replies["D05"].is_own


@pytest.mark.parametrize(
    ("stored", "name"),
    [
        ([], "settings"),
        ({"offered": []}, "offered"),
        ({"not_offered": "d4_group2"}, "not_offered"),
        ({"not_offered": ["no_such"]}, "not_offered.no_such"),
        ({"not_offered": ["fit_note_gt7"]}, "not_offered.fit_note_gt7"),
        ({"not_offered": ["blue_badge"]}, "not_offered.blue_badge"),
        ({"paused": 1}, "paused"),
        ({"patient_charging": "no"}, "patient_charging"),
        ({"waiver_cap_pence": -1}, "waiver_cap_pence"),
        ({"waiver_cap_pence": True}, "waiver_cap_pence"),
        ({"waiver_cap_pence": 99.5}, "waiver_cap_pence"),
        ({"collaborative_pence": {"gym_fitness": 5}}, "collaborative_pence.gym_fitness"),
        ({"collaborative_pence": {"cafcass": 10**9}}, "collaborative_pence.cafcass"),
        ({"collaborative_pence": 5}, "collaborative_pence"),
        ({"replies": {"D99": {"route": "x"}}}, "replies.D99"),
        ({"replies": {"D01": {}}}, "replies.D01"),
        ({"replies": {"D01": {"letter": "x"}}}, "replies.D01.letter"),
        ({"replies": {"D01": {"route": " "}}}, "replies.D01.route"),
        ({"replies": {"D01": {"named": "one text"}}}, "replies.D01.named"),
        ({"replies": {"D01": {"nameless": ["About {patient}."]}}}, "replies.D01.nameless"),
        ({"replies": {"D01": {"named": ["{diagnosis}"]}}}, "replies.D01.named"),
        ({"replies": {"D01": {"route": "a" * 801}}}, "replies.D01.route"),
        ({"replies": {"D01": {"route": "a\x00b"}}}, "replies.D01.route"),
        ({"replies": {"D01": {"named": ["x"] * 9}}}, "replies.D01.named"),
        ({"reply_texts": {"scuba": ""}}, "reply_texts.scuba"),
        ({"reply_texts": {"scuba": "x" * 301}}, "reply_texts.scuba"),
        ({"reply_texts": {"nothing": "x"}}, "reply_texts.nothing"),
        ({"contact_role": "x" * 81}, "contact_role"),
        ({"contact_role": "two\nlines"}, "contact_role"),
    ],
)
def test_what_cannot_be_is_refused_by_name(stored, name):
    with pytest.raises(BadRequestSettings) as refused:
        settings.read(stored, CATALOGUE, is_new=True)

    assert list(refused.value.errors) == [name]


def test_everything_wrong_is_told_at_once():
    with pytest.raises(BadRequestSettings) as refused:
        settings.read({"paused": 3, "colour": 1, "contact_role": 7}, CATALOGUE, is_new=True)

    assert set(refused.value.errors) == {"paused", "colour", "contact_role"}


def test_stored_choices_about_what_the_catalogue_lost_do_not_stop_the_practice():
    stored = {
        "not_offered": ["gone", "scuba", "d4_group2"],
        "collaborative_pence": {"gone": 5},
        "replies": {"D99": {"route": "x"}},
        "reply_texts": {"gone": "x"},
    }

    found = settings.read(stored, CATALOGUE)

    assert found.not_offered == {"d4_group2"}
    assert found.collaborative_pence == found.replies == found.reply_texts == {}


def test_the_same_settings_are_the_same_version_and_others_another():
    first, again = terms_of({"paused": True}), terms_of({"paused": True})
    other = terms_of({"paused": True, "front_door_open": False})

    assert first.version == again.version != other.version
    assert first.version == first.catalogue.version
    assert len(first.version) == 20


@pytest.mark.database
def test_a_manager_changes_the_settings_and_the_change_is_in_the_audit(sessions, people, now):
    standing = Requests(Places(Path("/nowhere")))
    with sessions() as session, models.changing(session):
        own_settings.change(session, CATALOGUE, people.manager, OWN, at=now)

    with sessions() as session:
        found = standing.terms(session, people.clinician)
        others = standing.terms(session, people.stranger)
        events = session.scalars(select(models.Event).order_by(models.Event.number)).all()

    assert not found.offered("d4_group2")
    assert found.catalogue.is_paused
    assert others.settings == settings.RequestSettings()
    assert events[-1].action == "requests.settings_changed"


def test_only_a_manager_may_change_them(sessions, people, now):
    with sessions() as session, pytest.raises(accounts.NotAllowed):
        own_settings.change(session, CATALOGUE, people.receptionist, {"paused": True}, at=now)


def test_bad_settings_change_nothing(sessions, people, now):
    with sessions() as session, pytest.raises(BadRequestSettings):
        own_settings.change(session, CATALOGUE, people.manager, {"paused": "x"}, at=now)

    with sessions() as session:
        stored = session.scalars(select(Practice.request_settings)).all()
    assert set(stored) == {None}
