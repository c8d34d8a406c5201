"""A review holds the final bytes, if the answers make a letter."""

import hashlib

import pytest

from lettergen import documents
from lettergen.accounts import NotAllowed
from lettergen.documents import LookAgain, NotIssuable
from lettergen.models import Review


def test_an_unfinished_draft_is_refused_with_every_reason(clinician):
    draft = clinician.start(body=["stop"], date_of_birth=["31 February"], given_name=[""])

    with pytest.raises(NotIssuable) as refused:
        clinician.prepare(draft)

    told = "\n".join(refused.value.reasons)
    assert "Given name: needs an answer" in told
    assert "Date of birth: " in told
    assert "S01: This note says stop." in told


def test_a_warning_without_its_reason_is_refused(clinician):
    draft = clinician.start(is_urgent=["y"])

    with pytest.raises(NotIssuable) as refused:
        clinician.prepare(draft)

    assert refused.value.reasons == ("W01: Urgent notes need a reason. (give a reason)",)


def test_a_receptionist_cannot_review_for_signature(receptionist):
    draft = receptionist.start()

    with pytest.raises(NotAllowed, match="Only a clinician with a registration number"):
        receptionist.prepare(draft)


def test_a_review_holds_the_final_bytes_and_what_the_page_shows(clinician, sessions):
    draft = clinician.start(
        is_urgent=["y"], **{"override_reasons-W01": ["The bus leaves at noon."]}
    )

    clinician.prepare(draft)

    with sessions() as session:
        review = documents.review(session, clinician.actor, draft.id)
        letter = documents.review_file(session, clinician.actor, draft.id, "letter")
        assert {one.kind for one in review.files} == {"letter", "patient", "large"}
        assert review.content["patient"]["full_name"] == "Roberta Testerby"
        assert review.content["addressee"] == "Example Clinic"
        assert review.content["warnings"][0]["reason"] == "The bus leaves at noon."
        hashes = {one.kind: one.sha256 for one in review.files}
        assert hashlib.sha256(letter).hexdigest() == hashes["letter"]
        assert review.content["page"].startswith('<article class="letter" lang="en-GB">')


def test_a_rule_about_the_length_is_read_after_rendering(clinician):
    draft = clinician.start(body=["A long line of words. " * 400])

    review = clinician.prepare(draft)

    assert review.files[0].pages >= 2
    assert [one["id"] for one in review.content["info"]] == ["I01"]


def test_reviewing_again_keeps_the_reference_and_only_the_last_review(clinician, sessions):
    draft = clinician.start()

    first, second = clinician.prepare(draft), clinician.prepare(draft)

    assert first.reference == second.reference
    assert clinician.count(Review) == 1


def test_a_draft_that_was_not_reviewed_has_no_review_to_show(clinician, sessions):
    draft = clinician.start()

    with sessions() as session, pytest.raises(LookAgain, match="not been reviewed yet"):
        documents.review(session, clinician.actor, draft.id)
