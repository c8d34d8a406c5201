"""Requests found again: one by its key, or several by patient, reference and requester."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from lettergen.documents import eyes, paging, people
from lettergen.documents.paging import Page
from lettergen.models import Actor, Request, RequestContent, locked
from lettergen.requests.life import references
from lettergen.requests.life.refusals import ChangedMeanwhile, NoSuchRequest

# Two people who write one request down do so within days.
A_WEEK = timedelta(days=7)
CALLED_OFF = ("withdrawn", "cancelled")
GONE = "There is no such request in your practice. Look for it on the board."


def get(session: Session, actor: Actor, request_id: str) -> Request:
    """Return one request of the actor's practice with its content; raise NoSuchRequest.

    A restricted one exists for clinicians, managers, whoever decided it or has it; and for
    actors who are no member of staff, such as the holder of its own link.
    """
    return _found(session.scalar(_one(actor, request_id)))


def lock(session: Session, actor: Actor, request_id: str, revision: int | None = None) -> Request:
    """Return one request, read anew and locked until commit; raises as `get` does.

    Raises ChangedMeanwhile if `revision` is given and somebody has changed the request since.
    """
    request = _found(session.scalar(locked(_one(actor, request_id))))
    if revision is not None and revision != request.revision:
        raise ChangedMeanwhile(request.revision)
    return request


def find(
    session: Session,
    actor: Actor,
    *,
    reference: str = "",
    nhs_number: str = "",
    family_name: str = "",
    date_of_birth: date | None = None,
    requester_id: str = "",
    since: date | None = None,
    until: date | None = None,
    page: int = 1,
) -> Page[Request]:
    """Return the requests for the actor's eyes to which everything given applies, newest first.

    `since` and `until` are days of receipt, both included. Raises NoReference for a mistyped
    reference, and Refused for a surname without a birth date or the reverse.
    """
    wanted = [eyes.requests_for(actor), *_narrowed(reference, requester_id, since, until)]
    wanted += people.sought(session, RequestContent, nhs_number, family_name, date_of_birth)
    matching = (
        select(Request.id)
        .join(RequestContent, RequestContent.request_id == Request.id, isouter=True)
        .where(*wanted)
    )
    rows = (
        select(Request)
        .where(eyes.requests_for(actor), Request.id.in_(matching))
        .order_by(Request.received_at.desc(), Request.id)
        .options(joinedload(Request.requester), selectinload(Request.content))
    )
    return paging.read(session, matching, rows, page)


def double_of(session: Session, actor: Actor, request: Request) -> Request | None:
    """Return another request that seems to be this one, written down by somebody else; or None.

    About the same person, from the same asker, of the same kind and outcome, within a week.
    """
    content = request.content
    number, person = (content.nhs_number_index, content.person_index) if content else (None, None)
    if number is None and person is None:
        return None
    days = (request.received_on - A_WEEK, request.received_on + A_WEEK)
    return session.scalar(
        select(Request)
        .join(RequestContent, RequestContent.request_id == Request.id)
        .where(
            eyes.requests_for(actor),
            Request.id != request.id,
            Request.type_key == request.type_key,
            Request.outcome == request.outcome,
            Request.requester_class == request.requester_class,
            Request.requester_id.is_not_distinct_from(request.requester_id),
            Request.received_on.between(*days),
            Request.state.not_in(CALLED_OFF),
            or_(
                (RequestContent.nhs_number_index == number) if number else false(),
                (RequestContent.person_index == person) if person else false(),
            ),
        )
        .order_by(Request.received_at, Request.id)
        .limit(1)
    )


def _one(actor: Actor, request_id: str) -> Select[Request]:
    # The content separately: PostgreSQL locks no outer join.
    return (
        select(Request)
        .where(eyes.requests_for(actor), Request.id == request_id)
        .options(selectinload(Request.content))
    )


def _found(request: Request | None) -> Request:
    if request is None:
        raise NoSuchRequest(GONE)
    return request


def _narrowed(
    reference: str, requester_id: str, since: date | None, until: date | None
) -> Iterator[ColumnElement[bool]]:
    if reference:
        yield Request.reference == references.parse(reference)
    if requester_id:
        yield Request.requester_id == requester_id
    if since:
        yield Request.received_on >= since
    if until:
        yield Request.received_on <= until
