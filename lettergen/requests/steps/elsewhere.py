"""Work that is done outside lettergen: a form that others make, filled in and given out there."""

from datetime import datetime

from sqlalchemy.orm import Session

from lettergen import workload
from lettergen.calendar import local_day
from lettergen.models import Actor, Request
from lettergen.refusals import Refused
from lettergen.requests.catalogue.grammar import Type
from lettergen.requests.catalogue.standing import Terms
from lettergen.requests.life import finding, moves
from lettergen.requests.life.guards import OUTSIDE
from lettergen.requests.life.refusals import NotPossible

# Where a request stands that only waits for somebody to do it.
READY = ("triaged", "paid", "on_account", "waived", "assigned")


def is_made_elsewhere(kind: Type | None) -> bool:
    """Say whether a type is a form or certificate that lettergen does not write."""
    return kind is not None and not kind.letter_slug


def done(
    session: Session,
    actor: Actor,
    terms: Terms,
    request_id: str,
    *,
    work: str,
    minutes: int,
    at: datetime,
) -> None:
    """Note that a request's form was filled in elsewhere and handed over, and what work it was.

    `work` is one of workload.kinds.BY_HAND. The guards of every hand-over hold: payment, sight,
    consent, person. Raises NotPossible for them, and where a letter is written or belongs here;
    Refused for unknown work or no minutes.
    """
    request = finding.lock(session, actor, request_id)
    _require_elsewhere(terms, request)
    moves.move(session, actor, request, "released", at=at, details={"way": OUTSIDE})
    workload.add_by_hand(
        session,
        actor,
        work,
        minutes=minutes,
        on=local_day(at),
        at=at,
        slug=request.type_key,
        request_id=request.id,
    )


def _require_elsewhere(terms: Terms, request: Request) -> None:
    if not is_made_elsewhere(terms.catalogue.types.get(request.type_key)):
        raise Refused("lettergen writes this letter. Write it here, and sign it.")
    if request.draft_id is not None:
        raise NotPossible("A letter is begun for this request. Finish and sign it, or discard it.")
