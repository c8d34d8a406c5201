"""Parts added up for every grain and group, and how two such totals differ."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lettergen.workload.counting import BY_KEY, Group, Part
from lettergen.workload.grains import (
    ONLY_GRAINS,
    GroupPlace,
    GroupSpreadPlace,
    Place,
    SpreadPlace,
    cells,
    cut,
)
from lettergen.workload.spans import DAY, MONTH, SPANS, first_of

Sums = dict[str, int]


def _empty() -> defaultdict[Any, Sums]:
    return defaultdict(dict)


@dataclass
class Totals:
    """Amounts by their names in models.Amounts, for each place; and keyed ones.

    What is added and taken away again may leave zeros behind; `differences` reads over them.
    """

    sums: dict[Place, Sums] = field(default_factory=_empty)
    groups: dict[GroupPlace, Sums] = field(default_factory=_empty)
    spreads: Counter[SpreadPlace] = field(default_factory=Counter)
    group_spreads: Counter[GroupSpreadPlace] = field(default_factory=Counter)

    def add(self, other: "Totals") -> None:
        """Add another's amounts."""
        for place, amounts in other.sums.items():
            _add(self.sums[place], amounts)
        for group, amounts in other.groups.items():
            _add(self.groups[group], amounts)
        self.spreads.update(other.spreads)
        self.group_spreads.update(other.group_spreads)

    def differences(self, others: "Totals") -> Iterator[str]:
        """Yield in words where others are not the same: "kept" are ours, "counted" theirs."""
        yield from _unlike_amounts(self.sums, others.sums)
        yield from _unlike_amounts(self.groups, others.groups)
        yield from _unlike(self.spreads, others.spreads)
        yield from _unlike(self.group_spreads, others.group_spreads)


class Adding:
    """Adds parts up by day and group, the finest that is kept; all else follows from these."""

    def __init__(self) -> None:
        self._days: dict[tuple[date, Group], Sums] = defaultdict(dict)
        self._keyed: Counter[tuple[date, Group, str, str]] = Counter()
        self._apart: Counter[SpreadPlace] = Counter()

    def add(self, found: Iterable[Part], sign: int = 1) -> None:
        """Add parts, or with -1 take them away."""
        for part in found:
            if part.amounts:
                _add(self._days[part.day, part.group], part.amounts, sign)
            for (fact, key), amount in part.spreads.items():
                if fact in BY_KEY:
                    self._keyed[part.day, part.group, fact, key] += sign * amount
                else:
                    month = part.day.replace(day=1)
                    for grain, one in cells(part.group, ONLY_GRAINS[fact]):
                        place = SpreadPlace(fact, grain, month, one, key)
                        self._apart[place] += sign * amount

    def totals(self) -> Totals:
        """Return the sums of all that was added, for every grain and group."""
        found = Totals(spreads=self._apart.copy())
        for (day, whole_group), amounts in self._days.items():
            month, group = day.replace(day=1), cut(whole_group)
            for span in SPANS:
                _add(found.groups[GroupPlace(span, first_of(span, day), group)], amounts)
            _add(found.sums[Place(DAY, month, day.isoformat())], amounts)
        for place, amounts in found.groups.items():
            if place.span == MONTH:
                for grain, one in cells(place.group):
                    _add(found.sums[Place(grain, place.day, one)], amounts)
        self._spread(found)
        return found

    def _spread(self, found: Totals) -> None:
        for (day, whole_group, fact, key), amount in self._keyed.items():
            month, group = day.replace(day=1), cut(whole_group)
            for span in SPANS:
                place = GroupPlace(span, first_of(span, day), group)
                found.group_spreads[GroupSpreadPlace(place, fact, key)] += amount
            found.spreads[SpreadPlace(fact, DAY, month, day.isoformat(), key)] += amount
            for grain, one in cells(group):
                found.spreads[SpreadPlace(fact, grain, month, one, key)] += amount


def _add(cell: Sums, amounts: Sums, sign: int = 1) -> None:
    for name, amount in amounts.items():
        cell[name] = cell.get(name, 0) + sign * amount


def _unlike_amounts(ours: dict[Any, Sums], theirs: dict[Any, Sums]) -> Iterator[str]:
    for place in sorted({*ours, *theirs}):
        kept, counted = Counter(ours.get(place)), Counter(theirs.get(place))
        for name in sorted({*kept, *counted}):
            if kept[name] != counted[name]:
                said = f"kept {kept[name]}, counted {counted[name]}"
                yield f"{_in_words(place)}, {name}: {said}"


def _unlike(ours: Counter[Any], theirs: Counter[Any]) -> Iterator[str]:
    for place in sorted({*ours, *theirs}):
        if ours[place] != theirs[place]:
            yield f"{_in_words(place)}: kept {ours[place]}, counted {theirs[place]}"


def _in_words(place: Iterable[Any]) -> str:
    """Return a place as a reader would look for it, what is nested in it in its order."""
    words = (_in_words(one) if isinstance(one, tuple) else str(one) for one in place)
    return ", ".join(one for one in words if one)
