"""The set-up of a consent as a form: its questions in order, and typed text to answers and back."""

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from lettergen.conditions import is_blank
from lettergen.consents.asking import whose
from lettergen.consents.form.grammar import Catalogue, ConsentField, without_places
from lettergen.consents.papers.wording import punctuated
from lettergen.definitions import Field
from lettergen.definitions.grammar import Option
from lettergen.web.forms.merging import Typed

ASK = "ask"
ASK_LABEL = "Which uses do you want to ask about?"
TICKED = "y"
PARTS = ("day", "month", "year")
TITLES = {
    "patient": "Patient",
    "photo": "The photo",
    "decider": "Who decides",
    "uses": "What to ask about",
}
HINTS = {
    "uses": "Each use is asked on its own. Nothing is chosen for the patient.",
}
SECTION_OF = {"start": "patient", "photo": "photo", "decider": "decider", "uses": "uses"}
# Asked of everybody, though the form would take an empty answer for “no” or “none”.
ESSENTIAL = frozenset(
    {"patient.nhs_number", "photo.identifiable_by", "decision_maker.route", ASK}
    | {"purposes.share_care.channel", "purposes.teach_closed.anonymise"}
    | {"purposes.present_external.event", "purposes.public.place_detail"}
    | {"purposes.research.rec_reference", "purposes.publish.material_seen"}
)
# Filled in beforehand with what is usual, so folded.
FOLDED = frozenset(
    {"photo.kind", "photo.device", "photo.copyright_owner", "communication.format_given"}
    | {"communication.language", "communication.interpreter_used"}
)
# Asked only where the answer is needed: a detail of another answer.
IF_NEEDED = frozenset(
    {
        "identity_check.detail",
        "photo.chaperone.name",
        "photo.chaperone.role",
        "decision_maker.hide_from_proxy_access",
    }
)
# Answered by the program, a second name of another question, or nothing to ask of staff.
UNASKED = frozenset(
    {
        "decision_maker.child_competent",
        "decision_maker.child_competent_reason",
        "decision_maker.role",
        "decision_maker.review_on_16th_birthday",
        "identity_check.checked_by",
        "purposes.record.valid_until",
        "purposes.research.valid_until",
    }
)
YES_NO = (Option("yes", "Yes"), Option("no", "No"))
TYPES = {"yes_no": "choice", "number": "integer", "hash": "text"}


def questions(catalogue: Catalogue) -> tuple[ConsentField, ...]:
    """Return the questions of the set-up, in the order of the form."""
    return tuple(
        one
        for one in catalogue.fields
        if whose.part_of(catalogue, one.name) == whose.SET_UP
        and not whose.is_decision(one.name)
        and one.name not in UNASKED | whose.SECOND
        and "[]" not in one.name
    )


def section_of(one: ConsentField) -> str:
    """Return in which section of the page a question stands."""
    return SECTION_OF.get(one.section, "uses")


def purpose_of(one: ConsentField) -> str:
    """Return the key of the use to which a question belongs, or nothing."""
    parts = one.name.split(".")
    return parts[1] if parts[0] == "purposes" else ""


def is_folded(one: ConsentField) -> bool:
    """Say whether a question is folded away until somebody looks for it."""
    if one.name in ESSENTIAL:
        return False
    return one.name in FOLDED or (one.required is False and one.show_if is None) or _lasts(one)


def drawn_as(one: ConsentField, options: Iterable[str] | None = None) -> Field:
    """Return a question as the page draws it; `options` are the codes that are offered, or all."""
    settings = dict(one.settings)
    if "exclusive" in settings:
        settings["exclusive"] = (settings["exclusive"],)
    if one.type == "number":
        settings.setdefault("max", 50)
    offered = [Option(known.code, known.label, known.hint) for known in one.options]
    chosen = YES_NO if one.type == "yes_no" else tuple(offered)
    if options is not None:
        chosen = tuple(option for option in chosen if option.code in set(options))
    return Field(
        name=one.name,
        type=TYPES.get(one.type, one.type),
        label=one.label,
        section=section_of(one),
        hint=one.hint,
        required=True,
        is_detail=is_folded(one),
        options=chosen,
        settings=settings,
    )


