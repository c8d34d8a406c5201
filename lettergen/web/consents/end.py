"""After the signature: photos that were taken, what was explained, the declaration, and filing."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen.calendar import british_date, local_day
from lettergen.conditions import is_blank
from lettergen.consents import asking
from lettergen.consents.asking import Declaration, files, whose
from lettergen.consents.form.grammar import ConsentField
from lettergen.consents.form.moments import parse_moment
from lettergen.consents.form.terms import Terms
from lettergen.consents.papers import images, wording
from lettergen.consents.rules.answering import is_asked
from lettergen.consents.rules.case import Case
from lettergen.models import ANSWERED, ConsentDraft
from lettergen.refusals import Refused
from lettergen.web.base.context import actor, changing, looking, now, office, terms
from lettergen.web.base.entry import enter
from lettergen.web.base.uploads import file_sent, takes_file
from lettergen.web.consents.form import drawn_as, named
from lettergen.web.consents.times import WrongTime, local_text, moment_of
from lettergen.web.forms.widgets import Control, draw

consent_end = Blueprint("consent_end", __name__)

_CHOOSE = "Choose the photo first: a JPEG or PNG file of at most 20 MB."
NOTE = "clinician.discussion_note"
DECLARATION = "clinician.declaration_voluntary"
TIMES = ("device.moved_to_record_at", "device.deleted_at")
ROW = ("image_id", "role", "taken_at", "taken_before_consent_reason", "stored_in", "record_ref")
MOST_IMAGES = 30
TICKED = "y"


@dataclass(frozen=True)
class Row:
    """A photo that was taken, as the page holds it."""

    number: int
    values: Mapping[str, str]
    errors: Mapping[str, str]
    has_preview: bool
    sha256: str


@dataclass(frozen=True)
class Said:
    """One use and its answer, by shape and by word."""

    title: str
    answer: str
    mark: str
    until: str


@consent_end.post("/consents/<consent_id>/end")
@enter("clinician", "reception")
def save(consent_id: str) -> ResponseReturnValue:
    """Save what was filled in after the signature; add a photo's row, or take one away."""
    go = request.form.get("go", "save")
    with changing() as session:
        one, known = _open(session, consent_id), terms(session)
        end = _posted(one, known)
        end["images"] = _rows_after(end["images"], go)
        _save(session, one, known, end)
    return _to(consent_id, "photos" if go != "save" else None)


@consent_end.post("/consents/<consent_id>/photo")
@enter("clinician", "reception")
@takes_file(20)
def photo(consent_id: str) -> ResponseReturnValue:
    """Take a photo's hash, and a small preview where the practice keeps such; not the photo."""
    with looking() as session:
        _open(session, consent_id)
        keeps = terms(session).settings.keeps_preview
    try:
        taken = images.prepare(file_sent("file", _CHOOSE), with_preview=keeps)
    except Refused as refusal:
        flash(str(refusal), "important")
        return _to(consent_id, "photos")
    with changing() as session:
        one, known = _open(session, consent_id), terms(session)
        rows = list(one.answers.get("images") or [])
        number = request.form.get("number", 0, type=int)
        if not 0 <= number < len(rows):
            abort(404)
        image_id = str(rows[number].get("image_id") or "")
        rows[number] = {
            **rows[number],
            "sha256": taken.sha256,
            "location_data_removed": True,
        }
        previews = {image_id: taken.preview} if taken.preview and image_id else {}
        _save(session, one, known, {"images": rows}, previews=previews)
    flash(
        "Its hash is noted, and any place in it was taken out. The photo was not kept.", "success"
    )
    return _to(consent_id, "photos")


@consent_end.get("/consents/<consent_id>/preview/<int:number>")
@enter("clinician", "reception")
def preview(consent_id: str, number: int) -> ResponseReturnValue:
    """The small picture of a photo."""
    with looking() as session:
        one = asking.draft(session, actor(), consent_id)
        rows = one.answers.get("images") or []
        name = str(rows[number - 1].get("image_id")) if 1 <= number <= len(rows) else ""
        found = files.previews(session, one).get(name)
    if found is None:
        return redirect(url_for("consenting.consent", consent_id=consent_id))
    return Response(found, mimetype="image/jpeg")


