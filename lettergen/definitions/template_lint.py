"""Faults in letter templates: unknown names, logic beyond the agreed, features that break PDF/UA.

What breaks PDF/UA-1 or PDF/A-3a in WeasyPrint was found by running veraPDF over each feature.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, TemplateError, nodes

from lettergen.definitions.faults import Fault
from lettergen.definitions.grammar import DocumentType

TREES = ("answers", "said", "asked", "labels", "options")
FIXED = {
    "practice": {"name", "ods", "address", "address_lines", "phone", "email", "secure_domains"},
    "signer": {"name", "role", "body", "number"},
    "patient": {
        "title",
        "given_name",
        "family_name",
        "full_name",
        "initials",
        "date_of_birth",
        "nhs_number",
    },
    "letter": {
        "title",
        "reference",
        "date",
        "is_draft",
        "addressee",
        "addressee_lines",
        "file_name",
        "replaces",
        "replaces_date",
    },
}
_RULES = (
    (r"<(?:th|td)\b[^>]*\bcolspan[^>]*>", "a header cell with colspan breaks PDF/UA-1", r"<th\b"),
    (r"<a\b[^>]*>(?:(?!</a>).)*<(?!/a)[a-z]", "a tag within a link breaks PDF/UA-1", ""),
    (r"<img\b(?![^>]*\balt\s*=)[^>]*>", "an image needs an alternative text (alt)", ""),
    (r"<img\b[^>]*\balt\s*=\s*(?:\"\s*\"|'\s*')", "alt is empty: use a CSS background", ""),
    (r"<svg\b(?:(?!</svg>).)*</svg>", "an SVG needs a <title>", r"^(?!.*<title\b)"),
    (r"\bopacity\s*:", "opacity breaks PDF/UA-1: use an rgba colour", ""),
    (r"\|\s*safe\b", "a letter template never marks anything safe", ""),
    (r"<script\b|\bon[a-z]+\s*=\s*[\"']", "a letter holds no script", ""),
    (r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:|//|file:)", "fetches from outside", ""),
)
_HEADING = re.compile(r"<h([1-6])\b", re.IGNORECASE)


def template_faults(kind: DocumentType, path: Path) -> list[Fault]:
    """Return the faults of one template file of a document type's letter."""
    text = path.read_text(encoding="utf-8")
    try:
        tree = Environment(autoescape=True).parse(text)
    except TemplateError as error:
        line = getattr(error, "lineno", 1) or 1
        return [Fault(str(path), line, f"not a sound template: {error}")]
    found = [*_unknown_names(kind, tree), *_logic(tree), *_unsafe(text), *_heading_skips(text)]
    return sorted({Fault(str(path), line, message) for line, message in found})


def _unknown_names(kind: DocumentType, tree: nodes.Template) -> Iterator[tuple[int, str]]:
    fields = {one.name for one in kind.fields}
    known = {**dict.fromkeys(TREES, fields), **FIXED}
    known["computed"] = {one.name for one in kind.computed}
    for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
        if not isinstance(node, (nodes.Getattr, nodes.Getitem)):
            continue
        if not isinstance(node.node, nodes.Name) or node.node.name not in known:
            continue
        name = node.attr if isinstance(node, nodes.Getattr) else _constant(node.arg)
        if isinstance(name, str) and name not in known[node.node.name]:
            yield node.lineno, f"{node.node.name}.{name}: there is no such value"


def _constant(node: nodes.Node) -> object:
    return node.value if isinstance(node, nodes.Const) else None


def _logic(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    for node in tree.find_all((nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.Pow)):
        yield node.lineno, "no arithmetic in a letter: name a computed value in the definition"


def _unsafe(text: str) -> Iterator[tuple[int, str]]:
    for pattern, message, further in _RULES:
        for match in re.finditer(pattern, text, re.IGNORECASE | re.DOTALL):
            if not further or re.search(further, match.group(0), re.IGNORECASE | re.DOTALL):
                yield text.count("\n", 0, match.start()) + 1, message


def _heading_skips(text: str) -> Iterator[tuple[int, str]]:
    before = 0
    for match in _HEADING.finditer(text):
        level = int(match.group(1))
        if before and level > before + 1:
            line = text.count("\n", 0, match.start()) + 1
            yield line, f"h{before} is followed by h{level}: headings skip no level"
        before = level
