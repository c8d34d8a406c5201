"""A letter that says its patient read it before is signed once that is so, and noted."""

import pytest
from sqlalchemy import select

from lettergen.models import DocumentContent, Request
from lettergen.requests.life import copies, sights
from lettergen.requests.life.refusals import NotPossible
from lettergen.requests.steps import writing
from tests.requests_life.test_restricting import document_of

WORDS = {"patient": {}, "addressee": "", "practice": {}, "signer": {}}


def letter_of(session, people, now, number, *, draft_id, **answers):
    """Return a letter with these answers as it is when its draft has just been signed."""
    one = document_of(session, people, now, number=number, draft_id=draft_id)
    one.content = DocumentContent(
        practice_id=one.practice_id, answers=answers, typed={}, warnings=[], **WORDS
    )
    session.flush()
    return one


@pytest.fixture
def drafted(session, people, decide):
    request = decide({"type": "fit_note_gt7"})
    request.state, request.draft_id = "drafted", "d" * 32
    request.assigned_to = people.clinician.staff_id
    session.flush()
    return request


def sign(session, people, request, letter, now):
    writing.signed(session, people.clinician, request.draft_id, letter, at=now)


def read(session, people, request, letter, now):
    """Note that the patient was shown a letter with these words, and agreed."""
    shown = copies.Shown("0" * 63 + "1", copies.wording_of(letter), is_signed=False)
    sights.offer(session, people.clinician, request.id, shown, at=now)
    sights.answer(session, people.clinician, request.id, "agreed", at=now)


def test_it_is_not_signed_before_anybody_noted_that_the_patient_read_these_words(
    session, people, drafted, now
):
    said = {"fact": "A cough", "saw_draft": "first"}
    first = letter_of(session, people, now, 11, draft_id=drafted.draft_id, **said)

    with pytest.raises(NotPossible, match="nobody noted"):
        sign(session, people, drafted, first, now)

    read(session, people, drafted, first, now)
    first.content.answers = {**said, "fact": "Another cough"}
    session.flush()
    with pytest.raises(NotPossible, match="these words"):
        sign(session, people, drafted, first, now)
    first.content.answers = said
    session.flush()
    sign(session, people, drafted, first, now)
    assert session.scalars(select(Request.state).where(Request.id == drafted.id)).one() == "signed"


@pytest.mark.parametrize("answer", ["yes", "offered", "no", None])
def test_other_answers_need_no_note(session, people, drafted, now, answer):
    letter = letter_of(session, people, now, 12, draft_id=drafted.draft_id, saw_draft=answer)

    sign(session, people, drafted, letter, now)

    assert drafted.state == "signed"
