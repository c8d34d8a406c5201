"""A tree of answers read by the catalogue: unknown names and wrong types are refused, all at once.

What comes out is in standard form: codes and names as the catalogue writes them, yes and no as
true and false, lists as lists. What an open group holds beyond the form is kept as it stands.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lettergen.calendar import local_day
from lettergen.checks import clean
from lettergen.consents.form.grammar import Catalogue, ConsentField
from lettergen.consents.form.moments import parse_moment
from lettergen.forms import AnswersUnreadable

CLOSE = 0.85
_WORDS = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}


@dataclass
class Node:
    """A place in the tree: a question, a group of places, rows of them, or question and group."""

    path: str
    question: ConsentField | None = None
    has_rows: bool = False
    places: dict[str, "Node"] = field(default_factory=dict)

    def named(self, name: str, given: Mapping[str, Any]) -> "tuple[str, Node] | None":
        """Return the place that a name stands for, under its own name or another."""
        if name in self.places:
            return name, self.places[name]
        for own, place in self.places.items():
            if own not in given and place.question and name in place.question.also:
                return own, place
        return None

    def names(self) -> list[str]:
        """Return every name that may stand here."""
        also = (one.question.also for one in self.places.values() if one.question)
        return [*self.places, *(name for names in also for name in names)]


@dataclass(frozen=True)
class Answers:
    """Answers in standard form, and the names that the form does not know."""

    tree: Mapping[str, Any]
    extras: tuple[str, ...]


def read(answers: object, catalogue: Catalogue) -> Answers:
    """Return answers in standard form.

    Raises AnswersUnreadable, which names every unknown name and wrong type by its dotted name.
    """
    if not isinstance(answers, Mapping):
        raise AnswersUnreadable({"answers": ["must be an object of field names and answers"]})
    reader = _Reader(catalogue)
    try:
        tree = reader.group(_in_place(answers, catalogue.moved), places_of(catalogue), "")
    except RecursionError as deep:
        raise AnswersUnreadable({"answers": ["are nested too deeply"]}) from deep
    if reader.errors:
        raise AnswersUnreadable(reader.errors)
    return Answers(tree, tuple(reader.extras))


@lru_cache(maxsize=8)
def places_of(catalogue: Catalogue) -> Node:
    """Return the tree of places that the fields of the catalogue make."""
    top = Node("")
    for one in catalogue.fields:
        node = top
        for part in one.name.split("."):
            name = part.removesuffix("[]")
            path = f"{node.path}.{part}" if node.path else part
            node = node.places.setdefault(name, Node(path, has_rows=part.endswith("[]")))
        node.question = one
    return top


def slug_of(code: str) -> str:
    """Return a code as codes are written: “CC BY-NC 4.0” is cc_by_nc_4_0."""
    return re.sub(r"[^a-z0-9]+", "_", code.casefold()).strip("_")


class _Reader:
    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.errors: dict[str, list[str]] = {}
        self.extras: list[str] = []

    def group(self, given: Mapping[str, Any], node: Node, dots: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, value in given.items():
            found = node.named(name, given)
            path = f"{dots}{name}"
            if found is None:
                self._unknown(name, path, given, node)
                made[name] = value
            elif name == found[0] or node.path not in self.catalogue.open_groups:
                made[found[0]] = self._place(value, found[1], f"{dots}{found[0]}")
            else:
                self._borrowed(made, name, value, found, dots)
        return made

    def _borrowed(
        self, made: dict[str, Any], name: str, value: Any, found: tuple[str, Node], dots: str
    ) -> None:
        """Take an answer under another name; one of another kind is kept as a detail of its own."""
        before = dict(self.errors)
        answer = self._place(value, found[1], f"{dots}{found[0]}")
        if self.errors == before:
            made[found[0]] = answer
        else:
            self.errors = before
            self.extras.append(f"{dots}{name}")
            made[name] = value

    def _place(self, value: Any, node: Node, dots: str) -> Any:
        if value is None:
            return [] if node.has_rows else None
        if node.has_rows:
            return self._rows(value, node, dots)
        if node.places and isinstance(value, Mapping):
            return self.group(value, node, f"{dots}.")
        if node.question is None:
            return self._wrong(value, "an object", dots)
        if "text" in node.places and isinstance(value, str) and value not in ("", "yes", "no"):
            return self.group({"text": value}, node, f"{dots}.")
        return self._answer(value, node.question, dots)

    def _rows(self, value: Any, node: Node, dots: str) -> Any:
        if not isinstance(value, list):
            return self._wrong(value, "a list of objects", dots)
        return [
            self.group(row, node, f"{dots}.{index}.")
            if isinstance(row, Mapping)
            else self._wrong(row, "an object", f"{dots}.{index}")
            for index, row in enumerate(value)
        ]

    def _answer(self, value: Any, one: ConsentField, dots: str) -> Any:
        if one.type in ("yes_no", "tick"):
            known = (
                {"yes": True, "no": False, "": None}.get(value, value) if _is(value, str) else value
            )
            return (
                known
                if known is None or _is(known, bool)
                else self._wrong(value, "true or false", dots)
            )
        if one.type == "number":
            return value if _is(value, int) else self._wrong(value, "a whole number", dots)
        if one.type in ("choices", "lines"):
            return self._texts(value, one, dots)
        if one.type == "choice" and _is(value, bool) and {"yes", "no"} <= _codes(one):
            return "yes" if value else "no"
        if not isinstance(value, str):
            return self._written(value, one, dots)
        return _standard(clean(value), one)

    def _written(self, value: Any, one: ConsentField, dots: str) -> Any:
        """Take a number, or several texts, as the text that records write them for."""
        if one.type == "text" and _is(value, int):
            return str(value)
        is_list = isinstance(value, list) and all(isinstance(text, str) for text in value)
        if one.type in ("text", "paragraph") and is_list:
            return "; ".join(text for each in value if (text := clean(each)))
        return self._wrong(value, "a text", dots)

    def _texts(self, value: Any, one: ConsentField, dots: str) -> Any:
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            return self._wrong(value, "a list of texts", dots)
        return [known for text in texts if (known := _standard(clean(text), one))]

    def _unknown(self, name: str, path: str, given: Mapping[str, Any], node: Node) -> None:
        is_open = node.path in self.catalogue.open_groups
        if name in node.names():
            if is_open and not isinstance(given[name], str):
                self.extras.append(path)
            else:
                self._refuse(path, self.catalogue.faults["stands_twice"])
            return
        # What is answered under its own name is not misspelt: `moved_by` beside `moved_at`.
        free = [other for other in node.names() if given.get(other) is None]
        close = difflib.get_close_matches(name, free, n=1, cutoff=CLOSE)
        if close:
            self._refuse(path, self.catalogue.faults["close_name"].format(name=close[0]))
        elif is_open:
            self.extras.append(path)
        else:
            self._refuse(path, self.catalogue.faults["unknown_name"])

    def _wrong(self, value: Any, wanted: str, dots: str) -> Any:
        found = _WORDS.get(type(value), "a number")
        self._refuse(dots, self.catalogue.faults["wrong_kind"].format(wanted=wanted, found=found))
        return value

    def _refuse(self, dots: str, text: str) -> None:
        self.errors.setdefault(dots, []).append(text)


def _standard(text: str, one: ConsentField) -> str:
    """Return the option's own code for any of its codes; days of moments for dates."""
    if one.type in ("choice", "choices"):
        slug = slug_of(text)
        for option in one.options:
            if text == option.code or slug in (slug_of(option.code), *option.also):
                return option.code
    if one.type == "date" and (moment := parse_moment(text)):
        return local_day(moment).isoformat()
    return text


def _codes(one: ConsentField) -> set[str]:
    return {option.code for option in one.options}


def _is(value: object, kind: type) -> bool:
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _in_place(answers: Mapping[str, Any], moved: Mapping[str, str]) -> dict[str, Any]:
    """Return the tree with groups that stand elsewhere in some records where they are read."""
    tree: dict[str, Any] = _copied(answers)
    for old, new in moved.items():
        for holder, name in list(_holders(tree, old.split("."))):
            *above, last = new.split(".")
            target = tree
            for part in above:
                if target.get(part) is None:
                    target[part] = {}
                target = target[part]
            if isinstance(target, dict) and target.get(last) is None:
                target[last] = holder.pop(name)
    return tree


def _holders(tree: Any, parts: list[str]) -> Iterator[tuple[dict[str, Any], str]]:
    name, *rest = parts
    if not isinstance(tree, dict) or name.removesuffix("[]") not in tree:
        return
    if not rest:
        yield tree, name
        return
    inner = tree[name.removesuffix("[]")]
    for row in inner if name.endswith("[]") and isinstance(inner, list) else [inner]:
        yield from _holders(row, rest)


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _copied(inner) for name, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value
