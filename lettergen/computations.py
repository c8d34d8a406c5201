"""Values that are computed from answers, by name: ages, counts, thresholds, look-ups.

A definition names a function and the values it works `of`; further keys are its options. Every
function is pure and answers None when what it needs is unknown, so that a rule never fires on a
guess.
"""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from types import UnionType
from typing import Any, NewType, Union, get_args, get_origin

from lettergen import calendar, nhs

FIVE, SIXTEEN, ADULT = 5, 16, 18

Lookup = Callable[[str, str], Mapping[str, Any] | None]
Day = NewType("Day", str)  # an ISO date
APOSTROPHES = str.maketrans({"\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{NO-BREAK SPACE}": " "})


@dataclass(frozen=True)
class Phrase:
    """Wordings that a reader would stumble over: what to write instead, or what they tell of."""

    find: tuple[str, ...]
    title: str = ""
    better: str = ""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What finds any of the wordings as whole words; * at an end stands for any letters."""
        found = (r"\w*".join(map(re.escape, one.split("*"))) for one in self.find)
        spaced = (one.replace(r"\ ", r"\s+") for one in found)
        return re.compile(rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)", re.IGNORECASE)


WordList = tuple[Phrase, ...]


def age_on(born: Day | None, on: Day | None) -> int | None:
    """Whole years of age on a day."""
    days = _days(born, on)
    return calendar.age_in_years(*days) if days and days[0] <= days[1] else None


def months_between(earlier: Day | None, later: Day | None) -> int | None:
    """Whole months from one day to another."""
    days = _days(earlier, later)
    return calendar.whole_months_between(*days) if days else None


def days_since(earlier: Day | None, later: Day | None) -> int | None:
    """Days from one day to another."""
    days = _days(earlier, later)
    return (days[1] - days[0]).days if days else None


def days_after(day: Day | None, *, days: int) -> Day | None:
    """The day that comes so many days after another, as ISO text; None after the year 9999."""
    try:
        return None if day is None else Day(str(date.fromisoformat(day) + timedelta(days)))
    except OverflowError:
        return None


def age_band(age: int | None) -> str | None:
    """under5, child (5 to 15), young_person (16 and 17) or adult (18 and over)."""
    if age is None:
        return None
    bands = ((FIVE, "under5"), (SIXTEEN, "child"), (ADULT, "young_person"))
    return next((band for limit, band in bands if age < limit), "adult")


def count(chosen: list[Any] | None) -> int:
    """How many are chosen; none if unanswered."""
    return len(chosen or [])


def by_age(age: int | None, *, under: Mapping[str, int], otherwise: int) -> int | None:
    """A number that depends on age: that of the lowest `under` age not yet reached."""
    if age is None:
        return None
    reached = sorted((int(limit), number) for limit, number in under.items())
    return next((number for limit, number in reached if age < limit), otherwise)


def any_at_least(*numbers: float | None) -> bool | None:
    """Whether any number reaches the last one, the threshold."""
    *counts, threshold = numbers
    if threshold is None or any(number is None for number in counts):
        return None
    return any(number >= threshold for number in counts if number is not None)


def bmi(height_cm: float | None, weight_kg: float | None, age: int | None) -> float | None:
    """Body mass index in kg/m², one decimal; None under 18, where centiles are used instead."""
    if not height_cm or not weight_kg or age is None or age < ADULT:
        return None
    return round(weight_kg / (height_cm / 100) ** 2, 1)


def in_range(value: float | None, low: float | None, high: float | None) -> bool | None:
    """Whether a value lies between two others, both included; an unknown end is open."""
    if value is None:
        return None
    return (low is None or value >= low) and (high is None or value <= high)


def one_of(value: str | None, *, words: list[str]) -> bool | None:
    """Whether a text is one of several, whatever its case."""
    return None if value is None else value.casefold() in {word.casefold() for word in words}


def same(first: str | None, second: str | None) -> bool | None:
    """Whether two texts are the same, whatever their case; None if either is unknown."""
    return None if first is None or second is None else first.casefold() == second.casefold()


def first_known(*values: Any) -> Any:
    """The first value that is known: a person's own words before a directory's."""
    return next((value for value in values if value not in (None, "", [])), None)


def is_nhs_number(text: str | None) -> bool | None:
    """Whether an NHS number's check digit fits."""
    return None if not text else nhs.is_sound(text)


def email_domain_is_secure(address: str | None, domains: str | None = None) -> bool | None:
    """Whether an address is at nhs.net or at a domain (one a line) that the practice trusts."""
    if not address:
        return None
    domain = address.rpartition("@")[2].casefold()
    return domain in {"nhs.net", *(domains or "").casefold().replace(",", " ").split()}


def flagged(*texts: Any, words: Any) -> str:
    """What a word list says about the wordings found in texts, lists and rows; "" for nothing.

    Each wording is named once: with what to write instead, or else with what it tells of.
    """
    found: dict[str, tuple[str, Phrase]] = {}
    for text in texts:
        for _, wording, phrase in _flags(text, words):
            found.setdefault(wording.casefold(), (wording, phrase))
    better = [f"“{wording}”: {one.better}" for wording, one in found.values() if one.better]
    named = [f"“{wording}” ({one.title})" for wording, one in found.values() if not one.better]
    return " ".join(filter(None, (*better, ", ".join(named))))


