"""`forms/requests/types-*.toml` → groups and types of requests, or every fault at once."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from lettergen.definitions.faults import Trail
from lettergen.definitions.shapes import day, fitting, tables
from lettergen.definitions.toml import Opened
from lettergen.requests.catalogue.facts import CONSENTS
from lettergen.requests.catalogue.grammar import (
    CLOCKS,
    EMPTY,
    FALLBACKS,
    OBLIGATIONS,
    UNKNOWN,
    Group,
    Type,
)

TOP_KEYS = {"group": dict[str, Any], "types": dict[str, Any]}
GROUP_KEYS = {"key": str, "title": str, "order": int}
TYPE_KEYS = {
    "title": str,
    "public_title": str,
    "requester": str,
    "obligation": str,
    "fallback": str,
    "payer": str,
    "fee": dict[str, int],
    "consent": str,
    "who": list[str],
    "minutes": dict[str, int],
    "target_days": int,
    "letter": str,
    "reply": str,
    "vat": str,
    "sources": list[str],
    "words": list[str],
    "asks": dict[str, str],
    "letter_slug": str,
    "clock": str,
    "urgent": bool,
    "restricted": bool,
    "certifies_death": bool,
    "checked_on": date,
    "reviewed_on": date,
}
OPTIONAL = (
    "public_title",
    "fallback",
    "fee",
    "letter",
    "letter_slug",
    "clock",
    "urgent",
    "restricted",
    "certifies_death",
)
NEEDED = tuple(one for one in TYPE_KEYS if one not in OPTIONAL)
LONGEST_PUBLIC = 60
ROLES = ("R", "A", "N", "G")
VAT = ("EX", "SR", "OS", "CHK")
FEES = ("default", "low", "high")
MINUTES = ("gp", "admin")
_KEY = re.compile(r"[a-z][a-z0-9_]{1,59}")


def read_group(opened: Opened) -> tuple[int, Group]:
    """Return the group that a file is about, with its place among the groups."""
    top = fitting(opened.table, TOP_KEYS, (), opened, needed=("group", "types"))
    needed = tuple(GROUP_KEYS) if "group" in top else ()
    body = fitting(top.get("group", {}), GROUP_KEYS, ("group",), opened, needed=needed)
    key = str(body.get("key", opened.path.stem))
    return int(body.get("order", 0)), Group(key, str(body.get("title", key)))


def read_types(opened: Opened, group: str) -> tuple[Type, ...]:
    """Return the types of a file, in the order in which they stand."""
    return tuple(
        _type(key, table, group, opened) for key, table in tables(opened.table, "types", (), opened)
    )


def _type(key: str, table: Mapping[str, Any], group: str, opened: Opened) -> Type:
    where: Trail = ("types", key)
    missing = [one for one in NEEDED if one not in table]
    if missing:
        opened.add(where, f"{key} lacks {', '.join(missing)}")
    body = fitting(table, TYPE_KEYS, where, opened, needed=())
    fee = _numbers(body, "fee", FEES, where, opened)
    minutes = _numbers(body, "minutes", MINUTES, where, opened)
    _check_key(key, where, opened)
    _check_codes(body, where, opened)
    return Type(
        key=key,
        title=body.get("title", key),
        group=group,
        requester=body.get("requester", ""),
        obligation=body.get("obligation", ""),
        fallback=body.get("fallback", ""),
        payer=body.get("payer", ""),
        fee_default_pence=fee["default"],
        fee_low_pence=fee["low"],
        fee_high_pence=fee["high"],
        consent=body.get("consent", ""),
        who=tuple(body.get("who", ())),
        gp_min=minutes["gp"],
        admin_min=minutes["admin"],
        target_days=body.get("target_days", 0),
        letter=body.get("letter", ""),
        reply=body.get("reply", ""),
        vat=body.get("vat", ""),
        sources=tuple(body.get("sources", ())),
        words=tuple(body.get("words", ())),
        asks=body.get("asks", EMPTY),
        letter_slug=body.get("letter_slug", ""),
        clock=body.get("clock", ""),
        is_urgent=body.get("urgent", False),
        restricted=body.get("restricted", False),
        certifies_death=body.get("certifies_death", False),
        checked_on=day(body, "checked_on"),
        reviewed_on=day(body, "reviewed_on"),
        public_title=body.get("public_title", ""),
    )


def _check_key(key: str, where: Trail, opened: Opened) -> None:
    if not _KEY.fullmatch(key) or key == UNKNOWN:
        opened.add(where, f"{key}: keys have small letters, digits and underscores, and not other")


def _numbers(
    body: Mapping[str, Any], name: str, keys: tuple[str, ...], where: Trail, opened: Opened
) -> dict[str, int]:
    """Return the whole numbers of a table such as fee; without the table they are all 0."""
    if name not in body:
        return dict.fromkeys(keys, 0)
    shapes = dict.fromkeys(keys, int)
    found = fitting(body[name], shapes, (*where, name), opened, needed=keys)
    for key in [key for key, number in found.items() if number < 0]:
        opened.add((*where, name, key), f"{key} cannot be less than 0")
    return {key: int(found.get(key, 0)) for key in keys}


def _check_codes(body: Mapping[str, Any], where: Trail, opened: Opened) -> None:
    codes: dict[str, tuple[str, ...]] = {
        "obligation": OBLIGATIONS,
        "fallback": ("", *FALLBACKS),
        "consent": CONSENTS,
        "vat": VAT,
        "clock": CLOCKS,
    }
    for name, known in codes.items():
        if name in body and body[name] not in known:
            opened.add((*where, name), f"{name} is one of {', '.join(filter(None, known))}")
    for one in body.get("who", ()):
        if one not in ROLES:
            opened.add((*where, "who"), f"who is a list of {', '.join(ROLES)}")
    for name in ("who", "sources", "words"):
        if name in body and not body[name]:
            opened.add((*where, name), f"{name} has at least one entry")
    for name in ("title", "public_title", "reply"):
        if name in body and not body[name].strip():
            opened.add((*where, name), f"{name} says something")
    if len(body.get("public_title", "")) > LONGEST_PUBLIC:
        most = f"public_title has at most {LONGEST_PUBLIC} characters"
        opened.add((*where, "public_title"), most)
