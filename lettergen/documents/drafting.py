"""Drafts: started, saved as they are typed, and discarded."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session, selectinload

from lettergen import forms, models
from lettergen.calendar import local_day
from lettergen.documents import eyes, timing
from lettergen.documents.office import Office
from lettergen.documents.refusals import Closed, Conflict, NotFound
from lettergen.forms import Typed
from lettergen.models import Actor, Document, Draft, Review, locked
from lettergen.refusals import Refused

LARGEST = 1_000_000


def start(
    session: Session,
    office: Office,
    actor: Actor,
    slug: str,
    *,
    at: datetime,
    typed: Typed | None = None,
    replaces_id: str | None = None,
) -> Draft:
    """Return a new draft, with the form's defaults unless `typed` is given.

    Raises NoSuchForm for an unknown slug.
    """
    kind = office.library.get(slug)
    draft = Draft(
        practice_id=actor.practice_id,
        slug=kind.slug,
        typed=_checked(forms.initial(kind, local_day(at)) if typed is None else typed),
        revision=1,
        seconds=0,
        created_at=at,
        created_by=actor.staff_id,
        saved_at=at,
        saved_by=actor.staff_id,
        replaces_id=replaces_id,
    )
    session.add(draft)
    models.record(session, actor, "draft.started", draft, at=at, details={"slug": kind.slug})
    return draft


def save(
    session: Session,
    _office: Office,
    actor: Actor,
    draft_id: str,
    typed: Typed,
    *,
    revision: int,
    at: datetime,
    seconds: int = 0,
) -> Draft:
    """Keep what was typed, sound or not, and count the seconds it was actively worked on.

    `revision` is the one that the typed text started from. Raises Conflict if somebody saved
    another text since; Closed if the draft is issued or discarded; Refused beyond a million
    characters.
    """
    draft = lock(session, actor, draft_id)
    if typed != draft.typed:
        if revision != draft.revision:
            saver = draft.saver.name if draft.saver else None
            raise Conflict(draft.typed, draft.revision, saver, draft.saved_at)
        draft.typed = _checked(typed)
        draft.revision += 1
    timing.count(draft, actor, seconds, at=at)
    session.flush()
    return draft


def discard(session: Session, actor: Actor, draft_id: str, *, at: datetime) -> None:
    """Throw a draft away with all that was typed; the time spent on it stays in the log."""
    draft = lock(session, actor, draft_id)
    timing.log_discarded(session, actor, draft, "letter", slug=draft.slug, at=at)
    close(session, draft, at)
    models.record(session, actor, "draft.discarded", draft, at=at, details={"slug": draft.slug})


def drafts(session: Session, actor: Actor) -> list[Draft]:
    """Return the open drafts for the actor's eyes, the last saved first."""
    mine = select(Draft).where(eyes.drafts_for(actor), Draft.closed_at.is_(None))
    newest = mine.order_by(Draft.saved_at.desc(), Draft.id)
    return list(session.scalars(newest.options(selectinload(Draft.saver))))


def draft(session: Session, actor: Actor, draft_id: str) -> Draft:
    """Return one open draft; raise NotFound, or Closed if it is issued or discarded."""
    return _open(session, session.scalar(_one(actor, draft_id)))


def lock(session: Session, actor: Actor, draft_id: str) -> Draft:
    """Return one open draft, read anew and locked until commit; raises as `draft` does."""
    return _open(session, session.scalar(locked(_one(actor, draft_id))))


def close(session: Session, draft: Draft, at: datetime) -> None:
    """Close a draft: forget what was typed, and the reviews that wait for a signature."""
    draft.typed, draft.closed_at = {}, at
    session.execute(
        delete(Review).where(Review.practice_id == draft.practice_id, Review.draft_id == draft.id)
    )


def patient_of(office: Office, draft: Draft) -> Mapping[str, str]:
    """Return what a draft says so far of given_name, family_name and the like, to list it by."""
    identifies = office.library.get(draft.slug).identifies
    typed = draft.typed
    return {role: " ".join(typed.get(name, [])) for role, name in identifies.items()}


def _one(actor: Actor, draft_id: str) -> Select[Draft]:
    return select(Draft).where(eyes.drafts_for(actor), Draft.id == draft_id)


def _open(session: Session, draft: Draft | None) -> Draft:
    if draft is None:
        raise NotFound("There is no such draft in your practice. Go back to the drafts.")
    if draft.is_open:
        return draft
    issued = session.execute(
        select(Document.id, Document.reference).where(
            Document.practice_id == draft.practice_id, Document.draft_id == draft.id
        )
    ).one_or_none()
    if issued is None:
        raise Closed("This draft was discarded. Start a new one.", None)
    raise Closed(f"This draft has been issued already, as {issued.reference}.", issued.id)


def _checked(typed: Typed) -> Typed:
    size = sum(len(name) + sum(map(len, values)) for name, values in typed.items())
    if size > LARGEST:
        raise Refused(f"This is more than {LARGEST:,} characters. Shorten it; nothing was saved.")
    return typed
