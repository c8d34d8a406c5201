"""Whose each question is: set up by staff, answered by the patient, or filled in at the end."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from lettergen.conditions import is_blank
from lettergen.consents.form.grammar import Catalogue, ConsentField, without_places
from lettergen.refusals import Refused

SET_UP, PATIENT, END, AUTO = "set_up", "patient", "end", "auto"
NOT_ASKED, ASKED = "not_asked", ""
# An article's facts are filled in before the patient is asked; these of them are the patient's.
PATIENTS_OF_ARTICLE = ("ack_", "patient_perspective", "patient_wants_copy", "copy_contact")
ARTICLE = "purposes.publish."
# Where the part of the section is not the part of the question.
OTHERWISE: Mapping[str, str] = {
    "information_given.patient_explained_back": END,
    "information_given.copy_given": END,
    # Whoever took the photo lets it be used: nobody ticks that for them.
    "photo.copyright_licence_given": PATIENT,
    "photo.copyright_licence_name": PATIENT,
}
# Shown to the patient on the first screens, though staff answer them too.
SHARED = frozenset(
    {"communication.format_given", "communication.language", "decision_maker.child_view"}
)
# Second names of one question, under which older records hold it.
SECOND = frozenset(
    {
        "patient_limits",
        "purposes.publish.patient_perspective",
        "purposes.publish.patient_perspective.wanted",
        "purposes.publish.patient_perspective.text",
        "photo.copyright_licence_given.given",
        "photo.copyright_licence_given.name",
    }
)
Tree = Mapping[str, Any]


def part_of(catalogue: Catalogue, dotted: str) -> str:
    """Return who answers a question, or most of a group of them: set_up, patient, end or auto."""
    name = without_places(dotted)
    while name:
        if name in OTHERWISE:
            return OTHERWISE[name]
        field = catalogue.by_name.get(name)
        if field is not None:
            return _part(field)
        starts = (f"{name}.", f"{name}[].")
        inner = next((one for one in catalogue.fields if one.name.startswith(starts)), None)
        if inner is not None:
            return _part(inner)
        name = name.rpartition(".")[0]
    return PATIENT


def is_theirs(catalogue: Catalogue, name: str) -> bool:
    """Say whether the patient may answer a question of this name."""
    if name in SHARED:
        return True
    return name in catalogue.by_name and part_of(catalogue, name) == PATIENT


def set_up_over(before: Tree, after: Tree, catalogue: Catalogue) -> dict[str, Any]:
    """Return `before` with the set-up of `after`, where a use can be asked about or not asked.

    Raises Refused if `after` changes anything that is not the set-up's: nobody but the patient
    gives the patient's answers.
    """
    held, sent = dict(_leaves(before)), dict(_leaves(after))
    for name, value in sent.items():
        if is_decision(name):
            is_sound = value in (NOT_ASKED, ASKED, held.get(name))
        else:
            is_own = part_of(catalogue, name) == SET_UP
            is_sound = is_own or is_blank(value) or held.get(name) == value
        if not is_sound:
            raise Refused(f"Only the patient can answer this question ({name}). Hand it over.")
    return _over(before, held, sent, catalogue)


def _over(
    before: Tree, held: Mapping[str, Any], sent: Mapping[str, Any], catalogue: Catalogue
) -> dict[str, Any]:
    tree = deepcopy(dict(before))
    for name in held:
        if part_of(catalogue, name) == SET_UP and name not in sent:
            remove(tree, name)
    for name, value in sent.items():
        if is_decision(name):
            is_kept = value != NOT_ASKED and held.get(name) not in (None, NOT_ASKED)
            put(tree, name, held[name] if is_kept else value)
        elif part_of(catalogue, name) == SET_UP:
            put(tree, name, value)
    return tree


def without_patients(tree: Tree, catalogue: Catalogue) -> dict[str, Any]:
    """Return the set-up alone of a tree: what was asked about is asked again, and signed anew."""
    kept: dict[str, Any] = {}
    for name, value in _leaves(tree):
        if is_decision(name):
            put(kept, name, NOT_ASKED if value in (NOT_ASKED, None) else ASKED)
        elif part_of(catalogue, name) == SET_UP:
            put(kept, name, value)
    return kept


def is_decision(name: str) -> bool:
    """Say whether a name is that of an answer to a purpose."""
    return name.startswith("purposes.") and name.endswith(".decision")


def value_at(tree: Tree, dotted: str) -> Any:
    """Return what stands at a dotted name, or None."""
    found: Any = tree
    for part in dotted.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def put(tree: dict[str, Any], dotted: str, value: Any) -> None:
    """Set the value of a dotted name in a tree."""
    *groups, last = dotted.split(".")
    inner = tree
    for group in groups:
        if not isinstance(inner.get(group), dict):
            inner[group] = {}
        inner = inner[group]
    inner[last] = value


def remove(tree: dict[str, Any], dotted: str) -> None:
    """Take the value of a dotted name out of a tree; nothing if there is none."""
    *groups, last = dotted.split(".")
    inner: Any = tree
    for group in groups:
        inner = inner.get(group) if isinstance(inner, dict) else None
    if isinstance(inner, dict):
        inner.pop(last, None)


def _leaves(tree: Tree, dots: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{dots}{name}.")
        else:
            yield f"{dots}{name}", value


def _part(field: ConsentField) -> str:
    if field.section != "publication":
        return OTHERWISE.get(field.name, field.part)
    is_patients = field.name.removeprefix(ARTICLE).startswith(PATIENTS_OF_ARTICLE)
    return PATIENT if is_patients else SET_UP
