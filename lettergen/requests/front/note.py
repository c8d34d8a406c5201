"""The note that somebody shows to whoever asked them for a letter: general, and about nobody."""

from dataclasses import dataclass
from datetime import date, datetime

from lettergen.calendar import british_date, local_day
from lettergen.models import Practice
from lettergen.rendering import Sheet
from lettergen.requests.catalogue.grammar import Catalogue, Reply
from lettergen.requests.catalogue.marks import filled

TEMPLATE = "request-note.html"


@dataclass(frozen=True)
class Note:
    """What the note says: to whom, the opening, the authority, the route, and what would reopen it.

    `source` is empty where the authority is known from memory only.
    """

    title: str
    to: str
    opening: tuple[str, ...]
    authority: str
    route: str
    reopens: str
    contact_role: str
    source: str
    checked_on: str


def note_of(catalogue: Catalogue, practice: Practice, reply: Reply, type_key: str) -> Note:
    """Return the version of a reply that names nobody, in the practice's name."""

    def said(text: str) -> str:
        return filled(text, practice.name)

    source = catalogue.sources.get(reply.source)
    return Note(
        title=said(reply.title),
        to=reply.to,
        opening=tuple(map(said, reply.nameless)),
        authority=said(reply.authority),
        route=said(reply.route_for(type_key)),
        reopens=said(reply.reopens),
        contact_role=reply.contact_role,
        source=source.title if source and not source.is_from_memory else "",
        checked_on=reply.checked_on,
    )


def sheet(note: Note, practice: Practice, *, at: datetime) -> Sheet:
    """Return the note as paper; `at` is the only clock in it."""
    day: date = local_day(at)
    return Sheet(
        template=TEMPLATE,
        values={
            "practice": {
                "name": practice.name,
                "phone": practice.phone,
                "email": practice.email,
                "address_lines": practice.address_lines,
            },
            "note": {
                "to": note.to,
                "opening": list(note.opening),
                "authority": note.authority,
                "route": note.route,
                "reopens": note.reopens,
                "contact_role": note.contact_role,
                "source": f"{note.source}, checked on {british_date(note.checked_on)}"
                if note.source
                else "",
                "date": british_date(day),
            },
            "letter": {
                "title": note.title,
                "foot": practice.name,
                "language": "en-GB",
                "medium": "print",
                "is_draft": False,
            },
        },
        title=note.title,
        created=at,
        author=practice.name,
        must_hold=(note.title, note.route),
    )
