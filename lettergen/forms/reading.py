"""What was typed → plain answers, errors, what is missing, and what the rules say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol

from werkzeug.datastructures import MultiDict
from wtforms import Form

from lettergen.conditions import Condition, Values, is_blank
from lettergen.definitions import DocumentType, Field
from lettergen.forms.builder import ROW_LIMIT, build
from lettergen.forms.comparisons import comparison_errors
from lettergen.forms.findings import Finding, filled, find
from lettergen.forms.flattening import Typed, unknown_names
from lettergen.forms.values import KnownValues, Within

Errors = dict[str, list[str]]


class Lookups(Protocol):
    """Where computed values look things up: the library, or its directories."""

    def record(self, directory: str, name: str) -> Mapping[str, Any] | None:
        """Return the record of this name in a directory, or None."""


@dataclass(frozen=True)
class Reading:
    """One reading of a form: everything that follows from what was typed on a day."""

    document_type: DocumentType
    form: Form
    answers: dict[str, Any]
    computed: dict[str, Any]
    shown: frozenset[str]
    errors: Errors
    missing: tuple[str, ...]
    findings: tuple[Finding, ...]
    advice: dict[str, list[str]] = field(default_factory=dict)

    @property
    def stops(self) -> tuple[Finding, ...]:
        """Rules that refuse issue."""
        return tuple(one for one in self.findings if one.level == "stop")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Rules that need a reason or an acknowledgement."""
        return tuple(one for one in self.findings if one.level == "warn")

    @property
    def info(self) -> tuple[Finding, ...]:
        """Rules that only tell."""
        return tuple(one for one in self.findings if one.level == "info")

    @property
    def unsettled(self) -> tuple[Finding, ...]:
        """Warnings that still lack their reason or acknowledgement."""
        return tuple(one for one in self.warnings if not one.is_settled)

    @property
    def is_sound(self) -> bool:
        """Whether nothing but reasons for warnings stands in the way of issue."""
        return not (self.errors or self.stops or self.missing)

    @property
    def is_issuable(self) -> bool:
        """Whether it could be issued as it is."""
        return self.is_sound and not self.unsettled

    @property
    def progress(self) -> tuple[int, int]:
        """How many of the questions that are needed now are answered, and how many there are."""
        needed = self._needed()
        return len(needed - set(self.missing)), len(needed)

    def section_state(self, section: str) -> str:
        """Return done, started, empty or wrong for a section."""
        names = {one.name for one in self.document_type.fields_of(section)} & self.shown
        if any(name.partition(".")[0] in names for name in self.errors):
            return "wrong"
        if not names & set(self.missing):
            return "done"
        return "started" if any(not is_blank(self.answers.get(n)) for n in names) else "empty"

    def _needed(self) -> set[str]:
        values = {**self.answers, **self.computed}
        return {
            one.name
            for one in self.document_type.fields
            if one.name in self.shown and not one.supplied_from and is_required(one, values)
        }


def read(
    kind: DocumentType,
    typed: Typed,
    *,
    on: date,
    directories: Lookups,
    supplied: Mapping[str, str] | None = None,
    pages: int | None = None,
) -> Reading:
    """Read what was typed into a form on a day.

    `supplied` answers questions from records (by field name) and goes before what was typed.
    `pages` is the length of the rendered letter, where it is known. Never raises for bad input:
    that is in `errors`.
    """
    overlaid = {**typed, **{name: [text] for name, text in (supplied or {}).items()}}
    form = build(kind)(MultiDict(overlaid))
    values = KnownValues(kind, directories.record, on)
    paper = _Paper(values, unsound=values.unsound)
    paper.errors |= {name: ["There is no such question."] for name in unknown_names(kind, typed)}
    _ask(kind.fields, form, values.answers, "", paper)
    for name, text in comparison_errors(kind.fields, values.answers, on):
        paper.errors.setdefault(name, [text])
    missing = tuple(_missing(kind.fields, values.answers, "", paper))
    values.settle(missing, pages)
    return Reading(
        document_type=kind,
        form=form,
        answers=values.answers,
        computed=values.computed(),
        shown=frozenset(paper.shown),
        errors=paper.errors,
        missing=missing,
        findings=tuple(find(kind, values, values.answers)),
        advice=_advice(kind, values, paper.shown),
    )


