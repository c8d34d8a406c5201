"""What the catalogue of requests is made of, as frozen data read from `forms/requests/`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from lettergen.conditions import Condition

EMPTY: Mapping[str, Any] = MappingProxyType({})
UNKNOWN = "other"  # the type of what no row of the catalogue describes
OF_TYPE = "*"  # in a rule: the letter that the type names
OUTCOMES = (
    "NHS_FREE",
    "STATE_FEE",
    "ORG_FEE",
    "PATIENT_FEE",
    "DECLINE",
    "REDIRECT",
    "ACCESS",
    "LEGAL_DUTY",
    "HOLD",
    "ESCALATE",
    "URGENT",
)
OBLIGATIONS = (
    "NHS_FREE",
    "STATE_FEE",
    "ORG_FEE",
    "PATIENT_FEE",
    "DECLINE",
    "REDIRECT",
    "ACCESS",
    "ESCALATE",
)
FALLBACKS = ("NHS_FREE", "STATE_FEE", "ORG_FEE", "PATIENT_FEE")
PRIVATE = ("ORG_FEE", "PATIENT_FEE")
TURNED_AWAY = ("REDIRECT", "DECLINE")
CLOCKS = ("", "subject_access", "deceased", "amra", "firearms")


@dataclass(frozen=True)
class Source:
    """Where a fact comes from; `link` is empty where no public page is known."""

    tag: str
    title: str
    link: str
    checked_on: str
    is_from_memory: bool = False


@dataclass(frozen=True)
class Option:
    """One answer to a question of triage."""

    code: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Question:
    """One of the questions of triage. Number 0 asks for the type and has no options of its own."""

    key: str
    number: int
    label: str
    hint: str
    default: str
    options: tuple[Option, ...]

    def label_of(self, code: str) -> str:
        """Return the words of an answer; the code with spaces if it is not known."""
        words = {one.code: one.label for one in self.options}
        return words.get(code, code.replace("_", " "))


@dataclass(frozen=True)
class Outcome:
    """What triage can come to. `colour` is green, blue, yellow, orange, red, purple or grey.

    `money` says who pays in a few words; with `is_locked` no fee line can stand on the request.
    """

    code: str
    title: str
    says: str
    colour: str
    money: str
    is_locked: bool


@dataclass(frozen=True)
class Result:
    """What a rule comes to: `letter` is a reply's code, `*` for the type's own, or empty."""

    outcome: str
    letter: str
    reason: str
    next_action: str
    button: str


@dataclass(frozen=True)
class Rule:
    """One row of the decision table; the first whose condition holds decides.

    Where `speaks_for_type` is set, the type's own reply stands in place of the reason, if the type
    comes to that outcome at first. `instead` is what the rule comes to where the condition beside
    it holds too.
    """

    id: str
    when: Condition | None
    result: Result
    speaks_for_type: bool
    sources: tuple[str, ...]
    instead: tuple[Condition, Result] | None = None


@dataclass(frozen=True)
class Group:
    """A group of types, in the order in which people are offered them."""

    key: str
    title: str


@dataclass(frozen=True)
class Type:
    """One kind of request. Money is in pence; minutes are planned ones; days are working days.

    `who` may do it: R reception, A administrator, N nurse or other professional, G GP. `consent`
    is the letter of the consent that it needs. `words` are what people call it; `asks` the answers
    that it gives beforehand. `letter` is the reply that turns it away, `letter_slug` the document
    type that answers it. `certifies_death` is a paper that a death itself calls for.
    `public_title` is a plainer title for patients, where the usual one is jargon.
    """

    key: str
    title: str
    group: str
    requester: str
    obligation: str
    fallback: str
    payer: str
    fee_default_pence: int
    fee_low_pence: int
    fee_high_pence: int
    consent: str
    who: tuple[str, ...]
    gp_min: int
    admin_min: int
    target_days: int
    letter: str
    reply: str
    vat: str
    sources: tuple[str, ...]
    words: tuple[str, ...]
    asks: Mapping[str, str]
    letter_slug: str
    clock: str
    is_urgent: bool
    restricted: bool
    certifies_death: bool
    checked_on: str
    reviewed_on: str
    is_offered: bool = True
    public_title: str = ""

    @property
    def plain_title(self) -> str:
        """What it is called where the public reads it."""
        return self.public_title or self.title

    @property
    def effective(self) -> str:
        """What the type comes to once turning away has failed; empty if nothing is left."""
        return self.fallback if self.obligation in TURNED_AWAY else self.obligation

    @property
    def is_private(self) -> bool:
        """Whether the practice may choose not to do this at all."""
        return self.effective in PRIVATE


@dataclass(frozen=True)
class Reply:
    """A standard reply: paragraphs that name the patient, others that name nobody, and its points.

    `routes` are routes for single types, `missing` what a consent lacks by the answer about it,
    `added` a paragraph that any other reply may carry, `sample` wording to be signed. `offers` is
    the type whose price it names, where that is not the type that was asked for.
    """

    code: str
    to: str
    title: str
    purpose: str
    named: tuple[str, ...]
    nameless: tuple[str, ...]
    authority: str
    route: str
    reopens: str
    contact_role: str
    source: str
    checked_on: str
    routes: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    missing: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    added: str = ""
    sample: str = ""
    offers: str = ""
    is_own: bool = False

    def route_for(self, type_key: str) -> str:
        """Return the route for a type: its own, or else the reply's."""
        return self.routes.get(type_key, self.route)


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All requests as data. A practice's terms hold a copy with its own words and switches in it.

    `version` is a hash of the files; `charges_patients` and `is_paused` are the practice's.
    """

    groups: Mapping[str, Group]
    types: Mapping[str, Type]
    questions: tuple[Question, ...]
    outcomes: Mapping[str, Outcome]
    rules: tuple[Rule, ...]
    replies: Mapping[str, Reply]
    sources: Mapping[str, Source]
    version: str = ""
    charges_patients: bool = True
    is_paused: bool = False

    @cached_property
    def by_question(self) -> Mapping[str, Question]:
        """Questions by key."""
        return {one.key: one for one in self.questions}

    def rule(self, id_: str) -> Rule:
        """Return a rule by its id, like R10."""
        return next(one for one in self.rules if one.id == id_)

    def types_of(self, group: str) -> tuple[Type, ...]:
        """Return the types of a group, in the order in which they stand."""
        return tuple(one for one in self.types.values() if one.group == group)

    def sources_of(self, tags: tuple[str, ...]) -> tuple[Source, ...]:
        """Return the sources of these tags, those read before those from memory."""
        found = [self.sources[tag] for tag in tags if tag in self.sources]
        return tuple(sorted(found, key=lambda one: one.is_from_memory))
