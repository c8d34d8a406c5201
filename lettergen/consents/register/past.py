"""What a stored case says happened since it was signed: kept with its own times."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.calendar import local_day
from lettergen.consents.form.days import TICK, end_of, moment
from lettergen.consents.form.terms import Terms
from lettergen.consents.register import asked as register
from lettergen.consents.register import changes, pointers, tasks
from lettergen.consents.register.events import Said
from lettergen.consents.register.grants import Kind
from lettergen.consents.register.histories import History
from lettergen.models import Actor, ConsentEvent, ConsentRecord, ConsentTask, ConsentUse
from lettergen.refusals import Refused

Told = Mapping[str, Any]
# Ways in which forms on the web and on paper name how a withdrawal came.
WAYS = {"online_form": "link", "phone": "telephone", "in_person": "desk"}
# Under which names a record from elsewhere says who was the second of two people.
SECOND = ("received_by", "second_by", "second_person", "agreed_by", "confirmed_by", "checked_by")
ACTED = (tasks.STOP, tasks.REMOVE_COPIES)


@dataclass(frozen=True)
class _Row:
    session: Session
    terms: Terms
    actor: Actor
    record: ConsentRecord
    history: History
    told: Told
    at: datetime
    event_at: datetime

    def happen(self, kind: Kind, by_role: str, how: str, **facts: Any) -> list[ConsentEvent]:
        details = {key: value for key, value in self.told.items() if key not in _NAMED}
        details |= {key: facts[key] for key in ("reason", "replaced_by") if key in facts}
        if "cause" in facts:
            details["cause"] = facts.pop("cause")
        said = Said(by_role, str(self.told.get("by") or ""), how, self.event_at, details)
        change = changes.happen(
            self.session,
            self.terms,
            self.actor,
            self.history,
            kind,
            said=said,
            at=self.at,
            **facts,
        )
        return [change.event]


_NAMED = ("type", "at", "by", "purposes", "how")


def replay_case(
    session: Session,
    terms: Terms,
    actor: Actor,
    record: ConsentRecord,
    histories: list[History],
    *,
    at: datetime,
) -> list[ConsentEvent]:
    """Add the events that a case lists, in the order of their times, to the grants they name.

    An event that names no purpose is of every grant that was agreed to. Raises Refused for an
    unknown type or purpose, and what the table of moves refuses.
    """
    added: list[ConsentEvent] = []
    listed = sorted(record.answers.get("events") or [], key=lambda told: moment(told.get("at")))
    for told in listed:
        act = TYPES.get(str(told.get("type")))
        if act is None:
            raise Refused(
                f"{told.get('type')!r} is no event that can be imported. Known: {', '.join(TYPES)}."
            )
        for history in _concerned(histories, told):
            when = moment(told.get("at"))
            added += act(_Row(session, terms, actor, record, history, told, at, when))
    return added


def _concerned(histories: list[History], told: Told) -> list[History]:
    named = told.get("purposes")
    if named is None:
        return [one for one in histories if one.grant.decision == "yes"]
    by_purpose = {one.grant.purpose: one for one in histories}
    unknown = [str(one) for one in named if one not in by_purpose]
    if unknown:
        raise Refused(
            f"An event of {told.get('type')} names {', '.join(unknown)}, which was not asked."
        )
    return [by_purpose[one] for one in named]


def _nothing(_row: _Row) -> list[ConsentEvent]:
    """Leave what changes no grant where it is: in the record's answers."""
    return []


def _signed(row: _Row) -> list[ConsentEvent]:
    """Check only: the signature has made the event already."""
    if local_day(row.event_at) < local_day(row.record.signed_at):
        raise Refused("An event says that consent was given before the form was signed.")
    return []


def _used(row: _Row) -> list[ConsentEvent]:
    """Log a use; what the register would have said of it then is noted with it."""
    added: list[ConsentEvent] = []
    for image_id in pointers.covered_by(row.session, row.actor, row.history.grant.id):
        image = pointers.image_of(row.session, row.actor, image_id)
        verdict = register.verdict_on(
            row.session,
            row.actor,
            [image],
            row.history.grant.purpose,
            on=local_day(row.event_at),
        )
        row.session.add(
            ConsentUse(
                practice_id=row.actor.practice_id,
                grant_id=row.history.grant.id,
                image_id=image_id,
                purpose=row.history.grant.purpose,
                used_at=row.event_at,
                recorded_at=row.at,
                staff_id=None,
                answer=verdict.word,
                reason=verdict.reason.value,
                copies=row.told.get("copies"),
                by_name=str(row.told.get("by") or ""),
                details={key: row.told[key] for key in row.told if key not in _NAMED},
            )
        )
        row.session.flush()
    added += row.happen(Kind.USE, "staff", "import", is_live=True)
    return added


