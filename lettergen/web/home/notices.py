"""What the home page asks people to look at: locked links, unsent emails, overdue photo work."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from lettergen import delivery, post
from lettergen.calendar import british_date, local_day
from lettergen.consents import asking
from lettergen.consents.register import due
from lettergen.models import FAILED
from lettergen.requests.front import inviting
from lettergen.requests.money import quotes
from lettergen.web.base.context import actor, now
from lettergen.web.base.display import plural

_MOST_EMAILS = 3
_MOST_UNKEPT = 3
_SOON_DAYS = 7


@dataclass(frozen=True)
class Notice:
    """One thing to look at: what, and where. `reference` tells the links of one page apart."""

    text: str
    address: str
    reference: str


def notices(session: Session) -> list[Notice]:
    """Return what waits for the actor's practice, until somebody has dealt with it."""
    return [
        *_locked(session),
        *_locked_requests(session),
        *_unsent(session),
        *_unkept(session),
        *_due(session),
    ]


def _locked(session: Session) -> Iterator[Notice]:
    for one in delivery.locked_links(session, actor()):
        if one.reference:
            address = url_for("issued.document", document_id=one.document_id, _anchor="happened")
            text = f"A link was locked after five wrong dates of birth: {one.reference}"
            yield Notice(text, address, one.reference)
    for locked in asking.locked(session, actor()):
        address = url_for("consent_locks.lock", lock_id=locked.link.id)
        what = "A link about a photo consent was locked after five wrong dates of birth"
        yield Notice(f"{what}: {locked.reference}", address, locked.reference)


def _locked_requests(session: Session) -> Iterator[Notice]:
    for one in inviting.locked(session, actor()):
        address = url_for("request_locks.lock", request_lock_id=one.link.id)
        what = "A link about a request was locked after five wrong dates of birth"
        yield Notice(f"{what}: {one.request.reference}", address, one.request.reference)


def _unsent(session: Session) -> Iterator[Notice]:
    if "manager" in actor().roles:
        found = post.troubles(session, actor())
        if found:
            is_sure = all(one.state == FAILED for one in found)
            what = "could not be sent" if is_sure else "could not be sent, or may not have arrived"
            text = f"{plural(len(found), 'email')} {what}"
            yield Notice(text, url_for("post.overview"), "the emails")
        return
    for one in delivery.unsent_letters(session, actor())[:_MOST_EMAILS]:
        address = url_for("issued.document", document_id=one.id, _anchor="happened")
        text = f"An email with a link was not sent, or may not have arrived: {one.reference}"
        yield Notice(text, address, one.reference)


def _unkept(session: Session) -> Iterator[Notice]:
    """Letters that were promised by a day that is past: their payers are to be asked."""
    if "manager" not in actor().roles:
        return
    found = quotes.unkept(session, actor().practice_id, local_day(now()))
    for request, quote in found[:_MOST_UNKEPT]:
        by = british_date(quote.promised_on) if quote.promised_on else ""
        text = (
            f"{request.reference} was promised by {by} and has not left: offer the payer a refund "
            "or a later day."
        )
        address = url_for("requests.page", request_id=request.id, _anchor="money")
        yield Notice(text, address, request.reference)
    more = len(found) - _MOST_UNKEPT
    if more > 0:
        text = f"{plural(more, 'more letter')} that we promised for an earlier day"
        yield Notice(text, url_for("board.page", late="1"), "the late requests")


def _due(session: Session) -> Iterator[Notice]:
    """Overdue work about photo consents, and what is due within a week."""
    on = local_day(now())
    found = due.due(session, actor(), on=on, days=_SOON_DAYS)
    late = sum(one.is_overdue for one in found)
    soon = sum((one.due_on - on).days <= _SOON_DAYS for one in found) - late
    address = url_for("register_work.overview")
    if late:
        verb = "is" if late == 1 else "are"
        text = f"{plural(late, 'thing')} about photo consents {verb} overdue"
        yield Notice(text, address, "overdue photo consents")
    if soon:
        verb = "is" if soon == 1 else "are"
        text = f"{plural(soon, 'thing')} about photo consents {verb} due within a week"
        yield Notice(text, address, "photo consents that are due")
