"""TOML files as text and table, their mistakes as faults."""

import re
import tomllib
from pathlib import Path
from typing import Any

from lettergen.definitions.faults import BrokenDefinition, Fault


def read_toml(path: Path) -> tuple[str, dict[str, Any]]:
    """Return a file's text and what it says; raises BrokenDefinition if it is not sound TOML."""
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except OSError as error:
        raise BrokenDefinition([Fault(str(path), 1, error.strerror or str(error))]) from error
    except UnicodeDecodeError as error:
        raise BrokenDefinition([Fault(str(path), 1, "the file is not UTF-8 text")]) from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        fault = Fault(str(path), int(line.group(1)) if line else 1, f"not sound TOML: {error}")
        raise BrokenDefinition([fault]) from error
