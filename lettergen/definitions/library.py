"""The library: every document type and directory that is found in the forms folders."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from lettergen.definitions import reading
from lettergen.definitions.cross_checks import check_names
from lettergen.definitions.directories import Directories, open_directories
from lettergen.definitions.faults import BrokenDefinition, Fault, FaultList, faults_in
from lettergen.definitions.grammar import (
    REASON_LENGTH,
    Computed,
    DocumentType,
    Field,
    Rule,
    Section,
)
from lettergen.definitions.shapes import Table
from lettergen.definitions.templates import parts_of
from lettergen.definitions.toml import read_toml, version_of
from lettergen.definitions.words import with_words, word_files
from lettergen.refusals import Refused


class NoSuchForm(Refused):
    """No document type bears this name."""


@dataclass(frozen=True)
class Folders:
    """Where definitions and letter templates are looked for, the practice's own last."""

    forms: tuple[Path, ...]
    templates: tuple[Path, ...]

    def form(self, slug: str) -> Path | None:
        """Return the definition of this name; the practice's own goes before the shipped."""
        return _last(self.forms, f"{slug}.toml")

    def template(self, name: str) -> Path | None:
        """Return the letter template of this name; the practice's own goes before the shipped."""
        return _last(self.templates, name)

    def slugs(self) -> list[str]:
        """Return the names of all document types, sorted."""
        return sorted({path.stem for folder in self.forms for path in folder.glob("*.toml")})


class HasFolders(Protocol):
    """Settings, as far as the library needs them."""

    @property
    def forms_folders(self) -> Sequence[Path]:
        """Folders of definitions, the practice's own last."""

    @property
    def template_folders(self) -> Sequence[Path]:
        """Folders of letter templates, the practice's own last."""


def open_library(settings: HasFolders) -> "Library":
    """Return the library of the folders in the settings; definitions are read when asked for."""
    return Library(Folders(tuple(settings.forms_folders), tuple(settings.template_folders)))


class Library:
    """Document types by slug and directories, each read once, when first asked for."""

    def __init__(self, folders: Folders) -> None:
        self.folders = folders
        self.directories: Directories = open_directories(folders.forms)
        self._found: dict[str, DocumentType] = {}

    @property
    def document_types(self) -> tuple[DocumentType, ...]:
        """Every document type, by title; raises BrokenDefinition with every fault of all."""
        found: list[DocumentType] = []
        faults: list[Fault] = []
        for slug in self.folders.slugs():
            try:
                found.append(self.get(slug))
            except BrokenDefinition as broken:
                faults.extend(broken.faults)
        if faults:
            raise BrokenDefinition(faults)
        return tuple(sorted(found, key=lambda kind: kind.title))

    def get(self, slug: str) -> DocumentType:
        """Return a document type; raises NoSuchForm, or BrokenDefinition with every fault."""
        if slug not in self._found:
            path = self.folders.form(slug) if slug in self.folders.slugs() else None
            if path is None:
                raise NoSuchForm(_no_such(slug, self.folders.slugs()))
            self._found[slug] = _read(path, self.folders, self.directories)
        return self._found[slug]

    def lookup(self, directory: str, name: str) -> Mapping[str, Any] | None:
        """Return a directory's record of this name, or None: what `looked_up` looks in."""
        return self.directories.record(directory, name)

    def is_stale(self, directory: str, name: str, today: date) -> bool:
        """Say whether a record has not been checked for longer than its directory allows."""
        return self.directories.is_stale(directory, name, today)


def _read(path: Path, folders: Folders, directories: Directories) -> DocumentType:
    faults = read_toml(path)
    table = faults.table
    top = reading.read_top(table, faults)
    own, first, last = _parts(path, table, top, folders, faults)
    computed = _joined(own.computed, *(one.computed for one in (*first, *last)))
    kind = DocumentType(
        slug=path.stem,
        title=top.get("title", path.stem),
        family=top.get("family", ""),
        summary=top.get("summary", ""),
        minutes=top.get("minutes", 0),
        sending=top.get("sending", ""),
        sections=tuple(_sections((*first, own, *last)).values()),
        fields=_joined(*(one.fields for one in (*first, own, *last))),
        computed=with_words(computed, folders.forms, faults),
        # A fault is found by a rule's place in the form's own file: those of groups come after.
        rules=_joined(own.rules, *(one.rules for one in (*first, *last))),
        identifies=top.get("identifies", {}),
        has_patient_copy=folders.template(f"{path.stem}.patient.html") is not None,
    )
    _check_once(kind, own, faults)
    kind = _with_reasons(kind)
    check_names(kind, directories.by_name.keys(), faults)
    if folders.template(f"{path.stem}.html") is None:
        faults.add((), f"no letter template templates/letters/{path.stem}.html")
    if faults.faults:
        raise BrokenDefinition(faults.faults)
    others = [one.path for one in (*first, *last)] + word_files(computed, folders.forms)
    return replace(kind, version=_version(path, others, folders))


