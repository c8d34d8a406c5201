"""Which names a letter template may use, and which that it uses nothing bears."""

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import nodes

from lettergen.definitions.grammar import DocumentType, Field

# Name → what is known to stand under it in its turn; None where anything may.
Names = Mapping[str, Any]

TREES = ("answers", "said")
FLAT = ("asked", "labels", "options")
FIXED = {
    "practice": ("name", "ods", "address", "address_lines", "phone", "email", "secure_domains"),
    "signer": ("name", "role", "body", "number"),
    "patient": (
        "title",
        "given_name",
        "family_name",
        "full_name",
        "initials",
        "date_of_birth",
        "nhs_number",
        "email",
        "is_safe_to_write",
        "formats",
    ),
    "letter": (
        "title",
        "reference",
        "date",
        "is_draft",
        "addressee",
        "addressee_lines",
        "file_name",
        "replaces",
        "replaces_date",
        "medium",
        "check",
    ),
}


def unknown_names(kind: DocumentType, tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """Yield line and words for each name under `answers` and the like that nothing bears.

    Names that a template gives of its own, in `for`, `set` and `with`, are followed; what a
    macro is handed is not.
    """
    flat = dict.fromkeys(one.name for one in kind.fields)
    known: dict[str, Any] = {name: dict.fromkeys(facts) for name, facts in FIXED.items()}
    known |= dict.fromkeys(TREES, _tree(kind.fields)) | dict.fromkeys(FLAT, flat)
    known["computed"] = dict.fromkeys(one.name for one in kind.computed)
    yield from _walk(tree, known)


def _tree(fields: tuple[Field, ...]) -> Names:
    return {one.name: _tree(one.fields) if one.fields else None for one in fields}


def _walk(node: nodes.Node, known: Names) -> Iterator[tuple[int, str]]:
    if isinstance(node, (nodes.Getattr, nodes.Getitem)):
        name, around = _name(node), _found(node.node, known)
        if name and around is not None and name not in around:
            yield node.lineno, f"{_dotted(node)}: there is no such value"
    if isinstance(node, nodes.For):
        # What stands in a list of rows is found where the list itself is.
        known = {**known, **_named(node.target, node.iter, known)}
    if isinstance(node, nodes.With):
        for target, value in zip(node.targets, node.values, strict=True):
            known = {**known, **_named(target, value, known)}
    if isinstance(node, nodes.Macro):
        known = {**known, **{argument.name: None for argument in node.args}}
    for child in node.iter_child_nodes():
        yield from _walk(child, known)
        if isinstance(child, nodes.Assign):
            known = {**known, **_named(child.target, child.node, known)}


def _named(target: nodes.Node, value: nodes.Node, known: Names) -> dict[str, Any]:
    if isinstance(target, nodes.Name):
        return {target.name: _found(value, known)}
    return {name.name: None for name in target.find_all(nodes.Name)}


def _found(node: nodes.Node, known: Names) -> Names | None:
    """Return what stands under a value, or None where that is not known."""
    if isinstance(node, nodes.Name):
        return known.get(node.name)
    if isinstance(node, (nodes.Getattr, nodes.Getitem)):
        around, name = _found(node.node, known), _name(node)
        # One of several rows, by its place, holds what each of them does.
        return (around or {}).get(name) if name else around
    return None


def _name(node: nodes.Getattr | nodes.Getitem) -> str:
    if isinstance(node, nodes.Getattr):
        return node.attr
    name = node.arg.value if isinstance(node.arg, nodes.Const) else None
    return name if isinstance(name, str) else ""


def _dotted(node: nodes.Node) -> str:
    if isinstance(node, (nodes.Getattr, nodes.Getitem)):
        return f"{_dotted(node.node)}.{_name(node)}"
    return node.name if isinstance(node, nodes.Name) else "…"
