"""What sums are kept for: each thing that figures are grouped by, and all of them together."""

from collections.abc import Iterator
from datetime import date
from hashlib import blake2b
from typing import Literal, NamedTuple, get_args

from lettergen.models.base import ID_LENGTH
from lettergen.models.work import VALUE_LENGTH, Amounts
from lettergen.workload.counting import ELSEWHERE, OWED, Group

Dimension = Literal[
    "family", "type", "requester_class", "requester", "role", "staff", "outcome", "rule", "payer"
]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
# The grain of a practice's own sums.
WHOLE = ""
# What is owed is asked for by these, and has a key for every day.
ONLY_GRAINS: dict[str, frozenset[str]] = {
    OWED: frozenset({WHOLE, "payer", "requester", "family", "requester_class"}),
    **{fact: frozenset({name}) for name, fact in ELSEWHERE.items()},
}
AMOUNTS = tuple(Amounts.__annotations__)


class Place(NamedTuple):
    """Where amounts are kept for one value of a grain, by month."""

    grain: str
    month: date
    value: str


class SpreadPlace(NamedTuple):
    """Where a keyed amount is kept for one value of a grain."""

    fact: str
    grain: str
    month: date
    value: str
    key: str


class GroupPlace(NamedTuple):
    """Where amounts are kept for a whole group: of the month, week or day that begins on `day`."""

    span: str
    day: date
    group: Group


class GroupSpreadPlace(NamedTuple):
    """Where a keyed amount is kept for a whole group."""

    place: GroupPlace
    fact: str
    key: str


def cut(group: Group) -> Group:
    """Return a group as columns hold it."""
    return group if max(map(len, group)) <= VALUE_LENGTH else Group(*map(value, group))


def value(text: str | None) -> str:
    """Return a value as sums keep it, cut to what their columns hold."""
    return (text or "")[:VALUE_LENGTH]


def cells(group: Group, only: frozenset[str] | None = None) -> Iterator[tuple[str, str]]:
    """Yield the grains with a group's value in each, the practice's own first."""
    for grain, found in ((WHOLE, ""), *zip(DIMENSIONS, group, strict=True)):
        if only is None or grain in only:
            yield grain, value(found)


def key_of(practice_id: str, place: GroupPlace) -> str:
    """Return the id of a group's row: the same wherever, and whoever, makes it."""
    parts = (practice_id, place.span, place.day.isoformat(), *place.group)
    text = "\x1f".join(parts).encode()
    return blake2b(text, digest_size=ID_LENGTH // 2).hexdigest()
