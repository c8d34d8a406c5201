"""What stands in “Hand over” on a letter's page: the form, the links, and their e-mails."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lettergen import delivery, documents, links, post
from lettergen.delivery import Earlier, Format
from lettergen.links import State
from lettergen.models import (
    FAILED,
    ISSUED,
    SENDING,
    SENT,
    UNCERTAIN,
    WAITING,
    Document,
    DocumentContent,
    Link,
    Message,
)
from lettergen.requests.steps import releasing
from lettergen.web.base.context import actor, now, standing
from lettergen.web.letters.story import NAMES

_SHOWN = (State.OPEN, State.LOCKED, State.EXPIRED)
_USUAL_DAYS = str(links.PURPOSES[links.LETTER].days)


@dataclass(frozen=True)
class Asked:
    """What was typed into the form, and what was wrong with it by field."""

    email: str
    days: str
    faults: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mail:
    """The e-mail that carries a link: its state, why it is in trouble, and when it ended."""

    state: str
    trouble: str
    ended_at: datetime | None

    @property
    def is_in_trouble(self) -> bool:
        return self.state in (FAILED, UNCERTAIN)

    @property
    def is_on_its_way(self) -> bool:
        return self.state in (WAITING, SENDING)

    @property
    def is_sent(self) -> bool:
        return self.state == SENT


@dataclass(frozen=True)
class Shown:
    """A link as the page lists it. `sent_to` is masked."""

    id: str
    state: str
    made_at: datetime
    expires_at: datetime
    days_left: int
    opened_at: datetime | None
    locked_at: datetime | None
    is_lock_new: bool
    sent_to: str
    mail: Mail | None


@dataclass(frozen=True)
class File:
    """One PDF of the patient's, to be printed or downloaded."""

    kind: str
    name: str
    pages: int


@dataclass(frozen=True)
class HandOver:
    """All that the section says; `key` makes its forms work once, however often they are sent."""

    key: str
    asked: Asked
    has_own_email: bool
    is_unsafe: bool
    can_write: bool
    can_link: bool
    is_open: bool
    format: Format
    files: tuple[File, ...]
    links: tuple[Shown, ...]
    earlier: Earlier | None
    earlier_sent_to: str


def hand_over_of(
    session: Session, found: Document, content: DocumentContent, asked: Asked | None
) -> HandOver:
    """Return what the section shows of a letter of the actor's practice."""
    patient = content.patient
    is_unsafe = not patient.get("is_safe_to_write", True)
    own = "" if is_unsafe else str(patient.get("email") or "")
    email = own or ("" if is_unsafe else _known_email(session, found))
    chosen = delivery.formats_for(content)
    earlier = delivery.open_before(session, actor(), found, at=now())
    return HandOver(
        key=secrets.token_urlsafe(16),
        asked=asked or Asked(email, _USUAL_DAYS),
        has_own_email=bool(own),
        is_unsafe=is_unsafe,
        can_write=post.is_configured(standing().settings),
        can_link=bool(patient.get("date_of_birth")),
        is_open=found.state == ISSUED,
        format=chosen,
        files=_files(found, chosen),
        links=_links(session, found),
        earlier=earlier,
        earlier_sent_to=_masked(earlier.link) if earlier else "",
    )


def _known_email(session: Session, found: Document) -> str:
    """Return the patient's address as the request says that a letter answers, or nothing."""
    asked = releasing.request_of(session, actor(), found.id)
    whom = asked.content.patient if asked and asked.content else {}
    return str(whom.get("email") or "")


def _files(found: Document, chosen: Format) -> tuple[File, ...]:
    kinds = {one.kind for one in found.files}
    theirs = {documents.for_patient(kinds), documents.LARGE}
    return tuple(
        File(one.kind, NAMES[one.kind], one.pages)
        for one in sorted(found.files, key=lambda one: one.kind != chosen.on_paper)
        if one.kind in theirs
    )


def _links(session: Session, found: Document) -> tuple[Shown, ...]:
    mails: dict[str | None, Message] = {}
    for one in delivery.emails_of(session, actor(), found.id):
        mails.setdefault(one.link_id, one)
    return tuple(
        _shown(link, mails.get(link.id))
        for link in links.links_of(session, actor(), found.id)
        if links.state_of(link, at=now()) in _SHOWN
    )


def _shown(link: Link, mail: Message | None) -> Shown:
    left = link.expires_at - now()
    return Shown(
        id=link.id,
        state=links.state_of(link, at=now()),
        made_at=link.made_at,
        expires_at=link.expires_at,
        days_left=max(0, -(-left // timedelta(days=1))),
        opened_at=link.opened_at,
        locked_at=link.locked_at,
        is_lock_new=link.lock_seen_at is None,
        sent_to=_masked(link),
        mail=Mail(mail.state, mail.trouble or "", mail.ended_at) if mail else None,
    )


def _masked(link: Link) -> str:
    return post.masked(link.sent_to) if link.sent_to else ""
