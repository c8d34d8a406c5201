"""Parts of a request's page in words: facts, papers, clocks, people, and others like it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lettergen.calendar import british_date
from lettergen.documents import eyes
from lettergen.models import Request, RequestContent, RequestPaper, Staff
from lettergen.nhs import spaced
from lettergen.refusals import Refused
from lettergen.requests.catalogue.standing import Terms
from lettergen.requests.life import allocating, clocks
from lettergen.requests.life.deadlines import KINDS, SUBJECT_ACCESS_COMPLEX
from lettergen.requests.life.moves import HELD_FOR
from lettergen.requests.life.states import DONE, STATES, column_of
from lettergen.web.base.context import actor
from lettergen.web.base.due_words import NO_DAY, Due, said
from lettergen.web.triage.page import PAPER_KINDS

MOST_ALIKE = 5
_NAMES = {
    "patient": "Patient",
    "born": "Born",
    "nhs_number": "NHS number",
    "contact": "Contact",
    "purpose": "What it is for",
}


@dataclass(frozen=True)
class Fact:
    """One line of what is known: its name, its words, and where they lead."""

    name: str
    text: str
    address: str = ""


@dataclass(frozen=True)
class Clock:
    """One clock in words."""

    key: str
    name: str
    due_on: date
    due: Due
    is_extended: bool


@dataclass(frozen=True)
class Paper:
    """A paper that came with the request."""

    id: str
    name: str
    kind_name: str
    pages: int


@dataclass(frozen=True)
class Suggested:
    """Who should do it, and why."""

    staff_id: str
    name: str
    because: str


@dataclass(frozen=True)
class Kept:
    """Somebody whom the request is kept from."""

    name: str
    why: str


@dataclass(frozen=True)
class Alike:
    """Another request about the same person."""

    request_id: str
    reference: str
    title: str


def kinds_of(own: Terms) -> list[dict[str, str]]:
    """Return all kinds of request as the choices of a box, none first."""
    named = sorted((one.title, one.key) for one in own.catalogue.types.values())
    return [{"value": "", "text": "Choose"}, *({"value": key, "text": text} for text, key in named)]


def choices(staff: Sequence[Staff]) -> list[dict[str, str]]:
    return [
        {"value": "", "text": "Choose"},
        *({"value": one.id, "text": one.name} for one in staff),
    ]


def state_of(row: Request) -> str:
    title = STATES[row.state].title
    if not row.held_for:
        return title
    return f"{title}: waits {HELD_FOR.get(row.held_for, '')}"


def facts_of(row: Request) -> list[Fact]:
    if row.content is None:
        return []
    whom: Mapping[str, Any] = row.content.patient or {}
    by: Mapping[str, Any] = row.content.contact or {}
    name = " ".join(
        str(whom[part]) for part in ("title", "given_name", "family_name") if whom.get(part)
    )
    lines = {
        "patient": name or "not named yet",
        "born": british_date(whom["date_of_birth"]) if whom.get("date_of_birth") else "",
        "nhs_number": spaced(str(whom["nhs_number"])) if whom.get("nhs_number") else "",
        "contact": ", ".join(str(text) for text in by.values() if text),
        "purpose": row.content.purpose or "",
    }
    found = [Fact(_NAMES[key], text) for key, text in lines.items() if text]
    if row.requester:
        address = url_for("requesters.entry", requester_id=row.requester.id)
        found.insert(0, Fact("Asks", row.requester.name, address))
    return found


def paper_of(one: RequestPaper) -> Paper:
    return Paper(one.id, one.name or "paper", PAPER_KINDS.get(one.kind, one.kind), one.pages)


def suggestion_of(session: Session, row: Request, today: date) -> Suggested | None:
    if STATES[row.state].column == DONE:
        return None
    try:
        best = allocating.suggest(session, actor(), row, today)
    except Refused:
        return None
    return Suggested(best.staff.id, best.staff.name, best.because)


def conflicts_of(session: Session, row: Request, staff: Sequence[Staff]) -> tuple[Kept, ...]:
    names = {one.id: one.name for one in staff}
    found = allocating.list_conflicts(session, actor(), row.id)
    return tuple(Kept(names.get(one.staff_id, "somebody who left"), one.why or "") for one in found)


def alike(session: Session, row: Request, own: Terms) -> tuple[Alike, ...]:
    """Return the open requests about the same person: perhaps two people wrote one down."""
    content = row.content
    keys = content and [one for one in (content.nhs_number_index, content.person_index) if one]
    if not keys:
        return ()
    same = or_(RequestContent.person_index.in_(keys), RequestContent.nhs_number_index.in_(keys))
    found = session.scalars(
        select(Request)
        .join(RequestContent, RequestContent.request_id == Request.id)
        .where(eyes.requests_for(actor()), Request.id != row.id, same)
        .order_by(Request.received_at.desc(), Request.id)
    )
    still = [one for one in found if column_of(one.state) != DONE]
    return tuple(Alike(one.id, one.reference, title_of(one, own)) for one in still[:MOST_ALIKE])


def title_of(row: Request, own: Terms) -> str:
    """Return what is asked, in the catalogue's words."""
    kind = own.catalogue.types.get(row.type_key)
    return kind.title if kind else "Something else"


def _clock_name(row: Request, kind: str) -> str:
    is_undecided = row.state == "received" and kind == "target"
    return "Decide" if is_undecided else KINDS[kind].title


def clocks_of(session: Session, row: Request, today: date, own: Terms) -> tuple[Clock, ...]:
    """Return the clocks that run, the first due first."""
    lights = clocks.lights(session, row, today, own.holidays)
    return tuple(
        Clock(
            one.kind,
            _clock_name(row, one.kind),
            one.due_on,
            said(light) if KINDS[one.kind].is_deadline else NO_DAY,
            is_extended=one.length == SUBJECT_ACCESS_COMPLEX,
        )
        for one, light in lights
    )
