"""Buttons of a request's page: notes, allocation, conflicts, hold, split, and its early ends."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen.calendar import local_day
from lettergen.documents import NotFound
from lettergen.models import Request
from lettergen.refusals import Refused
from lettergen.requests.life import (
    allocating,
    deciding,
    events,
    finding,
    intake,
    moves,
    restricting,
)
from lettergen.requests.steps import redeciding, writing
from lettergen.web.base.context import actor, changing, now, office
from lettergen.web.base.entry import Role, enter
from lettergen.web.requests.page import attempt, refused, requests
from lettergen.web.triage.page import own_terms

Step = Callable[..., str]

EVERYBODY: tuple[Role, ...] = ("clinician", "reception", "manager")
DECIDERS: tuple[Role, ...] = ("clinician", "manager")
_LONGEST = 2_000
_WAYS = ("closed", "withdrawn", "cancelled", "triaged")
_BOX = {"closed": "close_because", "triaged": "reopen_because"}
_ENDED = {
    "closed": "It is closed.",
    "withdrawn": "It is withdrawn.",
    "cancelled": "It is cancelled.",
    "triaged": "It is open again: take the next step, or decide again.",
}


def _button(path: str, at: str, roles: tuple[Role, ...] = EVERYBODY) -> Callable[[Step], Step]:
    """Make a step the button at a path of the request's page.

    The step takes session and request, and returns what is said once it is done. `at` is the box
    that a refusal is about, where the way in the path has none of its own.
    """

    def made(step: Step) -> Step:
        @enter(*roles)
        def view(request_id: str, **names: Any) -> ResponseReturnValue:
            def act(session: Session) -> str:
                return step(session, finding.get(session, actor(), request_id), **names)

            return attempt(request_id, act, at=_BOX.get(names.get("way", ""), at))

        requests.add_url_rule(
            f"/requests/<request_id>/{path}", step.__name__, view, methods=["POST"]
        )
        return step

    return made


@_button("note", at="note_text")
def note(session: Session, row: Request) -> str:
    """Add a note to what happened."""
    text = _typed("text")
    if not text:
        raise Refused("Write the note before you add it.")
    events.note(session, actor(), row, "noted", at=now(), details={"text": text})
    return "The note is added."


@_button("give", at="staff_id")
def give(session: Session, row: Request) -> str:
    """Give the request to a clinician, as suggested or otherwise with a reason."""
    staff_id, because = _typed("staff_id"), _typed("because")
    best = _suggested(session, row)
    if best is not None and best.staff.id == staff_id:
        because = because or best.because
    if not because:
        raise Refused("Say why it goes to somebody else than suggested.")
    allocating.assign(session, actor(), row.id, staff_id, because=because, at=now())
    return "It is given."


@_button("conflict", at="conflict_staff_id")
def conflict(session: Session, row: Request) -> str:
    """Keep the request from somebody."""
    staff_id, why = _typed("staff_id"), _typed("why")
    allocating.set_conflict(session, actor(), row.id, staff_id, why, at=now())
    return "It is kept from them."


@_button("settle", at="settle_outcome", roles=DECIDERS)
def settle(session: Session, row: Request) -> str:
    """Decide an escalated request by hand, with the reason."""
    own, shown = own_terms(session), row.revision
    outcome, why = _typed("outcome"), _typed("why")
    with redeciding.price_follows(session, actor(), row.id, revision=shown, at=now()):
        deciding.settle(session, actor(), own, row.id, outcome, why, revision=shown, at=now())
    return "It is decided. Take the next step."


@_button("lift", at="lift_why", roles=DECIDERS)
def lift(session: Session, row: Request) -> str:
    """Let everybody of the practice see a restricted request, with the reason."""
    restricting.lift(session, actor(), row.id, _typed("why"), at=now())
    return "It is no longer restricted."


@_button("hold", at="held_for")
def hold(session: Session, row: Request) -> str:
    """Hold the request until something is there."""
    moves.hold(session, actor(), row, _typed("held_for"), at=now(), because=_typed("because"))
    return "It is held."


@_button("resume", at="next")
def resume(session: Session, row: Request) -> str:
    """Go on with a request that was held."""
    moves.resume(session, actor(), row, at=now())
    return "It goes on. Decide again if the new answer changes what it is."


@_button("split", at="part")
def split(session: Session, row: Request) -> str:
    """Make several requests of one."""
    parts = [{"type_key": key} for key in request.form.getlist("part")[:9] if key]
    made = intake.split(session, actor(), row.id, parts, at=now())
    return f"It is split into {len(made)}: " + ", ".join(one.reference for one in made)


@_button("end/<way>", at="end_because")
def end(session: Session, row: Request, way: str) -> str:
    """Close, withdraw, cancel or reopen the request, with the reason."""
    if way not in _WAYS:
        raise NotFound("There is no such button.")
    moves.move(session, actor(), row, way, at=now(), because=_typed("because"))
    return _ENDED[way]


@requests.post("/requests/<request_id>/write")
@enter("clinician", "reception")
def write(request_id: str) -> ResponseReturnValue:
    """Begin the letter with what is known filled in, and go to it."""
    try:
        with changing() as session:
            own = own_terms(session)
            draft = writing.start(session, office(), actor(), own, request_id, at=now())
            address = url_for("filling.fill", draft_id=draft.id)
    except NotFound:
        raise
    except Refused as refusal:
        return refused(request_id, refusal, "next")
    return redirect(address, HTTPStatus.SEE_OTHER)


def _suggested(session: Session, row: Request) -> allocating.Suggestion | None:
    try:
        return allocating.suggest(session, actor(), row, local_day(now()))
    except Refused:
        return None


def _typed(name: str) -> str:
    return request.form.get(name, "").strip()[:_LONGEST]
