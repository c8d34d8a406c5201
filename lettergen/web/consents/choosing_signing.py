"""Signing at the end of the patient's questions: drawn, typed, or with a witness, all as good."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from lettergen.consents import asking
from lettergen.consents.asking import Signature, Signer
from lettergen.consents.form.moments import parse_moment
from lettergen.consents.papers import marks
from lettergen.refusals import Refused
from lettergen.web.base.context import changing, looking, now
from lettergen.web.base.outside import shown_again
from lettergen.web.consents.choosing import choosing, page
from lettergen.web.consents.choosing_ends import use_up
from lettergen.web.consents.choosing_steps import PARTS, first_open, has_agreed, is_stopped
from lettergen.web.consents.choosing_way import Asked, known_here

__all__ = ["choosing"]

EMPTY: Mapping[str, str] = {}
DRAW, TYPE, CANNOT = "draw", "type", "cannot"
_METHODS: Mapping[str, Mapping[str, str]] = {
    "tablet": {
        DRAW: "drawn_on_practice_device",
        TYPE: "typed_and_ticked_on_practice_device",
        CANNOT: "mark_with_witness",
    },
    "link": {DRAW: "drawn_by_link", TYPE: "typed_by_link"},
}
_CHILD = "child_assent"


@dataclass(frozen=True)
class Hand:
    """One way to sign as a page offers it; `is_strong` if it is enough for what was agreed to."""

    how: str
    method: str
    is_strong: bool


@page("/sign", "GET")
def ask_signer(token: str | None = None) -> ResponseReturnValue:
    """Say who signs now, and let that person choose how."""
    with looking() as session:
        asked = known_here(session, token)
        shown = request.args.get("shown", "")
        if _is_not_ready(asked):
            return redirect(asked.to("summary"))
        if shown != asking.seen(asked.one, asked.terms, at=now())[1]:
            return asked.show("changed"), 409
        waiting = _waiting(asked)
        return asked.show(
            "sign",
            now_signs=waiting[0] if waiting else None,
            later=waiting[1:],
            done=asked.get("signatures") or [],
            hands=_hands(asked, waiting[0]) if waiting else [],
            shown=shown,
            said=asking.waits_for(asked.one, asked.terms, at=now()),
            back=asked.to("summary"),
        )


@page("/sign/<role>/<how>", "GET")
def ask_mark(role: str, how: str, token: str | None = None) -> ResponseReturnValue:
    """Ask one person for their name and mark."""
    with looking() as session:
        asked = known_here(session, token)
        if _is_not_ready(asked):
            return redirect(asked.to("summary"))
        return _ask(asked, role, how, request.args.get("shown", ""))


@page("/sign/<role>/<how>", "POST")
def take_mark(role: str, how: str, token: str | None = None) -> ResponseReturnValue:
    """Take a signature under exactly what was shown; with the last one the form is answered."""
    shown = request.form.get("shown", "")
    with changing() as session:
        asked = known_here(session, token)
        if _is_not_ready(asked):
            return redirect(asked.to("summary"), 303)
        missing = _missing(role, how)
        if missing:
            return _ask(asked, role, how, shown, typed=request.form, errors=missing), 422
        try:
            signature = _signature(asked, role, how)
            asking.sign(session, asked.terms, asked.one, signature, shown, at=now())
        except asking.AlreadySigned as refusal:
            return asked.show("already", said=str(refusal), shown=shown), 409
        except asking.ChangedMeanwhile:
            return asked.show("changed"), 409
        except (asking.WrongStage, asking.FormUpdated, asking.NotConfirmed):
            raise
        except Refused as refusal:
            errors = _said(refusal)
            return _ask(asked, role, how, shown, typed=request.form, errors=errors), 422
        use_up(session, asked)
        is_over = not asking.is_with_patient(asked.one)
        return redirect(asked.to("done") if is_over else asked.to("ask_signer", shown=shown), 303)


def _is_not_ready(asked: Asked) -> bool:
    return is_stopped(asked) or first_open(asked) is not None or not has_agreed(asked)


def _waiting(asked: Asked) -> list[Signer]:
    """Return who signs next; a child beside a parent may be passed over."""
    found = list(asking.signers(asked.one, asked.terms, at=now()))
    is_past = request.args.get("without") == _CHILD
    return [one for one in found if one.role != _CHILD or not is_past]


def _hands(asked: Asked, who: Signer) -> list[Hand]:
    agreed = {one.key for one in asked.words.questions if one.decision == "yes"}
    methods = _METHODS[asked.one.way or "link"]
    found = []
    for how, code in methods.items():
        method = asked.terms.catalogue.method(code)
        is_strong = method is not None and agreed <= set(method.purposes)
        found.append(Hand(how, code, is_strong or who.role == _CHILD))
    return found


def _ask(
    asked: Asked,
    role: str,
    how: str,
    shown: str,
    *,
    typed: Mapping[str, str] = EMPTY,
    errors: Mapping[str, str] = EMPTY,
) -> str:
    who = next((one for one in _all(asked) if one.role == role), None)
    if who is None or how not in _METHODS[asked.one.way or "link"]:
        abort(404)
    return asked.show(
        "mark",
        who=who,
        how=how,
        shown=shown,
        typed=typed,
        errors=errors,
        error_links=[_link(asked, name, text) for name, text in errors.items()],
        is_child=role == _CHILD,
        back=asked.to("ask_signer", shown=shown),
    )


def _all(asked: Asked) -> tuple[Signer, ...]:
    """Return everybody who may sign on this page: those who wait, and those who just did."""
    waiting = asking.signers(asked.one, asked.terms, at=now())
    roles = {one.role for one in waiting}
    label = asked.terms.catalogue.field("signatures[].signer_role").label_of
    given = {str(row["signer_role"]): row for row in asked.get("signatures") or ()}
    signed = [
        Signer(role, label(role), (str(row["signer_name"]),), is_needed=False)
        for role, row in given.items()
        if role not in roles
    ]
    return (*waiting, *signed)


def _missing(role: str, how: str) -> dict[str, str]:
    """Return which boxes are empty, in words."""
    needed = {"name": "Type your full name"}
    if how == CANNOT:
        needed |= {
            "witness_name": "Type the name of the witness",
            "witness_role": "Say who the witness is",
            "witness_adult": "The witness must be 18 or over",
            "witness_independent": "The witness must have nothing to do with the photo",
        }
    if how == TYPE and role != _CHILD:
        needed["agreed"] = "Tick this line to sign"
    return {name: text for name, text in needed.items() if not shown_again(_typed(name))}


def _signature(asked: Asked, role: str, how: str) -> Signature:
    mark, evidence = None, None
    if how == DRAW or (how == CANNOT and _typed("mark")):
        mark = marks.drawn(_typed("mark"), _strokes())
    if how == CANNOT:
        evidence = {
            "witness": {
                "name": shown_again(_typed("witness_name")),
                "role": shown_again(_typed("witness_role"))[:100],
                "is_adult": True,
                "independent": True,
            }
        }
    return Signature(
        role=role,
        name=shown_again(_typed("name"))[:150],
        method=_METHODS[asked.one.way or "link"].get(how, ""),
        mark=mark,
        device=asked.device,
        staff=asked.staff,
        relationship="self" if role in ("patient", _CHILD) else shown_again(_typed("relation")),
        evidence=evidence,
        device_at=parse_moment(_typed("device_at")),
    )


def _strokes() -> Any:
    """Return the places of the line; what a script sends besides is not looked at."""
    try:
        return json.loads(_typed("strokes") or "[]")
    except (ValueError, RecursionError):
        return []


def _typed(name: str) -> str:
    return request.form.get(name, "")


def _said(refusal: Refused) -> dict[str, str]:
    """Return what stands in the way, by the box where it can be put right."""
    if isinstance(refusal, marks.NoMark):
        return {"mark": str(refusal)}
    if not isinstance(refusal, asking.NotReady):
        return {"name": str(refusal)}
    return {_box(field): texts[0] for field, texts in refusal.errors.items() if texts}


def _box(field: str) -> str:
    if field.startswith("witness."):
        return field.replace("witness.is_", "witness_").replace("witness.", "witness_")
    if not field.startswith("signatures"):
        return field
    return "mark" if field.endswith(("mark_png", "method")) else "name"


def _link(asked: Asked, name: str, text: str) -> dict[str, str]:
    """Return a line of the summary of errors, with the way to where it is put right."""
    parts = name.split(".")
    if len(parts) == 1:
        return {"text": text, "href": f"#{name}"}
    if parts[0] == "purposes" and parts[-1] == "decision":
        return {"text": text, "href": asked.to("use", key=parts[1], then="summary")}
    key = next(one.key for one in PARTS if name.startswith(one.begins))
    return {"text": text, "href": asked.to("more", part=key, then="summary")}
