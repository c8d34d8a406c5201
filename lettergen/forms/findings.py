"""What the rules of a document type say about answers."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lettergen import computations
from lettergen.conditions import is_blank
from lettergen.definitions import REASON_LENGTH, Computed, DocumentType, Rule
from lettergen.forms.values import KnownValues

ACKNOWLEDGED = "acknowledged"
_TICK = re.compile(rf"{ACKNOWLEDGED} [0-9a-f]{{12}}")


@dataclass(frozen=True)
class Finding:
    """A rule that fired. `reason` is why the clinician goes ahead, or "acknowledged".

    `tick` is what a box posts that acknowledges it: of a rule that found words, for these alone.
    """

    rule_id: str
    level: str
    message: str
    fields: tuple[str, ...]
    source: str
    clear: str = ""
    reason: str = ""
    tick: str = ACKNOWLEDGED

    @property
    def is_settled(self) -> bool:
        """Whether a warning has what it needs: a tick, or a reason of at least 10 characters."""
        if self.level != "warn":
            return self.level == "info"
        if self.clear == "acknowledge":
            return bool(self.reason)
        return len(self.reason) >= REASON_LENGTH[0] and self.reason != ACKNOWLEDGED


def find(kind: DocumentType, values: KnownValues, answers: dict[str, Any]) -> Iterator[Finding]:
    """Yield the rules that fire, in their order; reasons of rules that do not fire are dropped."""
    given = _reasons(kind, answers)
    found = [_finding(kind, rule, values, given) for rule in kind.rules if rule.when.holds(values)]
    for name in (one.name for one in kind.fields if one.type == "reasons"):
        kept = {one.rule_id: one.reason for one in found if one.reason}
        answers.pop(name, None)
        if kept:
            answers[name] = kept
    yield from found


def _finding(
    kind: DocumentType, rule: Rule, values: KnownValues, given: Mapping[str, str]
) -> Finding:
    message = filled(kind, rule.message, values, rule.fields)
    tick = f"{ACKNOWLEDGED} {_digest(message)}" if _flagged_by(kind, rule) else ACKNOWLEDGED
    is_warning = rule.level == "warn"
    return Finding(
        rule_id=rule.id,
        level=rule.level,
        message=message,
        fields=_pointed_at(kind, rule, values),
        source=rule.source,
        clear=rule.clear if is_warning else "",
        reason=_reason(given.get(rule.id, ""), tick) if is_warning else "",
        tick=tick,
    )


def _reason(given: str, tick: str) -> str:
    """Return a reason as it counts: a tick for what the rule found before is none."""
    if given == tick:
        return ACKNOWLEDGED
    return "" if _TICK.fullmatch(given) else given


def _digest(message: str) -> str:
    return hashlib.sha256(message.encode()).hexdigest()[:12]


def _reasons(kind: DocumentType, answers: Mapping[str, Any]) -> dict[str, str]:
    name = next((one.name for one in kind.fields if one.type == "reasons"), "")
    return dict(answers.get(name, {}))


def _pointed_at(kind: DocumentType, rule: Rule, values: KnownValues) -> tuple[str, ...]:
    """Return the fields that a rule names; of those with flagged words, where the words stand."""
    flagged = [
        place
        for one in _flagged_by(kind, rule)
        for name in one.of
        for place in computations.flagged_places(name, values.get(name), one.options["words"])
    ]
    if flagged:
        return tuple(dict.fromkeys(flagged))
    looks_at_missing = "missing" in rule.when.names()
    return (*rule.fields, *(values.get("missing") if looks_at_missing else ()))


def _flagged_by(kind: DocumentType, rule: Rule) -> list[Computed]:
    """Return the word lists' findings that a rule looks at."""
    looked_at = rule.when.names()
    return [one for one in kind.computed if one.name in looked_at and one.function == "flagged"]


def filled(kind: DocumentType, text: str, values: KnownValues, fields: tuple[str, ...] = ()) -> str:
    """Return a text with {missing}, {blank_fields} (of `fields`) and {names} filled in."""

    def word(match: re.Match[str]) -> str:
        name = match.group(1)
        if name == "missing":
            return _labels(kind, values.get("missing"))
        if name == "blank_fields":
            return _labels(kind, [one for one in fields if is_blank(values.get(one))])
        value = values.get(name)
        if isinstance(value, list):
            return ", ".join(str(one) for one in value)
        return "" if value is None else str(value)

    return re.sub(r"\{([^{}]*)\}", word, text)


def _labels(kind: DocumentType, names: list[str]) -> str:
    return "; ".join(label_of(kind, name) for name in names)


def label_of(kind: DocumentType, dotted: str) -> str:
    """Return the label of a field by its dotted name: rows are counted from 1."""
    first, *rest = dotted.split(".")
    one = kind.field(first)
    words = [one.label]
    for part in rest:
        if part.isdecimal():
            words.append(str(int(part) + 1))
        else:
            one = next(inner for inner in one.fields if inner.name == part)
            words.append(one.label)
    return ": ".join(words)
