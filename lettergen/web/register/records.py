"""One consent in the register: its page, what can be done to it, its tasks, copies and letters."""

from typing import Any

from flask import Blueprint, Flask, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from lettergen import accounts
from lettergen.consents import asking
from lettergen.consents.papers import telling
from lettergen.consents.papers.telling import Wanted
from lettergen.consents.register import aftermath, copies, pointers, tasks
from lettergen.models import ConsentTask, NotAllowed, StorageUnavailable
from lettergen.refusals import Refused
from lettergen.web.base.context import actor, changing, looking, now, office, terms
from lettergen.web.base.entry import enter
from lettergen.web.register.acts import ACTS, Act, form_of
from lettergen.web.register.forms import LetterForm, NoteForm
from lettergen.web.register.noting import PhoneForm
from lettergen.web.register.page import HOW, Opened, opened, page_of, task_shown

register_records = Blueprint("register_records", __name__)

# Of wrong passwords of a second person, at one account: as many as at the sign-in.
_TRIES = "10 per 15 minutes"


@register_records.get("/register/records/<record_id>")
@enter("clinician", "reception", "manager")
def record(record_id: str) -> str:
    """What was agreed, where it stands, and all that became of it."""
    with looking() as session:
        seen = opened(session, record_id)
        return render_template(
            "web/register/record.html",
            acts=[one for one in ACTS if one.is_possible(seen)],
            may_ask="clinician" in actor().roles or "reception" in actor().roles,
            **page_of(session, seen),
        )


@register_records.post("/register/records/<record_id>/ask-again")
@enter("clinician", "reception")
def ask_again(record_id: str) -> ResponseReturnValue:
    """Begin a new consent with this one's set-up; the patient answers and signs anew."""
    with changing() as session:
        seen = opened(session, record_id)
        draft = asking.start(
            session, seen.terms.catalogue, actor(), at=now(), answers=seen.record.answers
        )
    return redirect(url_for("consenting.consent", consent_id=draft.id))


def _add_act(act: Act) -> None:
    """Give an act its page: a form that says what will happen, and its doing."""

    @enter(*act.roles)
    def view(record_id: str) -> ResponseReturnValue:
        if request.method == "POST":
            return _do(act, record_id)
        with looking() as session:
            seen = opened(session, record_id)
            if not act.is_possible(seen):
                flash(f"“{act.name}” is not possible as this consent stands.", "important")
                return _to_record(record_id)
            return _show_act(act, seen, form_of(session, act, seen))

    register_records.add_url_rule(
        f"/register/records/<record_id>/{act.slug}",
        endpoint=act.slug.replace("-", "_"),
        view_func=view,
        methods=["GET", "POST"],
    )


def _do(act: Act, record_id: str) -> ResponseReturnValue:
    with looking() as session:
        seen = opened(session, record_id)
        form = form_of(session, act, seen)
        if not form.validate():
            return _show_act(act, seen, form), 422
    try:
        with changing() as session:
            done = act.do(session, opened(session, record_id), form)
    except (NotAllowed, StorageUnavailable):
        raise
    except Refused as refusal:
        refused = _shown_at(act, form, refusal)
        with looking() as session:
            return _show_act(act, opened(session, record_id), form, refused), 422
    flash(done.message, "success")
    if done.task_id:
        return redirect(url_for("register_records.task", task_id=done.task_id))
    return _to_record(record_id)


def _shown_at(act: Act, form: FlaskForm, refusal: Refused) -> str:
    """Put a refusal at the field that it is about; return it where there is none."""
    for kind, name in (act.faults or {}).items():
        if isinstance(refusal, kind):
            form[name].errors = [str(refusal)]
            return ""
    return str(refusal)


def _show_act(act: Act, seen: Opened, form: FlaskForm, refusal: str = "") -> str:
    return render_template(
        "web/register/act.html",
        act=act,
        form=form,
        refusal=refusal,
        record=seen.record,
        patient=seen.patient,
    )


@register_records.get("/register/tasks/<task_id>")
@enter("clinician", "reception", "manager")
def task(task_id: str) -> str:
    """One task: what it is about, the letter that belongs to it, and that it is done."""
    with looking() as session:
        return _show_task(session, telling.get(session, actor(), task_id))


@register_records.post("/register/tasks/<task_id>")
@enter("clinician", "reception", "manager")
def finish(task_id: str) -> ResponseReturnValue:
    """Note that a task is done; of a telephone, only once it is clean."""
    with looking() as session:
        found = telling.get(session, actor(), task_id)
        form = _task_form(found)
        if not form.validate():
            return _show_task(session, found, form=form), 422
        note = _note(form)
    with changing() as session:
        done = tasks.done(session, actor(), task_id, at=now(), note=note)
        record_id = done.record_id
    flash("Done.", "success")
    return redirect(url_for("register_records.record", record_id=record_id, _anchor="tasks"))


