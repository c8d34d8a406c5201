"""The register as people search it: by patient, by photo, and by what needs looking at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from lettergen.consents.form.days import end_of
from lettergen.consents.register import histories, pointers, tasks
from lettergen.consents.register.due import DAYS_AHEAD
from lettergen.consents.register.grants import CARE, State
from lettergen.consents.register.histories import SIXTEEN, History
from lettergen.documents import paging, people
from lettergen.documents.paging import Page
from lettergen.models import (
    Actor,
    ConsentGrant,
    ConsentGrantImage,
    ConsentRecord,
    ConsentTask,
)
from lettergen.refusals import Refused

FILTERS = ("all", "live", "ending", "turning_16", "withdrawn_open", "on_phone")
# The open tasks that a filter looks for.
TASKS_OF = {
    "withdrawn_open": (tasks.STOP, tasks.CONFIRM, tasks.LETTER),
    "on_phone": (tasks.PHONE_DELETION,),
}


@dataclass(frozen=True)
class GrantLine:
    """One purpose of a form, as it stands on the day that was asked for."""

    grant_id: str
    purpose: str
    decision: str
    state: str
    since: datetime | None
    valid_until: date | None
    scope: dict[str, object]


@dataclass(frozen=True)
class Entry:
    """One form in the register, with its grants in the order of its purposes."""

    record_id: str
    reference: str
    full_name: str
    date_of_birth: str
    nhs_number: str
    route: str
    signed_at: datetime
    images: tuple[str, ...]
    grants: tuple[GrantLine, ...]
    open_tasks: int


def find(
    session: Session,
    actor: Actor,
    *,
    on: date,
    nhs_number: str | None = None,
    family_name: str | None = None,
    date_of_birth: date | None = None,
    image_id: str | None = None,
    which: str = "all",
    record_ids: Sequence[str] | None = None,
) -> list[Entry]:
    """Return the practice's forms to which everything given applies, the newest first.

    `which` is one of FILTERS, on the day `on`; `record_ids` are those that may be among them, as
    of a page of `newest`. Raises Refused for a surname without a birth date,
    or the reverse, and for an unknown filter.
    """
    if which not in FILTERS:
        raise Refused(f"{which!r} is no filter. Known: {', '.join(FILTERS)}.")
    conditions = [ConsentGrant.practice_id == actor.practice_id, *_sift(actor, which, on)]
    if record_ids is not None:
        conditions.append(ConsentGrant.record_id.in_(record_ids))
    patient = people.sought(session, ConsentRecord, nhs_number, family_name, date_of_birth)
    conditions.extend(ConsentGrant.record.has(one) for one in patient)
    if image_id:
        conditions.append(_covers(session, actor, image_id))
    grants = session.scalars(
        select(ConsentGrant)
        .where(*conditions)
        .order_by(ConsentGrant.signed_at.desc(), ConsentGrant.id)
        .options(joinedload(ConsentGrant.record))
    ).all()
    by_record: dict[str, list[History]] = {}
    for one in histories.read(session, actor, grants):
        by_record.setdefault(one.record.id, []).append(one)
    tasks_of = _open_tasks(session, actor, list(by_record))
    return [
        _entry(found, tasks_of.get(record_id, []), on)
        for record_id, found in by_record.items()
        if _is_wanted(which, found, tasks_of.get(record_id, []), on)
    ]


def newest(session: Session, actor: Actor, *, page: int) -> Page[str]:
    """Return the keys of the practice's forms, the last signed first."""
    mine = select(ConsentRecord.id).where(ConsentRecord.practice_id == actor.practice_id)
    keys = mine.order_by(ConsentRecord.signed_at.desc(), ConsentRecord.id)
    return paging.read(session, mine, keys, page)


def _sift(actor: Actor, which: str, on: date) -> Iterator[ColumnElement[bool]]:
    """Leave out in the database what a filter cannot want, so that less is unsealed."""
    until = on + timedelta(days=DAYS_AHEAD)
    if which == "ending":
        ends = select(ConsentGrant.record_id).where(
            ConsentGrant.practice_id == actor.practice_id,
            ConsentGrant.valid_until.between(on, until),
        )
        yield ConsentGrant.record_id.in_(ends)
    if which == "turning_16":
        yield ConsentGrant.record.has(ConsentRecord.route == "parent")
    if which in TASKS_OF:
        open_ones = select(ConsentTask.record_id).where(
            ConsentTask.practice_id == actor.practice_id,
            ConsentTask.done_at.is_(None),
            ConsentTask.kind.in_(TASKS_OF[which]),
        )
        yield ConsentGrant.record_id.in_(open_ones)


def _covers(session: Session, actor: Actor, number: str) -> ColumnElement[bool]:
    keys = [one.id for one in pointers.numbered(session, actor, number)]
    covering = select(ConsentGrantImage.grant_id).where(
        ConsentGrantImage.practice_id == actor.practice_id, ConsentGrantImage.image_id.in_(keys)
    )
    return ConsentGrant.id.in_(covering)


def _open_tasks(
    session: Session, actor: Actor, record_ids: Sequence[str]
) -> dict[str, list[ConsentTask]]:
    found: dict[str, list[ConsentTask]] = {}
    rows = session.scalars(
        select(ConsentTask)
        .where(
            ConsentTask.practice_id == actor.practice_id,
            ConsentTask.record_id.in_(record_ids),
            ConsentTask.done_at.is_(None),
        )
        .order_by(ConsentTask.due_on, ConsentTask.id)
    )
    for task in rows:
        found.setdefault(task.record_id, []).append(task)
    return found


def _is_wanted(
    which: str, found: Sequence[History], open_ones: Sequence[ConsentTask], on: date
) -> bool:
    live = [one for one in found if one.state(end_of(on)) is State.GRANTED]
    until = on + timedelta(days=DAYS_AHEAD)
    if which == "live":
        return bool(live)
    if which == "ending":
        ends = [one.grant.valid_until for one in live]
        return any(day is not None and on <= day <= until for day in ends)
    if which == "turning_16":
        secondary = [one for one in live if one.grant.purpose not in CARE]
        children = [one for one in secondary if one.record.route == "parent"]
        return any(on <= one.birthdays[SIXTEEN] <= until for one in children)
    return which == "all" or any(one.kind in TASKS_OF[which] for one in open_ones)


def _entry(found: Sequence[History], open_ones: Sequence[ConsentTask], on: date) -> Entry:
    record = found[0].record
    patient = record.answers["patient"]
    listed = record.answers.get("images") or []
    return Entry(
        record_id=record.id,
        reference=record.reference,
        full_name=str(patient["full_name"]),
        date_of_birth=str(patient["date_of_birth"]),
        nhs_number=str(patient["nhs_number"]),
        route=record.route,
        signed_at=record.signed_at,
        images=tuple(str(one["image_id"]) for one in listed),
        grants=tuple(_line(one, on) for one in found),
        open_tasks=len(open_ones),
    )


def _line(history: History, on: date) -> GrantLine:
    standing = history.standing(end_of(on))
    grant = history.grant
    return GrantLine(
        grant.id,
        grant.purpose,
        grant.decision,
        standing.state.value,
        standing.since.said_at if standing.since else None,
        grant.valid_until,
        grant.scope,
    )
