"""What the photo consent form is made of, as frozen data read from `forms/consents/`."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from lettergen.conditions import Condition

EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Option:
    """One answer that may be chosen; `also` are other codes under which records hold it."""

    code: str
    label: str
    hint: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of the form. `part` is who answers: set_up, patient, end or auto."""

    id: str
    title: str
    part: str
    hint: str = ""


@dataclass(frozen=True)
class ConsentField:
    """One question by its dotted name; rows of a list are written `images[].taken_at`.

    `source` begins with its tag: [S] read, [M] from memory, [H] a rule of the house. `also` are
    other names that records use in its group. `settings` holds the keys of its type alone.
    """

    name: str
    type: str
    label: str
    section: str
    part: str
    source: str
    checked_on: str
    hint: str = ""
    why: str = ""
    required: bool | Condition = False
    show_if: Condition | None = None
    options: tuple[Option, ...] = ()
    also: tuple[str, ...] = ()
    settings: Mapping[str, Any] = dataclasses.field(default_factory=lambda: EMPTY)

    def label_of(self, code: str) -> str:
        """Return the words of an option; the code with spaces if it is not known."""
        words = {option.code: option.label for option in self.options}
        return words.get(code, code.replace("_", " "))


@dataclass(frozen=True)
class Ending:
    """What a withdrawal of a purpose sets off; days are working days, 0 is the same day.

    `stage` is always, before_acceptance or after_publication. `stopped` and `lasting` are
    said to the patient, `tasks` to the staff.
    """

    stage: str
    stop_days: int
    confirm_days: int | None
    tasks: tuple[str, ...]
    stopped: str
    lasting: str


@dataclass(frozen=True)
class Purpose:
    """One use of a photo, asked on its own.

    `title` is how staff name it, `question` and `words` are the patient's; braces in them are
    filled in; `questions` by what photo.kind says stand in place of `question`. `part` is 1 (own
    care) or 2 (to help other people). `validity_months` is None where consent lasts as long as
    the record, or as the study.
    """

    key: str
    title: str
    noun: str
    part: int
    question: str
    words: tuple[str, ...]
    audience: str
    basis: str
    signature: str
    proxy: str
    validity: str
    validity_months: int | None
    is_identifiable_use: bool
    endings: tuple[Ending, ...]
    source: str
    checked_on: str
    questions: Mapping[str, str] = dataclasses.field(default_factory=lambda: EMPTY)


@dataclass(frozen=True)
class Route:
    """Who decides, and for whom: ages are whole years on the day of signing, both included."""

    code: str
    label: str
    decider: str
    signer_role: str
    min_age: int
    max_age: int | None
    max_age_without_capacity: int | None
    lacks_capacity: bool
    is_proxy: bool
    may_agree_to: tuple[str, ...]
    with_sign_off: tuple[str, ...]
    with_parent: tuple[str, ...]
    if_not_identifiable: tuple[str, ...]
    source: str
    checked_on: str


@dataclass(frozen=True)
class Method:
    """A way to sign; `purposes` it is strong enough for, `with_reason` if the reason is said."""

    code: str
    label: str
    purposes: tuple[str, ...]
    with_reason: tuple[str, ...]
    needs: str
    evidence: str
    source: str
    checked_on: str


@dataclass(frozen=True)
class Code:
    """A rule: E refuses with a code of the document, S refuses with our own, W warns, I informs.

    `variants` are the same rule's words where the first would be untrue.
    """

    id: str
    field: str
    message: str
    rule: str
    source: str
    checked_on: str
    variants: Mapping[str, str] = dataclasses.field(default_factory=lambda: EMPTY)

    @property
    def is_stop(self) -> bool:
        """Whether the rule refuses: codes E and S do."""
        return self.id[0] in "ES"


@dataclass(frozen=True)
class StopCard:
    """What the screen shows instead of the form when a rule says stop."""

    id: str
    title: str
    text: tuple[str, ...]
    steps: tuple[str, ...]
    carry_on: str
    source: str
    checked_on: str


@dataclass(frozen=True)
class Wording:
    """Extra words for the patient's page, and when they stand there."""

    id: str
    text: str
    when: Condition | None


@dataclass(frozen=True)
class PatientPage:
    """The patient's page around its questions (sections as they are read).

    `openings`, by what photo.kind says, stand in place of `opening`.
    """

    title: str
    opening: tuple[str, ...]
    choice: tuple[str, ...]
    parts: Mapping[int, str]
    yes: Mapping[int, str]
    no: Mapping[int, str]
    not_asked: str
    unsure: str
    change: tuple[str, ...]
    signing: tuple[str, ...]
    headings: Mapping[str, str]
    openings: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The form as data; `version` is a hash of the data and of the letters' templates."""

    title: str
    minutes: int
    sections: tuple[Section, ...]
    fields: tuple[ConsentField, ...]
    open_groups: frozenset[str]
    moved: Mapping[str, str]
    purposes: tuple[Purpose, ...]
    letter_days: int
    removal_days: int
    routes: tuple[Route, ...]
    methods: tuple[Method, ...]
    relations: Mapping[str, str]
    codes: tuple[Code, ...]
    faults: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]
    page: PatientPage
    wordings: tuple[Wording, ...]
    cards: tuple[StopCard, ...]
    version: str = ""

    @cached_property
    def by_name(self) -> Mapping[str, ConsentField]:
        """Fields by dotted name, rows as `images[].taken_at`."""
        return {one.name: one for one in self.fields}

    @cached_property
    def channels(self) -> tuple[str, ...]:
        """Codes of every secure way to send a photo."""
        return tuple(one.code for one in self.options("purposes.share_care.channel"))

    def field(self, name: str) -> ConsentField:
        """Return a field; places in lists are not minded. KeyError if there is none."""
        return self.by_name[without_places(name)]

    def options(self, name: str) -> tuple[Option, ...]:
        """Return the options of a field."""
        return self.field(name).options

    def fields_of(self, section: str) -> tuple[ConsentField, ...]:
        """Return the fields of a section, in the order in which they are asked."""
        return tuple(one for one in self.fields if one.section == section)

    def purpose(self, key: str) -> Purpose:
        """Return a purpose; StopIteration is a bug of the caller."""
        return next(one for one in self.purposes if one.key == key)

    def route(self, code: object) -> Route | None:
        """Return a route, or None for an unknown code."""
        return next((one for one in self.routes if one.code == code), None)

    def method(self, code: object) -> Method | None:
        """Return a way to sign, or None for an unknown code."""
        return next((one for one in self.methods if one.code == code), None)

    def code(self, id_: str) -> Code:
        """Return a rule by its id, like E07 or W03."""
        return next(one for one in self.codes if one.id == id_)

    def card(self, id_: str) -> StopCard | None:
        """Return the stop card of a rule, or None if it has none."""
        return next((one for one in self.cards if one.id == id_), None)


def without_places(name: str) -> str:
    """Return `images[].taken_at` for `images.0.taken_at`."""
    parts: list[str] = []
    for part in name.split("."):
        if part.isdecimal() and parts:
            parts[-1] += "[]"
        else:
            parts.append(part)
    return ".".join(parts)
