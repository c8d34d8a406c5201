"""What the guards need to know of one request, gathered from its rows."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.calendar import local_day
from lettergen.models import Document, Draft, Request, RequestClock, RequestSight
from lettergen.requests.life import agreeing, copies
from lettergen.requests.life.guards import Facts, Money, Sight
from lettergen.requests.money import standing

TELL_POLICE = "tell_police"
SILENCE = timedelta(days=21)


def of(session: Session, request: Request, *, at: datetime) -> Facts:
    """Return the facts of a request as they are on the day of `at`."""
    session.flush()
    on = local_day(at)
    return Facts(
        outcome=request.outcome or "",
        type_key=request.type_key,
        is_urgent=request.is_urgent,
        is_restricted=request.is_restricted,
        consent_fault=agreeing.fault_of(session, request, on),
        money=_money(session, request, at),
        sight=_sight(session, request),
        handlers=_handlers(session, request),
        signer_id=request.signer_id,
        signed_by=_signed_by(session, request),
        tell_police_on=_tell_police_on(session, request),
        has_left=request.released_at is not None,
        has_parts=_has_parts(session, request),
    )


def _money(session: Session, request: Request, at: datetime) -> Money:
    known = standing.of(session, request, at=at)
    return Money(
        quote=known.quote,
        lapses_on=known.lapses_on,
        is_paid=known.is_paid,
        is_waived=known.is_waived,
        is_on_account=known.is_on_account,
        is_refunded=known.is_refunded,
        oldest_debt_days=known.oldest_debt_days,
    )


def _sight(session: Session, request: Request) -> Sight:
    consent = agreeing.given(session, request)
    wish = bool(consent and consent.wants_to_see)
    last = session.scalar(
        select(RequestSight)
        .where(
            RequestSight.practice_id == request.practice_id, RequestSight.request_id == request.id
        )
        .order_by(RequestSight.number.desc())
        .limit(1)
    )
    return Sight(
        is_wished=wish,
        is_offered=last is not None,
        is_seen=bool(last and last.seen_at),
        answer=(last.answer or "") if last else "",
        verdict=(last.verdict or "") if last else "",
        may_leave_on=may_leave_on(session, request, last),
        is_other=copies.says_another(session, request, last),
    )


def may_leave_on(session: Session, request: Request, last: RequestSight | None) -> date | None:
    """Return from when a letter may leave without a word from its patient, who has not opened it.

    Whoever was shown it before is given the same time again for what was changed.
    """
    due_on = _due_of(session, request, "see_first")
    if last is None or (due_on is not None and last.number == 1):
        return due_on
    silent_on = local_day(last.offered_at) + SILENCE
    return max(due_on or silent_on, silent_on)


def _handlers(session: Session, request: Request) -> frozenset[str]:
    found = {request.assigned_to}
    if request.draft_id:
        row = session.execute(
            select(Draft.created_by, Draft.saved_by).where(
                Draft.practice_id == request.practice_id, Draft.id == request.draft_id
            )
        ).one_or_none()
        found |= set(row or ())
    return frozenset(one for one in found if one)


def _signed_by(session: Session, request: Request) -> str | None:
    if not request.document_id:
        return None
    return session.scalar(
        select(Document.signer_id).where(
            Document.practice_id == request.practice_id, Document.id == request.document_id
        )
    )


def _has_parts(session: Session, request: Request) -> bool:
    first = select(Request.id).where(
        Request.practice_id == request.practice_id, Request.parent_id == request.id
    )
    return session.scalar(first.limit(1)) is not None


def _tell_police_on(session: Session, request: Request) -> date | None:
    return _due_of(session, request, TELL_POLICE, is_open=True)


def _due_of(session: Session, request: Request, kind: str, *, is_open: bool = False) -> date | None:
    wanted = [
        RequestClock.practice_id == request.practice_id,
        RequestClock.request_id == request.id,
        RequestClock.kind == kind,
    ]
    if is_open:
        wanted.append(RequestClock.done_on.is_(None))
    return session.scalar(select(RequestClock.due_on).where(*wanted))
