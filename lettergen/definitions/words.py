"""Word lists: wordings that a letter should be looked at for, kept as data beside the forms.

A practice's own file of the same name adds to the shipped one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from lettergen.computations import Phrase, WordList
from lettergen.definitions.faults import BrokenDefinition, Fault, FaultList
from lettergen.definitions.grammar import Computed
from lettergen.definitions.shapes import fitting, rows
from lettergen.definitions.toml import read_toml

FUNCTION = "flagged"
FOLDER = "requests"
KEYS = {"title": str, "find": list[str], "better": str, "source": str}


def files_of(folders: Sequence[Path], name: str) -> list[Path]:
    """Return the files of a word list, the practice's own last."""
    found = (folder / FOLDER / f"{name}.toml" for folder in folders)
    return [path for path in found if path.is_file()]


def read_words(path: Path) -> WordList:
    """Return the phrases of one file; its rows bear the name of the file.

    Raises BrokenDefinition with every fault.
    """
    faults = read_toml(path)
    table = faults.table
    for key in set(table) - {path.stem}:
        faults.add((key,), f"unknown key {key}; this list is [[{path.stem}]]")
    found = []
    for index, body in rows(table, path.stem, faults):
        where = (path.stem, index)
        sound = fitting(body, KEYS, where, faults, needed=("find", "source"))
        phrase = Phrase(
            tuple(sound.get("find", ())), sound.get("title", ""), sound.get("better", "")
        )
        if not (phrase.title or phrase.better):
            faults.add(where, "say what to write instead (better), or what it tells of (title)")
        if any(not wording.strip(" *") for wording in phrase.find) or not phrase.find:
            faults.add((*where, "find"), "find is a list of wordings")
        found.append(phrase)
    if not found:
        faults.add((), f"no [[{path.stem}]]")
    if faults.faults:
        raise BrokenDefinition(faults.faults)
    return tuple(found)


def with_words(
    computed: tuple[Computed, ...], folders: Sequence[Path], faults: FaultList
) -> tuple[Computed, ...]:
    """Return computed values with the word lists that they name in place of the names."""
    return tuple(_bound(one, folders, faults) for one in computed)


def word_files(computed: tuple[Computed, ...], folders: Sequence[Path]) -> list[Path]:
    """Return the files of all word lists that are named: they are part of what a form says."""
    return [path for name in dict.fromkeys(_names(computed)) for path in files_of(folders, name)]


def _names(computed: tuple[Computed, ...]) -> Iterator[str]:
    for one in computed:
        if one.function == FUNCTION and isinstance(one.options.get("words"), str):
            yield one.options["words"]


def _bound(one: Computed, folders: Sequence[Path], faults: FaultList) -> Computed:
    if one.function != FUNCTION:
        return one
    name = one.options.get("words", "")
    paths = files_of(folders, name) if isinstance(name, str) and name.isidentifier() else []
    if not paths:
        faults.add(("computed", one.name, "words"), f"no word list forms/{FOLDER}/{name}.toml")
    return replace(one, options={"words": _all(paths, faults.faults)})


def _all(paths: Sequence[Path], faults: list[Fault]) -> WordList:
    found: list[Phrase] = []
    for path in paths:
        try:
            found.extend(read_words(path))
        except BrokenDefinition as broken:
            faults.extend(broken.faults)
    return tuple(found)
