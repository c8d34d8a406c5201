"""A fee that is not taken: asked for with a reason, decided by a manager, counted in full.

Source: domain section 5.4.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lettergen import accounts, models
from lettergen.calendar import LONDON, local_day
from lettergen.documents.refusals import NotFound
from lettergen.models import Actor, Practice, Request, Waiver, locked
from lettergen.refusals import Refused
from lettergen.requests.catalogue.terms import Terms
from lettergen.requests.money import offering, payers, payments, quotes
from lettergen.requests.money.pence import pounds

ASKED, APPROVED, REFUSED, ENDED = "asked", "approved", "refused", "ended"
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "benefits": "Hardship: on a means-tested benefit",
        "student": "Hardship: a student",
        "asylum_seeker": "Hardship: an asylum seeker",
        "domestic_abuse": "Victim of domestic abuse",
        "bereavement": "Bereavement",
        "practice_delay": "A delay of ours",
        "goodwill": "Goodwill",
        "staff_family": "Family of staff",
    }
)
LONGEST_NOTE = 1_000
DECEMBER = 12


def ask(
    session: Session,
    actor: Actor,
    terms: Terms,
    request: Request,
    *,
    reason: str,
    note: str,
    at: datetime,
) -> Waiver:
    """Ask that a fee is not taken, at the price of the open quote, or today's.

    Asked for twice, it is the same one. Raises NoFee where there is no fee to waive; Refused for
    an unknown reason or a card's number in the note.
    """
    if reason not in REASONS:
        raise Refused("Choose why the fee should be waived.")
    payments.refuse_card_numbers(note)
    if len(note) > LONGEST_NOTE:
        raise Refused(f"Write a note of at most {LONGEST_NOTE} characters.")
    if payers.of_outcome(request.outcome) == payers.STATE:
        raise payers.NoFee("A public body pays for this; there is no fee of a payer to waive.")
    known = last(session, request)
    if known is not None and known.state in (ASKED, APPROVED):
        return known
    quote = quotes.live(session, request)
    if quote:
        full = quote.total_pence
    else:
        full = offering.price_for(session, actor, terms, request, local_day(at)).total
    waiver = Waiver(
        practice_id=actor.practice_id,
        request_id=request.id,
        quote_id=quote.id if quote else None,
        reason=reason,
        note=note.strip(),
        full_pence=full,
        state=ASKED,
        asked_at=at,
        asked_by=actor.staff_id,
    )
    session.add(waiver)
    details = {"request": request.id, "pence": full, "reason": reason}
    models.record(session, actor, "money.waiver_asked", waiver, at=at, details=details)
    return waiver


def approve(
    session: Session, actor: Actor, terms: Terms, waiver: Waiver, *, at: datetime
) -> Waiver:
    """Approve a waiver within the month's cap.

    Raises NotAllowed unless the actor is a manager; Refused for whoever asked where another
    manager could decide, when the cap is reached, and for one that is decided.
    """
    waiver = _to_decide(session, actor, waiver)
    cap = terms.settings.waiver_cap_pence
    used = total_of_month(session, actor.practice_id, local_day(at))
    if used + waiver.full_pence > cap:
        raise Refused(
            f"This month {pounds(used)} are waived already, and {pounds(cap)} is the most. This "
            f"one is {pounds(waiver.full_pence)}. Refuse it, or raise the limit in the settings "
            "for requests."
        )
    return _decide(session, actor, waiver, APPROVED, at)


def refuse(session: Session, actor: Actor, waiver: Waiver, *, at: datetime) -> Waiver:
    """Refuse a waiver: the fee stays. Raises as `approve` does, but for the cap."""
    return _decide(session, actor, _to_decide(session, actor, waiver), REFUSED, at)


def end(session: Session, actor: Actor, request: Request, *, at: datetime) -> None:
    """End a waiver that was asked for or approved: the work that it was for is decided anew."""
    known = last(session, request)
    if known is not None and known.state in (ASKED, APPROVED):
        _decide(session, actor, known, ENDED, at)


def get(session: Session, actor: Actor, waiver_id: str) -> Waiver:
    """Return one waiver of the actor's practice; raises NotFound."""
    found = session.scalar(
        select(Waiver).where(Waiver.practice_id == actor.practice_id, Waiver.id == waiver_id)
    )
    if found is None:
        raise NotFound("There is no such waiver in your practice.")
    return found


def last(session: Session, request: Request) -> Waiver | None:
    """Return the last waiver that was asked for a request, or None."""
    return session.scalars(
        select(Waiver)
        .where(Waiver.practice_id == request.practice_id, Waiver.request_id == request.id)
        .order_by(Waiver.asked_at.desc(), Waiver.id)
        .limit(1)
    ).first()


def to_decide(session: Session, actor: Actor) -> Sequence[Waiver]:
    """Return the practice's waivers that wait for a decision, the first asked first."""
    return session.scalars(
        select(Waiver)
        .where(Waiver.practice_id == actor.practice_id, Waiver.state == ASKED)
        .order_by(Waiver.asked_at, Waiver.id)
    ).all()


def total_of_month(session: Session, practice_id: str, on: date) -> int:
    """Return what was waived in the month of a day, at full price. Months are those of England."""
    first = on.replace(day=1)
    following = (
        first.replace(year=first.year + 1, month=1)
        if first.month == DECEMBER
        else first.replace(month=first.month + 1)
    )
    waived = session.scalar(
        select(func.sum(Waiver.full_pence)).where(
            Waiver.practice_id == practice_id,
            Waiver.state == APPROVED,
            Waiver.decided_at >= datetime.combine(first, time.min, LONDON),
            Waiver.decided_at < datetime.combine(following, time.min, LONDON),
        )
    )
    return int(waived or 0)


def may_decide(session: Session, actor: Actor, waiver: Waiver) -> bool:
    """Say whether the actor may decide: a manager, and another than asked if there is one."""
    if "manager" not in actor.roles:
        return False
    if waiver.asked_by is None or waiver.asked_by != actor.staff_id:
        return True
    others = (one for one in accounts.staff_of(session, actor) if one.id != actor.staff_id)
    return not any(one.is_active and "manager" in one.roles for one in others)


def _to_decide(session: Session, actor: Actor, waiver: Waiver) -> Waiver:
    accounts.require_manager(actor)
    # The practice's row: two decisions at once would both fit under the cap.
    session.scalars(locked(select(Practice).where(Practice.id == actor.practice_id))).one()
    mine = select(Waiver).where(Waiver.practice_id == actor.practice_id, Waiver.id == waiver.id)
    found = session.scalars(locked(mine)).one()
    if found.state != ASKED:
        raise Refused("Somebody has decided about this waiver already. Load the page again.")
    if not may_decide(session, actor, found):
        raise Refused("You asked for this waiver yourself. Let another manager decide.")
    return found


def _decide(session: Session, actor: Actor, waiver: Waiver, state: str, at: datetime) -> Waiver:
    waiver.state, waiver.decided_at, waiver.decided_by = state, at, actor.staff_id
    details = {"request": waiver.request_id, "pence": waiver.full_pence, "reason": waiver.reason}
    models.record(session, actor, f"money.waiver_{state}", waiver, at=at, details=details)
    return waiver
