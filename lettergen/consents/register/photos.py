"""Photos of a patient in the register: found, and linked to a form that is signed already."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import nhs
from lettergen.consents.form.terms import Terms
from lettergen.consents.register import histories, pointers, records
from lettergen.consents.register.events import IN_TIME
from lettergen.models import Actor, ConsentImage
from lettergen.refusals import Refused


@dataclass(frozen=True)
class Photo:
    """A pointer to a photo in the clinical record: its number, what it shows, when it was taken.

    `role`, `stored_in` and `taken_before_reason` are codes of the form; the reason is needed for
    a photo that is older than the consent.
    """

    number: str
    role: str
    taken_at: datetime
    stored_in: str
    record_ref: str = ""
    taken_before_reason: str = ""


class TakenBefore(Refused):
    """The photo is older than the consent, and nobody has said why."""


def of_patient(session: Session, actor: Actor, nhs_number: str) -> list[ConsentImage]:
    """Return the photos of a patient that the practice's register knows."""
    indexes = histories.nhs_number_indexes(session, nhs_number)
    return list(
        session.scalars(
            select(ConsentImage)
            .where(
                ConsentImage.practice_id == actor.practice_id,
                ConsentImage.nhs_number_index.in_(indexes),
            )
            .order_by(ConsentImage.id)
        )
    )


def link(
    session: Session,
    terms: Terms,
    actor: Actor,
    record_id: str,
    *,
    photo: Photo,
    grant_ids: Collection[str],
    at: datetime,
) -> ConsentImage:
    """Let grants of one form cover one more photo of its patient, and return that photo.

    Raises TakenBefore (rule E11), NotFound, and what pointers.link_later refuses: a photo that was
    used beyond care before it was linked, one that is covered already, or another patient's.
    """
    histories.queue(session, actor)
    record = records.get(session, actor, record_id)
    _require_in_time(terms, record.signed_at, photo, at)
    number = nhs.digits_of(record.answers["patient"]["nhs_number"])
    known = pointers.numbered(session, actor, photo.number)
    image = next((one for one in known if one.nhs_number == number), None)
    if image is None:
        image = pointers.add(session, actor, record, _listed(photo), number)
        pointers.doubt_shared(session, terms, record, [image])
    for history in histories.of_grants(session, actor, grant_ids):
        if history.record.id != record.id:
            raise histories.not_found()
        pointers.link_later(session, actor, history.grant, image, at=at)
    return image


def _require_in_time(terms: Terms, signed_at: datetime, photo: Photo, at: datetime) -> None:
    if (photo.taken_at - at).total_seconds() > IN_TIME:
        raise Refused("This time lies in the future. Check when the photo was taken.")
    if photo.taken_at < signed_at and not photo.taken_before_reason:
        raise TakenBefore(terms.catalogue.code("E11").message)


def _listed(photo: Photo) -> dict[str, str]:
    listed = {
        "image_id": photo.number.strip(),
        "role": photo.role,
        "taken_at": photo.taken_at.isoformat(timespec="minutes"),
        "taken_before_consent_reason": photo.taken_before_reason,
        "stored_in": photo.stored_in,
        "record_ref": photo.record_ref.strip(),
    }
    return {name: text for name, text in listed.items() if text}
