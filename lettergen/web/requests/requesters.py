"""The address book of those who ask: found by any spelling, edited, merged, with their history."""

from flask import Blueprint, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen.models import Requester
from lettergen.requests.life import directory
from lettergen.web.base.context import actor, looking, now
from lettergen.web.base.entry import enter
from lettergen.web.base.steps import Step, take
from lettergen.web.triage.page import own_terms

requesters = Blueprint("requesters", __name__)

_FIELDS = ("name", "kind", "email", "phone", "address", "note")
_LONGEST = 500
_MOST_SUGGESTED = 8


@requesters.get("/requesters")
@enter("clinician", "reception", "manager")
def listing() -> str:
    """All organisations, or those whose names are like ?q=."""
    words = request.args.get("q", "")[:_LONGEST].strip()
    with looking() as session:
        return render_template(
            "web/requests/requesters.html",
            found=directory.find(session, actor(), words),
            words=words,
            kinds=_kinds(session),
        )


@requesters.get("/requesters/names")
@enter("clinician", "reception", "manager")
def names() -> ResponseReturnValue:
    """Organisations for a box with suggestions."""
    words = request.args.get("q", "")[:_LONGEST].strip()
    with looking() as session:
        found = directory.find(session, actor(), words)[:_MOST_SUGGESTED] if words else []
        return jsonify([{"value": one.id, "text": one.name, "note": ""} for one in found])


@requesters.get("/requesters/<requester_id>")
@enter("clinician", "reception", "manager")
def entry(requester_id: str) -> str:
    """One organisation: how to reach it, its spellings, and what it asked, refused and ignored."""
    return _show(requester_id)


@requesters.post("/requesters/<requester_id>")
@enter("clinician", "reception", "manager")
def edit(requester_id: str) -> ResponseReturnValue:
    """Change how an organisation is named and reached."""
    typed = {name: request.form.get(name, "").strip()[:_LONGEST] for name in _FIELDS}
    is_on_account = request.form.get("is_on_account") == "yes"

    def change(session: Session) -> str:
        directory.edit(
            session, actor(), requester_id, **typed, is_on_account=is_on_account, at=now()
        )
        return "The address book is changed."

    return _do(requester_id, change, typed)


@requesters.post("/requesters/<requester_id>/merge")
@enter("clinician", "reception", "manager")
def merge(requester_id: str) -> ResponseReturnValue:
    """Say that another entry is this organisation too."""
    other = request.form.get("other_id", "")

    def join(session: Session) -> str:
        directory.merge(session, actor(), other, requester_id, at=now())
        return "They are one organisation now, under all their spellings."

    return _do(requester_id, join)


@requesters.post("/requesters/<requester_id>/unmerge")
@enter("clinician", "reception", "manager")
def unmerge(requester_id: str) -> ResponseReturnValue:
    """Say that an entry is another organisation after all."""

    def part(session: Session) -> str:
        directory.unmerge(session, actor(), requester_id, at=now())
        return "This is an organisation of its own again."

    return _do(requester_id, part)


def _do(requester_id: str, step: Step, typed: dict[str, str] | None = None) -> ResponseReturnValue:
    return take(
        step,
        to=url_for("requesters.entry", requester_id=requester_id),
        again=lambda refusal: _show(requester_id, refusal, typed),
    )


def _show(requester_id: str, refusal: str = "", typed: dict[str, str] | None = None) -> str:
    with looking() as session:
        found = directory.get(session, actor(), requester_id)
        return render_template(
            "web/requests/requester.html",
            found=found,
            typed=typed or _stored(found),
            refusal=refusal,
            history=directory.history(session, actor(), requester_id),
            like=directory.alike(session, actor(), requester_id),
            merged=directory.merged_into(session, actor(), requester_id),
            stands_for=directory.canonical(session, actor()).get(requester_id),
            kinds=_kinds(session),
            titles={key: one.title for key, one in own_terms(session).catalogue.types.items()},
        )


def _stored(found: Requester) -> dict[str, str]:
    return {name: getattr(found, name) or "" for name in _FIELDS}


def _kinds(session: Session) -> dict[str, str]:
    question = own_terms(session).catalogue.by_question["requester"]
    return {one.code: one.label for one in question.options}
