"""A restricted request stays so, however it is decided, until a person lifts that with a reason."""

from datetime import datetime

from sqlalchemy.orm import Session

from lettergen.documents.eyes import FOR_RESTRICTED
from lettergen.models import Actor, NotAllowed
from lettergen.refusals import Refused
from lettergen.requests.life import events, finding, moves
from lettergen.requests.life.refusals import NotPossible

LIFTED = "no-longer-restricted"
LONGEST_WHY = 2_000


def lift(session: Session, actor: Actor, request_id: str, why: str, *, at: datetime) -> None:
    """Let everybody of the practice see a request again, with all that answers it.

    A later decision with a flag or a type that restricts makes it restricted anew. Raises
    NotAllowed for anybody but a clinician or manager, NotPossible where nothing is restricted, and
    Refused without a reason.
    """
    if not actor.roles & FOR_RESTRICTED:
        raise NotAllowed("Only a clinician or a manager lifts a restriction. Ask one of them.")
    request = finding.lock(session, actor, request_id)
    if not request.is_restricted:
        raise NotPossible("This request is not restricted: everybody here can see it.")
    said = why.strip()[:LONGEST_WHY]
    if not said:
        raise Refused("Say why it need not be restricted. The reason is kept with the request.")
    request.is_restricted = False
    moves.touch(request, at)
    events.note(session, actor, request, LIFTED, at=at, details={"why": said})
