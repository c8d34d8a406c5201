"""Letters that tell patients what became of their choices: made, sealed, and noted on the task."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import accounts, documents, models
from lettergen.calendar import local_day
from lettergen.consents.form.terms import Terms
from lettergen.consents.papers import letters, making
from lettergen.consents.papers.framing import Frame
from lettergen.consents.register import aftermath, histories, tasks
from lettergen.documents import Made, Office, records
from lettergen.letters import Heading
from lettergen.models import ISSUED, Actor, ConsentRecord, ConsentTask, ConsentUse, Document, locked
from lettergen.refusals import Refused
from lettergen.rendering import Sheet

KINDS = {
    tasks.LETTER: letters.WITHDRAWN,
    tasks.TELL_PATIENT: letters.VOID,
    tasks.ASK_AT_16: letters.SIXTEEN,
}
FILE_WORDS = {
    tasks.LETTER: "Photo-choices-changed",
    tasks.TELL_PATIENT: "Photo-form-mistake",
    tasks.ASK_AT_16: "Photo-choices-at-16",
}
MOST_LINES, LONGEST_LINE = 7, 60


@dataclass(frozen=True)
class Wanted:
    """What a person adds to such a letter: where it goes, and what went wrong with a form."""

    address_lines: Sequence[str] = ()
    reason: str = ""


@dataclass(frozen=True)
class About:
    """What a document is about: a record, and the open task that it was made for, if any."""

    record_id: str
    task_id: str | None


@dataclass(frozen=True)
class _Case:
    session: Session
    terms: Terms
    actor: Actor
    task: ConsentTask
    wanted: Wanted


def get(session: Session, actor: Actor, task_id: str) -> ConsentTask:
    """Return a task of the actor's practice by its key; NotFound."""
    task = session.scalar(
        select(ConsentTask).where(
            ConsentTask.practice_id == actor.practice_id, ConsentTask.id == task_id
        )
    )
    if task is None:
        raise histories.NotFound("There is no such task in your practice. Look at the due work.")
    return task


def letter_of(session: Session, actor: Actor, task: ConsentTask) -> Document | None:
    """Return the letter that was made for a task; None if there is none, or it was voided."""
    if task.document_id is None:
        return None
    found = documents.get(session, actor, task.document_id)
    return found if found.state == ISSUED else None


def about(session: Session, actor: Actor, document_id: str) -> About | None:
    """Return which consent a document is the signed form of, or tells a patient about; or None."""
    record_id = session.scalar(
        select(ConsentRecord.id).where(
            ConsentRecord.practice_id == actor.practice_id,
            ConsentRecord.document_id == document_id,
        )
    )
    if record_id:
        return About(record_id, None)
    told = session.scalars(
        select(ConsentTask)
        .where(ConsentTask.practice_id == actor.practice_id, ConsentTask.document_id == document_id)
        .order_by(ConsentTask.done_at.is_not(None), ConsentTask.id)
        .limit(1)
    ).first()
    return About(told.record_id, None if told.done_at else told.id) if told else None


def tell(
    session: Session,
    office: Office,
    terms: Terms,
    actor: Actor,
    task_id: str,
    *,
    wanted: Wanted,
    at: datetime,
) -> Document:
    """Make, seal and store the letter that a task asks for; it still has to be handed over.

    Raises NotFound; Refused for a task that asks for no letter, or has one, and for an address
    that is too long; CertificateUnusable, and what the renderer refuses.
    """
    task = get(session, actor, task_id)
    if task.kind not in KINDS:
        raise Refused("No letter belongs to this task.")
    _require_none(session, actor, task)
    made = _made(_Case(session, terms, actor, task, wanted), office, at)
    # The pages were made without a lock, for that takes a second: so look again.
    histories.queue(session, actor)
    session.refresh(task)
    _require_none(session, actor, task)
    document = documents.issue_made(session, office, actor, made, at=at)
    for one in _told_with(session, actor, task):
        one.document_id = document.id
    models.record(session, actor, "consent.letter_made", task, at=at, details={"kind": task.kind})
    return document


