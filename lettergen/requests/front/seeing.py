"""A patient sees a letter before it is signed, or leaves: the very bytes, and what they say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from lettergen import documents, letters, links
from lettergen.documents import Office
from lettergen.documents.inviting import Invited
from lettergen.links import LinkEnded, State
from lettergen.models import (
    ISSUED,
    Actor,
    Document,
    DocumentFile,
    Draft,
    Link,
    Practice,
    Request,
    RequestSight,
    RequestSightFile,
    Review,
)
from lettergen.refusals import Refused
from lettergen.requests.front import inviting
from lettergen.requests.life import copies, facts, finding, sights
from lettergen.requests.life.copies import Shown
from lettergen.requests.steps import releasing

AGREED, CORRECTION, REFUSED = sights.ANSWERS
MOST_CORRECTIONS = 3
# In these the letter that is shown is not signed yet.
BEFORE_SIGNING = (sights.DRAFTED, sights.SHOWN)
LONGEST = 1_000


@dataclass(frozen=True)
class View:
    """A letter as its patient sees it before it leaves, and how things stand.

    `document` is the signed letter that says what was shown; without one, the copy that was kept
    of what was shown stands in, unless it is being changed. `is_waiting` says that an answer can
    be given now.
    """

    request: Request
    sight: RequestSight
    document: Document | None
    practice: Practice
    may_leave_on: date | None
    is_changing: bool

    @property
    def is_waiting(self) -> bool:
        """Whether an answer can be given now."""
        is_open = not self.sight.answer and self.request.released_at is None
        return is_open and not self.is_changing

    @property
    def is_signed(self) -> bool:
        """Whether the letter bears its signature."""
        return self.document is not None

    @property
    def page(self) -> str:
        """The letter as HTML."""
        if self.document is None:
            return self.sight.page or ""
        return (self.document.content.page if self.document.content else None) or ""

    @property
    def files(self) -> Sequence[DocumentFile | RequestSightFile]:
        """The sheet that is meant for the patient, and its large print."""
        found: list[DocumentFile | RequestSightFile] = []
        if not self.is_changing:
            found.extend(self.document.files if self.document else self.sight.files)
        theirs = (letters.for_patient({one.kind for one in found}), letters.LARGE)
        return sorted(
            (one for one in found if one.kind in theirs), key=lambda one: one.kind == letters.LARGE
        )


def offer(
    session: Session,
    office: Office,
    actor: Actor,
    request_id: str,
    *,
    at: datetime,
    email: str | None = None,
    key: str | None = None,
) -> Invited:
    """Offer the patient a look at the letter, by a link: before it is signed, or after.

    Raises Refused where nothing was reviewed or signed, or the draft was changed since.
    """
    request = finding.lock(session, actor, request_id)
    sights.offer(session, actor, request_id, _to_show(session, actor, request), at=at)
    return inviting.invite(
        session, office, actor, request, links.SEE_FIRST, at=at, email=email, key=key
    )


def view(session: Session, link: Link) -> View:
    """Return the letter behind a link. Raises LinkEnded where nothing was offered."""
    request = finding.get(session, links.holder(link), link.subject_id)
    practice = session.get_one(Practice, link.practice_id)
    sight = sights.last(session, request)
    if sight is None:
        raise LinkEnded(f"There is no letter to read. Please ask {practice.name}.", State.REVOKED)
    signed = standing_letter(session, request)
    document = signed if signed and copies.says_same(sight, signed) else None
    return View(
        request=request,
        sight=sight,
        document=document,
        practice=practice,
        may_leave_on=facts.may_leave_on(session, request, sight),
        is_changing=document is None and not _is_shown(request, sight, signed),
    )


def look(session: Session, link: Link, *, at: datetime) -> None:
    """Note that the letter was opened: from then on it waits for the patient's word."""
    seen = view(session, link)
    if seen.is_waiting and seen.sight.seen_at is None:
        sights.saw(session, links.holder(link), seen.request.id, at=at)


def file(session: Session, link: Link, kind: str) -> bytes:
    """Return one of the patient's files of the letter; raise documents.NotFound for any other."""
    for one in view(session, link).files:
        if one.kind == kind:
            return one.pdf
    raise documents.NotFound("This letter has no such file.")


