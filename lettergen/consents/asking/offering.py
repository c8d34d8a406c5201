"""Handing the form to the patient, and taking it back: from there on the set-up stands still."""

import hashlib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import models
from lettergen.calendar import local_day
from lettergen.consents.asking import files, keeping, whose
from lettergen.consents.asking.refusals import FormUpdated, NotReady
from lettergen.consents.form.catalogue import Catalogue
from lettergen.consents.form.terms import Terms
from lettergen.consents.papers import wording
from lettergen.consents.rules import checking
from lettergen.consents.rules.answers import read
from lettergen.consents.rules.checking import Checked
from lettergen.consents.rules.findings import Finding, filled
from lettergen.consents.rules.permissions import BLOCKS
from lettergen.models import OFFERED, SET_UP, Actor, ConsentDraft

Way = Literal["tablet", "link", "paper", "spoken"]
WAYS: tuple[Way, ...] = ("tablet", "link", "paper", "spoken")
CLINICIAN = "clinician"
YES, NO = "yes", "no"
NOTHING_ASKED = "Choose at least one use to ask the patient about."
# With the stops of the set-up, these say no to a use whatever the patient answers.
REFUSES_A_USE = frozenset(BLOCKS)


@dataclass(frozen=True)
class HandOver:
    """Whether a consent may go to the patient: `errors` by dotted field, `stops` by rule id."""

    errors: dict[str, list[str]]
    stops: tuple[str, ...]
    warnings: tuple[Finding, ...]
    checked: Checked

    @property
    def is_ready(self) -> bool:
        """Say whether nothing stands in the way."""
        return not self.errors

    @property
    def is_clinicians(self) -> bool:
        """Say whether the clinician decides, so that nobody else is asked."""
        route = self.checked.computed["route"]
        known = self.checked.catalogue.route(route)
        return known is not None and known.signer_role == CLINICIAN


def set_up(answers: Mapping[str, Any], terms: Terms, *, at: datetime) -> HandOver:
    """Return what the set-up still lacks, as if the patient said yes to all that is asked.

    So a recipient is asked for before the patient is, and a use to which nobody may agree for
    this patient is refused before anybody is asked.
    """
    tree, errors = _without_misfits(as_if_agreed(answers), terms.catalogue)
    checked = checking.check(
        tree, terms.catalogue, on=local_day(at), settings=terms.settings, at=at
    )
    found = [one for one in checked.findings if _hinders(one, terms.catalogue)]
    for one in found:
        if one.is_error and one.message not in errors.setdefault(one.field, []):
            errors[one.field].append(one.message)
    errors = {name: texts for name, texts in errors.items() if texts}
    if not asked(answers):
        errors["purposes"] = [NOTHING_ASKED]
    return HandOver(
        errors=errors,
        stops=tuple(dict.fromkeys(one.rule_id for one in found if one.rule_id[:1] in set("ES"))),
        warnings=tuple(one for one in found if not one.is_error),
        checked=checked,
    )


