"""Questions about work: how much, of what kind, by whom, and how long it took. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from lettergen.calendar import LONDON
from lettergen.models import Actor, Staff, Work

By = Literal["type", "month", "signer", "family"]
WAYS: tuple[By, ...] = get_args(By)


@dataclass(frozen=True)
class Figures:
    """The work of one group. Measured, stated and expected minutes are never added together.

    `timed` is how many of the pieces of work were measured: `minutes_measured` is theirs alone.
    """

    group: str
    issued: int
    discarded: int
    pages: int
    timed: int
    minutes_measured: float
    minutes_stated: int
    minutes_expected: int


def figures(
    session: Session,
    actor: Actor,
    by: By,
    *,
    since: date | None = None,
    until: date | None = None,
) -> list[Figures]:
    """Return the practice's figures for the days from `since` to `until`, both included.

    Groups come in the order of their names; months are those of English time, like 2026-11.
    """
    wanted = [Work.practice_id == actor.practice_id, *_between(since, until)]
    groups: dict[str, list[Work]] = {}
    names = _names(session, actor)
    for piece in session.scalars(select(Work).where(*wanted).order_by(Work.at, Work.id)):
        groups.setdefault(_group(piece, by, names), []).append(piece)
    return [_sum(group, groups[group]) for group in sorted(groups)]


def total(lines: Iterable[Figures]) -> Figures:
    """Return the sum of lines."""
    every = list(lines)
    return Figures(
        group="Total",
        issued=sum(one.issued for one in every),
        discarded=sum(one.discarded for one in every),
        pages=sum(one.pages for one in every),
        timed=sum(one.timed for one in every),
        minutes_measured=round(sum(one.minutes_measured for one in every), 1),
        minutes_stated=sum(one.minutes_stated for one in every),
        minutes_expected=sum(one.minutes_expected for one in every),
    )


def _sum(group: str, pieces: list[Work]) -> Figures:
    measured = [one.seconds_measured for one in pieces if one.seconds_measured is not None]
    return Figures(
        group=group,
        issued=sum(one.outcome == "issued" for one in pieces),
        discarded=sum(one.outcome == "discarded" for one in pieces),
        pages=sum(one.pages or 0 for one in pieces),
        timed=len(measured),
        minutes_measured=round(sum(measured) / 60, 1),
        minutes_stated=sum(one.minutes_stated or 0 for one in pieces),
        minutes_expected=sum(one.minutes_expected or 0 for one in pieces),
    )


def _group(piece: Work, by: By, names: dict[str, str]) -> str:
    if by == "month":
        return f"{piece.at.astimezone(LONDON):%Y-%m}"
    if by == "signer":
        return names.get(piece.staff_id or "", piece.staff_name)
    return (piece.slug if by == "type" else piece.family) or "other"


def _names(session: Session, actor: Actor) -> dict[str, str]:
    rows = session.execute(
        select(Staff.id, Staff.name).where(Staff.practice_id == actor.practice_id)
    )
    return {row.id: row.name for row in rows}


def _between(since: date | None, until: date | None) -> list[ColumnElement[bool]]:
    found = []
    if since:
        found.append(Work.at >= datetime.combine(since, time.min, LONDON))
    if until:
        found.append(Work.at < datetime.combine(until + timedelta(days=1), time.min, LONDON))
    return found
