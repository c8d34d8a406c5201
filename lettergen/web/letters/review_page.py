"""What stands beside the final pages: to whom, about whom, and what to think of."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from lettergen import accounts, documents
from lettergen.calendar import british_date
from lettergen.forms import Reading
from lettergen.models import Review
from lettergen.nhs import spaced
from lettergen.web.base.context import actor, now, office
from lettergen.web.base.display import plural
from lettergen.web.forms.panel import Figure, is_asked, link_to, panel_of
from lettergen.web.letters.story import NAMES

_MOST_FIGURES = 3


@dataclass(frozen=True)
class Line:
    """One line of the short list; `change` is the address of the very question, or empty."""

    label: str
    texts: tuple[str, ...]
    change: str = ""


@dataclass(frozen=True)
class Warned:
    """A warning, why the letter goes ahead all the same, and where that was said."""

    message: str
    reason: str
    change: str


@dataclass(frozen=True)
class File:
    """One file and its number of pages; a folded one says what another says."""

    kind: str
    name: str
    pages: int
    is_folded: bool


@dataclass(frozen=True)
class Shown:
    """All that the review page says."""

    draft_id: str
    title: str
    seal: str
    reference: str
    signer: str
    is_old: bool
    lines: tuple[Line, ...]
    figures: tuple[Figure, ...]
    enclosed: tuple[Line, ...]
    warnings: tuple[Warned, ...]
    info: tuple[str, ...]
    earlier: tuple[dict[str, str], ...]
    files: tuple[File, ...]


def shown_of(session: Session, draft_id: str) -> Shown:
    """Return the actor's review of a draft as the page shows it.

    Raises LookAgain if there is none yet, NotFound, or Closed.
    """
    found = documents.review(session, actor(), draft_id)
    draft = documents.draft(session, actor(), draft_id)
    reading = documents.reading(session, office(), actor(), draft_id, at=now())
    return Shown(
        draft_id=draft_id,
        title=reading.document_type.title,
        seal=found.seal,
        reference=found.reference,
        signer=_signer(session),
        is_old=found.revision != draft.revision,
        lines=tuple(_lines(found, reading, draft_id)),
        figures=panel_of(reading, found.content["typed"]).figures[:_MOST_FIGURES],
        enclosed=tuple(_enclosed(found, reading, draft_id)),
        warnings=tuple(_warnings(found, draft_id)),
        info=tuple(one["message"] for one in found.content["info"]),
        earlier=tuple(found.content["earlier"]),
        files=tuple(_files(found)),
    )


def _signer(session: Session) -> str:
    own = accounts.staff_member(session, actor(), actor().staff_id or "")
    registered = own.clinician
    return f"{own.name}, {registered.body} {registered.number}" if registered else own.name


def _lines(found: Review, reading: Reading, draft_id: str) -> Iterator[Line]:
    content = found.content
    if content["addressee"]:
        yield Line("To", (content["addressee"],), _change(reading, found, draft_id, "addressee"))
    change = _change(reading, found, draft_id, "given_name")
    yield Line("Patient", tuple(_patient(content["patient"])), change)


def _enclosed(found: Review, reading: Reading, draft_id: str) -> Iterator[Line]:
    kind = reading.document_type
    name = kind.identifies.get("enclosures", "")
    if name:
        codes = found.content["answers"].get(name, [])
        labels = tuple(kind.field(name).label_of(code) for code in codes)
        change = _change(reading, found, draft_id, "enclosures")
        yield Line("Enclosed", labels or ("Nothing",), change)
    pages = {one.kind: plural(one.pages, "page") for one in found.files}
    for made in (documents.PATIENT, documents.LARGE):
        yield Line(NAMES[made], (pages.get(made, "None"),))


def _change(reading: Reading, found: Review, draft_id: str, role: str) -> str:
    """Return the address of the question that says this of the patient or receiver, or nothing."""
    kind = reading.document_type
    name = kind.identifies.get(role, "")
    if not is_asked(kind, name):
        return ""
    return _at(draft_id, link_to(kind, name, found.content["typed"]).id)


def _patient(patient: dict[str, Any]) -> Iterator[str]:
    yield patient["full_name"]
    if patient["date_of_birth"]:
        yield f"born {british_date(patient['date_of_birth'])}"
    if patient["nhs_number"]:
        yield f"NHS number {spaced(patient['nhs_number'])}"


def _warnings(found: Review, draft_id: str) -> Iterator[Warned]:
    for one in found.content["warnings"]:
        yield Warned(one["message"], one["reason"], _at(draft_id, f"reason-{one['id']}"))


def _files(found: Review) -> Iterator[File]:
    files = {one.kind: one for one in found.files}
    for kind, name in NAMES.items():
        if kind in files:
            yield File(kind, name, files[kind].pages, is_folded=kind == documents.LARGE)


def _at(draft_id: str, anchor: str) -> str:
    return url_for("filling.fill", draft_id=draft_id, _anchor=anchor)
