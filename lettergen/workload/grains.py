"""The grains in which sums are kept: for what figures are grouped and filtered by, and no more."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal, NamedTuple, get_args

from lettergen.models.work import VALUE_LENGTH, WorkSum
from lettergen.workload.counting import BY_KEY, ELSEWHERE, OWED, Group, Part

Dimension = Literal[
    "family", "type", "requester_class", "requester", "role", "staff", "outcome", "rule", "payer"
]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
DAY = "day"
# Pairs that a page asks for: a filter with what it is broken down by. A question that no grain
# answers is counted from the rows themselves: right as well, but slower.
PAIRS: tuple[tuple[Dimension, Dimension], ...] = (
    ("family", "type"),
    ("family", "requester_class"),
    ("family", "requester"),
    ("family", "role"),
    ("family", "staff"),
    ("family", "outcome"),
    ("family", "payer"),
    ("type", "requester_class"),
    ("type", "requester"),
    ("type", "role"),
    ("type", "staff"),
    ("type", "outcome"),
    ("type", "payer"),
    ("requester_class", "requester"),
    ("requester_class", "outcome"),
    ("requester_class", "payer"),
    ("requester", "outcome"),
    ("role", "staff"),
    ("role", "outcome"),
    ("staff", "outcome"),
)
GRAINS: tuple[tuple[str, ...], ...] = ((), (DAY,), *((one,) for one in DIMENSIONS), *PAIRS)
# What is owed is asked for by payer and organisation only, and has a key for every day.
ONLY_GRAINS: dict[str, frozenset[tuple[str, ...]]] = {
    OWED: frozenset({(), ("payer",), ("requester",), ("family",), ("requester_class",)}),
    **{fact: frozenset({(name,)}) for name, fact in ELSEWHERE.items()},
}
_KEYS = ("id", "practice_id", "grain", "month", "first", "second")
AMOUNTS = tuple(one.key for one in WorkSum.__table__.columns if one.key not in _KEYS)
PLACE = {name: place for place, name in enumerate(AMOUNTS)}
NOTHING = [0] * len(AMOUNTS)
MOST_WAITING = 100_000


class Place(NamedTuple):
    """Where amounts are kept: in a month, for a value or two of a grain."""

    grain: str
    month: date
    first: str
    second: str


class SpreadPlace(NamedTuple):
    """Where a keyed amount is kept."""

    fact: str
    grain: str
    month: date
    first: str
    second: str
    key: str


class Totals:
    """Parts added up in every grain: amounts in the order of AMOUNTS, and keyed ones.

    What is added and taken away again may leave zeros behind; `differences` reads over them.
    """

    def __init__(self) -> None:
        self.spreads: Counter[SpreadPlace] = Counter()
        self._sums: dict[Place, list[int]] = {}
        # Many parts of a month share their group: they are spread over the grains once, together.
        self._waiting: dict[tuple[date, Group], list[int]] = {}

    @property
    def sums(self) -> dict[Place, list[int]]:
        """Return the amounts by place."""
        self._spread()
        return self._sums

    def add(self, found: Iterable[Part], sign: int = 1) -> None:
        """Add parts, or with -1 take them away."""
        for part in found:
            if part.amounts:
                month = part.day.replace(day=1)
                waiting = self._waiting.get((month, part.group))
                if waiting is None:
                    if len(self._waiting) > MOST_WAITING:
                        self._spread()
                    waiting = self._waiting[month, part.group] = NOTHING.copy()
                of_day = self._cell(Place(DAY, month, part.day.isoformat(), ""))
                for name, amount in part.amounts.items():
                    place = PLACE[name]
                    waiting[place] += sign * amount
                    of_day[place] += sign * amount
            for (fact, key), amount in part.spreads.items():
                self._add_keyed(part, fact, key, sign * amount)

    def differences(self, others: "Totals") -> Iterator[str]:
        """Yield in words where others are not the same: "kept" are ours, "counted" theirs."""
        ours, theirs = self.sums, others.sums
        for place in sorted({*ours, *theirs}):
            kept, counted = ours.get(place, NOTHING), theirs.get(place, NOTHING)
            if kept != counted:
                yield from _unlike(place, kept, counted)
        for where in sorted({*self.spreads, *others.spreads}):
            mine, other = self.spreads[where], others.spreads[where]
            if mine != other:
                yield f"{_in_words(where)}: kept {mine}, counted {other}"

    def _spread(self) -> None:
        for (month, group), amounts in self._waiting.items():
            for grain, *rest in cells(group):
                _add(self._cell(Place(grain, month, *rest)), amounts)
        self._waiting.clear()

    def _cell(self, place: Place) -> list[int]:
        found = self._sums.get(place)
        if found is None:
            found = self._sums[place] = NOTHING.copy()
        return found

    def _add_keyed(self, part: Part, fact: str, key: str, amount: int) -> None:
        month = part.day.replace(day=1)
        for grain, first, second in cells(part.group, ONLY_GRAINS.get(fact)):
            self.spreads[SpreadPlace(fact, grain, month, first, second, key)] += amount
        if fact in BY_KEY:
            day = part.day.isoformat()
            self.spreads[SpreadPlace(fact, DAY, month, day, "", key)] += amount


def name_of(grain: Iterable[str]) -> str:
    """Return what a grain is called in the tables."""
    return " ".join(grain)


def grain_for(wanted: Iterable[str]) -> tuple[str, ...] | None:
    """Return the grain that holds just the wanted dimensions, or None if none does."""
    names = set(wanted)
    return next((one for one in GRAINS if set(one) == names), None)


def value(text: str | None) -> str:
    """Return a value as the grains keep it, cut to what their columns hold."""
    return (text or "")[:VALUE_LENGTH]


def cells(
    group: Group, only: frozenset[tuple[str, ...]] | None = None
) -> Iterator[tuple[str, str, str]]:
    """Yield each grain's name with a group's values in it."""
    for grain, name, first, second in _PLACES:
        if only is None or grain in only:
            yield (
                name,
                "" if first is None else group[first][:VALUE_LENGTH],
                "" if second is None else group[second][:VALUE_LENGTH],
            )


def _add(cell: list[int], amounts: list[int]) -> None:
    for place, amount in enumerate(amounts):
        if amount:
            cell[place] += amount


def _unlike(place: Place, kept: list[int], counted: list[int]) -> Iterator[str]:
    for name, mine, other in zip(AMOUNTS, kept, counted, strict=True):
        if mine != other:
            yield f"{_in_words(place)}, {name}: kept {mine}, counted {other}"


def _in_words(place: Place | SpreadPlace) -> str:
    return ", ".join(str(one) for one in place if one != "")


_PLACES = tuple(
    (
        grain,
        name_of(grain),
        Group._fields.index(grain[0]) if grain else None,
        Group._fields.index(grain[1]) if len(grain) > 1 else None,
    )
    for grain in GRAINS
    if grain != (DAY,)
)
