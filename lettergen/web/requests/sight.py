"""The patient sees a letter first, on the staff's side: offered, answered, and a wish judged."""

import secrets
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lettergen import links, post
from lettergen.documents import NotFound
from lettergen.models import NotAllowed
from lettergen.refusals import Refused
from lettergen.requests.front import agreeing, inviting
from lettergen.requests.front import seeing as front
from lettergen.requests.life import facts, finding, sights
from lettergen.web.base.context import actor, changing, looking, now, office, standing
from lettergen.web.base.entry import enter
from lettergen.web.base.slip import say_emailed, slip
from lettergen.web.front.asking import options

request_sight = Blueprint("request_sight", __name__)

ANSWERS = {
    front.AGREED: "It is right, and may be sent",
    front.CORRECTION: "Something in it is wrong",
    front.REFUSED: "It is not to be sent",
}
_LONGEST = 200


@request_sight.get("/requests/<request_id>/sight")
@enter("clinician", "reception", "manager")
def page(request_id: str) -> str:
    """What was shown, what the patient said, and what became of it."""
    return _show(request_id)


@request_sight.post("/requests/<request_id>/sight")
@enter("clinician", "reception", "manager")
def offer(request_id: str) -> ResponseReturnValue:
    """Offer the letter by a link, e-mailed or shown once: as it was reviewed, or signed."""
    by_email = request.form.get("way") == "email"
    to = (request.form.get("email", "").strip()[:_LONGEST] or "-") if by_email else None
    try:
        with changing() as session:
            invited = front.offer(
                session,
                office(),
                actor(),
                request_id,
                at=now(),
                email=to,
                key=f"{request.form.get('key', '')[:60]}{to or ''}",
            )
    except NotFound:
        raise
    except Refused as refusal:
        return _show(request_id, error=str(refusal), at="email"), HTTPStatus.UNPROCESSABLE_ENTITY
    if to is not None:
        say_emailed(to)
        return _back(request_id)
    with looking() as session:
        one = finding.get(session, actor(), request_id)
        return slip(
            session,
            "web/requests/sight_slip.html",
            invited,
            back=("Request", url_for("requests.page", request_id=request_id)),
            name=agreeing.name_of(one),
            reference=one.reference,
        )


@request_sight.post("/requests/<request_id>/sight/answer")
@enter("clinician", "reception", "manager")
def answer(request_id: str) -> ResponseReturnValue:
    """Keep what the patient said at the desk or on the telephone."""
    said, words = request.form.get("said", ""), request.form.get("words", "")
    try:
        with changing() as session:
            sights.answer(session, actor(), request_id, said, words=words, at=now())
    except NotFound:
        raise
    except Refused as refusal:
        return _show(request_id, error=str(refusal), at="said"), HTTPStatus.UNPROCESSABLE_ENTITY
    return _back(request_id)


@request_sight.post("/requests/<request_id>/sight/judge")
@enter("clinician")
def judge(request_id: str) -> ResponseReturnValue:
    """Open the letter to be corrected, or keep it with a reason that the patient is told."""
    try:
        with changing() as session:
            draft = front.judge(
                session,
                office(),
                actor(),
                request_id,
                request.form.get("verdict", ""),
                reason=request.form.get("reason", ""),
                at=now(),
            )
            draft_id = draft.id if draft else None
    except (NotFound, NotAllowed):
        raise
    except Refused as refusal:
        return _show(request_id, error=str(refusal), at="reason"), HTTPStatus.UNPROCESSABLE_ENTITY
    if draft_id:
        return redirect(url_for("filling.fill", draft_id=draft_id), HTTPStatus.SEE_OTHER)
    flash("The letter stays as it is. The patient sees your reason, and answers again.", "success")
    return _back(request_id)


@request_sight.post("/requests/<request_id>/sight/back")
@enter("clinician")
def take_back(request_id: str) -> ResponseReturnValue:
    """Go on with a letter that the patient was shown before it is signed."""
    try:
        with changing() as session:
            sights.take_back(session, actor(), request_id, at=now())
    except (NotFound, NotAllowed):
        raise
    except Refused as refusal:
        return _show(request_id, error=str(refusal), at="show"), HTTPStatus.UNPROCESSABLE_ENTITY
    flash("The letter is yours again. Show it once more when it is reviewed.", "success")
    return _back(request_id)


def _show(request_id: str, *, error: str = "", at: str = "") -> str:
    with looking() as session:
        one = finding.get(session, actor(), request_id)
        shown = sights.of(session, one)
        last = shown[-1] if shown else None
        letter = front.standing_letter(session, one)
        is_before = one.state in front.BEFORE_SIGNING
        is_shown = one.state == sights.SHOWN
        ways = inviting.open_links(session, actor(), one, links.SEE_FIRST, at=now())
        return render_template(
            "web/requests/sight.html",
            request_row=one,
            name=agreeing.name_of(one),
            shown=shown,
            last=last,
            letter=None if is_before else letter,
            is_before=is_before,
            is_shown=is_shown,
            review=front.reviewed(session, actor(), one),
            may_leave_on=facts.may_leave_on(session, one, last),
            is_current=bool(last and (is_shown or (letter and last.seal == letter.seal))),
            open_link=ways[0] if ways else None,
            email=(one.content.patient.get("email") or "") if one.content else "",
            answers=options(ANSWERS, request.form.get("said", "")),
            answer_names=ANSWERS,
            typed=request.form,
            error=error,
            error_at=at,
            key=secrets.token_urlsafe(12),
            can_write=post.is_configured(standing().settings),
            may_judge="clinician" in actor().roles,
        )


def _back(request_id: str) -> ResponseReturnValue:
    address = url_for("request_sight.page", request_id=request_id)
    return redirect(address, HTTPStatus.SEE_OTHER)
