"""`forms/consents/purposes.toml` and `deciders.toml` → purposes, routes and ways to sign."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from lettergen.consents.form.grammar import Ending, Method, Purpose, Route
from lettergen.consents.form.reading_fields import sourced
from lettergen.consents.form.reading_rules import read_texts
from lettergen.definitions.faults import Trail
from lettergen.definitions.shapes import fitting, tables
from lettergen.definitions.toml import Opened

PURPOSE_KEYS = {
    "title": str,
    "noun": str,
    "part": int,
    "question": str,
    "questions": dict[str, str],
    "words": list[str],
    "audience": str,
    "basis": str,
    "signature": str,
    "proxy": str,
    "validity": str,
    "validity_months": int,
    "identifiable_use": bool,
    "endings": dict[str, Any],
    "source": str,
    "checked_on": date,
}
PURPOSE_OPTIONAL = ("questions", "validity_months", "identifiable_use", "checked_on")
ENDING_KEYS = {
    "stop_days": int,
    "confirm_days": int,
    "tasks": list[str],
    "stopped": str,
    "lasting": str,
}
STAGES = ("always", "before_acceptance", "after_publication")
ROUTE_KEYS = {
    "label": str,
    "decider": str,
    "signer_role": str,
    "min_age": int,
    "max_age": int,
    "max_age_without_capacity": int,
    "lacks_capacity": bool,
    "proxy": bool,
    "may_agree_to": list[str],
    "with_sign_off": list[str],
    "with_parent": list[str],
    "if_not_identifiable": list[str],
    "source": str,
    "checked_on": date,
}
ROUTE_NEEDED = ("label", "decider", "signer_role", "min_age", "may_agree_to", "source")
METHOD_KEYS = {
    "label": str,
    "purposes": list[str],
    "with_reason": list[str],
    "needs": str,
    "evidence": str,
    "source": str,
    "checked_on": date,
}


def read_limits(source: Opened) -> dict[str, int]:
    """Return the working days for the letter to the patient and for removing copies."""
    keys = {"checked_on": date, "purposes": Any, "letter_days": int, "removal_days": int}
    top = fitting(source.table, keys, (), source, needed=tuple(keys))
    return {name: int(top.get(name, 0)) for name in ("letter_days", "removal_days")}


def read_purposes(source: Opened) -> tuple[Purpose, ...]:
    """Return the purposes in the order in which they are asked."""
    return tuple(
        _purpose(key, body, source) for key, body in tables(source.table, "purposes", (), source)
    )


def read_routes(source: Opened) -> tuple[Route, ...]:
    """Return who may decide, in the order in which it is offered."""
    keys = {"checked_on": date, "routes": Any, "methods": Any, "relations": Any}
    fitting(source.table, keys, (), source, needed=tuple(keys))
    return tuple(
        _route(code, body, source) for code, body in tables(source.table, "routes", (), source)
    )


def read_methods(source: Opened) -> tuple[Method, ...]:
    """Return the ways to sign."""
    found = []
    for code, table in tables(source.table, "methods", (), source):
        where = ("methods", code)
        needed = ("label", "purposes", "evidence", "source")
        body = fitting(table, METHOD_KEYS, where, source, needed=needed)
        found.append(
            Method(
                code=code,
                label=body.get("label", code),
                purposes=tuple(body.get("purposes", ())),
                with_reason=tuple(body.get("with_reason", ())),
                needs=body.get("needs", ""),
                evidence=body.get("evidence", ""),
                source=sourced(body, where, source),
                checked_on=_day(body, source),
            )
        )
    return tuple(found)


def read_relations(source: Opened) -> dict[str, str]:
    """Return people who have no parental responsibility by being who they are, with an article."""
    return read_texts(source, "relations")


def _purpose(key: str, table: Mapping[str, Any], source: Opened) -> Purpose:
    where: Trail = ("purposes", key)
    needed = tuple(name for name in PURPOSE_KEYS if name not in PURPOSE_OPTIONAL)
    body = fitting(table, PURPOSE_KEYS, where, source, needed=needed)
    if body.get("part", 1) not in (1, 2):
        source.add((*where, "part"), "part is 1 (own care) or 2 (to help other people)")
    return Purpose(
        key=key,
        title=body.get("title", key),
        noun=body.get("noun", key),
        part=body.get("part", 2),
        question=body.get("question", ""),
        words=tuple(body.get("words", ())),
        audience=body.get("audience", ""),
        basis=body.get("basis", ""),
        signature=body.get("signature", ""),
        proxy=body.get("proxy", ""),
        validity=body.get("validity", ""),
        validity_months=body.get("validity_months"),
        is_identifiable_use=body.get("identifiable_use", False),
        endings=_endings(body, where, source),
        source=sourced(body, where, source),
        checked_on=_day(body, source),
        questions=body.get("questions", {}),
    )


def _endings(body: Mapping[str, Any], above: Trail, source: Opened) -> tuple[Ending, ...]:
    found = []
    for stage, table in tables(body, "endings", above, source):
        where = (*above, "endings", stage)
        needed = ("stop_days", "tasks", "stopped", "lasting")
        one = fitting(table, ENDING_KEYS, where, source, needed=needed)
        if stage not in STAGES:
            source.add(where, f"{stage}: stages are {', '.join(STAGES)}")
        found.append(
            Ending(
                stage=stage,
                stop_days=one.get("stop_days", 0),
                confirm_days=one.get("confirm_days"),
                tasks=tuple(one.get("tasks", ())),
                stopped=one.get("stopped", ""),
                lasting=one.get("lasting", ""),
            )
        )
    return tuple(found)


def _route(code: str, table: Mapping[str, Any], source: Opened) -> Route:
    where: Trail = ("routes", code)
    body = fitting(table, ROUTE_KEYS, where, source, needed=ROUTE_NEEDED)
    return Route(
        code=code,
        label=body.get("label", code),
        decider=body.get("decider", code),
        signer_role=body.get("signer_role", ""),
        min_age=body.get("min_age", 0),
        max_age=body.get("max_age"),
        max_age_without_capacity=body.get("max_age_without_capacity"),
        lacks_capacity=body.get("lacks_capacity", False),
        is_proxy=body.get("proxy", False),
        may_agree_to=tuple(body.get("may_agree_to", ())),
        with_sign_off=tuple(body.get("with_sign_off", ())),
        with_parent=tuple(body.get("with_parent", ())),
        if_not_identifiable=tuple(body.get("if_not_identifiable", ())),
        source=sourced(body, where, source),
        checked_on=_day(body, source),
    )


def _day(body: Mapping[str, Any], source: Opened) -> str:
    return str(body.get("checked_on", source.table.get("checked_on", "")))
