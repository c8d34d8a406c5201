"""A reading of a form → the sheets that make its letter, the patient's copy and the large print."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from lettergen import nhs
from lettergen.calendar import british_date
from lettergen.forms import Reading, letter_values
from lettergen.rendering import Sheet
from lettergen.rendering.qr import drawing

LETTER, PATIENT, LARGE = "letter", "patient", "large"
# What a template may be written for: paper, paper in large print, a web page.
IN_LARGE_PRINT, AS_PAGE = "large", "page"
# In place of a patient, on paper that is about nobody or must not say about whom.
NOBODY: Mapping[str, Any] = {
    "title": None,
    "given_name": "",
    "family_name": "",
    "full_name": "",
    "initials": "",
    "date_of_birth": None,
    "nhs_number": None,
}


@dataclass(frozen=True)
class Heading:
    """What a letter bears beside the answers: its reference and what it replaces, or DRAFT.

    `address` is the public address under which a reference can be checked by anyone.
    """

    reference: str | None = None
    is_draft: bool = False
    file_name: str = ""
    replaces: str | None = None
    replaces_on: date | None = None
    address: str = ""


def sheets(reading: Reading, *, at: datetime, heading: Heading) -> dict[str, Sheet]:
    """Return the sheets of a reading by kind: the letter, the patient's copy if there is one, and
    the large print of what is meant for the patient.

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
        check=_check(heading),
    )
    kind = reading.document_type
    made = {LETTER: _sheet(f"{kind.slug}.html", kind.title, values, at, _identity(values))}
    if kind.has_patient_copy and wants_patient_copy(reading):
        title = f"{kind.title}: copy for the patient"
        names = (values["patient"]["full_name"],)
        made[PATIENT] = _sheet(f"{kind.slug}.patient.html", title, values, at, names)
    made[LARGE] = large_print(made)
    return made


def wants_patient_copy(reading: Reading) -> bool:
    """Say whether the patient gets a copy: yes, unless the form asks and the answer is no."""
    return bool(reading.answers.get("copy_to_patient", "yes") != "no")


def for_patient(kinds: Collection[str]) -> str:
    """Return which kind of sheet is meant for the patient: the copy if there is one."""
    return PATIENT if PATIENT in kinds else LETTER


def large_print(made: Mapping[str, Sheet]) -> Sheet:
    """Return the sheet that is meant for the patient in large print."""
    sheet = _for_medium(made, IN_LARGE_PRINT)
    return replace(sheet, title=f"{sheet.title} (large print)")


def page(made: Mapping[str, Sheet]) -> Sheet:
    """Return the sheet that is meant for the patient, for a renderer to make a web page of."""
    return _for_medium(made, AS_PAGE)


def check_mark(address: str, reference: str) -> dict[str, Any]:
    """Return what a letter prints so that anyone can check it: address, the same in words, QR."""
    full = f"{address}/v/{reference}"
    return {"address": full, "shown": full.partition("://")[2], "qr": drawing(full)}


def _check(heading: Heading) -> dict[str, Any] | None:
    if heading.reference is None:
        return None
    if not heading.address:
        raise ValueError("a letter with a reference needs the address under which it is checked")
    return check_mark(heading.address, heading.reference)


def _for_medium(made: Mapping[str, Sheet], medium: str) -> Sheet:
    sheet = made[for_patient(made)]
    letter = {**sheet.values["letter"], "medium": medium}
    return replace(sheet, values={**sheet.values, "letter": letter})


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
