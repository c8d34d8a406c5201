"""Whether the consent on file fits: what it lacks, in words, or nothing."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.calendar import british_date
from lettergen.models import Request, RequestConsent

AMRA, GENERAL, AUTHORITY = KINDS = ("amra", "general", "authority")
ASKED, GIVEN, REFUSED, WITHDRAWN = "asked", "given", "refused", "withdrawn"
PAPER, SCREEN, LINK, ASSURANCE = METHODS = ("paper", "screen", "link", "assurance")
# Access to Medical Reports Act 1988, section 3: what a person is told before agreeing.
TICKS = frozenset({"who", "answers", "whole", "refusing", "rights"})
# Danger, safeguarding, a court and a coroner never wait for consent: rules R01 to R03.
NEVER_WAITS = frozenset({"risk_now", "safeguarding", "court_order", "coroner"})
NOT_NEEDED = "N"
NEEDS_AMRA = "A"
# Whatever was said of consent, for this case it was not enough: rules R04, R08 and R12.
WAITS_FOR_PROOF = "HOLD"
NOT_GIVEN = {
    ASKED: "The patient was asked to agree and has not answered. Wait, or ask again.",
    REFUSED: "The patient does not agree. Nothing may leave; tell whoever asked, naming nobody.",
    WITHDRAWN: "The patient has withdrawn the consent. Nothing may leave.",
}
# What the answer to triage says of consent, where nothing is on file.
GOOD_ANSWERS = frozenset(
    {"patient_asks", "written_ok", "assured", "authority_ok", "best_interests"}
)


def is_good(consent: RequestConsent, request: Request, on: date) -> bool:
    """Say whether a consent lets the letter of this request leave on a day."""
    return not fault(consent, request, on)


def fault(consent: RequestConsent, request: Request, on: date) -> str:
    """Return why a consent does not let a letter leave, and what to do; empty if it does."""
    if consent.state in NOT_GIVEN:
        return NOT_GIVEN[consent.state]
    if consent.ends_on and on > consent.ends_on:
        return f"The consent ended on {british_date(consent.ends_on)}. Ask for a new one."
    if consent.content.get("is_too_wide"):
        return "The consent is too wide. Ask for one that names purpose, recipient and scope."
    needs_amra = request.consent_code == NEEDS_AMRA and not _carries_it(request)
    if needs_amra and consent.kind == GENERAL:
        return (
            "A report for work or insurance needs the patient's agreement with its five "
            "statements. Ask for that one."
        )
    return ""


def fault_of(session: Session, request: Request, on: date) -> str:
    """Return why nothing about the patient may leave for this request; empty if it may.

    What is on file decides, the last word first; without it the answer given at triage does.
    Source: rules P3 and R13 of the domain, and GMC Confidentiality.
    """
    if request.consent_code == NOT_NEEDED or request.inputs.get("flag") in NEVER_WAITS:
        return ""
    on_file = of(session, request)
    if on_file:
        faults = [fault(one, request, on) for one in _last_of_each(on_file)]
        refused = [one.state in (REFUSED, WITHDRAWN) for one in _last_of_each(on_file)]
        said_no = next((text for text, no in zip(faults, refused, strict=True) if no), "")
        return said_no or ("" if "" in faults else faults[0])
    return _fault_of_answer(request)


def given(session: Session, request: Request) -> RequestConsent | None:
    """Return the last consent that was given and stands, or None."""
    return next((one for one in reversed(of(session, request)) if one.state == GIVEN), None)


def of(session: Session, request: Request) -> list[RequestConsent]:
    """Return all consents of a request, the first asked first."""
    session.flush()
    found = session.scalars(
        select(RequestConsent)
        .where(
            RequestConsent.practice_id == request.practice_id,
            RequestConsent.request_id == request.id,
        )
        .order_by(RequestConsent.number)
    )
    return list(found)


def _carries_it(request: Request) -> bool:
    return request.inputs.get("consent") == "patient_asks" and request.requester_class == "patient"


def _fault_of_answer(request: Request) -> str:
    answer = request.inputs.get("consent")
    if request.consent_code == NEEDS_AMRA and not _carries_it(request):
        return (
            "A report for work or insurance needs the patient's agreement with its five "
            "statements on file. Ask for it, or record the signed one."
        )
    if answer in GOOD_ANSWERS and request.outcome != WAITS_FOR_PROOF:
        return ""
    if answer == "too_wide":
        return "The consent is too wide. Ask for one that names purpose, recipient and scope."
    return "There is no consent or authority yet. Ask for it; until then nothing may leave."


def _last_of_each(consents: list[RequestConsent]) -> list[RequestConsent]:
    return list({one.kind: one for one in consents}.values())
