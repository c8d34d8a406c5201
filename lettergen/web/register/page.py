"""A consent's page: what was agreed and where it stands, its tasks, photos, uses and time line."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import accounts
from lettergen.calendar import local_day
from lettergen.consents.form.terms import Terms
from lettergen.consents.register import finding, histories, pointers, records, scopes, tasks
from lettergen.consents.register.grants import Kind, Standing, State
from lettergen.consents.register.histories import History
from lettergen.models import (
    ConsentEvent,
    ConsentImage,
    ConsentRecord,
    ConsentTask,
    ConsentUse,
)
from lettergen.web.base.context import actor, now, terms

EVENTS = {
    Kind.SIGN_YES: "Said yes",
    Kind.ANSWER_NO: "Said no",
    Kind.USE: "Photo used",
    Kind.PUBLISH_DONE: "Article published",
    Kind.WITHDRAW: "Withdrawn",
    Kind.SUSPEND: "Put on hold",
    Kind.RESUME: "Taken up again",
    Kind.REAFFIRM: "Replaced by a newer form",
    Kind.CLOCK_EXPIRE: "Came to its end",
    Kind.TURNS_16: "Patient turned 16: on hold until asked",
    Kind.GAINS_CAPACITY: "Patient can decide: on hold until asked",
    Kind.PATIENT_DIES: "Patient died",
    Kind.FOUND_WRONG: "Found to be made in error",
    Kind.NARROW: "Narrowed by the patient",
}
HOW = {
    "form": "on the form",
    "link": "by the patient’s link",
    "desk": "at the desk",
    "telephone": "by telephone",
    "letter": "by letter",
    "email": "by email",
    "import": "from paper",
    "clock": "",
}
ROLES = {
    "patient": "the patient",
    "parent": "a parent",
    "attorney": "an attorney",
    "deputy": "a deputy",
    "representative": "a representative",
    "staff": "",
    "clock": "",
}


@dataclass(frozen=True)
class GrantShown:
    """One answer to one purpose, as it stands now; `on_hold` says why and whom to speak to."""

    id: str
    purpose: str
    title: str
    decision: str
    state: str
    since: datetime | None
    valid_until: Any
    scope: str
    on_hold: str


@dataclass(frozen=True)
class TaskShown:
    """A task with its words; `is_late` against today."""

    task: ConsentTask
    what: str
    purpose: str
    done_by: str
    is_late: bool
    asks_letter: bool


@dataclass(frozen=True)
class Happened:
    """One line of the time line: the same thing to several uses stands in one line."""

    at: datetime
    recorded_at: datetime
    what: str
    purposes: tuple[str, ...]
    by: str
    said: str


@dataclass(frozen=True)
class Opened:
    """One record of the actor's practice with the histories of its grants, read once."""

    record: ConsentRecord
    histories: tuple[History, ...]
    terms: Terms
    at: datetime

    @property
    def patient(self) -> Mapping[str, Any]:
        """Name, birth date and NHS number as the form holds them."""
        found: Mapping[str, Any] = self.record.answers["patient"]
        return found

    def standing(self, *states: State) -> tuple[History, ...]:
        """Return the grants that are in one of these states now."""
        return tuple(one for one in self.histories if one.state(self.at) in states)

    def title(self, purpose: str | None) -> str:
        """Return how staff name a purpose; nothing for a task of the whole form."""
        return self.terms.catalogue.purpose(purpose).title if purpose else ""


def opened(session: Session, record_id: str) -> Opened:
    """Return a record and its grants; raise NotFound for another practice's."""
    record = records.get(session, actor(), record_id)
    own = terms(session)
    order = [one.key for one in own.catalogue.purposes]
    found = histories.of_record(session, actor(), record_id)
    found.sort(key=lambda one: (order.index(one.grant.purpose), one.grant.signed_at))
    return Opened(record, tuple(found), own, now())


def page_of(session: Session, seen: Opened) -> dict[str, Any]:
    """Return what the page of a record shows."""
    record = seen.record
    staff = {one.id: one.name for one in accounts.staff_of(session, actor())}
    shown = [_grant(seen, one) for one in seen.histories]
    asked = {one.purpose for one in shown}
    return {
        "record": record,
        "patient": seen.patient,
        "route": seen.terms.catalogue.route(record.route),
        "decider": (record.answers.get("decision_maker") or {}).get("name") or "",
        "grants": shown,
        "not_asked": [one.title for one in seen.terms.catalogue.purposes if one.key not in asked],
        "tasks": _tasks(session, seen, staff),
        "uses": uses_of(session, seen),
        "images": images_of(session, seen),
        "timeline": _timeline(session, seen, staff),
        "others": _others(session, seen),
        "titles": {one.key: one.title for one in seen.terms.catalogue.purposes},
        "roles_of_photos": labels(seen, "images[].role"),
        "stores": labels(seen, "images[].stored_in"),
    }


