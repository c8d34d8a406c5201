"""A patient agrees to a letter about them, or does not, and may take it back until it is sent."""

import base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from lettergen.calendar import british_date, local_day
from lettergen.models import Actor, Practice, Request, RequestConsent
from lettergen.refusals import Refused
from lettergen.requests.front.wording import AMRA, Wording
from lettergen.requests.life import agreeing, deadlines, finding
from lettergen.requests.life.agreeing import ASKED, GIVEN
from lettergen.requests.steps import sending_quotes

WAITING, AGREED, OVER, NOTHING = "waiting", "agreed", "over", "nothing"
TYPED, DRAWN = "typed", "drawn"
PATIENT, PARENT, ATTORNEY, REPRESENTATIVE = "patient", "parent", "attorney", "representative"
SIGNERS: Mapping[str, str] = {
    PATIENT: "The patient",
    PARENT: "A parent, or somebody with parental responsibility",
    ATTORNEY: "An attorney or deputy",
    REPRESENTATIVE: "The personal representative of somebody who has died",
}
LONGEST = 2_000
LONGEST_NAME = 150


class NotSigned(Refused):
    """The answers do not make an agreement yet; `errors` says why, by box."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("This is not signed yet.", tuple(errors.values()))
        self.errors = errors


@dataclass(frozen=True)
class What:
    """What somebody is asked to agree to: who asks, what for, which questions, and who signs.

    `seen` is the paper by which anybody but the patient has shown that they may.
    """

    kind: str
    applicant: str
    purpose: str
    scope: str
    application_on: date | None
    signer: str = PATIENT
    signer_name: str = ""
    seen: str = ""


@dataclass(frozen=True)
class Signed:
    """What came back: ticks, wishes and limits, and the name as it was typed, or drawn besides."""

    name: str
    ticks: Collection[str]
    wants_to_see: bool | None
    may: Collection[str] = ()
    may_also: str = ""
    must_not: str = ""
    is_confirmed: bool = False
    mark: bytes | None = None
    device: str = ""


@dataclass(frozen=True)
class Asked:
    """A request's newest agreement as its patient meets it.

    `state` is waiting, agreed, over (refused, taken back, or sent), or nothing.
    """

    request: Request
    consent: RequestConsent | None
    state: str
    practice: Practice

    @property
    def patient(self) -> str:
        """The patient's name."""
        return name_of(self.request)

    @property
    def is_sent(self) -> bool:
        """Whether the letter has left."""
        return self.request.released_at is not None


def ask(
    session: Session, actor: Actor, request_id: str, what: What, *, at: datetime
) -> RequestConsent:
    """Note what somebody is asked to agree to. Raises NotSigned for what is missing."""
    errors = _lacking(what, local_day(at))
    if errors:
        raise NotSigned(errors)
    signer = {"role": what.signer, "name": what.signer_name.strip(), "seen": what.seen.strip()}
    return agreeing.ask(
        session,
        actor,
        request_id,
        what.kind,
        at=at,
        application_on=what.application_on,
        content={
            "applicant": what.applicant.strip(),
            "purpose": what.purpose.strip(),
            "scope": what.scope.strip(),
            "signer": signer,
        },
    )


def newest(session: Session, actor: Actor, request_id: str) -> Asked:
    """Return the newest agreement of a request, for staff or for whoever holds its link."""
    request = finding.get(session, actor, request_id)
    found = [one for one in agreeing.of(session, request) if one.kind in ("amra", "general")]
    consent = found[-1] if found else None
    practice = session.get_one(Practice, request.practice_id)
    return Asked(request, consent, _state(request, consent), practice)


def words(asked: Asked, wordings: Mapping[str, Wording], *, at: datetime) -> Wording:
    """Return the words of an agreement with its names and days in them."""
    consent = asked.consent
    if consent is None:
        raise LookupError("nobody was asked to agree")
    today = local_day(at)
    plain = wordings[consent.kind]
    starts = max(consent.application_on or today, consent.wish_known_on or today)
    ends = consent.ends_on or today + timedelta(days=plain.days)
    return plain.filled(
        {
            "applicant": consent.content.get("applicant", ""),
            "purpose": consent.content.get("purpose", ""),
            "practice": asked.practice.name,
            "until": british_date(deadlines.may_leave_on(starts)),
            "ends": british_date(ends),
        }
    )


