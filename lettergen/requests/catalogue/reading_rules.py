"""`forms/requests/{questions,outcomes,rules}.toml` → the decision table, or every fault at once."""

import re
from collections.abc import Mapping
from typing import Any

from lettergen.conditions import Condition
from lettergen.definitions.faults import Trail
from lettergen.definitions.shapes import condition, fitting, rows, tables
from lettergen.definitions.toml import Opened
from lettergen.requests.catalogue.grammar import (
    OUTCOMES,
    UNKNOWN,
    Option,
    Outcome,
    Question,
    Result,
    Rule,
)

QUESTION_KEYS = {"label": str, "hint": str, "default": str, "options": dict[str, Any]}
OPTION_KEYS = {"label": str, "hint": str}
OUTCOME_KEYS = {"title": str, "says": str, "colour": str, "money": str, "locked": bool}
COLOURS = ("green", "blue", "yellow", "orange", "red", "purple", "grey")
RESULT_KEYS = {"outcome": str, "letter": str, "reason": str, "next_action": str, "button": str}
RULE_KEYS = {
    "id": str,
    "when": dict,
    "speaks_for_type": bool,
    "sources": list[str],
    "instead": dict,
    **RESULT_KEYS,
}
# The questions that the program asks by name; a file may word them anew, and add answers.
QUESTIONS = ("type", "flag", "subject", "ask", "requester", "consent", "alt", "payer")
_ID = re.compile(r"R[0-9]{2,3}")


def read_questions(opened: Opened) -> tuple[Question, ...]:
    """Return the questions in the order in which they are asked."""
    fitting(opened.table, {"questions": dict[str, Any]}, (), opened, needed=("questions",))
    found = tables(opened.table, "questions", (), opened)
    for key in set(QUESTIONS) - {key for key, _ in found}:
        opened.add((), f"the question {key} is missing")
    return tuple(_question(key, body, place, opened) for place, (key, body) in enumerate(found))


def read_outcomes(opened: Opened) -> dict[str, Outcome]:
    """Return the outcomes by code."""
    fitting(opened.table, {"outcomes": dict[str, Any]}, (), opened, needed=("outcomes",))
    found = {}
    for code, table in tables(opened.table, "outcomes", (), opened):
        where: Trail = ("outcomes", code)
        needed = tuple(key for key in OUTCOME_KEYS if key != "locked")
        body = fitting(table, OUTCOME_KEYS, where, opened, needed=needed)
        if code not in OUTCOMES:
            opened.add(where, f"{code}: outcomes are {', '.join(OUTCOMES)}")
        if body.get("colour", "grey") not in COLOURS:
            opened.add((*where, "colour"), f"colour is one of {', '.join(COLOURS)}")
        texts = {name: body.get(name, "") for name in ("title", "says", "colour", "money")}
        found[code] = Outcome(code=code, is_locked=body.get("locked", False), **texts)
    for code in [code for code in OUTCOMES if code not in found]:
        opened.add((), f"the outcome {code} is missing")
    return found


def read_rules(opened: Opened) -> tuple[Rule, ...]:
    """Return the rules in their order; a rule without a condition holds always."""
    fitting(opened.table, {"rules": list[Any]}, (), opened, needed=("rules",))
    found = [_rule(place, body, opened) for place, body in rows(opened.table, "rules", opened)]
    ids = [one.id for one in found]
    for place, id_ in enumerate(ids):
        if id_ in ids[:place]:
            opened.add(("rules", place), f"{id_} stands twice")
    return tuple(found)


def _question(key: str, table: Mapping[str, Any], number: int, opened: Opened) -> Question:
    where: Trail = ("questions", key)
    body = fitting(table, QUESTION_KEYS, where, opened, needed=("label", "default"))
    options = tuple(
        _option(code, said, (*where, "options", code), opened)
        for code, said in body.get("options", {}).items()
    )
    default = body.get("default", "")
    if key not in QUESTIONS:
        opened.add(where, f"{key}: questions are {', '.join(QUESTIONS)}")
    if (key == "type") == bool(options):
        opened.add(where, f"{key}: type has no options of its own, every other question has some")
    if default not in ([UNKNOWN] if key == "type" else [one.code for one in options]):
        opened.add((*where, "default"), f"{default or 'nothing'} is no answer to {key}")
    return Question(key, number, body.get("label", key), body.get("hint", ""), default, options)


def _option(code: str, said: Any, where: Trail, opened: Opened) -> Option:
    if isinstance(said, str):
        return Option(code, said)
    body = fitting(said, OPTION_KEYS, where, opened, needed=("label",))
    return Option(code, body.get("label", code), body.get("hint", ""))


def _rule(place: int, table: Mapping[str, Any], opened: Opened) -> Rule:
    where: Trail = ("rules", place)
    needed = ("id", "outcome", "reason", "next_action", "button", "sources")
    body = fitting(table, RULE_KEYS, where, opened, needed=needed)
    if not _ID.fullmatch(str(body.get("id", ""))):
        opened.add((*where, "id"), "a rule's id is R and its number, like R07")
    return Rule(
        id=body.get("id", ""),
        when=condition(body, "when", where, opened),
        result=_result(body, where, opened),
        speaks_for_type=body.get("speaks_for_type", False),
        sources=tuple(body.get("sources", ())),
        instead=_instead(body, where, opened),
    )


def _instead(
    body: Mapping[str, Any], above: Trail, opened: Opened
) -> tuple[Condition, Result] | None:
    if "instead" not in body:
        return None
    where = (*above, "instead")
    needed = ("when", "outcome", "reason", "next_action", "button")
    part = fitting(body["instead"], {"when": dict, **RESULT_KEYS}, where, opened, needed=needed)
    when = condition(part, "when", where, opened)
    return (when, _result(part, where, opened)) if when else None


def _result(body: Mapping[str, Any], where: Trail, opened: Opened) -> Result:
    outcome = body.get("outcome", "")
    if "outcome" in body and outcome not in OUTCOMES:
        opened.add((*where, "outcome"), f"{outcome}: outcomes are {', '.join(OUTCOMES)}")
    texts = {name: body.get(name, "") for name in RESULT_KEYS}
    return Result(**texts)
