"""Work that is due: what ends, who turns 16, and every task that nobody has done. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lettergen.consents.form.days import end_of
from lettergen.consents.register import histories, tasks
from lettergen.consents.register.grants import CARE, State
from lettergen.consents.register.histories import SIXTEEN, History
from lettergen.models import Actor, ConsentGrant, ConsentRecord, ConsentTask

DAYS_AHEAD = 60
ENDS, TURNS_16 = "ends", "turns_16"
WHAT = {
    ENDS: "Consent ends: ask again, or let it end",
    TURNS_16: "The patient turns 16: ask what they want",
    **tasks.KINDS,
}


@dataclass(frozen=True)
class Due:
    """One thing to do, by a day, about one consent: it names the form, not the patient.

    `kind` is a key of WHAT; `task_id` is None for what the calendar alone brings.
    """

    kind: str
    due_on: date
    record_id: str
    reference: str
    purpose: str | None
    note: str
    is_overdue: bool
    task_id: str | None = None

    @property
    def what(self) -> str:
        """What has to be done, in words."""
        return WHAT[self.kind]


def due(session: Session, actor: Actor, *, on: date, days: int = DAYS_AHEAD) -> list[Due]:
    """Return what is due on a day: live consents that end, and children who turn 16, within so
    many days, and all open tasks. The earliest comes first.
    """
    until = on + timedelta(days=days)
    found = [
        *_ending(session, actor, on, until),
        *_turning_16(session, actor, on, until),
        *_tasks(session, actor, on),
    ]
    return sorted(found, key=lambda one: (one.due_on, one.reference, one.kind, one.task_id or ""))


def _ending(session: Session, actor: Actor, on: date, until: date) -> Iterator[Due]:
    grants = session.scalars(
        select(ConsentGrant)
        .where(
            ConsentGrant.practice_id == actor.practice_id,
            ConsentGrant.decision == "yes",
            ConsentGrant.valid_until.between(on, until),
        )
        .order_by(ConsentGrant.valid_until, ConsentGrant.id)
        .options(joinedload(ConsentGrant.record))
    ).all()
    for one in _live(histories.read(session, actor, grants), on):
        if one.grant.valid_until:
            yield _of_grant(ENDS, one, one.grant.valid_until)


def _turning_16(session: Session, actor: Actor, on: date, until: date) -> Iterator[Due]:
    grants = session.scalars(
        select(ConsentGrant)
        .join(ConsentGrant.record)
        .where(
            ConsentGrant.practice_id == actor.practice_id,
            ConsentGrant.decision == "yes",
            ConsentGrant.purpose.not_in(CARE),
            ConsentRecord.route == "parent",
        )
        .order_by(ConsentGrant.id)
        .options(joinedload(ConsentGrant.record))
    ).all()
    for one in _live(histories.read(session, actor, grants), on):
        birthday = one.birthdays[SIXTEEN]
        if on <= birthday <= until:
            yield _of_grant(TURNS_16, one, birthday)


def _tasks(session: Session, actor: Actor, on: date) -> Iterator[Due]:
    rows = session.execute(
        select(ConsentTask, ConsentRecord.reference, ConsentGrant.purpose)
        .join(ConsentRecord, ConsentRecord.id == ConsentTask.record_id)
        .join(ConsentGrant, ConsentGrant.id == ConsentTask.grant_id, isouter=True)
        .where(ConsentTask.practice_id == actor.practice_id, ConsentTask.done_at.is_(None))
        .order_by(ConsentTask.due_on, ConsentTask.id)
    )
    for task, reference, purpose in rows:
        yield Due(
            kind=task.kind,
            due_on=task.due_on,
            record_id=task.record_id,
            reference=reference,
            purpose=purpose,
            note=task.note or "",
            is_overdue=task.due_on < on,
            task_id=task.id,
        )


def _live(found: list[History], on: date) -> list[History]:
    moment = end_of(on)
    return [one for one in found if one.state(moment) is State.GRANTED]


def _of_grant(kind: str, history: History, due_on: date) -> Due:
    return Due(
        kind=kind,
        due_on=due_on,
        record_id=history.record.id,
        reference=history.record.reference,
        purpose=history.grant.purpose,
        note="",
        is_overdue=False,
    )
