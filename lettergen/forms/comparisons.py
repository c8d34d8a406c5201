"""Checks of one answer against another: dates in order, the smaller number of a pair."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from lettergen.calendar import age_in_years, british_date
from lettergen.definitions import DocumentType, Field


def comparison_errors(
    kind: DocumentType, answers: Mapping[str, Any], on: date
) -> Iterator[tuple[str, str]]:
    """Yield (field, message) for each answer that does not go with another one or with today."""
    for one in kind.fields:
        value = answers.get(one.name)
        if value is None:
            continue
        if one.type == "date":
            yield from ((one.name, text) for text in _date_errors(kind, one, value, answers, on))
        if one.type == "integer" and "not_after" in one.settings and value > on.year:
            yield one.name, f"The year cannot be after this year ({on.year})."
        other = one.settings.get("less_than", "")
        limit = answers.get(other)
        if _are_numbers(value, limit) and value >= limit:
            yield one.name, f"This must be lower than {_named(kind, other)} ({limit})."


def _date_errors(
    kind: DocumentType, one: Field, value: str, answers: Mapping[str, Any], on: date
) -> Iterator[str]:
    if _is_too_long_ago(one, value, on):
        yield f"Check the year: this is more than {one.settings['within_years']} years ago."
    for key, word in (("not_after", "after"), ("not_before", "before")):
        name = one.settings.get(key)
        limit = on.isoformat() if name == "today" else answers.get(name or "")
        if not isinstance(limit, str):
            continue
        if (value > limit) if word == "after" else (value < limit):
            what = "today" if name == "today" else f"{_named(kind, str(name))}"
            yield f"This date is {word} {what} ({british_date(limit)}): correct one of them."


def _is_too_long_ago(one: Field, value: str, on: date) -> bool:
    years = one.settings.get("within_years")
    return years is not None and age_in_years(date.fromisoformat(value), on) > years


def _named(kind: DocumentType, name: str) -> str:
    return f"“{kind.field(name).label}”"


def _are_numbers(*values: Any) -> bool:
    return all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in values)
