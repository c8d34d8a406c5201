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
from lettergen.definitions.shapes import (
    LARGEST_NUMBER,
    Table,
    fitting,
    rows,
    tables,
)

TOP_KEYS = {
    "title": str,
    "family": str,
    "summary": str,
    "minutes": int,
    "sending": str,
    "include": list[str],
    "include_after": list[str],
    "identifies": dict[str, str],
    # These are looked into by those who read them.
    "sections": Any,
    "fields": Any,
    "computed": Any,
    "rules": Any,
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
    "email",
    "safe_to_write",
    "format",
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
    "advise": list[dict[str, Any]],
}
COMPUTED_KEYS = {"function": str, "of": list[str], "label": str, "out_of": int}
_NUMBER = (int, float)
TYPE_KEYS: dict[str, dict[str, Any]] = {
    "text": {
        "min": int,
        "max": int,
        "format": str,
        "format_of": str,
        "directory": str,
        "fills": dict[str, str],
        "autocomplete": str,
    },
    "paragraph": {"min": int, "max": int, "soft_max": int, "max_lines": int},
    "date": {"not_after": str, "not_before": str, "within_years": int},
    "integer": {
        "min": int,
        "max": int,
        "unit": str,
        "less_than": str,
        "words": dict[str, str],
        "not_after": str,
    },
    "decimal": {
        "min": _NUMBER,
        "max": _NUMBER,
        "unit": str,
        "less_than": str,
        "words": dict[str, str],
    },
    "choice": {"options": dict, "as": str},
    "choices": {"options": dict, "exclusive": list[str], "min": int},
    "tick": {"must": bool},
    "lines": {"min": int, "max": int, "max_items": int, "none": str},
    "repeat": {"max": int, "fields": Any},
    "group": {"fields": Any},
    "reasons": {"min": int, "max": int},
}
RULE_KEYS = {
    "id": str,
    "level": str,
    "clear": str,
    "when": dict,
    "message": str,
    "fields": list[str],
    "source": str,
    "checked_on": date,
}
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def read_sections(table: Table, faults: FaultList) -> dict[str, Section]:
    """Return the sections of a file, by id."""
    found = {}
    for id_, table_of_section in tables(table, "sections", (), faults):
        where: Trail = ("sections", id_)
        keys = {"title": str, "hint": str}
        body = fitting(table_of_section, keys, where, faults, needed=("title",))
        found[id_] = Section(id_, body.get("title", id_), body.get("hint", ""))
    return found


def read_fields(
    table: Table, faults: FaultList, above: Trail = (), section: str = ""
) -> tuple[Field, ...]:
    """Return the fields of a file, group or row, in the order in which they stand."""
    found = []
    for name, body in tables(table, "fields", above, faults):
        found.append(_field(name, body, section, (*above, "fields", name), faults))
        section = found[-1].section
    return tuple(found)


def read_computed(table: Table, faults: FaultList) -> tuple[Computed, ...]:
    """Return the computed values of a file; the functions and their options are checked."""
    found = []
    for name, body in tables(table, "computed", (), faults):
        where: Trail = ("computed", name)
        function = str(body.get("function", ""))
        shapes = {**COMPUTED_KEYS, **computations.options_of(function)}
        sound = fitting(body, shapes, where, faults, needed=("function", "of"))
        one = Computed(
            name=name,
            function=function,
            of=tuple(sound.get("of", ())),
            options={key: value for key, value in sound.items() if key not in COMPUTED_KEYS},
            label=sound.get("label", ""),
            out_of=sound.get("out_of"),
        )
        _check_name(name, where, faults)
        wrong = computations.fault(one.function, len(one.of), one.options)
        if wrong and len(sound) == len(body):
            faults.add((*where, "function"), wrong)
        found.append(one)
    return tuple(found)


def read_rules(table: Table, faults: FaultList) -> tuple[Rule, ...]:
    """Return the rules of a file."""
    rules = [_rule(body, ("rules", index), faults) for index, body in rows(table, "rules", faults)]
    for index, rule in enumerate(rules):
        if rule.id and rule.id in {earlier.id for earlier in rules[:index]}:
            faults.add(("rules", index), f"the rule {rule.id} stands twice")
    return tuple(rules)


