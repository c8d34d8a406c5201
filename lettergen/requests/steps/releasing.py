"""Handing over what a request was answered with: guarded before, noted after, undone with care."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import documents
from lettergen.models import Actor, Request, locked
from lettergen.requests.life import events, facts, guards, moves
from lettergen.requests.life.refusals import NotPossible

RELEASED, READ = "released", "read-before-leaving"
_OF_MONEY = (guards.PAID.code, guards.PAID_BY_BODY.code)
# In these a letter waits to leave.
_WAITS = ("signed", "amra_wait")


class NotReleasable(NotPossible):
    """The letter may not leave yet: the text says why, and what to do next."""


@dataclass(frozen=True)
class HeldBack:
    """Why a letter may not leave yet, and whether it is for want of payment: G2 and G3."""

    reason: str
    is_unpaid: bool


def request_of(session: Session, actor: Actor, document_id: str) -> Request | None:
    """Return the request that a letter answers, or None for a letter that nobody asked for so."""
    return session.scalar(
        select(Request).where(
            Request.practice_id == actor.practice_id, Request.document_id == document_id
        )
    )


def lock(session: Session, actor: Actor, *, document_id: str = "", draft_id: str = "") -> None:
    """Lock the request of a letter or a draft until commit, if there is one.

    Call it before anything that writes to the audit: a request is always locked first.
    """
    is_it = Request.draft_id == draft_id if draft_id else Request.document_id == document_id
    session.scalar(
        locked(select(Request.id).where(Request.practice_id == actor.practice_id, is_it))
    )


def held_back(session: Session, actor: Actor, document_id: str, *, at: datetime) -> HeldBack | None:
    """Return why a letter may not leave the practice, or None when it may.

    A letter that answers no request, and one that has left already, may be handed over.
    Guards G2 to G5 and G8 of the domain, section 5.1; G4 lets law and safety go before money.
    """
    request = request_of(session, actor, document_id)
    if request is None or request.released_at is not None:
        return None
    try:
        step = moves.step_of(actor, RELEASED, at)
        moves.refuse(request.state, facts.of(session, request, at=at), step)
    except NotPossible as refusal:
        return HeldBack(str(refusal), refusal.guard in _OF_MONEY)
    return None


def note_read(
    session: Session, actor: Actor, document_id: str, kind: str, *, at: datetime
) -> HeldBack | None:
    """Note in its request's history that somebody reads a letter that may not leave yet.

    Returns why it may not; None, and nothing is noted, for one that may.
    """
    lock(session, actor, document_id=document_id)
    held = held_back(session, actor, document_id, at=at)
    request = request_of(session, actor, document_id)
    if held is not None and request is not None:
        events.note(session, actor, request, READ, at=at, details={"kind": kind})
    return held


def require_releasable(session: Session, actor: Actor, document_id: str, *, at: datetime) -> None:
    """Raise NotReleasable unless payment, sight, consent and person let a letter leave.

    Its request is locked until commit. Raises documents.NotFound for a letter that is not for the
    actor's eyes.
    """
    documents.get(session, actor, document_id)
    lock(session, actor, document_id=document_id)
    held = held_back(session, actor, document_id, at=at)
    if held is not None:
        raise NotReleasable(held.reason)


def released(session: Session, actor: Actor, document_id: str, way: str, *, at: datetime) -> None:
    """Note that a request's letter was handed over: printed, downloaded, or by a link.

    The first time moves the request; each later time is added to its history.
    """
    request = request_of(session, actor, document_id)
    if request is None:
        return
    if request.released_at is not None:
        events.note(session, actor, request, "handed-again", at=at, details={"way": way})
        return
    moves.move(session, actor, request, RELEASED, at=at, details={"way": way})


def superseding(
    session: Session, actor: Actor, document_id: str, draft_id: str, *, at: datetime
) -> None:
    """Note that a request's letter is written anew: the new draft is the request's."""
    request = request_of(session, actor, document_id)
    if request is None:
        return
    request.draft_id = draft_id
    if request.state in _WAITS:
        moves.move(session, actor, request, "drafted", at=at, because="The letter is written anew.")
    else:
        events.note(session, actor, request, "superseding", at=at)


def voided(session: Session, actor: Actor, document_id: str, *, at: datetime) -> None:
    """Note that a request's letter was withdrawn: one that waits to leave is written again."""
    request = request_of(session, actor, document_id)
    if request is None:
        return
    if request.state not in _WAITS:
        events.note(session, actor, request, "letter-voided", at=at)
        return
    because = "The letter was withdrawn before it was handed over."
    if request.state == "amra_wait":
        moves.move(session, actor, request, "signed", at=at, because=because)
    moves.move(session, actor, request, "assigned", at=at, because=because)
    request.draft_id = request.document_id = None
