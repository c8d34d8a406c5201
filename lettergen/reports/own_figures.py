"""One organisation's own figures, without any request that is restricted.

The row that says that a request came may name its organisation before anybody knows that the
request is restricted; later rows then do not. Whole cases are therefore read, and left out.
"""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import workload
from lettergen.models import Actor, Request
from lettergen.workload import Filter, Period, Row

A_TIME = 500
SECONDS = 60  # in a minute
TURNED_AWAY = ("REDIRECT", "DECLINE")
MINUTES = ("minutes_measured", "minutes_stated")


@dataclass
class OwnType:
    """What an organisation asked of one type: how often, and how many had a better way."""

    asked: int = 0
    decided: int = 0
    not_needed: int = 0


@dataclass(frozen=True)
class OwnFigures:
    """An organisation's requests by type, and the minutes that they took, measured or stated."""

    types: Mapping[str, OwnType]
    measured: float
    stated: int

    @property
    def asked(self) -> int:
        """All requests that came in."""
        return sum(one.asked for one in self.types.values())

    @property
    def decided(self) -> int:
        """Those for which an outcome was found."""
        return sum(one.decided for one in self.types.values())

    @property
    def not_needed(self) -> int:
        """Those that were redirected or declined: for them something else does."""
        return sum(one.not_needed for one in self.types.values())


def own_figures(
    session: Session,
    actor: Actor,
    period: Period,
    requester_id: str,
    restricted_types: Container[str],
    *,
    today: date,
) -> OwnFigures:
    """Return the figures of an organisation and of all that were merged into it.

    A request that came in the period and was found to be restricted by `today` is left out.
    """
    where = Filter(requester=requester_id)
    until_now = Period(period.since, max(period.until, today))
    came = list(_every(session, actor, "requests", period, where))
    known = list(_every(session, actor, "decided", until_now, where))
    hidden = _restricted_now(session, actor) | {
        row.work.request_id for row in (*came, *known) if _tells(row, restricted_types)
    }
    came = [row for row in came if row.work.request_id not in hidden]
    settled = [
        row for row in known if row.work.request_id not in hidden and row.work.day <= period.until
    ]
    measured, stated = (
        sum(
            sum(row.amounts.values())
            for row in _every(session, actor, measure, period, where)
            if row.work.request_id not in hidden and not _tells(row, restricted_types)
        )
        for measure in MINUTES
    )
    return OwnFigures(_by_type(came, known, settled), measured / SECONDS, stated)


def _by_type(
    came: Sequence[Row], known: Sequence[Row], settled: Sequence[Row]
) -> dict[str, OwnType]:
    """Count by type: that of the last decision, for nobody knows it when a request comes."""
    # The newest rows come first.
    last = {row.work.request_id: row for row in reversed(known)}
    types: dict[str, OwnType] = defaultdict(OwnType)
    for row in came:
        types[_type(last.get(row.work.request_id, row))].asked += 1
    for row in settled:
        one = types[_type(last[row.work.request_id])]
        one.decided += 1
        one.not_needed += row.work.outcome in TURNED_AWAY
    return dict(types)


def _restricted_now(session: Session, actor: Actor) -> set[str | None]:
    rows = select(Request.id).where(
        Request.practice_id == actor.practice_id, Request.is_restricted.is_(True)
    )
    return set(session.scalars(rows))


def _tells(row: Row, restricted_types: Container[str]) -> bool:
    """Whether a row tells that its request is restricted: by its type, or as it names nobody."""
    of_request = row.work.request_id is not None
    return row.work.slug in restricted_types or (of_request and row.work.requester_id is None)


def _type(row: Row) -> str:
    return row.work.slug or "other"


def _every(
    session: Session, actor: Actor, measure: str, period: Period, where: Filter
) -> Iterator[Row]:
    """Yield all rows of a measure, page after page."""
    after = None
    while True:
        found = workload.rows_of(session, actor, measure, period, where, after=after, limit=A_TIME)
        yield from found.rows
        after = found.after
        if after is None:
            return
