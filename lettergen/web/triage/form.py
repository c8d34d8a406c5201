"""What stands on the triage page: the type, the answers, and who asks for whom; nothing is lost."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from lettergen.models import Request
from lettergen.requests.catalogue.grammar import UNKNOWN, Catalogue, Type

QUESTIONS = ("flag", "subject", "ask", "requester", "consent", "alt", "payer")
# What the type answers beforehand, so that another type answers it anew.
_OF_TYPE = ("subject", "ask", "requester", "consent", "alt")
PATIENT = ("title", "given_name", "family_name", "nhs_number", "email", "phone", "address")
CONTACT = ("name", "email", "phone", "address", "their_reference")
_LONGEST = 20_000
_LONGEST_SECONDS = 3600
REFUSED = "tried_failed"


@dataclass(frozen=True)
class Typed:
    """The page as somebody filled it in. `given` are answers that differ from the type's own."""

    once: str
    started: str
    type_key: str
    given: Mapping[str, str]
    words: Mapping[str, str]
    faults: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.words.get(name, "")

    def inputs(self) -> dict[str, str]:
        """Return what triage is asked."""
        return {"type": self.type_key or UNKNOWN, **self.given}

    def patient(self) -> dict[str, Any]:
        """Return what is known of the patient, blanks left out; raise ValueError for no date."""
        known: dict[str, Any] = {
            name: text for name in PATIENT if (text := self[f"patient_{name}"].strip())
        }
        born = birth_date(self)
        return known if born is None else {**known, "date_of_birth": born.isoformat()}

    def contact(self) -> dict[str, str]:
        """Return what is known of the person who asks, blanks left out."""
        return {name: text for name in CONTACT if (text := self[f"contact_{name}"].strip())}

    def seconds(self, at: datetime) -> int:
        """Return how long the page stood open, an hour at most; 0 when it does not say."""
        if not self.started.isascii() or not self.started.isdigit():
            return 0
        return min(max(int(at.timestamp()) - int(self.started), 0), _LONGEST_SECONDS)


def blank(at: datetime, given: Mapping[str, str], known: Catalogue) -> Typed:
    """Return a page that nobody has filled in, but for a type and answers of its address."""
    key = given.get("type", "")
    answers = {name: given[name] for name in QUESTIONS if given.get(name)}
    return Typed(
        once=secrets.token_urlsafe(24),
        started=str(int(at.astimezone(UTC).timestamp())),
        type_key=key if key in known.types else "",
        given=answers,
        words={"q": given.get("q", "")[:_LONGEST]},
    )


def read(form: MultiDict[str, str], known: Catalogue) -> Typed:
    """Return the page as it was sent.

    An answer that still is what the type had answered is not taken for a person's. A type that is
    newly chosen answers anew what is the type's to answer.
    """
    words = {name: text[:_LONGEST] for name, text in form.items() if name != "csrf_token"}
    key = _type_of(words, known)
    answered = set(form.getlist("given"))
    given = {
        name: words[name]
        for name in QUESTIONS
        if words.get(name) and (name in answered or words[name] != words.get(f"was_{name}"))
    }
    if key != words.get("type_was", key):
        given = {name: text for name, text in given.items() if name not in _OF_TYPE}
    if words.get("do") == "refused" or words.get("alt_given") == REFUSED:
        given["alt"] = REFUSED
    return Typed(
        once=words.get("once", "")[:64] or secrets.token_urlsafe(24),
        started=words.get("started", ""),
        type_key=key,
        given=given,
        words=words,
    )


def read_words(form: MultiDict[str, str]) -> Typed:
    """Return the words of a page that asks for people only."""
    words = {name: text[:_LONGEST] for name, text in form.items() if name != "csrf_token"}
    return Typed(once="", started="", type_key="", given={}, words=words)


def typed_of(request: Request, answers: Mapping[str, str], at: datetime) -> Typed:
    """Return the page for a request that is there, with the answers that it has."""
    given = {name: answers[name] for name in QUESTIONS if answers.get(name)}
    return Typed(
        once=request.once,
        started=str(int(at.timestamp())),
        type_key=request.type_key,
        given=given,
        words={"revision": str(request.revision)},
    )


def birth_date(typed: Typed) -> date | None:
    """Return the birth date in the three boxes, None if all are blank.

    Raises ValueError when they make no date.
    """
    boxes = [typed[f"born_{part}"].strip() for part in ("year", "month", "day")]
    if not any(boxes):
        return None
    year, month, day = (int(text) for text in boxes)
    return date(year, month, day)


def chosen(typed: Typed, known: Catalogue) -> Type | None:
    """Return the type that was chosen, None for what the catalogue does not know."""
    return known.types.get(typed.type_key)


def _type_of(words: Mapping[str, str], known: Catalogue) -> str:
    key = words.get("type", "")
    return key if key in known.types or key == UNKNOWN else ""