def read_top(table: Table, faults: FaultList) -> dict[str, Any]:
    """Return what is sound among the keys of the file itself."""
    needed = ("title", "family", "summary", "minutes", "identifies", "sections", "fields")
    top = fitting(table, TOP_KEYS, (), faults, needed=needed)
    if top.get("family", "general") not in FAMILIES:
        faults.add(("family",), f"family is one of {', '.join(FAMILIES)}")
    for role in top.get("identifies", {}):
        if role not in IDENTIFIES:
            faults.add(("identifies", role), f"identifies knows {', '.join(IDENTIFIES)}")
    return top


def _field(name: str, table: Table, section: str, trail: Trail, faults: FaultList) -> Field:
    kind = str(table.get("type", ""))
    own = TYPE_KEYS.get(kind, {})
    _check_name(name, trail, faults)
    if kind not in TYPE_KEYS:
        faults.add((*trail, "type"), f"{name}: type is one of {', '.join(TYPE_KEYS)}")
    body = fitting(table, {**FIELD_KEYS, **own}, trail, faults, needed=("type", "label"))
    _check_settings(name, body, trail, faults)
    section = body.get("section", section)
    return Field(
        name=name,
        type=kind,
        label=body.get("label", name),
        section=section,
        hint=body.get("hint", ""),
        why=body.get("why", ""),
        source=body.get("source", ""),
        required=_required(body, trail, faults),
        show_if=_condition(body["show_if"], (*trail, "show_if"), faults)
        if "show_if" in body
        else None,
        default=body.get("default"),
        is_detail=body.get("detail", False),
        supplied_from=body.get("from"),
        none_answer=body.get("none_answer"),
        advice=_advice(body, trail, faults),
        options=_options(body, trail, faults),
        fields=read_fields(body, faults, trail, section) if kind in ("repeat", "group") else (),
        settings={key: body[key] for key in own if key in body and key not in ("options", "fields")}
        or EMPTY,
    )


def _required(body: Table, trail: Trail, faults: FaultList) -> bool | Condition:
    said = body.get("required", False)
    return said if isinstance(said, bool) else _condition(said, (*trail, "required"), faults)


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
    least, most = body.get("min", 0), body.get("max", LARGEST_NUMBER)
    if least > most:
        faults.add((*trail, "min"), f"{name}: min is above max, so nothing can be right")
    record, _, fact = body.get("from", "practice.name").partition(".")
    if fact not in RECORDS.get(record, ()):
        faults.add((*trail, "from"), f"{name}: from names practice.… or signer.…: {RECORDS}")


def _options(body: Table, trail: Trail, faults: FaultList) -> tuple[Option, ...]:
    found = []
    for code, said in body.get("options", {}).items():
        where = (*trail, "options", code)
        if isinstance(said, str):
            found.append(Option(code, said))
        elif isinstance(said, Mapping):
            keys = {"label": str, "hint": str}
            words = fitting(said, keys, where, faults, needed=("label",))
            found.append(Option(code, words.get("label", code), words.get("hint", "")))
        else:
            faults.add(where, f"{code}: an option is its label, or a table of label and hint")
    return tuple(found)


def _advice(body: Table, trail: Trail, faults: FaultList) -> tuple[Advice, ...]:
    found = []
    for index, one in enumerate(body.get("advise", [])):
        where = (*trail, "advise", index)
        keys = {"when": dict, "text": str}
        note = fitting(one, keys, where, faults, needed=("when", "text"))
        if len(note) == len(keys):
            found.append(Advice(_condition(note["when"], where, faults), note["text"]))
    return tuple(found)


def _rule(table: Table, trail: Trail, faults: FaultList) -> Rule:
    needed = ("id", "level", "when", "message", "source")
    body = fitting(table, RULE_KEYS, trail, faults, needed=needed)
    level, clear = body.get("level", "info"), body.get("clear", "reason")
    if level not in ("stop", "warn", "info"):
        faults.add((*trail, "level"), "level is stop, warn or info")
    if clear not in ("reason", "acknowledge") or ("clear" in body and level != "warn"):
        faults.add((*trail, "clear"), "clear is reason or acknowledge, and belongs to warn")
    when = body.get("when")
    return Rule(
        id=body.get("id", ""),
        level=cast(Level, level),
        when=Condition(()) if when is None else _condition(when, (*trail, "when"), faults),
        message=body.get("message", ""),
        fields=tuple(body.get("fields", ())),
        source=body.get("source", ""),
        clear=cast(Clear, clear),
        checked_on=str(body.get("checked_on", "")),
    )


def _condition(table: object, trail: Trail, faults: FaultList) -> Condition:
    try:
        return parse(table)
    except NotACondition as wrong:
        faults.add(trail, str(wrong))
        return Condition(())
