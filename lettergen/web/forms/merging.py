"""Two windows, one draft: what was typed here and what was saved elsewhere, question by question.

The page carries a mark of what each question held when the page was made. A question that
changed on one side only is merged; one that changed on both sides to different texts is a clash,
of which nothing is saved until somebody chooses. Marks, not times, decide: so a lost answer from
the server, or a page without script, merges just as well.
"""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

Typed = dict[str, list[str]]
Marks = dict[str, str]

_PART = re.compile(r"^(.+?)-(?:day|month|year|none|\d+-.+)$")


@dataclass(frozen=True)
class Merged:
    """The typed text to save, the questions that came from elsewhere, and those that clash."""

    typed: Typed
    arrived: tuple[str, ...] = ()
    clashes: tuple[str, ...] = ()


def question_of(name: str) -> str:
    """Return the question to which a posted name belongs: dates and rows are taken as a whole."""
    found = _PART.match(name)
    return found[1] if found else name


def marks_of(typed: Mapping[str, Sequence[str]]) -> Marks:
    """Return question → mark of its text; a question without text has none."""
    return {name: _mark(part) for name, part in _by_question(typed).items() if _text(part)}


def written(marks: Marks) -> str:
    """Return marks as text for a hidden input."""
    return json.dumps(marks, separators=(",", ":"), sort_keys=True)


def read_marks(text: str) -> Marks | None:
    """Return marks that a page sent back, or None if there are none that can be read."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    return {str(name): str(mark) for name, mark in found.items()}


def merge(
    mine: Mapping[str, Sequence[str]],
    theirs: Mapping[str, Sequence[str]],
    base: Marks | None,
    *,
    keep: Collection[str] = (),
    take: Collection[str] = (),
) -> Merged:
    """Bring typed text together with what is saved; `base` None means that nothing is known.

    Questions in `keep` were decided for this page, those in `take` for the saved text. Of a
    question that clashes the saved text stays.
    """
    here, there = _by_question(mine), _by_question(theirs)
    typed: Typed = {}
    arrived, clashes = [], []
    for name in [*here, *(other for other in there if other not in here)]:
        own, saved = here.get(name, {}), there.get(name, {})
        verdict = (
            "take"
            if name in take
            else "keep"
            if name in keep
            else _verdict(
                _mark(own), _mark(saved), None if base is None else base.get(name, _mark({}))
            )
        )
        typed |= own if verdict == "keep" else saved
        if verdict == "take" and _mark(own) != _mark(saved):
            arrived.append(name)
        if verdict == "clash":
            clashes.append(name)
    return Merged(typed, tuple(arrived), tuple(clashes))


def marks_after(merged: Merged, base: Marks | None) -> Marks:
    """Return the marks for the page that goes on: a clash keeps its old mark until decided."""
    marks = marks_of(merged.typed)
    for name in merged.clashes:
        marks.pop(name, None)
        if base is not None and name in base:
            marks[name] = base[name]
        elif base is None:
            marks[name] = "unknown"
    return marks


def _verdict(own: str, saved: str, base: str | None) -> str:
    if saved in (own, base):
        return "keep"
    return "take" if own == base else "clash"


def _by_question(typed: Mapping[str, Sequence[str]]) -> dict[str, Typed]:
    found: dict[str, Typed] = {}
    for name, values in typed.items():
        found.setdefault(question_of(name), {})[name] = list(values)
    return found


def _text(part: Typed) -> list[tuple[str, list[str]]]:
    filled = ((name, [value for value in values if value]) for name, values in part.items())
    return sorted((name, values) for name, values in filled if values)


def _mark(part: Typed) -> str:
    text = json.dumps(_text(part), separators=(",", ":"))
    return urlsafe_b64encode(blake2b(text.encode(), digest_size=6).digest()).decode()
