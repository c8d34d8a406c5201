"""What a request tells of the letter that answers it: reader, purpose, patient, consent."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from lettergen import forms
from lettergen.calendar import local_day
from lettergen.definitions import DocumentType
from lettergen.models import Request, RequestConsent

FOR_WHOM = ("title", "given_name", "family_name", "date_of_birth")
OWN_PEOPLE = ("patient", "family")
# Readers for whom the NHS number is of use; to all others it is not given without being asked for.
KNOW_NHS_NUMBERS = ("health_body",)
LONGEST_NAME, LONGEST_PURPOSE, SHORTEST_PURPOSE, MOST_LINES = 120, 300, 10, 5
LONGEST_QUESTION, SHORTEST_QUESTION, MOST_QUESTIONS = 600, 5, 20
_QUESTION = re.compile(r"^\s*(?:\(?\d{1,2}[.):]\s*|[-•*]\s*)?(.+?)\s*$")


def typed_for(
    kind: DocumentType, request: Request, consent: RequestConsent | None, *, today: date
) -> forms.Typed:
    """Return what a new letter of a type begins with: its defaults, and what the request holds.

    Nothing is guessed: what does not fit its question is left for a person to write.
    """
    known = {one.name for one in kind.fields}
    found = {name: value for name, value in _answers(request, consent).items() if name in known}
    if "persons" not in found and "persons" in known:
        found |= _persons(request)
    return {**forms.initial(kind, today), **forms.flatten(kind, found)}


def _answers(request: Request, consent: RequestConsent | None) -> dict[str, Any]:
    content = request.content
    if content is None:
        return {}
    patient, contact = content.patient, content.contact
    found = {name: patient[name] for name in FOR_WHOM if patient.get(name)}
    if request.requester_class in KNOW_NHS_NUMBERS and patient.get("nhs_number"):
        found["nhs_number"] = patient["nhs_number"]
    found |= _reader(request, contact)
    found |= _asked(content.asked or "")
    found |= _agreed(request, consent)
    purpose = " ".join((content.purpose or "").split())
    if SHORTEST_PURPOSE <= len(purpose) <= LONGEST_PURPOSE:
        found["purpose"] = purpose
    reference = str(contact.get("their_reference") or "").strip()
    if reference:
        found |= dict.fromkeys(("their_reference", "body_reference", "policy"), reference)
    return found


def _reader(request: Request, contact: Mapping[str, Any]) -> dict[str, Any]:
    """Return who reads the letter and who asked. What a patient carries has no reader yet."""
    found: dict[str, Any] = {"requested_on": request.received_on.isoformat()}
    if request.requester_class in OWN_PEOPLE:
        is_patient = request.requester_class == "patient"
        return {**found, "requested_by": "patient"} if is_patient else found
    named = (contact.get("name"), request.requester.name if request.requester else None)
    addressee = ", ".join(dict.fromkeys(filter(None, named)))
    found["requested_by"] = "reader"
    if 0 < len(addressee) <= LONGEST_NAME:
        found |= {"to_whom": "named", "addressee": addressee}
    lines = address_lines(request)
    if lines and "addressee" in found:
        found["addressee_address"] = "\n".join(lines)
    return found


def address_lines(request: Request) -> list[str]:
    """Return the address of whoever asks, as lines; nothing if none fits a letter's window."""
    contact = request.content.contact if request.content else {}
    written = contact.get("address") or (request.requester.address if request.requester else "")
    lines = [line.strip() for line in str(written or "").splitlines() if line.strip()]
    return lines if len(lines) <= MOST_LINES else []


def _asked(asked: str) -> dict[str, Any]:
    """Return the questions of a request as rows, where it holds any: lines that end in “?”."""
    rows = list(_questions(asked))
    return {"questions": [{"question": one} for one in rows[:MOST_QUESTIONS]]} if rows else {}


def _questions(asked: str) -> Iterator[str]:
    for line in asked.splitlines():
        match = _QUESTION.match(line)
        text = match[1] if match else ""
        if text.endswith("?") and SHORTEST_QUESTION <= len(text) <= LONGEST_QUESTION:
            yield text


def _agreed(request: Request, consent: RequestConsent | None) -> dict[str, Any]:
    if consent is None:
        carries = request.inputs.get("consent") == "patient_asks"
        is_own = carries and request.requester_class == "patient"
        return (
            {
                "consent_kind": "asked",
                "consent_by": "patient",
                "consent_on": request.received_on.isoformat(),
            }
            if is_own
            else {}
        )
    found: dict[str, Any] = {
        "consent_kind": "assured" if consent.method == "assurance" else "written"
    }
    found |= _carried_to(request, consent)
    if consent.kind != "authority":
        found["consent_by"] = "patient"
    if consent.signed_at:
        found["consent_on"] = local_day(consent.signed_at).isoformat()
    scope = " ".join(str(consent.content.get("scope") or "").split())
    if SHORTEST_QUESTION <= len(scope) <= LONGEST_PURPOSE:
        found["consent_scope"] = scope
    if consent.application_on:
        found["application_on"] = consent.application_on.isoformat()
    if consent.wants_to_see is not None:
        found["wish_to_see"] = "yes" if consent.wants_to_see else "no"
    if consent.wish_known_on:
        found["wish_known_on"] = consent.wish_known_on.isoformat()
    return found


def _carried_to(request: Request, consent: RequestConsent) -> dict[str, Any]:
    """Return the reader of a letter that a patient carries: whom the consent names."""
    reader = " ".join(str(consent.content.get("applicant") or "").split())
    is_named = request.requester_class in OWN_PEOPLE and 0 < len(reader) <= LONGEST_NAME
    return {"to_whom": "named", "addressee": reader} if is_named else {}


def _persons(request: Request) -> dict[str, Any]:
    patient = request.content.patient if request.content else {}
    name = " ".join(str(patient.get(one) or "") for one in ("given_name", "family_name")).strip()
    if not name:
        return {}
    row = {"name": name, "role": "Patient"}
    if patient.get("date_of_birth"):
        row["born"] = patient["date_of_birth"]
    return {"persons": [row]}
