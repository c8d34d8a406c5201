"""Writing what was asked for: a draft with all that is known, and the signed letter tied to it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import documents
from lettergen.calendar import local_day
from lettergen.documents import Closed, NotFound, Office
from lettergen.models import Actor, Document, Draft, Request
from lettergen.requests.catalogue.standing import Terms
from lettergen.requests.life import agreeing, copies, events, facts, finding, moves, sights
from lettergen.requests.life.refusals import NotPossible
from lettergen.requests.papers import prefill

DRAFTED, SIGNED = "drafted", "signed"
# What answers a request whose type names no letter of its own.
PLAIN = "lt1-confirmation"
# What a report says of its patient, and the answer that is true only once they have read it.
SEEN, READ_FIRST = "saw_draft", "first"
_IS_WRITTEN_IN = ("assigned", "drafted", "shown", "amra_wait")


def start(
    session: Session, office: Office, actor: Actor, terms: Terms, request_id: str, *, at: datetime
) -> Draft:
    """Return the draft of the letter that answers a request; pressed twice, the same one.

    It begins with reader, purpose, patient, references, consent and questions, as far as they are
    known. Raises NotPossible where the request does not stand with a clinician, or nothing about
    the patient may be told; NoSuchRequest.
    """
    request = finding.lock(session, actor, request_id)
    open_one = _open_draft(session, actor, request)
    if open_one is not None:
        return open_one
    if request.state != DRAFTED:
        known, step = facts.of(session, request, at=at), moves.step_of(actor, DRAFTED, at)
        moves.refuse(request.state, known, step)
    kind = office.library.get(slug_for(terms, request))
    typed = prefill.typed_for(kind, request, agreeing.given(session, request), today=local_day(at))
    draft = documents.start(session, office, actor, kind.slug, at=at, typed=typed)
    session.flush()
    request.draft_id = draft.id
    if request.state == DRAFTED:
        events.note(session, actor, request, "begun-again", at=at, details={"slug": kind.slug})
    else:
        moves.move(session, actor, request, DRAFTED, at=at, details={"slug": kind.slug})
    return draft


def slug_for(terms: Terms, request: Request) -> str:
    """Return which document type answers a request."""
    kind = terms.catalogue.types.get(request.type_key)
    return (kind.letter_slug if kind else "") or PLAIN


def signed(
    session: Session, actor: Actor, draft_id: str, document: Document, *, at: datetime
) -> None:
    """Tie an issued letter to the request that its draft belongs to; nothing if there is none.

    The request becomes signed. One that has left already keeps its state, and gets the new letter.
    Raises NotPossible if this person may not sign for the request, or the letter says that the
    patient read it before, and nobody noted that.
    """
    found = session.scalar(
        select(Request.id).where(
            Request.practice_id == actor.practice_id, Request.draft_id == draft_id
        )
    )
    if found is None:
        return
    request = finding.lock(session, actor, found)
    _require_read(session, request, document)
    request.document_id = document.id
    session.flush()
    if request.state in _IS_WRITTEN_IN:
        moves.move(
            session, actor, request, SIGNED, at=at, details={"reference": document.reference}
        )
    else:
        details = {"reference": document.reference}
        events.note(session, actor, request, "letter-replaced", at=at, details=details)


def _require_read(session: Session, request: Request, document: Document) -> None:
    answers = document.content.answers if document.content else {}
    if answers.get(SEEN) != READ_FIRST:
        return
    sight = sights.last(session, request)
    if sight is None or sight.seen_at is None or not copies.says_same(sight, document):
        raise NotPossible(
            "The letter says that the patient read it before it was signed, and nobody noted that "
            "they read these words. Show it to the patient and note the answer, or change what "
            "the letter says about it."
        )


def _open_draft(session: Session, actor: Actor, request: Request) -> Draft | None:
    if request.draft_id is None:
        return None
    try:
        return documents.draft(session, actor, request.draft_id)
    except (Closed, NotFound):
        return None
