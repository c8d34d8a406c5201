"""What is issued is sealed: what was reviewed first, and the practice's seal behind it."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select

from lettergen import documents, models, sealing
from lettergen.documents import Made, NotFound
from lettergen.models import Document, DocumentFile, Draft, Event, Review, Work
from lettergen.rendering import Rendered
from lettergen.sealing import CertificateUnusable, examine


def files_of(desk, document) -> dict[str, bytes]:
    with desk.sessions() as session:
        kinds = session.scalars(
            select(DocumentFile.kind).where(DocumentFile.document_id == document.id)
        ).all()
        return {
            kind: documents.file(session, desk.actor, document.id, kind) for kind in sorted(kinds)
        }


def reviewed_files(desk, draft) -> dict[str, bytes]:
    with desk.sessions() as session:
        review = documents.review(session, desk.actor, draft.id)
        return {one.kind: one.pdf for one in review.files}


def certificate_of(desk):
    with desk.sessions() as session:
        return sealing.known(session, desk.actor.practice_id)


def bring(desk, actor, content) -> None:
    with desk.sessions() as session, models.changing(session):
        sealing.replace(session, actor, content, "sesame", at=desk.now)


def test_every_file_is_what_was_reviewed_with_a_seal_behind_it(clinician):
    draft = clinician.start()
    review = clinician.prepare(draft)
    shown = reviewed_files(clinician, draft)

    issued = files_of(clinician, clinician.issue(draft, review.seal))

    assert set(issued) == set(shown)
    assert {"letter", "patient"} <= set(issued)
    for kind, pdf in issued.items():
        assert pdf.startswith(shown[kind])
        assert examine(pdf).holds


def test_nothing_is_sealed_before_it_is_issued(clinician):
    draft = clinician.start()
    clinician.prepare(draft)

    assert not any(examine(pdf).is_sealed for pdf in reviewed_files(clinician, draft).values())
    assert certificate_of(clinician) is None


def test_the_seal_is_the_practices_and_of_the_moment_of_issue(clinician):
    clinician.now += timedelta(minutes=7)
    document = clinician.issued()

    seal = examine(files_of(clinician, document)["letter"])

    assert seal.fingerprint == certificate_of(clinician).fingerprint
    assert seal.signer_name == "Example Surgery"
    assert seal.sealed_at == clinician.now == document.issued_at


def test_hash_and_size_of_a_file_are_of_the_sealed_bytes(clinician, sessions):
    document = clinician.issued()

    for kind, pdf in files_of(clinician, document).items():
        with sessions() as session:
            stored = session.scalars(
                select(DocumentFile).where(
                    DocumentFile.document_id == document.id, DocumentFile.kind == kind
                )
            ).one()
        assert stored.sha256 == hashlib.sha256(pdf).hexdigest()
        assert stored.size == len(pdf)


def test_the_audit_holds_the_hashes_before_and_after_sealing(clinician, sessions):
    draft = clinician.start()
    review = clinician.prepare(draft)
    shown = reviewed_files(clinician, draft)
    issued = files_of(clinician, clinician.issue(draft, review.seal))

    with sessions() as session:
        event = session.scalars(select(Event).where(Event.action == "document.issued")).one()
    assert event.details["reviewed"] == hashes(shown)
    assert event.details["sealed"] == hashes(issued)
    assert event.details["certificate"] == certificate_of(clinician).fingerprint


def test_each_practice_seals_with_its_own_certificate(clinician, stranger):
    ours, theirs = (
        examine(files_of(desk, desk.issued())["letter"]) for desk in (clinician, stranger)
    )

    assert ours.fingerprint != theirs.fingerprint
    assert (ours.signer_name, theirs.signer_name) == ("Example Surgery", "Other Surgery")


def test_a_certificate_that_the_practice_brought_seals(clinician, people, pkcs12):
    bring(clinician, people.manager, pkcs12())

    seal = examine(files_of(clinician, clinician.issued())["letter"])

    assert seal.holds
    assert seal.signer_name == "Example Meadow Surgery"


def test_an_ended_certificate_stops_issue_and_loses_nothing(clinician, people, pkcs12, sessions):
    bring(clinician, people.manager, pkcs12(ends=clinician.now + timedelta(hours=1)))
    draft = clinician.start()
    review = clinician.prepare(draft)
    clinician.now += timedelta(hours=2)

    with pytest.raises(CertificateUnusable, match="A manager can bring a new certificate"):
        clinician.issue(draft, review.seal)

    assert clinician.count(Document) == clinician.count(Work) == 0
    assert clinician.count(Review) == 1
    with sessions() as session:
        assert session.get(Draft, draft.id).is_open
    with sessions() as session, models.changing(session):
        sealing.drop(session, people.manager, at=clinician.now)
    assert clinician.issue(draft, review.seal).state == "issued"


def test_the_command_lines_way_of_issuing_seals_too(clinician, people):
    with clinician.sessions() as session, models.changing(session):
        document = documents.issue_answers(
            session,
            clinician.office,
            people.clinician,
            "note",
            {**clinician.typed},
            on=clinician.now.date(),
            at=clinician.now,
            signer="clinician@example.com",
        )

    issued = files_of(clinician, document)
    assert {"letter", "patient"} <= set(issued)
    assert all(examine(pdf).holds for pdf in issued.values())


def test_a_document_that_is_no_letter_is_sealed_and_logged_like_one(clinician, sessions, made):
    document = issue_made(clinician, made)

    issued = files_of(clinician, document)
    with sessions() as session:
        work = session.scalars(select(Work)).one()
        event = session.scalars(select(Event).where(Event.action == "document.issued")).one()
    kept = clinician.get(document)
    assert issued["letter"].startswith(made.files["letter"].pdf)
    assert all(examine(pdf).holds for pdf in issued.values())
    assert (document.slug, document.family, document.version) == ("photo-consent", "consent", "v1")
    assert (kept.content.page, kept.content.answers) == (made.page, {"purposes": ["record"]})
    assert (work.document_id, work.seconds_measured, work.slug) == (
        document.id,
        40,
        "photo-consent",
    )
    assert event.details["reference"] == made.reference == document.reference
    assert document.signer_id == clinician.actor.staff_id


def test_it_is_found_by_patient_and_kept_from_another_practice(clinician, stranger, made):
    document = issue_made(clinician, made)

    assert clinician.find(nhs_number="999 000 1006") == [document.id]
    with stranger.sessions() as session, pytest.raises(NotFound):
        documents.get(session, stranger.actor, document.id)


def test_it_is_not_issued_with_an_ended_certificate_either(clinician, people, pkcs12, made):
    bring(clinician, people.manager, pkcs12(ends=clinician.now + timedelta(hours=1)))
    clinician.now += timedelta(hours=2)

    with pytest.raises(CertificateUnusable):
        issue_made(clinician, made)

    assert clinician.count(Document) == 0


def test_a_document_without_a_file_called_letter_is_its_first_file(clinician, made):
    only = Made(**{**vars(made), "files": {"evidence": made.files["letter"]}})

    document = issue_made(clinician, only)

    assert document.pages == 1
    assert list(files_of(clinician, document)) == ["evidence"]


@pytest.fixture
def made(clinician) -> Made:
    """A document as another part of the program makes it: here with files of a short note."""
    draft = clinician.start()
    clinician.prepare(draft)
    with clinician.sessions() as session:
        review = documents.review(session, clinician.actor, draft.id)
        files = {
            one.kind: Rendered(one.pdf, one.sha256, one.pages, review.engine)
            for one in review.files
        }
        reference = documents.fresh_reference(session)
    content = {
        **review.content,
        "answers": {"purposes": ["record"]},
        "typed": {},
        "file_name": "consent.pdf",
    }
    return Made(
        slug="photo-consent",
        title="Photo consent",
        family="consent",
        version="v1",
        minutes=None,
        reference=reference,
        files=files,
        page="<article class='letter'>…</article>",
        content=content,
        signer_id=clinician.actor.staff_id,
        author_id=clinician.actor.staff_id,
        seconds=40,
    )


def issue_made(desk, made: Made) -> Document:
    with desk.sessions() as session, models.changing(session):
        return documents.issue_made(session, desk.office, desk.actor, made, at=desk.now)


def hashes(files: dict[str, bytes]) -> dict[str, str]:
    return {kind: hashlib.sha256(pdf).hexdigest() for kind, pdf in files.items()}
