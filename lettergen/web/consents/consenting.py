"""Asking for photo consent: started, set up on one page, saved as it is typed, taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen.calendar import LONDON, british_time
from lettergen.consents import asking
from lettergen.consents.asking import keeping
from lettergen.consents.form.terms import Terms
from lettergen.models import ANSWERED, CLOSED, OFFERED, SET_UP, ConsentDraft
from lettergen.web.base.context import actor, changing, looking, now, terms
from lettergen.web.base.entry import enter
from lettergen.web.consents import end, form, waiting
from lettergen.web.consents.page import SetUpPage
from lettergen.web.forms import merging
from lettergen.web.forms.fill_page import Note
from lettergen.web.forms.merging import Marks, Merged, Typed

consenting = Blueprint("consenting", __name__)

LONGEST_STRETCH = 3600
USUAL: Mapping[str, Any] = {
    "photo": {"kind": "photo", "device": "practice_owned_managed", "copyright_owner": "practice"}
}
STAGES = {
    SET_UP: "Being set up",
    OFFERED: "With the patient",
    ANSWERED: "Signed: to be declared",
    CLOSED: "Closed",
}
WAYS = {
    "tablet": "on the practice's tablet",
    "link": "by link",
    "paper": "on paper",
    "spoken": "spoken",
    "clinician": "decided by the clinician",
}


@dataclass(frozen=True)
class Line:
    """A consent on its way, as lists show it."""

    id: str
    name: str
    site: str
    stage: str
    needs: str
    saved_at: datetime
    saved_by: str
    is_mine: bool


@consenting.get("/consents")
@enter("clinician", "reception")
def listing() -> str:
    """Consents that are being asked for, and the start of another."""
    with looking() as session:
        return render_template("web/consents/list.html", lines=lines(session))


@consenting.post("/consents/new")
@enter("clinician", "reception")
def begin() -> ResponseReturnValue:
    """Begin a consent, with what is usual filled in and nothing asked about yet."""
    with changing() as session:
        known = terms(session)
        one = asking.start(session, known.catalogue, actor(), at=now(), answers=USUAL)
    return redirect(url_for("consenting.consent", consent_id=one.id), HTTPStatus.SEE_OTHER)


@consenting.get("/consents/<consent_id>")
@enter("clinician", "reception")
def consent(consent_id: str) -> ResponseReturnValue:
    """Show a consent where it stands: set-up, with the patient, to be declared, or filed."""
    with looking() as session:
        one, known = asking.draft(session, actor(), consent_id), terms(session)
        if one.stage == OFFERED:
            return waiting.page(session, one, known)
        if one.stage == ANSWERED:
            return end.page(session, one, known)
        if one.stage == CLOSED:
            return _show_closed(one)
        return _set_up(one, known, is_checked="check" in request.args)


@consenting.post("/consents/<consent_id>")
@enter("clinician", "reception")
def save(consent_id: str) -> ResponseReturnValue:
    """Save the set-up and do what the pressed button says."""
    go = request.form.get("go", "save")
    with changing() as session:
        page = _save(session, consent_id, go)
        if page.clashes:
            return _drawn(page), HTTPStatus.CONFLICT
        deed, _, way = go.partition(":")
        is_ready = page.panel.is_ready
    if deed != "review" or way not in WAYS or not is_ready:
        wanted = "1" if deed == "review" or page.is_checked else None
        address = url_for("consenting.consent", consent_id=consent_id, check=wanted)
        return redirect(address, HTTPStatus.SEE_OTHER)
    # The button is another view's: it gets the same form, which holds the token.
    return redirect(f"/consents/{consent_id}/{way}", HTTPStatus.TEMPORARY_REDIRECT)


@consenting.post("/consents/<consent_id>/autosave")
@enter("clinician", "reception")
def autosave(consent_id: str) -> ResponseReturnValue:
    """Save the set-up, and answer with what that changes on the page."""
    try:
        with changing() as session:
            return _save(session, consent_id, request.form.get("go", "save")).answer()
    except asking.WrongStage as moved:
        return {"error": str(moved)}, HTTPStatus.NOT_FOUND


@consenting.post("/consents/<consent_id>/take-back")
@enter("clinician", "reception")
def take_back(consent_id: str) -> ResponseReturnValue:
    """Take a consent back from the patient, into the set-up."""
    with changing() as session:
        asking.take_back(session, terms(session), actor(), consent_id, at=now())
    flash("You have taken it back. Hand it over again when it is ready.", "success")
    return redirect(url_for("consenting.consent", consent_id=consent_id), HTTPStatus.SEE_OTHER)


@consenting.post("/consents/<consent_id>/cancel")
@enter("clinician", "reception")
def cancel(consent_id: str) -> ResponseReturnValue:
    """Close a consent without filing anything."""
    with changing() as session:
        asking.cancel(session, actor(), consent_id, at=now())
    flash("The consent was cancelled. Nothing was filed.", "success")
    return redirect(url_for("consenting.listing"), HTTPStatus.SEE_OTHER)


@consenting.get("/consents/<consent_id>/objection")
@enter("clinician", "reception")
def objection(consent_id: str) -> ResponseReturnValue:
    """Ask what happened when the child or the patient did not want it."""
    with looking() as session:
        one = asking.draft(session, actor(), consent_id)
        if one.stage == CLOSED:
            return _show_closed(one)
        return _objection(one, terms(session))


@consenting.post("/consents/<consent_id>/objection")
@enter("clinician", "reception")
def object_(consent_id: str) -> ResponseReturnValue:
    """End everything for an objection, and keep a short entry."""
    note = request.form.get("note", "").strip()
    try:
        with changing() as session:
            asking.stop_for_objection(session, terms(session), actor(), consent_id, note, at=now())
    except (asking.NotReady, asking.NoNote) as refusal:
        with looking() as session:
            one = asking.draft(session, actor(), consent_id)
            shown = _objection(one, terms(session), note=note, refusal=refusal)
            return shown, HTTPStatus.UNPROCESSABLE_ENTITY
    flash("The objection is in the register. No photo was agreed to.", "success")
    return redirect(url_for("consenting.listing"), HTTPStatus.SEE_OTHER)


def lines(session: Session) -> list[Line]:
    """Return the practice's open consents as lists show them, the last saved first."""
    return [_line(one) for one in asking.drafts(session, actor())]


