"""`forms/consents/rules.toml` → codes with their words, faults of single answers, and lists."""

from datetime import date
from typing import Any

from lettergen.consents.form.grammar import EMPTY, Code
from lettergen.consents.form.reading_fields import sourced
from lettergen.definitions.shapes import fitting, tables
from lettergen.definitions.toml import Opened

CODE_KEYS = {
    "field": str,
    "message": str,
    "rule": str,
    "source": str,
    "checked_on": date,
    "variants": dict[str, str],
}
TOP_KEYS = {"checked_on": date, "codes": Any, "faults": Any, "lists": Any}


def read_codes(source: Opened) -> tuple[Code, ...]:
    """Return the rules in the order in which they stand."""
    top = fitting(source.table, TOP_KEYS, (), source, needed=("checked_on", "codes", "faults"))
    found = []
    for id_, table in tables(source.table, "codes", (), source):
        where = ("codes", id_)
        body = fitting(
            table, CODE_KEYS, where, source, needed=("field", "message", "rule", "source")
        )
        if id_[:1] not in "ESWI" or not id_[1:].isdecimal():
            source.add(where, f"{id_}: codes are E, S, W or I and a number, like E07")
        found.append(
            Code(
                id=id_,
                field=body.get("field", ""),
                message=body.get("message", ""),
                rule=body.get("rule", ""),
                source=sourced(body, where, source),
                checked_on=str(body.get("checked_on", top.get("checked_on", ""))),
                variants=body.get("variants", EMPTY),
            )
        )
    return tuple(found)


def read_texts(source: Opened, key: str) -> dict[str, str]:
    """Return the texts of a table, by name."""
    found = source.table.get(key, {})
    if not isinstance(found, dict):
        source.add((key,), f"{key} is a table of texts")
        return {}
    for name, text in found.items():
        if not isinstance(text, str):
            source.add((key, name), f"{name} is a text")
    return {name: text for name, text in found.items() if isinstance(text, str)}


def read_lists(source: Opened) -> dict[str, tuple[str, ...]]:
    """Return the lists of words that rules look into, by name."""
    found = source.table.get("lists", {})
    if not isinstance(found, dict):
        source.add(("lists",), "lists is a table of lists of texts")
        return {}
    lists = {}
    for name, words in found.items():
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            lists[name] = tuple(words)
        else:
            source.add(("lists", name), f"{name} is a list of texts")
    return lists
