"""Reviews: the final bytes, as the signer is shown them before they are issued."""

from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session, selectinload

from lettergen import models
from lettergen.calendar import local_day
from lettergen.documents import drafting, finals, readings, records
from lettergen.documents.finals import Final
from lettergen.documents.office import Office
from lettergen.documents.refusals import LookAgain, NotFound
from lettergen.models import Actor, NotAllowed, Review, ReviewFile
from lettergen.rendering import Rendered


def prepare(
    session: Session, office: Office, actor: Actor, draft_id: str, *, at: datetime
) -> Review:
    """Render a draft's final bytes for the actor to sign, and keep them until then.

    Raises NotAllowed for somebody who may not sign; NotIssuable with the reasons; NotFound or
    Closed; LookAgain if the draft was saved meanwhile; and what the renderer refuses.
    """
    signer_id = require_signer(actor)
    draft = drafting.draft(session, actor, draft_id)
    revision = draft.revision
    known = session.scalar(_one(actor, draft_id, signer_id))
    reference = known.reference if known else finals.fresh_reference(session)
    taken = readings.take(session, office, actor, draft, at=at)
    earlier = finals.earlier_letters(session, actor, taken.reading, at=at, but=taken.replaces_id)
    final = finals.make(office, taken, reference, earlier=earlier, at=at)
    # Rendering took a while, without any lock: see that nobody saved another text meanwhile.
    if drafting.lock(session, actor, draft_id).revision != revision:
        raise LookAgain("The draft was changed while the letter was made. Please review it again.")
    session.execute(
        delete(Review).where(
            Review.practice_id == actor.practice_id,
            Review.draft_id == draft_id,
            Review.signer_id == signer_id,
        )
    )
    review = _review(actor, draft, final, signer_id=signer_id, at=at)
    review.records = records.digest(taken.facts)
    review.seal = final.seal(
        draft=draft_id,
        revision=revision,
        signer=signer_id,
        records=review.records,
        on=review.prepared_on.isoformat(),
        practice=actor.practice_id,
    )
    session.add(review)
    models.record(session, actor, "draft.reviewed", draft, at=at, details={"revision": revision})
    return review


def review(session: Session, actor: Actor, draft_id: str) -> Review:
    """Return the actor's review of a draft, as it was last made.

    Raises NotFound or Closed for the draft, LookAgain if there is no review of it yet.
    """
    drafting.draft(session, actor, draft_id)
    found = session.scalar(
        _one(actor, draft_id, actor.staff_id).options(selectinload(Review.files))
    )
    if found is None:
        raise LookAgain("The letter has not been reviewed yet. Press “Review the letter” first.")
    return found


def review_file(session: Session, actor: Actor, draft_id: str, kind: str) -> bytes:
    """Return one PDF of the actor's review; raise NotFound if it has no such file."""
    for one in review(session, actor, draft_id).files:
        if one.kind == kind:
            return one.pdf
    raise NotFound("This letter has no such file. Go back to the review.")


def lock_review(session: Session, actor: Actor, draft_id: str) -> Review | None:
    """Return the actor's review of a draft, read anew and locked, or None."""
    return session.scalar(models.locked(_one(actor, draft_id, actor.staff_id)))


def require_signer(actor: Actor) -> str:
    """Return the actor's staff id; raise NotAllowed unless letters may bear their signature."""
    if actor.staff_id is None or not actor.may_sign:
        raise NotAllowed(
            "Only a clinician with a registration number can sign letters. "
            "Save the draft and ask one; a manager can add the number under Staff."
        )
    return actor.staff_id


def as_final(office: Office, draft: models.Draft, review: Review) -> Final:
    """Return a review as the final letter that it holds."""
    files = {
        one.kind: Rendered(pdf=one.pdf, sha256=one.sha256, pages=one.pages, engine=review.engine)
        for one in review.files
    }
    return Final(office.library.get(draft.slug), review.reference, files, review.content)


def _review(
    actor: Actor, draft: models.Draft, final: Final, *, signer_id: str, at: datetime
) -> Review:
    review = Review(
        practice_id=actor.practice_id,
        draft_id=draft.id,
        signer_id=signer_id,
        reference=final.reference,
        revision=draft.revision,
        version=final.kind.version,
        prepared_on=local_day(at),
        made_at=at,
        engine=final.engine,
        content=final.content,
    )
    review.files = [
        ReviewFile(
            practice_id=actor.practice_id,
            kind=kind,
            sha256=one.sha256,
            pages=one.pages,
            pdf=one.pdf,
        )
        for kind, one in final.files.items()
    ]
    return review


def _one(actor: Actor, draft_id: str, signer_id: str | None) -> Select[Review]:
    return select(Review).where(
        Review.practice_id == actor.practice_id,
        Review.draft_id == draft_id,
        Review.signer_id == signer_id,
    )
