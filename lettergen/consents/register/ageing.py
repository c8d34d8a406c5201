"""What time alone does: consents come to their end, and children turn 16. Run it every night."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lettergen.consents.form.days import TICK, end_of
from lettergen.consents.form.moments import start_of
from lettergen.consents.form.terms import Terms
from lettergen.consents.register import changes, events, histories
from lettergen.consents.register.changes import Change
from lettergen.consents.register.events import Said
from lettergen.consents.register.grants import Kind
from lettergen.consents.register.histories import SIXTEEN, History
from lettergen.models import Actor, ConsentGrant


def settle(session: Session, terms: Terms, actor: Actor, *, at: datetime) -> list[Change]:
    """Write down what the clock has changed, and open the tasks for it; safe to run again.

    The register needs none of this for its answers: it counts days by itself.
    """
    histories.queue(session, actor)
    grants = session.scalars(
        select(ConsentGrant)
        .where(ConsentGrant.practice_id == actor.practice_id, ConsentGrant.decision == "yes")
        .order_by(ConsentGrant.signed_at, ConsentGrant.id)
        .options(joinedload(ConsentGrant.record))
    ).all()
    done = []
    for history in histories.read(session, actor, grants):
        for kind, when in _moments(history):
            said = Said("clock", "", "clock", when)
            if when <= at and not _has(history, kind) and events.is_possible(history, kind, said):
                done.append(changes.happen(session, terms, actor, history, kind, said=said, at=at))
    events.tell(session, actor, [one.event for one in done], at=at)
    return done


def _moments(history: History) -> list[tuple[Kind, datetime]]:
    """Return when the clock changes a grant, in the order of time."""
    found = [(Kind.TURNS_16, start_of(history.birthdays[SIXTEEN]))]
    if history.grant.valid_until:
        found.append((Kind.CLOCK_EXPIRE, end_of(history.grant.valid_until) + TICK))
    signed = history.grant.signed_at
    return sorted((one for one in found if one[1] > signed), key=lambda one: one[1])


def _has(history: History, kind: Kind) -> bool:
    return any(one.kind is kind for one in history.happenings)
