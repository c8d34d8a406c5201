"""Consents and authorities for a request: asked for, given, withdrawn, and whether one is good."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.calendar import local_day
from lettergen.models import Actor, Request, RequestConsent, RequestPaper
from lettergen.refusals import Refused
from lettergen.requests.life import clocks, deadlines, events, finding
from lettergen.requests.life.fits import (
    AMRA,
    ASKED,
    AUTHORITY,
    GENERAL,
    GIVEN,
    KINDS,
    METHODS,
    NEEDS_AMRA,
    NEVER_WAITS,
    PAPER,
    REFUSED,
    TICKS,
    WITHDRAWN,
    fault,
    fault_of,
    given,
    is_good,
    of,
)

__all__ = [
    "AMRA",
    "ASKED",
    "AUTHORITY",
    "GENERAL",
    "GIVEN",
    "KINDS",
    "METHODS",
    "NEEDS_AMRA",
    "NEVER_WAITS",
    "REFUSED",
    "TICKS",
    "WITHDRAWN",
    "ask",
    "fault",
    "fault_of",
    "given",
    "is_good",
    "of",
    "record",
    "refuse",
    "wish_to_see",
    "withdraw",
]


def ask(
    session: Session,
    actor: Actor,
    request_id: str,
    kind: str,
    *,
    at: datetime,
    application_on: date | None = None,
    content: Mapping[str, Any] | None = None,
) -> RequestConsent:
    """Note that somebody was asked to agree; the answer takes this row's place.

    `application_on` is the day on which the employer or insurer applied, for an AMRA report.
    """
    request = finding.lock(session, actor, request_id)
    _require(kind in KINDS, "Choose which consent is asked for.")
    row = _new(session, actor, request, kind, at)
    row.application_on, row.content = application_on, dict(content or {})
    events.note(session, actor, request, "consent-asked", at=at, details={"kind": kind})
    return row


def record(
    session: Session,
    actor: Actor,
    request_id: str,
    kind: str,
    content: Mapping[str, Any],
    *,
    method: str,
    signed_at: datetime,
    at: datetime,
    paper_id: str | None = None,
    application_on: date | None = None,
    wants_to_see: bool | None = None,
    ends_on: date | None = None,
) -> RequestConsent:
    """Write down that consent or authority was given, on paper, a screen, by link or by assurance.

    `content` holds applicant, purpose, scope, limits, ticks and the mark of who signed, as the
    kind asks. A wish to see the report starts the clock of 21 days. Raises Refused for what is
    missing: the five ticks, the day of the application, the wish, the paper; and for a signature
    in the future.
    """
    request = finding.lock(session, actor, request_id)
    _require(kind in KINDS, "Choose which consent it is.")
    asked = _asked(session, request, kind)
    whole = {**(asked.content if asked else {}), **content}
    applied = application_on or (asked.application_on if asked else None)
    _require_sound(kind, method, whole, signed_at, at)
    _require_paper(session, request, method, paper_id)
    if kind == AMRA:
        _require_amra(whole, applied, local_day(at), is_wish_known=wants_to_see is not None)
    row = asked or _new(session, actor, request, kind, at)
    row.state, row.method, row.signed_at, row.paper_id = GIVEN, method, signed_at, paper_id
    row.content, row.application_on, row.ends_on = whole, applied, ends_on
    noted = {"kind": kind, "method": method, "wants_to_see": wants_to_see}
    events.note(session, actor, request, "consent-given", at=at, details=noted)
    known_on = local_day(signed_at)
    _wish(session, actor, request, row, wants_to_see=wants_to_see, known_on=known_on, at=at)
    return row


def wish_to_see(
    session: Session,
    actor: Actor,
    request_id: str,
    wants_to_see: bool,  # noqa: FBT001  (the wish itself)
    *,
    at: datetime,
) -> None:
    """Change whether the patient wants to see the letter first; the days count from now.

    Raises Refused where no consent is on file, or the letter has left.
    """
    request = finding.lock(session, actor, request_id)
    row = given(session, request)
    if row is None:
        raise Refused("There is no consent to add this wish to. Record the consent first.")
    if request.released_at:
        raise Refused("The letter has left already. Give the patient a copy instead.")
    _wish(session, actor, request, row, wants_to_see=wants_to_see, known_on=local_day(at), at=at)


def refuse(
    session: Session, actor: Actor, request_id: str, kind: str, *, because: str = "", at: datetime
) -> RequestConsent:
    """Write down that the patient does not agree: nothing about them may leave."""
    request = finding.lock(session, actor, request_id)
    row = _asked(session, request, kind) or _new(session, actor, request, kind, at)
    row.state, row.ended_at = REFUSED, at
    details = {"kind": kind, "because": because}
    events.note(session, actor, request, "consent-refused", at=at, details=details)
    return row


def withdraw(
    session: Session, actor: Actor, request_id: str, *, because: str = "", at: datetime
) -> list[RequestConsent]:
    """End every consent of a request; what has left already cannot be called back.

    Raises Refused if there is none to withdraw.
    """
    request = finding.lock(session, actor, request_id)
    open_ones = [one for one in of(session, request) if one.state in (ASKED, GIVEN)]
    if not open_ones:
        raise Refused("There is no consent to withdraw for this request.")
    for one in open_ones:
        one.state, one.ended_at = WITHDRAWN, at
    details = {"because": because}
    events.note(session, actor, request, "consent-withdrawn", at=at, details=details)
    return open_ones


def _wish(
    session: Session,
    actor: Actor,
    request: Request,
    row: RequestConsent,
    *,
    wants_to_see: bool | None,
    known_on: date,
    at: datetime,
) -> None:
    if wants_to_see == row.wants_to_see:
        return
    row.wants_to_see, row.wish_known_on = wants_to_see, known_on if wants_to_see else None
    if wants_to_see:
        starts = max(row.application_on or known_on, known_on)
        clocks.start(
            session,
            actor,
            request,
            "see_first",
            starts_on=starts,
            length=deadlines.SEE_FIRST,
            at=at,
        )
        return
    clocks.finish(session, actor, request, "see_first", on=local_day(at), at=at)


def _asked(session: Session, request: Request, kind: str) -> RequestConsent | None:
    waiting = [one for one in of(session, request) if one.kind == kind and one.state == ASKED]
    return waiting[-1] if waiting else None


def _new(
    session: Session, actor: Actor, request: Request, kind: str, at: datetime
) -> RequestConsent:
    row = RequestConsent(
        practice_id=actor.practice_id,
        request_id=request.id,
        number=len(of(session, request)) + 1,
        kind=kind,
        state=ASKED,
        asked_at=at,
        asked_by=actor.staff_id,
        content={},
    )
    session.add(row)
    return row


def _require_sound(
    kind: str, method: str, content: Mapping[str, Any], signed_at: datetime, at: datetime
) -> None:
    _require(method in METHODS, "Choose how the consent was given.")
    _require(signed_at <= at, "This consent is signed in the future. Check the day and time.")
    if kind != AUTHORITY:
        _require(str(content.get("applicant") or "").strip(), "Enter who the letter goes to.")
        _require(str(content.get("purpose") or "").strip(), "Enter what the letter is for.")


def _require_amra(
    content: Mapping[str, Any], application_on: date | None, today: date, *, is_wish_known: bool
) -> None:
    missing = TICKS - set(content.get("ticks") or ())
    _require(
        not missing,
        "All five statements have to be ticked by the patient: a report for work or insurance "
        "cannot be written without.",
    )
    _require(application_on, "Enter the day on which the employer or insurer applied.")
    if application_on and application_on > today:
        raise Refused("The application cannot be in the future. Check its day.")
    _require(is_wish_known, "Ask whether the patient wants to see the report first.")


def _require_paper(session: Session, request: Request, method: str, paper_id: str | None) -> None:
    if method == PAPER and paper_id is None:
        raise Refused("Add the signed paper first, and then record the consent.")
    if paper_id is None:
        return
    paper = session.scalar(
        select(RequestPaper.id).where(
            RequestPaper.practice_id == request.practice_id,
            RequestPaper.request_id.in_((request.id, request.parent_id)),
            RequestPaper.id == paper_id,
        )
    )
    _require(paper, "This paper does not belong to the request. Choose one that does.")


def _require(holds: object, otherwise: str) -> None:
    if not holds:
        raise Refused(otherwise)
