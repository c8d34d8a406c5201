"""What a withdrawal did, read again from its events: for the page and the letter that say so."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.consents.form.terms import Terms
from lettergen.consents.register import histories, tasks
from lettergen.consents.register.grants import ALL_KNOWN, Kind, State, replay
from lettergen.consents.register.histories import History
from lettergen.consents.register.withdrawing import Stopped
from lettergen.models import Actor, ConsentEvent, ConsentTask


@dataclass(frozen=True)
class Aftermath:
    """What stopped at one moment, what follows from it, and what the patient still agrees to.

    `by_name` is whoever spoke for the patient, blank where it was the patient. `kept` are keys of
    purposes of the same form.
    """

    said_at: datetime
    how: str
    by_name: str
    stopped: tuple[Stopped, ...]
    kept: tuple[str, ...]
    tasks: tuple[ConsentTask, ...]


def of_letter(
    session: Session, terms: Terms, actor: Actor, task: ConsentTask, *, at: datetime
) -> Aftermath:
    """Return what the withdrawal did for which a task to write to the patient was opened.

    Raises NotFound for a task of another kind.
    """
    order = [one.key for one in terms.catalogue.purposes]
    found = histories.of_record(session, actor, task.record_id)
    found.sort(key=lambda one: order.index(one.grant.purpose))
    by_grant = {one.grant.id: one for one in found}
    events = session.scalars(
        select(ConsentEvent)
        .where(
            ConsentEvent.practice_id == actor.practice_id,
            ConsentEvent.grant_id.in_(by_grant),
            ConsentEvent.kind == Kind.WITHDRAW.value,
            ConsentEvent.said_at == task.opened_at,
        )
        .order_by(ConsentEvent.recorded_at, ConsentEvent.id)
    ).all()
    if task.kind != tasks.LETTER or not events:
        raise histories.not_found()
    opened = [
        one
        for one in tasks.of_record(session, actor, task.record_id)
        if one.opened_at == task.opened_at and one.kind in (tasks.STOP, tasks.CONFIRM, tasks.LETTER)
    ]
    first = events[0]
    stopped = [_stopped(terms, by_grant[one.grant_id], one, opened) for one in events]
    return Aftermath(
        said_at=task.opened_at,
        how=first.how,
        by_name="" if first.by_role == "patient" else first.by_name or "",
        stopped=tuple(sorted(stopped, key=lambda one: order.index(one.purpose))),
        kept=tuple(one.grant.purpose for one in found if one.state(at) is State.GRANTED),
        tasks=tuple(opened),
    )


def _stopped(
    terms: Terms, history: History, event: ConsentEvent, opened: list[ConsentTask]
) -> Stopped:
    grant = history.grant
    before = replay(
        (one for one in history.happenings if one.number < event.number),
        until=event.said_at,
        known_at=ALL_KNOWN,
        valid_until=grant.valid_until,
    )
    is_published = before.state is State.SPENT
    ending = terms.ending(grant.purpose, is_published=is_published)
    uses = {one.use_id for one in opened if one.use_id and one.grant_id == grant.id}
    return Stopped(grant.id, grant.purpose, ending.stopped, ending.lasting, is_published, len(uses))
