"""What an event sets off: it is added to a grant's history, and its tasks are opened."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.consents.form.terms import Terms
from lettergen.consents.register import events, tasks
from lettergen.consents.register.events import Said
from lettergen.consents.register.grants import MOVES, Kind, State
from lettergen.consents.register.histories import History
from lettergen.consents.register.tasks import Opening
from lettergen.models import Actor, ConsentEvent, ConsentTask

# Working days for what the document gives no days for: a rule of the house.
INCIDENT_DAYS, DOUBT_DAYS = 1, 5


@dataclass(frozen=True)
class Change:
    """An event that was added, and the tasks that it opened."""

    event: ConsentEvent
    tasks: list[ConsentTask]


@dataclass(frozen=True)
class _Case:
    session: Session
    terms: Terms
    history: History
    opening: Opening
    before: State


def happen(
    session: Session,
    terms: Terms,
    actor: Actor,
    history: History,
    kind: Kind,
    *,
    said: Said,
    at: datetime,
    **facts: Any,
) -> Change:
    """Add an event and open its tasks. Raises NotPossible; see events.add for what is needed."""
    before = history.state(said.at)
    event = events.add(session, actor, history, kind, said, at=at, **facts)
    session.flush()
    uses = tasks.copies_out(session, actor, [history.grant.id])
    opening = Opening(history.record, history.grant, said.at, uses)
    case = _Case(session, terms, history, opening, before)
    opened = [task for effect in MOVES[kind].effects for task in EFFECTS[effect](case)]
    session.flush()
    return Change(event, opened)


def _for_withdrawal(case: _Case) -> list[ConsentTask]:
    return tasks.open_for_withdrawal(
        case.session, case.terms, case.opening, is_published=case.before is State.SPENT
    )


def _for_copies(case: _Case) -> list[ConsentTask]:
    due_on = case.terms.due(case.opening.since, case.terms.settings.removal_days)
    return [
        tasks.open_one(case.session, tasks.REMOVE_COPIES, case.opening, due_on, use=use)
        for use in case.opening.uses
    ]


def _for_journal(case: _Case) -> list[ConsentTask]:
    grant = case.history.grant
    is_signed = grant.scope.get("journal_form_also_signed") in (True, "yes")
    if grant.purpose != "publish" or is_signed:
        return []
    due_on = grant.valid_until or case.terms.due(
        case.opening.since, case.terms.settings.removal_days
    )
    return [tasks.open_one(case.session, tasks.JOURNAL_FORM, case.opening, due_on)]


def _for_article(case: _Case) -> list[ConsentTask]:
    if case.history.grant.scope.get("patient_wants_copy") not in (True, "yes"):
        return []
    return _each(tasks.SEND_ARTICLE, case, case.terms.settings.letter_days)


def _each(kind: str, case: _Case, days: int) -> list[ConsentTask]:
    due_on = case.terms.due(case.opening.since, days)
    return [tasks.open_one(case.session, kind, case.opening, due_on)]


def _once(kind: str, case: _Case, days: int) -> list[ConsentTask]:
    """Open a task for the whole record, unless the same hour opened it for another grant."""
    same = select(ConsentTask.id).where(
        ConsentTask.practice_id == case.opening.record.practice_id,
        ConsentTask.record_id == case.opening.record.id,
        ConsentTask.kind == kind,
        ConsentTask.opened_at == case.opening.since,
    )
    if case.session.scalar(same.limit(1)):
        return []
    whole = Opening(case.opening.record, None, case.opening.since)
    return [tasks.open_one(case.session, kind, whole, case.terms.due(whole.since, days))]


EFFECTS: dict[str, Callable[[_Case], list[ConsentTask]]] = {
    "on_yes": _for_journal,
    "on_withdrawal": _for_withdrawal,
    "remove_copies": _for_copies,
    "send_article": _for_article,
    "letter": lambda case: _once(tasks.LETTER, case, case.terms.settings.letter_days),
    "clear_doubt": lambda case: _each(tasks.CLEAR_DOUBT, case, DOUBT_DAYS),
    "ask_at_16": lambda case: _each(tasks.ASK_AT_16, case, case.terms.settings.letter_days),
    "ask_patient": lambda case: _each(tasks.ASK_PATIENT, case, case.terms.settings.letter_days),
    "incident": lambda case: _once(tasks.INCIDENT, case, INCIDENT_DAYS),
    "tell_patient": lambda case: _once(tasks.TELL_PATIENT, case, case.terms.settings.letter_days),
}
