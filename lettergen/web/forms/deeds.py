"""What the buttons of a form do to what is typed: answer the open questions, add and remove rows.

Also what choosing a service brings along. All are pure: typed text in, typed text out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from lettergen.definitions import Directories, DocumentType, Field
from lettergen.forms import Reading
from lettergen.web.forms.merging import Typed, question_of
from lettergen.web.forms.questions import known_fields
from lettergen.web.forms.rows import row_free, row_numbers
from lettergen.web.forms.widgets import PARTS, date_parts

LARGEST_ROW = 500


def tidy(kind: DocumentType, typed: Mapping[str, Sequence[str]]) -> Typed:
    """Return typed text as this program's own page would post it, so that it can be compared.

    Line breaks are of one kind, dates stand in three boxes, a list has one item a line, and of a
    number and the word beside it the number counts.
    """
    fields = known_fields(kind.fields)
    found: Typed = {}
    for name, values in typed.items():
        clean = [value.replace("\r\n", "\n").replace("\r", "\n") for value in values]
        field = fields.get(row_free(name))
        if field is None:
            found[name] = clean
        else:
            found |= _as_posted(field, name, clean)
    return found


def answer_none(reading: Reading, typed: Typed, section: str) -> tuple[Typed, tuple[str, ...]]:
    """Return typed text with the open questions of a section answered, and which they are.

    Only questions that are asked now, still unanswered, and that have an answer for "none".
    """
    answered = {question_of(name) for name, values in typed.items() if any(values)}
    open_ones = [
        field
        for field in reading.document_type.fields_of(section)
        if field.none_answer is not None
        and field.name in reading.shown
        and field.name not in answered
    ]
    added = {_posted_as(field): [_none_of(field)] for field in open_ones}
    return {**typed, **added}, tuple(field.name for field in open_ones)


def add_row(kind: DocumentType, typed: Typed, name: str) -> Typed:
    """Return typed text with one blank row more; unchanged when there may be no more rows."""
    field = known_fields(kind.fields).get(name)
    numbers = row_numbers(typed, name)
    if field is None or field.type != "repeat" or not field.fields:
        return typed
    if len(numbers) >= int(field.settings.get("max", LARGEST_ROW)):
        return typed
    number = max(numbers, default=-1) + 1
    return {**typed, **{f"{name}-{number}-{inner.name}": [""] for inner in field.fields}}


def remove_row(typed: Typed, row: str) -> Typed:
    """Return typed text without a row, like other_scales-2."""
    return {name: values for name, values in typed.items() if not name.startswith(f"{row}-")}


def fill_from_directory(
    kind: DocumentType, directories: Directories, before: Typed, typed: Typed
) -> tuple[Typed, tuple[str, ...]]:
    """Return typed text with what a newly chosen service brings, and the questions so filled.

    Only a question that is blank, or that still holds what the service chosen before had
    brought, is filled: what a person wrote stays.
    """
    filled = dict(typed)
    for field in kind.fields:
        fills: Mapping[str, str] = field.settings.get("fills", {})
        chosen, earlier = _first(typed, field.name), _first(before, field.name)
        directory = str(field.settings.get("directory", ""))
        record = directories.record(directory, chosen) if fills and chosen != earlier else None
        if record is None:
            continue
        old = directories.record(directory, earlier) or {}
        for name, fact in fills.items():
            now = _first(typed, name)
            new = _said(_fact(record, fact))
            if new and now != new and now in ("", _said(_fact(old, fact))):
                filled[name] = [new]
    changed = (name for name in filled if filled[name] != typed.get(name))
    return filled, tuple(changed)


def _as_posted(field: Field, name: str, values: list[str]) -> Typed:
    if field.type == "date":
        parts = date_parts({name: values}, name)
        return {f"{name}-{part}": [text] for part, text in zip(PARTS, parts, strict=True)}
    if field.type == "lines":
        none = field.settings.get("none")
        text = "\n".join(value for value in values if value != none)
        return {name: [text], **({f"{name}-none": ["y"]} if none in values else {})}
    if field.settings.get("words"):
        return {name: [next((value for value in values if value.strip()), "")]}
    return {name: values}


def _posted_as(field: Field) -> str:
    return f"{field.name}-none" if field.type == "lines" else field.name


def _none_of(field: Field) -> str:
    return "y" if field.type == "lines" else str(field.none_answer)


def _first(typed: Typed, name: str) -> str:
    return (typed.get(name) or [""])[0]


def _fact(record: Mapping[str, Any], dotted: str) -> Any:
    found: Any = record
    for part in dotted.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _said(fact: Any) -> str:
    if isinstance(fact, (list, tuple)):
        return "\n".join(str(line) for line in fact)
    return "" if fact is None else str(fact)
