"""A reading of a form → the sheets that make its letter and its copy for the patient."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lettergen import nhs
from lettergen.calendar import british_date
from lettergen.forms import Reading, letter_values
from lettergen.rendering import Sheet

LETTER, PATIENT = "letter", "patient"


@dataclass(frozen=True)
class Heading:
    """What a letter bears beside the answers: its reference and what it replaces, or DRAFT."""

    reference: str | None = None
    is_draft: bool = False
    file_name: str = ""
    replaces: str | None = None
    replaces_on: date | None = None


def sheets(reading: Reading, *, at: datetime, heading: Heading) -> dict[str, Sheet]:
    """Return the sheets of a reading by kind: the letter, and the patient's copy if there is one.

    `at` is an aware time: its day is the day of the letter unless the form asks for that, and it
    is the only clock in the PDF. The letter must be read back with the names, birth date and NHS
    number of the patient, the addressee and the reference in it.
    """
    values = letter_values(
        reading,
        day=at.date(),
        reference=heading.reference,
        is_draft=heading.is_draft,
        file_name=heading.file_name,
        replaces=heading.replaces,
        replaces_on=heading.replaces_on,
    )
    kind = reading.document_type
    made = {LETTER: _sheet(f"{kind.slug}.html", kind.title, values, at, _identity(values))}
    if kind.has_patient_copy and wants_patient_copy(reading):
        title = f"{kind.title}: copy for the patient"
        names = (values["patient"]["full_name"],)
        made[PATIENT] = _sheet(f"{kind.slug}.patient.html", title, values, at, names)
    return made


def wants_patient_copy(reading: Reading) -> bool:
    """Say whether the patient gets a copy: yes, unless the form asks and the answer is no."""
    return bool(reading.answers.get("copy_to_patient", "yes") != "no")


def _sheet(
    template: str, title: str, values: dict[str, Any], at: datetime, must_hold: tuple[str, ...]
) -> Sheet:
    name = values["patient"]["full_name"]
    return Sheet(
        template=template,
        values=values,
        title=f"{title}: {name}" if name else title,
        created=at,
        author=values["signer"]["name"] or values["practice"]["name"],
        must_hold=tuple(filter(None, must_hold)),
        is_draft=values["letter"]["is_draft"],
    )


def _identity(values: dict[str, Any]) -> tuple[str, ...]:
    """Return what a reader must find: the names, the birth date, the NHS number, the addressee."""
    patient, born = values["patient"], values["patient"]["date_of_birth"]
    return (
        patient["given_name"],
        patient["family_name"],
        british_date(born) if born else "",
        nhs.spaced(patient["nhs_number"] or ""),
        values["letter"]["addressee"],
        values["letter"]["reference"] or "",
    )
