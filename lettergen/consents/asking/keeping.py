"""Consents on their way: started, saved as they are typed, listed, cancelled."""

import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from lettergen import accounts, documents, links, models, post
from lettergen.consents.asking import files, whose
from lettergen.consents.asking.refusals import ChangedMeanwhile, WrongStage
from lettergen.consents.form.catalogue import SLUG, Catalogue
from lettergen.consents.register.histories import NotFound
from lettergen.documents import records, timing
from lettergen.models import ANSWERED, CLOSED, OFFERED, SET_UP, Actor, ConsentDraft, locked
from lettergen.refusals import Refused

LARGEST = 400_000
KEPT = ("text", "sha256")
NOT_ASKED = "not_asked"
GONE = "There is no such consent in your practice. Go back to the photo consents."
STAGES = {
    SET_UP: "is still being set up",
    OFFERED: "is with the patient: take it back first",
    ANSWERED: "is signed: it can only be declared or cancelled",
    CLOSED: "is closed",
}


def start(
    session: Session,
    catalogue: Catalogue,
    actor: Actor,
    *,
    at: datetime,
    answers: Mapping[str, Any] | None = None,
) -> ConsentDraft:
    """Return a new consent to be set up, with what the records of practice and clinician supply.

    No purpose is asked about until somebody chooses it, and none is answered. Of `answers`, such
    as those of an earlier form, the set-up is taken over; the patient is asked anew.
    """
    fresh = documents.fresh_reference(session)
    tree = _laid_over(
        _supplied(session, catalogue, actor, fresh),
        whose.without_patients(answers or {}, catalogue),
    )
    one = ConsentDraft(
        practice_id=actor.practice_id,
        reference=fresh,
        stage=SET_UP,
        answers=_checked(tree),
        shown={},
        revision=1,
        seconds=0,
        created_at=at,
        created_by=actor.staff_id,
        saved_at=at,
        saved_by=actor.staff_id,
    )
    session.add(one)
    models.record(session, actor, "consent.started", one, at=at)
    return one


def drafts(session: Session, actor: Actor) -> list[ConsentDraft]:
    """Return the practice's consents that are not closed, the last saved first."""
    mine = select(ConsentDraft).where(
        ConsentDraft.practice_id == actor.practice_id, ConsentDraft.closed_at.is_(None)
    )
    newest = mine.order_by(ConsentDraft.saved_at.desc(), ConsentDraft.id)
    return list(session.scalars(newest.options(selectinload(ConsentDraft.saver))))


def draft(session: Session, actor: Actor, draft_id: str) -> ConsentDraft:
    """Return one consent of the actor's practice, closed ones too; raise NotFound."""
    return _found(session.scalar(_one(actor.practice_id, draft_id)))


def lock(session: Session, practice_id: str, draft_id: str, *stages: str) -> ConsentDraft:
    """Return one consent, read anew and locked until commit.

    Raises NotFound, and WrongStage unless it stands at one of `stages`.
    """
    one = _found(session.scalar(locked(_one(practice_id, draft_id))))
    if one.stage not in stages:
        raise WrongStage(f"This consent {STAGES[one.stage]}.")
    return one


def require_way(one: ConsentDraft, way: str) -> None:
    """Raise WrongStage unless a consent was handed over in this way."""
    if one.way != way:
        raise WrongStage("This consent was handed over in another way. Take it back first.")


def save(
    session: Session,
    catalogue: Catalogue,
    actor: Actor,
    draft_id: str,
    answers: Mapping[str, Any],
    *,
    revision: int,
    at: datetime,
    seconds: int = 0,
) -> ConsentDraft:
    """Keep what was typed in the set-up, sound or not, and count the seconds worked on it.

    `revision` is the one that the page started from. Raises ChangedMeanwhile if somebody saved
    something else since, WrongStage once the patient has it, NotFound; Refused if it is too long,
    or if it answers for the patient.
    """
    one = lock(session, actor.practice_id, draft_id, SET_UP)
    answers = whose.set_up_over(one.answers, answers, catalogue)
    if answers != one.answers:
        if revision != one.revision:
            saver = one.saver.name if one.saver else "Somebody"
            raise ChangedMeanwhile(
                f"{saver} changed this consent meanwhile. Compare the two, and save yours again."
            )
        change(one, answers)
    timing.count(one, actor, seconds, at=at)
    session.flush()
    return one


