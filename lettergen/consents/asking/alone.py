"""Decisions without a patient's signature: a clinician's in best interests, and an objection."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lettergen import models
from lettergen.calendar import local_day
from lettergen.consents.asking import keeping, whose
from lettergen.consents.asking.offering import CLINICIAN, NO, asked, offer, require_ready
from lettergen.consents.asking.refusals import NoNote, NotReady, by_field
from lettergen.consents.form.terms import Terms
from lettergen.consents.register import records
from lettergen.consents.rules.checking import check
from lettergen.models import ANSWERED, OFFERED, SET_UP, Actor, ConsentDraft, ConsentRecord
from lettergen.refusals import Refused

CHILD_OBJECTS, PATIENT_OBJECTS = "child_objects", "patient_objects"
# What an entry about an objection has to name.
NAMED = ("patient.", "photo.reason", "photo.body_site", "decision_maker.route")
SHORTEST_NOTE = 10


def decide_alone(
    session: Session,
    terms: Terms,
    actor: Actor,
    draft_id: str,
    choices: Mapping[str, str],
    *,
    at: datetime,
) -> ConsentDraft:
    """Write down what the clinician decided in the patient's best interests: nobody else signs.

    Raises NotReady with what the set-up lacks, or where somebody else decides; Refused for a choice
    that was not asked about, or is missing; WrongStage, NotFound.
    """
    one = keeping.lock(session, actor.practice_id, draft_id, SET_UP)
    if not require_ready(one, terms, at=at).is_clinicians:
        raise NotReady("Somebody else decides here. Hand the questions over.", {})
    if set(choices) != set(asked(one.answers)) or not set(choices.values()) <= {"yes", "no"}:
        raise Refused("Choose yes or no for each use that is asked about.")
    offer(session, terms, actor, one, CLINICIAN, at=at)
    tree = deepcopy(one.answers)
    for key, decision in choices.items():
        tree["purposes"][key]["decision"] = decision
    keeping.change(one, tree)
    one.stage, one.answered_at = ANSWERED, at
    models.record(session, actor, "consent.decided", one, at=at)
    session.flush()
    return one


def stop_for_objection(
    session: Session, terms: Terms, actor: Actor, draft_id: str, note: str, *, at: datetime
) -> ConsentRecord:
    """End everything because the child, or a patient who cannot decide, does not want it.

    A short entry stays in the register: who, which photo, what happened, and that none was taken.
    Raises NotReady if it cannot be said whose it is, NoNote without a note, WrongStage, NotFound.
    """
    one = keeping.lock(session, actor.practice_id, draft_id, SET_UP, OFFERED, ANSWERED)
    if len(note.strip()) < SHORTEST_NOTE:
        raise NoNote("Write down in a sentence what happened.")
    tree = _entry(one, actor, note.strip(), at)
    _require_named(tree, terms, at)
    record = records.file(session, terms, actor, tree, at=at)
    keeping.end_ways(session, actor, one, at=at)
    ended = CHILD_OBJECTS if tree["decision_maker"].get("child_view") else PATIENT_OBJECTS
    keeping.close(session, one, at=at, ended=ended)
    one.record_id = record.id
    models.record(session, actor, "consent.objected", one, at=at)
    session.flush()
    return record


def _entry(one: ConsentDraft, actor: Actor, note: str, at: datetime) -> dict[str, Any]:
    held = one.answers
    maker = dict(held.get("decision_maker") or {})
    if maker.get("route") == "parent":
        maker["child_view"] = "objects"
    else:
        maker["patient_objects"] = True
    return {
        **{name: held[name] for name in ("record_id", "template", "practice") if name in held},
        "patient": dict(held.get("patient") or {}),
        "photo": dict(held.get("photo") or {}),
        "decision_maker": maker,
        "purposes": {
            key: {"decision": NO if key == "record" else keeping.NOT_ASKED}
            for key in held.get("purposes") or {}
        },
        "clinician": {
            **(held.get("clinician") or {}),
            "name": actor.name,
            "discussion_note": note,
            "declared_at": at.isoformat(timespec="seconds"),
        },
    }


def _require_named(tree: Mapping[str, Any], terms: Terms, at: datetime) -> None:
    checked = check(tree, terms.catalogue, on=local_day(at), settings=terms.settings)
    errors = by_field(
        one for one in checked.findings if one.is_error and one.field.startswith(NAMED)
    )
    if not whose.value_at(tree, "decision_maker.route"):
        errors.setdefault("decision_maker.route", [terms.catalogue.faults["required_choice"]])
    if errors:
        raise NotReady("Say first whose objection this is.", errors)
