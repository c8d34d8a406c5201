"""The clinician's page: every fact of the set-up in words, and what proves each signature."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lettergen.conditions import is_blank
from lettergen.consents.form.catalogue import Catalogue
from lettergen.consents.form.grammar import ConsentField, Purpose
from lettergen.consents.papers.framing import grouped, moment
from lettergen.consents.papers.wording import NOT_ASKED, SAID, YES, decision_of, listed, punctuated

# What the patient's page, the annex, the head of the page or its tables show already.
ELSEWHERE = ("patient.", "practice.", "template.", "record_id", "images", "signatures", "events")
SECTIONS_ELSEWHERE = ("choices", "uses", "publication")
# The screen says “your” to the clinician; the paper is read by others.
ON_PAPER = {
    "clinician": "The clinician's declaration",
    "clinician.name": "Clinician",
    "clinician.role": "Role",
}
Row = dict[str, str]


def sections(answers: Mapping[str, Any], catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return title and rows of each section that holds an answer, in the order of the form.

    A row is `label` and `text`. What was ticked in a section stands in one row, what was left
    unticked in another.
    """
    found = (
        {
            "title": ON_PAPER.get(section.id, section.title),
            "rows": list(rows(answers, catalogue.fields_of(section.id))),
        }
        for section in catalogue.sections
        if section.id not in SECTIONS_ELSEWHERE
    )
    return [one for one in found if one["rows"]]


def uses(answers: Mapping[str, Any], catalogue: Catalogue) -> list[Row]:
    """Return each use that was asked about: the answer, its limits and the basis in law."""
    asked = (one for one in catalogue.purposes if decision_of(answers, one.key) != NOT_ASKED)
    return [
        {"label": f"{one.title}:", "text": " ".join(_use(one, answers, catalogue))} for one in asked
    ]


def _use(purpose: Purpose, answers: Mapping[str, Any], catalogue: Catalogue) -> Iterator[str]:
    decision = decision_of(answers, purpose.key)
    yield f"{SAID.get(decision, 'No answer')}."
    if decision != YES:
        return
    start = f"purposes.{purpose.key}."
    named = [
        one
        for section in ("choices", "uses")
        for one in catalogue.fields_of(section)
        if one.name.startswith(start) and not one.name.endswith(".decision")
    ]
    yield from (f"{row['label']} {row['text']}." for row in rows(answers, named))
    yield f"Basis: {purpose.basis}."


def images(answers: Mapping[str, Any], catalogue: Catalogue) -> list[Row]:
    """Return the photos: number, what each shows and when it was taken, where it is, its hash."""
    return [
        {
            "number": str(one.get("image_id") or ""),
            "shows": _commas(
                _said(catalogue, "images[].role", one.get("role")), moment(one.get("taken_at"))
            ),
            "kept": _commas(
                _said(catalogue, "images[].stored_in", one.get("stored_in")), one.get("record_ref")
            ),
            "hash": grouped(one.get("sha256"), is_short=True),
        }
        for one in answers.get("images") or ()
    ]


def signatures(answers: Mapping[str, Any], catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return each signature: whose it is, in which role, and the rows that prove it."""
    return [
        {"name": str(one.get("signer_name") or ""), "rows": list(_proof(one, catalogue))}
        for one in answers.get("signatures") or ()
    ]


def rows(answers: Mapping[str, Any], fields: Iterable[ConsentField]) -> Iterator[Row]:
    """Yield label and text of the fields that hold an answer; ticks come together, at the end."""
    ticked: list[str] = []
    unticked: list[str] = []
    for field in fields:
        value = value_of(answers, field.name)
        if field.name.startswith(ELSEWHERE) or is_blank(value) or isinstance(value, Mapping):
            continue
        if field.type == "tick":
            (ticked if value else unticked).append(field.label)
        else:
            label = ON_PAPER.get(field.name, field.label)
            yield {"label": punctuated(label), "text": in_words(field, value)}
    if ticked:
        yield {"label": "Ticked:", "text": "; ".join(ticked)}
    if unticked:
        yield {"label": "Not ticked:", "text": "; ".join(unticked)}


def in_words(field: ConsentField, value: Any) -> str:
    """Return an answer as people read it."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        texts = [in_words(field, one) for one in value]
        return listed(texts) if field.options else ", ".join(texts)
    text = str(value)
    if field.type in {"date", "time"}:
        return moment(text)
    if field.type == "hash":
        return grouped(text)
    return field.label_of(text) if field.options else text


def value_of(answers: Mapping[str, Any], dotted: str) -> Any:
    """Return the answer of a dotted name, or None."""
    found: Any = answers
    for part in dotted.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _proof(one: Mapping[str, Any], catalogue: Catalogue) -> Iterator[Row]:
    method = catalogue.method(one.get("method"))
    known = {
        "Role:": role_of(one, catalogue),
        "How:": method.label if method else one.get("method"),
        "When:": moment(one.get("signed_at")),
        "Device:": one.get("device_id"),
        "Staff present:": one.get("staff_present"),
        "Video clip:": one.get("clip_ref"),
        "SHA-256 of what was read:": grouped(one.get("content_sha256")),
    }
    yield from ({"label": label, "text": str(text)} for label, text in known.items() if text)


def role_of(one: Mapping[str, Any], catalogue: Catalogue) -> str:
    """Return in which role somebody signed, such as “Parent, mother”."""
    role = _said(catalogue, "signatures[].signer_role", one.get("signer_role"))
    return _commas(role, _relationship(one))


def _commas(*parts: object) -> str:
    return ", ".join(str(part) for part in parts if part)


def _relationship(one: Mapping[str, Any]) -> str:
    stated = str(one.get("relationship") or "")
    return "" if stated in {"", "self", one.get("signer_role")} else stated.replace("_", " ")


def _said(catalogue: Catalogue, name: str, value: object) -> str:
    field = catalogue.by_name.get(name)
    text = str(value or "")
    return field.label_of(text) if field and text else text