def is_required(one: Field, values: Values) -> bool:
    """Say whether a question needs an answer, given all other values."""
    return one.required.holds(values) if isinstance(one.required, Condition) else one.required


@dataclass
class _Paper:
    """What one reading works on: the values so far, what was asked, and what is wrong."""

    values: Values
    shown: set[str] = field(default_factory=set)
    errors: Errors = field(default_factory=dict)
    unsound: set[str] = field(default_factory=set)


def _ask(
    fields: tuple[Field, ...], form: Form, answers: dict[str, Any], dots: str, paper: _Paper
) -> None:
    """Go through the questions in order: those that are asked are noted, and their answers."""
    for one in fields:
        if one.show_if and not one.show_if.holds(paper.values):
            continue
        name = f"{dots}{one.name}"
        paper.shown.add(name)
        if one.type == "repeat":
            rows = _ask_rows(one, _parts(form, one), name, paper)
            answers.update({one.name: rows} if rows else {})
        elif one.type == "group":
            own = answers[one.name] = {}
            inside = replace(paper, values=Within(one.fields, own, paper.values))
            _ask(one.fields, _parts(form, one).form, own, f"{name}.", inside)
        else:
            _take(one, form, answers, name, paper)


def _ask_rows(one: Field, rows: Any, name: str, paper: _Paper) -> list[dict[str, Any]]:
    """Return the answers of the rows that are not blank."""
    kept: list[dict[str, Any]] = []
    for entry in rows.entries:
        answers: dict[str, Any] = {}
        row = _Paper(Within(one.fields, answers, paper.values))
        _ask(one.fields, entry.form, answers, f"{name}.{len(kept)}.", row)
        if row.errors or any(
            not is_blank(value) and value is not False for value in answers.values()
        ):
            kept.append(answers)
            paper.errors |= row.errors
            paper.shown |= row.shown
            paper.unsound |= row.unsound
    most = one.settings.get("max", ROW_LIMIT)
    if len(kept) > most:
        paper.errors[name] = [
            f"At most {most} rows are allowed: there are {len(kept)}. None was dropped."
        ]
    return kept


def _take(one: Field, form: Form, answers: dict[str, Any], name: str, paper: _Paper) -> None:
    question = form[one.name]
    question.validate(form)
    if question.errors:
        paper.errors[name] = [str(text) for text in question.errors]
    if question.data is not None and (one.type == "tick" or not is_blank(question.data)):
        answers[one.name] = question.data
    elif question.errors:
        paper.unsound.add(name)


def _parts(form: Form, one: Field) -> Any:
    """Return the rows or the group of a question as WTForms keeps them."""
    return form[one.name]


def _missing(
    fields: tuple[Field, ...], answers: Mapping[str, Any], dots: str, paper: _Paper
) -> Iterator[str]:
    """Yield the dotted names of the questions that are asked, needed and not answered."""
    for one in fields:
        name = f"{dots}{one.name}"
        if name not in paper.shown:
            continue
        value = answers.get(one.name)
        is_open = value is not True if one.type == "tick" else is_blank(value)
        if is_open and name not in paper.unsound and is_required(one, paper.values):
            yield name
        if one.type == "group":
            inside = replace(paper, values=Within(one.fields, value or {}, paper.values))
            yield from _missing(one.fields, value or {}, f"{name}.", inside)
        for row, kept in enumerate(value or () if one.type == "repeat" else ()):
            inside = replace(paper, values=Within(one.fields, kept, paper.values))
            yield from _missing(one.fields, kept, f"{name}.{row}.", inside)


def _advice(kind: DocumentType, values: KnownValues, shown: set[str]) -> dict[str, list[str]]:
    found = {
        one.name: [
            filled(kind, advice.text, values) for advice in one.advice if advice.when.holds(values)
        ]
        for one in kind.fields
        if one.name in shown
    }
    for one in kind.fields:
        most, text = one.settings.get("soft_max"), values.answers.get(one.name)
        if most and isinstance(text, str) and len(text) > most:
            found[one.name].append(
                f"{len(text)} characters: beyond {most} the letter becomes hard to read. "
                "Nothing will be cut."
            )
    return {name: texts for name, texts in found.items() if texts}
