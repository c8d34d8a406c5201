"""Filling a form: one page, saved as it is typed, with or without script."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen import documents
from lettergen.definitions import DocumentType
from lettergen.documents.drafting import lock
from lettergen.forms import Reading
from lettergen.forms.flattening import unknown_names
from lettergen.models import Draft
from lettergen.web.base.context import actor, changing, looking, now, office
from lettergen.web.base.entry import enter
from lettergen.web.forms import deeds, merging
from lettergen.web.forms.fill_page import Fill, Note, answer_of, links_of, page_of
from lettergen.web.forms.merging import Marks, Merged, Typed
from lettergen.web.letters import review
from lettergen.web.letters.request_links import back_of

filling = Blueprint("filling", __name__)

NOT_TYPED = frozenset({"csrf_token", "revision", "base", "seconds", "go", "check"})
LONGEST_STRETCH = 3600


@dataclass
class Saving:
    """What one save did: to the draft, and what the person should be told of it."""

    draft: Draft
    reading: Reading
    posted: Typed
    merged: Merged
    base: Marks | None
    notes: list[Note] = field(default_factory=list)
    redrawn: set[str] = field(default_factory=set)

    @property
    def fill(self) -> Fill:
        """All that the page shows after this save."""
        return Fill(
            draft=self.draft,
            reading=self.reading,
            directories=office().library.directories,
            at=now(),
            posted=self.posted,
            clashes=self.merged.clashes,
            base=merging.marks_after(self.merged, self.base),
            notes=tuple(self.notes),
            redrawn=frozenset(self.redrawn),
            is_checked="check" in request.form,
        )


@filling.get("/drafts/<draft_id>")
@enter("clinician", "reception")
def fill(draft_id: str) -> ResponseReturnValue:
    """Show the form; with ?check=1 also all that stands between it and a letter."""
    with looking() as session:
        try:
            draft = documents.draft(session, actor(), draft_id)
        except documents.Closed as closed:
            return _show_closed(closed)
        shown = Fill(
            draft=draft,
            reading=documents.reading(session, office(), actor(), draft_id, at=now()),
            directories=office().library.directories,
            at=now(),
            posted=draft.typed,
            base=merging.marks_of(deeds.tidy(office().library.get(draft.slug), draft.typed)),
            is_checked="check" in request.args,
        )
        asked = back_of(session, draft_id)
        return render_template("web/letters/fill.html", page=page_of(shown), asked=asked)


@filling.post("/drafts/<draft_id>")
@enter("clinician", "reception")
def save(draft_id: str) -> ResponseReturnValue:
    """Save the form and do what the pressed button says; two texts for one question are shown."""
    go = request.form.get("go", "save")
    try:
        with changing() as session:
            done = _save(session, draft_id, go)
            if done.merged.clashes:
                return render_template("web/letters/fill.html", page=page_of(done.fill)), 409
    except documents.Closed as closed:
        return _show_closed(closed)
    for note in done.notes:
        flash(note.words, "important")
    if go == "review":
        return review.prepare(draft_id)
    return redirect(url_for("filling.fill", draft_id=draft_id, _anchor=_place(go)))


@filling.post("/drafts/<draft_id>/autosave")
@enter("clinician", "reception")
def autosave(draft_id: str) -> ResponseReturnValue:
    """Save the form, and answer with what that changes on the page."""
    try:
        with changing() as session:
            return answer_of(_save(session, draft_id, request.form.get("go", "save")).fill)
    except documents.Closed as closed:
        return {"error": str(closed)}, 404


def _save(session: Session, draft_id: str, go: str) -> Saving:
    deed, _, name = go.partition(":")
    draft = lock(session, actor(), draft_id)
    kind = office().library.get(draft.slug)
    before = deeds.tidy(kind, draft.typed)
    posted = _posted(kind, before, dropped=name if deed == "drop" else "")
    base = _base(draft, before)
    merged = merging.merge(
        posted,
        before,
        base,
        keep=[name] if deed == "keep" else [],
        take=[name] if deed == "take" else [],
    )
    typed, filled = deeds.fill_from_directory(
        kind, office().library.directories, before, merged.typed
    )
    draft = _store(session, draft, _with_rows(kind, typed, deed, name), _seconds())
    done = Saving(draft, _reading(session, draft), posted, merged, base)
    done.notes += _told(kind, merged, filled, deed)
    done.redrawn |= {*merged.arrived, name.rpartition("-")[0] if deed == "remove" else name}
    if deed == "none":
        _answer_none(session, done, name)
    return done


def _store(session: Session, draft: Draft, typed: Typed, seconds: int) -> Draft:
    return documents.save(
        session,
        office(),
        actor(),
        draft.id,
        typed,
        revision=draft.revision,
        at=now(),
        seconds=seconds,
    )


def _reading(session: Session, draft: Draft) -> Reading:
    return documents.reading(session, office(), actor(), draft.id, at=now())


def _posted(kind: DocumentType, before: Typed, *, dropped: str) -> Typed:
    """What the form sent. Text of questions that no longer exist is kept until it is dropped."""
    lists = request.form.lists()
    typed = deeds.tidy(kind, {name: values for name, values in lists if name not in NOT_TYPED})
    strays = [name for name in unknown_names(kind, before) if name != dropped]
    return {**{name: before[name] for name in strays}, **typed}


def _base(draft: Draft, before: Typed) -> Marks | None:
    marks = merging.read_marks(request.form.get("base", ""))
    if marks is None and request.form.get("revision") == str(draft.revision):
        return merging.marks_of(before)
    return marks


def _seconds() -> int:
    seconds = request.form.get("seconds", 0, type=int)
    return min(max(seconds, 0), LONGEST_STRETCH)


def _with_rows(kind: DocumentType, typed: Typed, deed: str, name: str) -> Typed:
    if deed == "add":
        return deeds.add_row(kind, typed, name)
    return deeds.remove_row(typed, name) if deed == "remove" else typed


def _answer_none(session: Session, done: Saving, section: str) -> None:
    typed, names = deeds.answer_none(done.reading, done.draft.typed, section)
    done.draft = _store(session, done.draft, typed, 0)
    done.reading = _reading(session, done.draft)
    count = len(names)
    text = f"{count} question{' was' if count == 1 else 's were'} answered with none or no."
    done.notes.append(Note(text if names else "Every question here has an answer already."))


def _told(kind: DocumentType, merged: Merged, filled: tuple[str, ...], deed: str) -> Iterator[Note]:
    if merged.arrived and deed != "take":
        yield Note("Saved in another window, now also here:", links_of(kind, merged.arrived))
    if filled:
        yield Note("The service brought along:", links_of(kind, filled))
    if merged.clashes:
        text = "Two texts were written for the same question. Choose one:"
        yield Note(text, links_of(kind, merged.clashes))


def _place(go: str) -> str | None:
    """The part of the page to come back to after a button without script."""
    deed, _, name = go.partition(":")
    places = {"none": f"section-{name}", "remove": name.rpartition("-")[0]}
    return places.get(deed, name) or None


def _show_closed(closed: documents.Closed) -> ResponseReturnValue:
    """Go to the letter that the draft became; else say that it is gone."""
    if closed.document_id is None:
        raise closed
    flash(str(closed), "important")
    return redirect(url_for("issued.document", document_id=closed.document_id))
