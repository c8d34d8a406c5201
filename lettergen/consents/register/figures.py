"""Figures for an audit of photo consent: counts and days, and no name of anybody. Reads only."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from lettergen.consents.form.days import end_of
from lettergen.consents.form.moments import DAY, start_of
from lettergen.consents.register import histories
from lettergen.consents.register.grants import CARE, Kind
from lettergen.consents.register.sentences import YES
from lettergen.consents.register.tasks import STOP
from lettergen.models import (
    Actor,
    ConsentEvent,
    ConsentGrant,
    ConsentRecord,
    ConsentTask,
    ConsentUse,
)

Row = TypeVar("Row", ConsentRecord, ConsentGrant, ConsentUse, ConsentEvent)
NO_COPY = ("", "none", "no", "declined")


@dataclass(frozen=True)
class Figures:
    """What an audit asks, for the days that were chosen.

    Shares are from 0 to 1, None where there is nothing to share. `days_to_stop` are calendar days
    from a withdrawal to its task done: the middle one and the longest; `not_stopped` are still
    open. Refusals are counted because they happen, and are never a target.
    """

    forms: int
    copy_given: float | None
    agreed: dict[str, int]
    refused: dict[str, int]
    uses_beyond_care: int
    uses_with_live_yes: float | None
    withdrawals: int
    days_to_stop: float | None
    longest_days_to_stop: int | None
    not_stopped: int


@dataclass(frozen=True)
class Line:
    """One grant in an export for audit: its form's number, and nothing that names the patient."""

    reference: str
    purpose: str
    decision: str
    route: str
    signed_on: date
    valid_until: date | None
    state: str


def figures(session: Session, actor: Actor, *, since: date, until: date) -> Figures:
    """Return the practice's figures for forms signed, uses made and withdrawals said on the days
    from `since` to `until`, both included.
    """
    first, last = start_of(since), end_of(until)
    records = _dated(session, actor, ConsentRecord, ConsentRecord.signed_at.between(first, last))
    answered = _dated(session, actor, ConsentGrant, ConsentGrant.signed_at.between(first, last))
    uses = _dated(
        session,
        actor,
        ConsentUse,
        ConsentUse.used_at.between(first, last),
        ConsentUse.purpose.not_in(CARE),
    )
    ends = _dated(
        session,
        actor,
        ConsentEvent,
        ConsentEvent.said_at.between(first, last),
        ConsentEvent.kind == Kind.WITHDRAW.value,
    )
    withdrawn = [one.grant_id for one in ends]
    stops = _stops(session, actor, withdrawn)
    days = [(one.done_at - one.opened_at) // DAY for one in stops if one.done_at]
    return Figures(
        forms=len(records),
        copy_given=_share(sum(_has_copy(one) for one in records), len(records)),
        agreed=dict(Counter(one.purpose for one in answered if one.decision == "yes")),
        refused=dict(Counter(one.purpose for one in answered if one.decision == "no")),
        uses_beyond_care=len(uses),
        uses_with_live_yes=_share(sum(one.answer == YES for one in uses), len(uses)),
        withdrawals=len(withdrawn),
        days_to_stop=median(days) if days else None,
        longest_days_to_stop=max(days, default=None),
        not_stopped=sum(one.done_at is None for one in stops),
    )


def export(session: Session, actor: Actor, *, on: date) -> list[Line]:
    """Return every grant with its state at the end of a day, by signature: for an audit."""
    grants = session.scalars(
        select(ConsentGrant)
        .where(ConsentGrant.practice_id == actor.practice_id)
        .order_by(ConsentGrant.signed_at, ConsentGrant.id)
        .options(joinedload(ConsentGrant.record))
    ).all()
    return [
        Line(
            one.record.reference,
            one.grant.purpose,
            one.grant.decision,
            one.record.route,
            one.grant.signed_at.date(),
            one.grant.valid_until,
            one.state(end_of(on)).value,
        )
        for one in histories.read(session, actor, grants)
    ]


def _dated(
    session: Session, actor: Actor, table: type[Row], *conditions: ColumnElement[bool]
) -> Sequence[Row]:
    return session.scalars(
        select(table).where(table.practice_id == actor.practice_id, *conditions).order_by(table.id)
    ).all()


def _stops(session: Session, actor: Actor, grant_ids: Sequence[str]) -> Sequence[ConsentTask]:
    return session.scalars(
        select(ConsentTask)
        .where(
            ConsentTask.practice_id == actor.practice_id,
            ConsentTask.kind == STOP,
            ConsentTask.grant_id.in_(grant_ids),
        )
        .order_by(ConsentTask.opened_at, ConsentTask.id)
    ).all()


def _has_copy(record: ConsentRecord) -> bool:
    given = (record.answers.get("information_given") or {}).get("copy_given")
    return str(given or "").casefold() not in NO_COPY


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
