"""The page of a form, whole, and the part of it that a save renews."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import get_template_attribute

from lettergen.calendar import LONDON, british_time, local_day
from lettergen.definitions import Directories, DocumentType, Field
from lettergen.forms import Reading
from lettergen.forms.flattening import unknown_names
from lettergen.models import Draft
from lettergen.web.forms.merging import Marks, Typed, question_of, written
from lettergen.web.forms.panel import (
    Link,
    Panel,
    SectionState,
    asked_in,
    faults_of,
    panel_of,
    sections_of,
    wrong_questions,
)
from lettergen.web.forms.questions import (
    Clash,
    SectionOfForm,
    Sheet,
    in_words,
    known_fields,
    shown_names,
)
from lettergen.web.forms.rows import posted_as
from lettergen.web.forms.widgets import anchor

PARTS = "web/forms/fill_parts.html"


@dataclass(frozen=True)
class Note:
    """Something that was done to the form, told at its top."""

    text: str
    links: tuple[Link, ...] = ()

    @property
    def words(self) -> str:
        """The note where there can be no links."""
        return " ".join([self.text, ", ".join(link.text for link in self.links)]).strip()


@dataclass(frozen=True)
class Fill:
    """A draft as one person sees it: what is saved, and what this window had posted."""

    draft: Draft
    reading: Reading
    directories: Directories
    at: datetime
    posted: Typed
    base: Marks
    clashes: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    redrawn: frozenset[str] = frozenset()
    is_checked: bool = False

    @property
    def kind(self) -> DocumentType:
        """The document type of the draft."""
        return self.reading.document_type

    @property
    def on_page(self) -> Typed:
        """What the page holds: the saved text, but this window's own where two texts clash."""
        saved = {
            name: values
            for name, values in self.draft.typed.items()
            if question_of(name) not in self.clashes
        }
        own = {
            name: values
            for name, values in self.posted.items()
            if question_of(name) in self.clashes
        }
        return {**saved, **own}

    @property
    def saved_at(self) -> str:
        """When the draft was saved, on the clock in London; with the date unless it is today."""
        saved, today = (one.astimezone(LONDON) for one in (self.draft.saved_at, self.at))
        is_today = saved.date() == today.date()
        return f"{saved:%H:%M}" if is_today else british_time(self.draft.saved_at)

    @property
    def wrong(self) -> dict[str, str]:
        """Dotted name → what is wrong; what is missing only after a review was asked for."""
        return wrong_questions(self.reading, with_missing=self.is_checked)

    def sheet(self) -> Sheet:
        """Return what the questions are drawn from."""
        return Sheet(
            typed=self.on_page,
            reading=self.reading,
            directories=self.directories,
            today=local_day(self.at),
            clashes={name: self.clash(name) for name in self.clashes},
            wrong=self.wrong,
        )

    def clash(self, name: str) -> Clash:
        """Return the two texts of a question, in words."""
        field = known_fields(self.kind.fields).get(name)
        return Clash(
            name=name,
            label=field.label if field else name,
            theirs=in_words(field, name, self.draft.typed),
            mine=in_words(field, name, self.posted),
            by=self.draft.saver.name if self.draft.saver else "somebody",
            at=self.saved_at,
        )


@dataclass(frozen=True)
class Page:
    """All that the template of the whole page needs."""

    title: str
    patient: str
    draft_id: str
    revision: int
    written_base: str
    saved_at: str
    is_checked: bool
    faults: list[dict[str, str]]
    notes: tuple[Note, ...]
    states: tuple[SectionState, ...]
    sections: tuple[SectionOfForm, ...]
    strays: tuple[dict[str, str], ...]
    panel: Panel


