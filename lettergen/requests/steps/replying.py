"""Replying to a request: the reply is shown, issued like any letter, and leaves once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import documents, letters, post, workload
from lettergen.calendar import LONDON, local_day
from lettergen.documents import Made, Office
from lettergen.letters import LARGE, LETTER, Heading
from lettergen.models import VOIDED, Actor, Document, Practice, Request, RequestEvent
from lettergen.refusals import Refused
from lettergen.rendering import Sheet
from lettergen.requests.catalogue.standing import Terms
from lettergen.requests.life import agreeing, events, finding, moves
from lettergen.requests.papers import prices, replies
from lettergen.requests.papers.replies import NoReply, Wording
from lettergen.requests.triage import decide

SLUG, FAMILY = "request-reply", "third-party"
PRINT, EMAIL, COPY = WAYS = ("print", "email", "copy")
REPLIED = "replied"
# Where a decision that names a reply leaves a request, and where the reply takes it.
GOES_TO = {"DECLINE": "declined", "REDIRECT": "redirected", "HOLD": "on_hold"}
IS_DONE_IN = ("declined", "redirected")
# After these a reply that was sent earlier answers no longer.
DECIDED_ANEW = ("decided", "settled")
NO_ADDRESS = "There is no e-mail address to send this to. Print it, or add the address first."


@dataclass(frozen=True)
class Shown:
    """A reply as it would leave now: its words, its plain text, and what stands in the way.

    `may_name` says whether the version with the patient's name may be chosen; `email` is where an
    e-mail would go, `document` the reply that was sent already.
    """

    wording: Wording
    text: str
    may_name: bool
    email: str
    document: Document | None


@dataclass(frozen=True)
class _Case:
    """One reply on its way: to which request, from whom, and in which words."""

    request: Request
    practice: Practice
    wording: Wording


def preview(
    session: Session,
    actor: Actor,
    terms: Terms,
    request_id: str,
    *,
    at: datetime,
    is_nameless: bool | None = None,
) -> Shown:
    """Return a request's reply without sending it; raises NoReply, NoSuchRequest.

    Without `is_nameless` it names the patient where that is allowed. One that has left is shown as
    it left.
    """
    request = finding.get(session, actor, request_id)
    practice = _practice(session, actor)
    may_name = _may_name(session, request, at)
    document = sent(session, actor, request)
    left = _last(session, actor, request) if document else None
    nameless = left.details["nameless"] if left else is_nameless or not may_name
    on = local_day(left.at if left else at)
    price = prices.sentence(session, actor, terms, request, on)
    wording = _wording(terms, request, practice, price=price, is_nameless=bool(nameless))
    reference = document.reference if document else request.reference
    return Shown(
        wording=wording,
        text=replies.text(wording, practice, reference=reference),
        may_name=may_name,
        email=address_of(request),
        document=document,
    )


def picture_sheet(
    session: Session,
    actor: Actor,
    terms: Terms,
    request_id: str,
    *,
    at: datetime,
    is_nameless: bool | None = None,
) -> Sheet:
    """Return the reply as a draft's sheet, to look at before it goes."""
    shown = preview(session, actor, terms, request_id, at=at, is_nameless=is_nameless)
    request = finding.get(session, actor, request_id)
    practice = _practice(session, actor)
    made = replies.sheets(shown.wording, practice, request, Heading(is_draft=True), at=_local(at))
    return made[LETTER]


def send(
    session: Session,
    office: Office,
    actor: Actor,
    terms: Terms,
    request_id: str,
    *,
    at: datetime,
    by: str,
    is_nameless: bool | None = None,
    to: str = "",
) -> Document:
    """Issue a request's reply, and send it by e-mail if so chosen; pressed twice, it is one reply.

    What goes by e-mail names nobody. A declined or redirected request is closed with its reply.
    Raises NoReply, NoSuchRequest, Refused for an unknown way or without an address, WrongAddress,
    NotPossible, and what the renderer and the seal refuse.
    """
    request = finding.lock(session, actor, request_id)
    earlier = sent(session, actor, request)
    if earlier is not None:
        return earlier
    address = _address(request, by, to)
    practice = _practice(session, actor)
    nameless = is_nameless or by == EMAIL or not _may_name(session, request, at)
    price = prices.sentence(session, actor, terms, request, local_day(at))
    wording = _wording(terms, request, practice, price=price, is_nameless=nameless)
    case = _Case(request, practice, wording)
    made = _made(session, office, actor, case, version=terms.catalogue.version, at=at)
    document = documents.issue_made(session, office, actor, made, at=at)
    if address:
        check = f"{office.public_address}/v/{document.reference}"
        _write_email(session, actor, case, document, to=address, check=check, at=at)
    _note(session, actor, case, document, by=by, at=at)
    return document


