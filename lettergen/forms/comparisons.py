"""Checks of one answer against another: dates in order, the smaller number, the right register."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from lettergen import checks
from lettergen.calendar import age_in_years, british_date
from lettergen.definitions import Field

Labels = Mapping[str, str]


def comparison_errors(
    fields: tuple[Field, ...], answers: Mapping[str, Any], on: date, dots: str = ""
) -> Iterator[tuple[str, str]]:
    """Yield (dotted field, message) where an answer does not go with another one or with today.

    Within a group or a row, answers are compared with their neighbours there.
    """
    labels = {one.name: one.label for one in fields}
    for one in fields:
        value, name = answers.get(one.name), f"{dots}{one.name}"
        if value is None:
            continue
        yield from ((name, text) for text in _errors(one, value, answers, labels, on))
        if one.type == "group":
            yield from comparison_errors(one.fields, value, on, f"{name}.")
        for row, kept in enumerate(value if one.type == "repeat" else ()):
            yield from comparison_errors(one.fields, kept, on, f"{name}.{row}.")


def _errors(
    one: Field, value: Any, answers: Mapping[str, Any], labels: Labels, on: date
) -> Iterator[str]:
    if one.type == "date":
        yield from _date_errors(one, value, answers, labels, on)
    is_year = one.type == "integer" and "not_after" in one.settings
    if is_year and _are_numbers(value) and value > on.year:
        yield f"The year cannot be after this year ({on.year})."
    other = one.settings.get("less_than", "")
    limit = answers.get(other)
    if _are_numbers(value, limit) and value >= limit:
        yield f"This must be lower than “{labels[other]}” ({limit})."
    if one.settings.get("format") == "registration":
        yield from _register_errors(value, answers.get(one.settings["format_of"]))


def _date_errors(
    one: Field, value: str, answers: Mapping[str, Any], labels: Labels, on: date
) -> Iterator[str]:
    if _is_too_long_ago(one, value, on):
        yield f"Check the year: this is more than {one.settings['within_years']} years ago."
    for key, word in (("not_after", "after"), ("not_before", "before")):
        name = one.settings.get(key, "")
        limit = on.isoformat() if name == "today" else answers.get(name)
        if not isinstance(limit, str):
            continue
        if (value > limit) if word == "after" else (value < limit):
            what = "today" if name == "today" else f"“{labels[name]}”"
            yield f"This date is {word} {what} ({british_date(limit)}): correct one of them."


def _is_too_long_ago(one: Field, value: str, on: date) -> bool:
    years = one.settings.get("within_years")
    return years is not None and age_in_years(date.fromisoformat(value), on) > years


def _register_errors(number: str, register: str | None) -> Iterator[str]:
    try:
        checks.registration(number, register or "")
    except ValueError as wrong:
        yield str(wrong)


def _are_numbers(*values: Any) -> bool:
    return all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in values)
