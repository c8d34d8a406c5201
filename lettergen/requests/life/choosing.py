"""Who should write next: the fair choice among people, as a calculation without a database."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from lettergen import working_days

# From the fifth working day on somebody counts as away.
AWAY = 5
HORIZON = 120
USUAL_MINUTES = 10
WEEKDAYS = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class Candidate:
    """One clinician: when they work, for which part of a full load, and what they have.

    `share` is in percent, `minutes` what is open with them, `given` how many requests they were
    given lately. `away` are days of absence, first and last included. Of a trainee `supervisor`
    signs.
    """

    staff_id: str
    name: str
    days: tuple[int, ...] = WEEKDAYS
    share: int = 100
    minutes: int = 0
    given: int = 0
    away: tuple[tuple[date, date], ...] = ()
    is_locum: bool = False
    takes_requests: bool = True
    has_conflict: bool = False
    may_sign: bool = True
    supervisor: "Candidate | None" = None

    @property
    def signer(self) -> "Candidate":
        """Whoever signs what this person writes."""
        return self.supervisor or self


def choose(
    candidates: Iterable[Candidate],
    minutes: int,
    key: str,
    today: date,
    days_off: Collection[date],
) -> Candidate | None:
    """Return who should take work of so many minutes, or None if nobody can.

    The one who is furthest below their share; then whoever was given fewer lately; then by lot,
    drawn from `key`, so that the same question has the same answer and nobody is always first.
    """
    able = [one for one in candidates if is_able(one, today, days_off)]
    return min(
        able,
        key=lambda one: (
            excess(one, able, minutes),
            one.given * 100 / one.share,
            _lot(key, one.staff_id),
        ),
        default=None,
    )


def is_able(one: Candidate, today: date, days_off: Collection[date]) -> bool:
    """Say whether a person may be given work today: no locum, no conflict, and back soon."""
    signs = one.signer
    return (
        one.takes_requests
        and one.share > 0
        and not (one.is_locum or one.has_conflict)
        and is_back_soon(one, today, days_off)
        and signs.may_sign
        and not signs.has_conflict
        and not (signs is not one and signs.is_locum)
        and is_back_soon(signs, today, days_off)
    )


def is_back_soon(one: Candidate, today: date, days_off: Collection[date]) -> bool:
    """Say whether a person is at work again within five working days, from today and tomorrow.

    Work that is given on the last day before a leave would lie there until its end.
    """
    return all(
        (first := next_day(one, day, days_off)) is not None and _ahead(day, first, days_off) < AWAY
        for day in (today, today + timedelta(days=1))
    )


def next_day(one: Candidate, today: date, days_off: Collection[date]) -> date | None:
    """Return the first day from today on which a person is at work, or None within four months."""
    for ahead in range(HORIZON):
        day = today + timedelta(days=ahead)
        is_away = any(since <= day <= until for since, until in one.away)
        if day.weekday() in one.days and not is_away and working_days.is_working(day, days_off):
            return day
    return None


def excess(one: Candidate, among: Collection[Candidate], minutes: int = 0) -> float:
    """Return by how much a person has more than their share of what is open, more work added.

    In minutes, less than nothing for whoever has less. Where nobody has anything open, what each
    was given lately is shared out instead, in requests.
    """
    shares = sum(other.share for other in among)
    if not any(other.minutes for other in among):
        return one.given - (sum(other.given for other in among) + 1) * one.share / shares
    whole = sum(other.minutes for other in among) + minutes
    return one.minutes - whole * one.share / shares


def _ahead(today: date, day: date, days_off: Collection[date]) -> int:
    """Count the working days from today, included, up to a day, which is not."""
    return working_days.between(today, day - timedelta(days=1), days_off)


def _lot(key: str, staff_id: str) -> str:
    return hashlib.sha256(f"{key}:{staff_id}".encode()).hexdigest()
