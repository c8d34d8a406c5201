"""The taxable total of twelve months beside the threshold of VAT registration."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lettergen.models import Actor, Invoice
from lettergen.requests.money import settings
from lettergen.requests.money.balances import CREDIT
from lettergen.requests.money.fees import EXEMPT, OUTSIDE, STANDARD, UNDECIDED
from lettergen.requests.money.tariff import Threshold

FEBRUARY, LEAP_DAY = 2, 29


@dataclass(frozen=True)
class Turnover:
    """Twelve months of invoices less credit notes, in pence without VAT, by VAT class.

    What nobody has decided on counts as taxable, to be on the safe side. Only what lettergen
    invoiced is known here: the practice's other taxable income comes on top.
    """

    since: date
    until: date
    standard: int
    undecided: int
    exempt: int
    outside: int
    threshold: Threshold
    vat_number: str

    @property
    def taxable(self) -> int:
        """What counts towards the threshold."""
        return self.standard + self.undecided

    @property
    def percent(self) -> int:
        """The taxable total in whole percent of the threshold."""
        return self.taxable * 100 // self.threshold.pence

    @property
    def is_near(self) -> bool:
        """Whether the warning is due: a practice that is registered needs none."""
        return not self.vat_number and self.taxable >= self.threshold.warns_at

    @property
    def is_over(self) -> bool:
        """Whether registration is compulsory by these invoices alone."""
        return not self.vat_number and self.taxable > self.threshold.pence


def rolling(session: Session, actor: Actor, on: date) -> Turnover:
    """Return the twelve months that end on a day. Source: VAT Act 1994, schedule 1; domain L46."""
    since = _year_before(on) + timedelta(days=1)
    own = settings.of(session, actor.practice_id)
    rows = session.execute(
        select(Invoice.vat_class, Invoice.kind, func.sum(Invoice.net_pence))
        .where(
            Invoice.practice_id == actor.practice_id,
            Invoice.issued_on >= since,
            Invoice.issued_on <= on,
        )
        .group_by(Invoice.vat_class, Invoice.kind)
    ).all()
    sums = {
        vat_class: sum(
            -int(net) if kind == CREDIT else int(net)
            for found, kind, net in rows
            if found == vat_class
        )
        for vat_class in (STANDARD, UNDECIDED, EXEMPT, OUTSIDE)
    }
    return Turnover(
        since=since,
        until=on,
        standard=sums[STANDARD],
        undecided=sums[UNDECIDED],
        exempt=sums[EXEMPT],
        outside=sums[OUTSIDE],
        threshold=own.threshold_on(on),
        vat_number=own.vat_number(on),
    )


def _year_before(on: date) -> date:
    if (on.month, on.day) == (FEBRUARY, LEAP_DAY):
        return date(on.year - 1, FEBRUARY, LEAP_DAY - 1)
    return on.replace(year=on.year - 1)