@dataclass(frozen=True)
class _Parts:
    """What one file adds to a document type: its own, or that of a group."""

    path: Path
    sections: Mapping[str, Section]
    fields: tuple[Field, ...]
    computed: tuple[Computed, ...] = ()
    rules: tuple[Rule, ...] = ()


def _parts(
    path: Path, table: Table, top: Mapping[str, Any], folders: Folders, faults: FaultList
) -> tuple[_Parts, list[_Parts], list[_Parts]]:
    """Return what the file itself holds, and the groups that stand before it and after it."""
    first = [_group(name, folders, faults) for name in top.get("include", [])]
    last = [_group(name, folders, faults) for name in top.get("include_after", [])]
    return _parts_of(path, table, faults), first, last


def _parts_of(path: Path, table: Table, faults: FaultList) -> _Parts:
    return _Parts(
        path,
        reading.read_sections(table, faults),
        reading.read_fields(table, faults),
        reading.read_computed(table, faults),
        reading.read_rules(table, faults),
    )


def _sections(parts: Sequence[_Parts]) -> dict[str, Section]:
    return {id_: one for part in parts for id_, one in part.sections.items()}


def _check_once(kind: DocumentType, own: _Parts, faults: FaultList) -> None:
    """Note fields and rules that stand in more than one of the files."""
    names = [one.name for one in kind.fields]
    for name in {one for one in names if names.count(one) > 1}:
        faults.add(("fields", name), f"{name} stands twice: here and in an included group")
    ids = [one.id for one in kind.rules]
    for id_ in {one.id for one in own.rules if ids.count(one.id) > 1}:
        faults.add((), f"the rule {id_} stands twice: here and in an included group")


def _with_reasons(kind: DocumentType) -> DocumentType:
    """Give a type with warnings a place for their reasons, if it does not name one itself."""
    has_warnings = any(rule.level == "warn" for rule in kind.rules)
    if not has_warnings or not kind.fields or any(one.type == "reasons" for one in kind.fields):
        return kind
    least, most = REASON_LENGTH
    reasons = Field(
        name="override_reasons",
        type="reasons",
        label="Reasons for going ahead",
        section=kind.fields[-1].section,
        settings={"min": least, "max": most},
    )
    return replace(kind, fields=(*kind.fields, reasons))


def _group(name: str, folders: Folders, faults: FaultList) -> _Parts:
    known = {path.stem: path for folder in folders.forms for path in folder.glob("groups/*.toml")}
    path = known.get(name)
    if path is None:
        faults.add(("include",), f"no group forms/groups/{name}.toml")
        return _Parts(Path(), {}, ())
    own = read_toml(path)
    for key in set(own.table) - {"sections", "fields", "computed", "rules"}:
        own.add((key,), f"unknown key {key}; a group has sections, fields, computed and rules")
    found = _parts_of(path, own.table, own)
    faults.faults.extend(own.faults)
    return found


def _joined(*parts: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(one for part in parts for one in part)


def _version(path: Path, groups: Sequence[Path], folders: Folders) -> str:
    """Return a hash of everything that makes the letter what it is, 12 hex digits."""
    return version_of((path, *groups, *parts_of(path.stem, folders.template)))


def _last(folders: Sequence[Path], name: str) -> Path | None:
    return next((folder / name for folder in reversed(folders) if (folder / name).is_file()), None)


def _no_such(slug: str, known: list[str]) -> str:
    near = difflib.get_close_matches(slug, known, n=1)
    guess = f" Did you mean {near[0]}?" if near else ""
    return f"There is no form {slug!r}.{guess} Known forms: {', '.join(known) or 'none'}."


def faults_of(library: Library, slug: str) -> list[Fault]:
    """Return every fault of one definition."""
    return faults_in(lambda: library.get(slug))
