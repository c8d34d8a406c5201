"""A closed vocabulary of conditions over named values: what shows a question, what fires a rule.

A condition is a table. All its entries must hold; `any` and `all` join further tables, one level
deep. There is no other logic: what truly computes is a named function in `computations`. The
vocabulary maps onto FHIR R4 `Questionnaire.item.enableWhen`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class Values(Protocol):
    """Anything that gives a value for a name, or None: a dict, or answers with computed values."""

    def get(self, name: str, /) -> Any:
        """Return the value of this name, or None."""


WORDS = (
    "blank",
    "not_blank",
    "at_least",
    "at_most",
    "holds_any",
    "holds_none",
    "count_at_least",
    "any",
    "all",
)


@dataclass(frozen=True)
class Test:
    """One test of one named value; `operand` is what it is compared with."""

    word: str
    name: str
    operand: Any = None

    def holds(self, values: Values) -> bool:
        """Say whether the test holds; on an unknown value only blankness and absence do."""
        return _HOLDS[self.word](values.get(self.name), self.operand)


@dataclass(frozen=True)
class Condition:
    """Tests that must all hold, and joined conditions of which all or any must."""

    tests: tuple[Test, ...]
    any_of: tuple["Condition", ...] = ()
    all_of: tuple["Condition", ...] = ()

    def holds(self, values: Values) -> bool:
        """Say whether the condition holds for these values."""
        return (
            all(test.holds(values) for test in self.tests)
            and all(part.holds(values) for part in self.all_of)
            and (not self.any_of or any(part.holds(values) for part in self.any_of))
        )

    def all_tests(self) -> Iterator[Test]:
        """Yield every test, those of joined conditions too."""
        yield from self.tests
        for part in (*self.any_of, *self.all_of):
            yield from part.all_tests()

    def names(self) -> frozenset[str]:
        """Return the names of the values that are looked at."""
        return frozenset(test.name for test in self.all_tests())


class NotACondition(ValueError):
    """The table is not in the vocabulary; the text says how."""


def parse(table: object, *, is_joined: bool = False) -> Condition:
    """Return the condition that a TOML table states.

    Raises NotACondition for anything outside the vocabulary, an empty table, or joins in joins.
    """
    if not isinstance(table, Mapping) or not table:
        raise NotACondition("a condition is a table with at least one test")
    if is_joined and ({"any", "all"} & set(table)):
        raise NotACondition("any and all may be joined one level deep only")
    tests = [test for word, operand in table.items() for test in _tests(word, operand)]
    return Condition(tuple(tests), _joined(table, "any"), _joined(table, "all"))


def is_blank(value: object) -> bool:
    """Say whether an answer is unanswered: None, an empty text, or an empty list or table."""
    return value is None or (isinstance(value, (str, list, dict, tuple)) and not value)


def _joined(table: Mapping[str, Any], word: str) -> tuple[Condition, ...]:
    parts = table.get(word, [])
    if not isinstance(parts, Sequence) or isinstance(parts, str) or (word in table and not parts):
        raise NotACondition(f"{word} takes a list of conditions")
    return tuple(parse(part, is_joined=True) for part in parts)


def _tests(word: str, operand: Any) -> Iterable[Test]:
    if word in ("any", "all"):
        return []
    if word in ("blank", "not_blank"):
        return [Test(word, name) for name in _name_list(word, operand)]
    if word in WORDS:
        return [_compared(word, name, against) for name, against in _table(word, operand).items()]
    return [Test("equals", word, _allowed_values(word, operand))]


def _compared(word: str, name: str, against: Any) -> Test:
    if word in ("holds_any", "holds_none"):
        return Test(word, name, tuple(_name_list(word, against)))
    if isinstance(against, bool) or not isinstance(against, (int, float)):
        raise NotACondition(f"{word} compares {name} with a number")
    return Test(word, name, against)


def _table(word: str, operand: Any) -> Mapping[str, Any]:
    if not isinstance(operand, Mapping) or not operand:
        raise NotACondition(f"{word} takes a table of names and what they are compared with")
    return operand


def _name_list(word: str, operand: Any) -> list[str]:
    names = [operand] if isinstance(operand, str) else operand
    if not isinstance(names, list) or not names or not all(isinstance(n, str) for n in names):
        raise NotACondition(f"{word} takes a name or a list of names")
    return names


def _allowed_values(name: str, operand: Any) -> tuple[Any, ...]:
    values = operand if isinstance(operand, list) else [operand]
    if not values or not all(isinstance(v, (str, bool, int, float)) for v in values):
        raise NotACondition(f"{name} equals a text, a number, true or false, or one of a list")
    return tuple(values)


def _equals(value: Any, allowed: tuple[Any, ...]) -> bool:
    return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in allowed)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _held(value: Any) -> set[Any]:
    return {one for one in value if isinstance(one, str)} if isinstance(value, list) else set()


_HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": _equals,
    "blank": lambda value, _: is_blank(value),
    "not_blank": lambda value, _: not is_blank(value),
    "at_least": lambda value, low: _is_number(value) and value >= low,
    "at_most": lambda value, high: _is_number(value) and value <= high,
    "holds_any": lambda value, options: bool(_held(value) & set(options)),
    "holds_none": lambda value, options: not _held(value) & set(options),
    "count_at_least": lambda value, low: isinstance(value, (list, tuple)) and len(value) >= low,
}
