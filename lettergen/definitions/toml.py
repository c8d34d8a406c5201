"""TOML files as text and table, their mistakes as faults."""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lettergen.definitions.faults import BrokenDefinition, Fault, FaultList


class Opened(FaultList):
    """One TOML file: its table, and the faults that are found in it."""

    def __init__(self, path: Path, text: str, table: Mapping[str, Any]) -> None:
        super().__init__(path, text)
        self.table = table


def read_toml(path: Path) -> Opened:
    """Return a file with what it says; raises BrokenDefinition if it is not sound TOML."""
    try:
        text = path.read_text(encoding="utf-8")
        return Opened(path, text, tomllib.loads(text))
    except OSError as error:
        raise BrokenDefinition([Fault(str(path), 1, error.strerror or str(error))]) from error
    except UnicodeDecodeError as error:
        raise BrokenDefinition([Fault(str(path), 1, "the file is not UTF-8 text")]) from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        fault = Fault(str(path), int(line.group(1)) if line else 1, f"not sound TOML: {error}")
        raise BrokenDefinition([fault]) from error


def read_among(path: Path, faults: list[Fault]) -> Opened | None:
    """Return one file of several; None, with its faults added to theirs, if it is not sound."""
    try:
        return read_toml(path)
    except BrokenDefinition as broken:
        faults.extend(broken.faults)
        return None


def version_of(paths: Iterable[Path]) -> str:
    """Return a hash of the names of files and of all that they hold, 12 hex digits."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
