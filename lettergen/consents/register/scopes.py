"""How far an answer goes: who may see what, and whether a use stays within it."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Scope = Mapping[str, Any]

# The answers that say what a use may be, purpose by purpose; the first names it best.
LIMITS = {
    "record": (),
    "share_care": ("recipient",),
    "teach_closed": ("audience",),
    "present_external": ("event",),
    "publish": ("outlet_name", "article_title"),
    "public": ("places", "place_detail"),
    "research": ("study_title", "rec_reference", "iras_id"),
}
# What a purpose allows where its answers name nothing narrower.
WIDEST = {
    "record": "the staff who look after the patient",
    "share_care": "the service that was named",
    "teach_closed": "NHS staff and students in a closed group",
    "present_external": "talks and courses outside the practice",
    "publish": "the article that was named",
    "public": "the places that were named",
    "research": "the study that was named",
}
CARE_WORDS = ("care", "care team", "own care", "gp record", "record")
NOTHING_HIDDEN = {"", "none", "none_needed", "none needed", "no", "not_needed"}
BETWEEN = re.compile(r"\s*(?:[,;/&]|\band\b|\bor\b)\s*")


@dataclass(frozen=True)
class Use:
    """A use that somebody has in mind. None is not said, and then not compared.

    `text` names the audience, recipient, outlet, place or study as the form does.
    `is_anonymised` says whether that which shows who it is has been hidden.
    """

    text: str | None = None
    channel: str | None = None
    is_anonymised: bool | None = None


def described(purpose: str, scope: Scope) -> str:
    """Return in words what was agreed, such as “GP trainees and medical students”."""
    named = [", ".join(_texts(scope.get(name))) for name in LIMITS[purpose]]
    found = " – ".join(text for text in named if text) or WIDEST[purpose]
    hidden = hidden_things(scope)
    return f"{found} ({', '.join(hidden)} first)" if hidden else found


def hidden_things(scope: Scope) -> list[str]:
    """Return what has to be hidden before a use, in words."""
    return [
        text.replace("_", " ")
        for text in _texts(scope.get("anonymise"))
        if text.casefold() not in NOTHING_HIDDEN
    ]


def is_outside(purpose: str, scope: Scope, use: Use) -> bool:
    """Say whether a use goes beyond what was agreed. What cannot be told to be within is outside.

    A text is within if it is one of the things that the form names, or the whole of it: “medical
    students” is within “GP trainees and medical students”, “students” is not.
    """
    if use.channel is not None and use.channel != scope.get("channel"):
        return True
    if use.is_anonymised is False and hidden_things(scope):
        return True
    return use.text is not None and _normal(use.text) not in set(_agreed(purpose, scope))


def is_narrower(purpose: str, old: Scope, new: Scope) -> bool:
    """Say whether a scope allows nothing that the old one did not; what is not named is not."""
    if set(new) != set(old):
        return False
    for name, value in new.items():
        if value == old[name]:
            continue
        if name == "anonymise" and set(_texts(old[name])) <= set(_texts(value)):
            continue
        if name not in LIMITS[purpose] or not _texts(value):
            return False
        agreed = set(_phrases(old[name]))
        if not all(_normal(text) in agreed for text in _texts(value)):
            return False
    return True


def _agreed(purpose: str, scope: Scope) -> Iterator[str]:
    if purpose == "record":
        yield from CARE_WORDS
    for name in LIMITS[purpose]:
        yield from _phrases(scope.get(name), is_list=purpose not in ("publish", "research"))


def _phrases(value: object, *, is_list: bool = True) -> Iterator[str]:
    """Give the whole of each text, and the things that it lists."""
    for text in _texts(value):
        whole = _normal(text)
        yield whole
        if is_list:
            yield from (part for part in BETWEEN.split(whole) if part)


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, list | tuple):
        return [str(one) for one in value if str(one).strip()]
    return []


def _normal(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("_", " ")
    return " ".join(folded.split()).strip(" .")