def ask_field(catalogue: Catalogue) -> Field:
    """Return the question which uses the patient is asked about: none is ticked beforehand."""
    return Field(
        name=ASK,
        type="choices",
        label=ASK_LABEL,
        section="uses",
        required=True,
        options=tuple(Option(one.key, one.title, one.validity) for one in catalogue.purposes),
        settings={"exclusive": ()},
    )


def typed_of(tree: Mapping[str, Any], catalogue: Catalogue) -> Typed:
    """Return the set-up of an answer tree as posted names and texts."""
    typed: Typed = {}
    for one in questions(catalogue):
        value = whose.value_at(tree, one.name)
        if not is_blank(value):
            typed |= dict(_texts(one, value))
    asked = [
        one.key
        for one in catalogue.purposes
        if whose.value_at(tree, f"purposes.{one.key}.decision") not in (None, whose.NOT_ASKED)
    ]
    return {**typed, **({ASK: asked} if asked else {})}


def tree_of(typed: Typed, before: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """Return an answer tree with the set-up as it was typed; all else stays as it was."""
    tree = deepcopy(dict(before))
    for one in questions(catalogue):
        value = _value(one, typed)
        if is_blank(value):
            whose.remove(tree, one.name)
        else:
            whose.put(tree, one.name, value)
    for purpose in catalogue.purposes:
        name = f"purposes.{purpose.key}.decision"
        if purpose.key not in typed.get(ASK, ()):
            whose.put(tree, name, whose.NOT_ASKED)
        elif whose.value_at(tree, name) in (None, whose.NOT_ASKED):
            whose.put(tree, name, whose.ASKED)
    return tree


def tidy(posted: Typed, catalogue: Catalogue) -> Typed:
    """Return what was posted of the set-up, without blanks around it, and nothing else."""
    names = {ASK}
    for one in questions(catalogue):
        dates = {f"{one.name}-{part}" for part in PARTS}
        names |= dates if one.type == "date" else {one.name}
    return {
        name: [value.strip() for value in values if value.strip()]
        for name, values in posted.items()
        if name in names
    }


def named(catalogue: Catalogue, field: str, text: str) -> str:
    """Return a fault that would fit any question, such as “Fill this in.”, with its question."""
    is_general = any(re.fullmatch(_pattern(fault), text) for fault in catalogue.faults.values())
    known = catalogue.by_name.get(without_places(field))
    return f"{punctuated(known.label)} {text}" if known and is_general else text


def _pattern(fault: str) -> str:
    return re.sub(r"\\\{\w+\\\}", ".*", re.escape(fault))


def _lasts(one: ConsentField) -> bool:
    return one.name.endswith(".valid_until")


def _texts(one: ConsentField, value: Any) -> Iterator[tuple[str, list[str]]]:
    if one.type == "date":
        year, month, day = ([*str(value).split("-"), "", "", ""])[:3]
        for part, text in zip(PARTS, (day, month, year), strict=True):
            yield f"{one.name}-{part}", [text.lstrip("0") if part != "year" else text]
    elif one.type == "yes_no":
        yield one.name, ["yes" if value is True else "no"]
    elif one.type == "tick":
        yield one.name, [TICKED] if value is True else []
    elif isinstance(value, list):
        texts = [str(text) for text in value]
        yield one.name, ["\n".join(texts)] if one.type == "lines" else texts
    else:
        yield one.name, [str(value)]


def _value(one: ConsentField, typed: Typed) -> Any:
    """Return an answer; what cannot be read stays as it was typed, for the rules to refuse."""
    if one.type == "date":
        return _day([_first(typed, f"{one.name}-{part}") for part in PARTS])
    if one.type == "choices":
        return list(typed.get(one.name, []))
    return _read(one, _first(typed, one.name))


def _read(one: ConsentField, text: str) -> Any:
    if one.type == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if one.type in ("yes_no", "tick"):
        return {"yes": True, TICKED: True, "no": False}.get(text)
    is_number = text.isascii() and text.isdigit() and len(text) < len("100000")
    return int(text) if one.type == "number" and is_number else text


def _day(parts: list[str]) -> str:
    day, month, year = parts
    if not any(parts):
        return ""
    return f"{year}-{month.zfill(2)}-{day.zfill(2)}"


def _first(typed: Typed, name: str) -> str:
    return next(iter(typed.get(name, ())), "")
