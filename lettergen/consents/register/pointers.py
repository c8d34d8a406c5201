"""Photographs as the register knows them: a number, a patient, a hash, and what covers them."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import models, nhs
from lettergen.consents.form.terms import Terms
from lettergen.consents.register import tasks
from lettergen.consents.register.grants import CARE
from lettergen.consents.register.histories import nhs_number_indexes, not_found
from lettergen.consents.register.tasks import Opening
from lettergen.models import (
    Actor,
    ConsentGrant,
    ConsentGrantImage,
    ConsentImage,
    ConsentRecord,
    ConsentUse,
    vault_of,
)
from lettergen.refusals import Refused

PURPOSE = "consent image"
DOUBT_DAYS = 1


def numbered(session: Session, actor: Actor, number: str) -> list[ConsentImage]:
    """Return the images of this number: none, one, or one for each patient that it stands for."""
    indexes = vault_of(session).blinds(PURPOSE, normal(number))
    return list(
        session.scalars(
            select(ConsentImage)
            .where(
                ConsentImage.practice_id == actor.practice_id,
                ConsentImage.number_index.in_(indexes),
            )
            .order_by(ConsentImage.id)
        )
    )


def index_of(session: Session, number: str) -> bytes:
    """Return the blind index under which an image's number is stored now."""
    return vault_of(session).blind(PURPOSE, normal(number))


def normal(number: str) -> str:
    """Return an image's number as it is compared: without case and outer spaces."""
    return unicodedata.normalize("NFKC", number).strip().casefold()


def images_of(session: Session, actor: Actor, record: ConsentRecord) -> list[ConsentImage]:
    """Return the images that a form lists, added where they are new.

    Raises Refused where one of them is known for this patient with another hash: two different
    photos may not bear one number.
    """
    found = []
    nhs_number = nhs.digits_of(record.answers["patient"]["nhs_number"])
    for listed in record.answers.get("images") or []:
        number = str(listed["image_id"])
        known = next(
            (one for one in numbered(session, actor, number) if one.nhs_number == nhs_number), None
        )
        if known is None:
            known = add(session, actor, record, listed, nhs_number)
        elif _differ(known.details.get("sha256"), listed.get("sha256")):
            raise Refused(
                f"{number} is the number of another photo of this patient. "
                "Give this photo a number of its own."
            )
        if known not in found:
            found.append(known)
    return found


def link(
    session: Session,
    actor: Actor,
    grant: ConsentGrant,
    images: Iterable[ConsentImage],
    *,
    at: datetime,
) -> None:
    """Note that a grant covers images from now on."""
    session.add_all(
        ConsentGrantImage(
            practice_id=actor.practice_id,
            grant_id=grant.id,
            image_id=image.id,
            linked_at=at,
            linked_by=actor.staff_id,
        )
        for image in images
    )
    session.flush()


def link_later(
    session: Session, actor: Actor, grant: ConsentGrant, image: ConsentImage, *, at: datetime
) -> None:
    """Let a grant cover one more photo of the same patient, before that photo is first used.

    Raises Refused for another patient's photo, one that it covers already, and one that was
    used beyond care before: such a use cannot be made good afterwards.
    """
    if image.nhs_number != nhs.digits_of(grant.record.answers["patient"]["nhs_number"]):
        raise Refused("This photo is not this patient's. Stop and report.")
    if image.id in covered_by(session, actor, grant.id):
        raise Refused("This consent covers the photo already.")
    used = select(ConsentUse.id).where(
        ConsentUse.practice_id == actor.practice_id,
        ConsentUse.image_id == image.id,
        ConsentUse.purpose.not_in(CARE),
    )
    if session.scalar(used.limit(1)):
        raise Refused("This photo was used before. Ask the patient to sign a form for it.")
    link(session, actor, grant, [image], at=at)
    models.record(session, actor, "consent.image_linked", grant, at=at, details={"image": image.id})


def covered_by(session: Session, actor: Actor, grant_id: str) -> set[str]:
    """Return the keys of the images that a grant covers."""
    return set(
        session.scalars(
            select(ConsentGrantImage.image_id).where(
                ConsentGrantImage.practice_id == actor.practice_id,
                ConsentGrantImage.grant_id == grant_id,
            )
        )
    )


def newest_grant(session: Session, actor: Actor, image_id: str) -> str:
    """Return the key of the grant that was signed last of those that cover an image."""
    return session.scalars(
        select(ConsentGrant.id)
        .join(ConsentGrantImage, ConsentGrantImage.grant_id == ConsentGrant.id)
        .where(
            ConsentGrant.practice_id == actor.practice_id,
            ConsentGrantImage.image_id == image_id,
        )
        .order_by(ConsentGrant.signed_at.desc(), ConsentGrant.id)
        .limit(1)
    ).one()


def image_of(session: Session, actor: Actor, image_id: str) -> ConsentImage:
    """Return an image by its key; NotFound."""
    image = session.scalar(
        select(ConsentImage).where(
            ConsentImage.practice_id == actor.practice_id, ConsentImage.id == image_id
        )
    )
    if image is None:
        raise not_found()
    return image


def doubt_shared(
    session: Session, terms: Terms, record: ConsentRecord, images: Sequence[ConsentImage]
) -> None:
    """Open a task where a photo's number stands for another patient too; nobody may use it."""
    for image in images:
        other = select(ConsentImage.id).where(
            ConsentImage.practice_id == image.practice_id,
            ConsentImage.number_index == image.number_index,
            ConsentImage.id != image.id,
        )
        if session.scalar(other.limit(1)):
            note = f"The number {image.number} stands for photos of two patients."
            opening = Opening(record, None, record.filed_at, note=note)
            due_on = terms.due(record.filed_at, DOUBT_DAYS)
            tasks.open_one(session, tasks.CLEAR_DOUBT, opening, due_on)


def add(
    session: Session,
    actor: Actor,
    record: ConsentRecord,
    listed: dict[str, Any],
    nhs_number: str,
) -> ConsentImage:
    """Return a new pointer to a photo of a record's patient; Refused without a number."""
    number = str(listed["image_id"]).strip()
    if not number:
        raise Refused("Every photo needs a number, so that it can be found again.")
    image = ConsentImage(
        practice_id=actor.practice_id,
        number_index=index_of(session, number),
        nhs_number_index=record.nhs_number_index,
        number=number,
        nhs_number=nhs_number,
        details=dict(listed),
    )
    session.add(image)
    session.flush()
    return image


def is_of_patient(session: Session, image: ConsentImage, nhs_number: str) -> bool:
    """Say whether an image is this patient's."""
    return image.nhs_number_index in nhs_number_indexes(session, nhs_number)


def _differ(one: object, other: object) -> bool:
    return bool(one) and bool(other) and str(one).casefold() != str(other).casefold()
