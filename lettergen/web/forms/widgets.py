"""Questions as NHS design system components: a field, and what was typed in it, become markup.

Upstream's macros take milliseconds each, and a form has more than a hundred of them. So each
component is drawn once, with slots where the person's own text, ticks and errors go, and kept;
a page only fills the slots. What is kept holds nothing that anyone typed.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from lettergen.definitions import Field
from lettergen.web.base.components import nhsuk

Typed = Mapping[str, Sequence[str]]
Options = dict[str, Any]

PARTS = ("day", "month", "year")
LONG_TEXT = 200
MIDDLING_TEXT = 600
ROW_ANSWERS = 4
ROW_LETTERS = 36
COLUMNS_FROM = 6

_SLOT = re.compile("\ue000([^\ue001]*)\ue001")
_BLANKS = re.compile(r"\s*\n\s*")
_WIDTHS = (2, 3, 4, 5, 10, 20, 30)
_INPUT_MODES = {"email": "email", "phone": "tel", "nhs-number": "numeric", "ubrn": "numeric"}


@dataclass(frozen=True)
class Control:
    """One field to draw: its posted name, all that was typed in the form, and what is wrong."""

    field: Field
    name: str
    typed: Typed
    error: str = ""
    suggestions: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The id of the first control, or of the box around the three of a date."""
        return f"field-{self.name}"

    @property
    def ticked(self) -> frozenset[str]:
        """The codes that are ticked or chosen."""
        values = self.typed.get(self.name, ())
        if self.field.type != "lines":
            return frozenset(values)
        is_none = self.typed.get(f"{self.name}-none") or self.field.settings.get("none") in values
        return frozenset({"y"} if is_none else ())

    @property
    def text(self) -> str:
        """What was written: without the codes of ticks, and lists with one item a line."""
        settings = self.field.settings
        ticks = {*settings.get("words", {}), settings.get("none")}
        texts = [value for value in self.typed.get(self.name, ()) if value not in ticks]
        return "\n".join(texts) if self.field.type == "lines" else (texts or [""])[0]


def draw(control: Control) -> Markup:
    """Return the markup of a question with its label, hint, error and typed answer.

    Text that a person typed, and the wording of the definition, are always escaped.
    """
    drawn = _DRAWINGS[control.field.type](control)
    return Markup("").join(_filled(part, control) for part in drawn)


def anchor(field: Field, name: str) -> str:
    """Return the id of the control that a link to this question should focus."""
    return f"field-{name}-day" if field.type == "date" else f"field-{name}"


def date_parts(typed: Typed, name: str) -> tuple[str, str, str]:
    """Return day, month and year as typed; an ISO date under the field's own name is split."""
    parts = tuple((list(typed.get(f"{name}-{part}", ())) or [""])[0] for part in PARTS)
    whole = (list(typed.get(name, ())) or [""])[0]
    if any(parts) or not re.fullmatch(r"\d{4}-\d\d-\d\d", whole):
        return parts[0], parts[1], parts[2]
    year, month, day = whole.split("-")
    return day.lstrip("0"), month.lstrip("0"), year


def written_in(field: Field, name: str, typed: Typed) -> str:
    """Return an answer as a person would read it: labels for codes, a date as it was typed."""
    control = Control(field, name, typed)
    if field.type == "date":
        return " ".join(part for part in date_parts(typed, name) if part)
    if field.type == "tick":
        return "ticked" if control.ticked else ""
    if field.type in ("choice", "choices"):
        return ", ".join(one.label for one in field.options if one.code in control.ticked)
    words = {**field.settings.get("words", {}), "y": field.settings.get("none", "")}
    said = [str(words[code]) for code in sorted(control.ticked) if code in words]
    return "\n".join(text for text in (control.text, *said) if text)


def is_in_a_row(field: Field) -> bool:
    """Say whether question and answers fit one line: few answers of few letters."""
    letters = sum(len(option.label) + 2 for option in field.options)
    is_short = len(field.options) <= ROW_ANSWERS and letters <= ROW_LETTERS
    return _is_radio(field) and is_short and not any(option.hint for option in field.options)


Part = tuple[str, Options]


def _text(control: Control) -> list[Part]:
    settings = control.field.settings
    form = str(settings.get("format", ""))
    options = _labelled(control) | {
        "value": _slot("value"),
        "classes": f"nhsuk-input--width-{_width(settings.get('max', 60))}",
        "inputmode": _INPUT_MODES.get(form),
        "autocomplete": str(settings.get("autocomplete", "off")),
        "spellcheck": False,
        "attributes": {"list": f"{control.id}-list"} if "directory" in settings else {},
    }
    return [("input", options)]


def _paragraph(control: Control) -> list[Part]:
    longest = int(control.field.settings.get("max", LONG_TEXT))
    options = _labelled(control) | {
        "value": _slot("value"),
        "rows": 2 if longest <= MIDDLING_TEXT else 3,
        "spellcheck": True,
        "autocomplete": "off",
    }
    if longest < LONG_TEXT:
        return [("textarea", options)]
    return [("characterCount", options | {"maxlength": longest, "threshold": 75})]


def _number(control: Control) -> list[Part]:
    settings = control.field.settings
    options = _labelled(control) | {
        "value": _slot("value"),
        "classes": "nhsuk-input--width-4",
        "inputmode": "numeric" if control.field.type == "integer" else "decimal",
        "autocomplete": "off",
        "suffix": str(settings.get("unit", "")),
    }
    words = [
        _word(control, control.name, code, str(said))
        for code, said in settings.get("words", {}).items()
    ]
    return [("input", options), *words]


def _lines(control: Control) -> list[Part]:
    options = _labelled(control) | {"value": _slot("value"), "rows": 3, "spellcheck": False}
    none = control.field.settings.get("none")
    ticks = [_word(control, f"{control.name}-none", "y", str(none))] if none else []
    return [("textarea", options), *ticks]


