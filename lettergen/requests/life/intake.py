"""A request comes in: written down once, however often its button is pressed."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lettergen import nhs, workload
from lettergen.calendar import local_day
from lettergen.documents import eyes, people
from lettergen.models import Actor, Request, RequestContent
from lettergen.refusals import Refused
from lettergen.requests.catalogue.standing import Terms
from lettergen.requests.life import directory, due, events, finding, moves, references
from lettergen.requests.life.refusals import NotPossible
from lettergen.requests.life.states import STATES
from lettergen.requests.triage import normal

OTHER = "other"
CHANNELS = ("desk", "telephone", "letter", "email", "web", "form")
CLASSES = (
    "patient",
    "family",
    "state",
    "insurer",
    "employer",
    "solicitor",
    "education",
    "leisure_travel",
    "housing_utility",
    "health_body",
    "other_org",
)
PATIENT = {
    "title": "title",
    "given_name": "first name",
    "family_name": "last name",
    "date_of_birth": "date of birth",
    "nhs_number": "NHS number",
    "email": "e-mail address",
    "phone": "telephone number",
    "address": "address",
}
CONTACT = {
    "name": "name of the person who asks",
    "email": "e-mail address of the person who asks",
    "phone": "telephone number of the person who asks",
    "address": "address of the person who asks",
    "their_reference": "reference of the person who asks",
}
LONGEST = {"address": 500, "asked": 20_000, "purpose": 2_000}
LONGEST_LINE = 150
MOST_PARTS = 9
TYPE_KEY = re.compile(r"[a-z0-9_]{1,60}")
CLOCKS_DIFFER = timedelta(minutes=5)


def receive(
    session: Session,
    actor: Actor,
    terms: Terms,
    *,
    once: str,
    channel: str,
    received_at: datetime,
    requester_class: str,
    at: datetime,
    type_key: str = OTHER,
    patient: Mapping[str, Any] | None = None,
    contact: Mapping[str, Any] | None = None,
    organisation: str = "",
    asked: str = "",
    purpose: str = "",
    said: Mapping[str, str | bool] | None = None,
) -> Request:
    """Return the new request in state "received"; the same `once` gives the same request.

    `once` is the key of the form, at most 64 characters; `channel` one of CHANNELS;
    `requester_class` one of CLASSES; `said` are answers to the questions of triage that came with
    it, for whoever decides to look at. Raises Refused for what is too long, for a birth date or
    arrival in the future, an NHS number that cannot be one, and an unknown type.
    """
    known = _by_once(session, actor, once)
    if known:
        return known
    _require(once, channel, requester_class)
    _require_known(terms, type_key, said or {})
    _require_past(received_at, at)
    request = _new(
        session,
        actor,
        inputs=dict(said or {}),
        once=once,
        channel=channel,
        received_at=received_at,
        type_key=type_key,
        requester_class=requester_class,
        changed_at=at,
        content=content(
            session, actor, patient, contact, asked=asked, purpose=purpose, on=local_day(at)
        ),
    )
    _find_asker(session, actor, request, organisation, at=at)
    return _added(session, actor, request, at)


def split(
    session: Session,
    actor: Actor,
    request_id: str,
    parts: Sequence[Mapping[str, Any]],
    *,
    at: datetime,
) -> list[Request]:
    """Make several requests of one that asks for several things; that one is closed.

    Each part names its `type_key`, and what differs: `asked`, `purpose`, `requester_class`. All
    else is taken over, and the papers are shared. Raises Refused for fewer than two parts or too
    many, and NotPossible where the request is past that.
    """
    whole = finding.lock(session, actor, request_id)
    if not 2 <= len(parts) <= MOST_PARTS:  # noqa: PLR2004 – one part is no splitting
        raise Refused(f"Choose from two to {MOST_PARTS} parts.")
    if STATES[whole.state].is_end:
        raise NotPossible("This request is over. Make new requests instead.")
    made = [_part(session, actor, whole, part, n=n, at=at) for n, part in enumerate(parts)]
    names = ", ".join(one.reference for one in made)
    moves.move(session, actor, whole, "closed", at=at, because=f"Split into {names}.")
    for n, one in enumerate(made):
        details = {"part_of": whole.reference}
        events.note(session, actor, one, "received", at=at, after=one.state, details=details)
        due.to_decide(session, actor, one, at=at)
        # Of the parts the whole was counted as the first, when it came in.
        if n:
            _count(session, actor, one, at)
    return made


def parts_of(session: Session, actor: Actor, request_id: str) -> list[Request]:
    """Return the requests that were made of one, in the order in which they were named."""
    found = session.scalars(
        select(Request)
        .where(eyes.requests_for(actor), Request.parent_id == request_id)
        .order_by(Request.once)
    )
    return list(found)


def content(
    session: Session,
    actor: Actor,
    patient: Mapping[str, Any] | None,
    contact: Mapping[str, Any] | None,
    *,
    asked: str,
    purpose: str,
    on: date,
) -> RequestContent:
    """Return what identifies the people of a request, checked and ready to be found again."""
    whom = _person(patient or {}, PATIENT)
    _require_sound(whom, on)
    index, person = people.blind(session, people.of_patient(whom))
    return RequestContent(
        practice_id=actor.practice_id,
        patient=whom,
        contact=_person(contact or {}, CONTACT),
        asked=_text(asked, "asked", "what was asked"),
        purpose=_text(purpose, "purpose", "purpose"),
        nhs_number_index=index,
        person_index=person,
    )


def _find_asker(
    session: Session, actor: Actor, request: Request, organisation: str, *, at: datetime
) -> None:
    if organisation.strip():
        kind = request.requester_class
        request.requester = directory.find_or_make(session, actor, organisation, kind, at=at)


def _new(session: Session, actor: Actor, *, received_at: datetime, **values: Any) -> Request:
    """Return a request that nobody has decided yet."""
    fresh = {"is_urgent": False, "is_restricted": False, "inputs": {}, **values}
    return Request(
        practice_id=actor.practice_id,
        reference=references.fresh(session),
        revision=1,
        received_at=received_at,
        received_on=local_day(received_at),
        state="received",
        is_disputed=False,
        **fresh,
    )


def _added(session: Session, actor: Actor, request: Request, at: datetime) -> Request:
    try:
        with session.begin_nested():
            session.add(request)
    except IntegrityError:
        # The same button, pressed twice at the same moment: the other one was first.
        known = _by_once(session, actor, request.once)
        if known is None:
            raise
        return known
    events.note(session, actor, request, "received", at=at, after=request.state)
    due.to_decide(session, actor, request, at=at)
    _count(session, actor, request, at)
    return request


def _part(
    session: Session, actor: Actor, whole: Request, part: Mapping[str, Any], *, n: int, at: datetime
) -> Request:
    held = whole.content
    asked = str(part.get("asked") or (held.asked if held else "") or "")
    purpose = str(part.get("purpose") or (held.purpose if held else "") or "")
    one = _new(
        session,
        actor,
        once=f"{whole.id}-{n}",
        parent_id=whole.id,
        channel=whole.channel,
        received_at=whole.received_at,
        type_key=_key_of(part),
        requester_class=str(part.get("requester_class") or whole.requester_class),
        requester_id=whole.requester_id,
        is_urgent=whole.is_urgent,
        is_restricted=whole.is_restricted,
        changed_at=at,
        content=content(
            session,
            actor,
            held.patient if held else None,
            held.contact if held else None,
            asked=asked,
            purpose=purpose,
            on=local_day(at),
        ),
    )
    session.add(one)
    session.flush()
    return one


def _key_of(part: Mapping[str, Any]) -> str:
    key = str(part.get("type_key") or OTHER)
    if not TYPE_KEY.fullmatch(key):
        raise Refused("There is no such type of request. Choose one from the list, or Other.")
    return key


def _count(session: Session, actor: Actor, request: Request, at: datetime) -> None:
    workload.note(session, actor, "received", at=at, outcome="received", request_id=request.id)


def _by_once(session: Session, actor: Actor, once: str) -> Request | None:
    return session.scalar(
        select(Request).where(Request.practice_id == actor.practice_id, Request.once == once)
    )


def _require(once: str, channel: str, requester_class: str) -> None:
    if not 1 <= len(once) <= Request.once.type.length:
        raise Refused("This form has lost its key. Reload the page and send it again.")
    if channel not in CHANNELS:
        raise Refused("Choose how the request came in.")
    if requester_class not in CLASSES:
        raise Refused("Choose who asks for this.")


def _require_past(received_at: datetime, at: datetime) -> None:
    if received_at > at + CLOCKS_DIFFER:
        raise Refused("This request arrives in the future. Check the day and time it came.")


def _require_known(terms: Terms, type_key: str, said: Mapping[str, str | bool]) -> None:
    normal(terms.catalogue, said)
    if type_key != OTHER and type_key not in terms.catalogue.types:
        raise Refused("There is no such type of request. Choose one from the list, or Other.")


def _person(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    unknown = set(values) - set(names)
    if unknown:
        raise ValueError(f"a request keeps nothing called {sorted(unknown)}")
    written = {key: _text(str(values.get(key) or ""), key, name) for key, name in names.items()}
    return {key: value for key, value in written.items() if value}


def _text(value: str, key: str, name: str) -> str:
    written, most = value.strip(), LONGEST.get(key, LONGEST_LINE)
    if len(written) > most:
        raise Refused(
            f"The {name} has {len(written):,} characters; {most:,} are the most. Shorten it."
        )
    if "\0" in written:
        raise Refused(f"The {name} holds a sign that cannot be kept. Type it again.")
    return written


def _require_sound(patient: Mapping[str, str], on: date) -> None:
    number, born = patient.get("nhs_number"), patient.get("date_of_birth")
    if number and not nhs.is_sound(number):
        raise Refused("This NHS number cannot be right. Check its ten digits, or leave it out.")
    if born and not _is_past(born, on):
        raise Refused("Enter the date of birth as a day that has been, such as 1998-04-12.")


def _is_past(written: str, on: date) -> bool:
    try:
        return date(1880, 1, 1) <= date.fromisoformat(written) <= on
    except ValueError:
        return False
