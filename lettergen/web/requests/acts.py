"""Buttons of a request's page: notes, allocation, conflicts, hold, split, and its early ends."""

from collections.abc import Callable
from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen.documents import NotFound, local_day
from lettergen.models import Request
from lettergen.refusals import Refused
from lettergen.requests.life import allocating, events, finding, intake, moves
from lettergen.requests.steps import redeciding, writing
from lettergen.web.base.context import actor, changing, now, office
from lettergen.web.base.entry import enter
from lettergen.web.requests.page import refused, requests
from lettergen.web.triage.page import own_terms

_LONGEST = 2_000
_WAYS = ("closed", "withdrawn", "cancelled", "triaged")
_BOX = {"closed": "close_because", "triaged": "reopen_because"}
_ENDED = {
    "closed": "It is closed.",
    "withdrawn": "It is withdrawn.",
    "cancelled": "It is cancelled.",
    "triaged": "It is open again: take the next step, or decide again.",
}


@requests.post("/requests/<request_id>/note")
@enter("clinician", "reception", "manager")
def note(request_id: str) -> ResponseReturnValue:
    """Add a note to what happened."""

    def add(session: Session, row: Request) -> str:
        text = _typed("text")
        if not text:
            raise Refused("Write the note before you add it.")
        events.note(session, actor(), row, "noted", at=now(), details={"text": text})
        return "The note is added."

    return _do(request_id, add, at="note_text")


@requests.post("/requests/<request_id>/give")
@enter("clinician", "reception", "manager")
def give(request_id: str) -> ResponseReturnValue:
    """Give the request to a clinician, as suggested or otherwise with a reason."""

    def assign(session: Session, row: Request) -> str:
        staff_id = _typed("staff_id")
        best = _suggested(session, row)
        because = _typed("because")
        if best is not None and best.staff.id == staff_id:
            because = because or best.because
        if not because:
            raise Refused("Say why it goes to somebody else than suggested.")
        allocating.assign(session, actor(), row.id, staff_id, because=because, at=now())
        return "It is given."

    return _do(request_id, assign, at="staff_id")


@requests.post("/requests/<request_id>/conflict")
@enter("clinician", "reception", "manager")
def conflict(request_id: str) -> ResponseReturnValue:
    """Keep the request from somebody."""

    def keep_from(session: Session, row: Request) -> str:
        staff_id, why = _typed("staff_id"), _typed("why")
        allocating.set_conflict(session, actor(), row.id, staff_id, why, at=now())
        return "It is kept from them."

    return _do(request_id, keep_from, at="conflict_staff_id")


@requests.post("/requests/<request_id>/settle")
@enter("clinician", "manager")
def settle(request_id: str) -> ResponseReturnValue:
    """Decide an escalated request by hand, with the reason."""

    def decide(session: Session, row: Request) -> str:
        outcome, why = _typed("outcome"), _typed("why")
        own = own_terms(session)
        redeciding.settle(
            session, actor(), own, row.id, outcome, why, revision=row.revision, at=now()
        )
        return "It is decided. Take the next step."

    return _do(request_id, decide, at="settle_outcome")


@requests.post("/requests/<request_id>/hold")
@enter("clinician", "reception", "manager")
def hold(request_id: str) -> ResponseReturnValue:
    """Hold the request until something is there."""

    def keep(session: Session, row: Request) -> str:
        moves.hold(session, actor(), row, _typed("held_for"), at=now(), because=_typed("because"))
        return "It is held."

    return _do(request_id, keep, at="held_for")


@requests.post("/requests/<request_id>/resume")
@enter("clinician", "reception", "manager")
def resume(request_id: str) -> ResponseReturnValue:
    """Go on with a request that was held."""

    def go_on(session: Session, row: Request) -> str:
        moves.resume(session, actor(), row, at=now())
        return "It goes on. Decide again if the new answer changes what it is."

    return _do(request_id, go_on, at="next")


@requests.post("/requests/<request_id>/split")
@enter("clinician", "reception", "manager")
def split(request_id: str) -> ResponseReturnValue:
    """Make several requests of one."""

    def apart(session: Session, row: Request) -> str:
        parts = [key for key in request.form.getlist("part")[:9] if key]
        made = intake.split(
            session, actor(), row.id, [{"type_key": one} for one in parts], at=now()
        )
        return f"It is split into {len(made)}: " + ", ".join(one.reference for one in made)

    return _do(request_id, apart, at="part")


@requests.post("/requests/<request_id>/end/<way>")
@enter("clinician", "reception", "manager")
def end(request_id: str, way: str) -> ResponseReturnValue:
    """Close, withdraw, cancel or reopen the request, with the reason."""

    def stop(session: Session, row: Request) -> str:
        if way not in _WAYS:
            raise NotFound("There is no such button.")
        moves.move(session, actor(), row, way, at=now(), because=_typed("because"))
        return _ENDED[way]

    return _do(request_id, stop, at=_BOX.get(way, "end_because"))


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


def _do(
    request_id: str, step: Callable[[Session, Request], str], *, at: str
) -> ResponseReturnValue:
    """Take a step in one transaction, and go back to the page, which says what came of it."""
    try:
        with changing() as session:
            said = step(session, finding.get(session, actor(), request_id))
    except NotFound:
        raise
    except Refused as refusal:
        return refused(request_id, refusal, at)
    flash(said, "success")
    return redirect(url_for("requests.page", request_id=request_id), HTTPStatus.SEE_OTHER)


def _suggested(session: Session, row: Request) -> allocating.Suggestion | None:
    try:
        return allocating.suggest(session, actor(), row, local_day(now()))
    except Refused:
        return None


def _typed(name: str) -> str:
    return request.form.get(name, "").strip()[:_LONGEST]
