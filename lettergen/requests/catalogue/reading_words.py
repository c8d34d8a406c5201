"""`sources.toml`, `replies*.toml` → what may be said, and why."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from lettergen.definitions.faults import Trail
from lettergen.definitions.shapes import day, fitting, tables
from lettergen.definitions.toml import Opened
from lettergen.requests.catalogue.grammar import EMPTY, Reply, Source
from lettergen.requests.catalogue.marks import PATIENT

SOURCE_KEYS = {"title": str, "link": str, "checked_on": date, "from_memory": bool}
TEXTS = list[str]
REPLY_KEYS = {
    "to": str,
    "title": str,
    "purpose": str,
    "named": TEXTS,
    "nameless": TEXTS,
    "authority": str,
    "source": str,
    "checked_on": date,
    "route": str,
    "reopens": str,
    "contact_role": str,
    "routes": dict[str, str],
    "missing": dict[str, str],
    "added": str,
    "sample": str,
    "offers": str,
}
REPLY_OPTIONAL = ("routes", "missing", "added", "sample", "offers")


def read_sources(opened: Opened) -> dict[str, Source]:
    """Return the sources by tag."""
    fitting(opened.table, {"sources": dict[str, Any]}, (), opened, needed=("sources",))
    found = {}
    for tag, table in tables(opened.table, "sources", (), opened):
        where: Trail = ("sources", tag)
        body = fitting(table, SOURCE_KEYS, where, opened, needed=("title", "checked_on"))
        link = body.get("link", "")
        if link and not link.startswith("https://"):
            opened.add((*where, "link"), "a link begins with https://")
        found[tag] = Source(
            tag=tag,
            title=body.get("title", tag),
            link=link,
            checked_on=day(body, "checked_on"),
            is_from_memory=body.get("from_memory", False),
        )
    return found


def read_replies(opened: Opened) -> tuple[Reply, ...]:
    """Return the standard replies of a file."""
    fitting(opened.table, {"replies": dict[str, Any]}, (), opened, needed=("replies",))
    return tuple(
        _reply(code, table, opened) for code, table in tables(opened.table, "replies", (), opened)
    )


def _reply(code: str, table: Mapping[str, Any], opened: Opened) -> Reply:
    where: Trail = ("replies", code)
    needed = tuple(key for key in REPLY_KEYS if key not in REPLY_OPTIONAL)
    body = fitting(table, REPLY_KEYS, where, opened, needed=needed)
    for place, text in enumerate(body.get("nameless", ())):
        if PATIENT in text:
            opened.add((*where, "nameless", place), "nameless paragraphs name nobody: no {patient}")
    for name in ("named", "nameless"):
        if name in body and not body[name]:
            opened.add((*where, name), f"{name} has at least one paragraph")
    texts = {
        name: body.get(name, "")
        for name in (
            "to",
            "title",
            "purpose",
            "authority",
            "route",
            "reopens",
            "contact_role",
            "source",
            "added",
            "sample",
            "offers",
        )
    }
    return Reply(
        code=code,
        named=tuple(body.get("named", ())),
        nameless=tuple(body.get("nameless", ())),
        checked_on=day(body, "checked_on"),
        routes=body.get("routes", EMPTY),
        missing=body.get("missing", EMPTY),
        **texts,
    )
