"""From answers to one outcome: the first rule of the table that holds, and what it says."""

from collections.abc import Mapping
from dataclasses import dataclass

from lettergen.calendar import british_date
from lettergen.requests.catalogue import facts
from lettergen.requests.catalogue.facts import Facts
from lettergen.requests.catalogue.grammar import (
    OF_TYPE,
    PRIVATE,
    Catalogue,
    Result,
    Rule,
    Source,
    Type,
)
from lettergen.requests.catalogue.partial import still_open
from lettergen.requests.triage.inputs import OFFERED, Inputs, normal

LACKING = ("missing", "too_wide", "authority_missing")
HOLD = "HOLD"
DUTY = "claimed_duty"
DUTY_REPLY = "D09"


@dataclass(frozen=True)
class Decision:
    """What triage comes to. `letter` is the code of a reply, or empty.

    `also` are replies whose added paragraph goes into the letter. With `nameless` the letter uses
    the version that names nobody. With `fee_locked` no fee line can stand on the request.
    """

    outcome: str
    rule: str
    letter: str
    reason: str
    source: str
    next_action: str
    button: str
    also: tuple[str, ...]
    nameless: bool
    fee_locked: bool
    sources: tuple[Source, ...]
    version: str


def decide(catalogue: Catalogue, inputs: Inputs, *, offered: bool | None = None) -> Decision:
    """Return the one outcome of these answers; those not given take their defaults.

    `offered` says whether the practice does this private work; without it the answers say so, or
    else the practice's terms in the catalogue. Raises BadInputs.

    Source: domain section 3.2, the decision table, its terms, and the switches above it.
    """
    answers = normal(catalogue, inputs)
    if offered is not None:
        answers[OFFERED] = offered
    kind = catalogue.types.get(str(answers["type"]))
    rule, result = _reached(catalogue, kind, answers)
    return _decision(catalogue, kind, answers, rule, result)


def outcome_of(catalogue: Catalogue, answers: Inputs) -> tuple[str, str]:
    """Return outcome and letter of whole, sound answers: `decide` without its words."""
    kind = catalogue.types.get(str(answers["type"]))
    _, result = _reached(catalogue, kind, answers)
    return result.outcome, _letter(kind, result)


def is_settled(catalogue: Catalogue, answers: Inputs, open_questions: set[str]) -> bool:
    """Say whether a rule decides for certain, whatever the answers to some questions are."""
    kind = catalogue.types.get(str(answers["type"]))
    unknown = {*open_questions, *({"asker"} if "requester" in open_questions else ())}
    made = _facts(catalogue, kind, answers).items()
    known = {name: value for name, value in made if name not in unknown}
    left = still_open(catalogue.rules, known)
    return len(left) == 1 and left[0].instead is None


def why(rule: Rule, outcome: str, kind: Type | None) -> tuple[str, tuple[str, ...]]:
    """Return the sentence that says why a rule came to an outcome, and the tags of its sources.

    A type's own sentence tells of what the type comes to at first. Where it comes to something
    else, as work for a fee once a better way was refused, the rule's own sentence tells why.
    """
    if rule.speaks_for_type and kind is not None and kind.obligation == outcome:
        return kind.reply, kind.sources
    results = (rule.result, *((rule.instead[1],) if rule.instead else ()))
    result = next((one for one in results if one.outcome == outcome), rule.result)
    return result.reason, rule.sources


def source_line(sources: tuple[Source, ...]) -> str:
    """Return sources with the day on which each was checked, those read first."""
    return "; ".join(
        f"{one.tag}: {one.title}"
        + ("" if one.is_from_memory else f" (checked {british_date(one.checked_on)})")
        for one in sources
    )


def _facts(catalogue: Catalogue, kind: Type | None, answers: Inputs) -> Facts:
    made = facts.of_type(kind)
    if not catalogue.charges_patients and made["obligation"] == "ORG_FEE":
        made["fallback"] = ""  # such a type's fallback is the patient who pays in its place
    return {
        OFFERED: kind is None or kind.is_offered,
        **answers,
        **made,
        "asker": facts.asker(str(answers["requester"])),
    }


def _reached(catalogue: Catalogue, kind: Type | None, answers: Inputs) -> tuple[Rule, Result]:
    made = _facts(catalogue, kind, answers)
    rule, result = _first(catalogue, made)
    if _is_closed(catalogue, result):
        # Work that the practice does not take on now is not offered, whatever its type.
        return _first(catalogue, {**made, "known": True, OFFERED: False})
    return rule, result


def _first(catalogue: Catalogue, made: Mapping[str, str | bool]) -> tuple[Rule, Result]:
    rule = next(one for one in catalogue.rules if one.when is None or one.when.holds(made))
    if rule.instead is not None and rule.instead[0].holds(made):
        return rule, rule.instead[1]
    return rule, rule.result


def _is_closed(catalogue: Catalogue, result: Result) -> bool:
    """Is this private work that the practice has switched off, as a whole or for patients?"""
    if catalogue.is_paused:
        return result.outcome in PRIVATE
    return not catalogue.charges_patients and result.outcome == "PATIENT_FEE"


def _decision(
    catalogue: Catalogue, kind: Type | None, answers: Inputs, rule: Rule, result: Result
) -> Decision:
    letter = _letter(kind, result)
    reason, tags = why(rule, result.outcome, kind)
    sources = catalogue.sources_of(tags)
    is_claimed = bool(letter) and answers["flag"] == DUTY and letter != DUTY_REPLY
    return Decision(
        outcome=result.outcome,
        rule=rule.id,
        letter=letter,
        reason=reason,
        source=source_line(sources),
        next_action=result.next_action,
        button=result.button,
        also=(DUTY_REPLY,) if is_claimed else (),
        nameless=bool(letter) and (answers["consent"] in LACKING or result.outcome == HOLD),
        fee_locked=catalogue.outcomes[result.outcome].is_locked,
        sources=sources,
        version=catalogue.version,
    )


def _letter(kind: Type | None, result: Result) -> str:
    if result.letter != OF_TYPE:
        return result.letter
    return kind.letter if kind else ""
