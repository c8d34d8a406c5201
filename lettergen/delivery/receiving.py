"""What the patient at a link gets: the letter's page, and its files."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from lettergen import documents, letters, links
from lettergen.delivery import formats, subjects
from lettergen.models import Document, Link, Practice

NAMES = {letters.LETTER: "Usual size", letters.PATIENT: "Usual size", letters.LARGE: "Large print"}


@dataclass(frozen=True)
class PatientFile:
    """One PDF that the patient may take: its kind, a name in words, pages, and size in bytes."""

    kind: str
    name: str
    pages: int
    size: int


@dataclass(frozen=True)
class PatientView:
    """What the patient's page shows.

    `files` stand in the order in which they are offered; `page` is the letter as HTML, or nothing
    for a letter that has none. `first` is formats.PAGE, or the kind of the file that comes first.
    """

    practice_name: str
    practice_phone: str
    practice_email: str
    title: str
    dated: date
    reference: str
    files: tuple[PatientFile, ...]
    page: str
    first: str
    expires_at: datetime


def require_open(session: Session, link: Link, *, at: datetime) -> None:
    """Raise LinkEnded, in plain words, unless the link and its letter are both good. For links to
    letters; changes nothing.
    """
    subjects.of_link(session, link)
    links.require_open(session, link, at=at)


def patient_view(session: Session, link: Link, *, at: datetime) -> PatientView:
    """Return what the patient's page shows; whoever asks has said the date of birth already.

    Raises LinkEnded, in plain words, if the link ended, or its letter was withdrawn or replaced.
    """
    document, content = subjects.of_link(session, link)
    links.require_open(session, link, at=at)
    practice = session.get_one(Practice, link.practice_id)
    chosen = formats.formats_for(content)
    return PatientView(
        practice_name=practice.name,
        practice_phone=practice.phone,
        practice_email=practice.email,
        title=document.title,
        dated=document.dated,
        reference=document.reference,
        files=_files(document, chosen.on_paper),
        page=content.page or "",
        first=chosen.first if content.page or chosen.first != formats.PAGE else chosen.on_paper,
        expires_at=link.expires_at,
    )


def patient_file(session: Session, link: Link, kind: str, *, at: datetime) -> tuple[bytes, str]:
    """Return one of the patient's files with a neutral name, and note that it was downloaded.

    Raises LinkEnded as `patient_view` does; documents.NotFound for a file that is not theirs.
    """
    document, content = subjects.of_link(session, link)
    links.require_open(session, link, at=at)
    chosen = formats.formats_for(content).on_paper
    if kind not in {one.kind for one in _files(document, chosen)}:
        raise documents.NotFound("This letter has no such file.")
    pdf = next(one.pdf for one in document.files if one.kind == kind)
    links.mark(session, links.holder(link), link, "downloaded", at=at, details={"kind": kind})
    # As for the patient's copy: the letter's own file name says what it is about.
    is_large = kind == letters.LARGE
    return pdf, documents.file_name(document, letters.LARGE if is_large else letters.PATIENT)


def _files(document: Document, first: str) -> tuple[PatientFile, ...]:
    """Return the sheet that is meant for the patient, and its large print; the one chosen first."""
    kinds = {one.kind for one in document.files}
    theirs = {letters.for_patient(kinds), letters.LARGE}
    return tuple(
        PatientFile(one.kind, NAMES[one.kind], one.pages, one.size)
        for one in sorted(document.files, key=lambda one: (one.kind != first, one.kind))
        if one.kind in theirs
    )
