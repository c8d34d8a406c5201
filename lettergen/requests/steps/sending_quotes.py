"""A quote reaches whoever pays: by e-mail, on paper or read out, in words that name no illness.

Source: domain section 5.1 (G6) and L40 to L44; L32 and P3 for what nobody may be told.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import links, post
from lettergen.calendar import british_date, local_day
from lettergen.documents import Office, inviting
from lettergen.links import State
from lettergen.models import Actor, Link, Message, Practice, Quote, Request
from lettergen.refusals import Refused
from lettergen.requests.life import agreeing, events, finding
from lettergen.requests.money import offering, payers, quotes
from lettergen.requests.money.pence import pounds

KIND, TEMPLATE, EMAILED = "quote", "quote.txt", "quote-emailed"
RESTRICTED = (
    "This request is restricted, so nothing about it goes by email. Tell the payer yourself, if "
    "they may be told."
)
NO_ADDRESS = "There is no email address to send this to. Enter it, or print the quote."
LAPSED = "The price held until {day}. Withdraw it, and offer a new one."


@dataclass(frozen=True)
class Sent:
    """An e-mail with a quote, and whether this press of the button wrote it."""

    message: Message
    is_new: bool


def why_not(session: Session, request: Request, quote: Quote, *, at: datetime) -> str:
    """Return why its payer may not be told of a price in writing, or nothing.

    Patients who ask for themselves are told their own price. Everybody else learns from a price
    that we know the patient, so there has to be consent. Source: domain L32.
    """
    if request.is_restricted:
        return RESTRICTED
    if is_own(request, quote):
        return ""
    return agreeing.fault_of(session, request, local_day(at))


def is_own(request: Request, quote: Quote) -> bool:
    """Say whether the patient both asked and pays."""
    return quote.payer_class == payers.PATIENT and request.requester_class == "patient"


def send(
    session: Session,
    office: Office,
    actor: Actor,
    request_id: str,
    *,
    to: str,
    key: str,
    at: datetime,
) -> Sent:
    """Send the open quote of a request to its payer by e-mail, with a link to its progress.

    A form that bears a `key` and is sent twice writes one e-mail; one that still waits is given
    up for the new one. Raises Refused where no quote is open, or nobody may be told; WrongAddress.
    """
    request = finding.lock(session, actor, request_id)
    quote = _open(session, request, at)
    reason = why_not(session, request, quote, at=at)
    if reason:
        raise Refused(reason)
    address = _address(quote, to)
    made = links.create(
        session, actor, links.FOLLOW, request.id, birth_date=None, at=at, sent_to=address, key=key
    )
    if not made.is_new:
        return Sent(_message_of(session, actor, made.link), is_new=False)
    _end_earlier(session, actor, request, made.link, at)
    return Sent(_write(session, office, actor, request, quote, made=made, at=at), is_new=True)


def recall(session: Session, actor: Actor, request: Request, *, at: datetime) -> None:
    """Give up what waits to be sent of a price that stands no more."""
    for link in _of_staff(session, actor, request):
        post.cancel_for(session, actor, request.id, at=at, link_id=link.id)


def recall_unless_told(session: Session, actor: Actor, request: Request, *, at: datetime) -> None:
    """Give up what waits to be sent of an open price whose payer may not be told any more."""
    live = quotes.live(session, request)
    if live is not None and why_not(session, request, live, at=at):
        recall(session, actor, request, at=at)


def emails(session: Session, actor: Actor, quote: Quote) -> list[Message]:
    """Return the e-mails with a quote, the latest first."""
    return list(
        session.scalars(
            select(Message)
            .where(
                Message.practice_id == actor.practice_id,
                Message.subject_id == quote.request_id,
                Message.kind == KIND,
                Message.made_at >= quote.offered_at,
            )
            .order_by(Message.made_at.desc(), Message.id)
        )
    )


def is_sent_to(session: Session, link: Link, quote: Quote) -> bool:
    """Say whether a quote was sent by e-mail with this very link in it."""
    found = emails(session, links.holder(link), quote)
    return any(one.link_id == link.id for one in found)


def text(
    session: Session, actor: Actor, request: Request, quote: Quote, *, address: str = ""
) -> str:
    """Return what the payer is told in plain words; without an address, to print or read out."""
    practice = session.get_one(Practice, actor.practice_id)
    is_patient, vat = quote.payer_class == payers.PATIENT, quote.vat_pence
    return post.text(
        TEMPLATE,
        practice={"name": practice.name, "phone": practice.phone, "email": practice.email},
        first_name=_first_name(request, quote),
        reference=request.reference,
        their_reference="" if is_patient else str(quote.payer.get("reference") or ""),
        total=pounds(quote.total_pence),
        vat=f", with {pounds(vat)} VAT" if vat else "",
        until=british_date(quote.lapses_on),
        ready_by=_day(quote.promised_on),
        address=address,
        may_answer=is_patient,
        is_patient=is_patient,
        not_for_sale=offering.NOT_FOR_SALE,
        told_of_work=offering.TOLD_OF_WORK if quote.basis.get("told_of_work") else "",
    )


def _open(session: Session, request: Request, at: datetime) -> Quote:
    quote = quotes.live(session, request)
    if quote is None or quote.state != quotes.OFFERED:
        raise Refused("No quote is open for this request. Offer the price first.")
    if local_day(at) > quote.lapses_on:
        raise Refused(LAPSED.format(day=british_date(quote.lapses_on)))
    return quote


def _address(quote: Quote, to: str) -> str:
    address = to.strip() or str(quote.payer.get("email") or "")
    if not address:
        raise Refused(NO_ADDRESS)
    return post.checked(address)


def _write(
    session: Session,
    office: Office,
    actor: Actor,
    request: Request,
    quote: Quote,
    *,
    made: links.Made,
    at: datetime,
) -> Message:
    practice = session.get_one(Practice, actor.practice_id)
    heading = f"A price from {practice.name}"
    body = text(session, actor, request, quote, address=inviting.address_of(office, made.token))
    message = inviting.send(session, actor, made.link, KIND, heading=heading, body=body, at=at)
    details = {"message": message.id, "quote": quote.id}
    events.note(session, actor, request, EMAILED, at=at, details=details)
    return message


def _end_earlier(
    session: Session, actor: Actor, request: Request, newest: Link, at: datetime
) -> None:
    """Give up e-mails that wait, and turn off what went to another address: it was mistyped."""
    for link in _of_staff(session, actor, request):
        if link.id == newest.id or links.state_of(link, at=at) is not State.OPEN:
            continue
        post.cancel_for(session, actor, request.id, at=at, link_id=link.id)
        if link.sent_to != newest.sent_to:
            links.revoke(session, actor, link, at=at)


def _of_staff(session: Session, actor: Actor, request: Request) -> list[Link]:
    """Return the links to its progress that were made here: whoever asked has one of their own."""
    found = links.links_of(session, actor, request.id)
    return [one for one in found if one.purpose == links.FOLLOW and one.made_by is not None]


def _message_of(session: Session, actor: Actor, link: Link) -> Message:
    return session.scalars(
        select(Message).where(
            Message.practice_id == actor.practice_id,
            Message.link_id == link.id,
            Message.kind == KIND,
        )
    ).one()


def _first_name(request: Request, quote: Quote) -> str:
    if request.content is None or not is_own(request, quote):
        return ""
    return (str(request.content.patient.get("given_name") or "").split() or [""])[0]


def _day(on: date | None) -> str:
    return british_date(on) if on else ""
