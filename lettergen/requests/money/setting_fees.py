"""A manager sets a fee from a day on; what counted before stays as it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lettergen import accounts, models
from lettergen.calendar import british_date, local_day
from lettergen.models import Actor, Fee
from lettergen.refusals import Refused
from lettergen.requests.catalogue.terms import Terms
from lettergen.requests.money import fees, payers, settings
from lettergen.requests.money.fees import VAT_CLASSES
from lettergen.requests.money.pence import MOST, pounds

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "annual_review": "Yearly review",
        "cost_rise": "Our costs have risen",
        "national_rate": "A national rate has changed",
        "correction": "Correction of a mistake",
        "new_service": "New service",
        "hardship_policy": "Hardship policy",
    }
)
LONGEST_TEXT = 200
FURTHEST = timedelta(days=730)


@dataclass(frozen=True)
class NewFee:
    """What a manager chose: `pence` is without VAT, `text` what the public reads."""

    type_key: str
    payer_class: str
    pence: int
    vat_class: str
    since: date
    reason: str
    text: str


def set_fee(session: Session, actor: Actor, terms: Terms, chosen: NewFee, *, at: datetime) -> Fee:
    """Add a row to the schedule, and keep the calculation that stood beside it.

    A row may begin today or later. One that has not begun can be corrected by another from the
    same day. Raises NotAllowed unless the actor is a manager; NoFee for free work, or a payer who
    may not be asked; Refused for a day that is past, an amount or words that cannot be.
    """
    accounts.require_manager(actor)
    kind = fees.kind_of(terms, chosen.type_key)
    payers.require(kind, chosen.payer_class)
    today = local_day(at)
    _check(chosen, today)
    rows = fees.history(session, actor, chosen.type_key, chosen.payer_class)
    _check_day(rows, chosen, today)
    rates = settings.of(session, actor.practice_id).rates_on(chosen.since)
    row = Fee(
        practice_id=actor.practice_id,
        type_key=chosen.type_key,
        payer_class=chosen.payer_class,
        number=_next_number(session, actor, chosen),
        obligation=payers.obligation(kind),
        amount_pence=chosen.pence,
        vat_class=chosen.vat_class,
        effective_from=chosen.since,
        reason=chosen.reason,
        approved_by=actor.staff_id,
        approved_on=today,
        basis=fees.suggested(kind, rates).as_basis(),
        public_text=" ".join(chosen.text.split()),
        created_at=at,
    )
    _add(session, row)
    details = {
        "type": row.type_key,
        "payer": row.payer_class,
        "pence": row.amount_pence,
        "from": row.effective_from.isoformat(),
    }
    models.record(session, actor, "money.fee_set", row, at=at, details=details)
    return row


def _check(chosen: NewFee, today: date) -> None:
    if not 0 < chosen.pence <= MOST:
        raise Refused(
            f"Enter a fee from £0.01 to {pounds(MOST)}. What you do free of charge needs none: "
            "waive it, or do not offer it for a fee."
        )
    if chosen.vat_class not in VAT_CLASSES:
        raise Refused("Choose how VAT treats this work.")
    if chosen.reason not in REASONS:
        raise Refused("Choose why the fee changes.")
    if not 0 < len(" ".join(chosen.text.split())) <= LONGEST_TEXT:
        raise Refused(f"Say what the public reads, in 1 to {LONGEST_TEXT} characters.")
    if chosen.since < today:
        raise Refused(
            f"{british_date(chosen.since)} is past. A fee counts from today at the earliest: "
            "prices that were told to people stay as they were."
        )
    if chosen.since > today + FURTHEST:
        raise Refused("Choose a day within the next two years.")


def _check_day(rows: list[Fee], chosen: NewFee, today: date) -> None:
    same = [one for one in rows if one.effective_from == chosen.since]
    if not same:
        return
    if chosen.since <= today:
        raise Refused(
            "Another fee counts from today already, and people may have been told it. "
            "Choose tomorrow or a later day."
        )
    if chosen.reason != "correction":
        raise Refused(
            f"A fee of {pounds(same[0].amount_pence)} is set from {british_date(chosen.since)} "
            "already. To change it, choose “Correction of a mistake” as the reason."
        )


def _next_number(session: Session, actor: Actor, chosen: NewFee) -> int:
    last = session.scalar(
        select(func.max(Fee.number)).where(
            Fee.practice_id == actor.practice_id,
            Fee.type_key == chosen.type_key,
            Fee.payer_class == chosen.payer_class,
        )
    )
    return (last or 0) + 1


def _add(session: Session, row: Fee) -> None:
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as taken:
        raise Refused(
            "Somebody else has just set this fee. Load the page again and look at it first."
        ) from taken
