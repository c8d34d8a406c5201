"""Which papers there are about workload: what they are called, for whom, and of which months."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from lettergen import workload
from lettergen.refusals import Refused
from lettergen.workload import Period, month_before, month_of, months_until

PARTNERS, BOARD, ORGANISATION, POSTER = "partners", "board", "organisation", "poster"
QUARTER, YEAR = 3, 12


class NoSuchReport(Refused):
    """No paper is called so, or it cannot be made by itself; the text says which there are."""


@dataclass(frozen=True)
class Kind:
    """One paper: its name, for whom it is, how many months it is about, and who may make it.

    With `is_monthly` or `is_quarterly` it can be made by itself when such a time is over.
    """

    key: str
    title: str
    audience: str
    months: int
    roles: frozenset[str]
    is_monthly: bool = False
    is_quarterly: bool = False

    def over(self, period: Period) -> str:
        """Return the title that a paper of a period bears."""
        return f"{self.title}, {period.label}"


_MANAGER = frozenset({"manager"})
_EITHER = frozenset({"manager", "clinician"})
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        PARTNERS: Kind(PARTNERS, "Workload", "The partners", 1, _EITHER, is_monthly=True),
        POSTER: Kind(
            POSTER, "What your practice did", "The waiting room", 1, _EITHER, is_monthly=True
        ),
        BOARD: Kind(
            BOARD,
            "Requests for letters",
            "The representative committee or the board",
            QUARTER,
            _MANAGER,
            is_quarterly=True,
        ),
        ORGANISATION: Kind(
            ORGANISATION, "Your requests for letters", "One organisation", YEAR, _MANAGER
        ),
    }
)


def kind_of(key: str) -> Kind:
    """Return a kind of paper by its key; raise NoSuchReport."""
    if key not in KINDS:
        raise NoSuchReport(f"There is no paper called {key!r}. Choose one of: {', '.join(KINDS)}.")
    return KINDS[key]


def period_of(kind: Kind, month: date, *, today: date) -> Period:
    """Return the months of a paper that ends with a month, or with the quarter that holds it.

    Raises Refused where that month has not begun, or lies before what a period may be.
    """
    last = month_of(month)
    if kind.is_quarterly:
        ends = -(-month.month // QUARTER) * QUARTER
        last = month_of(date(month.year, ends, 1))
    found = months_until(last, kind.months)
    if found.since > today:
        raise Refused("This month has not begun yet. Choose one up to the present month.")
    workload.period(found.since, min(found.until, today), today=today)
    return found


def last_over(kind: Kind, today: date) -> Period:
    """Return the last month, quarter or year of a paper that is over."""
    last = month_before(month_of(today))
    if kind.is_quarterly:
        while last.since.month % QUARTER:
            last = month_before(last)
    return months_until(last, kind.months)