def _require_none(session: Session, actor: Actor, task: ConsentTask) -> None:
    found = letter_of(session, actor, task)
    if found is not None:
        raise Refused(f"The letter {found.reference} is made already. Hand that one over.")


def _told_with(session: Session, actor: Actor, task: ConsentTask) -> list[ConsentTask]:
    """Return the tasks that one letter serves: at 16 it asks about all uses of the form."""
    if task.kind != tasks.ASK_AT_16:
        return [task]
    same = select(ConsentTask).where(
        ConsentTask.practice_id == actor.practice_id,
        ConsentTask.record_id == task.record_id,
        ConsentTask.kind == task.kind,
        ConsentTask.done_at.is_(None),
    )
    return list(session.scalars(locked(same.order_by(ConsentTask.id))))


def _made(case: _Case, office: Office, at: datetime) -> Made:
    task = case.task
    frame = _frame(case.session, office, case.actor, at)
    sheets = _sheets(case, frame)
    patient = next(iter(sheets.values())).values["patient"]
    initials = re.sub(r"[^A-Z]", "", patient["initials"])
    parts = (frame.day.isoformat(), FILE_WORDS[task.kind], initials, frame.heading.reference)
    return making.ready(
        office.renderer,
        sheets,
        task.record.answers,
        case.terms.catalogue,
        title=letters.TITLES[KINDS[task.kind]],
        file_name=f"{'_'.join(filter(None, parts))}.pdf",
        author_id=case.actor.staff_id,
        signer_id=case.actor.staff_id,
    )


def _sheets(case: _Case, frame: Frame) -> dict[str, Sheet]:
    session, terms, actor, task = case.session, case.terms, case.actor, case.task
    answers, lines = task.record.answers, _checked(case.wanted.address_lines)
    if task.kind == tasks.LETTER:
        told = aftermath.of_letter(session, terms, actor, task, at=frame.at)
        return letters.withdrawn(
            answers,
            terms.catalogue,
            frame,
            told.stopped,
            said_on=local_day(told.said_at),
            kept=told.kept,
            by_name=told.by_name,
            address_lines=lines,
        )
    if task.kind == tasks.TELL_PATIENT:
        uses = _uses(session, actor, task.record)
        return letters.voided(
            answers, frame, reason=case.wanted.reason, uses=uses, address_lines=lines
        )
    held = {one.grant_id for one in _told_with(session, actor, task)} | {task.grant_id}
    found = histories.of_grants(session, actor, [one for one in held if one])
    asked = [one.grant.purpose for one in found]
    return letters.turned_sixteen(answers, terms.catalogue, frame, asked, address_lines=lines)


def _uses(session: Session, actor: Actor, record: ConsentRecord) -> int:
    grants = [one.id for one in record.grants]
    used = select(ConsentUse.id).where(
        ConsentUse.practice_id == actor.practice_id, ConsentUse.grant_id.in_(grants)
    )
    return len(session.scalars(used.order_by(ConsentUse.id)).all())


def _frame(session: Session, office: Office, actor: Actor, at: datetime) -> Frame:
    practice = accounts.practice_of(session, actor)
    signer = records.signer_facts(records.signer_of(session, actor))
    role = signer.get("signer.role", "")
    reference = documents.fresh_reference(session)
    return Frame(
        practice={
            "name": practice.name,
            "ods": practice.ods,
            "phone": practice.phone,
            "email": practice.email,
            "address_lines": practice.address_lines,
        },
        signer={
            "name": signer.get("signer.name", actor.name),
            "role": str(accounts.POSITIONS.get(role, role)),
            "body": signer.get("signer.body", ""),
            "number": signer.get("signer.number", ""),
        },
        heading=Heading(reference=reference, address=office.public_address),
        at=at,
    )


def _checked(lines: Sequence[str]) -> tuple[str, ...]:
    found = tuple(text for line in lines if (text := line.strip()))
    if len(found) > MOST_LINES or any(len(text) > LONGEST_LINE for text in found):
        raise Refused(
            f"An address has at most {MOST_LINES} lines of {LONGEST_LINE} characters each."
        )
    return found
