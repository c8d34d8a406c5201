"""A letter is replaced, voided, or the start of another."""

import pytest

from lettergen import documents, models
from lettergen.accounts import NotAllowed
from lettergen.documents import Superseded, drafting
from lettergen.refusals import Refused


def test_a_replacement_says_what_it_replaces_and_ends_the_old_letter(clinician, sessions):
    old = clinician.issued()
    draft = clinician.supersede(old)

    new = clinician.issue(draft, clinician.prepare(draft).seal)

    assert clinician.get(new).replaces_id == old.id
    assert clinician.get(old).state == "superseded"
    with sessions() as session:
        assert models.verify_chain(session, clinician.actor.practice_id) is None


def test_a_replacement_starts_with_the_answers_but_not_with_reasons_or_date(clinician):
    old = clinician.issued(
        is_urgent=["y"], written_on=["2026-11-01"],
        **{"override_reasons-W01": ["The bus leaves at noon."]},
    )  # fmt: skip

    draft = clinician.supersede(old)

    assert draft.typed["body"] == clinician.typed["body"]
    assert draft.typed["written_on"] == ["2026-11-20"]
    assert "override_reasons-W01" not in draft.typed


def test_the_old_letter_stands_until_the_new_one_is_issued(clinician):
    old = clinician.issued()

    clinician.supersede(old)

    assert clinician.get(old).state == "issued"


def test_to_replace_a_letter_twice_is_to_go_on_with_the_same_draft(clinician):
    old = clinician.issued()

    assert clinician.supersede(old).id == clinician.supersede(old).id


def test_a_replaced_letter_is_not_replaced_again(clinician, sessions):
    old = clinician.issued()
    first = clinician.supersede(old)
    with sessions.begin() as session:
        second = drafting.start(
            session,
            clinician.office,
            clinician.actor,
            old.slug,
            at=clinician.now,
            typed=first.typed,
            replaces_id=old.id,
        )
    seal = clinician.prepare(second).seal
    new = clinician.issue(first, clinician.prepare(first).seal)

    with pytest.raises(Superseded):
        clinician.issue(second, seal)
    with pytest.raises(Superseded, match=new.reference):
        clinician.supersede(old)


def test_a_void_letter_keeps_its_reason_and_stays_readable(clinician, sessions, people, now):
    document = clinician.issued()

    with sessions.begin() as session:
        documents.void(session, people.manager, document.id, "The wrong patient.", at=now)

    kept = clinician.get(document)
    assert kept.state == "voided"
    assert kept.content.void_reason == "The wrong patient."
    with sessions() as session:
        assert documents.file(session, clinician.actor, document.id, "letter")


@pytest.mark.parametrize("reason", ["", "short", "x" * 501])
def test_a_void_letter_needs_a_reason(clinician, sessions, people, now, reason):
    document = clinician.issued()

    with sessions() as session, pytest.raises(Refused, match="10 to 500"):
        documents.void(session, people.manager, document.id, reason, at=now)


def test_a_receptionist_cannot_void(clinician, sessions, people, now):
    document = clinician.issued()

    with sessions() as session, pytest.raises(NotAllowed):
        documents.void(session, people.receptionist, document.id, "The wrong patient.", at=now)


def test_a_void_letter_is_neither_voided_nor_replaced_again(clinician, sessions, people, now):
    document = clinician.issued()
    with sessions.begin() as session:
        documents.void(session, people.manager, document.id, "The wrong patient.", at=now)

    with sessions() as session, pytest.raises(Refused, match="nothing to void"):
        documents.void(session, people.manager, document.id, "The wrong patient.", at=now)
    with pytest.raises(Refused, match="Start another letter from it"):
        clinician.supersede(document)


def test_another_letter_starts_with_the_answers_of_one(clinician, sessions, office, people, now):
    document = clinician.issued()

    with sessions.begin() as session:
        draft = documents.start_from(session, office, people.receptionist, document.id, at=now)

    assert draft.typed["family_name"] == ["Testerby"]
    assert draft.replaces_id is None