def page_of(fill: Fill) -> Page:
    """Return the whole page."""
    sheet, typed = fill.sheet(), fill.on_page
    faults = faults_of(fill.reading, typed) if fill.is_checked else ()
    return Page(
        title=fill.kind.title,
        patient=_patient(fill),
        draft_id=fill.draft.id,
        revision=fill.draft.revision,
        written_base=written(fill.base),
        saved_at=fill.saved_at,
        is_checked=fill.is_checked,
        faults=[{"text": link.text, "href": f"#{link.id}"} for link in faults],
        notes=fill.notes,
        states=sections_of(fill.reading),
        sections=tuple(
            sheet.section(one) for one in fill.kind.sections if asked_in(fill.kind, one.id)
        ),
        strays=tuple(
            {"name": name, "text": "\n".join(typed[name])}
            for name in unknown_names(fill.kind, typed)
        ),
        panel=panel_of(fill.reading, typed),
    )


def answer_of(fill: Fill) -> dict[str, Any]:
    """Return what a save by script renews on the page; `set` holds what the page did not send."""
    sheet, typed = fill.sheet(), fill.on_page
    posted = {dotted: posted_as(dotted, typed) for dotted in (*fill.wrong, *fill.reading.advice)}
    return {
        "revision": fill.draft.revision,
        "base": written(fill.base),
        "saved_at": fill.saved_at,
        "patient": _patient(fill),
        "shown": shown_names(fill.reading, typed),
        "errors": {posted[name]: text for name, text in fill.wrong.items()},
        "advice": {posted[name]: " ".join(texts) for name, texts in fill.reading.advice.items()},
        "set": _changed(fill.posted, typed),
        "redrawn": _redrawn(fill, sheet),
        "clashes": {name: _drawn("clash_of", clash) for name, clash in sheet.clashes.items()},
        "cards": _cards(fill, sheet),
        "sections": [_fold(sheet, section.id) for section in fill.kind.sections],
        "sections_html": _drawn("sections", sections_of(fill.reading)),
        "panel_html": _drawn("panel", panel_of(fill.reading, typed)),
        "has_notes": bool(fill.notes),
        "notes_html": _drawn("notices", fill.notes),
    }


def links_of(kind: DocumentType, names: Iterable[str]) -> tuple[Link, ...]:
    """Return links to questions by their posted names; reasons for warnings go by their rule."""
    fields = known_fields(kind.fields)
    return tuple(_link(name, fields.get(name)) for name in names)


def _link(name: str, field: Field | None) -> Link:
    if field is not None:
        return Link(field.label, anchor(field, name))
    rule = name.rpartition("-")[2]
    return Link(f"Reason for {rule}", f"reason-{rule}")


def _patient(fill: Fill) -> str:
    identifies = fill.kind.identifies
    names = [identifies.get(role, "") for role in ("given_name", "family_name")]
    return " ".join(" ".join(fill.draft.typed.get(name, ())) for name in names).strip()


def _changed(posted: Typed, typed: Typed) -> Typed:
    """Posted name → values, where the page now has to hold other values than it sent."""
    names = {*posted, *typed}
    changed = (name for name in names if _filled(posted, name) != _filled(typed, name))
    return {name: typed.get(name, []) for name in sorted(changed)}


def _filled(typed: Mapping[str, list[str]], name: str) -> list[str]:
    return [value for value in typed.get(name, ()) if value]


def _redrawn(fill: Fill, sheet: Sheet) -> dict[str, str]:
    repeats = (one for one in fill.kind.fields if one.type == "repeat" and one.name in fill.redrawn)
    return {one.name: _drawn("question_of", sheet.question(one)) for one in repeats}


def _cards(fill: Fill, sheet: Sheet) -> dict[str, str]:
    found = {
        one.name: sheet.card(one, one.name)
        for one in fill.kind.fields
        if "directory" in one.settings
    }
    return {name: _drawn("card_of", card) for name, card in found.items() if card}


def _fold(sheet: Sheet, section: str) -> dict[str, Any]:
    fold = sheet.fold(section)
    return {
        "id": section,
        "more_words": fold.words,
        "more_count": fold.count,
        "is_more_open": fold.is_open,
    }


def _drawn(macro: str, thing: Any) -> str:
    return str(get_template_attribute(PARTS, macro)(thing)).strip()