def labels(seen: Opened, name: str) -> dict[str, str]:
    """Return the words of a field's options by code."""
    return {one.code: one.label for one in seen.terms.catalogue.options(name)}


def images_of(session: Session, seen: Opened) -> list[ConsentImage]:
    """Return the photos that any grant of the record covers, in the order of their numbers."""
    keys = {
        key for one in seen.histories for key in pointers.covered_by(session, actor(), one.grant.id)
    }
    found = [pointers.image_of(session, actor(), key) for key in keys]
    return sorted(found, key=lambda one: (str(one.number), one.id))


def uses_of(session: Session, seen: Opened) -> list[ConsentUse]:
    """Return the logged uses of the record's grants, the latest first."""
    grants = [one.grant.id for one in seen.histories]
    return list(
        session.scalars(
            select(ConsentUse)
            .where(ConsentUse.practice_id == actor().practice_id, ConsentUse.grant_id.in_(grants))
            .order_by(ConsentUse.used_at.desc(), ConsentUse.id)
        )
    )


def _grant(seen: Opened, history: History) -> GrantShown:
    standing = history.standing(seen.at)
    grant = history.grant
    return GrantShown(
        id=grant.id,
        purpose=grant.purpose,
        title=seen.title(grant.purpose),
        decision=grant.decision,
        state=standing.state.value,
        since=standing.since.said_at if standing.since else None,
        valid_until=grant.valid_until,
        scope=scopes.described(grant.purpose, grant.scope) if grant.decision == "yes" else "",
        on_hold=_on_hold(standing),
    )


def _on_hold(standing: Standing) -> str:
    if standing.state is not State.SUSPENDED or standing.since is None:
        return ""
    since = standing.since
    if since.kind is not Kind.SUSPEND:
        return EVENTS[since.kind]
    why, who = (str(since.details.get(name) or "") for name in ("reason", "speak_to"))
    return f"{why.rstrip('. ')}. Speak to {who}." if who else why


def task_shown(seen: Opened, task: ConsentTask, staff: Mapping[str, str]) -> TaskShown:
    """Return a task as pages show it."""
    purposes = {one.grant.id: one.grant.purpose for one in seen.histories}
    return TaskShown(
        task=task,
        what=tasks.KINDS.get(task.kind, task.kind),
        purpose=seen.title(purposes.get(task.grant_id or "")),
        done_by=staff.get(task.done_by or "", ""),
        is_late=task.done_at is None and task.due_on < local_day(seen.at),
        asks_letter=task.kind in (tasks.LETTER, tasks.TELL_PATIENT, tasks.ASK_AT_16),
    )


def _tasks(session: Session, seen: Opened, staff: Mapping[str, str]) -> list[TaskShown]:
    found = tasks.of_record(session, actor(), seen.record.id)
    return [task_shown(seen, one, staff) for one in found]


def _timeline(session: Session, seen: Opened, staff: Mapping[str, str]) -> list[Happened]:
    by_grant = {one.grant.id: one.grant.purpose for one in seen.histories}
    events = session.scalars(
        select(ConsentEvent)
        .where(ConsentEvent.practice_id == actor().practice_id, ConsentEvent.grant_id.in_(by_grant))
        .order_by(ConsentEvent.said_at.desc(), ConsentEvent.recorded_at.desc(), ConsentEvent.id)
    )
    together: dict[tuple[object, ...], list[ConsentEvent]] = {}
    for one in events:
        key = (one.said_at, one.kind, one.how, one.by_name, one.recorded_at)
        together.setdefault(key, []).append(one)
    return [_happened(seen, group, by_grant, staff) for group in together.values()]


def _happened(
    seen: Opened,
    group: list[ConsentEvent],
    by_grant: Mapping[str, str],
    staff: Mapping[str, str],
) -> Happened:
    first = group[0]
    who = ROLES.get(first.by_role, first.by_role)
    name = first.by_name or staff.get(first.staff_id or "", "")
    by = f"{name} ({who})" if name and who else name or who
    details = first.details
    said = (details.get(key) for key in ("reason", "reference", "check", "detail", "second"))
    how = "" if first.by_role == "staff" else HOW.get(first.how, first.how)
    return Happened(
        at=first.said_at,
        recorded_at=first.recorded_at,
        what=EVENTS[Kind(first.kind)],
        purposes=tuple(seen.title(by_grant[one.grant_id]) for one in group),
        by=_sentence(", ".join(filter(None, (by, how)))),
        said=_sentence("; ".join(str(one) for one in said if one and one != "not_asked")),
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('. ')}." if text else ""


def _others(session: Session, seen: Opened) -> list[finding.Entry]:
    """Return the other forms of the same patient."""
    found = finding.find(
        session, actor(), on=local_day(seen.at), nhs_number=str(seen.patient["nhs_number"])
    )
    return [one for one in found if one.record_id != seen.record.id]
