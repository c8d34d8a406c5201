"""A restriction stays through every decision, until a clinician or a manager lifts it."""

from datetime import date

import pytest
from sqlalchemy import select

from lettergen.documents import eyes
from lettergen.models import ISSUED, Document, Draft, Event, Invoice, MoneyPaper, NotAllowed, Work
from lettergen.refusals import Refused
from lettergen.requests.life import deciding, events, finding, restricting
from lettergen.requests.life.refusals import NoSuchRequest, NotPossible

DISPUTE = {"type": "gym_fitness", "flag": "family_dispute"}
HARMLESS = {"type": "gym_fitness", "flag": "none"}


@pytest.fixture
def restricted(people, decide):
    """A request that a colleague of the receptionist decided, in a family's dispute."""
    request = decide(DISPUTE)
    request.decided_by = people.manager.staff_id
    return request


def seen_by(session, actor, model, condition):
    return set(session.scalars(select(model.id).where(condition(actor))))


def document_of(session, people, now, **about):
    """Add what counts of a document, with a row of the log if `request_id` is given."""
    request_id = about.pop("request_id", None)
    number = about.pop("number")
    one = Document(
        practice_id=people.clinician.practice_id,
        reference=f"LG-TEST-{number:04}",
        seal="0" * 64,
        slug="request-reply",
        title="Reply",
        family="third-party",
        version="1",
        engine={},
        signer_name="",
        dated=date(2026, 11, 20),
        issued_at=now,
        pages=1,
        warnings=[],
        state=ISSUED,
        **about,
    )
    session.add(one)
    session.flush()
    if request_id:
        said = {"kind": "replied", "role": "reception", "staff_name": "", "outcome": "DECLINE"}
        days = {"at": now, "day": now.date(), "noted_at": now}
        row = Work(
            practice_id=one.practice_id, request_id=request_id, document_id=one.id, **said, **days
        )
        session.add(row)
        session.flush()
    return one


def test_deciding_again_without_the_flag_leaves_it_restricted(session, people, decide, terms, now):
    request = decide(DISPUTE)

    deciding.decide(
        session,
        people.receptionist,
        terms,
        request.id,
        HARMLESS,
        seconds=None,
        revision=None,
        at=now,
    )

    assert request.outcome == "DECLINE"
    assert request.is_restricted


def test_a_clinician_or_manager_lifts_it_with_a_reason_that_is_kept(
    session, people, restricted, now
):
    with pytest.raises(NoSuchRequest):
        finding.get(session, people.receptionist, restricted.id)

    restricting.lift(session, people.manager, restricted.id, "Both parents agree.", at=now)

    assert finding.get(session, people.receptionist, restricted.id) is restricted
    last = events.of(session, people.manager, restricted.id)[-1]
    assert (last.what, last.details) == (restricting.LIFTED, {"why": "Both parents agree."})
    audited = select(Event.action).where(Event.subject_id == restricted.id)
    assert f"request.{restricting.LIFTED}" in session.scalars(audited).all()
    with pytest.raises(NotPossible, match="not restricted"):
        restricting.lift(session, people.clinician, restricted.id, "Once more.", at=now)


def test_reception_lifts_nothing_and_nobody_does_without_a_reason(session, people, decide, now):
    request = decide(DISPUTE)

    with pytest.raises(NotAllowed, match="clinician or a manager"):
        restricting.lift(session, people.receptionist, request.id, "It is my own.", at=now)
    with pytest.raises(Refused, match="Say why"):
        restricting.lift(session, people.clinician, request.id, "  ", at=now)

    assert request.is_restricted


def test_replies_former_letters_and_papers_about_money_are_hidden_with_their_request(
    session, people, restricted, decide, now
):
    other = decide(HARMLESS, once="another")
    reply = document_of(session, people, now, number=1, request_id=restricted.id)
    free = document_of(session, people, now, number=2, request_id=other.id)
    nobodys = document_of(session, people, now, number=3)
    newest = document_of(session, people, now, number=4)
    billed = document_of(session, people, now, number=5)
    restricted.document_id, restricted.outcome = newest.id, "PATIENT_FEE"
    session.flush()
    of_practice = {"practice_id": reply.practice_id}
    invoice = Invoice(
        **of_practice,
        number=1,
        kind="invoice",
        request_id=restricted.id,
        payer_class="patient",
        issued_at=now,
        issued_on=now.date(),
        due_on=now.date(),
        net_pence=100,
        vat_pence=0,
        total_pence=100,
        vat_class="EX",
        seller={},
        content={},
    )
    session.add(invoice)
    session.flush()
    session.add(MoneyPaper(**of_practice, invoice_id=invoice.id, document_id=billed.id))
    session.flush()

    seen = seen_by(session, people.receptionist, Document, eyes.documents_for)
    all_seen = seen_by(session, people.clinician, Document, eyes.documents_for)

    assert seen == {free.id, nobodys.id}
    assert all_seen == {one.id for one in (reply, free, nobodys, newest, billed)}
    restricted.assigned_to = people.receptionist.staff_id
    assert seen_by(session, people.receptionist, Document, eyes.documents_for) == all_seen
    assert eyes.is_restricted(session, reply)
    assert not eyes.is_restricted(session, free)


def test_drafts_are_hidden_with_their_request_those_of_a_new_version_too(
    session, people, restricted, now
):
    letter = document_of(session, people, now, number=6, request_id=restricted.id)

    def draft(**about):
        when = {"created_at": now, "saved_at": now, "revision": 1, "seconds": 0, "typed": {}}
        one = Draft(practice_id=letter.practice_id, slug="lt1-confirmation", **when, **about)
        session.add(one)
        session.flush()
        return one

    free, own, again = draft(), draft(), draft(replaces_id=letter.id)
    restricted.draft_id = own.id
    session.flush()

    assert seen_by(session, people.receptionist, Draft, eyes.drafts_for) == {free.id}
    everything = {free.id, own.id, again.id}
    assert seen_by(session, people.clinician, Draft, eyes.drafts_for) == everything
