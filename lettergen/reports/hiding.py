"""Small numbers are hidden, and with them so many others that nobody works them out: pure.

Somebody who has the table, its total and this very code must still be left with at least two
numbers for every one that is hidden. Nothing here rounds or changes a number.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

SMALL = 5  # numbers from 1 to 4 may tell of a single person


@dataclass(frozen=True)
class Shown:
    """One column as it may leave: None stands for a hidden number.

    `is_withheld` says that no choice of hidden numbers would do: then not even which rows there
    are may leave. `total` is None where it is small itself.
    """

    counts: tuple[int | None, ...]
    total: int | None
    is_withheld: bool = False

    @property
    def hides(self) -> bool:
        """Whether anything is hidden."""
        return self.is_withheld or None in self.counts


def hide(counts: Sequence[int], *, keep: AbstractSet[int] = frozenset()) -> Shown:
    """Return a column whose total is known to all, with its small numbers hidden.

    Beside the small ones, the least of the others are hidden until what is hidden is no small
    number together, is at least two numbers, and leaves a choice. Zero is shown: it is nobody.
    `keep` are places whose number other tables of the same paper show anyway, so it never hides
    another. Raises ValueError for a negative number.
    """
    if any(count < 0 for count in counts):
        raise ValueError("A count is not negative.")
    total = sum(counts)
    if 0 < total < SMALL:
        return _withheld(counts, None)
    hidden = {place for place, count in enumerate(counts) if 0 < count < SMALL}
    if not hidden:
        return Shown(tuple(counts), total)
    others = {place: count for place, count in enumerate(counts) if count >= SMALL}
    for place in keep:
        others.pop(place, None)
    while not _is_vague([counts[place] for place in hidden]):
        if not others:
            return _withheld(counts, total)
        # All that are equal go together: which of them was chosen would tell the small one.
        least = min(others.values())
        hidden |= {place for place, count in others.items() if count == least}
        others = {place: count for place, count in others.items() if count > least}
    if hidden & keep:
        return _withheld(counts, total)
    left = (None if place in hidden else count for place, count in enumerate(counts))
    return Shown(tuple(left), total)


def _is_vague(hidden: Sequence[int]) -> bool:
    """Whether the sum of hidden numbers leaves a choice: all 1, or all 4, would leave none."""
    many, whole = len(hidden), sum(hidden)
    is_of_small = whole in (many, many * (SMALL - 1))
    return many > 1 and whole >= SMALL and not is_of_small


def _withheld(counts: Sequence[int], total: int | None) -> Shown:
    return Shown((None,) * len(counts), total, is_withheld=True)
