"""What a document type is made of, as frozen data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from lettergen.conditions import Condition

Level = Literal["stop", "warn", "info"]
Clear = Literal["reason", "acknowledge"]
EMPTY: Mapping[str, Any] = MappingProxyType({})

REASON_LENGTH = (10, 300)


@dataclass(frozen=True)
class Option:
    """One answer that may be chosen."""

    code: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Advice:
    """A soft note beside a field while a condition holds; it never reaches the letter."""

    when: Condition
    text: str


@dataclass(frozen=True)
class Field:
    """One question. `settings` holds the keys that belong to its type alone."""

    name: str
    type: str
    label: str
    section: str
    hint: str = ""
    why: str = ""
    source: str = ""
    required: bool | Condition = False
    show_if: Condition | None = None
    default: str | None = None
    is_detail: bool = False
    supplied_from: str | None = None
    none_answer: str | None = None
    advice: tuple[Advice, ...] = ()
    options: tuple[Option, ...] = ()
    fields: tuple["Field", ...] = ()
    settings: Mapping[str, Any] = field(default_factory=lambda: EMPTY)

    def label_of(self, code: str) -> str:
        """Return the words of an option, or of an allowed word; the code itself if unknown."""
        words = {option.code: option.label for option in self.options}
        return words.get(code) or str(self.settings.get("words", EMPTY).get(code, code))


@dataclass(frozen=True)
class Section:
    """A part of the form, as the side list names it."""

    id: str
    title: str
    hint: str = ""


@dataclass(frozen=True)
class Computed:
    """A named value: a function of `computations`, what it works of, and its options.

    One with a label is shown beside the form while it is filled, `out_of` as "6 of 9".
    """

    name: str
    function: str
    of: tuple[str, ...]
    options: Mapping[str, Any]
    label: str = ""
    out_of: int | None = None


@dataclass(frozen=True)
class Rule:
    """A check over the whole form, with its source."""

    id: str
    level: Level
    when: Condition
    message: str
    fields: tuple[str, ...]
    source: str
    clear: Clear = "reason"
    checked_on: str = ""


@dataclass(frozen=True, eq=False)
class DocumentType:
    """A kind of letter or form, read from `forms/SLUG.toml`; `version` is a hash of its parts.

    `sending` is what its page says of where the letter goes once it is signed.
    """

    slug: str
    title: str
    family: str
    summary: str
    minutes: int
    sections: tuple[Section, ...]
    fields: tuple[Field, ...]
    computed: tuple[Computed, ...]
    rules: tuple[Rule, ...]
    identifies: Mapping[str, str]
    version: str = ""
    has_patient_copy: bool = False
    sending: str = ""

    def field(self, name: str) -> Field:
        """Return a field by its name; KeyError if there is none."""
        return next((one for one in self.fields if one.name == name), None) or _no_field(name)

    def fields_of(self, section: str) -> tuple[Field, ...]:
        """Return the fields of a section, in the order in which they are asked."""
        return tuple(one for one in self.fields if one.section == section)

    def all_fields(self) -> Iterator[Field]:
        """Yield every field, those within groups and repeated rows too."""
        yield from _walk(self.fields)

    def supplied(self) -> dict[str, str]:
        """Return field name → record that supplies it, like practice.name."""
        return {one.name: one.supplied_from for one in self.fields if one.supplied_from}


def _walk(fields: tuple[Field, ...]) -> Iterator[Field]:
    for one in fields:
        yield one
        yield from _walk(one.fields)


def _no_field(name: str) -> Field:
    raise KeyError(name)
