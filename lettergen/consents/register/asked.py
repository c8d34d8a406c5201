"""The register question: whether there is live consent for a purpose, image, patient and day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lettergen.consents.form.days import end_of
from lettergen.consents.register import histories, judging, pointers, tasks
from lettergen.consents.register.grants import ALL_KNOWN, Kind
from lettergen.consents.register.histories import History
from lettergen.consents.register.judging import CopySeen, GrantSeen, ImageSeen, Question, Verdict
from lettergen.consents.register.scopes import LIMITS, Use
from lettergen.models import (
    Actor,
    ConsentGrant,
    ConsentGrantImage,
    ConsentImage,
    ConsentQuestion,
    ConsentTask,
)
from lettergen.refusals import Refused

PURPOSES = tuple(LIMITS)
LONGEST_NUMBER = 200


@dataclass(frozen=True)
class Answer:
    """What the register said: YES, NO or CHECK, a reason code, a sentence, and when it was asked.

    `grant_id` is the grant that decided it, `grant` its number for people; None where there is
    none.
    """

    word: str
    reason: str
    sentence: str
    grant_id: str | None
    grant: str | None
    asked_at: datetime


def ask(
    session: Session,
    actor: Actor,
    *,
    image_id: str,
    purpose: str,
    on: date,
    at: datetime,
    use: Use | str | None = None,
    patient: str | None = None,
    known_at: datetime | None = None,
) -> Answer:
    """Answer the register question and log that it was asked.

    `image_id` is the photo's number as people write it, `patient` an NHS number, `use` what
    somebody has in mind, in the words of the form. The answer is what was true on the day `on`,
    until its end, by all that is known today; with `known_at`, by what was known at that moment.
    What is not known gives NO. Raises Refused for an unknown purpose.
    """
    if purpose not in PURPOSES:
        raise Refused(f"{purpose!r} is no purpose. Known: {', '.join(PURPOSES)}.")
    number = image_id.strip()[:LONGEST_NUMBER]
    images = pointers.numbered(session, actor, number)
    wanted = Use(text=use) if isinstance(use, str) else use
    verdict = verdict_on(
        session, actor, images, purpose, on=on, use=wanted, patient=patient, known_at=known_at
    )
    logged = ConsentQuestion(
        practice_id=actor.practice_id,
        asked_at=at,
        asked_by=actor.staff_id,
        asker=actor.name,
        image_index=pointers.index_of(session, number),
        purpose=purpose,
        about=on,
        known_at=known_at or at,
        answer=verdict.word,
        reason=verdict.reason.value,
        grant_id=verdict.grant_id,
        asked={"image": number, "use": wanted.text if wanted else None, "patient": bool(patient)},
    )
    session.add(logged)
    session.flush()
    return _answer(verdict, at)


def verdict_on(
    session: Session,
    actor: Actor,
    images: Sequence[ConsentImage],
    purpose: str,
    *,
    on: date,
    use: Use | None = None,
    patient: str | None = None,
    known_at: datetime | None = None,
) -> Verdict:
    """Return the answer for the images of one number, without logging that it was asked."""
    question = Question(purpose, on, end_of(on), known_at or ALL_KNOWN, use)
    seen = _seen(session, actor, images, patient, question.known_at)
    return judging.judge(seen, question)


def _answer(verdict: Verdict, at: datetime) -> Answer:
    return Answer(
        verdict.word,
        verdict.reason.value,
        verdict.sentence,
        verdict.grant_id,
        verdict.number,
        at,
    )


def _seen(
    session: Session,
    actor: Actor,
    images: Sequence[ConsentImage],
    patient: str | None,
    known_at: datetime,
) -> ImageSeen:
    """Gather what is known. An image that only a void form links to somebody is not theirs."""
    by_image = {one.id: _histories(session, actor, one) for one in images}
    whose = {
        one.nhs_number
        for one in images
        if any(not _is_void(history) for history, _ in by_image[one.id])
    }
    image = images[0] if images else None
    if len(images) > 1:
        wanted = whose or {one.nhs_number for one in images}
        image = next(one for one in images if one.nhs_number in wanted)
    if image is None:
        return ImageSeen([])
    is_others = len(whose) > 1 or (
        patient is not None and not pointers.is_of_patient(session, image, patient)
    )
    grants = [_grant(history, link) for history, link in by_image[image.id]]
    return ImageSeen(
        grants,
        _copies(session, actor, image, [history for history, _ in by_image[image.id]]),
        histories.deaths(session, actor, image.nhs_number or "", known_at=known_at),
        is_of_others=is_others,
        is_whose_unsaid=patient is None,
        voided=_voided(session, actor, image),
    )


def _histories(
    session: Session, actor: Actor, image: ConsentImage
) -> list[tuple[History, ConsentGrantImage]]:
    links = {
        one.grant_id: one
        for one in session.scalars(
            select(ConsentGrantImage).where(
                ConsentGrantImage.practice_id == actor.practice_id,
                ConsentGrantImage.image_id == image.id,
            )
        )
    }
    grants = session.scalars(
        select(ConsentGrant)
        .where(ConsentGrant.practice_id == actor.practice_id, ConsentGrant.id.in_(links))
        .order_by(ConsentGrant.signed_at, ConsentGrant.id)
        .options(joinedload(ConsentGrant.record))
    )
    return [(one, links[one.grant.id]) for one in histories.read(session, actor, grants)]


def _grant(history: History, link: ConsentGrantImage) -> GrantSeen:
    grant, record = history.grant, history.record
    return GrantSeen(
        id=grant.id,
        number=number_of(grant),
        purpose=grant.purpose,
        is_yes=grant.decision == "yes",
        signed_at=grant.signed_at,
        filed_at=record.filed_at,
        valid_until=grant.valid_until,
        route=record.route,
        birthdays=history.birthdays,
        scope=grant.scope,
        is_intimate=record.is_intimate,
        covers_since=link.linked_at,
        happenings=tuple(history.happenings),
    )


def number_of(grant: ConsentGrant) -> str:
    """Return the number by which people name a grant: its record's, and the purpose."""
    return f"{grant.record.reference}/{grant.purpose}"


def _copies(
    session: Session, actor: Actor, image: ConsentImage, found: Sequence[History]
) -> list[CopySeen]:
    """Return the copies of this image that have to go: of its uses, and on a telephone."""
    purposes = {one.grant.id: one.grant.purpose for one in found}
    records = {one.record.id for one in found if not _is_void(one)}
    open_ones = session.scalars(
        select(ConsentTask)
        .where(
            ConsentTask.practice_id == actor.practice_id,
            ConsentTask.record_id.in_(records),
            ConsentTask.kind.in_(tasks.COPIES),
        )
        .order_by(ConsentTask.opened_at, ConsentTask.id)
    ).all()
    uses = tasks.uses_of_image(session, actor, image.id)
    return [
        CopySeen(purposes.get(one.grant_id or ""), one.opened_at, one.done_at)
        for one in open_ones
        if one.kind == tasks.PHONE_DELETION or one.use_id in uses
    ]


def _voided(session: Session, actor: Actor, image: ConsentImage) -> dict[str, datetime]:
    """Return when grants of the image's patient were found to be wrong."""
    return {
        one.grant.id: event.recorded_at
        for one in histories.of_patient(session, actor, image.nhs_number or "")
        for event in one.happenings
        if event.kind is Kind.FOUND_WRONG
    }


def _is_void(history: History) -> bool:
    return any(one.kind is Kind.FOUND_WRONG for one in history.happenings)
