"""A tree of answers → what a browser would post, so that JSON meets the same checks as the web."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from lettergen.definitions import DocumentType, Field
from lettergen.refusals import Refused

Typed = dict[str, list[str]]
Faults = dict[str, list[str]]

# Far above any honest letter; a text this long is a mistake or an attack.
SIZE_LIMIT = 1_000_000


class AnswersUnreadable(Refused):
    """Answers that are no answers to this form: unknown names or wrong types, all of them."""

    def __init__(self, errors: Faults) -> None:
        self.errors = errors
        reasons = tuple(f"{name}: {text}" for name, texts in errors.items() for text in texts)
        super().__init__("These answers do not fit the form. " + "; ".join(reasons), reasons)


def flatten(kind: DocumentType, answers: object) -> Typed:
    """Return a tree of answers as posted names and texts.

    Raises AnswersUnreadable, which names every unknown name and wrong type by its dotted name.
    """
    errors: Faults = {}
    if not isinstance(answers, Mapping):
        raise AnswersUnreadable({"answers": ["must be an object of field names and answers"]})
    posted = list(_fields(kind.fields, answers, "", "", errors))
    if errors:
        raise AnswersUnreadable(errors)
    if sum(len(text) for _, texts in posted for text in texts) > SIZE_LIMIT:
        raise AnswersUnreadable({"answers": [f"are longer than {SIZE_LIMIT:,} characters in all"]})
    return dict(posted)


def initial(kind: DocumentType, today: date) -> Typed:
    """Return the defaults of a document type, as posted: what a new draft begins with."""
    return {
        one.name: [today.isoformat() if one.default == "today" else one.default]
        for one in kind.fields
        if one.default is not None
    }


def unknown_names(kind: DocumentType, typed: Typed) -> Iterator[str]:
    """Yield the posted names that no question of the form goes by."""
    for name in typed:
        if not _is_known(kind.fields, name):
            yield name


def _fields(
    fields: tuple[Field, ...], answers: Mapping[str, Any], dots: str, posted: str, errors: Faults
) -> Iterator[tuple[str, list[str]]]:
    known = {one.name: one for one in fields}
    for name, value in answers.items():
        if name not in known:
            errors[f"{dots}{name}"] = ["there is no such question; check the spelling"]
        elif value is not None:
            yield from _field(known[name], value, f"{dots}{name}", f"{posted}{name}", errors)


def _field(
    one: Field, value: Any, dots: str, posted: str, errors: Faults
) -> Iterator[tuple[str, list[str]]]:
    wanted, is_right, texts = _SHAPES[one.type]
    if not is_right(value):
        errors[dots] = [f"must be {wanted}, not {_kind_of(value)}"]
    elif one.type == "group":
        yield from _fields(one.fields, value, f"{dots}.", f"{posted}-", errors)
    elif one.type == "repeat":
        for row, answers in enumerate(value):
            yield from _fields(one.fields, answers, f"{dots}.{row}.", f"{posted}-{row}-", errors)
    elif one.type == "reasons":
        yield from ((f"{posted}-{rule}", [text]) for rule, text in value.items())
    else:
        yield posted, texts(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, str)) and not isinstance(value, bool)


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, Mapping) for row in value)


def _is_text_map(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(text, str) for text in value.values())


def _one(value: Any) -> list[str]:
    return [str(value)]


_SHAPES: dict[str, tuple[str, Callable[[Any], bool], Callable[[Any], list[str]]]] = {
    "text": ("a text", _is_text, _one),
    "paragraph": ("a text", _is_text, _one),
    "date": ("a date as a text, like 2026-11-20", _is_text, _one),
    "integer": ("a number", _is_number, _one),
    "decimal": ("a number", _is_number, _one),
    "choice": ("the name of an option", _is_text, _one),
    "choices": ("a list of the names of options", _is_texts, list),
    "tick": ("true or false", lambda value: isinstance(value, bool), lambda v: ["y"] if v else []),
    "lines": ("a list of texts", _is_texts, list),
    "repeat": ("a list of objects", _is_rows, list),
    "group": ("an object", lambda value: isinstance(value, Mapping), list),
    "reasons": ("an object of rule ids and reasons", _is_text_map, list),
}


def _kind_of(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return names.get(type(value), "a number")


def _is_known(fields: tuple[Field, ...], name: str) -> bool:
    for one in fields:
        if name == one.name and one.type not in ("repeat", "group", "reasons"):
            return True
        if name.startswith(f"{one.name}-") and _is_part(one, name.removeprefix(f"{one.name}-")):
            return True
    return False


def _is_part(one: Field, rest: str) -> bool:
    if one.type == "repeat":
        row, _, rest = rest.partition("-")
        return row.isdecimal() and _is_known(one.fields, rest)
    if one.type == "group":
        return _is_known(one.fields, rest)
    parts = {"date": ("day", "month", "year"), "lines": ("none",)}.get(one.type, ())
    return one.type == "reasons" or rest in parts