def answer(
    session: Session,
    link: Link,
    said: str,
    *,
    seal: str,
    corrections: Sequence[tuple[str, str]] = (),
    words: str = "",
    at: datetime,
) -> RequestSight:
    """Take the patient's answer to the letter that they were shown, whose hash is `seal`.

    `corrections` are pairs: the words in the letter, and what should stand there. Raises Refused
    for another letter than was shown, and for a correction that says nothing.
    """
    seen = view(session, link)
    if not seen.is_waiting or seal != seen.sight.seal:
        raise Refused("The letter has changed since you opened this page. Please read it again.")
    text = words.strip()
    if said == CORRECTION:
        text = "\n\n".join(
            _written(place, should) for place, should in corrections if place or should
        )
        if not text:
            raise Refused("Write down what is wrong, or choose another answer.")
    return sights.answer(session, links.holder(link), seen.request.id, said, words=text, at=at)


def judge(
    session: Session,
    office: Office,
    actor: Actor,
    request_id: str,
    verdict: str,
    *,
    reason: str,
    at: datetime,
) -> Draft | None:
    """Answer a wish for correction: open the letter to be corrected, or keep it with a reason.

    A letter that is kept is shown once more, with the reason. Returns the draft to correct.
    """
    request = finding.lock(session, actor, request_id)
    document = standing_letter(session, request)
    sight = sights.judge(session, actor, request_id, verdict, reason=reason, at=at)
    if verdict == sights.KEPT:
        sights.offer(session, actor, request_id, copies.of_sight(sight), at=at)
        return None
    if document is None:
        return _draft(session, actor, request)
    draft = documents.supersede(session, office, actor, document.id, at=at)
    releasing.superseding(session, actor, document.id, draft.id, at=at)
    return draft


def reviewed(session: Session, actor: Actor, request: Request) -> Review | None:
    """Return what the actor reviewed of a request's draft, if it is still what the draft says."""
    draft = _draft(session, actor, request) if request.state in BEFORE_SIGNING else None
    if draft is None:
        return None
    try:
        review = documents.review(session, actor, draft.id)
    except documents.LookAgain:
        return None
    return review if review.revision == draft.revision else None


def standing_letter(session: Session, request: Request) -> Document | None:
    """Return the letter of a request if it is signed and stands, with its files."""
    if request.document_id is None:
        return None
    found = session.scalar(
        select(Document)
        .where(Document.practice_id == request.practice_id, Document.id == request.document_id)
        .options(selectinload(Document.content), selectinload(Document.files))
    )
    is_good = found is not None and found.state == ISSUED and found.content is not None
    return found if is_good else None


def earlier_reason(session: Session, request: Request) -> str:
    """Return why the last wish for correction was not followed, or nothing."""
    judged = [one for one in sights.of(session, request) if one.verdict == sights.KEPT]
    last = sights.last(session, request)
    return (judged[-1].reason or "") if judged and last and last.seal == judged[-1].seal else ""


def _draft(session: Session, actor: Actor, request: Request) -> Draft | None:
    """Return the draft in which a request's letter is being written, or None."""
    try:
        return documents.draft(session, actor, request.draft_id or "")
    except (documents.Closed, documents.NotFound):
        return None


def _to_show(session: Session, actor: Actor, request: Request) -> Shown:
    """Return what there is to show: what is shown already, what was reviewed, or signed."""
    if request.state not in BEFORE_SIGNING:
        document = standing_letter(session, request)
        if document is None:
            raise Refused(
                "There is no letter to show yet. A clinician writes and reviews it first."
            )
        return copies.of_document(document)
    review = reviewed(session, actor, request)
    if review is not None:
        return copies.of_review(review)
    last = sights.last(session, request)
    if request.state == sights.SHOWN and last is not None and last.files:
        return copies.of_sight(last)
    raise Refused(
        "There is nothing to show as it stands. The clinician presses “Review the letter”, "
        "and then shows it."
    )


def _is_shown(request: Request, sight: RequestSight, signed: Document | None) -> bool:
    """Say whether the kept copy stands: nothing was signed, taken back or is being corrected."""
    if signed is not None or not sight.files:
        return False
    if sight.answer:
        return sight.verdict is None
    return request.state == sights.SHOWN


def _written(place: str, should: str) -> str:
    parts = (
        f"In the letter: {place.strip()[:LONGEST]}" if place.strip() else "",
        f"It should say: {should.strip()[:LONGEST]}" if should.strip() else "",
    )
    return "\n".join(filter(None, parts))
