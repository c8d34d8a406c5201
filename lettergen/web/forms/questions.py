"""The form as the page shows it: sections with their questions, hidden ones and folded ones too."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from markupsafe import Markup

from lettergen.definitions import Directories, Field, Section
from lettergen.forms import Reading
from lettergen.web.forms.merging import Typed, question_of
from lettergen.web.forms.panel import asked_in
from lettergen.web.forms.rows import is_row_blank, posted_as, row_numbers
from lettergen.web.forms.widgets import Control, draw, is_in_a_row, written_in

BLANK_ROW = "blank"
SHORT_TEXT = 120


@dataclass(frozen=True)
class Clash:
    """Two texts for one question, in words: the saved one, and the one typed in this window."""

    name: str
    label: str
    theirs: str
    mine: str
    by: str
    at: str


@dataclass(frozen=True)
class Card:
    """What is known of the chosen service, and how old that knowledge is."""

    name: str
    facts: tuple[str, ...]
    checked_on: date
    is_stale: bool


@dataclass(frozen=True)
class Row:
    """One row of a repeated question; `name` is what its Remove button posts."""

    name: str
    questions: tuple["Question", ...]


@dataclass(frozen=True)
class Question:
    """One question, drawn. `name` is the name under which it is posted."""

    name: str
    kind: str
    label: str
    hint: str
    shape: str
    is_shown: bool
    control: Markup | None = None
    error: str = ""
    advice: str = ""
    why: str = ""
    suggestions: tuple[str, ...] = ()
    card: Card | None = None
    clash: Clash | None = None
    rows: tuple[Row, ...] = ()
    inner: tuple["Question", ...] = ()


@dataclass(frozen=True)
class SectionOfForm:
    """One section: what stands open, what is folded, and how many "none" can answer."""

    id: str
    title: str
    hint: str
    essentials: tuple[Question, ...]
    details: tuple[Question, ...]
    fold: "Fold"
    none_count: int

    @property
    def is_shown(self) -> bool:
        """Whether the section asks anything now."""
        return any(one.is_shown for one in (*self.essentials, *self.details))


@dataclass(frozen=True)
class Fold:
    """The optional questions of a section: how many are asked now, and whether to show them."""

    count: int
    is_open: bool

    @property
    def words(self) -> str:
        """The summary of the fold."""
        return f"{self.count} more question{'' if self.count == 1 else 's'}, optional"


@dataclass(frozen=True)
class Sheet:
    """All that questions are drawn from: what was typed, its reading, the directories, the day."""

    typed: Typed
    reading: Reading
    directories: Directories
    today: date
    clashes: Mapping[str, Clash]
    wrong: Mapping[str, str]

    def section(self, section: Section) -> SectionOfForm:
        """Return a section with all its questions."""
        fields = asked_in(self.reading.document_type, section.id)
        return SectionOfForm(
            id=section.id,
            title=section.title,
            hint=section.hint,
            essentials=tuple(self.question(one) for one in fields if not one.is_detail),
            details=tuple(self.question(one) for one in fields if one.is_detail),
            fold=self.fold(section.id),
            none_count=sum(one.none_answer is not None for one in fields),
        )

    def question(self, field: Field, dots: str = "", posted: str = "") -> Question:
        """Return one question, with its rows or inner questions drawn."""
        dotted, name = f"{dots}{field.name}", f"{posted}{field.name}"
        plain = Question(
            name=name,
            kind=field.type,
            label=field.label,
            hint=field.hint,
            shape=shape_of(field),
            is_shown=dotted in self.reading.shown or BLANK_ROW in dots,
            error=self.wrong.get(dotted, ""),
            advice=" ".join(self.reading.advice.get(dotted, ())),
            why=" ".join(text for text in (field.why, field.source) if text),
            clash=self.clashes.get(name),
        )
        if field.type == "repeat":
            return replace(plain, rows=tuple(self._rows(field, dotted, name)))
        if field.type == "group":
            inner = (self.question(one, f"{dotted}.", f"{name}-") for one in field.fields)
            return replace(plain, inner=tuple(inner))
        control = Control(field, name, self.typed, plain.error)
        return replace(
            plain,
            control=draw(control),
            suggestions=self._suggestions(field),
            card=self.card(field, name),
        )

    def fold(self, section: str) -> Fold:
        """Return how many folded questions a section asks now, and whether they are to be seen."""
        fields = asked_in(self.reading.document_type, section)
        asked = [one for one in fields if one.is_detail and one.name in self.reading.shown]
        return Fold(len(asked), any(self.needs_eyes(one) for one in asked))

    def needs_eyes(self, field: Field) -> bool:
        """Whether a folded question is filled in, wrong or missing, so that it must be seen."""
        is_named = any(name.partition(".")[0] == field.name for name in self.wrong)
        return is_named or field.name in self.clashes or self._is_filled(field)

    def card(self, field: Field, name: str) -> Card | None:
        """Return what the directory knows of the service whose name was typed."""
        directory = str(field.settings.get("directory", ""))
        typed = " ".join(self.typed.get(name, ()))
        record = self.directories.record(directory, typed) if directory and typed else None
        if record is None:
            return None
        return Card(
            name=str(record["name"]),
            facts=tuple(str(fact) for fact in record.get("card", ())),
            checked_on=record["checked_on"],
            is_stale=self.directories.is_stale(directory, typed, self.today),
        )

    def _is_filled(self, field: Field) -> bool:
        texts = ((value, name) for name, values in self.typed.items() for value in values if value)
        return any(
            question_of(name) == field.name and value != field.default for value, name in texts
        )

    def _suggestions(self, field: Field) -> tuple[str, ...]:
        directory = field.settings.get("directory")
        return tuple(self.directories.names(str(directory))) if directory else ()

    def _rows(self, field: Field, dotted: str, name: str) -> Iterator[Row]:
        read = 0
        for number in row_numbers(self.typed, name):
            row = f"{name}-{number}"
            is_blank = is_row_blank(self.typed, row)
            # Readings count only rows that hold something, so a blank one has no place there.
            dots = f"{dotted}.{BLANK_ROW if is_blank else read}."
            read += not is_blank
            yield Row(row, tuple(self.question(one, dots, f"{row}-") for one in field.fields))


def shown_names(reading: Reading, typed: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the posted names of all questions that are asked now, those of blank rows too."""
    names = {posted_as(dotted, typed) for dotted in reading.shown}
    for field in reading.document_type.fields:
        if field.type != "repeat" or field.name not in reading.shown:
            continue
        rows = (f"{field.name}-{number}" for number in row_numbers(typed, field.name))
        names |= {
            f"{row}-{inner.name}"
            for row in rows
            if is_row_blank(typed, row)
            for inner in field.fields
        }
    return sorted(names)


