"""Issuing: the bytes that were reviewed become a document, its files, its work and its event."""

from collections.abc import Mapping
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.calendar import LONDON, local_day
from lettergen.documents import drafting, finals, readings, records, reviews
from lettergen.documents.finals import Final
from lettergen.documents.office import Office
from lettergen.documents.readings import Taken
from lettergen.documents.refusals import Closed, LookAgain
from lettergen.documents.storing import Made, Origin, store
from lettergen.forms import Typed
from lettergen.letters import Heading
from lettergen.models import Actor, Document, Draft, Review, Staff
from lettergen.refusals import Refused


def issue(
    session: Session, office: Office, actor: Actor, draft_id: str, shown: str, *, at: datetime
) -> Document:
    """Seal exactly the bytes that the actor was shown, whose hash is `shown`, as a document.

    Pressed twice, it returns the same document. Raises LookAgain if answers, form, signer,
    practice or day changed since; Closed if somebody else issued or discarded the draft;
    CertificateUnusable if the practice's certificate has ended; NotAllowed for somebody who may
    not sign; NotFound.
    """
    reviews.require_signer(actor)
    try:
        draft = drafting.lock(session, actor, draft_id)
    except Closed as closed:
        return _same(session, actor, closed, shown)
    review = reviews.lock_review(session, actor, draft_id)
    if review is None or review.seal != shown:
        raise LookAgain("This is not the letter you were shown last. Please review it again.")
    _require_unchanged(session, office, actor, draft=draft, review=review, at=at)
    final = reviews.as_final(office, draft, review)
    made = _made(final, author_id=draft.created_by, signer_id=actor.staff_id, seconds=draft.seconds)
    origin = Origin(seal=shown, draft_id=draft.id, replaces_id=draft.replaces_id)
    drafting.close(session, draft, at)
    return store(session, office, actor, made, origin, at=at)


def issue_made(
    session: Session, office: Office, actor: Actor, made: Made, *, at: datetime
) -> Document:
    """Seal and store a document that is no letter of forms/*.toml, such as a signed consent.

    It gets its event like any letter, and its work if it is one; whether it may be issued is for
    the caller to have checked. Raises CertificateUnusable if the practice's certificate has ended.
    """
    shown = records.digest(
        {
            "reference": made.reference,
            "version": made.version,
            "files": {kind: one.sha256 for kind, one in made.files.items()},
            "content": made.content,
        }
    )
    return store(session, office, actor, made, Origin(seal=shown), at=at)


def issue_answers(
    session: Session,
    office: Office,
    actor: Actor,
    slug: str,
    typed: Typed,
    *,
    on: date,
    at: datetime,
    signer: str | None = None,
    reasons: Mapping[str, str] | None = None,
) -> Document:
    """Read, check, render and store answers in one go: for the command line.

    The letter is of the day `on`; `at` is when it is logged. `signer` is the e-mail address of
    a clinician of the practice; without it the answers say who signs. `reasons` are rule ids
    with why the letter goes ahead. Raises NotIssuable with the reasons, NoSuchForm, Refused for
    an unknown signer, and what the renderer refuses.
    """
    kind = office.library.get(slug)
    staff = _signer(session, actor, signer) if signer else None
    day = datetime.combine(on, time(12), LONDON)
    typed = {
        **typed,
        **{f"override_reasons-{rule}": [why] for rule, why in (reasons or {}).items()},
    }
    facts = {**records.practice_facts(session, actor), **records.signer_facts(staff)}
    supplied = {
        name: text
        for name, text in records.supplied(kind, facts).items()
        if (staff and kind.supplied()[name].startswith("signer.")) or not any(typed.get(name, []))
    }
    reading = readings.read(office, kind, typed, supplied, at=day)
    taken = Taken(typed, supplied, facts, reading, Heading())
    earlier = finals.earlier_letters(session, actor, reading, at=at)
    final = finals.make(office, taken, finals.fresh_reference(session), earlier=earlier, at=day)
    signed = staff or records.registered(session, actor, final.content["signer"]["number"])
    made = _made(final, author_id=actor.staff_id, signer_id=signed.id if signed else None)
    return store(session, office, actor, made, Origin(seal=final.seal()), at=at)


def _made(
    final: Final, *, author_id: str | None, signer_id: str | None, seconds: int | None = None
) -> Made:
    kind = final.kind
    return Made(
        slug=kind.slug,
        title=kind.title,
        family=kind.family,
        version=kind.version,
        minutes=kind.minutes,
        reference=final.reference,
        files=final.files,
        page=final.page,
        content=final.content,
        signer_id=signer_id,
        author_id=author_id,
        seconds=seconds,
    )


def _require_unchanged(
    session: Session, office: Office, actor: Actor, *, draft: Draft, review: Review, at: datetime
) -> None:
    facts = records.facts_for(session, actor)
    changes = {
        "the answers were changed": draft.revision != review.revision,
        # A review of an earlier lettergen holds neither web page nor large print.
        "lettergen was brought up to date": "page" not in review.content,
        "the form was changed": office.library.get(draft.slug).version != review.version,
        "the practice's or your own record was changed": records.digest(facts) != review.records,
        "a new day began, and the letter bears the old date": local_day(at) != review.prepared_on,
    }
    found = tuple(text for text, is_changed in changes.items() if is_changed)
    if found:
        raise LookAgain(
            f"After you were shown the letter, {' and '.join(found)}. Please review it again."
        )


def _signer(session: Session, actor: Actor, email: str) -> Staff:
    found = session.scalar(
        select(Staff).where(
            Staff.practice_id == actor.practice_id, Staff.email == email.strip().casefold()
        )
    )
    if found is None or not found.may_sign:
        raise Refused(
            f"{email} is no clinician of this practice who may sign. "
            "Give the address of one who has a registration number."
        )
    return found


def _same(session: Session, actor: Actor, closed: Closed, shown: str) -> Document:
    """Return the document of a button that was pressed twice; raise `closed` for any other."""
    found = session.scalar(
        select(Document).where(
            Document.practice_id == actor.practice_id,
            Document.id == closed.document_id,
            Document.signer_id == actor.staff_id,
            Document.seal == shown,
        )
    )
    if found is None:
        raise closed
    return found
