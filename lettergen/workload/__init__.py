"""The ledger of work in all three families: rows that are noted, and figures that are read.

`note` writes a row in the transaction of the work itself; sums are kept in the same transaction.
Figures are worked out by `total`, `lines`, `compare` and `league` for a `Period` and a `Filter`;
`MEASURES` says what each one means, `rows_of` which rows it comes from.
"""

from lettergen.workload.figures import (
    LEAST_TO_NAME,
    Comparison,
    Line,
    compare,
    league,
    lines,
    total,
)
from lettergen.workload.grains import DIMENSIONS
from lettergen.workload.kinds import BREACHES, BY_HAND, KINDS, NOBODY, REQUESTS, ROLES
from lettergen.workload.measures import MEASURES, Measure, Unit
from lettergen.workload.noting import Worker, add_by_hand, bank_holidays, correct, note, strike
from lettergen.workload.owing import Debt, late, unpaid
from lettergen.workload.periods import (
    Period,
    month_before,
    month_of,
    months_until,
    period,
    year_before,
)
from lettergen.workload.reading import By
from lettergen.workload.rows import Row, Rows, rows_of
from lettergen.workload.settings import (
    BadWorkloadSettings,
    ListSize,
    Rates,
    Reports,
    WorkloadSettings,
    save,
    settings_of,
)
from lettergen.workload.sums import rebuild, settle, verify
from lettergen.workload.tallies import ALL, Filter, Tally, first_day, tallies

__all__ = [
    "ALL",
    "BREACHES",
    "BY_HAND",
    "DIMENSIONS",
    "KINDS",
    "LEAST_TO_NAME",
    "MEASURES",
    "NOBODY",
    "REQUESTS",
    "ROLES",
    "BadWorkloadSettings",
    "By",
    "Comparison",
    "Debt",
    "Filter",
    "Line",
    "ListSize",
    "Measure",
    "Period",
    "Rates",
    "Reports",
    "Row",
    "Rows",
    "Tally",
    "Unit",
    "Worker",
    "WorkloadSettings",
    "add_by_hand",
    "bank_holidays",
    "compare",
    "correct",
    "first_day",
    "late",
    "league",
    "lines",
    "month_before",
    "month_of",
    "months_until",
    "note",
    "period",
    "rebuild",
    "rows_of",
    "save",
    "settings_of",
    "settle",
    "strike",
    "tallies",
    "total",
    "unpaid",
    "verify",
    "year_before",
]
