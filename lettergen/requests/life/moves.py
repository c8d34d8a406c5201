"""A request moves from one state to another, if the table has the move and its guards hold."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lettergen.calendar import local_day
from lettergen.models import Actor, Request
from lettergen.requests.life import (
    agreeing,
    clocks,
    copies,
    counting,
    deadlines,
    events,
    facts,
    finding,
)
from lettergen.requests.life.guards import Facts, Step
from lettergen.requests.life.refusals import NotPossible
from lettergen.requests.life.states import DONE, MOVES, STATES, WAITING, from_here

# What a request may wait for, in the words that follow "waits".
HELD_FOR = {
    "consent": "for consent",
    "authority": "for proof of authority",
    "identity": "for proof of who asks",
    "scope": "for what exactly is wanted",
    "info": "for information",
    "money": "for money",
    "sight": "for the patient to see it",
}
WAITS_FOR = {
    "on_hold": "consent",
    "quoted": "money",
    "accepted": "money",
    "shown": "sight",
    "amra_wait": "sight",
}
NO_LONGER_DUE = ("released", "closed", "withdrawn", "cancelled", "refunded")
POLICE_NEED_NOT_HEAR = (*NO_LONGER_DUE, "paid", "on_account", "waived")


def move(
    session: Session,
    actor: Actor,
    request: Request,
    to: str,
    *,
    at: datetime,
    because: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Move a request, locked and read anew, and note it in its history.

    Raises NotPossible with the reason in plain words, and what to do next; nothing changes then.
    """
    request = finding.lock(session, actor, request.id)
    before = request.state
    way = str((details or {}).get("way", ""))
    refuse(before, facts.of(session, request, at=at), step_of(actor, to, at, because, way))
    request.state = to
    request.held_for = _waits_for(to, details)
    if to == "released":
        request.released_at, request.released_by = at, actor.staff_id
        counting.released(session, actor, request, at=at)
    request.closed_at = at if STATES[to].is_end else None
    noted = {**(details or {}), **({"because": because} if because else {})}
    touch(request, at)
    events.note(session, actor, request, "moved", at=at, before=before, after=to, details=noted)
    _turn_clocks(session, actor, request, at)


def hold(
    session: Session, actor: Actor, request: Request, why: str, *, at: datetime, because: str = ""
) -> None:
    """Let a request wait for something where it stands; clocks that may stand still do so.

    `why` is one of HELD_FOR. Raises NotPossible where it is over, or waits already.
    """
    request = finding.lock(session, actor, request.id)
    reason = HELD_FOR.get(why)
    if reason is None:
        raise NotPossible("Choose what the request waits for.")
    if STATES[request.state].column == DONE:
        raise NotPossible("This request is over: nothing can be waited for.")
    if request.held_for == why:
        raise NotPossible(f"This request waits {reason} already.")
    request.held_for = why
    touch(request, at)
    details = {"for": why, **({"because": because} if because else {})}
    events.note(session, actor, request, "held", at=at, details=details)
    clocks.pause(session, actor, request, why, on=local_day(at), at=at)


def resume(session: Session, actor: Actor, request: Request, *, at: datetime) -> None:
    """Go on with a request that was held; its clocks run on, later by the days that were lost.

    Raises NotPossible where it is not held, and where its state itself is one of waiting.
    """
    request = finding.lock(session, actor, request.id)
    if request.held_for is None:
        raise NotPossible("This request is not held. Take its next step.")
    if STATES[request.state].column == WAITING:
        raise NotPossible(STATES[request.state].advice)
    request.held_for = None
    touch(request, at)
    events.note(session, actor, request, "resumed", at=at)
    clocks.resume(session, actor, request, on=local_day(at), at=at)


def touch(request: Request, at: datetime) -> None:
    """Count a change, so that whoever looked at the request before learns of it."""
    request.changed_at = at
    request.revision += 1


def refuse(before: str, known: Facts, step: Step) -> None:
    """Raise NotPossible unless the table and every guard let a request make a step."""
    guarded = MOVES.get((before, step.to))
    if guarded is None:
        raise NotPossible(_no_such_move(before, step.to))
    for guard in guarded:
        reason = guard.why_not(known, step)
        if reason:
            raise NotPossible(reason, guard.code)


def possible(session: Session, actor: Actor, request: Request, *, at: datetime) -> dict[str, str]:
    """Return each state that the table offers from here, with what stands in its way, or nothing.

    A reason that the person would still be asked for does not stand in the way.
    """
    known, offered = facts.of(session, request, at=at), {}
    for to in from_here(request.state):
        try:
            refuse(request.state, known, step_of(actor, to, at, because="to be asked for"))
        except NotPossible as refusal:
            offered[to] = str(refusal)
        else:
            offered[to] = ""
    return offered


def step_of(actor: Actor, to: str, at: datetime, because: str = "", way: str = "") -> Step:
    """Return an actor's wish to move a request, as the guards see it."""
    return Step(
        to,
        local_day(at),
        because,
        actor.staff_id,
        may_sign=actor.may_sign,
        roles=actor.roles,
        way=way,
    )


def _waits_for(to: str, details: Mapping[str, Any] | None) -> str | None:
    usual = WAITS_FOR.get(to)
    return str((details or {}).get("for") or usual) if to == "on_hold" else usual


def _turn_clocks(session: Session, actor: Actor, request: Request, at: datetime) -> None:
    """Stop, start and end clocks as the new state asks."""
    on = local_day(at)
    if request.state in NO_LONGER_DUE:
        copies.forget(session, request.id)
        for kind in counting.DUTIES:
            clocks.finish(session, actor, request, kind, on=on, at=at)
    elif request.held_for:
        clocks.pause(session, actor, request, request.held_for, on=on, at=at)
    else:
        clocks.resume(session, actor, request, on=on, at=at)
    if request.state in POLICE_NEED_NOT_HEAR:
        clocks.finish(session, actor, request, "tell_police", on=on, at=at)
    if request.state == "released" and request.consent_code == agreeing.NEEDS_AMRA:
        clocks.start(session, actor, request, "keep", starts_on=on, length=deadlines.KEEP, at=at)


def _no_such_move(before: str, to: str) -> str:
    here, there = STATES[before].title, STATES.get(to)
    if there is None:
        return f"A request cannot be “{to}”. Reload the page and use its buttons."
    if before == to:
        return f"This request is “{here}” already. {STATES[before].advice}"
    if before == "closed":
        return "This request is closed. Open it again first, or make a new one."
    if STATES[before].is_end:
        return f"This request is “{here}”, which is its end. Make a new request instead."
    return f"This request is “{here}”: from there it cannot become “{there.title}”. " + (
        STATES[before].advice
    )
