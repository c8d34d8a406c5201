"""A practice's own wording of the standard replies: part by part, and still safe to send."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lettergen.requests.catalogue.grammar import Catalogue, Reply
from lettergen.requests.catalogue.marks import PATIENT, PRACTICE, PRICE

LISTS = ("named", "nameless")
TEXTS = ("authority", "route", "reopens")
PARTS = (*LISTS, *TEXTS)
LONGEST_PARAGRAPH = 800
MOST_PARAGRAPHS = 8
_BRACES = re.compile(r"\{[^{}]*\}|[{}]")
EVERYWHERE = (PRACTICE, PRICE)
ALLOWED = {"named": (PATIENT, *EVERYWHERE)}


def read_replies(
    stored: object, catalogue: Catalogue, errors: dict[str, str]
) -> dict[str, dict[str, Any]]:
    """Return own wordings by code and part; what cannot be is added to the errors by name."""
    if stored is None:
        return {}
    if not isinstance(stored, Mapping):
        errors["replies"] = "must be an object"
        return {}
    found = {}
    for code, parts in stored.items():
        name = f"replies.{code}"
        if code not in catalogue.replies:
            errors[name] = "is no reply"
        elif not isinstance(parts, Mapping) or not parts:
            errors[name] = f"must be an object of {', '.join(PARTS)}"
        else:
            found[code] = _parts(name, parts, errors)
    return found


def worded(reply: Reply, own: Mapping[str, Any], contact_role: str) -> Reply:
    """Return a reply with a practice's own parts and contact in place of the shipped ones."""
    parts: dict[str, Any] = {
        name: tuple(text) if name in LISTS else text for name, text in own.items()
    }
    if "route" in parts:
        parts["routes"] = {}
    if contact_role:
        parts["contact_role"] = contact_role
    return replace(reply, **parts, is_own=bool(own)) if parts else reply


def _parts(above: str, parts: Mapping[str, Any], errors: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part, value in parts.items():
        name = f"{above}.{part}"
        if part not in PARTS:
            errors[name] = f"is no part of a reply; known: {', '.join(PARTS)}"
            continue
        texts = value if part in LISTS else [value]
        fault = _fault(part, texts)
        if fault:
            errors[name] = fault
        else:
            trimmed = [text.strip() for text in texts]
            found[part] = trimmed if part in LISTS else trimmed[0]
    return found


def _fault(part: str, texts: object) -> str:
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        return "must be a list of paragraphs" if part in LISTS else "must be a text"
    allowed = ALLOWED.get(part, EVERYWHERE)
    wrong = [mark for text in texts for mark in _BRACES.findall(text) if mark not in allowed]
    faults = {
        "must say something; leave it out for the shipped words": (
            not texts or not all(text.strip() for text in texts)
        ),
        f"must have at most {MOST_PARAGRAPHS} paragraphs": len(texts) > MOST_PARAGRAPHS,
        f"must have at most {LONGEST_PARAGRAPH} characters a paragraph": any(
            len(text) > LONGEST_PARAGRAPH for text in texts
        ),
        "must be plain text, a paragraph on one line": not all(map(str.isprintable, texts)),
        "must name nobody: leave out {patient}": PATIENT in wrong,
        f"can hold {', '.join(allowed)}, and no other braces": bool(wrong),
    }
    return next((text for text, is_so in faults.items() if is_so), "")
