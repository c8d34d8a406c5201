"""What the rules of a document type say about answers."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lettergen.conditions import is_blank
from lettergen.definitions import REASON_LENGTH, DocumentType, Rule
from lettergen.forms.values import KnownValues

ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True)
class Finding:
    """A rule that fired. `reason` is why the clinician goes ahead, or "acknowledged"."""

    rule_id: str
    level: str
    message: str
    fields: tuple[str, ...]
    source: str
    clear: str = ""
    reason: str = ""

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
    reasons = _reasons(kind, answers)
    fired = [rule for rule in kind.rules if rule.when.holds(values)]
    for name in (one.name for one in kind.fields if one.type == "reasons"):
        kept = {rule.id: reasons[rule.id] for rule in fired if rule.id in reasons}
        answers.pop(name, None)
        if kept:
            answers[name] = kept
    for rule in fired:
        yield Finding(
            rule_id=rule.id,
            level=rule.level,
            message=filled(kind, rule.message, values, rule.fields),
            fields=_pointed_at(rule, values),
            source=rule.source,
            clear=rule.clear if rule.level == "warn" else "",
            reason=reasons.get(rule.id, "") if rule.level == "warn" else "",
        )


def _reasons(kind: DocumentType, answers: Mapping[str, Any]) -> dict[str, str]:
    name = next((one.name for one in kind.fields if one.type == "reasons"), "")
    return dict(answers.get(name, {}))


def _pointed_at(rule: Rule, values: KnownValues) -> tuple[str, ...]:
    looks_at_missing = "missing" in rule.when.names()
    return (*rule.fields, *(values.get("missing") if looks_at_missing else ()))


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