@consent_end.post("/consents/<consent_id>/declare")
@enter("clinician")
def declare(consent_id: str) -> ResponseReturnValue:
    """Save the page, then check, seal and file the consent."""
    with changing() as session:
        one, known = _open(session, consent_id), terms(session)
        one = _save(session, one, known, _posted(one, known))
        note = str(whose.value_at(one.answers, NOTE) or "")
        revision = one.revision
    words = Declaration(note, is_voluntary=request.form.get(DECLARATION) == TICKED)
    try:
        with changing() as session:
            document = asking.declare(
                session,
                office(),
                terms(session),
                actor(),
                consent_id,
                declaration=words,
                at=now(),
                revision=revision,
            )
    except asking.NotReady as refusal:
        with looking() as session:
            one = asking.draft(session, actor(), consent_id)
            shown = page(session, one, terms(session), refusal=refusal)
            return shown, HTTPStatus.UNPROCESSABLE_ENTITY
    flash("The consent is filed. Hand the patient's copy over below.", "success")
    address = url_for("issued.document", document_id=document.id)
    return redirect(address, HTTPStatus.SEE_OTHER)


def page(
    session: Session,
    one: ConsentDraft,
    known: Terms,
    *,
    refusal: asking.NotReady | None = None,
) -> str:
    """Return the page on which a signed consent is declared."""
    errors = refusal.errors if refusal else {}
    answers = one.answers
    return render_template(
        "web/consents/declare.html",
        one=one,
        name=answers["patient"]["full_name"],
        said=_said(one, known),
        limits=whose.value_at(answers, "photo.limits"),
        signatures=answers.get("signatures") or [],
        role_of=lambda code: known.catalogue.field("signatures[].signer_role").label_of(code),
        is_no_photo=asking.is_no_photo(answers, known),
        rows=_rows(session, one, errors),
        options={
            name: known.catalogue.options(f"images[].{name}")
            for name in ("role", "taken_before_consent_reason", "stored_in")
        },
        most=MOST_IMAGES,
        fields=[_drawn(field, one, errors) for field in _fields(one, known)],
        times=_times(one, known, errors),
        note=str(whose.value_at(answers, NOTE) or ""),
        declared=request.form.get(DECLARATION) == TICKED,
        label=known.catalogue.field(DECLARATION).label,
        errors=errors,
        faults=_faults(errors, known),
        may_declare=actor().may_sign,
        keeps_preview=known.settings.keeps_preview,
    )


def _open(session: Session, consent_id: str) -> ConsentDraft:
    one = asking.draft(session, actor(), consent_id)
    if one.stage != ANSWERED:
        raise asking.WrongStage("This consent is not waiting to be declared. Open it again.")
    return one


def _save(
    session: Session,
    one: ConsentDraft,
    known: Terms,
    end: Mapping[str, Any],
    *,
    previews: Mapping[str, bytes] | None = None,
) -> ConsentDraft:
    revision = request.form.get("revision", one.revision, type=int)
    return asking.save_end(
        session,
        known,
        actor(),
        one.id,
        end,
        revision=revision,
        at=now(),
        previews=previews,
    )


def _posted(one: ConsentDraft, known: Terms) -> dict[str, Any]:
    """Return what the page sent, by dotted name."""
    form = request.form
    end: dict[str, Any] = {NOTE: form.get(NOTE, "").strip()}
    for field in _fields(one, known):
        text = form.get(field.name, "").strip()
        known_words = {"yes": True, TICKED: True, "no": False}
        is_switch = field.type in ("yes_no", "tick")
        end[field.name] = known_words.get(text) if is_switch else text
    for name in TIMES:
        if f"{name}" in form:
            end[name] = _moment(form.get(name, ""))
    end["images"] = [_row(one, number) for number in range(form.get("rows", 0, type=int))]
    return end


def _row(one: ConsentDraft, number: int) -> dict[str, Any]:
    held = list(one.answers.get("images") or [])
    kept = held[number] if number < len(held) else {}
    typed = {name: request.form.get(f"image-{number}-{name}", "").strip() for name in ROW}
    typed["taken_at"] = _moment(typed["taken_at"])
    auto = {name: kept[name] for name in ("sha256", "location_data_removed") if name in kept}
    return {**{name: text for name, text in typed.items() if text}, **auto}


