"""Rows of the ledger: noted as work is done, corrected by rows that take their place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import models, working_days
from lettergen.calendar import LONDON, local_day
from lettergen.models import Actor, Clinician, NotAllowed, Request, Work, locked
from lettergen.refusals import Refused
from lettergen.workload import kinds

LONGEST_MINUTES = 24 * 60
CORRECTABLE = (
    "kind", "at", "slug", "family", "requester_class", "requester_id", "payer", "outcome", "rule",
    "fee_pence", "seconds_measured", "minutes_stated", "minutes_expected", "received_on",
    "due_on", "role", "step",
)  # fmt: skip


@dataclass(frozen=True)
class Worker:
    """Who did a piece of work, where that is not the actor: the signer of a letter."""

    staff_id: str | None
    name: str
    role: str | None = None


def note(
    session: Session,
    actor: Actor,
    kind: str,
    *,
    at: datetime,
    outcome: str,
    family: str | None = None,
    slug: str | None = None,
    step: str | None = None,
    requester_class: str | None = None,
    requester_id: str | None = None,
    request_id: str | None = None,
    payer: str | None = None,
    rule: str | None = None,
    fee_pence: int | None = None,
    seconds: int | None = None,
    minutes_stated: int | None = None,
    minutes_expected: int | None = None,
    pages: int | None = None,
    received_on: date | None = None,
    due_on: date | None = None,
    document_id: str | None = None,
    role: str | None = None,
    worker: Worker | None = None,
    noted_at: datetime | None = None,
) -> Work:
    """Add one row of work; its sums are kept when the transaction commits, or neither is.

    `kind` is one of kinds.KINDS, which says what each row must hold. `at` is when the work was
    done; its day in England is where it counts ("received" counts on its received_on). `outcome`
    is what it came to: "issued", "discarded", or the outcome of the request. `family` is "adhd",
    "photo-consent", kinds.REQUESTS …; `slug` the document type, or the type of the request. With
    `request_id`, all that is left out about the request is taken from it.

    `seconds` were measured; give these or `minutes_stated`, never both: they are not mixed.
    `minutes_expected` is what the type says it takes, or for "triaged" what saying no saves.
    `due_on` is the day that "released" is measured against. `role` is one of kinds.ROLES or of the
    program's roles, by default that of the worker, who is the actor unless `worker` is given.

    The organisation of a restricted request is not kept, and the row says that it is restricted,
    for the sake of rows that were noted before that was known. Nothing here may name a patient.
    Raises ValueError for an unknown kind, role or breach, and for time that is mixed or negative.
    """
    _require_sound(kind, step, seconds, minutes_stated)
    said = {
        "kind": kind, "at": at, "noted_at": noted_at or at, "outcome": outcome, "family": family,
        "slug": slug, "step": step, "requester_class": requester_class, "rule": rule,
        "requester_id": requester_id, "request_id": request_id, "payer": payer,
        "fee_pence": fee_pence, "seconds_measured": seconds, "minutes_stated": minutes_stated,
        "minutes_expected": minutes_expected, "pages": pages, "received_on": received_on,
        "due_on": due_on, "document_id": document_id, "role": role,
    }  # fmt: skip
    return _added(session, actor, worker or Worker(actor.staff_id, actor.name), said)


def add_by_hand(
    session: Session,
    actor: Actor,
    kind: str,
    *,
    minutes: int,
    on: date,
    at: datetime,
    family: str = kinds.REQUESTS,
    slug: str | None = None,
    requester_class: str | None = None,
    requester_id: str | None = None,
    request_id: str | None = None,
    role: str | None = None,
) -> Work:
    """Add work that was done outside lettergen: kind, minutes, day; the rest may be left out.

    `kind` is one of kinds.BY_HAND. Raises Refused for another kind, for no or too many minutes,
    and for a day in the future or more than two years ago.
    """
    _require_by_hand(kind, minutes, on, local_day(at))
    row = note(
        session,
        actor,
        kind,
        at=at if on == local_day(at) else datetime.combine(on, time(12), LONDON),
        noted_at=at,
        outcome="done",
        family=family,
        slug=slug,
        requester_class=requester_class,
        requester_id=requester_id,
        request_id=request_id,
        minutes_stated=minutes,
        role=role,
    )
    models.record(session, actor, "work.added", row, at=at, details={"kind": kind})
    return row


def correct(
    session: Session, actor: Actor, work_id: str, changes: Mapping[str, Any], *, at: datetime
) -> Work:
    """Add the row that takes another's place, with some values changed; the other one stays.

    `changes` are values of CORRECTABLE by name. Whoever did the work may correct it, and a
    manager. Raises Refused where that row is unknown, or was corrected already: its correction
    can be corrected.
    """
    old = _correctable(session, actor, work_id)
    unknown = set(changes) - set(CORRECTABLE)
    if unknown:
        raise ValueError(f"These cannot be corrected: {', '.join(sorted(unknown))}.")
    values = {
        column.key: getattr(old, column.key)
        for column in Work.__mapper__.column_attrs
        if column.key not in ("id", "corrects_id", "noted_at")
    }
    new = Work(**{**values, **changes}, corrects_id=old.id, noted_at=at)
    _require_sound(new.kind, new.step, new.seconds_measured, new.minutes_stated)
    new.role = kinds.as_role(new.role)
    new.day = day_of(new)
    new.days_taken = days_taken(new)
    session.add(new)
    models.record(
        session, actor, "work.corrected", new, at=at, details={"changed": sorted(changes)}
    )
    return new


def strike(session: Session, actor: Actor, work_id: str, *, at: datetime) -> Work:
    """Take a row out of every figure: it was noted by mistake. Raises as `correct` does."""
    return correct(session, actor, work_id, {"kind": kinds.STRUCK}, at=at)


def day_of(row: Work) -> date:
    """Return the day on which a row counts: in England, and for a request when it came in."""
    if row.kind == "received" and row.received_on is not None:
        return row.received_on
    return local_day(row.at)


def days_taken(row: Work) -> int | None:
    """Return how many working days a requester waited for what was handed over, or None.

    From the day after it came, without weekends and England's bank holidays.
    """
    if row.kind != "released" or row.received_on is None:
        return None
    first = row.received_on + timedelta(days=1)
    return max(0, working_days.between(first, row.day, bank_holidays()))


class _NoFolders:
    """Stands for a practice without days off of its own."""

    forms_folders: tuple[Path, ...] = ()
    template_folders: tuple[Path, ...] = ()


@cache
def bank_holidays() -> frozenset[date]:
    """Return England's bank holidays: every practice's waiting is counted by the same days."""
    return working_days.holidays(_NoFolders())


def _added(session: Session, actor: Actor, worker: Worker, said: dict[str, Any]) -> Work:
    """Add a row of what was said, and of what its request says where nothing was."""
    request = session.get(Request, said["request_id"]) if said["request_id"] else None
    if request is not None and request.practice_id == actor.practice_id:
        for name, known in _about(request).items():
            said[name] = known if said[name] is None else said[name]
        if request.is_restricted:
            said["requester_id"], said["step"] = None, said["step"] or kinds.RESTRICTED
    said["role"] = _role(session, actor, said["role"] or worker.role, worker)
    row = Work(
        practice_id=actor.practice_id, staff_id=worker.staff_id, staff_name=worker.name, **said
    )
    row.day = day_of(row)
    row.days_taken = days_taken(row)
    session.add(row)
    return row


def _about(request: Request) -> dict[str, Any]:
    """What the ledger keeps of a request."""
    return {
        "slug": request.type_key,
        "family": kinds.REQUESTS,
        "requester_class": request.requester_class,
        "requester_id": request.requester_id,
        "rule": request.rule,
        "received_on": request.received_on,
        "due_on": request.due_on,
    }


def _role(session: Session, actor: Actor, role: str | None, worker: Worker) -> str:
    if role is not None and role != "clinician":
        return kinds.as_role(role)
    if role is None and actor.role != "clinician":
        return kinds.role_of(actor, None)
    register = session.scalar(
        select(Clinician.body).where(
            Clinician.practice_id == actor.practice_id, Clinician.staff_id == worker.staff_id
        )
    )
    return "gp" if register in (None, "GMC") else "nurse"


def _correctable(session: Session, actor: Actor, work_id: str) -> Work:
    old = session.scalar(
        locked(select(Work).where(Work.practice_id == actor.practice_id, Work.id == work_id))
    )
    if old is None:
        raise Refused("There is no such row in your practice's log. Go back to the list.")
    if "manager" not in actor.roles and (old.staff_id is None or old.staff_id != actor.staff_id):
        raise NotAllowed("Only whoever did this work, or a manager, may correct it.")
    newer = select(Work.id).where(Work.practice_id == actor.practice_id, Work.corrects_id == old.id)
    if old.kind == kinds.STRUCK or session.scalar(newer) is not None:
        raise Refused("This row was corrected already. Correct the row that took its place.")
    return old


def _require_sound(kind: str, step: str | None, seconds: int | None, minutes: int | None) -> None:
    if kind not in kinds.KINDS:
        raise ValueError(f"No work in the ledger is called {kind!r}: see workload.kinds.")
    if kind == "breached" and step not in kinds.BREACHES:
        raise ValueError(f"No breach is called {step!r}: see workload.kinds.")
    if seconds is not None and minutes is not None:
        raise ValueError("Time is measured or stated, never both.")
    if (seconds or 0) < 0 or (minutes or 0) < 0:
        raise ValueError("Time cannot be negative.")


def _require_by_hand(kind: str, minutes: int, on: date, today: date) -> None:
    if kind not in kinds.BY_HAND:
        known = ", ".join(kinds.KINDS[one].title.lower() for one in kinds.BY_HAND)
        raise Refused(f"Choose what was done: {known}.")
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise Refused(f"Give the minutes as a whole number from 1 to {LONGEST_MINUTES}.")
    if on > today:
        raise Refused("This day is in the future. Give the day on which the work was done.")
    if on.year < today.year - 2:
        raise Refused("This day is long ago. Work can be added for this year and the two before.")