def asked(answers: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the purposes that the patient is asked about."""
    purposes = answers.get("purposes") or {}
    return tuple(
        key
        for key, one in purposes.items()
        if isinstance(one, Mapping) and one.get("decision", keeping.NOT_ASKED) != keeping.NOT_ASKED
    )


def as_if_agreed(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers with a yes to each purpose that is asked, whatever was answered yet."""
    tree = deepcopy(dict(answers))
    for key in asked(tree):
        tree["purposes"][key]["decision"] = YES
    tree.pop("signatures", None)
    return tree


def hand_over(
    session: Session, terms: Terms, actor: Actor, draft_id: str, way: Way, *, at: datetime
) -> ConsentDraft:
    """Give a consent to the patient, in the words of today; the set-up stands still from here.

    What the patient answered before it was taken back stays chosen only where the question still
    says the same. Raises NotReady with all that is lacking, WrongStage, NotFound.
    """
    one = keeping.lock(session, actor.practice_id, draft_id, SET_UP)
    found = require_ready(one, terms, at=at)
    if found.is_clinicians:
        raise NotReady(
            "The clinician decides here, and nobody else signs. Write down the decision.", {}
        )
    return offer(session, terms, actor, one, way, at=at)


def require_ready(one: ConsentDraft, terms: Terms, *, at: datetime) -> HandOver:
    """Return what the set-up says; raise NotReady with all that it lacks."""
    found = set_up(one.answers, terms, at=at)
    if not found.is_ready:
        raise NotReady("The set-up is not complete. Nothing was handed over.", found.errors)
    return found


def offer(
    session: Session, terms: Terms, actor: Actor, one: ConsentDraft, way: str, *, at: datetime
) -> ConsentDraft:
    """Let a locked and complete set-up stand still, in the words of the form as it is now."""
    tree = _still_said(one, terms)
    tree["template"] = {**(tree.get("template") or {}), "version": terms.catalogue.version}
    keeping.change(one, tree)
    one.shown = {}
    one.stage, one.way, one.version = OFFERED, way, terms.catalogue.version
    one.offered_at, one.offered_by = at, actor.staff_id
    models.record(session, actor, "consent.offered", one, at=at, details={"way": way})
    session.flush()
    return one


def take_back(
    session: Session, terms: Terms, actor: Actor, draft_id: str, *, at: datetime
) -> ConsentDraft:
    """Take a consent back into the set-up, and turn off its link. What was answered stays, but
    not as signed.

    Signatures given so far are dropped: what they were given to may change now. Raises WrongStage
    once all have signed, NotFound.
    """
    one = keeping.lock(session, actor.practice_id, draft_id, OFFERED)
    tree = deepcopy(one.answers)
    dropped = len(tree.pop("signatures", []))
    keeping.end_ways(session, actor, one, at=at)
    files.drop(session, one)
    one.shown = {"said": _said(one, terms.catalogue)}
    keeping.change(one, tree)
    one.stage, one.way, one.version = SET_UP, None, None
    one.saved_at, one.saved_by = at, actor.staff_id
    models.record(session, actor, "consent.taken_back", one, at=at, details={"signatures": dropped})
    session.flush()
    return one


def offered(session: Session, practice_id: str, draft_id: str) -> ConsentDraft | None:
    """Return a consent for the patient's page, which has no actor; None if there is none."""
    return session.scalar(
        select(ConsentDraft).where(
            ConsentDraft.practice_id == practice_id, ConsentDraft.id == draft_id
        )
    )


def lock_offered(session: Session, terms: Terms, one: ConsentDraft) -> ConsentDraft:
    """Return the consent that the patient has, locked; its words must still be those of today.

    Raises WrongStage if it was taken back, signed or closed meanwhile; FormUpdated.
    """
    fresh = keeping.lock(session, one.practice_id, one.id, OFFERED)
    if fresh.version != terms.catalogue.version:
        raise FormUpdated(terms.catalogue.code("E24").message)
    return fresh


def _hinders(one: Finding, catalogue: Catalogue) -> bool:
    is_set_up = whose.part_of(catalogue, one.field) == whose.SET_UP
    return is_set_up or one.rule_id in REFUSES_A_USE


def _without_misfits(
    tree: dict[str, Any], catalogue: Catalogue
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Take out typed texts that are no numbers: they are said where they stand."""
    errors: dict[str, list[str]] = {}
    for one in catalogue.fields:
        typed = whose.value_at(tree, one.name) if one.type == "number" else None
        if isinstance(typed, str):
            whose.remove(tree, one.name)
            limits = {"min": one.settings.get("min", 0), "max": one.settings.get("max", 0)}
            errors[one.name] = [filled(catalogue.faults["number"], **limits)]
    return tree, errors


def _still_said(one: ConsentDraft, terms: Terms) -> dict[str, Any]:
    """Return the answers without those given to a question that says something else now."""
    tree, said = deepcopy(one.answers), one.shown.get("said") or {}
    now = _said(one, terms.catalogue)
    for key in asked(tree):
        if tree["purposes"][key].get("decision") and said.get(key) != now[key]:
            tree["purposes"][key] = {
                **{
                    name: value
                    for name, value in tree["purposes"][key].items()
                    if whose.part_of(terms.catalogue, f"purposes.{key}.{name}") == whose.SET_UP
                },
                "decision": whose.ASKED,
            }
    tree.pop("information_given", None)
    return tree


def _said(one: ConsentDraft, catalogue: Catalogue) -> dict[str, str]:
    """Return a mark of what each question says, by purpose."""
    tree, _ = _without_misfits(deepcopy(one.answers), catalogue)
    questions = wording.questions_for(read(tree, catalogue).tree, catalogue)
    return {
        asked_.key: hashlib.sha256(
            repr((asked_.question, asked_.words, asked_.limits)).encode()
        ).hexdigest()[:16]
        for asked_ in questions
    }
