"""`forms/SLUG.toml` → tables of fields, rules and computed values, or every fault at once."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from lettergen import checks, computations
from lettergen.conditions import WORDS, Condition, NotACondition, parse
from lettergen.definitions.faults import FaultList, Trail
from lettergen.definitions.grammar import (
    EMPTY,
    Advice,
    Clear,
    Computed,
    Field,
    Level,
    Option,
    Rule,
    Section,
)

Table = Mapping[str, Any]

TOP_KEYS = {
    "title": str,
    "family": str,
    "summary": str,
    "minutes": int,
    "include": list,
    "identifies": dict,
    "sections": dict,
    "fields": dict,
    "computed": dict,
    "rules": list,
}
FAMILIES = ("adhd", "photo-consent", "third-party", "general")
IDENTIFIES = (
    "title",
    "given_name",
    "family_name",
    "date_of_birth",
    "nhs_number",
    "addressee",
    "addressee_lines",
    "date",
    "enclosures",
)
RECORDS = {
    "practice": ("name", "ods", "address", "phone", "email", "secure_domains"),
    "signer": ("name", "role", "body", "number"),
}
FIELD_KEYS = {
    "section": str,
    "type": str,
    "label": str,
    "hint": str,
    "why": str,
    "source": str,
    "required": (bool, dict),
    "show_if": dict,
    "default": str,
    "detail": bool,
    "from": str,
    "none_answer": str,
    "advise": list,
}
COMPUTED_KEYS = {"function": str, "of": list, "label": str, "out_of": int}
_NUMBER = (int, float)
TYPE_KEYS: dict[str, dict[str, Any]] = {
    "text": {
        "min": int,
        "max": int,
        "format": str,
        "format_of": str,
        "directory": str,
        "fills": dict,
        "autocomplete": str,
    },
    "paragraph": {"min": int, "max": int, "soft_max": int, "max_lines": int},
    "date": {"not_after": str, "not_before": str, "within_years": int},
    "integer": {
        "min": int,
        "max": int,
        "unit": str,
        "less_than": str,
        "words": dict,
        "not_after": str,
    },
    "decimal": {"min": _NUMBER, "max": _NUMBER, "unit": str, "less_than": str, "words": dict},
    "choice": {"options": dict, "as": str},
    "choices": {"options": dict, "exclusive": list, "min": int},
    "tick": {"must": bool},
    "lines": {"min": int, "max": int, "max_items": int, "none": str},
    "repeat": {"max": int, "fields": dict},
    "group": {"fields": dict},
    "reasons": {"min": int, "max": int},
}
RULE_KEYS = {
    "id": str,
    "level": str,
    "clear": str,
    "when": dict,
    "message": str,
    "fields": list,
    "source": str,
    "checked_on": date,
}
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def read_sections(table: Table, faults: FaultList) -> dict[str, Section]:
    """Return the sections of a file, by id."""
    found = {}
    for id_, body in _tables(table, "sections", (), faults):
        where: Trail = ("sections", id_)
        _check_keys(body, {"title": str, "hint": str}, where, faults, needed=("title",))
        found[id_] = Section(id_, str(body.get("title", id_)), str(body.get("hint", "")))
    return found


def read_fields(
    table: Table, faults: FaultList, above: Trail = (), section: str = ""
) -> tuple[Field, ...]:
    """Return the fields of a file, group or row, in the order in which they stand."""
    found = []
    for name, body in _tables(table, "fields", above, faults):
        section = str(body.get("section", section))
        found.append(_field(name, body, section, (*above, "fields", name), faults))
    return tuple(found)


def read_computed(table: Table, faults: FaultList) -> tuple[Computed, ...]:
    """Return the computed values of a file; the functions and their options are checked."""
    found = []
    for name, body in _tables(table, "computed", (), faults):
        options = {key: value for key, value in body.items() if key not in COMPUTED_KEYS}
        own = {key: value for key, value in body.items() if key in COMPUTED_KEYS}
        _check_keys(own, COMPUTED_KEYS, ("computed", name), faults, needed=("function", "of"))
        one = Computed(
            name=name,
            function=str(body.get("function", "")),
            of=tuple(body.get("of", ())),
            options=options,
            label=str(body.get("label", "")),
            out_of=body.get("out_of"),
        )
        wrong = computations.fault(one.function, len(one.of), one.options)
        if wrong:
            faults.add(("computed", name, "function"), wrong)
        found.append(one)
    return tuple(found)


def read_rules(table: Table, faults: FaultList) -> tuple[Rule, ...]:
    """Return the rules of a file."""
    rules = [
        _rule(body, ("rules", index), faults) for index, body in enumerate(table.get("rules", []))
    ]
    for index, rule in enumerate(rules):
        if rule.id in {earlier.id for earlier in rules[:index]}:
            faults.add(("rules", index), f"the rule {rule.id} stands twice")
    return tuple(rules)


def check_top(table: Table, faults: FaultList) -> None:
    """Note what is missing, unknown or of a wrong kind among the keys of the file itself."""
    needed = ("title", "family", "summary", "minutes", "identifies", "sections", "fields")
    _check_keys(table, TOP_KEYS, (), faults, needed=needed)
    if table.get("family", "general") not in FAMILIES:
        faults.add(("family",), f"family is one of {', '.join(FAMILIES)}")
    for role in table.get("identifies", {}):
        if role not in IDENTIFIES:
            faults.add(("identifies", role), f"identifies knows {', '.join(IDENTIFIES)}")


def _field(name: str, body: Table, section: str, trail: Trail, faults: FaultList) -> Field:
    kind = str(body.get("type", ""))
    own = TYPE_KEYS.get(kind, {})
    _check_name(name, trail, faults)
    if kind not in TYPE_KEYS:
        faults.add((*trail, "type"), f"{name}: type is one of {', '.join(TYPE_KEYS)}")
    _check_keys(body, {**FIELD_KEYS, **own}, trail, faults, needed=("type", "label"))
    _check_settings(name, body, trail, faults)
    required = body.get("required", False)
    return Field(
        name=name,
        type=kind,
        label=str(body.get("label", name)),
        section=section,
        hint=str(body.get("hint", "")),
        why=str(body.get("why", "")),
        source=str(body.get("source", "")),
        required=(
            required
            if isinstance(required, bool)
            else _condition(required, (*trail, "required"), faults)
        ),
        show_if=_condition(body["show_if"], (*trail, "show_if"), faults)
        if "show_if" in body
        else None,
        default=body.get("default"),
        is_detail=body.get("detail", False) is True,
        supplied_from=body.get("from"),
        none_answer=body.get("none_answer"),
        advice=_advice(body, trail, faults),
        options=_options(body, trail, faults),
        fields=read_fields(body, faults, trail, section) if kind in ("repeat", "group") else (),
        settings={key: body[key] for key in own if key in body and key not in ("options", "fields")}
        or EMPTY,
    )


def _check_name(name: str, trail: Trail, faults: FaultList) -> None:
    if not _NAME.fullmatch(name):
        faults.add(trail, f"{name}: names have small letters, digits and underscores")
    if name in (*WORDS, "missing", "pages", "today"):
        faults.add(trail, f"{name} is a word of the vocabulary and cannot name a field")


def _check_settings(name: str, body: Table, trail: Trail, faults: FaultList) -> None:
    kind = body.get("type")
    known = (*checks.FORMATS, "registration")
    if kind == "text" and body.get("format", "email") not in known:
        faults.add((*trail, "format"), f"{name}: format is one of {', '.join(known)}")
    if (body.get("format") == "registration") != ("format_of" in body):
        faults.add(trail, f"{name}: format registration and format_of go together")
    if kind in ("choice", "choices") and not body.get("options"):
        faults.add(trail, f"{name}: a {kind} needs options")
    if kind in ("repeat", "group") and not body.get("fields"):
        faults.add(trail, f"{name}: a {kind} needs fields of its own")
    if kind == "choice" and body.get("as", "radio") not in ("radio", "select"):
        faults.add((*trail, "as"), f"{name}: as is radio or select")
    record, _, fact = str(body.get("from", "practice.name")).partition(".")
    if fact not in RECORDS.get(record, ()):
        faults.add((*trail, "from"), f"{name}: from names practice.… or signer.…: {RECORDS}")


def _options(body: Table, trail: Trail, faults: FaultList) -> tuple[Option, ...]:
    found = []
    table = body.get("options", {})
    for code, said in table.items() if isinstance(table, Mapping) else ():
        where = (*trail, "options", code)
        if isinstance(said, str):
            found.append(Option(code, said))
        elif isinstance(said, Mapping):
            _check_keys(said, {"label": str, "hint": str}, where, faults, needed=("label",))
            found.append(Option(code, str(said.get("label", code)), str(said.get("hint", ""))))
        else:
            faults.add(where, f"{code}: an option is its label, or a table of label and hint")
    return tuple(found)


def _advice(body: Table, trail: Trail, faults: FaultList) -> tuple[Advice, ...]:
    found = []
    for index, one in enumerate(body.get("advise", [])):
        where = (*trail, "advise", index)
        if not isinstance(one, Mapping) or set(one) != {"when", "text"}:
            faults.add(where, "advise is a list of tables of when and text")
            continue
        found.append(Advice(_condition(one["when"], where, faults), str(one["text"])))
    return tuple(found)


def _rule(body: Table, trail: Trail, faults: FaultList) -> Rule:
    needed = ("id", "level", "when", "message", "source")
    _check_keys(body, RULE_KEYS, trail, faults, needed=needed)
    level, clear = body.get("level", "info"), body.get("clear", "reason")
    if level not in ("stop", "warn", "info"):
        faults.add((*trail, "level"), "level is stop, warn or info")
    if clear not in ("reason", "acknowledge") or ("clear" in body and level != "warn"):
        faults.add((*trail, "clear"), "clear is reason or acknowledge, and belongs to warn")
    return Rule(
        id=str(body.get("id", "")),
        level=cast(Level, level),
        when=_condition(body.get("when", {}), (*trail, "when"), faults),
        message=str(body.get("message", "")),
        fields=tuple(body.get("fields", ())),
        source=str(body.get("source", "")),
        clear=cast(Clear, clear),
        checked_on=str(body.get("checked_on", "")),
    )


def _condition(table: object, trail: Trail, faults: FaultList) -> Condition:
    try:
        return parse(table)
    except NotACondition as wrong:
        faults.add(trail, str(wrong))
        return Condition(())


def _tables(table: Table, key: str, above: Trail, faults: FaultList) -> list[tuple[str, Table]]:
    found = table.get(key, {})
    if not isinstance(found, Mapping):
        faults.add((*above, key), f"{key} is a table of tables")
        return []
    for name, body in found.items():
        if not isinstance(body, Mapping):
            faults.add((*above, key, name), f"{name} is a table")
    return [(name, body) for name, body in found.items() if isinstance(body, Mapping)]


def _check_keys(
    body: Table,
    known: Mapping[str, Any],
    trail: Trail,
    faults: FaultList,
    needed: tuple[str, ...] = (),
) -> None:
    for key, value in body.items():
        if key not in known:
            faults.add((*trail, key), f"unknown key {key}; known here: {', '.join(known)}")
        elif not isinstance(value, known[key]) or (
            isinstance(value, bool) and known[key] in (int, _NUMBER)
        ):
            faults.add((*trail, key), f"{key} is of a wrong kind: {value!r}")
    for key in needed:
        if key not in body:
            faults.add(trail, f"{key} is missing")