def _rows_after(rows: list[dict[str, Any]], go: str) -> list[dict[str, Any]]:
    deed, _, number = go.partition(":")
    if deed == "add" and len(rows) < MOST_IMAGES:
        return [*rows, {"stored_in": "gp_record"}]
    if deed == "remove" and number.isdecimal():
        return [row for index, row in enumerate(rows) if index != int(number)]
    return rows


def _moment(text: str) -> str:
    """Return day and time on clocks in London as a moment with its zone; else what was typed."""
    try:
        return moment_of(text).isoformat(timespec="seconds") if text.strip() else ""
    except WrongTime:
        return text.strip()


def _fields(one: ConsentDraft, known: Terms) -> list[ConsentField]:
    """Return what is asked beside photos, note and declaration."""
    case = Case(one.answers, known.catalogue, known.settings, local_day(now()), now())
    told = ("tablet", "link")
    return [
        field
        for field in known.catalogue.fields
        if field.name not in TIMES
        and is_asked(case, field)
        and (
            field.section == "device"
            or (
                field.name.startswith("information_given.")
                and (
                    field.name.endswith(("patient_explained_back", "copy_given"))
                    or one.way not in told
                )
            )
        )
    ]


def _drawn(field: ConsentField, one: ConsentDraft, errors: Mapping[str, list[str]]) -> Any:
    value = whose.value_at(one.answers, field.name)
    text = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
    if field.type == "tick":
        text = TICKED if value is True else None
    typed = {} if is_blank(text) else {field.name: [str(text)]}
    error = next(iter(errors.get(field.name, ())), "")
    return draw(Control(drawn_as(field), field.name, typed, error))


def _times(
    one: ConsentDraft, known: Terms, errors: Mapping[str, list[str]]
) -> list[dict[str, str]]:
    case = Case(one.answers, known.catalogue, known.settings, local_day(now()), now())
    return [
        {
            "name": name,
            "label": known.catalogue.field(name).label,
            "value": _local(whose.value_at(one.answers, name)),
            "error": next(iter(errors.get(name, ())), ""),
        }
        for name in TIMES
        if is_asked(case, known.catalogue.field(name))
    ]


def _local(value: object) -> str:
    moment = parse_moment(value)
    return local_text(moment) if moment else str(value or "")


def _rows(session: Session, one: ConsentDraft, errors: Mapping[str, list[str]]) -> list[Row]:
    kept = files.previews(session, one)
    return [
        Row(
            number=number,
            values={
                **{name: str(row.get(name) or "") for name in ROW},
                "taken_at": _local(row.get("taken_at")),
            },
            errors={
                name: texts[0] for name in ROW if (texts := errors.get(f"images.{number}.{name}"))
            },
            has_preview=str(row.get("image_id")) in kept,
            sha256=str(row.get("sha256") or ""),
        )
        for number, row in enumerate(one.answers.get("images") or [])
    ]


def _said(one: ConsentDraft, known: Terms) -> list[Said]:
    marks = {"yes": "yes", "no": "no"}
    found = []
    for purpose in known.catalogue.purposes:
        decision = wording.decision_of(one.answers, purpose.key)
        until = str(whose.value_at(one.answers, f"purposes.{purpose.key}.valid_until") or "")
        found.append(
            Said(
                purpose.title,
                wording.SAID.get(decision, "No answer"),
                marks.get(decision, "not-asked"),
                british_date(until) if until else "",
            )
        )
    return found


def _faults(errors: Mapping[str, list[str]], known: Terms) -> list[dict[str, str]]:
    return [
        {"text": named(known.catalogue, field, text), "href": f"#{_anchor(field)}"}
        for field, texts in errors.items()
        for text in texts
    ]


def _anchor(field: str) -> str:
    group, _, rest = field.partition(".")
    if group == "images" and "." in rest:
        number, _, name = rest.partition(".")
        return f"image-{number}-{name}"
    return f"field-{field}"


def _to(consent_id: str, anchor: str | None = None) -> ResponseReturnValue:
    address = url_for("consenting.consent", consent_id=consent_id, _anchor=anchor)
    return redirect(address, HTTPStatus.SEE_OTHER)