def sent(session: Session, actor: Actor, request: Request) -> Document | None:
    """Return the reply that was sent since the request was last decided, or None.

    One that was voided since is none: another may take its place.
    """
    left = _last(session, actor, request)
    if left is None:
        return None
    return session.scalar(
        select(Document).where(
            Document.practice_id == actor.practice_id,
            Document.id == left.details["document_id"],
            Document.state != VOIDED,
        )
    )


def address_of(request: Request) -> str:
    """Return the e-mail address to which a reply would go, or nothing."""
    if request.content is None:
        return ""
    own = request.content.patient if request.requester_class == "patient" else {}
    organisation = request.requester.email if request.requester else ""
    found = (request.content.contact.get("email"), own.get("email"), organisation)
    return str(next(filter(None, found), ""))


def _last(session: Session, actor: Actor, request: Request) -> RequestEvent | None:
    """Return the event of the reply that answers the last decision, or None."""
    for event in reversed(events.of(session, actor, request.id)):
        if event.what == REPLIED:
            return event
        if event.what in DECIDED_ANEW:
            return None
    return None


def _address(request: Request, by: str, to: str) -> str:
    if by not in WAYS:
        raise Refused("Choose whether the reply is printed, e-mailed or copied.")
    if by != EMAIL:
        return ""
    address = to.strip() or address_of(request)
    if not address:
        raise Refused(NO_ADDRESS)
    return post.checked(address)


def _may_name(session: Session, request: Request, at: datetime) -> bool:
    return replies.may_name(request, agreeing.fault_of(session, request, local_day(at)))


def _wording(
    terms: Terms, request: Request, practice: Practice, *, price: str, is_nameless: bool
) -> Wording:
    if not request.letter:
        raise NoReply("No standard reply belongs to this decision. Take the step that it names.")
    also = decide(terms.catalogue, request.inputs).also if request.inputs else ()
    return replies.wording(
        terms.catalogue, request, practice, also=also, is_nameless=is_nameless, price=price
    )


def _made(
    session: Session, office: Office, actor: Actor, case: _Case, *, version: str, at: datetime
) -> Made:
    wording, reference = case.wording, documents.fresh_reference(session)
    file_name = f"{local_day(at).isoformat()}_Reply-{wording.code}_{reference}.pdf"
    heading = Heading(reference, file_name=file_name, address=office.public_address)
    sheets = replies.sheets(wording, case.practice, case.request, heading, at=_local(at))
    return Made(
        slug=SLUG,
        title=f"Reply {wording.code}: {wording.title}",
        family=FAMILY,
        version=version.partition(".")[0],
        minutes=None,
        reference=reference,
        files={kind: office.renderer.render(sheet) for kind, sheet in sheets.items()},
        page=office.renderer.page(letters.page(sheets)) if LARGE in sheets else None,
        content=_content(sheets[LETTER].values, case, file_name),
        signer_id=None,
        author_id=actor.staff_id,
        is_letter=False,
    )


def _content(values: Mapping[str, Any], case: _Case, file_name: str) -> dict[str, Any]:
    return {
        "answers": {"request": case.request.reference, "reply": case.wording.code},
        "typed": {},
        "patient": values["patient"],
        "signer": values["signer"],
        "practice": values["practice"],
        "warnings": [],
        "addressee": case.wording.addressee,
        "file_name": file_name,
        "dated": values["letter"]["date"],
    }


def _write_email(
    session: Session,
    actor: Actor,
    case: _Case,
    document: Document,
    *,
    to: str,
    check: str,
    at: datetime,
) -> None:
    body = replies.text(case.wording, case.practice, reference=document.reference, check=check)
    heading = f"Our answer to your request, {document.reference}"
    post.write(
        session, actor, "reply", to=to, heading=heading, body=body, at=at, subject_id=document.id
    )


def _note(
    session: Session, actor: Actor, case: _Case, document: Document, *, by: str, at: datetime
) -> None:
    """Write down that the reply has left, and take the request to where that leads."""
    request, code = case.request, case.wording.code
    workload.note(
        session,
        actor,
        REPLIED,
        at=at,
        outcome=request.outcome or "",
        step=code,
        request_id=request.id,
        pages=document.pages,
        document_id=document.id,
    )
    target = GOES_TO.get(request.outcome or "")
    if request.state == "triaged" and target:
        moves.move(session, actor, request, target, at=at)
    details = {
        "letter": code,
        "document_id": document.id,
        "reference": document.reference,
        "by": by,
        "nameless": case.wording.is_nameless,
    }
    events.note(session, actor, request, REPLIED, at=at, details=details)
    if request.state in IS_DONE_IN:
        moves.move(session, actor, request, "closed", at=at)


def _practice(session: Session, actor: Actor) -> Practice:
    return session.scalars(select(Practice).where(Practice.id == actor.practice_id)).one()


def _local(at: datetime) -> datetime:
    return at.astimezone(LONDON)