def shape_of(field: Field) -> str:
    """Return how a question lies on the page: in a row, narrow, or over the full width."""
    if field.type == "choice" and is_in_a_row(field):
        return "row"
    if field.type in ("integer", "decimal", "date"):
        return "narrow"
    if field.type == "text" and "directory" not in field.settings:
        return "narrow" if int(field.settings.get("max", 60)) <= SHORT_TEXT else "wide"
    if field.type == "choice" and field.settings.get("as") == "select":
        return "narrow"
    return "wide"


def in_words(field: Field | None, name: str, typed: Mapping[str, Sequence[str]]) -> str:
    """Return what was typed for a question as a person would read it, for comparing two texts."""
    if field is None or field.type in ("repeat", "group"):
        parts = [(key, typed[key]) for key in typed if question_of(key) == name]
        return "\n".join(" ".join(values) for _, values in sorted(parts) if any(values))
    return written_in(field, name, typed)


def known_fields(fields: Sequence[Field], posted: str = "") -> dict[str, Field]:
    """Return posted name → field, through groups, and through rows with # for their number."""
    found: dict[str, Field] = {}
    for one in fields:
        name = f"{posted}{one.name}"
        found[name] = one
        if one.type in ("group", "repeat"):
            found |= known_fields(one.fields, f"{name}-#-" if one.type == "repeat" else f"{name}-")
    return found
