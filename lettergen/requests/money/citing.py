"""Whether a paper about money may bear the payer's own reference: it points to one patient."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.models import Invoice, Request, RequestConsent
from lettergen.requests.money.payers import PATIENT

# As `life.fits` names them: that row lies above this one.
SAID_NO = ("refused", "withdrawn")


def cited(
    session: Session, about: Request | Invoice, payer_class: str, customer: Mapping[str, Any]
) -> dict[str, Any]:
    """Return whom a paper is for, without their reference where it may not stand there today.

    After the patient refused, or took a yes back, an organisation's reference is left out: its
    accounts department would read from it that the person behind it is our patient. Ours, which
    says nothing, is enough to pay by. Source: domain L32 and property P3.
    """
    if payer_class == PATIENT or not _said_no(session, about):
        return dict(customer)
    return {**customer, "reference": ""}


def _said_no(session: Session, about: Request | Invoice) -> bool:
    session.flush()
    request_id = about.request_id if isinstance(about, Invoice) else about.id
    rows = session.scalars(
        select(RequestConsent)
        .where(
            RequestConsent.practice_id == about.practice_id,
            RequestConsent.request_id == request_id,
        )
        .order_by(RequestConsent.number)
    )
    last = {one.kind: one.state for one in rows}
    return any(state in SAID_NO for state in last.values())
