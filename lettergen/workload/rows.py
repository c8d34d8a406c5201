"""The rows behind a figure: what a number on a page was added up from."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from lettergen.models import Actor, Work, WorkSpread
from lettergen.refusals import Refused
from lettergen.workload import counting, naming, sums
from lettergen.workload.counting import ELSEWHERE, Part, Piece
from lettergen.workload.grains import DIMENSIONS
from lettergen.workload.measures import MEASURES
from lettergen.workload.periods import Period
from lettergen.workload.tallies import ALL, Filter, require_own, same_as

A_PAGE = 25
AT_ONCE = 40
# Which kinds of row can have a part in what; other amounts come from rows of any kind.
_KINDS = {
    "received": ("received",),
    "decided": ("triaged",),
    "turned_away": ("triaged",),
    "avoided": ("triaged",),
    "fees_refused": ("triaged",),
    "timed_decisions": ("triaged",),
    "received_pence": ("paid", "refunded"),
    "invoiced_pence": ("invoiced", "credited"),
    "waived": ("waived",),
    "released": ("released",),
    "with_target": ("released",),
    counting.TURNAROUND: ("released",),
    counting.ACCESS_DAYS: ("released",),
    counting.BREACH: ("released", "breached", "quoted", "invoiced", "paid"),
}
_COLUMNS = {"type": "slug", "requester": "requester_id", "staff": "staff_id"}


@dataclass(frozen=True)
class Row:
    """One row with what it adds: `amounts` by the names of the measure's facts.

    `whole` is what it adds to any figure, by the names of models.Amounts. `staff_name` is empty for
    whom the reader may not see.
    """

    work: Work
    staff_name: str
    amounts: dict[str, int]
    whole: dict[str, int]


@dataclass(frozen=True)
class Rows:
    """A page of rows, the newest first, and where the next page begins, if there is one."""

    rows: list[Row]
    after: str | None


def rows_of(
    session: Session,
    actor: Actor,
    measure: str | None,
    period: Period,
    where: Filter = ALL,
    *,
    group: Mapping[str, str] | None = None,
    after: str | None = None,
    limit: int = A_PAGE,
) -> Rows:
    """Return the rows from which a measure was added up, or with None any figure, the newest first.

    `group` narrows to one line's value by dimension, such as {"outcome": "REDIRECT"}; `after` is
    that of the page before. Raises KeyError for an unknown measure, and NotAllowed as figures do.
    """
    require_own(actor, where)
    if (group or {}).get("staff"):
        require_own(actor, Filter(staff=(group or {})["staff"]))
    wanted = _wanted(session, actor, where, dict(group or {}))
    asked = _Asked(actor, MEASURES[measure].facts if measure else (), period, wanted)
    sums.settle(session)
    found: list[Row] = []
    while True:
        pieces = _pieces(session, asked, after)
        for row in _found(session, asked, pieces):
            found.append(row)
            if len(found) == limit:
                return Rows(found, _mark(row.work))
        if len(pieces) < AT_ONCE:
            return Rows(found, None)
        after = _mark(pieces[-1])


def _mark(row: Work) -> str:
    return f"{row.day.isoformat()}.{row.id}"


@dataclass(frozen=True)
class _Asked:
    actor: Actor
    facts: tuple[str, ...]
    period: Period
    wanted: dict[str, frozenset[str]]

    def is_met(self, part: Part) -> bool:
        in_time = self.period.since <= part.day <= self.period.until
        return in_time and all(
            getattr(part.group, name) in values for name, values in self.wanted.items()
        )

    def amounts(self, part: Part) -> dict[str, int]:
        """Return what a part adds to the measure: empty if it has no part in it."""
        keyed = Counter[str]()
        for (fact, _), amount in part.spreads.items():
            if fact not in ELSEWHERE.values():
                keyed[fact] += amount
        every = {**part.amounts, **keyed}
        return {name: every[name] for name in self.facts or every if every.get(name)}


def _wanted(
    session: Session, actor: Actor, where: Filter, group: dict[str, str]
) -> dict[str, frozenset[str]]:
    """Return the values of each dimension that are asked for."""
    found: dict[str, frozenset[str]] = {}
    for name, one in [*where.given().items(), *group.items()]:
        if name not in DIMENSIONS:
            raise KeyError(name)
        values = frozenset({one})
        if name == "requester" and one:
            values = same_as(session, actor, Filter(requester=one))
        found[name] = found.get(name, values) & values
    return found


def _pieces(session: Session, asked: _Asked, after: str | None) -> list[Work]:
    """Return the next rows that may have a part in it, the newest first; their case tells."""
    name = next((one for one in naming.LED if "" not in asked.wanted.get(one, {""})), None)
    practice_id, period = asked.actor.practice_id, asked.period
    if name is None or not sums.is_counted(session, practice_id):
        return list(session.scalars(_candidates(asked, after)))
    # Two ways to rows of an organisation or a type, each along an index: to ask of every row of a
    # month whether another one of its request names it takes as long as the month is busy.
    others, values = dict(asked.wanted), asked.wanted[name]
    del others[name]
    wanted = _candidates(replace(asked, wanted=others), after, is_led_by_kind=False)
    found = list(session.scalars(wanted.where(naming.own(name, values))))
    kept = naming.elsewhere(practice_id, name, values, period.since, period.until)
    found += session.scalars(wanted.join(WorkSpread, WorkSpread.key == Work.id).where(*kept))
    return sorted(set(found), key=lambda row: (row.day, row.id), reverse=True)[:AT_ONCE]


def _candidates(asked: _Asked, after: str | None, *, is_led_by_kind: bool = True) -> Select[Work]:
    """Return the query of rows that may have a part in it, or whose requests say so."""
    mine = [
        Work.practice_id == asked.actor.practice_id,
        Work.day.between(asked.period.since, asked.period.until),
    ]
    if asked.facts and all(fact in _KINDS for fact in asked.facts):
        kinds = {kind for fact in asked.facts for kind in _KINDS[fact]}
        # Not the bare column where another index leads: SQLite would follow the kind's instead.
        mine.append((Work.kind if is_led_by_kind else func.coalesce(Work.kind, "")).in_(kinds))
    for name, values in asked.wanted.items():
        if "" not in values:
            mine.append(_may_be(name, values))
    if after is not None:
        day, _, key = after.partition(".")
        try:
            since = date.fromisoformat(day)
        except ValueError:
            raise Refused("This page of rows is not there. Go back to the figure.") from None
        mine.append(or_(Work.day < since, and_(Work.day == since, Work.id < key)))
    return select(Work).where(*mine).order_by(Work.day.desc(), Work.id.desc()).limit(AT_ONCE)


def _may_be(name: str, values: frozenset[str]) -> ColumnElement[bool]:
    """A row has one of the values itself, or another row of its request has."""
    own: ColumnElement[bool] = getattr(Work, _COLUMNS.get(name, name)).in_(values)
    if name in ("role", "staff"):
        return own
    other = aliased(Work)
    of_request = exists().where(
        other.practice_id == Work.practice_id,
        other.request_id == Work.request_id,
        getattr(other, _COLUMNS.get(name, name)).in_(values),
    )
    return or_(own, of_request)


def _found(session: Session, asked: _Asked, pieces: Sequence[Work]) -> Iterator[Row]:
    """Yield the pieces that count in the measure, with what they add, in their order."""
    # Without their ORM, as sums are counted: a page looks at some hundreds of rows.
    columns = [getattr(Work, name) for name in Piece.__annotations__]
    mine = select(*columns).where(Work.practice_id == asked.actor.practice_id)
    requests = {row.request_id for row in pieces if row.request_id}
    cases: dict[str, list[Piece]] = defaultdict(list)
    # Nothing in an empty list: SQLite would read all rows of the practice to find that out.
    if requests:
        for one in session.execute(mine.where(Work.request_id.in_(requests))):
            cases[one.request_id].append(one)
    ids = [row.id for row in pieces if not row.request_id]
    newer = list(session.execute(mine.where(Work.corrects_id.in_(ids)))) if ids else []
    parts = [part for rows in cases.values() for part in counting.parts(rows)]
    for row in pieces:
        if not row.request_id:
            parts += counting.parts([row, *(one for one in newer if one.corrects_id == row.id)])
    met = {part.row.id: part for part in parts if asked.is_met(part)}
    for row in pieces:
        part = met.get(row.id)
        if part is not None and (amounts := asked.amounts(part)):
            yield Row(row, _shown(asked.actor, row), amounts, part.amounts)


def _shown(actor: Actor, row: Work) -> str:
    is_own = row.staff_id is not None and row.staff_id == actor.staff_id
    return row.staff_name if is_own or "manager" in actor.roles else ""