def cancel(
    session: Session, actor: Actor, draft_id: str, *, at: datetime, ended: str = "cancelled"
) -> None:
    """Close a consent without filing it: nothing was agreed. The time spent stays in the log."""
    one = lock(session, actor.practice_id, draft_id, SET_UP, OFFERED, ANSWERED)
    timing.log_discarded(session, actor, one, "consent", slug=SLUG, family=SLUG, at=at)
    models.record(session, actor, "consent.cancelled", one, at=at, details={"ended": ended})
    end_ways(session, actor, one, at=at)
    close(session, one, at=at, ended=ended)
    one.shown = {}


def close(session: Session, one: ConsentDraft, *, at: datetime, ended: str) -> None:
    """Close a consent, and forget what was typed: the record has it, or nobody wants it.

    The words that were read stay, so that their hash can be worked out again.
    """
    one.stage, one.closed_at, one.ended = CLOSED, at, ended
    one.answers = {}
    one.shown = {name: one.shown[name] for name in KEPT if name in one.shown}
    files.drop(session, one)


def end_ways(session: Session, actor: Actor, one: ConsentDraft, *, at: datetime) -> None:
    """Turn off the links that lead the patient to a consent, and e-mails that are not sent yet."""
    post.cancel_for(session, actor, one.id, at=at)
    links.end_for(session, one.id, at=at, actor=actor)


def change(one: ConsentDraft, answers: Mapping[str, Any]) -> None:
    """Give a locked consent other answers, and count the change."""
    one.answers = _checked(deepcopy(dict(answers)))
    one.revision += 1


def role_in_words(role: str) -> str:
    """Return a clinician's role as the form says it, such as “GP partner”."""
    return str(accounts.POSITIONS.get(role, role))


def _supplied(
    session: Session, catalogue: Catalogue, actor: Actor, reference: str
) -> dict[str, Any]:
    practice = records.practice_facts(session, actor)
    signer = records.signer_facts(records.signer_of(session, actor))
    clinician = {
        "name": signer.get("signer.name", ""),
        "role": role_in_words(signer.get("signer.role", "")),
        "registration_body": signer.get("signer.body", ""),
        "registration_number": signer.get("signer.number", ""),
    }
    return {
        "record_id": reference,
        "template": {
            "id": SLUG,
            "version": catalogue.version,
            "language": "en-GB",
            "format": "standard",
        },
        "practice": {
            "ods_code": practice["practice.ods"],
            "name": practice["practice.name"],
            "contact_phone": practice["practice.phone"],
            "contact_email": practice["practice.email"],
        },
        "clinician": {name: text for name, text in clinician.items() if text},
        "communication": {"language": "English", "format_given": "standard"},
        "purposes": {one.key: {"decision": NOT_ASKED} for one in catalogue.purposes},
    }


def _laid_over(under: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(under)
    for name, value in over.items():
        held = made.get(name)
        is_group = isinstance(value, Mapping) and isinstance(held, dict)
        made[name] = _laid_over(held or {}, value) if is_group else deepcopy(value)
    return made


def _checked(tree: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(tree)) > LARGEST:
        raise Refused(f"This is more than {LARGEST:,} characters. Shorten it; nothing was saved.")
    return tree


def _one(practice_id: str, draft_id: str) -> Select[ConsentDraft]:
    return select(ConsentDraft).where(
        ConsentDraft.practice_id == practice_id, ConsentDraft.id == draft_id
    )


def _found(one: ConsentDraft | None) -> ConsentDraft:
    if one is None:
        raise NotFound(GONE)
    return one