def _line(one: ConsentDraft) -> Line:
    patient, photo = one.answers.get("patient") or {}, one.answers.get("photo") or {}
    unsure = asking.unsure_of(one)
    needs = "The patient is not sure" if unsure else ""
    if one.stage == OFFERED and asking.keyed_of(one):
        needs = "A second person checks the paper"
    way = f", {WAYS[one.way]}" if one.way in WAYS else ""
    return Line(
        id=one.id,
        name=str(patient.get("full_name") or "No name yet"),
        site=str(photo.get("body_site") or ""),
        stage=f"{STAGES[one.stage]}{way}",
        needs=needs,
        saved_at=one.saved_at,
        saved_by=one.saver.name if one.saver else "",
        is_mine=actor().staff_id in (one.created_by, one.saved_by),
    )


def _save(session: Session, consent_id: str, go: str) -> SetUpPage:
    deed, _, name = go.partition(":")
    known = terms(session)
    one = keeping.lock(session, actor().practice_id, consent_id, SET_UP)
    before = form.typed_of(one.answers, known.catalogue)
    posted = form.tidy(dict(request.form.lists()), known.catalogue)
    base = _base(one, before)
    merged = merging.merge(
        posted,
        before,
        base,
        keep=[name] if deed == "keep" else [],
        take=[name] if deed == "take" else [],
    )
    tree = form.tree_of(merged.typed, one.answers, known.catalogue)
    asking.save(
        session,
        known.catalogue,
        actor(),
        consent_id,
        tree,
        revision=one.revision,
        at=now(),
        seconds=_seconds(),
    )
    return _page_after(one, known, posted, merged, base)


def _base(one: ConsentDraft, before: Typed) -> Marks | None:
    marks = merging.read_marks(request.form.get("base", ""))
    if marks is None and request.form.get("revision") == str(one.revision):
        return merging.marks_of(before)
    return marks


def _page_after(
    one: ConsentDraft, known: Terms, posted: Typed, merged: Merged, base: Marks | None
) -> SetUpPage:
    notes = []
    if merged.arrived:
        notes.append(Note("Something was saved in another window. It is on this page now."))
    if merged.clashes:
        notes.append(Note("Two texts were written for the same question. Choose one."))
    return SetUpPage(
        draft=one,
        terms=known,
        at=now(),
        saved_at=saved_words(one.saved_at),
        posted=posted,
        base=merging.marks_after(merged, base),
        clashes=merged.clashes,
        notes=tuple(notes),
        is_checked="check" in request.form,
        routes_drawn=request.form.get("routes"),
    )


def _set_up(one: ConsentDraft, known: Terms, *, is_checked: bool) -> str:
    typed = form.typed_of(one.answers, known.catalogue)
    page = SetUpPage(
        draft=one,
        terms=known,
        at=now(),
        saved_at=saved_words(one.saved_at),
        posted=typed,
        base=merging.marks_of(typed),
        is_checked=is_checked,
    )
    return _drawn(page)


def _drawn(page: SetUpPage) -> str:
    return render_template("web/consents/setup.html", page=page)


def _objection(
    one: ConsentDraft, known: Terms, *, note: str = "", refusal: Exception | None = None
) -> str:
    is_child = (one.answers.get("decision_maker") or {}).get("route") == "parent"
    return render_template(
        "web/consents/objection.html",
        one=one,
        card=known.catalogue.card("E12" if is_child else "S01"),
        note=note,
        refusal=refusal,
    )


def _show_closed(one: ConsentDraft) -> ResponseReturnValue:
    if one.document_id:
        return redirect(url_for("issued.document", document_id=one.document_id))
    flash("This consent is closed. Nothing more can be done with it.", "important")
    return redirect(url_for("consenting.listing"))


def saved_words(saved: datetime) -> str:
    """Return when something was saved, on the clock in London; with the date unless it is today."""
    here, today = (moment.astimezone(LONDON) for moment in (saved, now()))
    return f"{here:%H:%M}" if here.date() == today.date() else british_time(saved)


def _seconds() -> int:
    seconds = request.form.get("seconds", 0, type=int)
    return min(max(seconds, 0), LONGEST_STRETCH)
