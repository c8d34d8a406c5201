"""What every paper about workload bears, and how it becomes a document like any letter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lettergen import letters
from lettergen.calendar import LONDON, local_day
from lettergen.documents import Made, Office
from lettergen.letters import LETTER, NOBODY
from lettergen.models import Practice
from lettergen.rendering import Sheet
from lettergen.reports.kinds import Kind

FAMILY = "workload"
VERSION = "1"


@dataclass(frozen=True)
class Paper:
    """One paper before it is laid out: `form` is what its template prints, plain values only.

    `has_mark` prints where anybody can check that it is genuine: on what leaves the practice.
    """

    kind: Kind
    title: str
    addressee: str
    form: Mapping[str, Any]
    must_hold: tuple[str, ...]
    address_lines: Sequence[str] = ()
    has_mark: bool = True


def slug_of(kind: Kind) -> str:
    """Return under which slug documents of a kind are stored."""
    return f"workload-{kind.key}"


def made(
    office: Office,
    practice: Practice,
    paper: Paper,
    *,
    reference: str,
    author_id: str | None,
    asked: Mapping[str, Any],
    at: datetime,
) -> Made:
    """Lay a paper out and return what `documents.issue_made` seals and stores.

    `asked` is kept with it: which period, and what was typed. Raises what the renderer refuses.
    """
    sheet = _sheet(office, practice, paper, reference, at)
    letter = sheet.values["letter"]
    by_kind = {LETTER: sheet}
    return Made(
        slug=slug_of(paper.kind),
        title=paper.title,
        family=FAMILY,
        version=VERSION,
        minutes=None,
        reference=reference,
        files={LETTER: office.renderer.render(sheet)},
        page=office.renderer.page(letters.page(by_kind)),
        content={
            "answers": dict(asked),
            "typed": {},
            "patient": dict(NOBODY),
            "signer": {"name": practice.name, "role": "", "body": "", "number": ""},
            "practice": sheet.values["practice"],
            "warnings": [],
            "addressee": paper.addressee,
            "file_name": letter["file_name"],
            "dated": letter["date"],
        },
        author_id=author_id,
        signer_id=None,
        is_letter=False,
    )


def file_name(dated: date, title: str) -> str:
    """Return a file name such as 2026-11-02_workload-october-2026.pdf."""
    words = "".join(char if char.isalnum() else " " for char in title.casefold())
    return f"{dated.isoformat()}_{'-'.join(words.split())}.pdf"


def _sheet(office: Office, practice: Practice, paper: Paper, reference: str, at: datetime) -> Sheet:
    today = local_day(at)
    address = office.public_address
    return Sheet(
        template=f"{slug_of(paper.kind)}.html",
        values={
            "practice": {
                "name": practice.name,
                "ods": practice.ods,
                "phone": practice.phone,
                "email": practice.email,
                "address_lines": list(practice.address_lines),
            },
            "signer": {"name": "", "role": "", "body": "", "number": ""},
            "patient": dict(NOBODY),
            "letter": {
                "title": paper.title,
                "reference": reference,
                "date": today.isoformat(),
                "is_draft": False,
                "addressee": paper.addressee,
                "addressee_lines": list(paper.address_lines),
                "file_name": file_name(today, paper.title),
                "replaces": None,
                "replaces_date": None,
                "medium": "print",
                "language": "en-GB",
                "is_about_nobody": True,
                "check": letters.check_mark(address, reference) if paper.has_mark else None,
            },
            "form": dict(paper.form),
        },
        title=f"{paper.title}, {practice.name}",
        created=at.astimezone(LONDON),
        author=practice.name,
        must_hold=tuple(filter(None, (*paper.must_hold, reference))),
    )
