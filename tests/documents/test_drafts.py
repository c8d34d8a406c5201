"""Drafts are kept as they are typed, read with the records, and never overwritten unseen."""

import pytest
from sqlalchemy import select

from lettergen import documents
from lettergen.documents import Closed, Conflict, NotFound
from lettergen.models import Draft, Review, Work
from lettergen.refusals import Refused


def test_a_draft_begins_with_the_defaults_of_its_form(sessions, office, people, now):
    with sessions.begin() as session:
        draft = documents.start(session, office, people.receptionist, "note", at=now)

    assert draft.typed == {"written_on": ["2026-11-20"]}
    assert draft.revision == 1


def test_a_draft_keeps_what_was_typed_sound_or_not(clinician):
    draft = clinician.start()
    unsound = {"date_of_birth": ["31 February"], "unheard_of": ["x"], "family_name": ["\u0000 <b>"]}

    saved = clinician.save(draft, unsound)

    assert saved.typed == unsound
    assert saved.revision == 2


def test_saving_the_same_again_is_no_new_revision(clinician):
    draft = clinician.start()

    saved = clinician.save(draft, draft.typed)

    assert saved.revision == 1


def test_a_second_window_overwrites_nothing_silently(clinician, receptionist):
    draft = clinician.start()
    clinician.save(draft, {**clinician.typed, "body": ["First window."]})

    with pytest.raises(Conflict) as conflict:
        receptionist.save(draft, {**clinician.typed, "body": ["Second window."]})

    assert conflict.value.theirs["body"] == ["First window."]
    assert conflict.value.revision == 2
    assert conflict.value.saved_by == "Dr Casey Clinician"
    assert "compare both" in str(conflict.value)


def test_a_stale_window_that_holds_the_same_text_is_no_conflict(clinician, receptionist):
    draft = clinician.start()
    same = {**clinician.typed, "body": ["Both typed this."]}
    clinician.save(draft, same)

    saved = receptionist.save(draft, same)

    assert saved.revision == 2


def test_active_seconds_add_up_but_not_beyond_the_time_that_passed(clinician):
    draft = clinician.start()

    clinician.save(draft, clinician.typed, later=60, seconds=45)
    clinician.save(draft, clinician.typed, later=90, seconds=1000)
    saved = clinician.save(draft, clinician.typed, later=95, seconds=-20)

    assert saved.seconds == 45 + 30


def test_more_than_a_million_characters_are_refused_and_the_draft_stays(clinician, sessions):
    draft = clinician.start()

    with pytest.raises(Refused, match="nothing was saved"):
        clinician.save(draft, {"body": ["x" * 1_000_001]})

    with sessions() as session:
        assert session.get(Draft, draft.id).typed == clinician.typed


def test_drafts_are_listed_the_last_saved_first_and_for_the_practice(clinician, stranger, sessions):
    one, other = clinician.start(), clinician.start()
    clinician.save(one, clinician.typed, later=60)

    with sessions() as session:
        mine = documents.drafts(session, clinician.actor)
        theirs = documents.drafts(session, stranger.actor)

    assert [draft.id for draft in mine] == [one.id, other.id]
    assert theirs == []


def test_a_draft_says_whom_it_is_about(clinician, office):
    draft = clinician.start()

    about = documents.patient_of(office, draft)

    assert about["family_name"] == "Testerby"
    assert about["addressee"] == "Example Clinic"


def test_a_discarded_draft_is_forgotten_but_its_minutes_are_not(clinician, sessions, people, now):
    draft = clinician.start()
    clinician.save(draft, clinician.typed, later=60, seconds=50)

    with sessions.begin() as session:
        documents.discard(session, people.clinician, draft.id, at=now)

    with sessions() as session:
        work = session.scalars(select(Work)).one()
        assert session.get(Draft, draft.id).typed == {}
        assert (work.outcome, work.seconds_measured) == ("discarded", 50)
        assert documents.drafts(session, people.clinician) == []
        with pytest.raises(Closed, match="was discarded"):
            documents.draft(session, people.clinician, draft.id)


def test_a_stranger_finds_no_draft(clinician, stranger):
    draft = clinician.start()

    with pytest.raises(NotFound):
        stranger.save(draft, clinician.typed)


def test_a_form_that_does_not_exist_is_refused(sessions, office, people, now):
    with sessions() as session, pytest.raises(Refused, match="no form 'nope'"):
        documents.start(session, office, people.clinician, "nope", at=now)


def test_a_reading_has_practice_and_signer_from_their_records(
    clinician, sessions, office, people, now
):
    draft = clinician.start()

    with sessions() as session:
        reading = documents.reading(session, office, people.clinician, draft.id, at=now)

    assert reading.answers["practice_name"] == "Example Surgery"
    assert reading.answers["signer_name"] == "Dr Casey Clinician"
    assert reading.is_issuable


def test_a_receptionists_reading_supposes_a_clinician_who_may_sign(
    receptionist, sessions, office, now
):
    draft = receptionist.start()

    with sessions() as session:
        reading = documents.reading(session, office, receptionist.actor, draft.id, at=now)

    assert reading.answers["signer_name"] == "Dr Casey Clinician"


def test_a_preview_is_a_draft_without_reference_and_stores_nothing(
    clinician, sessions, office, now
):
    draft = clinician.start()

    with sessions() as session:
        made = documents.preview(session, office, clinician.actor, draft.id, at=now)

    assert set(made) == {"letter", "patient", "large"}
    assert made["letter"].pdf.startswith(b"%PDF")
    assert clinician.count(Review) == 0
