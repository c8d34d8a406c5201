"""What a letter template sees: plain values only, each answer as code and in words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from lettergen import nhs
from lettergen.definitions import DocumentType, Field
from lettergen.forms.findings import Finding
from lettergen.forms.reading import Reading

EMPTY_LISTS = ("choices", "lines", "repeat")


def letter_values(
    reading: Reading,
    *,
    day: date,
    reference: str | None = None,
    is_draft: bool = False,
    file_name: str = "",
    replaces: str | None = None,
    replaces_on: date | None = None,
    check: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the values that a letter template sees; docs/writing-a-form.md lists them.

    `day` is the day of the letter, unless the form asks for its date. Practice and signer are
    taken from the answers that their records supply. `check` is where anyone can check the letter:
    its address, the same in words, and the drawing of its QR code. Nothing but text, numbers,
    lists and tables goes in, so that a template can neither call nor reach anything.
    """
    kind, answers = reading.document_type, reading.answers
    known = {**reading.computed, **answers}
    identity = {role: known.get(name) for role, name in kind.identifies.items()}
    return {
        "answers": _answers(kind.fields, answers),
        "said": _said(kind.fields, answers),
        "computed": dict(reading.computed),
        "asked": {one.name: one.name in reading.shown for one in kind.fields},
        "labels": {one.name: one.label for one in kind.fields},
        "options": {one.name: {o.code: o.label for o in one.options} for one in kind.fields},
        "warnings": [_warned(one) for one in reading.warnings],
        "practice": _record(kind, answers, "practice"),
        "signer": _record(kind, answers, "signer"),
        "patient": {**_patient(identity), **_reaching(kind, identity)},
        "letter": {
            "title": kind.title,
            "reference": reference,
            "date": str(identity.get("date") or day.isoformat()),
            "is_draft": is_draft,
            "addressee": identity.get("addressee") or "",
            "addressee_lines": _lines(identity.get("addressee_lines")),
            "file_name": file_name,
            "replaces": replaces,
            "replaces_date": replaces_on.isoformat() if replaces_on else None,
            "medium": "print",
            "check": check,
        },
    }


def _warned(one: Finding) -> dict[str, Any]:
    return {"id": one.rule_id, "message": one.message, "reason": one.reason, "clear": one.clear}


def _answers(fields: tuple[Field, ...], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return every field's answer by name; None, or an empty list, where there is none."""
    found: dict[str, Any] = {}
    for one in fields:
        value = answers.get(one.name)
        if one.type == "group":
            value = _answers(one.fields, value or {})
        elif one.type == "repeat":
            value = [_answers(one.fields, row) for row in value or ()]
        elif value is None and one.type in EMPTY_LISTS:
            value = []
        found[one.name] = value
    return found


def _said(fields: tuple[Field, ...], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same tree with the words of options in place of their codes."""
    found: dict[str, Any] = {}
    for one in fields:
        value = answers.get(one.name)
        if one.type == "group":
            value = _said(one.fields, value or {})
        elif one.type == "repeat":
            value = [_said(one.fields, row) for row in value or ()]
        elif one.type == "choices":
            value = [one.label_of(code) for code in value or ()]
        elif value is None and one.type in EMPTY_LISTS:
            value = []
        elif isinstance(value, str) and (one.options or "words" in one.settings):
            value = one.label_of(value)
        found[one.name] = value
    return found


def _record(kind: DocumentType, answers: Mapping[str, Any], record: str) -> dict[str, Any]:
    """Return the facts of a record, as the answers that it supplies hold them, in words."""
    found: dict[str, Any] = {}
    for name, source in kind.supplied().items():
        whose, _, fact = source.partition(".")
        value = answers.get(name)
        if whose == record and value is not None:
            found[fact] = _in_words(kind.field(name), fact, value)
    lines = _lines(found.get("address"))
    shape: dict[str, dict[str, Any]] = {
        "practice": {"name": "", "ods": "", "phone": "", "email": "", "address_lines": lines},
        "signer": {"name": "", "role": "", "body": "", "number": ""},
    }
    return {**shape[record], **found}


def _in_words(one: Field, fact: str, value: Any) -> Any:
    # A register is printed by its short name, which is its code: GMC number 9000001.
    return one.label_of(value) if isinstance(value, str) and fact != "body" else value


def _lines(value: Any) -> list[str]:
    texts = value if isinstance(value, list) else str(value or "").splitlines()
    return [str(text).strip() for text in texts if str(text).strip()]


def _patient(identity: Mapping[str, Any]) -> dict[str, Any]:
    given, family = (str(identity.get(k) or "") for k in ("given_name", "family_name"))
    number = identity.get("nhs_number")
    return {
        "title": identity.get("title"),
        "given_name": given,
        "family_name": family,
        "full_name": f"{given} {family}".strip(),
        "initials": "".join(part[0].upper() for part in (*given.split()[:1], *family.split()[:1])),
        "date_of_birth": identity.get("date_of_birth"),
        "nhs_number": nhs.spaced(str(number)) if number else None,
    }


def _reaching(kind: DocumentType, identity: Mapping[str, Any]) -> dict[str, Any]:
    """Return how the patient is reached: by which e-mail, if that is safe, and in which formats.

    `formats` are the codes of what is needed with their words.
    """
    chosen = identity.get("format") or ()
    codes = [chosen] if isinstance(chosen, str) else list(chosen)
    field = kind.field(kind.identifies["format"]) if codes else None
    # An option that stands alone says that nothing is needed.
    needed = [one for one in codes if field and one not in field.settings.get("exclusive", ())]
    return {
        "email": identity.get("email") or "",
        "is_safe_to_write": identity.get("safe_to_write") != "no",
        "formats": {one: field.label_of(one) for one in needed if field},
    }
