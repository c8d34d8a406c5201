"""The patient's own answers: each use on its own, changed at any time before signing."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from lettergen import models
from lettergen.calendar import local_day
from lettergen.conditions import is_blank
from lettergen.consents.asking import keeping, whose
from lettergen.consents.asking.offering import NO, YES, asked, lock_offered
from lettergen.consents.asking.refusals import NotConfirmed, WrongPerson
from lettergen.consents.form.grammar import ConsentField
from lettergen.consents.form.terms import Terms
from lettergen.consents.rules.answering import is_asked
from lettergen.consents.rules.answers import read
from lettergen.consents.rules.case import Case
from lettergen.models import ANSWERED, OFFERED, Actor, ConsentDraft
from lettergen.refusals import Refused

DECISIONS = (YES, NO, whose.ASKED)
# Answered before the patient has said who they are: it decides on how they are asked.
FIRST = frozenset({"communication.format_given", "communication.language"})
# Where somebody holds a screen; paper and words are written down by staff.
ON_SCREEN = ("tablet", "link")
PATIENT = "Patient"
NOT_THEIRS = "This question is not on the patient's form. Go back to the questions."


def confirm_identity(
    session: Session, terms: Terms, one: ConsentDraft, born: date, *, at: datetime
) -> None:
    """Note that the patient said who they are; raises WrongPerson for another date of birth."""
    fresh = lock_offered(session, terms, one)
    if str((fresh.answers.get("patient") or {}).get("date_of_birth")) != born.isoformat():
        raise WrongPerson(
            "This is not the date of birth that we have. Check it, or give this back to our staff."
        )
    fresh.shown = {**fresh.shown, "confirmed_at": at.isoformat()}
    session.flush()


def is_confirmed(one: ConsentDraft) -> bool:
    """Say whether the patient has said who they are since the hand-over."""
    return bool(one.shown.get("confirmed_at"))


def is_with_patient(one: ConsentDraft) -> bool:
    """Say whether the patient may still answer."""
    return one.stage == OFFERED


def questions(one: ConsentDraft, terms: Terms, *, at: datetime) -> list[ConsentField]:
    """Return what the patient is asked now beside the uses and the signature.

    The lines to tick before an article, the licence of whoever took the photo, own words, who
    helped, and what was explained: in the order of the form.
    """
    tree = read(one.answers, terms.catalogue).tree
    case = Case(tree, terms.catalogue, terms.settings, local_day(at), at)
    return [
        field
        for field in terms.catalogue.fields
        if whose.part_of(terms.catalogue, field.name) == whose.PATIENT
        and not field.name.startswith("signatures[]")
        and not whose.is_decision(field.name)
        and field.name not in whose.SECOND
        and is_asked(case, field)
    ]


def answer(
    session: Session, terms: Terms, one: ConsentDraft, changes: Mapping[str, Any], *, at: datetime
) -> ConsentDraft:
    """Keep answers of the patient, by dotted name; an empty one takes an answer back.

    Signatures given before are dropped: they belong to the choices that they were given to.
    Raises Refused for a question that is not the patient's or was not asked, NotConfirmed,
    AnswersUnreadable for a wrong type, WrongStage if the form was taken back or signed meanwhile,
    FormUpdated.
    """
    fresh = lock_offered(session, terms, one)
    if not set(changes) <= FIRST:
        require_confirmed(fresh)
    tree = with_answers(fresh.answers, terms, changes)
    if tree != fresh.answers:
        tree.pop("signatures", None)
        keeping.change(fresh, tree)
    unsure = [key for key in unsure_of(fresh) if f"purposes.{key}.decision" not in changes]
    fresh.shown = {**fresh.shown, "unsure": unsure}
    fresh.saved_at, fresh.saved_by = at, None
    session.flush()
    return fresh


def with_answers(
    tree: Mapping[str, Any], terms: Terms, changes: Mapping[str, Any]
) -> dict[str, Any]:
    """Return answers with those of the patient, in standard form.

    Raises Refused for any that is not theirs, AnswersUnreadable for a wrong type.
    """
    made = deepcopy(dict(tree))
    for name, value in changes.items():
        _require_theirs(made, terms, name, value)
        if is_blank(value) and not whose.is_decision(name):
            whose.remove(made, name)
        else:
            whose.put(made, name, value)
    return dict(read(made, terms.catalogue).tree)


def not_sure(session: Session, terms: Terms, one: ConsentDraft, key: str, *, at: datetime) -> None:
    """Note that the patient is not sure about a use, so that the clinician talks it over.

    An answer given before is taken back.
    """
    fresh = lock_offered(session, terms, one)
    require_confirmed(fresh)
    if key not in asked(fresh.answers):
        raise Refused(NOT_THEIRS)
    keeping.change(fresh, with_answers(fresh.answers, terms, {f"purposes.{key}.decision": ""}))
    fresh.shown = {**fresh.shown, "unsure": list(dict.fromkeys([*unsure_of(fresh), key]))}
    models.record(session, patient_of(fresh), "consent.not_sure", fresh, at=at)
    session.flush()


def unsure_of(one: ConsentDraft) -> list[str]:
    """Return the purposes about which the patient is not sure."""
    return list(one.shown.get("unsure") or ())


def decline(session: Session, terms: Terms, one: ConsentDraft, *, at: datetime) -> ConsentDraft:
    """End the patient's part without a signature, where nothing was agreed to: a no needs none.

    A no to the photo itself answers the rest: what was not answered was not asked. Raises Refused
    while a use is agreed to or still open.
    """
    fresh = lock_offered(session, terms, one)
    require_confirmed(fresh)
    return declined(session, terms, fresh, patient_of(fresh), at=at)


def declined(
    session: Session, terms: Terms, one: ConsentDraft, actor: Actor, *, at: datetime
) -> ConsentDraft:
    """Let a locked consent to which all was refused be answered, by whoever heard or read it."""
    tree = deepcopy(one.answers)
    if is_no_photo(tree, terms):
        for key in asked(tree):
            if tree["purposes"][key].get("decision") != NO:
                tree["purposes"][key]["decision"] = keeping.NOT_ASKED
    said = {tree["purposes"][key].get("decision") for key in asked(tree)}
    if said != {NO}:
        raise Refused("A signature is needed where something is agreed to. Answer each question.")
    tree.pop("signatures", None)
    keeping.change(one, tree)
    one.stage, one.answered_at = ANSWERED, at
    models.record(session, actor, "consent.declined", one, at=at)
    session.flush()
    return one


def is_no_photo(tree: Mapping[str, Any], terms: Terms) -> bool:
    """Say whether the photo itself was refused, and does not exist yet."""
    kind = (tree.get("photo") or {}).get("kind")
    is_new = kind not in terms.catalogue.lists["existing_kinds"]
    return is_new and whose.value_at(tree, "purposes.record.decision") == NO


def require_confirmed(one: ConsentDraft) -> None:
    """Raise NotConfirmed if nobody on a screen has said yet who they are."""
    if one.way in ON_SCREEN and not is_confirmed(one):
        raise NotConfirmed("Please enter your date of birth first.")


def patient_of(one: ConsentDraft) -> Actor:
    """Return the actor under whom the patient's own doings stand in the audit: no name."""
    return Actor(
        staff_id=None,
        practice_id=one.practice_id,
        name=PATIENT,
        role="patient",
        roles=frozenset(),
        may_sign=False,
    )


def _require_theirs(tree: Mapping[str, Any], terms: Terms, name: str, value: Any) -> None:
    is_theirs = whose.is_theirs(terms.catalogue, name)
    parts = name.split(".")
    if parts[0] in ("signatures", "signatures[]"):
        is_theirs = False
    if parts[0] == "purposes" and parts[1] not in asked(tree):
        is_theirs = False
    if whose.is_decision(name) and value not in DECISIONS:
        is_theirs = False
    if not is_theirs:
        raise Refused(NOT_THEIRS)
