"""What happened to a request, in sentences, the latest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from lettergen.models import RequestEvent
from lettergen.requests.life.deadlines import KINDS
from lettergen.requests.life.states import STATES


@dataclass(frozen=True)
class Happened:
    """One line of the time line."""

    text: str
    at: datetime
    who: str


_SAID: Mapping[str, str] = MappingProxyType(
    {
        "received": "Received",
        "decided": "Decided",
        "disputed": "Somebody disagreed with the outcome",
        "split": "Split into several requests",
        "split-off": "Made from a request that asked for several things",
        "given": "Given to a clinician",
        "settled": "Decided by hand",
        "details-changed": "What is known was changed",
        "handed-again": "The letter was handed over again",
        "conflict-noted": "Kept from somebody",
        "conflict-ended": "No longer kept from somebody",
        "paper-added": "A paper was added",
        "released": "The letter was handed over",
        "read-before-leaving": "The letter was read on screen before it may leave",
        "quote-emailed": "The quote was sent by email",
        "signed": "The letter was signed",
        "replied": "A reply was sent",
        "held": "Held",
        "resumed": "What we waited for has come",
        "no-longer-restricted": "No longer restricted",
        "noted": "Note",
        "sight-offered": "The patient was offered to see the letter",
        "sight-seen": "The patient opened the letter",
        "sight-agreed": "The patient agrees to the letter",
        "sight-correction": "The patient asks for a correction",
        "sight-refused": "The patient does not want the letter sent",
        "sight-corrected": "The letter is corrected as the patient asked",
        "sight-kept": "The letter stays as it is; the patient is told why",
        "sight-taken-back": "The letter was taken back to be written on",
    }
)
# States into which another line of the history brings a request.
_FOLLOWS = ("triaged", "assigned")
_CLOCKS = {
    "clock-started": "Clock started",
    "clock-paused": "Clock stopped while something is missing",
    "clock-resumed": "Clock runs on",
    "clock-extended": "Clock extended",
    "clock-done": "Clock done",
}


def story(events: list[RequestEvent]) -> list[Happened]:
    """Return the time line of a request, without what only follows from the line beside it."""
    told = (one for one in reversed(events) if not _is_said_elsewhere(one))
    return [Happened(_text(one), one.at, one.staff_name) for one in told]


def _is_said_elsewhere(event: RequestEvent) -> bool:
    if event.what == "moved":
        return event.after in _FOLLOWS
    is_target = (event.details or {}).get("kind") == "target"
    return is_target and event.what in ("clock-started", "clock-done")


def _text(event: RequestEvent) -> str:
    details: Mapping[str, Any] = event.details or {}
    said = _what(event, details)
    because = str(details.get("because") or details.get("why") or details.get("text") or "").strip()
    return f"{said}: {because}" if because else said


def _what(event: RequestEvent, details: Mapping[str, Any]) -> str:
    if event.what == "moved" and event.after and event.after in STATES:
        return STATES[event.after].title
    if event.what in _CLOCKS:
        kind = KINDS.get(str(details.get("kind")))
        return f"{_CLOCKS[event.what]}: {kind.title.lower()}" if kind else _CLOCKS[event.what]
    return _SAID.get(event.what) or event.what.replace("-", " ").capitalize()
