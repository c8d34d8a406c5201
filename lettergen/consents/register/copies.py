"""Copies of photos that went out with a use, and came back or were deleted."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import models
from lettergen.consents.register import histories, pointers, tasks
from lettergen.models import Actor, ConsentTask, ConsentUse, locked
from lettergen.refusals import Refused

CALLING_BACK = (tasks.STOP, tasks.CONFIRM, tasks.REMOVE_COPIES)


def use_of(session: Session, actor: Actor, use_id: str) -> ConsentUse:
    """Return a logged use by its key; NotFound."""
    found = session.scalar(
        select(ConsentUse).where(
            ConsentUse.practice_id == actor.practice_id, ConsentUse.id == use_id
        )
    )
    if found is None:
        raise histories.not_found()
    return found


def record_of(session: Session, actor: Actor, use: ConsentUse) -> str:
    """Return the key of the record on whose page a use stands: its grant's, or the newest form's
    that covers the photo.
    """
    grant_id = use.grant_id or pointers.newest_grant(session, actor, use.image_id)
    return histories.of_grants(session, actor, [grant_id])[0].record.id


def gone(session: Session, actor: Actor, use_id: str, *, note: str, at: datetime) -> ConsentUse:
    """Note that every copy of a use has gone; the tasks that called them back are done with it.

    Raises NotFound; Refused without a note of how it is known, and where it was noted before.
    """
    histories.queue(session, actor)
    use = use_of(session, actor, use_id)
    if use.removed_at is not None:
        raise Refused("It is noted already that these copies have gone.")
    if not note.strip():
        raise Refused("Say what happened to the copies, and how you know.")
    if len(note) > tasks.NOTE_LENGTH:
        raise Refused(f"Keep the note within {tasks.NOTE_LENGTH} characters.")
    open_ones = session.scalars(
        locked(
            select(ConsentTask)
            .where(
                ConsentTask.practice_id == actor.practice_id,
                ConsentTask.use_id == use_id,
                ConsentTask.kind.in_(CALLING_BACK),
                ConsentTask.done_at.is_(None),
            )
            .order_by(ConsentTask.id)
        )
    ).all()
    tasks.close(session, actor, open_ones, at=at, note=note)
    use.removed_at = at
    use.details = {**use.details, "removed": note.strip(), "removed_by": actor.name}
    models.record(session, actor, "consent.copies_gone", use, at=at)
    return use
