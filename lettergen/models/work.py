"""The ledger of work: rows that are only added, and the sums that are kept beside them."""

from datetime import date, datetime
from typing import Annotated

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lettergen.models.base import ID_LENGTH, Base, OfPractice

# One width for every value that figures can be grouped by: a slug, a key or a class.
VALUE_LENGTH = 80
Value = Annotated[str, mapped_column(String(VALUE_LENGTH))]
Amount = Annotated[int, mapped_column(BigInteger())]


class Work(OfPractice, Base):
    """One piece of work, never changed. No patient identity, so that it may outlive the letter.

    `at` is when the work was done, `day` the same on the calendar of England, `noted_at` when the
    row was written. Time is kept as `seconds_measured`, `minutes_stated` or `minutes_expected`,
    each on its own, so that nobody takes one for another. A row that `corrects_id` points to
    counts no more; the one that points counts in its place.

    `days_taken` is how many working days the requester waited, as it was counted on the day: a
    holiday that is proclaimed later changes nothing. `request_id` is no foreign key: the request
    may be forgotten first.
    """

    __tablename__ = "work"
    __table_args__ = (
        Index(None, "practice_id", "day"),
        Index(None, "practice_id", "kind", "day"),
        Index(None, "practice_id", "request_id"),
        Index(None, "practice_id", "slug", "day"),
        Index(None, "practice_id", "requester_id", "day"),
        UniqueConstraint("practice_id", "corrects_id"),
    )

    at: Mapped[datetime]
    day: Mapped[date]
    noted_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    step: Mapped[str | None] = mapped_column(String(30))
    role: Mapped[str] = mapped_column(String(20))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    staff_name: Mapped[str]
    slug: Mapped[str | None]
    family: Mapped[str | None]
    requester_class: Mapped[str | None] = mapped_column(String(30))
    requester_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    request_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    payer: Mapped[str | None] = mapped_column(String(20))
    outcome: Mapped[str] = mapped_column(String(20))
    rule: Mapped[str | None] = mapped_column(String(10))
    fee_pence: Mapped[int | None]
    pages: Mapped[int | None]
    seconds_measured: Mapped[int | None]
    minutes_stated: Mapped[int | None]
    minutes_expected: Mapped[int | None]
    received_on: Mapped[date | None]
    due_on: Mapped[date | None]
    days_taken: Mapped[int | None]
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    corrects_id: Mapped[str | None] = mapped_column(ForeignKey("work.id"))


class WorkLedger(OfPractice, Base):
    """That a practice's sums are kept, and by which edition of the rules they were counted.

    Its lock lets writers add up one at a time. They take it last of all, see workload.sums.
    """

    __tablename__ = "work_ledgers"
    __table_args__ = (UniqueConstraint("practice_id"),)

    edition: Mapped[int]
    counted_at: Mapped[datetime]


class Amounts:
    """What is added up; each amount is explained where it is counted, in workload.counting."""

    letters: Mapped[Amount]
    discarded: Mapped[Amount]
    pages: Mapped[Amount]
    timed: Mapped[Amount]
    expected: Mapped[Amount]
    measured_gp: Mapped[Amount]
    measured_nurse: Mapped[Amount]
    measured_administrator: Mapped[Amount]
    measured_receptionist: Mapped[Amount]
    stated_gp: Mapped[Amount]
    stated_nurse: Mapped[Amount]
    stated_administrator: Mapped[Amount]
    stated_receptionist: Mapped[Amount]
    received: Mapped[Amount]
    decided: Mapped[Amount]
    turned_away: Mapped[Amount]
    came_back: Mapped[Amount]
    avoided: Mapped[Amount]
    avoided_expected: Mapped[Amount]
    avoided_seconds: Mapped[Amount]
    avoided_stated: Mapped[Amount]
    disputed: Mapped[Amount]
    timed_decisions: Mapped[Amount]
    decision_seconds: Mapped[Amount]
    released: Mapped[Amount]
    with_target: Mapped[Amount]
    in_target: Mapped[Amount]
    invoiced_pence: Mapped[Amount]
    received_pence: Mapped[Amount]
    waived: Mapped[Amount]
    waived_pence: Mapped[Amount]
    fees_refused: Mapped[Amount]


class WorkSum(OfPractice, Amounts, Base):
    """The sums of one month for one value that figures are grouped by: quick to read for years.

    `grain` names what `value` is, such as "type" or "day"; an empty text stands for all or none.
    """

    __tablename__ = "work_sums"
    __table_args__ = (UniqueConstraint("practice_id", "grain", "month", "value"),)

    grain: Mapped[str] = mapped_column(String(20))
    month: Mapped[date]
    value: Mapped[Value]


class WorkSpread(OfPractice, Base):
    """How often one key was counted in a month: days waited, breaches, pence owed since a day, rows
    that count under a type or an organisation which they do not name.
    """

    __tablename__ = "work_spreads"
    __table_args__ = (UniqueConstraint("practice_id", "fact", "grain", "month", "value", "key"),)

    fact: Mapped[str] = mapped_column(String(20))
    grain: Mapped[str] = mapped_column(String(20))
    month: Mapped[date]
    value: Mapped[Value]
    key: Mapped[str] = mapped_column(String(ID_LENGTH))
    amount: Mapped[Amount]


class WorkGroup(OfPractice, Amounts, Base):
    """The sums of one month, week or day for all that figures are grouped by together.

    Any question is answered from these. `span` says which of the three; `day` is the first one of
    it, `month` that of its month. `spreads` are how often each key was counted, by fact, as in
    WorkSpread; None where nothing was. The id follows from all but what is added up, see
    workload.grains: whoever adds knows it beforehand.
    """

    __tablename__ = "work_groups"
    __table_args__ = (Index(None, "practice_id", "span", "day"),)

    span: Mapped[str] = mapped_column(String(5))
    month: Mapped[date]
    day: Mapped[date]
    family: Mapped[Value]
    type: Mapped[Value]
    requester_class: Mapped[Value]
    requester: Mapped[Value]
    role: Mapped[Value]
    staff: Mapped[Value]
    outcome: Mapped[Value]
    rule: Mapped[Value]
    payer: Mapped[Value]
    spreads: Mapped[dict[str, dict[str, int]] | None] = mapped_column(JSON(none_as_null=True))
