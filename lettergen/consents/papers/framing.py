"""What every paper about a photo consent bears: practice, patient, signer, reference and day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lettergen import letters, nhs
from lettergen.calendar import LONDON, british_date, local_day
from lettergen.letters import Heading

GROUP = 4
SHORT_HASH = 16


@dataclass(frozen=True)
class Frame:
    """The parts that stand around the answers, as plain values.

    `practice` holds name, ods, phone, email and address_lines of the practice's record; `signer`
    name, role, body and number of the clinician, in words. `at` is an aware time: its day is the
    day of the paper, and it is the only clock in it.
    """

    practice: Mapping[str, Any]
    signer: Mapping[str, Any]
    heading: Heading
    at: datetime

    @property
    def day(self) -> date:
        """The day in England."""
        return local_day(self.at)


@dataclass(frozen=True)
class Door:
    """Where a patient answers on the web: an address as it is printed, and the code to type."""

    address: str
    code: str


def as_printed(door: Door | None) -> dict[str, str] | None:
    """Return a door as plain values."""
    return {"address": door.address, "code": door.code} if door else None


def framed(
    answers: Mapping[str, Any],
    frame: Frame,
    *,
    title: str,
    addressee: str = "",
    address_lines: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return the values that every template about a consent sees: letter, practice, signer,
    patient.
    """
    heading, patient = frame.heading, patient_of(answers)
    is_known = heading.reference is not None and bool(heading.address)
    return {
        "practice": {**NO_PRACTICE, **frame.practice},
        "signer": {**NO_SIGNER, **frame.signer},
        "patient": patient,
        "letter": {
            "title": title,
            "reference": heading.reference,
            "date": frame.day.isoformat(),
            "is_draft": heading.is_draft,
            "addressee": addressee or patient["full_name"],
            "addressee_lines": list(address_lines),
            "file_name": heading.file_name,
            "replaces": heading.replaces,
            "replaces_date": heading.replaces_on.isoformat() if heading.replaces_on else None,
            "medium": "print",
            "language": "en-GB",
            "check": letters.check_mark(heading.address, str(heading.reference))
            if is_known
            else None,
        },
    }


NO_PRACTICE: dict[str, Any] = {"name": "", "ods": "", "phone": "", "email": "", "address_lines": []}
NO_SIGNER: dict[str, Any] = {"name": "", "role": "", "body": "", "number": ""}


def practice_of(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the letterhead that a record of elsewhere names, where it is not our own."""
    known = answers.get("practice") or {}
    return {
        **NO_PRACTICE,
        "name": known.get("name") or "",
        "ods": known.get("ods_code") or "",
        "phone": known.get("contact_phone") or "",
        "email": known.get("contact_email") or "",
    }


def patient_of(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the patient as letters and the search for a patient's letters know one."""
    known = answers.get("patient") or {}
    names = str(known.get("full_name") or "").split()
    number = str(known.get("nhs_number") or "")
    return {
        "title": None,
        "given_name": " ".join(names[:-1]),
        "family_name": names[-1] if names else "",
        "full_name": " ".join(names),
        "initials": "".join(name[0].upper() for name in dict.fromkeys((*names[:1], *names[-1:]))),
        "date_of_birth": known.get("date_of_birth") or None,
        "nhs_number": nhs.spaced(number) if number else None,
    }


def moment(value: object) -> str:
    """Return “16 November 2026 at 10:18” in UK time for an ISO time; a bare day as a day."""
    text = str(value or "")
    if len(text) <= len("2026-11-16"):
        return british_date(text) if text else ""
    known = datetime.fromisoformat(text)
    local = known.astimezone(LONDON) if known.tzinfo else known
    return f"{british_date(local.date())} at {local:%H:%M}"


def grouped(digest: object, *, is_short: bool = False) -> str:
    """Return a hash in groups of four that an eye can follow; the short form ends in …."""
    text = str(digest or "")
    shown = text[:SHORT_HASH] if is_short else text
    groups = [shown[at : at + GROUP] for at in range(0, len(shown), GROUP)]
    return " ".join(groups) + ("…" if len(shown) < len(text) else "")
