"""What a renderer is given and what it gives back: values only, nothing that can act."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

DEEPEST = 20


@dataclass(frozen=True)
class Sheet:
    """One PDF to make.

    `template` is a file name in a template folder, `values` what the template sees: dicts with
    text keys, lists, texts, numbers, booleans and None. `created` is an aware time; it is the
    only clock in the PDF. `must_hold` are texts to be read back from the PDF. `images` are the
    files behind `asset:image/NAME`. A draft is marked in the properties of the PDF only; its
    visible mark is the template's.
    """

    template: str
    values: Mapping[str, Any]
    title: str
    created: datetime
    language: str = "en-GB"
    author: str = ""
    must_hold: tuple[str, ...] = ()
    images: Mapping[str, bytes] = field(default_factory=dict)
    is_draft: bool = False


@dataclass(frozen=True)
class Rendered:
    """A PDF that passed every gate; `sha256` in hexadecimal, `engine` name → version."""

    pdf: bytes
    sha256: str
    pages: int
    engine: dict[str, str]


def as_plain(sheet: Sheet) -> dict[str, Any]:
    """Return everything of a sheet but its images as plain values, to be sent to a worker.

    Raises TypeError or ValueError where a caller passes something else: that is a bug in the
    caller and no fault of the person at the screen.
    """
    if sheet.created.tzinfo is None:
        raise ValueError("Sheet.created needs a time zone")
    _refuse_unplain(sheet.values, "values")
    return {
        "template": sheet.template,
        "values": sheet.values,
        "title": sheet.title,
        "created": sheet.created.isoformat(timespec="seconds"),
        "language": sheet.language,
        "author": sheet.author,
        "must_hold": list(sheet.must_hold),
        "is_draft": sheet.is_draft,
    }


def _refuse_unplain(value: object, where: str, depth: int = 0) -> None:
    if depth > DEEPEST:
        raise ValueError(f"Sheet.{where} is nested more than {DEEPEST} deep")
    if isinstance(value, dict):
        for key, item in value.items():
            if type(key) is not str:
                raise TypeError(f"Sheet.{where} has the key {key!r}, which is no text")
            _refuse_unplain(item, f"{where}.{key}", depth + 1)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            _refuse_unplain(item, f"{where}.{number}", depth + 1)
    elif value is not None and type(value) not in (str, int, float, bool):
        raise TypeError(f"Sheet.{where} is a {type(value).__name__}, not a plain value")
