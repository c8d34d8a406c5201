"""Checks across a definition: every name that is used exists, and is known when it is looked at."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from lettergen import computations
from lettergen.conditions import Condition, Test
from lettergen.definitions.faults import FaultList, Trail
from lettergen.definitions.grammar import Computed, DocumentType, Field

BUILT_IN = ("missing", "pages")
NUMBERS = ("integer", "decimal")
# By type, the keys that name another question, and the types that it may have.
NAMES_A: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "text": {"format_of": ("choice",)},
    "date": {"not_after": ("date",), "not_before": ("date",)},
    "integer": {"less_than": NUMBERS, "not_after": ()},
    "decimal": {"less_than": NUMBERS},
}
# What the answer to a question is for a function; the answers to others are for none.
KIND_OF = {
    "text": "text",
    "paragraph": "text",
    "choice": "text",
    "date": "date",
    "integer": "number",
    "decimal": "number",
    "choices": "list",
    "lines": "list",
    "repeat": "list",
    "tick": "yes or no",
}
ONLY_OUTSIDE = ("default", "from", "advise", "none_answer")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class _Scope:
    """The questions that may be looked at, and the place of every name in the order of asking."""

    fields: Mapping[str, Field]
    orders: Mapping[str, float]

    def within(self, one: Field) -> "_Scope":
        """Return what the questions of a group or row see: their neighbours, and all around."""
        place = self.orders[one.name]
        orders = {
            # What is not yet known beside the group comes after all of the group.
            name: other if other < place else other + 1
            for name, other in self.orders.items()
        }
        step = 1 / (len(one.fields) + 1)
        inner = {each.name: place + step * (n + 1) for n, each in enumerate(one.fields)}
        neighbours = {each.name: each for each in one.fields}
        return _Scope({**self.fields, **neighbours}, {**orders, **inner})


def check_names(kind: DocumentType, directories: Collection[str], faults: FaultList) -> None:
    """Note every name in a document type that nothing bears, and every look ahead."""
    scope = _Scope({one.name: one for one in kind.fields}, _orders(kind, faults))
    for one in kind.fields:
        _check_field(one, scope, directories, ("fields", one.name), faults)
    _check_sections(kind, faults)
    _check_rules(kind, scope, faults)
    _check_computed(kind, directories, faults)
    _check_identifies(kind, scope, faults)
    for record in ("practice.name", "signer.name"):
        if record not in kind.supplied().values():
            whose = record.partition(".")[0]
            faults.add((), f'no field comes from {record}: include the group "{whose}"')


def _orders(kind: DocumentType, faults: FaultList) -> dict[str, float]:
    """Return name → place in the order of asking; a computed value stands with its last input."""
    orders: dict[str, float] = {one.name: place for place, one in enumerate(kind.fields)}
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


def _check_computed(kind: DocumentType, directories: Collection[str], faults: FaultList) -> None:
    known = {"today": "date", **{one.name: KIND_OF.get(one.type, "") for one in kind.fields}}
    for one in kind.computed:
        trail: Trail = ("computed", one.name)
        directory = one.options.get("directory")
        if directory is not None and directory not in directories:
            faults.add((*trail, "directory"), f"no directory {directory}")
        if one.function not in computations.FUNCTIONS:
            continue
        known[one.name] = computations.given(one.function)
        for name, kind_ in zip(one.of, _wanted(one), strict=True):
            if not _goes_as(known.get(name, computations.ANYTHING), kind_):
                faults.add((*trail, "of"), f"{one.function} works of a {kind_}, and {name} is none")


def _wanted(one: Computed) -> tuple[str, ...]:
    return computations.wanted(one.function, len(one.of))


def _goes_as(kind: str, wanted: str) -> bool:
    is_open = computations.ANYTHING in {kind, wanted}
    return is_open or kind == wanted or (kind, wanted) == ("date", "text")


def _check_identifies(kind: DocumentType, scope: _Scope, faults: FaultList) -> None:
    for role, name in kind.identifies.items():
        if name not in scope.orders:
            faults.add(("identifies", role), f"no field {name}")
        elif role in ("date", "date_of_birth") and not _is_day(kind, scope, name):
            faults.add(("identifies", role), f"{role} is a date, and {name} is none")
        elif role in ("safe_to_write", "format") and not _has_options(scope, name):
            faults.add(("identifies", role), f"{role} is chosen from options, and {name} has none")


def _has_options(scope: _Scope, name: str) -> bool:
    return name in scope.fields and bool(scope.fields[name].options)


def _is_day(kind: DocumentType, scope: _Scope, name: str) -> bool:
    if name in scope.fields:
        return scope.fields[name].type == "date"
    function = next(one.function for one in kind.computed if one.name == name)
    return function in computations.FUNCTIONS and computations.given(function) == "date"


def _check_field(
    one: Field, scope: _Scope, directories: Collection[str], trail: Trail, faults: FaultList
) -> None:
    for condition, where in _conditions(one, trail):
        _check_condition(condition, scope.fields, scope.orders, where, faults)
    for name in one.show_if.names() if one.show_if else ():
        if scope.orders.get(name, -1) >= scope.orders[one.name]:
            faults.add(
                (*trail, "show_if"), f"{one.name}: show_if looks ahead at {name}; move it up"
            )
    _check_named(one, scope, trail, faults)
    directory = one.settings.get("directory")
    if directory is not None and directory not in directories:
        faults.add((*trail, "directory"), f"{one.name}: no directory {directory}")
    _check_codes(one, trail, faults)
    inside = scope.within(one) if one.fields else scope
    for inner in one.fields:
        where = (*trail, "fields", inner.name)
        _check_inner(inner, where, faults)
        _check_field(inner, inside, directories, where, faults)


def _check_named(one: Field, scope: _Scope, trail: Trail, faults: FaultList) -> None:
    for key, types in NAMES_A.get(one.type, {}).items():
        other = one.settings.get(key, "today")
        if other == "today":
            continue
        if other not in scope.fields:
            faults.add((*trail, key), f"{one.name}: no field {other}")
        elif scope.fields[other].type not in types:
            wanted = f"names a {' or '.join(types)}" if types else "is always today"
            faults.add((*trail, key), f"{one.name}: {key} {wanted}")
    for other in one.settings.get("fills", {}):
        if other not in scope.fields:
            faults.add((*trail, "fills", other), f"{one.name}: no field {other}")


def _check_codes(one: Field, trail: Trail, faults: FaultList) -> None:
    codes = {option.code for option in one.options}
    for code in (*one.settings.get("exclusive", ()), *filter(None, (one.none_answer,))):
        if codes and code not in codes:
            faults.add(trail, f"{one.name}: no option {code}")
    if one.type == "choice" and one.default is not None and one.default not in codes:
        faults.add((*trail, "default"), f"{one.name}: no option {one.default}")


def _check_inner(one: Field, trail: Trail, faults: FaultList) -> None:
    """Note what only a question outside of groups and rows may have."""
    had = (one.default, one.supplied_from, one.advice, one.none_answer)
    for key, value in zip(ONLY_OUTSIDE, had, strict=True):
        if value:
            faults.add((*trail, key), f"{one.name}: {key} has no effect within a group or row")
    if one.type == "reasons":
        faults.add(trail, f"{one.name}: reasons stand outside of groups and rows")


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
    if test.word == "count_at_least" and KIND_OF.get(one.type) != "list":
        faults.add(trail, f"count_at_least counts lists, and {one.name} is a {one.type}")
    if test.word == "equals":
        _check_equals(test, one, trail, faults)
    if test.word in ("equals", "holds_any", "holds_none") and one.options:
        for code in test.operand:
            if code not in codes:
                faults.add(trail, f"{one.name} has no option {code}")


def _check_equals(test: Test, one: Field, trail: Trail, faults: FaultList) -> None:
    if one.type == "choices":
        faults.add(trail, f"{one.name} holds several choices: use holds_any or holds_none")
    elif one.type in ("lines", "repeat", "group", "reasons"):
        faults.add(trail, f"{one.name} is a {one.type} and equals nothing: use blank or not_blank")
    for value in test.operand:
        if (one.type == "tick") != isinstance(value, bool):
            faults.add(trail, f"{one.name} is a {one.type} and is never {value!r}")


def _check_sections(kind: DocumentType, faults: FaultList) -> None:
    ids = {section.id for section in kind.sections}
    for one in kind.fields:
        if one.section not in ids:
            faults.add(("fields", one.name), f"{one.name}: no section {one.section or '(none)'}")
    for id_ in ids - {one.section for one in kind.fields}:
        faults.add(("sections", id_), f"the section {id_} has no fields")


def _check_rules(kind: DocumentType, scope: _Scope, faults: FaultList) -> None:
    known = {*scope.orders, *BUILT_IN}
    for index, rule in enumerate(kind.rules):
        trail: Trail = ("rules", index)
        _check_condition(rule.when, scope.fields, known, (*trail, "when"), faults)
        for name in rule.fields:
            if name not in scope.fields:
                faults.add((*trail, "fields"), f"{rule.id}: no field {name}")
        for name in _PLACEHOLDER.findall(rule.message):
            if name not in scope.orders and name not in ("missing", "blank_fields"):
                faults.add((*trail, "message"), f"{rule.id}: nothing is called {{{name}}}")
