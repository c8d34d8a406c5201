"""`forms/consents/words.toml` → the patient's page, extra wordings and stop cards."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from lettergen.consents.form.grammar import PatientPage, StopCard, Wording
from lettergen.consents.form.reading_fields import sourced
from lettergen.definitions.shapes import condition, fitting, tables
from lettergen.definitions.toml import Opened

TEXTS = list[str]
PAGE_KEYS = {
    "title": str,
    "opening": TEXTS,
    "openings": dict[str, list[str]],
    "choice": TEXTS,
    "part_1": str,
    "part_2": str,
    "yes_1": str,
    "no_1": str,
    "yes_2": str,
    "no_2": str,
    "not_asked": str,
    "unsure": str,
    "change": TEXTS,
    "signing": TEXTS,
    "change_heading": str,
    "signing_heading": str,
}
CARD_KEYS = {
    "title": str,
    "text": TEXTS,
    "steps": TEXTS,
    "carry_on": str,
    "source": str,
    "checked_on": date,
}


def read_page(source: Opened) -> PatientPage:
    """Return the words of the patient's page, its questions apart."""
    keys = {"checked_on": date, "page": dict[str, Any], "wordings": Any, "cards": Any}
    top = fitting(source.table, keys, (), source, needed=tuple(keys))
    body = fitting(top.get("page", {}), PAGE_KEYS, ("page",), source, needed=tuple(PAGE_KEYS))
    return PatientPage(
        title=body.get("title", ""),
        opening=tuple(body.get("opening", ())),
        choice=tuple(body.get("choice", ())),
        parts={1: body.get("part_1", ""), 2: body.get("part_2", "")},
        yes={1: body.get("yes_1", ""), 2: body.get("yes_2", "")},
        no={1: body.get("no_1", ""), 2: body.get("no_2", "")},
        not_asked=body.get("not_asked", ""),
        unsure=body.get("unsure", ""),
        change=tuple(body.get("change", ())),
        signing=tuple(body.get("signing", ())),
        headings={
            "change": body.get("change_heading", ""),
            "signing": body.get("signing_heading", ""),
        },
        openings={kind: tuple(texts) for kind, texts in body.get("openings", {}).items()},
    )


def read_wordings(source: Opened) -> tuple[Wording, ...]:
    """Return extra words with what brings them in; without a condition they always stand."""
    found = []
    for id_, table in tables(source.table, "wordings", (), source):
        where = ("wordings", id_)
        body = fitting(table, {"text": str, "when": dict}, where, source, needed=("text",))
        found.append(Wording(id_, body.get("text", ""), condition(body, "when", where, source)))
    return tuple(found)


def read_cards(source: Opened) -> tuple[StopCard, ...]:
    """Return what a screen shows in place of the form when a rule says stop."""
    return tuple(
        _card(id_, body, source) for id_, body in tables(source.table, "cards", (), source)
    )


def _card(id_: str, table: Mapping[str, Any], source: Opened) -> StopCard:
    where = ("cards", id_)
    body = fitting(table, CARD_KEYS, where, source, needed=("title", "text", "steps", "source"))
    return StopCard(
        id=id_,
        title=body.get("title", ""),
        text=tuple(body.get("text", ())),
        steps=tuple(body.get("steps", ())),
        carry_on=body.get("carry_on", ""),
        source=sourced(body, where, source),
        checked_on=str(body.get("checked_on", source.table.get("checked_on", ""))),
    )
