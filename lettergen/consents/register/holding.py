"""Doubts: grants put on hold, taken up again, and what becomes known about the patient."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.consents.form.terms import Terms
from lettergen.consents.register import changes, events, histories, pointers, tasks
from lettergen.consents.register.events import Said
from lettergen.consents.register.grants import AUTHORITY, Kind, State
from lettergen.consents.register.histories import History
from lettergen.consents.register.tasks import Opening
from lettergen.models import (
    Actor,
    ConsentEvent,
    ConsentGrantImage,
    ConsentTask,
    NotAllowed,
)
from lettergen.refusals import Refused

DOUBTS = ("doubt", "complaint", "capacity", "image_query", "merge", "representative")
CAUSES = (*DOUBTS, *sorted(AUTHORITY))


def suspend(
    session: Session,
    terms: Terms,
    actor: Actor,
    grant_ids: Collection[str],
    *,
    reason: str,
    speak_to: str,
    at: datetime,
    cause: str = "doubt",
) -> list[ConsentTask]:
    """Put grants on hold from now, until a named person clears the doubt; return the tasks.

    A grant that is on hold already keeps this doubt as a further task. Raises NotFound; NotPossible
    for a grant that is not live, or no reason; Refused for nobody to speak to, or an unknown cause.
    """
    histories.queue(session, actor)
    found = histories.of_grants(session, actor, grant_ids)
    return _hold(session, terms, actor, found, _held(actor, reason, speak_to, cause, at), at=at)


def resume(
    session: Session,
    terms: Terms,
    actor: Actor,
    grant_id: str,
    *,
    reason: str,
    at: datetime,
) -> None:
    """Take up a grant that was on hold: the actor says what cleared the doubt.

    Raises NotAllowed for reception; NotFound; NotPossible while another doubt is open, for a
    grant that is not on hold, and where only the patient can say.
    """
    if not actor.roles & {"clinician", "manager"}:
        raise NotAllowed("Only a clinician or a manager can clear a doubt. Please ask one.")
    histories.queue(session, actor)
    history = histories.of_grants(session, actor, [grant_id])[0]
    since = history.standing(at).since
    doubts = _open_doubts(session, actor, history)
    own = [one for one in doubts if since and one.opened_at == since.said_at]
    said = Said("staff", actor.name, "desk", at, {"reason": reason.strip()})
    change = changes.happen(
        session,
        terms,
        actor,
        history,
        Kind.RESUME,
        said=said,
        at=at,
        doubts=len(doubts) - len(own[:1]),
        needs_patient=since is not None and since.kind in (Kind.TURNS_16, Kind.GAINS_CAPACITY),
    )
    tasks.close(session, actor, own[:1], at=at, note=reason)
    events.tell(session, actor, [change.event], at=at)


def doubt_image(
    session: Session,
    terms: Terms,
    actor: Actor,
    number: str,
    *,
    reason: str,
    speak_to: str,
    at: datetime,
) -> list[ConsentTask]:
    """Put every live grant on hold that covers a photo which may be somebody else's.

    Raises NotFound for an unknown photo, and as suspend does.
    """
    histories.queue(session, actor)
    images = pointers.numbered(session, actor, number)
    covering = session.scalars(
        select(ConsentGrantImage.grant_id)
        .where(
            ConsentGrantImage.practice_id == actor.practice_id,
            ConsentGrantImage.image_id.in_([one.id for one in images]),
        )
        .order_by(ConsentGrantImage.grant_id)
    ).all()
    found = _holdable(histories.of_grants(session, actor, covering), at)
    held = _held(actor, reason, speak_to, "image_query", at)
    return _hold(session, terms, actor, found, held, at=at)


def doubt_patients(
    session: Session,
    terms: Terms,
    actor: Actor,
    nhs_numbers: Sequence[str],
    *,
    speak_to: str,
    at: datetime,
) -> list[ConsentTask]:
    """Put on hold all that patients agreed to whose records were merged, or mixed up.

    Nothing is moved from one to the other: whose each form and photo is, a person has to see.
    Raises NotFound where none of them is in the register.
    """
    histories.queue(session, actor)
    found = [
        history
        for number in nhs_numbers
        for history in histories.of_patient(session, actor, number)
    ]
    if not found:
        raise histories.not_found()
    reason = "the records of two patients were merged"
    held = _held(actor, reason, speak_to, "merge", at)
    return _hold(session, terms, actor, _holdable(found, at), held, at=at)


def regained_capacity(
    session: Session, terms: Terms, actor: Actor, nhs_number: str, *, at: datetime
) -> list[ConsentTask]:
    """Hold what somebody else decided beyond care, and open tasks to ask the patient, who can now.

    Raises NotFound for a patient who is not in the register.
    """
    return _to_patient(session, terms, actor, nhs_number, Kind.GAINS_CAPACITY, said_at=at, at=at)


def died(
    session: Session,
    terms: Terms,
    actor: Actor,
    nhs_number: str,
    *,
    died_at: datetime,
    at: datetime,
) -> None:
    """Note a patient's death: what goes beyond care is CHECK from then on.

    Raises NotFound for a patient without a grant that a death concerns, NotPossible for a moment
    in the future.
    """
    _to_patient(session, terms, actor, nhs_number, Kind.PATIENT_DIES, said_at=died_at, at=at)


def published(
    session: Session,
    terms: Terms,
    actor: Actor,
    grant_id: str,
    *,
    reference: str,
    published_at: datetime,
    at: datetime,
) -> list[ConsentTask]:
    """Note that the one article is out, under its DOI or reference: nothing more may be published.

    Raises NotFound; NotPossible without a reference, and for any grant but a live one to publish.
    """
    histories.queue(session, actor)
    history = histories.of_grants(session, actor, [grant_id])[0]
    said = Said("staff", actor.name, "desk", published_at, {"reference": reference.strip()})
    change = changes.happen(
        session,
        terms,
        actor,
        history,
        Kind.PUBLISH_DONE,
        said=said,
        at=at,
        reference=reference,
    )
    events.tell(session, actor, [change.event], at=at)
    return change.tasks


def _to_patient(
    session: Session,
    terms: Terms,
    actor: Actor,
    nhs_number: str,
    kind: Kind,
    *,
    said_at: datetime,
    at: datetime,
) -> list[ConsentTask]:
    """Let something happen to every grant of a patient that it is possible for."""
    histories.queue(session, actor)
    found = histories.of_patient(session, actor, nhs_number)
    said = Said("staff", actor.name, "desk", said_at)
    done = [
        changes.happen(session, terms, actor, one, kind, said=said, at=at)
        for one in found
        if events.is_possible(one, kind, said)
    ]
    if not done:
        raise histories.not_found()
    events.tell(session, actor, [one.event for one in done], at=at)
    return [task for one in done for task in one.tasks]


def _held(actor: Actor, reason: str, speak_to: str, cause: str, at: datetime) -> Said:
    if cause not in CAUSES:
        raise Refused(f"{cause!r} is no cause. Known: {', '.join(CAUSES)}.")
    if not speak_to.strip():
        raise Refused("Say whom to speak to about it.")
    details = {"reason": reason.strip(), "speak_to": speak_to.strip(), "cause": cause}
    return Said("staff", actor.name, "desk", at, details)


def _holdable(found: Sequence[History], at: datetime) -> list[History]:
    return [one for one in found if one.state(at) in (State.GRANTED, State.SUSPENDED)]


def _hold(
    session: Session,
    terms: Terms,
    actor: Actor,
    found: Sequence[History],
    said: Said,
    *,
    at: datetime,
) -> list[ConsentTask]:
    opened: list[ConsentTask] = []
    added: list[ConsentEvent] = []
    for history in found:
        if history.state(at) is State.SUSPENDED:
            note = str(said.details["reason"])
            opening = Opening(history.record, history.grant, at, note=note)
            due_on = terms.due(at, changes.DOUBT_DAYS)
            opened.append(tasks.open_one(session, tasks.CLEAR_DOUBT, opening, due_on))
            continue
        change = changes.happen(session, terms, actor, history, Kind.SUSPEND, said=said, at=at)
        added.append(change.event)
        opened += change.tasks
    events.tell(session, actor, added, at=at)
    return opened


def _open_doubts(session: Session, actor: Actor, history: History) -> list[ConsentTask]:
    return list(
        session.scalars(
            select(ConsentTask)
            .where(
                ConsentTask.practice_id == actor.practice_id,
                ConsentTask.grant_id == history.grant.id,
                ConsentTask.kind == tasks.CLEAR_DOUBT,
                ConsentTask.done_at.is_(None),
            )
            .order_by(ConsentTask.opened_at, ConsentTask.id)
        )
    )
