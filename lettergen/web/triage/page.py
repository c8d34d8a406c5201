"""Puts the triage page together: what is asked, what is still worth asking, and the outcome."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from lettergen.requests.catalogue import search
from lettergen.requests.catalogue.grammar import UNKNOWN, Catalogue, Type
from lettergen.requests.catalogue.standing import Terms
from lettergen.requests.triage import asked, decide, filled
from lettergen.web.base.context import actor, standing
from lettergen.web.triage.answer import WORK, Answer, answer_of
from lettergen.web.triage.form import Typed, chosen
from lettergen.web.triage.money import fee_of
from lettergen.web.triage.reply import reply_of

MOST_FOUND = 8
CHANNELS = {
    "telephone": "Telephone",
    "desk": "At the desk",
    "email": "Email",
    "letter": "Letter",
    "form": "On paper, a form",
}
PAPER_KINDS = {
    "request": "What they sent",
    "consent": "A signed consent",
    "authority": "Proof of authority",
    "refusal": "Their refusal, in writing",
    "other": "Something else",
}


@dataclass(frozen=True)
class Choice:
    """One answer to a question, with its words."""

    value: str
    label: str
    hint: str


@dataclass(frozen=True)
class Question:
    """One question as the page asks it: a person answered it, or the type did, or nobody."""

    key: str
    label: str
    hint: str
    options: tuple[Choice, ...]
    answer: str
    is_given: bool
    is_of_type: bool

    @property
    def words(self) -> str:
        """The answer in its words."""
        found = (one.label for one in self.options if one.value == self.answer)
        return next(found, self.answer).lower()


@dataclass(frozen=True)
class Found:
    """One kind of request that the words may mean."""

    value: str
    text: str
    note: str


@dataclass(frozen=True)
class Shown:
    """The whole page."""

    typed: Typed
    kind: Type | None
    questions: tuple[Question, ...]
    carried: Mapping[str, str]
    answer: Answer | None
    found: tuple[Found, ...] | None
    faults: Mapping[str, str]
    unfold: str
    revision: int | None = None
    request_id: str | None = None
    channels: list[dict[str, str]] = field(default_factory=lambda: items(CHANNELS))
    paper_kinds: list[dict[str, str]] = field(default_factory=lambda: items(PAPER_KINDS))

    @property
    def paper_kind(self) -> str:
        """What a file is taken for unless somebody says otherwise."""
        return "refusal" if self.typed.given.get("alt") == "tried_failed" else "request"

    def opened(self, *starts: str) -> bool:
        """Say whether something is typed, or wrong, under names that start like this."""
        filled = (name for name, text in self.typed.words.items() if text and name != "channel")
        return any(name.startswith(starts) for name in (*filled, *self.faults))


def items(names: Mapping[str, str]) -> list[dict[str, str]]:
    """Return choices as the design system's macros take them."""
    return [{"value": value, "text": text} for value, text in names.items()]


def shown_of(
    session: Session,
    own: Terms,
    typed: Typed,
    *,
    faults: Mapping[str, str] | None = None,
    is_search: bool = False,
    unfold: str = "",
    revision: int | None = None,
    request_id: str | None = None,
) -> Shown:
    """Return the page for what was typed; nothing is stored."""
    known, kind = own.catalogue, chosen(typed, own.catalogue)
    is_chosen = bool(typed.type_key)
    questions = _questions(known, typed) if is_chosen else ()
    answer = _answer(session, own, typed, kind) if is_chosen else None
    on_page = {one.key for one in questions}
    return Shown(
        typed=typed,
        kind=kind,
        questions=questions,
        carried={name: text for name, text in typed.given.items() if name not in on_page},
        answer=answer,
        found=suggestions(known, typed["q"]) if is_search and typed["q"] else None,
        faults=faults or {},
        unfold=unfold or _unfold(answer, typed),
        revision=revision,
        request_id=request_id,
    )


def suggestions(known: Catalogue, words: str) -> tuple[Found, ...]:
    """Return the kinds of request that words may mean, and that it is none of them: the last
    choice, but the first where no kind fits well.
    """
    hits = search.find(known, words, limit=MOST_FOUND)
    found = [Found(one.type.key, one.type.title, _note(one)) for one in hits]
    rest = Found(UNKNOWN, "Something else", "not in the list")
    is_likely = bool(hits) and hits[0].is_sound
    return (*found, rest) if is_likely else (rest, *found)


def _note(hit: Any) -> str:
    matched = hit.matched
    return f"“{matched}”" if matched and matched.casefold() != hit.type.title.casefold() else ""


def _questions(known: Catalogue, typed: Typed) -> tuple[Question, ...]:
    return tuple(
        Question(
            one.key,
            one.label,
            one.hint,
            tuple(Choice(option.code, option.label, option.hint) for option in one.options),
            one.value,
            one.is_answered,
            one.is_prefilled and not one.is_answered,
        )
        for one in asked(known, typed.inputs())
    )


def _answer(session: Session, own: Terms, typed: Typed, kind: Type | None) -> Answer:
    decision = decide(own.catalogue, filled(own.catalogue, typed.inputs()))
    return answer_of(
        decision,
        own.catalogue,
        kind,
        typed.given,
        fee_pence=fee_of(session, own, decision, kind),
        reply=reply_of(session, own, decision, typed),
    )


def _unfold(answer: Answer | None, typed: Typed) -> str:
    """Return the fold that is needed next."""
    if answer is None:
        return ""
    if typed.given.get("alt") == "tried_failed":
        return "evidence"
    return "about" if answer.outcome in WORK else ""


def own_terms(session: Session) -> Terms:
    """Return the terms of the practice of whoever is signed in."""
    return standing().requests.terms(session, actor())
