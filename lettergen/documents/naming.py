"""What letters' files are called, and the day that a letter bears."""

import unicodedata
from datetime import date

from lettergen.forms import Reading

LONGEST_PART = 60
# Letters that Unicode does not take apart into a base letter and a mark.
PLAIN = {
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ð": "d",
    "ı": "i",
}
APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}"


def letter_day(reading: Reading, today: date) -> date:
    """Return the date that a letter bears: the form's own if it asks for one, or today."""
    asked = reading.answers.get(reading.document_type.identifies.get("date", ""))
    return date.fromisoformat(asked) if asked else today


def file_name(reading: Reading, day: date, reference: str) -> str:
    """Return a name a clerk can use: 2026-11-20_ADHD-referral_TESTERBY-R_LG-7K3M-9QXP.pdf.

    Only ASCII letters, digits, hyphens and underscores, which every system takes; a name in
    another script becomes PATIENT.
    """
    kind = reading.document_type
    family, given = (
        _safe(str(reading.answers.get(kind.identifies.get(role, ""), "")))
        for role in ("family_name", "given_name")
    )
    who = "-".join(part for part in (family.upper(), given[:1].upper()) if part) or "PATIENT"
    return f"{day.isoformat()}_{_safe(kind.title) or kind.slug}_{who}_{reference}.pdf"


def patient_file_name(day: date, reference: str, *, is_large: bool = False) -> str:
    """Return a neutral name for the patient's copy, which a family's computer may show."""
    what = "Your-copy-large-print" if is_large else "Your-copy"
    return f"{day.isoformat()}_{what}_{reference}.pdf"


def _safe(text: str) -> str:
    kept = "".join(_plain(character) for character in text if character not in APOSTROPHES)
    return "-".join(kept.split())[:LONGEST_PART]


def _plain(character: str) -> str:
    if character.lower() in PLAIN:
        plain = PLAIN[character.lower()]
        return plain if character.islower() else plain.upper()
    folded = unicodedata.normalize("NFKD", character)
    base = "".join(one for one in folded if not unicodedata.combining(one))
    return base if not base or (base.isascii() and base.isalnum()) else " "
