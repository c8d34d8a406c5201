"""Events of grants: checked against the table of moves, added to the log, and to the audit."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import models
from lettergen.consents.form.days import TICK
from lettergen.consents.register.grants import Facts, Happening, Kind, NotPossible, State, move
from lettergen.consents.register.histories import History
from lettergen.models import Actor, ConsentEvent, Event

AUDIT = "consent."
SUBJECT = "consent_events"
# Clocks of two machines that agree are never further apart than this.
IN_TIME = 300


@dataclass(frozen=True)
class Said:
    """Who said or did something, how it reached the practice, and when that was.

    `by_role` is patient, parent, attorney, deputy, representative, staff or clock; `how` is
    form, link, desk, telephone, letter, email or import.
    """

    by_role: str
    by_name: str
    how: str
    at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)


def add(
    session: Session,
    actor: Actor,
    history: History,
    kind: Kind,
    said: Said,
    *,
    at: datetime,
    **facts: Any,
) -> ConsentEvent:
    """Append what happened to a grant, if its state at the time and the guard allow it.

    `facts` are what the guard looks at besides, see grants.Facts. The caller holds the practice's
    queue, and tells the audit in the end (`tell`). Raises NotPossible.
    """
    if (said.at - at).total_seconds() > IN_TIME:
        raise NotPossible("This time lies in the future. Check the date and time.")
    if said.at < history.grant.signed_at and kind is not Kind.WITHDRAW:
        raise NotPossible("This date is before the form was signed. Check the date.")
    move(_state_before(history, kind, said), kind, _facts(history, said, facts))
    event = ConsentEvent(
        practice_id=actor.practice_id,
        grant_id=history.grant.id,
        number=len(history.happenings) + 1,
        kind=kind.value,
        said_at=said.at,
        recorded_at=at,
        staff_id=actor.staff_id,
        by_role=said.by_role,
        how=said.how,
        by_name=said.by_name,
        details=dict(said.details),
    )
    session.add(event)
    history.happenings.append(Happening(kind, said.at, at, event.number, dict(said.details)))
    return event


def is_possible(history: History, kind: Kind, said: Said, **facts: Any) -> bool:
    """Say whether the table lets this happen to a grant."""
    try:
        move(_state_before(history, kind, said), kind, _facts(history, said, facts))
    except NotPossible:
        return False
    return True


def tell(session: Session, actor: Actor, events: Iterable[ConsentEvent], *, at: datetime) -> None:
    """Chain events into the practice's audit, each with a hash of all that its row holds.

    Call it last, as models.record asks.
    """
    session.flush()
    for event in events:
        details = {"grant": event.grant_id, "digest": _digest(event)}
        models.record(session, actor, f"{AUDIT}{event.kind}", event, at=at, details=details)


def first_fault(session: Session, practice_id: str) -> str | None:
    """Return the id of an event that was changed, taken out or slipped in; None if all hold.

    The audit's own chain (models.verify_chain) says whether the audit itself was changed.
    """
    logged = session.scalars(
        select(Event)
        .where(Event.practice_id == practice_id, Event.subject == SUBJECT)
        .order_by(Event.number)
    )
    told = {one.subject_id: one.details for one in logged}
    for event in session.scalars(
        select(ConsentEvent)
        .where(ConsentEvent.practice_id == practice_id)
        .order_by(ConsentEvent.recorded_at, ConsentEvent.id)
    ):
        details = told.pop(event.id, None)
        if details is None or details["digest"] != _digest(event):
            return event.id
    return next(iter(sorted(told)), None)


def _state_before(history: History, kind: Kind, said: Said) -> State:
    """Return the state that an event finds; the clock ends what was live a moment before.

    What is dated before the signature meets the guard in the state that the signature made.
    """
    when = said.at - TICK if kind is Kind.CLOCK_EXPIRE else said.at
    return history.state(max(when, history.grant.signed_at) if history.happenings else when)


def _facts(history: History, said: Said, more: Mapping[str, Any]) -> Facts:
    known = {
        "purpose": history.grant.purpose,
        "route": history.record.route,
        "said_at": said.at,
        "signed_at": history.grant.signed_at,
        "valid_until": history.grant.valid_until,
        "sixteen_on": history.birthdays[16],
        "by_name": said.by_name,
        "reason": str(said.details.get("reason", "")),
        "replaced_by": str(said.details.get("replaced_by", "")),
    }
    return Facts(**{**known, **more})


def _digest(event: ConsentEvent) -> str:
    """Hash a row as it is stored: the sealed parts by their sealed bytes, which name nobody."""
    content = {
        "id": event.id,
        "practice": event.practice_id,
        "grant": event.grant_id,
        "number": event.number,
        "kind": event.kind,
        "said_at": event.said_at.timestamp(),
        "recorded_at": event.recorded_at.timestamp(),
        "staff": event.staff_id,
        "by": [event.by_role, event.how],
        "sealed": [_hex(event, "by_name_sealed"), _hex(event, "details_sealed")],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _hex(event: ConsentEvent, column: str) -> str:
    return bytes(getattr(event, column) or b"").hex()
