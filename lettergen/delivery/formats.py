"""Which format comes first for a patient: chosen by the need that the letter's answers record."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lettergen import letters
from lettergen.models import DocumentContent

LARGE_PRINT, EMAIL_TEXT = "large_print", "email_text"
PAGE = "page"


@dataclass(frozen=True)
class Format:
    """What comes first: on the patient's page (a kind of file, or PAGE), and on paper (a kind).

    `reason` says why in a sentence for staff, and is empty if nothing special is needed.
    """

    first: str
    on_paper: str
    reason: str = ""


def formats_for(content: DocumentContent) -> Format:
    """Return the format that a document's recorded communication need asks for.

    Source of the duty: NHS England, DCB1605 Accessible Information Standard.
    """
    kinds = {one.kind for one in content.document.files}
    needs: Mapping[str, str] = content.patient.get("formats") or {}
    is_large = LARGE_PRINT in needs and letters.LARGE in kinds
    on_paper = letters.LARGE if is_large else letters.for_patient(kinds)
    return Format(
        first=PAGE if EMAIL_TEXT in needs else on_paper,
        on_paper=on_paper,
        reason=" ".join(_reasons(needs, kinds)),
    )


def _reasons(needs: Mapping[str, str], kinds: Collection[str]) -> list[str]:
    if not needs:
        return []
    words = ", ".join(word[:1].lower() + word[1:] for word in needs.values())
    said = [f"Recorded need: {words}."]
    if LARGE_PRINT in needs:
        is_made = letters.LARGE in kinds
        said.append(
            "The large-print PDF comes first."
            if is_made
            else "This letter has no large-print PDF: supersede it to make one."
        )
    if EMAIL_TEXT in needs:
        said.append("Send the link: its page can be read aloud and made larger.")
    others = [word for code, word in needs.items() if code not in (LARGE_PRINT, EMAIL_TEXT)]
    if others:
        are = "is" if len(others) == 1 else "are"
        what = " and ".join(word[:1].lower() + word[1:] for word in others)
        said.append(f"{what[:1].upper()}{what[1:]} {are} not made here: please arrange it.")
    return said
