"""A consent in the patient's hands as staff see it: the four ways, what is awaited, and paper."""

from http import HTTPStatus

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lettergen import post
from lettergen.consents import asking
from lettergen.consents.asking import Signature
from lettergen.consents.asking.offering import Way
from lettergen.consents.papers import sheets as paper
from lettergen.consents.papers.framing import Frame
from lettergen.consents.papers.wording import Question
from lettergen.documents import records
from lettergen.documents.inviting import Invited
from lettergen.letters import Heading
from lettergen.models import OFFERED
from lettergen.web.base.context import actor, changing, looking, now, office, terms
from lettergen.web.base.entry import enter
from lettergen.web.base.slip import say_emailed, slip
from lettergen.web.consents.waiting import mark_of, page, questions_of

progress = Blueprint("consent_progress", __name__)

_LONGEST = 300
_NO_ADDRESS = "Enter an email address, or show the link instead."


@progress.post("/consents/<consent_id>/paper", defaults={"way": "paper"})
@progress.post("/consents/<consent_id>/spoken", defaults={"way": "spoken"})
@progress.post("/consents/<consent_id>/link", defaults={"way": "link"})
@enter("clinician", "reception")
def hand_over(consent_id: str, way: Way) -> ResponseReturnValue:
    """Hand a consent over on paper, by word of mouth, or by link: how it goes is asked then."""
    with changing() as session:
        asking.hand_over(session, terms(session), actor(), consent_id, way, at=now())
    return _to(consent_id)


@progress.post("/consents/<consent_id>/clinician")
@enter("clinician")
def by_clinician(consent_id: str) -> ResponseReturnValue:
    """Write down what the clinician decides in the patient's best interests."""
    with looking() as session:
        one, known = asking.draft(session, actor(), consent_id), terms(session)
        questions = questions_of(one, known)
        choices = {key: said for key, said in _choices(questions).items() if said}
        if not choices:
            return render_template("web/consents/decide.html", one=one, questions=questions)
    with changing() as session:
        asking.decide_alone(session, terms(session), actor(), consent_id, choices, at=now())
    return _to(consent_id)


@progress.post("/consents/<consent_id>/send-link")
@enter("clinician", "reception")
def send_link(consent_id: str) -> ResponseReturnValue:
    """Send the patient's link by e-mail, or show it once."""
    by_email = request.form.get("way") == "email"
    typed = request.form.get("email", "").strip()[:_LONGEST]
    try:
        to = post.checked(typed) if by_email else None
        with changing() as session:
            invited = asking.invite(
                session,
                office(),
                terms(session),
                actor(),
                consent_id,
                at=now(),
                email=to,
                key=request.form.get("key", "")[:_LONGEST] + str(to) or None,
            )
    except post.WrongAddress as refusal:
        wrong = str(refusal) if typed else _NO_ADDRESS
        with looking() as session:
            one = asking.draft(session, actor(), consent_id)
            shown = page(session, one, terms(session), email=typed, wrong=wrong)
            return shown, HTTPStatus.UNPROCESSABLE_ENTITY
    if to is None:
        return _slip(consent_id, invited)
    say_emailed(to)
    return _to(consent_id)


@progress.post("/consents/<consent_id>/said")
@enter("clinician", "reception")
def said(consent_id: str) -> ResponseReturnValue:
    """Write down what was said, by whom, and who heard it."""
    form = request.form
    with looking() as session:
        one, known = asking.draft(session, actor(), consent_id), terms(session)
        if one.stage != OFFERED:
            return _to(consent_id)
        choices = _choices(questions_of(one, known))
        signatures = [
            Signature(signer.role, name, "", staff=actor().name, evidence={"verbal": _heard()})
            for index, signer in enumerate(asking.signers(one, known, at=now()))
            if (name := form.get(f"signer-{index}", "").strip())
        ]
    try:
        with changing() as session:
            asking.record_spoken(
                session,
                terms(session),
                actor(),
                consent_id,
                choices,
                signatures=signatures,
                at=now(),
            )
    except asking.NotReady as refusal:
        return _again(consent_id, refusal), HTTPStatus.UNPROCESSABLE_ENTITY
    return _to(consent_id)


@progress.get("/consents/<consent_id>/blank.pdf")
@enter("clinician", "reception")
def blank(consent_id: str) -> ResponseReturnValue:
    """The form to be ticked and signed by hand, filled in with the set-up."""
    with looking() as session:
        one, known = asking.draft(session, actor(), consent_id), terms(session)
        if one.stage != OFFERED:
            return redirect(url_for("consenting.consent", consent_id=consent_id))
        frame = Frame(
            practice=asking.letterhead(records.practice_facts(session, actor())),
            signer={"name": actor().name},
            heading=Heading(reference=one.reference),
            at=now(),
        )
        sheet = paper.blank(one.answers, known.catalogue, frame)
        name = f"Photo-choices_{one.reference}_to-sign.pdf"
        pdf = office().renderer.render(sheet).pdf
    reply = Response(pdf, mimetype="application/pdf")
    reply.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return reply


@progress.get("/consents/<consent_id>/state")
@enter("clinician", "reception")
def state(consent_id: str) -> ResponseReturnValue:
    """Say where a consent stands, for the page that waits."""
    with looking() as session:
        one = asking.draft(session, actor(), consent_id)
        return {"mark": mark_of(one)}


def _again(consent_id: str, refusal: asking.NotReady) -> str:
    with looking() as session:
        one = asking.draft(session, actor(), consent_id)
        return page(session, one, terms(session), refusal=refusal)


def _choices(questions: list[Question]) -> dict[str, str]:
    return {one.key: request.form.get(f"choice-{one.key}", "") for one in questions}


def _heard() -> dict[str, str]:
    names = ("said_by", "heard_by", "channel", "number_used", "why_not_written")
    typed = {name: request.form.get(name, "").strip() for name in names}
    version = request.form.get("script_version", "").strip()
    return {**{name: text for name, text in typed.items() if text}, "script_version": version}


def _slip(consent_id: str, invited: Invited) -> str:
    with looking() as session:
        one = asking.draft(session, actor(), consent_id)
        return slip(
            session,
            "web/consents/handed.html",
            invited,
            back=("Photo consent", url_for("consenting.consent", consent_id=consent_id)),
            name=one.answers["patient"]["full_name"],
            reference=one.reference,
        )


def _to(consent_id: str) -> ResponseReturnValue:
    address = url_for("consenting.consent", consent_id=consent_id)
    return redirect(address, HTTPStatus.SEE_OTHER)
