"""What leaves with figures of workload: the partners' page, the quarterly report, and two more.

`make` issues one as a PDF like any letter; `due` and `make_due` are for the nightly run.
`KINDS` says which there are, for whom, and of how many months.
"""

from lettergen.reports.kinds import KINDS, Kind, NoSuchReport, kind_of, last_over, period_of
from lettergen.reports.making import Wanted, make
from lettergen.reports.organisation import TooFewRequests
from lettergen.reports.scheduling import Due, due, file_name, lately, make_due

__all__ = [
    "KINDS",
    "Due",
    "Kind",
    "NoSuchReport",
    "TooFewRequests",
    "Wanted",
    "due",
    "file_name",
    "kind_of",
    "last_over",
    "lately",
    "make",
    "make_due",
    "period_of",
]
