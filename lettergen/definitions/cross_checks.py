"""Checks across a definition: every name that is used exists, and is known when it is looked at."""

import re
from collections.abc import Collection, Iterator, Mapping

from lettergen.conditions import Condition, Test
from lettergen.definitions.faults import FaultList, Trail
from lettergen.definitions.grammar import DocumentType, Field

BUILT_IN = ("missing", "pages")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def check_names(kind: DocumentType, directories: Collection[str], faults: FaultList) -> None:
    """Note every name in a document type that nothing bears, and every look ahead."""
    fields = {one.name: one for one in kind.fields}
    orders = _orders(kind, faults)
    for one in kind.fields:
        _check_field(one, fields, orders, directories, faults)
    _check_sections(kind, faults)
    _check_rules(kind, fields, orders, faults)
    for name, computed in ((c.name, c) for c in kind.computed):
        directory = computed.options.get("directory")
        if directory is not None and directory not in directories:
            faults.add(("computed", name, "directory"), f"no directory {directory}")
    for role, name in kind.identifies.items():
        if name not in orders:
            faults.add(("identifies", role), f"no field {name}")
    for record in ("practice.name", "signer.name"):
        if record not in kind.supplied().values():
            whose = record.partition(".")[0]
            faults.add((), f'no field comes from {record}: include the group "{whose}"')


def _orders(kind: DocumentType, faults: FaultList) -> dict[str, int]:
    """Return name → place in the order of asking; a computed value stands with its last input."""
    orders = {one.name: place for place, one in enumerate(kind.fields)}
    for computed in kind.computed:
        if computed.name in orders:
            faults.add(("computed", computed.name), f"{computed.name} is already a field")
        for name in computed.of:
            if name != "today" and name not in orders:
                faults.add(
                    ("computed", computed.name, "of"),
                    f"{computed.name}: no field or earlier computed value {name}",
                )
        orders[computed.name] = max((orders.get(name, -1) for name in computed.of), default=-1)
    return orders


def _check_field(
    one: Field,
    fields: Mapping[str, Field],
    orders: Mapping[str, int],
    directories: Collection[str],
    faults: FaultList,
) -> None:
    trail: Trail = ("fields", one.name)
    for condition, where in _conditions(one, trail):
        _check_condition(condition, fields, orders, where, faults)
    if one.show_if:
        for name in one.show_if.names():
            if orders.get(name, -1) >= orders[one.name]:
                faults.add(
                    (*trail, "show_if"), f"{one.name}: show_if looks ahead at {name}; move it up"
                )
    for key in ("not_after", "not_before", "less_than", "format_of"):
        other = one.settings.get(key, "today")
        if other != "today" and other not in fields:
            faults.add((*trail, key), f"{one.name}: no field {other}")
    for other in one.settings.get("fills", {}):
        if other not in fields:
            faults.add((*trail, "fills", other), f"{one.name}: no field {other}")
    directory = one.settings.get("directory")
    if directory is not None and directory not in directories:
        faults.add((*trail, "directory"), f"{one.name}: no directory {directory}")
    codes = {option.code for option in one.options}
    for code in (*one.settings.get("exclusive", ()), *filter(None, (one.none_answer,))):
        if codes and code not in codes:
            faults.add(trail, f"{one.name}: no option {code}")
    if one.type == "choice" and one.default is not None and one.default not in codes:
        faults.add((*trail, "default"), f"{one.name}: no option {one.default}")


def _conditions(one: Field, trail: Trail) -> Iterator[tuple[Condition, Trail]]:
    if one.show_if:
        yield one.show_if, (*trail, "show_if")
    if isinstance(one.required, Condition):
        yield one.required, (*trail, "required")
    for index, advice in enumerate(one.advice):
        yield advice.when, (*trail, "advise", index)


def _check_condition(
    condition: Condition,
    fields: Mapping[str, Field],
    known: Collection[str],
    trail: Trail,
    faults: FaultList,
) -> None:
    for test in condition.all_tests():
        if test.name not in known:
            faults.add(trail, f"no field or computed value {test.name}")
        elif test.name in fields:
            _check_test(test, fields[test.name], trail, faults)


def _check_test(test: Test, one: Field, trail: Trail, faults: FaultList) -> None:
    codes = {option.code for option in one.options} | set(one.settings.get("words", {}))
    if test.word in ("holds_any", "holds_none") and one.type != "choices":
        faults.add(trail, f"{test.word} looks into choices, and {one.name} is a {one.type}")
    if test.word in ("at_least", "at_most") and one.type not in ("integer", "decimal"):
        faults.add(trail, f"{test.word} compares numbers, and {one.name} is a {one.type}")
    if test.word == "equals" and one.type == "choices":
        faults.add(trail, f"{one.name} holds several choices: use holds_any or holds_none")
    if test.word not in ("equals", "holds_any", "holds_none") or not one.options:
        return
    for code in test.operand:
        if code not in codes:
            faults.add(trail, f"{one.name} has no option {code}")


def _check_sections(kind: DocumentType, faults: FaultList) -> None:
    ids = {section.id for section in kind.sections}
    for one in kind.fields:
        if one.section not in ids:
            faults.add(("fields", one.name), f"{one.name}: no section {one.section or '(none)'}")
    for id_ in ids - {one.section for one in kind.fields}:
        faults.add(("sections", id_), f"the section {id_} has no fields")


def _check_rules(
    kind: DocumentType,
    fields: Mapping[str, Field],
    orders: Mapping[str, int],
    faults: FaultList,
) -> None:
    known = {*orders, *BUILT_IN}
    for index, rule in enumerate(kind.rules):
        trail: Trail = ("rules", index)
        _check_condition(rule.when, fields, known, (*trail, "when"), faults)
        for name in rule.fields:
            if name not in fields:
                faults.add((*trail, "fields"), f"{rule.id}: no field {name}")
        for name in _PLACEHOLDER.findall(rule.message):
            if name not in orders and name not in ("missing", "blank_fields"):
                faults.add((*trail, "message"), f"{rule.id}: nothing is called {{{name}}}")