def _withdrawn(row: _Row) -> list[ConsentEvent]:
    way = str(row.told.get("how") or "import")
    role = str(row.told.get("by_role") or "patient")
    return row.happen(Kind.WITHDRAW, role, WAYS.get(way, way))


def _suspended(row: _Row) -> list[ConsentEvent]:
    return row.happen(Kind.SUSPEND, "staff", "import", reason=_reason(row.told))


def _authority_changed(row: _Row) -> list[ConsentEvent]:
    reason = _reason(row.told) or "whoever agreed may no longer decide"
    return row.happen(Kind.SUSPEND, "staff", "import", reason=reason, cause="authority_ended")


def _replaced(row: _Row) -> list[ConsentEvent]:
    """Note that another form took its place; that one is imported by itself, or nothing is live."""
    return row.happen(Kind.REAFFIRM, "staff", "import", replaced_by="a later form")


def _expired(row: _Row) -> list[ConsentEvent]:
    """Take the end from the form: the moment in the file is when somebody noticed it."""
    ends = row.history.grant.valid_until
    ended_at = end_of(ends) + TICK if ends else row.event_at
    return replace(row, event_at=min(ended_at, row.event_at)).happen(
        Kind.CLOCK_EXPIRE, "clock", "import"
    )


def _turned_16(row: _Row) -> list[ConsentEvent]:
    return row.happen(Kind.TURNS_16, "clock", "import")


def _regained_capacity(row: _Row) -> list[ConsentEvent]:
    return row.happen(Kind.GAINS_CAPACITY, "staff", "import")


def _voided(row: _Row) -> list[ConsentEvent]:
    second = next((str(row.told[name]) for name in SECOND if row.told.get(name)), "")
    reason = _reason(row.told)
    return row.happen(Kind.FOUND_WRONG, "staff", "import", reason=reason, second_name=second)


def _resumed(row: _Row) -> list[ConsentEvent]:
    added = row.happen(Kind.RESUME, "staff", "import", reason=_reason(row.told))
    _close(row, (tasks.CLEAR_DOUBT,))
    return added


def _published(row: _Row) -> list[ConsentEvent]:
    reference = str(row.told.get("reference") or row.told.get("detail") or "")
    return row.happen(Kind.PUBLISH_DONE, "staff", "import", reference=reference)


def _died(row: _Row) -> list[ConsentEvent]:
    return row.happen(Kind.PATIENT_DIES, "staff", "import")


def _action_done(row: _Row) -> list[ConsentEvent]:
    _close(row, ACTED)
    return []


def _journal_form_signed(row: _Row) -> list[ConsentEvent]:
    _close(row, (tasks.JOURNAL_FORM,))
    return []


def _patient_told(row: _Row) -> list[ConsentEvent]:
    _close(row, (tasks.LETTER,))
    return []


def _close(row: _Row, kinds: tuple[str, ...]) -> None:
    open_ones = row.session.scalars(
        select(ConsentTask)
        .where(
            ConsentTask.practice_id == row.actor.practice_id,
            ConsentTask.record_id == row.record.id,
            ConsentTask.grant_id.in_([row.history.grant.id]) | ConsentTask.grant_id.is_(None),
            ConsentTask.kind.in_(kinds),
            ConsentTask.done_at.is_(None),
            ConsentTask.opened_at <= row.event_at,
        )
        .order_by(ConsentTask.id)
    ).all()
    note = str(row.told.get("detail") or "")
    tasks.close(row.session, row.actor, open_ones, at=row.event_at, note=note)
    row.session.flush()


def _reason(told: Told) -> str:
    return str(told.get("reason") or told.get("detail") or "")


TYPES: dict[str, Callable[[_Row], list[ConsentEvent]]] = {
    "started": _nothing,
    "handed_over": _nothing,
    "signed": _signed,
    "declared": _signed,
    "granted": _signed,
    "refused": _signed,
    "answered_no": _signed,
    "linked": _nothing,
    "used": _used,
    "copied": _used,
    "submitted": _nothing,
    "journal_form_signed": _journal_form_signed,
    "published": _published,
    "withdrawn": _withdrawn,
    "suspended": _suspended,
    "authority_changed": _authority_changed,
    "resumed": _resumed,
    "reaffirmed": _replaced,
    "superseded": _replaced,
    "narrowed": _replaced,
    "expired": _expired,
    "turned_16": _turned_16,
    "regained_capacity": _regained_capacity,
    "patient_died": _died,
    "voided": _voided,
    "action_done": _action_done,
    "patient_told": _patient_told,
}
