"""The list of letters and finding one, the kinds there are, and the drafts."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen import accounts, documents
from lettergen.definitions import BrokenDefinition, DocumentType
from lettergen.documents import Page, Summary
from lettergen.models import Draft
from lettergen.refusals import Refused
from lettergen.web.base.context import actor, changing, looking, now, office
from lettergen.web.base.entry import enter
from lettergen.web.base.search import SearchForm, asked, sent_on

letters = Blueprint("letters", __name__)


@dataclass(frozen=True)
class DraftLine:
    """A draft as a list shows it; `name` is blank until a patient's name was typed."""

    id: str
    name: str
    title: str
    saved_at: datetime
    saved_by: str
    is_mine: bool


@letters.get("/letters")
@enter("clinician", "reception", "manager")
def listing() -> str:
    """Letters, the newest first; `q` is a sealed search, see web/base/search.py."""
    form, word = asked(SearchForm)
    page = request.args.get("page", 1, type=int)
    with looking() as session:
        found = documents.find(session, actor(), **form.criteria, page=page)
        return _show_list(session, form, found=found, word=word)


@letters.post("/letters")
@enter("clinician", "reception", "manager")
def look_for() -> ResponseReturnValue:
    """Turn a search into an address that can be reloaded, and gone back to."""
    form = SearchForm(request.form)
    if form.is_empty or form.validate():
        return sent_on(form, "letters.listing")
    with looking() as session:
        return _show_list(session, form, found=None, word=""), 422


@letters.get("/letters/new")
@enter("clinician", "reception")
def choose() -> str:
    """The kinds of letter, to begin one."""
    kinds, faults = kinds_of_letter()
    return render_template("web/letters/choose.html", kinds=kinds, faults=faults)


@letters.post("/letters/new/<slug>")
@enter("clinician", "reception")
def begin(slug: str) -> ResponseReturnValue:
    """Begin a letter of one kind."""
    with changing() as session:
        draft = documents.start(session, office(), actor(), slug, at=now())
    return redirect(url_for("filling.fill", draft_id=draft.id))


@letters.get("/drafts")
@enter("clinician", "reception")
def drafts() -> str:
    """What has been begun and not yet issued."""
    with looking() as session:
        return render_template("web/letters/drafts.html", drafts=draft_lines(session))


@letters.post("/drafts/<draft_id>/discard")
@enter("clinician", "reception")
def discard(draft_id: str) -> ResponseReturnValue:
    """Throw a draft away."""
    with changing() as session:
        documents.discard(session, actor(), draft_id, at=now())
    flash("The draft has been discarded.", "success")
    return redirect(url_for("letters.drafts"))


def kinds_of_letter() -> tuple[list[DocumentType], list[str]]:
    """Return the kinds that can be written, and the names of those whose definition is broken.

    One broken file of a practice's own must not keep everybody from writing letters.
    """
    library = office().library
    kinds, faults = [], []
    for slug in library.folders.slugs():
        try:
            kinds.append(library.get(slug))
        except BrokenDefinition:
            faults.append(slug)
    return sorted(kinds, key=lambda kind: kind.title), faults


def draft_lines(session: Session) -> list[DraftLine]:
    """Return the practice's open drafts as lists show them, the last saved first."""
    return [_line(draft) for draft in documents.drafts(session, actor())]


def _line(draft: Draft) -> DraftLine:
    try:
        title = office().library.get(draft.slug).title
        facts = documents.patient_of(office(), draft)
    except Refused:
        title, facts = draft.slug, {}
    names = (facts.get("given_name", ""), facts.get("family_name", ""))
    return DraftLine(
        id=draft.id,
        name=" ".join(" ".join(names).split()),
        title=title,
        saved_at=draft.saved_at,
        saved_by=draft.saver.name if draft.saver else "",
        is_mine=actor().staff_id in (draft.created_by, draft.saved_by),
    )


def _show_list(
    session: Session, form: SearchForm, *, found: Page[Summary] | None, word: str
) -> str:
    kinds, _ = kinds_of_letter()
    signers = [one for one in accounts.staff_of(session, actor()) if one.clinician]
    form.offer([(kind.slug, kind.title) for kind in kinds], [(one.id, one.name) for one in signers])
    return render_template("web/letters/listing.html", form=form, found=found, word=word)
