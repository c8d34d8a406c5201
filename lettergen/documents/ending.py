"""After issue: replace a letter, withdraw it, or start another from it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import forms, models
from lettergen.calendar import local_day
from lettergen.documents import drafting, eyes, finding
from lettergen.documents.office import Office
from lettergen.documents.refusals import Superseded
from lettergen.forms import Typed
from lettergen.models import ISSUED, SUPERSEDED, VOIDED, Actor, Document, Draft, NotAllowed, locked
from lettergen.refusals import Refused

REASON_LENGTH = (10, 500)


def supersede(
    session: Session, office: Office, actor: Actor, document_id: str, *, at: datetime
) -> Draft:
    """Return a new draft with a letter's answers, which will say that it replaces the letter.

    The letter stays as it is until the new one is issued. Asked again meanwhile, the same draft is
    returned. Raises NotFound; Superseded if it was replaced already, Refused if it is void;
    NoSuchForm if its form is gone.
    """
    old = finding.get(session, actor, document_id)
    if old.state == SUPERSEDED:
        raise Superseded(f"{old.reference} has been replaced already: replace {_after(old)}.")
    if old.state == VOIDED:
        raise Refused(f"{old.reference} is void. Start another letter from it instead.")
    begun = session.scalar(
        select(Draft)
        .where(
            Draft.practice_id == actor.practice_id,
            Draft.replaces_id == old.id,
            Draft.closed_at.is_(None),
        )
        .order_by(Draft.created_at, Draft.id)
        .limit(1)
    )
    return begun or _again(session, office, actor, old, at, replaces_id=old.id)


def start_from(
    session: Session, office: Office, actor: Actor, document_id: str, *, at: datetime
) -> Draft:
    """Return a new draft with a letter's answers, of today; reasons for warnings are asked anew.

    Raises NotFound, NoSuchForm if the form is gone, and Refused for a letter to a restricted
    request: what started from it would be there for everybody.
    """
    old = finding.get(session, actor, document_id)
    if eyes.is_restricted(session, old):
        raise Refused(
            f"{old.reference} belongs to a restricted request, and another letter from it would "
            "be seen by all. Replace it, or begin from the request of the new letter."
        )
    return _again(session, office, actor, old, at)


def void(
    session: Session, actor: Actor, document_id: str, reason: str, *, at: datetime
) -> Document:
    """Withdraw a letter that should not have been issued; it stays on record, with the reason.

    Raises NotAllowed for somebody who is neither clinician nor manager, NotFound, and Refused
    for a reason outside 10 to 500 characters, or a letter that is void or replaced already.
    """
    if not actor.roles & {"clinician", "manager"}:
        raise NotAllowed("Only a clinician or a manager can void a letter. Please ask one.")
    least, most = REASON_LENGTH
    if not least <= len(reason.strip()) <= most:
        raise Refused(f"Say in {least} to {most} characters why the letter is void.")
    document = session.scalar(
        locked(select(Document).where(eyes.documents_for(actor), Document.id == document_id))
    )
    if document is None:
        raise finding.not_found()
    if document.state != ISSUED:
        raise Refused(
            f"{document.reference} is {document.state} already; there is nothing to void."
        )
    document.state, document.ended_at, document.ended_by = VOIDED, at, actor.staff_id
    if document.content:
        document.content.void_reason = reason.strip()
    models.record(session, actor, "document.voided", document, at=at)
    return document


def _again(
    session: Session,
    office: Office,
    actor: Actor,
    old: Document,
    at: datetime,
    *,
    replaces_id: str | None = None,
) -> Draft:
    if old.content is None:
        raise Refused(f"The answers of {old.reference} were deleted. Start a new letter.")
    kind = office.library.get(old.slug)
    # Asked anew: what records supply, why a warning was passed over, and the letter's own date.
    renewed = {*kind.supplied(), kind.identifies.get("date", "")}
    renewed |= {one.name for one in kind.fields if one.type == "reasons"}
    kept: Typed = {
        name: texts
        for name, texts in old.content.typed.items()
        if name.partition("-")[0] not in renewed
    }
    fresh = {**forms.initial(kind, local_day(at)), **kept}
    return drafting.start(
        session, office, actor, old.slug, at=at, typed=fresh, replaces_id=replaces_id
    )


def _after(old: Document) -> str:
    issued = [one.reference for one in old.replaced_by]
    return issued[-1] if issued else "the later one"
