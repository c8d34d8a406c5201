"""Letters are found by patient, type, signer and day, within the practice."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lettergen import documents
from lettergen.documents import NotFound
from lettergen.models import Document, DocumentContent
from lettergen.refusals import Refused


def test_a_letter_is_found_by_nhs_number_however_it_is_typed(clinician):
    document = clinician.issued()

    assert clinician.find(nhs_number="9990001006") == [document.id]
    assert clinician.find(nhs_number="999-000-1006") == [document.id]
    assert clinician.find(nhs_number="999 000 1014") == []


def test_a_letter_is_found_by_surname_and_birth_date(clinician):
    document = clinician.issued(family_name=["O’Brien"])

    assert clinician.find(family_name="OBRIEN", date_of_birth=date(1990, 2, 28)) == [document.id]
    assert clinician.find(family_name="o'brien", date_of_birth=date(1990, 2, 28)) == [document.id]
    assert clinician.find(family_name="O’Brien", date_of_birth=date(1990, 3, 1)) == []


def test_a_surname_alone_is_not_enough(clinician):
    with pytest.raises(Refused, match="both the surname and the date of birth"):
        clinician.find(family_name="Testerby")


def test_letters_are_found_by_type_signer_and_day(clinician, people):
    document = clinician.issued()
    day = date(2026, 11, 20)

    assert clinician.find(slug="note", signer_id=people.clinician.staff_id) == [document.id]
    assert clinician.find(since=day, until=day) == [document.id]
    assert clinician.find(slug="other") == []
    assert clinician.find(signer_id=people.manager.staff_id) == []
    assert clinician.find(since=day + timedelta(days=1)) == []
    assert clinician.find(until=day - timedelta(days=1)) == []


def test_a_list_is_paged_in_a_settled_order(clinician, sessions, people, now):
    with sessions.begin() as session:
        session.add_all(plain_document(people, now, number) for number in range(60))

    with sessions() as session:
        pages = [documents.find(session, clinician.actor, page=number) for number in (1, 2, 3, 9)]

    assert [len(page.items) for page in pages] == [25, 25, 10, 10]
    assert len({one.id for page in pages for one in page.items}) == 60
    assert (pages[0].pages, pages[0].total, pages[3].number) == (3, 60, 3)


def plain_document(people, now, number: int) -> Document:
    return Document(
        practice_id=people.clinician.practice_id,
        reference=f"LG-0000-{number:04}",
        seal="",
        slug="note",
        title="Short note",
        family="general",
        version="1",
        engine={},
        signer_name="Dr Casey Clinician",
        dated=now.date(),
        issued_at=now,
        pages=1,
        warnings=[],
        state="issued",
    )


def test_a_stranger_finds_nothing(clinician, stranger, sessions, office, now):
    document = clinician.issued()

    assert stranger.find(nhs_number="999 000 1006") == []
    with sessions() as session:
        with pytest.raises(NotFound):
            documents.get(session, stranger.actor, document.id)
        with pytest.raises(NotFound):
            documents.file(session, stranger.actor, document.id, "letter")
        with pytest.raises(NotFound):
            documents.void(session, stranger.actor, document.id, "The wrong patient.", at=now)
        with pytest.raises(NotFound):
            documents.start_from(session, office, stranger.actor, document.id, at=now)


def test_a_file_of_another_kind_is_not_found(clinician, sessions):
    document = clinician.issued()

    with sessions() as session, pytest.raises(NotFound):
        documents.file(session, clinician.actor, document.id, "invoice")


def test_a_letter_whose_content_was_deleted_is_still_counted(clinician, sessions):
    document = clinician.issued()
    with sessions.begin() as session:
        session.delete(session.scalars(select(DocumentContent)).one())

    with sessions() as session:
        line = documents.find(session, clinician.actor).items[0]

    assert (line.id, line.full_name) == (document.id, "")