def flagged_places(name: str, value: Any, words: WordList) -> list[str]:
    """Return the dotted names of the answers under a field in which a word list finds anything."""
    return list(dict.fromkeys(".".join((name, *at)) for at, _, _ in _flags(value, words)))


def words_in(*texts: Any) -> int:
    """How many words stand in texts, in lists and in rows."""
    return sum(len(text.split()) for one in texts for _, text in _texts(one))


def each(rows: list[Any] | None, *, question: str) -> list[Any]:
    """The answers to one question in every row that has one."""
    held = (row.get(question) for row in rows or () if isinstance(row, Mapping))
    return [value for value in held if value not in (None, "", [])]


def days_outside(
    rows: list[Any] | None, first: Day | None, last: Day | None, *, question: str
) -> list[str]:
    """The days in one question of every row that lie before the first day or after the last."""
    days = [one for one in each(rows, question=question) if isinstance(one, str) and _is_day(one)]
    is_out = [one for one in days if (first and one < first) or (last and one > last)]
    return [calendar.british_date(one) for one in is_out]


def _flags(value: Any, words: WordList) -> Iterator[tuple[tuple[str, ...], str, Phrase]]:
    for at, text in _texts(value):
        plain = text.translate(APOSTROPHES)
        for phrase in words:
            for match in phrase.pattern.finditer(plain):
                yield at, " ".join(match[0].split()), phrase


def _texts(value: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every text within a value, and its place; a list of texts is one place."""
    if isinstance(value, str):
        yield (), value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from (((name, *at), text) for at, text in _texts(inner))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            own = () if isinstance(inner, str) else (str(index),)
            yield from (((*own, *at), text) for at, text in _texts(inner))


def looked_up(
    name: str | None, *, lookup: Lookup, directory: str, fact: str, otherwise: Any = None
) -> Any:
    """A fact, by its dotted name, of the record of this name in a directory."""
    value: Any = lookup(directory, name) if name else None
    for part in fact.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return otherwise if value is None else _plain(value)


def _plain(value: Any) -> Any:
    """Return a fact with its dates as ISO text, as answers have them."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def _days(earlier: Day | None, later: Day | None) -> tuple[date, date] | None:
    if not earlier or not later:
        return None
    return date.fromisoformat(earlier), date.fromisoformat(later)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        age_on,
        months_between,
        days_since,
        days_after,
        age_band,
        count,
        by_age,
        any_at_least,
        bmi,
        in_range,
        one_of,
        same,
        first_known,
        is_nhs_number,
        email_domain_is_secure,
        flagged,
        words_in,
        each,
        days_outside,
        looked_up,
    )
}


KINDS: dict[Any, str] = {
    Day: "date",
    str: "text",
    int: "number",
    float: "number",
    bool: "yes or no",
    list: "list",
}
ANYTHING = "anything"


def _kind(annotation: Any) -> str:
    if isinstance(annotation, UnionType) or get_origin(annotation) is Union:
        annotation = get_args(annotation)[0]
    return KINDS.get(get_origin(annotation) or annotation, ANYTHING)


_SIGNATURES = {name: inspect.signature(function) for name, function in FUNCTIONS.items()}
_WANTED = {
    name: tuple(
        _kind(one.annotation)
        for one in signature.parameters.values()
        if one.kind is not inspect.Parameter.KEYWORD_ONLY
    )
    for name, signature in _SIGNATURES.items()
}


def wanted(function: str, arguments: int) -> tuple[str, ...]:
    """Return the kind of value that each of so many arguments must be, like "date"."""
    kinds = _WANTED[function]
    # Of the functions that take any number of values, all are of one kind.
    return (*kinds, *kinds[-1:] * arguments)[:arguments]


def given(function: str) -> str:
    """Return the kind of value that a function gives."""
    return _kind(_SIGNATURES[function].return_annotation)


def options_of(function: str) -> dict[str, Any]:
    """Return name → type of a function's options; nothing for a function that is not there."""
    signature = _SIGNATURES.get(function, inspect.Signature())
    return {
        name: one.annotation
        for name, one in signature.parameters.items()
        if one.kind is inspect.Parameter.KEYWORD_ONLY and name != "lookup"
    }


def work_out(function: str, arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """Return what a function makes of values; one of another kind than it wants is unknown to it.

    A word in place of a number is such a value, and a fact that a directory says otherwise.
    """
    kinds = wanted(function, len(arguments))
    known = (
        value if _is_of(kind, value) else None for kind, value in zip(kinds, arguments, strict=True)
    )
    return FUNCTIONS[function](*known, **options)


def _is_of(kind: str, value: Any) -> bool:
    if kind == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "date":
        return isinstance(value, str) and _is_day(value)
    return isinstance(value, {"text": str, "list": list}.get(kind, object))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def fault(function: str, arguments: int, options: Mapping[str, Any]) -> str | None:
    """Say what is wrong with a call that a definition asks for, or None."""
    if function not in FUNCTIONS:
        return f"no function {function}; there are {', '.join(sorted(FUNCTIONS))}"
    named = {**options, "lookup": None} if function == "looked_up" else dict(options)
    try:
        _SIGNATURES[function].bind(*[None] * arguments, **named)
    except TypeError as error:
        return f"{function}: {error}"
    ages = options.get("under", {})
    return None if all(age.isdecimal() for age in ages) else f"{function}: under goes by ages"
