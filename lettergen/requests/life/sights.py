"""Seeing a letter first, mostly before it is signed: offered, seen, answered, and judged."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.calendar import local_day
from lettergen.models import Actor, NotAllowed, Request, RequestSight
from lettergen.refusals import Refused
from lettergen.requests.life import agreeing, clocks, copies, events, finding, moves
from lettergen.requests.life.copies import Shown

AGREED, CORRECTION, REFUSED = ANSWERS = ("agreed", "correction", "refused")
CORRECTED, KEPT = VERDICTS = ("corrected", "kept")
LONGEST = 4_000
# Where a request waits while its patient reads: a letter that is not signed, and a signed one.
SHOWN, SIGNED_WAITS, DRAFTED = "shown", "amra_wait", "drafted"
GOES_ON = {SHOWN: DRAFTED, SIGNED_WAITS: "signed"}


def offer(
    session: Session, actor: Actor, request_id: str, shown: Shown, *, at: datetime
) -> RequestSight:
    """Offer the patient a look at a letter, signed or not; the request waits meanwhile.

    A letter that was offered already, and not yet answered, is offered by the same row. Raises
    NotPossible where the request stands at nothing that can be shown.
    """
    request = finding.lock(session, actor, request_id)
    row = last(session, request)
    if row is None or row.answer or row.seal != shown.seal:
        row = _new(session, actor, request, shown, at, number=row.number + 1 if row else 1)
        events.note(session, actor, request, "sight-offered", at=at)
    waits = SIGNED_WAITS if shown.is_signed else SHOWN
    if request.state != waits:
        moves.move(session, actor, request, waits, at=at)
    return row


def take_back(session: Session, actor: Actor, request_id: str, *, at: datetime) -> None:
    """Let a clinician go on with a letter that the patient was shown before it is signed.

    Raises NotAllowed for anyone else, NotPossible where no such letter is shown.
    """
    if "clinician" not in actor.roles:
        raise NotAllowed("A clinician takes a letter back. Ask the one who wrote it.")
    request = finding.lock(session, actor, request_id)
    if request.state != SHOWN:
        raise Refused("No letter is shown that is not signed yet. There is nothing to take back.")
    events.note(session, actor, request, "sight-taken-back", at=at)
    moves.move(session, actor, request, DRAFTED, at=at)


def saw(session: Session, actor: Actor, request_id: str, *, at: datetime) -> None:
    """Note that the patient has looked; from now on the letter needs their word to leave.

    Source: Access to Medical Reports Act 1988, section 5(1).
    """
    request, row = _open(session, actor, request_id)
    if row.seen_at is None:
        row.seen_at = at
        events.note(session, actor, request, "sight-seen", at=at)


def answer(
    session: Session,
    actor: Actor,
    request_id: str,
    said: str,
    *,
    words: str = "",
    at: datetime,
) -> RequestSight:
    """Write down the patient's answer: agreed, correction (with their words) or refused.

    After agreeing the letter is ready again to be handed over. Raises Refused for a correction
    without words, and where nothing waits for an answer.
    """
    request, row = _open(session, actor, request_id)
    text = words.strip()
    if said not in ANSWERS:
        raise Refused("Choose what the patient said.")
    if said == CORRECTION and not text:
        raise Refused("Write down what should be corrected.")
    if len(text) > LONGEST:
        raise Refused(f"This is longer than {LONGEST:,} characters. Shorten it.")
    row.answer, row.answered_at, row.words = said, at, text or None
    row.seen_at = row.seen_at or at
    events.note(session, actor, request, f"sight-{said}", at=at)
    if said == REFUSED:
        return row
    if said == AGREED:
        clocks.finish(session, actor, request, "see_first", on=local_day(at), at=at)
    goes_on = GOES_ON.get(request.state)
    if goes_on:
        moves.move(session, actor, request, goes_on, at=at)
    return row


def judge(
    session: Session,
    actor: Actor,
    request_id: str,
    verdict: str,
    *,
    reason: str = "",
    at: datetime,
) -> RequestSight:
    """Record what a clinician did about a correction: corrected the letter, or kept it, and why.

    A letter to be corrected goes back to being written, and is shown again. Raises NotAllowed for
    anyone but a clinician, Refused without a reason to keep it, or with nothing to judge.
    """
    if "clinician" not in actor.roles:
        raise NotAllowed("A clinician answers a wish for correction. Ask the one who signed.")
    request = finding.lock(session, actor, request_id)
    row = last(session, request)
    if row is None or row.answer != CORRECTION or row.verdict:
        raise Refused("There is no wish for correction that waits for an answer.")
    if verdict not in VERDICTS:
        raise Refused("Choose whether the letter is corrected or stays as it is.")
    if verdict == KEPT and not reason.strip():
        raise Refused("Say why the letter stays as it is. The patient will be told.")
    row.verdict, row.verdict_at, row.verdict_by = verdict, at, actor.staff_id
    row.reason = reason.strip() or None
    events.note(session, actor, request, f"sight-{verdict}", at=at)
    if verdict == CORRECTED and request.state in ("signed", SIGNED_WAITS):
        moves.move(session, actor, request, DRAFTED, at=at)
    return row


def last(session: Session, request: Request) -> RequestSight | None:
    """Return the latest time that a letter of this request was offered, or None."""
    return next(iter(reversed(of(session, request))), None)


def of(session: Session, request: Request) -> list[RequestSight]:
    """Return every time that a letter of this request was offered, the first first."""
    session.flush()
    found = session.scalars(
        select(RequestSight)
        .where(
            RequestSight.practice_id == request.practice_id, RequestSight.request_id == request.id
        )
        .order_by(RequestSight.number)
    )
    return list(found)


def wish_is_known(session: Session, request: Request) -> bool | None:
    """Return whether the patient wants to see the letter first; None if nobody asked."""
    consent = agreeing.given(session, request)
    return consent.wants_to_see if consent else None


def _new(
    session: Session, actor: Actor, request: Request, shown: Shown, at: datetime, *, number: int
) -> RequestSight:
    row = RequestSight(
        practice_id=actor.practice_id,
        request_id=request.id,
        number=number,
        seal=shown.seal,
        wording=shown.wording,
        is_signed=shown.is_signed,
        offered_at=at,
        offered_by=actor.staff_id,
    )
    session.add(row)
    copies.keep(session, row, shown)
    session.flush()
    return row


def _open(session: Session, actor: Actor, request_id: str) -> tuple[Request, RequestSight]:
    request = finding.lock(session, actor, request_id)
    row = last(session, request)
    if row is None or row.answer:
        raise Refused("No letter of this request waits for the patient's answer.")
    if request.released_at:
        raise Refused("This letter has left already. Ask for a copy, or for a correction of it.")
    return request, row
