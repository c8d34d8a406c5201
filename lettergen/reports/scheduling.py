"""Papers that were made, and those that are made by themselves when their time is over, once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import accounts, post, workload
from lettergen.calendar import LONDON, local_day
from lettergen.documents import Office
from lettergen.models import ISSUED, Actor, Document, Practice, locked
from lettergen.reports import frame
from lettergen.reports.kinds import KINDS, Kind, kind_of, last_over
from lettergen.reports.making import Wanted, make
from lettergen.requests.catalogue.terms import Terms
from lettergen.workload import Period

MESSAGE = "workload-report"


@dataclass(frozen=True)
class Due:
    """A paper that a practice wants, and the document, once it is made."""

    kind: Kind
    period: Period
    document: Document | None


def due(session: Session, actor: Actor, *, at: datetime) -> list[Due]:
    """Return the papers that the practice has chosen, each of the last time that is over.

    A time before the log began has none. One that was made after its time was over is there
    already, whoever made it.
    """
    return list(_due(session, actor, at))


def make_due(
    session: Session,
    office: Office,
    actor: Actor,
    terms: Terms,
    wanted: Due,
    *,
    tell: bool,
    at: datetime,
) -> Document:
    """Return the document of a due paper; made, and told by e-mail, only if it is not there yet.

    Two at once make one: the second waits for the first. With `tell`, those whom the practice
    named get an e-mail with a link to the page, behind sign-in: the outbox carries no files.
    """
    session.execute(locked(select(Practice.id).where(Practice.id == actor.practice_id)))
    known = _made(session, actor, wanted.kind, wanted.period)
    if known is not None:
        return known
    asked = Wanted(wanted.kind, wanted.period)
    document = make(session, office, actor, terms, asked, at=at)
    session.flush()
    if tell:
        _tell(session, office, actor, document, at)
    return document


def file_name(document: Document) -> str:
    """Return the name of a paper in a folder: the same however often it is written."""
    named = frame.file_name(document.dated, document.title)
    return f"{named.removesuffix('.pdf')}_{document.reference}.pdf"


def lately(session: Session, actor: Actor, most: int) -> list[Document]:
    """Return the papers about workload that the practice made last, the newest first."""
    # One kind after the other, as an index has them: there may be a million other letters.
    found = [one for kind in KINDS.values() for one in _newest(session, actor, kind, most)]
    return sorted(found, key=lambda one: one.issued_at, reverse=True)[:most]


def _newest(session: Session, actor: Actor, kind: Kind, most: int) -> Iterable[Document]:
    mine = (Document.practice_id == actor.practice_id, Document.slug == frame.slug_of(kind))
    newest = Document.issued_at.desc()
    return session.scalars(select(Document).where(*mine).order_by(newest).limit(most))


def _due(session: Session, actor: Actor, at: datetime) -> Iterator[Due]:
    today, begins = local_day(at), workload.first_day(session, actor)
    for key in workload.settings_of(session, actor).reports.kinds:
        kind = kind_of(key)
        period = last_over(kind, today)
        if begins and begins <= period.until:
            yield Due(kind, period, _made(session, actor, kind, period))


def _made(session: Session, actor: Actor, kind: Kind, period: Period) -> Document | None:
    """Return the first document with these figures that was made once they were whole."""
    over = datetime.combine(period.until + timedelta(days=1), time(0), LONDON)
    found = session.scalars(
        select(Document)
        .where(
            Document.practice_id == actor.practice_id,
            Document.slug == frame.slug_of(kind),
            Document.state == ISSUED,
            Document.issued_at >= over,
        )
        .order_by(Document.issued_at)
    )
    wanted = Wanted(kind, period).kept()
    same = ("from", "to", "requester_id")
    return next(
        (one for one in found if _answers(one) == {name: wanted[name] for name in same}), None
    )


def _answers(document: Document) -> dict[str, object]:
    answers = document.content.answers if document.content else {}
    return {name: answers.get(name) for name in ("from", "to", "requester_id")}


def _tell(session: Session, office: Office, actor: Actor, document: Document, at: datetime) -> None:
    practice = accounts.practice_of(session, actor)
    for address in workload.settings_of(session, actor).reports.emails:
        post.write(
            session,
            actor,
            MESSAGE,
            to=address,
            heading=f"{document.title} is ready",
            body=post.text(
                "workload-report.txt",
                title=document.title,
                practice=practice,
                address=f"{office.public_address}/documents/{document.id}",
            ),
            at=at,
            subject_id=document.id,
        )
