"""What somebody has to do about a consent, by when: opened by events, closed by people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import models
from lettergen.consents.form.terms import Terms
from lettergen.consents.register.histories import NotFound, queue
from lettergen.models import Actor, ConsentGrant, ConsentRecord, ConsentTask, ConsentUse, locked
from lettergen.refusals import Refused

# After a withdrawal: what stops, what is called back, the letter that says so.
STOP, CONFIRM, LETTER = "stop", "confirm", "letter"
REMOVE_COPIES = "remove_copies"
JOURNAL_FORM, PHONE_DELETION = "journal_form", "phone_deletion"
SEND_ARTICLE = "send_article"
CLEAR_DOUBT, ASK_AT_16, ASK_PATIENT = "clear_doubt", "ask_at_16", "ask_patient"
INCIDENT, TELL_PATIENT = "incident", "tell_patient"

KINDS = {
    STOP: "Stop this use",
    CONFIRM: "Confirm that every copy has gone",
    LETTER: "Write to the patient: what has stopped, and what cannot be called back",
    REMOVE_COPIES: "Delete the copies: consent has come to its end",
    JOURNAL_FORM: "Have the journal's own form signed",
    PHONE_DELETION: "Move the photo to the record and delete it from the phone",
    SEND_ARTICLE: "Send the patient the article",
    CLEAR_DOUBT: "Clear up the doubt that puts this on hold",
    ASK_AT_16: "The patient is 16: ask what they want",
    ASK_PATIENT: "The patient can decide again: ask what they want",
    INCIDENT: "Log the incident",
    TELL_PATIENT: "Tell the patient that the form was made in error",
}
# Kinds that say that a copy lies where it should not.
COPIES = (STOP, CONFIRM, REMOVE_COPIES, PHONE_DELETION)
NOTE_LENGTH = 500


@dataclass(frozen=True)
class Opening:
    """What tasks are opened for: a grant of a record, the moment from which days count, and its
    logged uses whose copies are still out.
    """

    record: ConsentRecord
    grant: ConsentGrant | None
    since: datetime
    uses: Sequence[ConsentUse] = ()
    note: str = ""


def open_one(
    session: Session,
    kind: str,
    opening: Opening,
    due_on: date,
    *,
    use: ConsentUse | None = None,
) -> ConsentTask:
    """Add one task."""
    task = ConsentTask(
        practice_id=opening.record.practice_id,
        record_id=opening.record.id,
        grant_id=opening.grant.id if opening.grant else None,
        use_id=use.id if use else None,
        kind=kind,
        opened_at=opening.since,
        due_on=due_on,
        note=opening.note,
    )
    session.add(task)
    return task


def open_for_withdrawal(
    session: Session, terms: Terms, opening: Opening, *, is_published: bool
) -> list[ConsentTask]:
    """Open what a withdrawn purpose sets off: to stop, and to confirm, for every logged use."""
    if opening.grant is None:
        return []
    purpose = opening.grant.purpose
    deadline = terms.deadline(purpose, is_published=is_published)
    note = " ".join(terms.ending(purpose, is_published=is_published).tasks)
    told = Opening(opening.record, opening.grant, opening.since, opening.uses, note)
    stop_by = terms.due(opening.since, deadline.stop_days)
    uses: Sequence[ConsentUse | None] = opening.uses or [None]
    opened = [open_one(session, STOP, told, stop_by, use=use) for use in uses]
    if deadline.confirm_days is not None:
        confirm_by = terms.due(opening.since, deadline.confirm_days)
        opened += [open_one(session, CONFIRM, told, confirm_by, use=use) for use in opening.uses]
    return opened


def done(
    session: Session, actor: Actor, task_id: str, *, at: datetime, note: str = ""
) -> ConsentTask:
    """Note that a task is done; what called a copy back notes that the copy has gone.

    Raises NotFound; Refused for a task that is done already, or a note beyond 500 characters.
    """
    if len(note) > NOTE_LENGTH:
        raise Refused(f"Keep the note within {NOTE_LENGTH} characters.")
    queue(session, actor)
    task = session.scalar(
        locked(
            select(ConsentTask).where(
                ConsentTask.practice_id == actor.practice_id, ConsentTask.id == task_id
            )
        )
    )
    if task is None:
        raise NotFound("There is no such task in your practice. Look at the list of due work.")
    if task.done_at is not None:
        raise Refused("This task is done already.")
    close(session, actor, [task], at=at, note=note)
    models.record(session, actor, "consent.task_done", task, at=at, details={"kind": task.kind})
    return task


def close(
    session: Session,
    actor: Actor,
    tasks: Iterable[ConsentTask],
    *,
    at: datetime,
    note: str = "",
) -> None:
    """Mark tasks as done at a moment, and the copies of their uses as gone where they say so."""
    for task in tasks:
        task.done_at, task.done_by = at, actor.staff_id
        if note.strip():
            task.note = " ".join(part for part in (task.note, note.strip()) if part)
        if task.use_id and _takes_the_copy_away(session, actor, task):
            use = session.scalars(
                select(ConsentUse).where(
                    ConsentUse.practice_id == actor.practice_id, ConsentUse.id == task.use_id
                )
            ).one()
            use.removed_at = use.removed_at or at


def of_record(session: Session, actor: Actor, record_id: str) -> list[ConsentTask]:
    """Return the tasks of a record, open ones first, then by day."""
    return list(
        session.scalars(
            select(ConsentTask)
            .where(ConsentTask.practice_id == actor.practice_id, ConsentTask.record_id == record_id)
            .order_by(ConsentTask.done_at.is_not(None), ConsentTask.due_on, ConsentTask.id)
        )
    )


def copies_out(session: Session, actor: Actor, grant_ids: Iterable[str]) -> list[ConsentUse]:
    """Return the logged uses of grants whose copies have not been taken back."""
    return list(
        session.scalars(
            select(ConsentUse)
            .where(
                ConsentUse.practice_id == actor.practice_id,
                ConsentUse.grant_id.in_(list(grant_ids)),
                ConsentUse.removed_at.is_(None),
            )
            .order_by(ConsentUse.used_at, ConsentUse.id)
        )
    )


def uses_of_image(session: Session, actor: Actor, image_id: str) -> set[str]:
    """Return the keys of an image's logged uses."""
    return set(
        session.scalars(
            select(ConsentUse.id).where(
                ConsentUse.practice_id == actor.practice_id, ConsentUse.image_id == image_id
            )
        )
    )


def _takes_the_copy_away(session: Session, actor: Actor, task: ConsentTask) -> bool:
    """Say whether the copy has gone with this task: to stop is enough where none confirms."""
    if task.kind != STOP:
        return task.kind in (CONFIRM, REMOVE_COPIES)
    confirms = select(ConsentTask.id).where(
        ConsentTask.practice_id == actor.practice_id,
        ConsentTask.use_id == task.use_id,
        ConsentTask.kind == CONFIRM,
    )
    return session.scalar(confirms.limit(1)) is None
