"""Rows by the type or organisation that they count under, which they may not name themselves."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement

from lettergen.models import Work, WorkSpread
from lettergen.workload.counting import ELSEWHERE

# Of these, what is rarer first, indexes lead to the rows.
LED = {"requester": Work.requester_id, "type": Work.slug}


def own(name: str, values: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a row names one of the values itself."""
    column = LED[name]
    # A list of one would keep SQLite from reading in the order of the index.
    return column == next(iter(values)) if len(values) == 1 else column.in_(values)


def elsewhere(
    practice_id: str, name: str, values: Collection[str], since: date, until: date
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of the kept ids of rows that count under a value and do not name it.

    `since` and `until` are days; ids are kept by month, so that days of these months may be more.
    """
    return (
        WorkSpread.practice_id == practice_id,
        WorkSpread.fact == ELSEWHERE[name],
        WorkSpread.grain == name,
        WorkSpread.month.between(since.replace(day=1), until),
        WorkSpread.value.in_(values),
        WorkSpread.amount > 0,
    )
