"""Filing: a signed and checked form becomes a record, a grant for each answer, and its images."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import reference, workload
from lettergen.calendar import local_day
from lettergen.consents.form.days import moment
from lettergen.consents.form.moments import months_after
from lettergen.consents.form.terms import Terms
from lettergen.consents.register import changes, events, overlaps, past, pointers, tasks
from lettergen.consents.register.deciders import decider_name, decider_role, signed_at
from lettergen.consents.register.events import IN_TIME, Said
from lettergen.consents.register.grants import Kind
from lettergen.consents.register.histories import History, NotFound, queue
from lettergen.consents.register.tasks import Opening
from lettergen.consents.rules.answers import read
from lettergen.documents import people
from lettergen.models import Actor, ConsentEvent, ConsentGrant, ConsentRecord
from lettergen.refusals import Refused

Answers = Mapping[str, Any]

YES, NO, NOT_ASKED = "yes", "no", "not_asked"
FAMILY = "photo-consent"


class FiledAlready(Refused):
    """Another form bears this record number; the text says what to do."""


def file(
    session: Session,
    terms: Terms,
    actor: Actor,
    answers: Answers,
    *,
    at: datetime,
    document_id: str | None = None,
    is_imported: bool = False,
    key: str | None = None,
) -> ConsentRecord:
    """Put a form that checking.check found sound into the register; it never changes again.

    Each purpose that was asked becomes a grant, also a refused one. An earlier yes of the patient
    for the same photos is replaced by a new yes, and withdrawn by a no. What a case says happened
    since is kept with its own times. The same form twice is filed once. Raises FiledAlready for
    another form of this number; Refused for a time that is none, or lies in the future, and for
    a photo's number under which another photo is known. `key` becomes the record's own, where
    something was bound to it before, as the link on the patient's copy is.
    """
    queue(session, actor)
    answers = read(answers, terms.catalogue).tree
    known = find(session, actor, str(answers.get("record_id") or ""))
    if known is not None:
        return _same(terms, known, answers)
    record = _record(session, actor, answers, at=at, document_id=document_id)
    record.is_imported = is_imported
    if key is not None:
        record.id = key
    session.add(record)
    session.flush()
    histories, told = _grants(session, terms, actor, record, at=at)
    _open_phone_task(session, terms, record)
    told += past.replay_case(session, terms, actor, record, histories, at=at)
    told += overlaps.settle(session, terms, actor, record, at=at)
    _note_work(session, actor, record, at)
    events.tell(session, actor, told, at=at)
    return record


def find(session: Session, actor: Actor, number: str) -> ConsentRecord | None:
    """Return the practice's record of this number, or None."""
    return session.scalar(
        select(ConsentRecord).where(
            ConsentRecord.practice_id == actor.practice_id, ConsentRecord.reference == number
        )
    )


def get(session: Session, actor: Actor, record_id: str) -> ConsentRecord:
    """Return a record of the actor's practice by its key; NotFound."""
    record = session.scalar(
        select(ConsentRecord).where(
            ConsentRecord.practice_id == actor.practice_id, ConsentRecord.id == record_id
        )
    )
    if record is None:
        raise NotFound("There is no such consent in your practice. Search the register.")
    return record


def is_same(terms: Terms, record: ConsentRecord, answers: Answers) -> bool:
    """Say whether a record holds exactly these answers, both in standard form."""
    stored = read(record.answers, terms.catalogue).tree
    return dict(stored) == dict(read(answers, terms.catalogue).tree)


def _same(terms: Terms, record: ConsentRecord, answers: Answers) -> ConsentRecord:
    if not is_same(terms, record, answers):
        raise FiledAlready(
            f"{record.reference} is filed already with other answers. A signed form never "
            "changes: give the new one a number of its own."
        )
    return record


