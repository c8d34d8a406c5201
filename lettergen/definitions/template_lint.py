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
from lettergen.definitions.templates import Find

MEDIA = ("print", "large", "page")
_KNOWN_MEDIA = f"it is {', '.join(MEDIA)}"
_NO_MARK = (
    "the letter bears no mark by which it can be checked: extend _letter.html, "
    "or print {{ check_mark(letter) }} of _check.html at its end"
)
_NO_LARGE_PRINT = (
    'its large print is no larger than the letter: extend _letter.html, or set class="large" on '
    '<html> where letter.medium is "large", and style that'
)

_RULES = (
    (r"<th\b[^>]*\bcolspan[^>]*>", "a header cell with colspan breaks PDF/UA-1"),
    (r"<th\b(?![^>]*\bscope\s*=)[^>]*>", "a header cell needs a scope, for the web page too"),
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
    found = [*unknown_names(kind, tree), *_logic(tree), *_media(tree), *_unsafe(spoken)]
    # A letter goes on below the heading of the frame that it extends.
    found += _heading_skips(spoken, 1 if tree.find(nodes.Extends) else 0)
    return sorted({Fault(str(path), line, message) for line, message in found})


def frame_faults(kind: DocumentType, find: Find) -> Iterator[Fault]:
    """Yield a fault for each sheet of a letter whose frame lacks what every letter has.

    That is the mark by which anyone can check it, and the large print. Lost they are by a frame of
    one's own, or where one keeps the mark in a block that the letter fills with something else.
    """
    for name in (f"{kind.slug}.html", f"{kind.slug}.patient.html"):
        frames = _frames(name, find)
        if frames and not _keeps_mark([tree for _, tree in frames]):
            path = frames[0 if any(_marks(frames[-1][1])) else -1][0]
            yield Fault(str(path), 1, _NO_MARK)
        if frames and not any(_enlarges(tree) for _, tree in frames):
            yield Fault(str(frames[-1][0]), 1, _NO_LARGE_PRINT)


def _frames(name: str, find: Find) -> list[tuple[Path, nodes.Template]]:
    """Return a template and those that it extends, the outermost last.

    There are none where one has a fault, which is named elsewhere, or is only named by an answer.
    """
    found: dict[str, tuple[Path, nodes.Template]] = {}
    while name not in found and (path := find(name)):
        try:
            tree = Environment(autoescape=True).parse(path.read_text("utf-8"))
        except (TemplateError, UnicodeDecodeError):
            return []
        found[name] = path, tree
        frame = next((one.template for one in tree.find_all(nodes.Extends)), None)
        if frame is None:
            break
        if not isinstance(frame, nodes.Const):
            return []
        name = frame.value
    return list(found.values())


def _keeps_mark(frames: list[nodes.Template]) -> bool:
    """Say whether one of them prints the mark, where no other puts something else in its place."""
    replaced: set[str] = set()
    for tree in frames:
        blocks = {block.name: block for block in tree.find_all(nodes.Block)}
        lost = {id(mark) for one in replaced & set(blocks) for mark in _marks(blocks[one])}
        if any(id(mark) not in lost for mark in _marks(tree)):
            return True
        replaced |= set(blocks)
    return False


def _enlarges(tree: nodes.Template) -> bool:
    """Say whether a template does anything about large print."""
    return any(
        isinstance(compared.expr, nodes.Getattr)
        and compared.expr.attr == "medium"
        and any(one.value == "large" for one in compared.find_all(nodes.Const))
        for compared in tree.find_all(nodes.Compare)
    )


def _marks(tree: nodes.Node) -> Iterator[nodes.Node]:
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "check_mark":
            yield call


def _media(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    for compared in tree.find_all(nodes.Compare):
        one = compared.expr
        if isinstance(one, nodes.Getattr) and one.attr == "medium":
            for wrong in compared.find_all(nodes.Const):
                if wrong.value not in MEDIA:
                    yield wrong.lineno, f"letter.medium is never {wrong.value!r}: {_KNOWN_MEDIA}"


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
