"""What the catalogue's files say of each other: names that have to exist, and hold together."""

from collections.abc import Iterator, Mapping, Sequence

from lettergen.conditions import Condition
from lettergen.definitions.faults import Fault, Trail
from lettergen.definitions.toml import Opened
from lettergen.requests.catalogue import facts
from lettergen.requests.catalogue.grammar import (
    OF_TYPE,
    TURNED_AWAY,
    Catalogue,
    Result,
    Rule,
    Type,
)
from lettergen.requests.catalogue.reachable import unreachable

PAID = ("ORG_FEE", "STATE_FEE", "PATIENT_FEE")
FREE = ("NHS_FREE", "ACCESS", "ESCALATE")
Files = Mapping[str, Opened]


def check_catalogue(catalogue: Catalogue, files: Files, slugs: frozenset[str]) -> list[Fault]:
    """Return every fault between the parts of the catalogue; `slugs` are the document types."""
    for file, kind in _types(catalogue, files):
        _check_type(kind, catalogue, file)
        if kind.letter_slug and kind.letter_slug not in slugs:
            file.add(("types", kind.key, "letter_slug"), f"there is no form {kind.letter_slug}")
    rules = files["rules.toml"]
    for place, rule in enumerate(catalogue.rules):
        _check_rule(rule, catalogue, rules, ("rules", place))
    _check_end(catalogue, rules)
    _check_words(catalogue, files)
    found = [fault for one in files.values() for fault in one.faults]
    if not found:
        for rule in unreachable(catalogue):
            place = catalogue.rules.index(rule)
            rules.add(("rules", place), f"{rule.id} never decides: rules before it always do")
    return [fault for one in files.values() for fault in one.faults]


def _types(catalogue: Catalogue, files: Files) -> Iterator[tuple[Opened, Type]]:
    for name, file in files.items():
        if name.startswith("types-"):
            for key in file.table["types"]:
                yield file, catalogue.types[key]


def _check_type(kind: Type, catalogue: Catalogue, file: Opened) -> None:
    where: Trail = ("types", kind.key)
    for part, fault in _faults_of(kind, catalogue):
        file.add((*where, part), fault)
    _check_sources(kind.sources, catalogue, file, (*where, "sources"))
    for name, code in kind.asks.items():
        question = catalogue.by_question.get(name)
        if question is None or name == "type":
            file.add((*where, "asks"), f"{name} is no question that a type answers")
        elif code not in {one.code for one in question.options}:
            file.add((*where, "asks", name), f"{code} is no answer to {name}")


def _faults_of(kind: Type, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Yield key and fault of what does not hold together in one type."""
    if kind.letter and kind.letter not in catalogue.replies:
        yield "letter", f"there is no reply {kind.letter}"
    if kind.obligation in TURNED_AWAY and not kind.letter:
        yield "obligation", f"{kind.obligation} needs the letter that turns it away"
    if kind.fallback and kind.obligation in FREE:
        yield "fallback", f"{kind.obligation} has no fallback"
    if kind.fallback == kind.obligation:
        yield "fallback", "the fallback is the obligation itself"
    if kind.obligation in PAID and kind.fallback not in ("", "PATIENT_FEE"):
        yield "fallback", f"{kind.obligation} can fall back on PATIENT_FEE alone"
    if kind.fee_default_pence and kind.obligation in FREE:
        yield "fee", f"{kind.obligation} is free: no fee can stand here"
    if kind.fee_high_pence and kind.effective == "NHS_FREE":
        yield "fee", "what the NHS does free has no fee"
    if not kind.fee_low_pence <= kind.fee_default_pence <= kind.fee_high_pence:
        yield "fee", "a fee is at least low and at most high"
    if kind.is_private and not kind.fee_default_pence:
        yield "fee", f"{kind.effective} needs a fee"
    if kind.checked_on > kind.reviewed_on:
        yield "reviewed_on", "reviewed_on is not before checked_on"


def _check_rule(rule: Rule, catalogue: Catalogue, file: Opened, where: Trail) -> None:
    _check_condition(rule.when, catalogue, file, (*where, "when"))
    _check_result(rule.result, catalogue, file, where)
    if rule.instead is not None:
        when, result = rule.instead
        _check_condition(when, catalogue, file, (*where, "instead", "when"))
        _check_result(result, catalogue, file, (*where, "instead"))
    _check_sources(rule.sources, catalogue, file, (*where, "sources"))


def _check_condition(
    when: Condition | None, catalogue: Catalogue, file: Opened, where: Trail
) -> None:
    known = facts.values(catalogue)
    for test in when.all_tests() if when else ():
        if test.name not in known:
            file.add(where, f"{test.name} is no fact; facts are {', '.join(known)}")
        elif test.word != "equals":
            file.add(where, f"{test.name}: rules compare with values, not with {test.word}")
        else:
            for value in [one for one in test.operand if one not in known[test.name]]:
                file.add(where, f"{value!r} is no value of {test.name}")


def _check_result(result: Result, catalogue: Catalogue, file: Opened, where: Trail) -> None:
    if result.letter not in ("", OF_TYPE) and result.letter not in catalogue.replies:
        file.add((*where, "letter"), f"there is no reply {result.letter}")


def _check_end(catalogue: Catalogue, file: Opened) -> None:
    """Note rules after which nothing can come, and a table that does not end in one."""
    *before, last = catalogue.rules or (None,)
    if last is None or last.when is not None:
        file.add((), "the last rule holds always: it has no condition")
    for place, rule in enumerate(before):
        if rule is not None and rule.when is None:
            file.add(("rules", place), f"{rule.id} has no condition, so no rule after it decides")


def _check_words(catalogue: Catalogue, files: Files) -> None:
    for name, file in files.items():
        for code in file.table["replies"] if name.startswith("replies") else ():
            reply, where = catalogue.replies[code], ("replies", code)
            _check_sources((reply.source,), catalogue, file, (*where, "source"))
            for key in [key for key in reply.routes if key not in catalogue.types]:
                file.add((*where, "routes", key), f"there is no type {key}")
            if reply.offers and reply.offers not in catalogue.types:
                file.add((*where, "offers"), f"there is no type {reply.offers}")


def _check_sources(tags: Sequence[str], catalogue: Catalogue, file: Opened, where: Trail) -> None:
    for tag in tags:
        if tag not in catalogue.sources:
            file.add(where, f"there is no source {tag}")
