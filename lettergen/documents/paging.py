"""A long list one page at a time: which page is shown, what is on it, and how many there are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

PER_PAGE = 25

Item = TypeVar("Item")
Shown = TypeVar("Shown")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of a list; pages count from 1."""

    items: list[Item]
    number: int
    pages: int
    total: int

    def each(self, show: Callable[[Item], Shown]) -> "Page[Shown]":
        """Return the page with every item as `show` shows it."""
        return self.holding([show(one) for one in self.items])

    def holding(self, items: Sequence[Shown]) -> "Page[Shown]":
        """Return the page with other items in the place of its own."""
        return Page(list(items), self.number, self.pages, self.total)


def read(
    session: Session, matching: Select[*tuple[Any, ...]], rows: Select[Item], asked: int
) -> Page[Item]:
    """Return a page of `rows`, of which `matching` selects the keys; the last one past the end."""
    total = session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    number, pages = _within(asked, total)
    page = rows.offset((number - 1) * PER_PAGE).limit(PER_PAGE)
    return Page(list(session.scalars(page)), number, pages, total)


def cut(items: Sequence[Item], asked: int) -> Page[Item]:
    """Return a page of a list that is read already; the last one past the end."""
    number, pages = _within(asked, len(items))
    first = (number - 1) * PER_PAGE
    return Page(list(items[first : first + PER_PAGE]), number, pages, len(items))


def _within(asked: int, total: int) -> tuple[int, int]:
    pages = max(1, -(-total // PER_PAGE))
    return min(max(1, asked), pages), pages