def _word(control: Control, name: str, code: str, said: str) -> Part:
    """A tick that stands for the answer, beside the box for it."""
    item = {
        "value": code,
        "label": {"text": said, "visuallyHiddenText": f"({control.field.label})"},
        "attributes": _slot(f"checked:{code}"),
    }
    return "checkboxes", {
        "idPrefix": f"field-{name}-tick" if name == control.name else f"field-{name}",
        "name": name,
        "small": True,
        "classes": "fill-word",
        "items": [item],
    }


def _date(control: Control) -> list[Part]:
    items = [
        {
            "id": f"{control.id}-{part}",
            "name": f"{control.name}-{part}",
            "label": part.capitalize(),
            "value": _slot(part),
            "width": 4 if part == "year" else 2,
            "autocomplete": "off",
        }
        for part in PARTS
    ]
    return [("dateInput", _grouped(control) | {"id": control.id, "items": items})]


def _choice(control: Control) -> list[Part]:
    if not _is_radio(control.field):
        return [("select", _labelled(control) | {"items": _select_items(control.field)})]
    options = _grouped(control) | {
        "idPrefix": control.id,
        "name": control.name,
        "small": True,
        "inline": is_in_a_row(control.field),
        "classes": "" if is_in_a_row(control.field) else _columns(control.field),
        "items": _items(control.field),
    }
    return [("radios", options)]


def _choices(control: Control) -> list[Part]:
    alone = control.field.settings.get("exclusive", ())
    apart = {"behaviour": "exclusive", "behaviourGroup": control.name}
    items = [item | (apart if item["value"] in alone else {}) for item in _items(control.field)]
    options = _grouped(control) | {
        "idPrefix": control.id,
        "name": control.name,
        "small": True,
        "classes": _columns(control.field),
        "items": items,
    }
    return [("checkboxes", options)]


def _columns(field: Field) -> str:
    """Many answers stand in columns: two where they have hints, three where they are short."""
    if any(option.hint for option in field.options):
        return "fill-columns" if len(field.options) >= COLUMNS_FROM else ""
    return "fill-columns fill-columns--short"


def _tick(control: Control) -> list[Part]:
    item: Options = {
        "value": "y",
        "text": control.field.label,
        "attributes": _slot("checked:y"),
    }
    if control.field.hint:
        item["hint"] = {"text": control.field.hint}
    options = {"idPrefix": control.id, "name": control.name, "small": True, "items": [item]}
    return [("checkboxes", options | _error(control))]


_DRAWINGS: dict[str, Callable[[Control], list[Part]]] = {
    "text": _text,
    "paragraph": _paragraph,
    "date": _date,
    "integer": _number,
    "decimal": _number,
    "choice": _choice,
    "choices": _choices,
    "tick": _tick,
    "lines": _lines,
}


def _labelled(control: Control) -> Options:
    """Options of a component with a single control."""
    return {
        "id": control.id,
        "name": control.name,
        "label": {"text": _label(control.field)},
        "describedBy": f"{control.id}-advice",
        **_hint(control.field),
        **_error(control),
    }


def _grouped(control: Control) -> Options:
    """Options of a component with several controls under one legend."""
    return {
        "fieldset": {
            "legend": {"text": _label(control.field)},
            "describedBy": f"{control.id}-advice",
        },
        **_hint(control.field),
        **_error(control),
    }


def _label(field: Field) -> str:
    is_optional = field.required is False and not field.is_detail and field.type != "choices"
    return f"{field.label} (optional)" if is_optional else field.label


def _hint(field: Field) -> Options:
    return {"hint": {"text": field.hint}} if field.hint else {}


def _error(control: Control) -> Options:
    return {"errorMessage": {"text": _slot("error")}} if control.error else {}


def _items(field: Field) -> list[Options]:
    return [
        {
            "value": option.code,
            "text": option.label,
            "attributes": _slot(f"checked:{option.code}"),
            **({"hint": {"text": option.hint}} if option.hint else {}),
        }
        for option in field.options
    ]


def _select_items(field: Field) -> list[Options]:
    chosen = [
        {
            "value": option.code,
            "text": option.label,
            "attributes": _slot(f"selected:{option.code}"),
        }
        for option in field.options
    ]
    return [{"value": "", "text": "Choose"}, *chosen]


def _is_radio(field: Field) -> bool:
    return field.type == "choice" and field.settings.get("as", "radio") == "radio"


def _width(longest: int) -> int:
    return next((width for width in _WIDTHS if width >= min(longest, 30)), 30)


def _slot(name: str) -> str:
    return f"\ue000{name}\ue001"


def _filled(part: Part, control: Control) -> Markup:
    component, options = part
    drawn = _skeleton(component, json.dumps(options))
    texts = _texts(control)
    ticked = control.ticked
    filled = _SLOT.sub(lambda slot: _said(slot[1], texts, ticked), drawn)
    return Markup(filled)  # noqa: S704  the slots are escaped, the rest is upstream's markup


def _texts(control: Control) -> dict[str, str]:
    """What goes into the slots for text."""
    parts = dict(zip(PARTS, date_parts(control.typed, control.name), strict=True))
    return {"value": control.text, "error": control.error, **parts}


def _said(slot: str, texts: Mapping[str, str], ticked: frozenset[str]) -> str:
    mark, _, code = slot.partition(":")
    if mark in ("checked", "selected"):
        return f" {mark}" if code in ticked else ""
    return escape(texts.get(mark, ""))


@lru_cache(maxsize=4096)
def _skeleton(component: str, options: str) -> str:
    return _BLANKS.sub("\n", getattr(nhsuk, component)(json.loads(options)))