def _record(
    session: Session, actor: Actor, answers: Answers, *, at: datetime, document_id: str | None
) -> ConsentRecord:
    signed = signed_at(answers)
    if (signed - at).total_seconds() > IN_TIME:
        raise Refused("The form is signed in the future. Check the date and time on this device.")
    patient, template = answers["patient"], answers.get("template") or {}
    first: Mapping[str, Any] = next(iter(answers.get("signatures") or []), {})
    who = people.Identity(
        nhs_number=people.of_patient(patient).nhs_number,
        family_name=str(patient["full_name"]).split()[-1],
        date_of_birth=str(patient["date_of_birth"]),
    )
    nhs_number, person = people.blind(session, who)
    return ConsentRecord(
        practice_id=actor.practice_id,
        reference=str(answers.get("record_id") or reference.new()),
        document_id=document_id,
        route=str(answers["decision_maker"]["route"]),
        slug=str(template.get("id") or FAMILY),
        version=str(template.get("version") or ""),
        language=str(template.get("language") or ""),
        signed_at=signed,
        filed_at=at,
        filed_by=actor.staff_id,
        is_imported=False,
        is_intimate=(answers.get("photo") or {}).get("intimate") is True,
        is_identifiable=_shows_who(answers.get("photo") or {}),
        content_sha256=first.get("content_sha256"),
        pdf_sha256=first.get("pdf_sha256"),
        answers=dict(answers),
        nhs_number_index=nhs_number,
        person_index=person,
    )


def _grants(
    session: Session, terms: Terms, actor: Actor, record: ConsentRecord, *, at: datetime
) -> tuple[list[History], list[ConsentEvent]]:
    answers = record.answers
    images = pointers.images_of(session, actor, record)
    histories, told = [], []
    for purpose in terms.catalogue.purposes:
        asked = (answers.get("purposes") or {}).get(purpose.key) or {}
        if asked.get("decision") not in (YES, NO):
            continue
        grant = _grant(terms, actor, record, purpose.key, asked)
        session.add(grant)
        session.flush()
        pointers.link(session, actor, grant, images, at=at)
        history = History(grant, record, [])
        kind = Kind.SIGN_YES if grant.decision == YES else Kind.ANSWER_NO
        said = Said(decider_role(record), decider_name(record), "form", record.signed_at)
        change = changes.happen(
            session, terms, actor, history, kind, said=said, at=at, is_sound=True
        )
        histories.append(history)
        told.append(change.event)
    pointers.doubt_shared(session, terms, record, images)
    return histories, told


def _grant(
    terms: Terms, actor: Actor, record: ConsentRecord, purpose: str, asked: Answers
) -> ConsentGrant:
    scope = {key: value for key, value in asked.items() if key not in ("decision", "valid_until")}
    return ConsentGrant(
        practice_id=actor.practice_id,
        record_id=record.id,
        purpose=purpose,
        decision=asked["decision"],
        signed_at=record.signed_at,
        valid_until=_valid_until(terms, record, purpose, asked),
        basis=terms.catalogue.purpose(purpose).basis,
        scope=scope,
    )


def _valid_until(terms: Terms, record: ConsentRecord, purpose: str, asked: Answers) -> date | None:
    """Return the last day: what the form says, else the practice's period from the signature."""
    if asked["decision"] == NO:
        return None
    if asked.get("valid_until"):
        return date.fromisoformat(str(asked["valid_until"])[:10])
    months = terms.settings.validity_months[purpose]
    return months_after(local_day(record.signed_at), months) if months else None


def _shows_who(photo: Answers) -> bool:
    marks = [one for one in photo.get("identifiable_by") or [] if one != "none"]
    return bool(marks) or photo.get("face_shown") is True


def _open_phone_task(session: Session, terms: Terms, record: ConsentRecord) -> None:
    """A photo that a person's own telephone took stays a task until it is deleted there."""
    answers = record.answers
    is_personal = "personal" in str((answers.get("photo") or {}).get("device") or "")
    if not is_personal or (answers.get("device") or {}).get("deleted_at"):
        return
    taken = [moment(one["taken_at"]) for one in answers.get("images") or [] if one.get("taken_at")]
    opening = Opening(record, None, max(taken, default=record.signed_at))
    tasks.open_one(session, tasks.PHONE_DELETION, opening, terms.due(opening.since, 0))


def _note_work(session: Session, actor: Actor, record: ConsentRecord, at: datetime) -> None:
    workload.note(
        session,
        actor,
        "consent",
        at=at,
        outcome="imported" if record.is_imported else "filed",
        family=FAMILY,
        slug=record.slug,
        document_id=record.document_id,
    )
