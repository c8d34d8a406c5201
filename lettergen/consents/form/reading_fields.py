"""`forms/consents/photo-consent.toml` → sections and fields, or every fault at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lettergen.consents.form.grammar import EMPTY, ConsentField, Option, Section
from lettergen.definitions.faults import FaultList, Trail
from lettergen.definitions.shapes import condition, fitting, tables
from lettergen.definitions.toml import Opened

PARTS = ("set_up", "patient", "end", "auto")
TYPES: dict[str, dict[str, Any]] = {
    "text": {"min": int, "max": int, "format": str},
    "paragraph": {"min": int, "max": int},
    "lines": {"max": int},
    "date": {"not_future": bool},
    "time": {"not_future": bool},
    "choice": {"as": str},
    "choices": {"exclusive": str},
    "yes_no": {},
    "tick": {"must": bool},
    "number": {"min": int, "max": int},
    "hash": {},
}
FORMATS = ("name", "email", "phone")
FIELD_KEYS = {
    "type": str,
    "label": str,
    "hint": str,
    "why": str,
    "source": str,
    "checked_on": date,
    "required": (bool, dict),
    "show_if": dict,
    "options": dict[str, Any],
    "also": list[str],
}
TOP_KEYS = {
    "title": str,
    "minutes": int,
    "checked_on": date,
    "open_groups": list[str],
    "moved": dict[str, str],
    # These are looked into by those who read them.
    "sections": Any,
    "fields": Any,
}
_NAME = re.compile(r"[a-z][a-z0-9_]*(\[\])?(\.[a-z][a-z0-9_]*(\[\])?)*")
_TAG = re.compile(r"\[(S|M|H|S\+M|S\+H|M\+H)\] .")


@dataclass(frozen=True)
class Form:
    """What the file of fields holds."""

    title: str
    minutes: int
    sections: tuple[Section, ...]
    fields: tuple[ConsentField, ...]
    open_groups: frozenset[str]
    moved: Mapping[str, str]


def read_form(source: Opened) -> Form:
    """Return the form of a file; faults are added to the source."""
    needed = ("title", "minutes", "checked_on", "sections", "fields")
    top = fitting(source.table, TOP_KEYS, (), source, needed=needed)
    sections = {one.id: one for one in _sections(source)}
    day = str(top.get("checked_on", ""))
    fields = tuple(
        _field(name, body, sections[id_], ("sections", id_, "fields", name), source, day)
        for id_, table in tables(source.table, "fields", (), source)
        if id_ in sections or _unknown(id_, source)
        for name, body in table.items()
    )
    return Form(
        title=top.get("title", ""),
        minutes=top.get("minutes", 0),
        sections=tuple(sections.values()),
        fields=fields,
        open_groups=frozenset(top.get("open_groups", ())),
        moved=top.get("moved", EMPTY),
    )


def sourced(body: Mapping[str, Any], where: Trail, faults: FaultList) -> str:
    """Return a source with its tag, [S], [M] or [H]; note one that has none."""
    source = str(body.get("source", ""))
    if source and not _TAG.match(source):
        faults.add((*where, "source"), "a source begins with how sure it is: [S], [M] or [H]")
    return source


def _sections(source: Opened) -> list[Section]:
    found = []
    for id_, table in tables(source.table, "sections", (), source):
        where: Trail = ("sections", id_)
        keys = {"title": str, "hint": str, "part": str}
        body = fitting(table, keys, where, source, needed=("title", "part"))
        if body.get("part", "auto") not in PARTS:
            source.add((*where, "part"), f"part is one of {', '.join(PARTS)}")
        found.append(
            Section(id_, body.get("title", id_), body.get("part", ""), body.get("hint", ""))
        )
    return found


def _unknown(id_: str, source: Opened) -> bool:
    source.add(("fields", id_), f"there is no section {id_}")
    return False


def _field(
    name: str, table: Any, section: Section, _: Trail, source: Opened, day: str
) -> ConsentField:
    where: Trail = ("fields", section.id, name)
    kind = str(table.get("type", "")) if isinstance(table, Mapping) else ""
    own = TYPES.get(kind, {})
    needed = ("type", "label", "source")
    body = fitting(table, {**FIELD_KEYS, **own}, where, source, needed=needed)
    if not _NAME.fullmatch(name):
        source.add(where, f"{name}: names have small letters, digits, underscores and full stops")
    if kind not in TYPES:
        source.add((*where, "type"), f"{name}: type is one of {', '.join(TYPES)}")
    if (kind in ("choice", "choices")) != bool(body.get("options")):
        source.add(where, f"{name}: choice and choices have options, other types have none")
    if body.get("format", "name") not in FORMATS:
        source.add((*where, "format"), f"{name}: format is one of {', '.join(FORMATS)}")
    needs = body.get("required", False)
    return ConsentField(
        name=name,
        type=kind,
        label=body.get("label", name),
        section=section.id,
        part=section.part,
        source=sourced(body, where, source),
        checked_on=str(body.get("checked_on", day)),
        hint=body.get("hint", ""),
        why=body.get("why", ""),
        required=needs
        if isinstance(needs, bool)
        else condition(body, "required", where, source) or False,
        show_if=condition(body, "show_if", where, source),
        options=_options(body, where, source),
        also=tuple(body.get("also", ())),
        settings={key: body[key] for key in own if key in body} or EMPTY,
    )


def _options(body: Mapping[str, Any], where: Trail, source: Opened) -> tuple[Option, ...]:
    found = []
    for code, said in body.get("options", {}).items():
        at = (*where, "options", code)
        if isinstance(said, str):
            found.append(Option(code, said))
            continue
        keys = {"label": str, "hint": str, "also": list[str]}
        words = fitting(said, keys, at, source, needed=("label",))
        also = tuple(words.get("also", ()))
        found.append(Option(code, words.get("label", code), words.get("hint", ""), also))
    return tuple(found)
