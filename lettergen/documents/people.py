"""Finding what is kept about a patient without any patient's name in the clear."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, false, or_
from sqlalchemy.orm import Session

from lettergen import nhs
from lettergen.forms import Reading
from lettergen.models import ConsentRecord, DocumentContent, RequestContent, vault_of
from lettergen.refusals import Refused

# What is kept under the indexes of a patient.
Kept = type[DocumentContent] | type[RequestContent] | type[ConsentRecord]


@dataclass(frozen=True)
class Identity:
    """What a patient is looked up by: the NHS number, or surname and ISO date of birth."""

    nhs_number: str = ""
    family_name: str = ""
    date_of_birth: str = ""

    @property
    def person(self) -> str:
        """Surname and birth date as one text, or nothing if either lacks."""
        surname = normal_surname(self.family_name)
        return f"{surname} {self.date_of_birth}" if surname and self.date_of_birth else ""


@dataclass(frozen=True)
class Indexes:
    """Under what a patient may be found: one index for each key that was ever current."""

    nhs_number: list[bytes]
    person: list[bytes]


def of_reading(reading: Reading) -> Identity:
    """Return whom answers are about."""
    names = reading.document_type.identifies
    return of_patient({role: reading.answers.get(name) for role, name in names.items()})


def of_patient(patient: Mapping[str, Any]) -> Identity:
    """Return the identity of a patient with these nhs_number, family_name and date_of_birth."""
    number, family, born = (
        str(patient.get(role) or "") for role in ("nhs_number", "family_name", "date_of_birth")
    )
    return Identity(nhs.digits_of(number), family, born)


def normal_surname(text: str) -> str:
    """Return a surname without case, accents, spaces, hyphens and apostrophes.

    O'Brien, OBRIEN and O’Brien are one; so are Núñez and Nunez.
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(character for character in folded if character.isalnum()) or folded.strip()


def blind(session: Session, who: Identity) -> tuple[bytes | None, bytes | None]:
    """Return the indexes to store: of the NHS number, and of surname with birth date."""
    vault = vault_of(session)
    return (
        vault.blind("nhs number", who.nhs_number) if who.nhs_number else None,
        vault.blind("person", who.person) if who.person else None,
    )


def indexes(session: Session, who: Identity) -> Indexes:
    """Return the indexes to look for."""
    vault = vault_of(session)
    return Indexes(
        vault.blinds("nhs number", who.nhs_number) if who.nhs_number else [],
        vault.blinds("person", who.person) if who.person else [],
    )


def is_of(found: Indexes, kept: Kept) -> ColumnElement[bool]:
    """Return the condition that what is kept is of this patient, by either index."""
    return or_(
        false(),
        kept.nhs_number_index.in_(found.nhs_number),
        kept.person_index.in_(found.person),
    )


def sought(
    session: Session,
    kept: Kept,
    nhs_number: str | None,
    family_name: str | None,
    date_of_birth: date | None,
) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that what is kept is of the patient who is looked for; none for nobody.

    Raises Refused for a surname without a birth date, or the reverse: names are stored so that
    only both together can be found.
    """
    if nhs_number:
        yield is_of(indexes(session, Identity(nhs.digits_of(nhs_number))), kept)
    if not family_name and not date_of_birth:
        return
    if not family_name or not date_of_birth:
        raise Refused(
            "To find a patient by name, enter both the surname and the date of birth; "
            "or enter the NHS number."
        )
    who = Identity(family_name=family_name, date_of_birth=date_of_birth.isoformat())
    yield is_of(indexes(session, who), kept)