@register_records.post("/register/tasks/<task_id>/letter")
@enter("clinician", "reception", "manager")
def write(task_id: str) -> ResponseReturnValue:
    """Make the letter to the patient, and go on to hand it over."""
    form = LetterForm()
    with looking() as session:
        found = telling.get(session, actor(), task_id)
        if not form.validate():
            return _show_task(session, found, letter_form=form), 422
    lines = (form.address.data or "").splitlines()
    wanted = Wanted(address_lines=lines, reason=(form.reason.data or "").strip())
    with changing() as session:
        document = telling.tell(
            session, office(), terms(session), actor(), task_id, wanted=wanted, at=now()
        )
        document_id = document.id
    flash("The letter is made. Hand it over, then mark the task as done.", "success")
    return redirect(url_for("issued.document", document_id=document_id, _anchor="hand-over"))


@register_records.get("/register/uses/<use_id>")
@enter("clinician", "reception", "manager")
def copies_of(use_id: str) -> ResponseReturnValue:
    """Ask what became of the copies of one use."""
    with looking() as session:
        return _show_use(session, use_id, NoteForm())


@register_records.post("/register/uses/<use_id>")
@enter("clinician", "reception", "manager")
def copies_gone(use_id: str) -> ResponseReturnValue:
    """Note that the copies of a use have gone."""
    form = NoteForm()
    with looking() as session:
        record_id = _record_of_use(session, use_id)
        if not form.validate():
            return _show_use(session, use_id, form), 422
    try:
        with changing() as session:
            copies.gone(session, actor(), use_id, note=form.note.data or "", at=now())
    except StorageUnavailable:
        raise
    except Refused as refusal:
        form.note.errors = [str(refusal)]
        with looking() as session:
            return _show_use(session, use_id, form), 422
    flash("Noted: these copies have gone.", "success")
    return redirect(url_for("register_records.record", record_id=record_id, _anchor="uses"))


@register_records.get("/register/photos/<image_id>/preview.jpg")
@enter("clinician", "reception", "manager")
def preview(image_id: str) -> ResponseReturnValue:
    """The small picture of a photo, where the practice keeps such."""
    with looking() as session:
        image = pointers.image_of(session, actor(), image_id)
        picture = image.preview
    if not picture:
        return Response(status=404)
    return Response(picture, mimetype="image/jpeg")


def limit_second_passwords(app: Flask) -> None:
    """Limit how often a second person's password may be tried; call it after add_sign_in."""
    limiter: Limiter
    (limiter,) = app.extensions["limiter"]
    limited = limiter.limit(
        _TRIES,
        key_func=lambda: request.form.get("second", "")[:64],
        methods=["POST"],
        deduct_when=lambda _reply: bool(g.get("is_wrong_password")),
    )
    name = "register_records.error"
    app.view_functions[name] = limited(app.view_functions[name])  # type: ignore[assignment]


def _show_task(
    session: Session,
    found: ConsentTask,
    *,
    form: FlaskForm | None = None,
    letter_form: LetterForm | None = None,
) -> str:
    seen = opened(session, found.record_id)
    staff = {one.id: one.name for one in accounts.staff_of(session, actor())}
    is_letter = found.kind == tasks.LETTER
    after = (
        aftermath.of_letter(session, seen.terms, actor(), found, at=now()) if is_letter else None
    )
    return render_template(
        "web/register/task.html",
        shown=task_shown(seen, found, staff),
        record=seen.record,
        patient=seen.patient,
        after=after,
        after_tasks=[task_shown(seen, one, staff) for one in after.tasks] if after else [],
        titles={one.key: one.title for one in seen.terms.catalogue.purposes},
        how=HOW,
        letter=telling.letter_of(session, actor(), found),
        form=form or _task_form(found),
        letter_form=letter_form or LetterForm(formdata=None),
        is_phone=found.kind == tasks.PHONE_DELETION,
    )


def _task_form(found: ConsentTask) -> FlaskForm:
    return PhoneForm() if found.kind == tasks.PHONE_DELETION else NoteForm()


def _note(form: Any) -> str:
    typed = (form.note.data or "").strip()
    if not isinstance(form, PhoneForm):
        return typed
    said = "In the record, and deleted on the phone, “recently deleted” too."
    return " ".join(filter(None, (said, typed)))


def _show_use(session: Session, use_id: str, form: NoteForm) -> str:
    found = copies.use_of(session, actor(), use_id)
    seen = opened(session, _record_of_use(session, use_id))
    return render_template(
        "web/register/copies.html",
        use=found,
        title_of=seen.title(found.purpose),
        record=seen.record,
        form=form,
    )


def _record_of_use(session: Session, use_id: str) -> str:
    found = copies.use_of(session, actor(), use_id)
    return copies.record_of(session, actor(), found)


def _to_record(record_id: str) -> ResponseReturnValue:
    return redirect(url_for("register_records.record", record_id=record_id))


for _act in ACTS:
    _add_act(_act)
