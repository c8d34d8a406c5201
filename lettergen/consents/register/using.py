"""Uses: logged before they happen, and only where the register says YES."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lettergen import models
from lettergen.calendar import local_day
from lettergen.consents.form.terms import Terms
from lettergen.consents.register import asked as register
from lettergen.consents.register import changes, events, histories, pointers
from lettergen.consents.register.asked import Answer
from lettergen.consents.register.events import Said
from lettergen.consents.register.grants import Kind
from lettergen.consents.register.scopes import Use
from lettergen.consents.register.sentences import CHECK, YES, Reason
from lettergen.consents.register.tasks import INCIDENT, Opening, open_one
from lettergen.models import Actor, ConsentImage, ConsentUse
from lettergen.refusals import Refused

PEOPLE_LIMIT = 100_000
TEXT_LENGTH = 500
LEAST_ADVICE = 10


@dataclass(frozen=True)
class Particulars:
    """What the log keeps of a use: for whom, where, and how many copies left the practice."""

    audience: str
    place: str
    copies: int = 0
    event_name: str = ""


@dataclass(frozen=True)
class Advice:
    """Who decided that a use may go on after the patient's death, and why."""

    by_name: str
    reason: str


@dataclass(frozen=True)
class Used:
    """What the register said, and the row of the log; None where the use may not happen."""

    answer: Answer
    row: ConsentUse | None


def use(
    session: Session,
    terms: Terms,
    actor: Actor,
    *,
    image_id: str,
    purpose: str,
    intended: Use,
    particulars: Particulars,
    at: datetime,
    patient: str | None = None,
    advice: Advice | None = None,
) -> Used:
    """Ask the register, and log the use that is about to happen if it says YES.

    Nothing but YES allows a use. The one CHECK that a person can decide without another signature
    is that the patient has died: `advice` names the Caldicott Guardian and their reason. A NO is
    returned, not raised, so that the question stays logged. Raises Refused for particulars that
    are missing or beyond reason.
    """
    kept = _checked(particulars)
    histories.queue(session, actor)
    answer = register.ask(
        session,
        actor,
        image_id=image_id,
        purpose=purpose,
        on=local_day(at),
        at=at,
        use=intended,
        patient=patient,
    )
    if answer.grant_id is None or not _is_allowed(answer, advice):
        return Used(answer, None)
    image = _image(session, actor, image_id, patient)
    row = _row(actor, image, purpose, answer, kept, used_at=at, at=at)
    session.add(row)
    history = histories.of_grants(session, actor, [answer.grant_id])[0]
    details = {"advice": advice.by_name, "reason": advice.reason} if advice else {}
    said = Said("staff", actor.name, "desk", at, details)
    change = changes.happen(
        session, terms, actor, history, Kind.USE, said=said, at=at, is_live=True
    )
    events.tell(session, actor, [change.event], at=at)
    return Used(answer, row)


def own_up(
    session: Session,
    terms: Terms,
    actor: Actor,
    *,
    image_id: str,
    purpose: str,
    particulars: Particulars,
    used_at: datetime,
    at: datetime,
    patient: str | None = None,
) -> Used:
    """Log a use that nobody asked about first, as soon as it is known.

    It is logged whatever the register says of that day, so that its copies can be called back;
    anything but YES opens an incident. Raises Refused for an unknown photo, or a future moment.
    """
    kept = _checked(particulars)
    if used_at > at:
        raise Refused("This use lies in the future. Ask the register first.")
    histories.queue(session, actor)
    answer = register.ask(
        session,
        actor,
        image_id=image_id,
        purpose=purpose,
        on=local_day(used_at),
        at=at,
        patient=patient,
    )
    image = _image(session, actor, image_id, patient)
    row = _row(actor, image, purpose, answer, kept, used_at=used_at, at=at)
    session.add(row)
    session.flush()
    if answer.word != YES:
        _open_incident(session, terms, actor, row, answer)
    details = {"answer": answer.word, "reason": answer.reason}
    models.record(session, actor, "consent.use_found", row, at=at, details=details)
    return Used(answer, row)


def _open_incident(
    session: Session, terms: Terms, actor: Actor, row: ConsentUse, answer: Answer
) -> None:
    """Open a task on the form that decided, or the newest that covers the photo at all."""
    grant_id = row.grant_id or pointers.newest_grant(session, actor, row.image_id)
    history = histories.of_grants(session, actor, [grant_id])[0]
    note = f"Used without a live consent: {answer.sentence}"
    opening = Opening(history.record, history.grant, answer.asked_at, note=note)
    due_on = terms.due(opening.since, changes.INCIDENT_DAYS)
    open_one(session, INCIDENT, opening, due_on, use=row)


def _is_allowed(answer: Answer, advice: Advice | None) -> bool:
    if answer.word == YES:
        return True
    is_decided = advice is not None and advice.by_name.strip()
    return bool(
        is_decided
        and advice
        and len(advice.reason.strip()) >= LEAST_ADVICE
        and (answer.word, answer.reason) == (CHECK, Reason.PATIENT_DIED)
    )


def _checked(particulars: Particulars) -> Particulars:
    if not particulars.audience.strip() or not particulars.place.strip():
        raise Refused("Say who will see the photo, and where.")
    if not 0 <= particulars.copies <= PEOPLE_LIMIT:
        raise Refused(f"Copies are a number from 0 to {PEOPLE_LIMIT}.")
    texts = (particulars.audience, particulars.place, particulars.event_name)
    if any(len(text) > TEXT_LENGTH for text in texts):
        raise Refused(f"Keep each text within {TEXT_LENGTH} characters.")
    return particulars


def _image(session: Session, actor: Actor, number: str, patient: str | None) -> ConsentImage:
    images = pointers.numbered(session, actor, number)
    if patient is not None:
        images = [one for one in images if pointers.is_of_patient(session, one, patient)]
    if len(images) != 1:
        raise Refused("No consent form covers this photo, or more than one patient's do.")
    return images[0]


def _row(
    actor: Actor,
    image: ConsentImage,
    purpose: str,
    answer: Answer,
    particulars: Particulars,
    *,
    used_at: datetime,
    at: datetime,
) -> ConsentUse:
    return ConsentUse(
        practice_id=actor.practice_id,
        image_id=image.id,
        grant_id=answer.grant_id,
        purpose=purpose,
        used_at=used_at,
        recorded_at=at,
        staff_id=actor.staff_id,
        answer=answer.word,
        reason=answer.reason,
        copies=particulars.copies,
        by_name=actor.name,
        details={
            "audience": particulars.audience.strip(),
            "place": particulars.place.strip(),
            "event_name": particulars.event_name.strip(),
        },
    )
