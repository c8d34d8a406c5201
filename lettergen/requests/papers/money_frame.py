"""What every paper about money bears: letterhead, addressee, heading, and who sells in law."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lettergen import letters
from lettergen.calendar import LONDON
from lettergen.documents import Made
from lettergen.letters import LARGE, LETTER, NOBODY, Heading
from lettergen.rendering import Renderer, Sheet
from lettergen.requests.money.settings import COMPANY, PARTNERSHIP, SOLE

FAMILY = "money"
VERSION = "1"


@dataclass(frozen=True)
class Paper:
    """One paper about money, before it is laid out.

    `form` is what its template prints; `seller` and `customer` are as the invoice keeps them.
    """

    slug: str
    title: str
    template: str
    seller: Mapping[str, Any]
    customer: Mapping[str, Any]
    form: Mapping[str, Any]
    dated: date
    must_hold: tuple[str, ...]


def sheets(
    paper: Paper, heading: Heading, at: datetime, *, with_large: bool = True
) -> dict[str, Sheet]:
    """Return the sheets of a paper; `at` is an aware time, and the only clock in the PDF."""
    reference = heading.reference or ""
    values = {
        "practice": {
            name: paper.seller[name] for name in ("name", "ods", "phone", "email", "address_lines")
        },
        "signer": {"name": "", "role": "", "body": "", "number": ""},
        "patient": dict(NOBODY),
        "letter": {
            "title": paper.title,
            "reference": reference,
            "date": paper.dated.isoformat(),
            "is_draft": False,
            "addressee": paper.customer.get("name", ""),
            "addressee_lines": list(paper.customer.get("address_lines", [])),
            "file_name": heading.file_name,
            "replaces": None,
            "replaces_date": None,
            "medium": "print",
            "language": "en-GB",
            "check": letters.check_mark(heading.address, reference),
        },
        "form": dict(paper.form),
    }
    sheet = Sheet(
        template=paper.template,
        values=values,
        title=f"{paper.title}, {paper.seller['name']}",
        created=at.astimezone(LONDON),
        author=paper.seller["name"],
        must_hold=tuple(filter(None, (*paper.must_hold, reference))),
    )
    made = {LETTER: sheet}
    return {**made, LARGE: letters.large_print(made)} if with_large else made


def ready(
    renderer: Renderer,
    paper: Paper,
    made: Mapping[str, Sheet],
    *,
    author_id: str | None,
    patient: Mapping[str, Any] | None = None,
) -> Made:
    """Return what `documents.issue_made` seals and stores.

    `patient` is under whom staff find it: only where the patient pays. Raises what the renderer
    refuses.
    """
    letter = made[LETTER].values["letter"]
    return Made(
        slug=paper.slug,
        title=paper.title,
        family=FAMILY,
        version=VERSION,
        minutes=None,
        reference=letter["reference"],
        files={kind: renderer.render(sheet) for kind, sheet in made.items()},
        page=renderer.page(letters.page(made)),
        content={
            "answers": {},
            "typed": {},
            "patient": {**NOBODY, **(patient or {})},
            "signer": {"name": paper.seller["name"], "role": "", "body": "", "number": ""},
            "practice": made[LETTER].values["practice"],
            "warnings": [],
            "addressee": letter["addressee"],
            "file_name": letter["file_name"],
            "dated": letter["date"],
        },
        author_id=author_id,
        signer_id=None,
        # The ledger knows it as what it is: invoiced, credited, paid.
        is_letter=False,
    )


def legal(seller: Mapping[str, Any]) -> list[str]:
    """Return who sells, as the law wants it on the papers of a business.

    Source: Companies Act 2006, sections 1202 and 1203 (owner's or partners' names, and an address
    for documents); SI 2015/17, regulation 25 (a company's name, number and office).
    """
    form, name = seller["legal_form"], seller["name"]
    address = _on_one_line(seller["legal_address"])
    at = f"Address for legal documents: {address}."
    if form == SOLE:
        return [f"{name} is the practice of {seller['legal_name']}.", at]
    if form == PARTNERSHIP:
        return [_partners(name, seller["partners"], seller["partners_at"]), at]
    if form == COMPANY:
        company = f"{seller['legal_name']}, registered in England and Wales"
        number = f"number {seller['company_number']}"
        return [f"{name} belongs to {company}, {number}.", f"Registered office: {address}."]
    return []


def _on_one_line(address: Sequence[str]) -> str:
    """Return an address on one line, its postcode in one piece."""
    *lines, postcode = address or [""]
    return ", ".join([*lines, postcode.replace(" ", "\N{NO-BREAK SPACE}")])


def _partners(name: str, partners: Sequence[str], read_at: str) -> str:
    if read_at:
        return f"{name} is a partnership. A list of the partners' names can be read at {read_at}."
    listed = ", ".join(partners)
    return f"{name} is a partnership. The partners are {listed}."