def sign(
    session: Session,
    actor: Actor,
    asked: Asked,
    wording: Wording,
    signed: Signed,
    *,
    method: str,
    at: datetime,
    signed_at: datetime | None = None,
    paper_id: str | None = None,
    is_too_wide: bool = False,
) -> RequestConsent:
    """Keep what was agreed to, and the mark: no more of the evidence than that.

    For paper `signed_at` is what stands on it, and `paper_id` its scan. `is_too_wide` says that
    it names no purpose, recipient or scope: it is kept, and nothing may leave on it. Raises
    NotSigned with what is missing by box, Refused once the agreement was answered.
    """
    consent = _waiting(asked)
    when = signed_at or at
    errors = faults(wording, signed)
    if errors:
        raise NotSigned(errors)
    return agreeing.record(
        session,
        actor,
        asked.request.id,
        consent.kind,
        {
            **consent.content,
            **content_of(wording, signed),
            "device": signed.device,
            "is_too_wide": is_too_wide,
        },
        method=method,
        signed_at=when,
        at=at,
        paper_id=paper_id,
        application_on=consent.application_on,
        wants_to_see=signed.wants_to_see,
        ends_on=local_day(when) + timedelta(days=wording.days),
    )


def refuse(session: Session, actor: Actor, asked: Asked, *, at: datetime) -> None:
    """Keep that the patient does not agree; nothing about them may leave then."""
    consent = _waiting(asked)
    agreeing.refuse(session, actor, asked.request.id, consent.kind, at=at)
    sending_quotes.recall_unless_told(session, actor, asked.request, at=at)


def take_back(session: Session, actor: Actor, asked: Asked, *, at: datetime) -> None:
    """End an agreement before the letter is sent. Raises Refused for one that has been sent."""
    if asked.is_sent:
        raise Refused(
            "The letter has been sent already, so it cannot be called back. Please ask us."
        )
    agreeing.withdraw(session, actor, asked.request.id, because="the patient", at=at)
    sending_quotes.recall_unless_told(session, actor, asked.request, at=at)


def faults(wording: Wording, signed: Signed) -> dict[str, str]:
    """Return what is missing, by box."""
    found = {
        f"tick-{line.key}": f"Tick “{line.text}”, if you agree"
        for line in wording.ticks
        if line.key not in signed.ticks
    }
    if wording.limits and not (signed.may or signed.may_also.strip()):
        found["may"] = "Say what may stand in the letter"
    if signed.wants_to_see is None:
        found["wish"] = "Choose yes or no"
    if not signed.name.strip():
        found["name"] = "Type your full name"
    if signed.mark is None and not signed.is_confirmed:
        found["confirmed"] = "Tick this line to sign, or draw your name"
    long = {"may_also": signed.may_also, "must_not": signed.must_not}
    found |= {
        box: f"Use at most {LONGEST:,} characters"
        for box, text in long.items()
        if len(text) > LONGEST
    }
    return found


def content_of(wording: Wording, signed: Signed) -> dict[str, Any]:
    """Return what is kept of an answer, beside what was asked."""
    known = {line.key: line.text for line in wording.limits}
    return {
        "ticks": [line.key for line in wording.ticks if line.key in signed.ticks],
        "limits": {
            "may": [key for key in known if key in signed.may],
            "may_also": signed.may_also.strip(),
            "must_not": signed.must_not.strip(),
        },
        "signature": {
            "name": signed.name.strip()[:LONGEST_NAME],
            "how": DRAWN if signed.mark else TYPED,
            "mark": base64.b64encode(signed.mark).decode() if signed.mark else "",
        },
        "words": wording.version,
    }


def name_of(request: Request) -> str:
    """Return the patient's name."""
    known = request.content.patient if request.content else {}
    return f"{known.get('given_name', '')} {known.get('family_name', '')}".strip()


def _state(request: Request, consent: RequestConsent | None) -> str:
    if consent is None:
        return NOTHING
    is_over = request.released_at is not None or request.closed_at is not None
    if consent.state == ASKED and not is_over:
        return WAITING
    return AGREED if consent.state == GIVEN and not is_over else OVER


def _waiting(asked: Asked) -> RequestConsent:
    if asked.state != WAITING or asked.consent is None:
        raise Refused("This has been answered already. Open the page again to see how it stands.")
    return asked.consent


def _lacking(what: What, today: date) -> dict[str, str]:
    found: dict[str, str] = {}
    needed = {
        "applicant": "Enter who the letter goes to",
        "purpose": "Enter what it is for",
        "scope": "Enter what they ask, or which dates",
    }
    found |= {name: text for name, text in needed.items() if not getattr(what, name).strip()}
    found |= {
        name: f"Use at most {LONGEST:,} characters"
        for name in needed
        if len(getattr(what, name)) > LONGEST
    }
    if what.kind not in ("amra", "general"):
        found["kind"] = "Choose which agreement is needed"
    if what.kind == AMRA and (what.application_on is None or what.application_on > today):
        found["application_on"] = "Enter the day on which they applied: today or earlier"
    if what.signer not in SIGNERS:
        found["signer"] = "Choose who agrees"
    elif what.signer != PATIENT and not (what.signer_name.strip() and what.seen.strip()):
        found["signer_name"] = "Enter the name, and which paper you saw: next of kin is not enough"
    return found
