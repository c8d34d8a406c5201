"""`forms/requests/` → the catalogue, with every fault of all its files at once."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from lettergen.definitions.faults import BrokenDefinition, Fault, faults_in
from lettergen.definitions.library import HasFolders
from lettergen.definitions.toml import Opened, read_among, version_of
from lettergen.requests.catalogue import reading_rules, reading_types, reading_words
from lettergen.requests.catalogue.cross_checks import check_catalogue
from lettergen.requests.catalogue.grammar import Catalogue, Group, Reply, Type
from lettergen.requests.catalogue.plainness import remarks

FOLDER = "requests"
SINGLE = ("questions.toml", "outcomes.toml", "rules.toml", "sources.toml")
SEVERAL = ("types-*.toml", "replies*.toml")
Part = TypeVar("Part", Type, Reply)
Files = dict[str, Opened]


def load(places: HasFolders) -> Catalogue:
    """Return the catalogue of the folders; a practice's own file goes before one of its name.

    Raises BrokenDefinition with every fault of all files.
    """
    faults: list[Fault] = []
    files = {path.name: one for path in paths(places) if (one := read_among(path, faults))}
    faults += _missing(places, files)
    if faults:
        raise BrokenDefinition(faults)
    catalogue = _read(files, version=version_of(paths(places)))
    faults = [fault for one in files.values() for fault in one.faults]
    if not faults:
        faults = check_catalogue(catalogue, files, _slugs(places))
    if faults:
        raise BrokenDefinition(faults)
    return catalogue


def faults_of(places: HasFolders) -> list[Fault]:
    """Return every fault of the catalogue's files."""
    return faults_in(lambda: load(places))


def notes_of(places: HasFolders) -> list[Fault]:
    """Return what would make replies easier to read; nothing while the catalogue is broken."""
    try:
        replies = load(places).replies
    except BrokenDefinition:
        return []
    files = [one for path in paths(places) if (one := read_among(path, []))]
    for one in files:
        for code in one.table.get("replies", ()):
            for remark in dict.fromkeys(remarks(replies[code])):
                one.add(("replies", code), remark)
    return [note for one in files for note in one.faults]


def _read(files: Files, *, version: str) -> Catalogue:
    groups, types = _types(_of(files, "types-"))
    return Catalogue(
        groups=groups,
        types=types,
        questions=reading_rules.read_questions(files["questions.toml"]),
        outcomes=reading_rules.read_outcomes(files["outcomes.toml"]),
        rules=reading_rules.read_rules(files["rules.toml"]),
        replies=_replies(_of(files, "replies")),
        sources=reading_words.read_sources(files["sources.toml"]),
        version=version,
    )


def _types(files: Sequence[Opened]) -> tuple[dict[str, Group], dict[str, Type]]:
    read = [(*reading_types.read_group(one), one) for one in files]
    in_order = sorted(read, key=lambda part: (part[0], part[1].key))
    groups = {group.key: group for _, group, _ in in_order}
    parts = [(reading_types.read_types(one, group.key), one) for _, group, one in in_order]
    return groups, _once(parts, lambda kind: kind.key, "types")


def _replies(files: Sequence[Opened]) -> dict[str, Reply]:
    parts = [(reading_words.read_replies(one), one) for one in files]
    found = _once(parts, lambda reply: reply.code, "replies")
    return dict(sorted(found.items()))


def _once(
    parts: Sequence[tuple[Sequence[Part], Opened]], name: Callable[[Part], str], table: str
) -> dict[str, Part]:
    found: dict[str, Part] = {}
    first_in: dict[str, Path] = {}
    for rows, opened in parts:
        for one in rows:
            other = first_in.setdefault(name(one), opened.path)
            if name(one) in found:
                opened.add((table, name(one)), f"{name(one)} stands in {other} as well")
            found[name(one)] = one
    return found


def _of(files: Files, start: str) -> list[Opened]:
    return [one for name, one in files.items() if name.startswith(start)]


def _missing(places: HasFolders, files: Files) -> Iterator[Fault]:
    there = {path.name for path in paths(places)} | set(files)
    folder = Path(places.forms_folders[0]) / FOLDER
    for name in SINGLE:
        if name not in there:
            yield Fault(str(folder / name), 1, "this file of the requests is missing")
    for pattern in SEVERAL:
        if not any(name.startswith(pattern.partition("*")[0]) for name in there):
            yield Fault(str(folder / pattern), 1, "there is no file of this name")


def paths(places: HasFolders) -> list[Path]:
    """Return the files in use by name; a practice's own stands in place of a shipped one."""
    found = {
        path.name: path
        for folder in places.forms_folders
        for pattern in (*SINGLE, *SEVERAL)
        for path in (Path(folder) / FOLDER).glob(pattern)
    }
    return [found[name] for name in sorted(found)]


def _slugs(places: HasFolders) -> frozenset[str]:
    """Return the names of the document types that may answer a request."""
    return frozenset(
        path.stem for folder in places.forms_folders for path in Path(folder).glob("*.toml")
    )
