"""The register of photo consents: one question, its answer, the use that follows, and the list."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen.calendar import local_day
from lettergen.consents.register import finding, using
from lettergen.consents.register.finding import FILTERS, Entry, GrantLine
from lettergen.consents.register.scopes import Use
from lettergen.consents.register.sentences import YES
from lettergen.documents import paging
from lettergen.documents.paging import Page
from lettergen.refusals import Refused
from lettergen.web.base.context import actor, changing, looking, now, standing, terms
from lettergen.web.base.entry import enter
from lettergen.web.base.search import asked, sent_on
from lettergen.web.register.answers import Answers, TwoPatients, ask, described
from lettergen.web.register.forms import FindForm, QuestionForm, UseForm, purposes_of

register = Blueprint("register", __name__)

FILTER_NAMES = {
    "all": "All forms",
    "live": "Live",
    "ending": "Ends within 60 days",
    "turning_16": "Turns 16 within 60 days",
    "withdrawn_open": "Withdrawn, tasks open",
    "on_phone": "Still on a phone",
}


@dataclass(frozen=True)
class Line:
    """One form as the list shows it: initials until it is opened."""

    record_id: str
    reference: str
    initials: str
    route: str
    signed_at: datetime
    photos: int
    grants: tuple[GrantLine, ...]
    open_tasks: int


@dataclass(frozen=True)
class Listed:
    """One page of the list, and what it is a list of."""

    page: Page[Line]
    which: str
    word: str


@register.get("/register")
@enter("clinician", "reception", "manager")
def overview() -> str:
    """The box for the question, and the forms of the register, the newest first."""
    wanted, word = asked(FindForm)
    with looking() as session:
        return _show(session, _question(), wanted, word=word)


@register.post("/register/find")
@enter("clinician", "reception", "manager")
def look_for() -> ResponseReturnValue:
    """Turn a search into an address that says nothing about the patient."""
    wanted = FindForm(request.form)
    if wanted.is_empty or wanted.validate():
        return sent_on(wanted, "register.overview", "forms")
    with looking() as session:
        return _show(session, _question(), wanted, word="", has_list=False), 422


@register.post("/register/ask")
@enter("clinician", "reception", "manager")
def put() -> ResponseReturnValue:
    """Ask whether a photo may be used; the question is logged, and nobody named in an address."""
    form = _question(is_asked=True)
    if not form.validate():
        with looking() as session:
            return _show(session, form, FindForm(), word="", has_list=False), 422
    try:
        with changing() as session:
            answers = ask(session, form)
    except TwoPatients as refusal:
        form.family_name.errors = [str(refusal)]
        with looking() as session:
            return _show(session, form, FindForm(), word="", has_list=False), 422
    return _show_answers(form, answers)


@register.post("/register/use")
@enter("clinician", "reception", "manager")
def use() -> ResponseReturnValue:
    """Log a use before it happens: the register is asked once more, and only YES lets it."""
    with looking() as session:
        own = terms(session)
        form = UseForm(request.form)
        form.offer(own.catalogue, own.settings.channels)
        if not form.validate():
            return _show_use(session, form), 422
    patient = (form.patient.data or "").strip() or None
    image, purpose = form.image.data or "", form.purpose.data or ""
    with changing() as session:
        used = using.use(
            session,
            terms(session),
            actor(),
            image_id=image,
            purpose=purpose,
            intended=_intended(form),
            particulars=form.particulars,
            at=now(),
            patient=patient,
            advice=form.decided,
        )
        on = local_day(now())
        asked = described(session, used.answer, image, patient or "", on=on, at=now())
    if used.row is None:
        question = _question()
        question.purpose.data = purpose
        return _show_answers(question, Answers((asked,), on), is_refused=True), 422
    flash("The use is logged. If the patient changes their mind, its copies are called back.")
    return redirect(url_for("register_records.record", record_id=asked.record_id, _anchor="uses"))


def _intended(form: UseForm) -> Use:
    """Say of a use what the form's limits are compared with; the audience is the log's own."""
    said = request.form.get("use", "").strip()[:500] or None
    is_asked = "has_hidden" in request.form
    return Use(
        text=said,
        channel=form.channel.data or None,
        is_anonymised=bool(form.is_hidden.data) if is_asked else None,
    )


def _question(*, is_asked: bool = False) -> QuestionForm:
    form = QuestionForm(request.form) if is_asked else QuestionForm()
    form.purpose.choices = purposes_of(standing().consents.catalogue)
    if not is_asked:
        form.on.data = local_day(now())
    return form


def _show(
    session: Session, question: QuestionForm, wanted: FindForm, *, word: str, has_list: bool = True
) -> str:
    return render_template(
        "web/register/question.html",
        question=question,
        wanted=wanted,
        listed=_listed(session, wanted, word) if has_list else None,
        filters=FILTER_NAMES,
        catalogue=standing().consents.catalogue,
    )


def _show_answers(form: QuestionForm, answers: Answers, *, is_refused: bool = False) -> str:
    with looking() as session:
        own = terms(session)
        use_form = UseForm(data={"audience": (form.use.data or "").strip()})
        use_form.offer(own.catalogue, own.settings.channels)
    found = answers.found
    return render_template(
        "web/register/answer.html",
        question=form,
        answers=answers,
        words=_in_short([one.answer.word for one in found]),
        use_form=use_form,
        purpose=own.catalogue.purpose(form.purpose.data or ""),
        said=(form.use.data or "").strip(),
        is_refused=is_refused,
    )


def _show_use(session: Session, form: UseForm) -> str:
    purpose = next(
        (one for one in terms(session).catalogue.purposes if one.key == form.purpose.data), None
    )
    if purpose is None:
        raise Refused("Ask the register first, and log the use on the page that says YES.")
    return render_template("web/register/use.html", form=form, purpose=purpose)


def _in_short(words: list[str]) -> str:
    """Return the answer for the page's title: one word, or how many of several say YES."""
    if len(words) == 1:
        return words[0]
    return f"{words.count(YES)} of {len(words)} photos: YES"


def _listed(session: Session, wanted: FindForm, word: str) -> Listed:
    which = request.args.get("which", "all")
    if which not in FILTERS:
        abort(404)
    entries = _entries(session, wanted, which, request.args.get("page", 1, type=int))
    order = [one.key for one in standing().consents.catalogue.purposes]
    return Listed(entries.each(lambda one: _line(one, order)), which, word)


def _entries(session: Session, wanted: FindForm, which: str, page: int) -> Page[Entry]:
    """Return a page of forms; the list of all reads no more than that page."""
    on = local_day(now())
    if which != "all" or wanted.criteria:
        found = finding.find(session, actor(), on=on, which=which, **wanted.criteria)
        return paging.cut(found, page)
    keys = finding.newest(session, actor(), page=page)
    return keys.holding(finding.find(session, actor(), on=on, record_ids=keys.items))


def _line(entry: Entry, order: list[str]) -> Line:
    names = entry.full_name.split()
    initials = "".join(name[0].upper() for name in dict.fromkeys((*names[:1], *names[-1:])))
    return Line(
        record_id=entry.record_id,
        reference=entry.reference,
        initials=initials,
        route=entry.route,
        signed_at=entry.signed_at,
        photos=len(entry.images),
        grants=tuple(sorted(entry.grants, key=lambda one: order.index(one.purpose))),
        open_tasks=entry.open_tasks,
    )
