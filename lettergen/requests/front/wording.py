"""What people agree to before a letter about them is sent: forms/requests/consents.toml."""

import hashlib
import json
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from lettergen.definitions import BrokenDefinition
from lettergen.definitions.faults import Fault, faults_in
from lettergen.definitions.library import HasFolders
from lettergen.definitions.toml import read_toml

FOLDER, NAME = "requests", "consents.toml"
AMRA, GENERAL = "amra", "general"
KINDS = (AMRA, GENERAL)
BLANKS = frozenset({"applicant", "purpose", "practice", "until", "ends"})
_TEXTS = ("title", "lead", "source", "scope", "agree")
_WISH = ("question", "yes", "yes_hint", "no", "no_hint")
_LISTS = {"ticks": ("key", "text"), "rights": ("text",), "limits": ("key", "text")}
_NEEDED = frozenset({*_TEXTS, *_LISTS, "days", "wish"})


@dataclass(frozen=True)
class Line:
    """One thing to tick, or to know; `key` is how records name it."""

    key: str
    text: str


@dataclass(frozen=True)
class Wish:
    """The question whether somebody wants to see a letter first, and both answers."""

    question: str
    yes: str
    yes_hint: str
    no: str
    no_hint: str


@dataclass(frozen=True)
class Wording:
    """One kind of agreement in words. `limits` are what somebody may allow one by one.

    `days` is how long a yes lasts; `version` a hash of the words, kept with each signature.
    """

    kind: str
    title: str
    lead: str
    source: str
    scope: str
    agree: str
    days: int
    ticks: tuple[Line, ...]
    rights: tuple[str, ...]
    limits: tuple[Line, ...]
    wish: Wish
    version: str

    def filled(self, blanks: Mapping[str, str]) -> "Wording":
        """Return the same words with the names and days of one request in them."""

        def fill(text: str) -> str:
            return text.format_map(blanks)

        return Wording(
            kind=self.kind,
            title=fill(self.title),
            lead=fill(self.lead),
            source=self.source,
            scope=self.scope,
            agree=self.agree,
            days=self.days,
            ticks=tuple(Line(one.key, fill(one.text)) for one in self.ticks),
            rights=tuple(fill(text) for text in self.rights),
            limits=self.limits,
            wish=Wish(*(fill(getattr(self.wish, name)) for name in _WISH)),
            version=self.version,
        )


def load(places: HasFolders) -> Mapping[str, Wording]:
    """Return the words by kind: the practice's own file in place of the shipped one.

    Raises BrokenDefinition with every fault.
    """
    path = _path(places)
    found = path.stat()
    return _read(path, found.st_mtime_ns, found.st_size)


def faults_of(places: HasFolders) -> tuple[Fault, ...]:
    """Return what is wrong with the file, for `lettergen lint`."""
    return tuple(faults_in(lambda: load(places)))


def _path(places: HasFolders) -> Path:
    return [path for folder in places.forms_folders if (path := folder / FOLDER / NAME).is_file()][
        -1
    ]


@lru_cache(maxsize=4)
def _read(path: Path, _changed_at: int, _size: int) -> Mapping[str, Wording]:
    raw = read_toml(path).table
    faults = [Fault(str(path), 1, text) for text in _wrong(raw)]
    if faults:
        raise BrokenDefinition(faults)
    return {kind: _wording(kind, raw[kind]) for kind in KINDS}


def _wrong(raw: Mapping[str, Any]) -> Iterator[str]:
    unknown = set(raw) - {*KINDS, "checked_on"}
    yield from (f"nothing here is called {name}" for name in sorted(unknown))
    for kind in KINDS:
        part = raw.get(kind)
        if not isinstance(part, dict) or set(part) != _NEEDED:
            yield f"[{kind}] needs exactly {', '.join(sorted(_NEEDED))}"
            continue
        yield from (f"[{kind}] {text}" for text in _wrong_part(part))


def _wrong_part(part: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(part["days"], int) or not 1 <= part["days"] <= 366:  # noqa: PLR2004  (a year)
        yield "days is a number from 1 to 366"
    if not isinstance(part["wish"], dict) or set(part["wish"]) != set(_WISH):
        yield f"wish needs exactly {', '.join(_WISH)}"
    for name, keys in _LISTS.items():
        if any(not isinstance(row, dict) or set(row) != set(keys) for row in part[name]):
            yield f"each row of {name} needs exactly {' and '.join(keys)}"
            continue
        named = [row.get("key") for row in part[name] if "key" in row]
        if len(set(named)) < len(named):
            yield f"two rows of {name} have one key"
    for text in _texts(part):
        blanks = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        if blanks - BLANKS:
            yield f"only {', '.join(sorted(BLANKS))} may stand in braces: {text!r}"


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _wording(kind: str, part: Mapping[str, Any]) -> Wording:
    version = hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()[:12]
    return Wording(
        kind=kind,
        **{name: part[name] for name in _TEXTS},
        days=part["days"],
        ticks=tuple(Line(**row) for row in part["ticks"]),
        rights=tuple(row["text"] for row in part["rights"]),
        limits=tuple(Line(**row) for row in part["limits"]),
        wish=Wish(**part["wish"]),
        version=version,
    )
