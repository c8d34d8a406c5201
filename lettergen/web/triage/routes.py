"""Triage: one box, the few questions that matter, the outcome, and the button of what is next."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen.refusals import Refused
from lettergen.requests.life import finding
from lettergen.web.base.context import actor, looking, now, standing
from lettergen.web.base.entry import enter
from lettergen.web.base.uploads import takes_file
from lettergen.web.triage.acts import ACTS, Kept, keep
from lettergen.web.triage.form import REFUSED, Typed, birth_date, blank, chosen, read, typed_of
from lettergen.web.triage.known import answers_of, known_of
from lettergen.web.triage.known import has_refusal as has_refusal_on_file
from lettergen.web.triage.page import own_terms, shown_of, suggestions

triage = Blueprint("triage", __name__)

LARGEST_PAPER = 20
_LONGEST_WORDS = 200


@triage.get("/triage")
@enter("clinician", "reception", "manager")
def page() -> str:
    """The box, or what an address says of a type and answers; people are never named in one."""
    with looking() as session:
        own = own_terms(session)
        typed = blank(now(), request.args, own.catalogue)
        shown = shown_of(session, own, typed, is_search=not typed.type_key)
        return render_template("web/triage/page.html", shown=shown)


@triage.get("/triage/types")
@enter("clinician", "reception", "manager")
def types() -> ResponseReturnValue:
    """What the words of ?q= may mean, as a list for the box."""
    words = request.args.get("q", "")[:_LONGEST_WORDS]
    found = suggestions(standing().requests.catalogue, words)
    return jsonify([{"value": one.value, "text": one.text, "note": one.note} for one in found])


@triage.post("/triage/outcome")
@enter("clinician", "reception", "manager")
@takes_file(LARGEST_PAPER)
def outcome() -> str:
    """The part of the page that changes with the answers; nothing is stored."""
    with looking() as session:
        own = own_terms(session)
        shown = shown_of(session, own, read(request.form, own.catalogue))
        return render_template("web/triage/outcome.html", shown=shown)


@triage.post("/triage")
@enter("clinician", "reception", "manager")
@takes_file(LARGEST_PAPER)
def act() -> ResponseReturnValue:
    """Do what the button says: write the request down, decide it, and take the next step."""
    return _act(None)


@triage.get("/requests/<request_id>/triage")
@enter("clinician", "reception", "manager")
def again(request_id: str) -> str:
    """The same page for a request that is there, to be decided anew."""
    with looking() as session:
        found = finding.get(session, actor(), request_id)
        own = own_terms(session)
        typed = typed_of(found, answers_of(session, found, own.catalogue), now())
        shown = shown_of(
            session, own, typed, revision=found.revision, request_id=found.id, is_search=False
        )
        known = known_of(session, found.id)
        return render_template("web/triage/page.html", shown=shown, known=known)


@triage.post("/requests/<request_id>/triage")
@enter("clinician", "reception", "manager")
@takes_file(LARGEST_PAPER)
def act_again(request_id: str) -> ResponseReturnValue:
    """Decide a request anew."""
    return _act(request_id)


def _act(request_id: str | None) -> ResponseReturnValue:
    with looking() as session:
        if request_id is not None:
            finding.get(session, actor(), request_id)
        own = own_terms(session)
        typed = read(request.form, own.catalogue)
        way = typed["do"]
        has_refusal = has_refusal_on_file(session, request_id)
        faults = _faults(typed, has_refusal=has_refusal) if way in ACTS else {}
        if faults or way not in ACTS:
            return _show(session, typed, request_id, faults)
    try:
        kept = keep(typed, request_id)
    except Refused as refusal:
        with looking() as session:
            return _show(session, typed, request_id, {_field_of(str(refusal)): str(refusal)})
    return _go(ACTS[way](kept), kept)


def _show(
    session: Session, typed: Typed, request_id: str | None, faults: Mapping[str, str]
) -> ResponseReturnValue:
    """Return the page with all that was typed; with the faults, if there are any."""
    own = own_terms(session)
    unfold = "evidence" if typed["do"] == "refused" else _fold_of(faults)
    revision = int(typed["revision"]) if typed["revision"].isdecimal() else None
    shown = shown_of(
        session,
        own,
        typed,
        faults=faults,
        is_search=chosen(typed, own.catalogue) is None and not typed.type_key,
        unfold=unfold,
        revision=revision,
        request_id=request_id,
    )
    known = known_of(session, request_id)
    page_ = render_template("web/triage/page.html", shown=shown, known=known)
    return page_, HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK


def _go(anchor: str, kept: Kept) -> ResponseReturnValue:
    address = url_for("requests.page", request_id=kept.request_id, _anchor=anchor or None)
    return redirect(address, HTTPStatus.SEE_OTHER)


def _faults(typed: Typed, *, has_refusal: bool) -> dict[str, str]:
    """Return what is wrong with the page before anything is written down."""
    found = {}
    if not typed.type_key:
        found["q"] = "Say what is being asked for, and choose it from the list"
    try:
        birth_date(typed)
    except ValueError:
        found["born_day"] = "Enter the date of birth as day, month and year, such as 12 4 1998"
    sent = request.files.get("paper")
    is_shown = has_refusal or bool(sent and sent.filename) or bool(typed["note"].strip())
    if typed.given.get("alt") == REFUSED and not is_shown:
        found["note"] = "Add their refusal as a file, or note who refused it and when"
    return found


# Words of a refusal, and the box that it is about.
_ABOUT = (
    ("first name", "patient_given_name"),
    ("last name", "patient_family_name"),
    ("NHS number", "patient_nhs_number"),
    ("date of birth", "born_day"),
    ("organisation", "organisation"),
    ("characters; 200", "organisation"),
    ("person who asks", "contact_name"),
    ("what was asked", "asked"),
    ("purpose", "purpose"),
)


def _field_of(message: str) -> str:
    return next((name for words, name in _ABOUT if words in message), "q")


def _fold_of(faults: Mapping[str, str]) -> str:
    first = next(iter(faults), "")
    if first.startswith(("patient_", "born_")):
        return "about"
    if first.startswith(("contact_", "organisation")):
        return "asker"
    return {"note": "evidence", "asked": "words", "purpose": "words"}.get(first, "")
