"""Which template files make a letter: its own, and all that they extend, include or import."""

from collections.abc import Callable, Iterator
from pathlib import Path

from jinja2 import Environment, TemplateError
from jinja2.meta import find_referenced_templates

STYLESHEET = "letter.css"

Find = Callable[[str], Path | None]


def parts_of(slug: str, find: Find) -> list[Path]:
    """Return the template files of a document type, its patient's copy and stylesheet included."""
    names: dict[str, Path] = {}
    for name in (f"{slug}.html", f"{slug}.patient.html", STYLESHEET):
        _collect(name, find, names)
    return list(names.values())


def _collect(name: str, find: Find, names: dict[str, Path]) -> None:
    path = find(name)
    if path is None or name in names:
        return
    names[name] = path
    for other in _referenced(path) if path.suffix == ".html" else ():
        _collect(other, find, names)


def _referenced(path: Path) -> Iterator[str]:
    try:
        tree = Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
    except (TemplateError, UnicodeDecodeError):
        return
    yield from sorted(name for name in find_referenced_templates(tree) if name)
