"""Faults in definitions, templates and cases, each with its file and line."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lettergen.refusals import Refused

if TYPE_CHECKING:
    from tree_sitter import Node

Trail = tuple[str | int, ...]


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong, where, in words that say what would be right."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class BrokenDefinition(Refused):
    """A definition cannot be used; `faults` names everything that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__(
            f"{len(self.faults)} fault{'s' if len(self.faults) > 1 else ''} in the definition",
            tuple(str(fault) for fault in self.faults),
        )


def faults_in(read: Callable[[], object]) -> list[Fault]:
    """Return every fault for which something cannot be read; none if it can."""
    try:
        read()
    except BrokenDefinition as broken:
        return list(broken.faults)
    return []


class FaultList:
    """Collects the faults of one TOML file; the line of a trail of keys is found when asked."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = text
        self.faults: list[Fault] = []
        self._lines: dict[Trail, int] | None = None

    def add(self, trail: Trail, message: str) -> None:
        """Note a fault at a trail of keys, like ("fields", "route", "type")."""
        self.faults.append(Fault(str(self.path), self._line_of(trail), message))

    def _line_of(self, trail: Trail) -> int:
        """Return the line (from 1) where a trail, or as much of it as exists, is written."""
        if self._lines is None:
            self._lines = dict(_lines(self.text))
        while trail and trail not in self._lines:
            trail = trail[:-1]
        return self._lines.get(trail, 1)


def _lines(text: str) -> Iterator[tuple[Trail, int]]:
    # Only a file with faults is parsed for its lines, so the parser is loaded only then.
    import tree_sitter
    import tree_sitter_toml

    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))
    counts: dict[Trail, int] = {}
    for node in parser.parse(text.encode()).root_node.named_children:
        if node.type == "pair":
            yield from _pair(node, ())
            continue
        if node.type not in ("table", "table_array_element"):
            continue
        *above, last = _keys(node.named_children[0])
        trail = (*_in_rows(above, counts), last)
        if node.type == "table_array_element":
            counts[trail] = counts.get(trail, -1) + 1
            trail = (*trail, counts[trail])
        yield trail, node.start_point.row + 1
        for child in node.named_children[1:]:
            if child.type == "pair":
                yield from _pair(child, trail)


def _in_rows(keys: Sequence[str | int], counts: Mapping[Trail, int]) -> Trail:
    """Return the trail of a header's keys, with the place of the row that each list is at."""
    trail: Trail = ()
    for key in keys:
        trail = (*trail, key)
        if trail in counts:
            trail = (*trail, counts[trail])
    return trail


def _pair(node: "Node", above: Trail) -> Iterator[tuple[Trail, int]]:
    key, *values = node.named_children
    keys = _keys(key)
    for upto in range(1, len(keys) + 1):
        yield (*above, *keys[:upto]), node.start_point.row + 1
    for value in values:
        yield from _value(value, (*above, *keys))


def _value(node: "Node", trail: Trail) -> Iterator[tuple[Trail, int]]:
    if node.type == "inline_table":
        for child in node.named_children:
            if child.type == "pair":
                yield from _pair(child, trail)
    elif node.type == "array":
        items = [child for child in node.named_children if child.type != "comment"]
        for index, child in enumerate(items):
            yield (*trail, index), child.start_point.row + 1
            yield from _value(child, (*trail, index))


def _keys(node: "Node") -> Trail:
    if node.type == "dotted_key":
        return tuple(key for child in node.named_children for key in _keys(child))
    text = (node.text or b"").decode()
    return (text[1:-1] if node.type == "quoted_key" else text,)
