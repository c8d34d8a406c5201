"""Issue seals and stores what was shown, once, or asks for another look."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from lettergen import accounts, documents
from lettergen.accounts import Letterhead, NotAllowed
from lettergen.documents import Closed, LookAgain
from lettergen.models import Document, Draft, Event, Review, Work


def test_issue_stores_exactly_the_bytes_that_were_shown(clinician, sessions):
    draft = clinician.start()
    review = clinician.prepare(draft)
    with sessions() as session:
        shown = {
            kind: documents.review_file(session, clinician.actor, draft.id, kind)
            for kind in ("letter", "patient")
        }

    document = clinician.issue(draft, review.seal)

    with sessions() as session:
        stored = {
            kind: documents.file(session, clinician.actor, document.id, kind) for kind in shown
        }
    assert all(stored[kind].startswith(pdf) for kind, pdf in shown.items())
    assert document.reference == review.reference


def test_a_document_keeps_all_that_it_was_made_of(clinician):
    document = clinician.issued()

    kept = clinician.get(document)

    assert kept.content.answers["body"] == "She may travel."
    assert kept.content.patient["nhs_number"] == "999 000 1006"
    assert kept.content.practice["name"] == "Example Surgery"
    assert kept.content.signer["name"] == "Dr Casey Clinician"
    assert kept.version == clinician.office.library.get("note").version
    assert kept.engine["weasyprint"]
    assert kept.dated == date(2026, 11, 20)
    assert (kept.state, kept.pages, kept.minutes_expected) == ("issued", 1, 8)


def test_issue_logs_one_piece_of_work_and_one_event_without_the_patient(clinician, sessions):
    document = clinician.issued()

    with sessions() as session:
        work = session.scalars(select(Work)).one()
        event = session.scalars(select(Event).where(Event.action == "document.issued")).one()
        assert (work.document_id, work.outcome, work.slug) == (document.id, "issued", "note")
        assert event.subject_id == document.id
        assert event.details["reference"] == document.reference
        assert "Testerby" not in str(event.details)


def test_an_issued_draft_is_closed_and_empty(clinician, sessions):
    document = clinician.issued()

    with sessions() as session:
        draft = session.get(Draft, document.draft_id)
        assert draft.typed == {}
        with pytest.raises(Closed, match=document.reference) as closed:
            documents.draft(session, clinician.actor, draft.id)
    assert closed.value.document_id == document.id
    assert clinician.count(Review) == 0


def test_a_button_pressed_twice_gives_the_same_document(clinician, sessions):
    draft = clinician.start()
    seal = clinician.prepare(draft).seal

    first, second = clinician.issue(draft, seal), clinician.issue(draft, seal)

    assert first.id == second.id
    assert clinician.count(Document) == 1


def test_two_people_who_press_at_once_make_one_document(clinician, colleague):
    draft = clinician.start()
    seals = {clinician: clinician.prepare(draft).seal, colleague: colleague.prepare(draft).seal}
    barrier, outcomes = Barrier(2), []

    def press(desk) -> None:
        barrier.wait()
        try:
            outcomes.append(desk.issue(draft, seals[desk]).id)
        except Closed as closed:
            outcomes.append(closed.document_id)

    threads = [Thread(target=press, args=[desk]) for desk in seals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert clinician.count(Document) == 1
    assert len(outcomes) == 2
    assert len(set(outcomes)) == 1


def test_another_seal_is_not_what_was_shown(clinician, sessions):
    draft = clinician.start()
    clinician.prepare(draft)

    with pytest.raises(LookAgain):
        clinician.issue(draft, "0" * 64)

    assert clinician.count(Document) == 0


def test_an_answer_changed_after_the_review_asks_for_another_look(clinician, sessions):
    draft = clinician.start()
    seal = clinician.prepare(draft).seal
    clinician.save(draft, {**clinician.typed, "body": ["Changed."]})

    with pytest.raises(LookAgain, match="the answers were changed"):
        clinician.issue(draft, seal)

    assert clinician.count(Document) == 0


def test_a_letterhead_changed_after_the_review_asks_for_another_look(
    clinician, sessions, people, now
):
    draft = clinician.start()
    seal = clinician.prepare(draft).seal
    with sessions.begin() as session:
        accounts.edit_practice(
            session, people.manager, Letterhead("New Name Surgery", "Y99991"), at=now
        )

    with pytest.raises(LookAgain, match="record was changed"):
        clinician.issue(draft, seal)


def test_the_next_day_asks_for_another_look(clinician):
    draft = clinician.start()
    seal = clinician.prepare(draft).seal
    clinician.now += timedelta(days=1)

    with pytest.raises(LookAgain, match="a new day began"):
        clinician.issue(draft, seal)


def test_a_new_version_of_the_form_asks_for_another_look(clinician, sessions):
    draft = clinician.start()
    seal = clinician.prepare(draft).seal
    with sessions.begin() as session:
        session.scalars(select(Review)).one().version = "an older one"

    with pytest.raises(LookAgain, match="the form was changed"):
        clinician.issue(draft, seal)


def test_a_review_of_an_earlier_lettergen_asks_for_another_look(clinician, sessions):
    draft = clinician.start()
    seal = clinician.prepare(draft).seal
    with sessions.begin() as session:
        waiting = session.scalars(select(Review)).one()
        waiting.content = {name: one for name, one in waiting.content.items() if name != "page"}

    with pytest.raises(LookAgain, match="lettergen was brought up to date"):
        clinician.issue(draft, seal)

    assert clinician.issue(draft, clinician.prepare(draft).seal).content.page


def test_a_colleague_cannot_issue_what_somebody_else_was_shown(clinician, colleague):
    draft = clinician.start()
    seal = clinician.prepare(draft).seal

    with pytest.raises(LookAgain):
        colleague.issue(draft, seal)


def test_a_receptionist_cannot_issue(clinician, receptionist):
    draft = clinician.start()
    seal = clinician.prepare(draft).seal

    with pytest.raises(NotAllowed):
        receptionist.issue(draft, seal)


def test_a_second_letter_for_the_same_patient_is_noted_not_prevented(clinician, sessions):
    first = clinician.issued()
    draft = clinician.start(nhs_number=[""])

    review = clinician.prepare(draft)
    clinician.issue(draft, review.seal)

    assert [one["reference"] for one in review.content["earlier"]] == [first.reference]
    with sessions() as session:
        events = select(Event).where(Event.action == "document.issued").order_by(Event.number)
        assert session.scalars(events).all()[-1].details["repeats"] == [first.reference]


def test_the_file_is_named_for_clerks_and_neutrally_for_the_patient(clinician):
    document = clinician.get(clinician.issued(family_name=["O’Brien-Łoś"]))

    assert documents.file_name(document, "letter") == (
        f"2026-11-20_Short-note_OBRIEN-LOS-R_{document.reference}.pdf"
    )
    assert documents.file_name(document, "patient") == (
        f"2026-11-20_Your-copy_{document.reference}.pdf"
    )
    assert documents.file_name(document, "large") == (
        f"2026-11-20_Your-copy-large-print_{document.reference}.pdf"
    )


def test_a_name_in_another_script_gives_a_file_name_that_every_system_takes(clinician):
    document = clinician.get(clinician.issued(given_name=["小明"], family_name=["王"]))

    assert documents.file_name(document, "letter") == (
        f"2026-11-20_Short-note_PATIENT_{document.reference}.pdf"
    )
