"""Faults in letter templates: unknown names, logic beyond the agreed, features that break PDF/UA.

What breaks PDF/UA-1 or PDF/A-3a in WeasyPrint was found by running veraPDF over each feature.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, TemplateError, nodes

from lettergen.definitions.faults import Fault
from lettergen.definitions.grammar import DocumentType
from lettergen.definitions.template_names import unknown_names

_RULES = (
    (r"<th\b[^>]*\bcolspan[^>]*>", "a header cell with colspan breaks PDF/UA-1"),
    (r"<a\b[^>]*>(?:(?!</a>).)*<(?!/a)[a-z]", "a tag within a link breaks PDF/UA-1"),
    (r"<img\b(?![^>]*\balt\s*=)[^>]*>", "an image needs an alternative text (alt)"),
    (r"<img\b[^>]*\balt\s*=\s*(?:\"\s*\"|'\s*')", "alt is empty: use a CSS background"),
    (r"<svg\b(?:(?!</svg>|<title\b).)*</svg>", "an SVG needs a <title>"),
    (r"\bopacity\s*:", "opacity breaks PDF/UA-1: use an rgba colour"),
    (r"\|\s*safe\b|\{%-?\s*autoescape\b", "a letter template never marks anything safe"),
    (r"<script\b|\bon[a-z]+\s*=\s*[\"']", "a letter holds no script"),
    (r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:|//|file:)", "fetches from outside"),
)
_COMMENT = re.compile(r"\{#.*?#\}|/\*.*?\*/", re.DOTALL)
_HEADING = re.compile(r"<h([1-6])\b", re.IGNORECASE)


def template_faults(kind: DocumentType, path: Path) -> list[Fault]:
    """Return the faults of one template or stylesheet of a document type's letter."""
    try:
        text = path.read_text(encoding="utf-8")
        tree = Environment(autoescape=True).parse(text if path.suffix == ".html" else "")
    except UnicodeDecodeError:
        return [Fault(str(path), 1, "the file is not UTF-8 text")]
    except TemplateError as error:
        line = getattr(error, "lineno", 1) or 1
        return [Fault(str(path), line, f"not a sound template: {error}")]
    spoken = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)
    found = [*unknown_names(kind, tree), *_logic(tree), *_unsafe(spoken)]
    # A letter goes on below the heading of the frame that it extends.
    found += _heading_skips(spoken, 1 if tree.find(nodes.Extends) else 0)
    return sorted({Fault(str(path), line, message) for line, message in found})


def _logic(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    for node in tree.find_all((nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.Pow)):
        yield node.lineno, "no arithmetic in a letter: name a computed value in the definition"


def _unsafe(text: str) -> Iterator[tuple[int, str]]:
    for pattern, message in _RULES:
        for match in re.finditer(pattern, text, re.IGNORECASE | re.DOTALL):
            yield text.count("\n", 0, match.start()) + 1, message


def _heading_skips(text: str, before: int) -> Iterator[tuple[int, str]]:
    for match in _HEADING.finditer(text):
        level = int(match.group(1))
        if before and level > before + 1:
            line = text.count("\n", 0, match.start()) + 1
            yield line, f"h{before} is followed by h{level}: headings skip no level"
        before = level
