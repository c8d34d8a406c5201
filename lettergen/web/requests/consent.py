"""Agreement to a letter, on the staff's side: asked for by link, screen or paper, and recorded."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime, time
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen import accounts, links, post
from lettergen.calendar import LONDON, local_day
from lettergen.documents import NotFound
from lettergen.documents.inviting import Invited
from lettergen.models import Request
from lettergen.refusals import Refused
from lettergen.requests.front import agreeing as front
from lettergen.requests.front import inviting, paper_form, remarks, seeing, wording
from lettergen.requests.front.agreeing import (
    AGREED,
    SIGNERS,
    WAITING,
    Asked,
    NotSigned,
    Signed,
    What,
)
from lettergen.requests.front.wording import AMRA, GENERAL, Wording
from lettergen.requests.life import agreeing as life
from lettergen.requests.life import evidence, finding, sights
from lettergen.web.base.context import actor, changing, looking, now, office, signed_in, standing
from lettergen.web.base.entry import enter
from lettergen.web.base.slip import say_emailed, slip
from lettergen.web.base.uploads import file_sent, takes_file
from lettergen.web.front.asking import options
from lettergen.web.links.tablet import hand_to_patient, lock_for
from lettergen.web.links.tablet_lock import REQUEST

request_consent = Blueprint("request_consent", __name__)

EMPTY: Mapping[str, str] = {}
KINDS = {AMRA: "A report for work or insurance (five statements)", GENERAL: "Any other letter"}
_TITLES = {
    "asked": "Asked, no answer yet",
    "given": "Agreed",
    "refused": "Does not agree",
    "withdrawn": "Taken back",
}
_WAYS = {"paper": "on paper", "screen": "on our screen", "link": "by link", "assurance": "by word"}
_NO_PIN = "Set a PIN first: with it you take the tablet back. Then hand it over again."
_NO_CODE = "This is the page code of another form. Check that the scan is for this request."
_NO_SCAN = "Choose the scan: a PDF, JPEG or PNG file of at most 20 MB."
_BEFORE = "Only what waits for an answer can be answered. Ask anew first."
_LONGEST = 200


def panel(session: Session, one: Request) -> dict[str, Any]:
    """Return what the request's page says of agreement and of seeing the letter first."""
    asked = front.newest(session, actor(), one.id)
    sight = sights.last(session, one)
    return {
        "request_row": one,
        "asked": asked,
        "title": _TITLES.get(asked.consent.state, "") if asked.consent else "Not asked yet",
        "way": _WAYS.get(asked.consent.method or "", "") if asked.consent else "",
        "fault": life.fault_of(session, one, local_day(now())) if one.outcome else "",
        "sight": sight,
        "is_before": one.state in seeing.BEFORE_SIGNING,
        "may_show": "clinician" in actor().roles and one.state == sights.DRAFTED,
        "wants_to_see": sights.wish_is_known(session, one),
    }


@request_consent.get("/requests/<request_id>/agreement")
@enter("clinician", "reception", "manager")
def page(request_id: str) -> str:
    """How the agreement stands, and every way to get it."""
    return _show(request_id)


@request_consent.post("/requests/<request_id>/agreement")
@enter("clinician", "reception", "manager")
def ask(request_id: str) -> ResponseReturnValue:
    """Write down what somebody is asked to agree to; the ways to ask follow."""
    form = request.form
    try:
        with changing() as session:
            finding.get(session, actor(), request_id)
            what = What(
                kind=form.get("kind", ""),
                applicant=form.get("applicant", ""),
                purpose=form.get("purpose", ""),
                scope=form.get("scope", ""),
                application_on=_day("application_on") if form.get("kind") == AMRA else None,
                signer=form.get("signer", front.PATIENT),
                signer_name=form.get("signer_name", "")[:_LONGEST],
                seen=form.get("seen", "")[:_LONGEST],
            )
            front.ask(session, actor(), request_id, what, at=now())
    except NotSigned as refusal:
        shown = _show(request_id, errors=refusal.errors)
        return shown, HTTPStatus.UNPROCESSABLE_ENTITY
    return _back(request_id)


@request_consent.post("/requests/<request_id>/agreement/link")
@enter("clinician", "reception", "manager")
def link(request_id: str) -> ResponseReturnValue:
    """Send the patient's link by e-mail, or show it once."""
    to = _address()
    try:
        with changing() as session:
            found = finding.get(session, actor(), request_id)
            invited = inviting.invite(
                session,
                office(),
                actor(),
                found,
                links.AGREE,
                at=now(),
                email=to,
                key=f"{request.form.get('key', '')[:60]}{to or ''}",
            )
    except NotFound:
        raise
    except Refused as refusal:
        shown = _show(request_id, errors={"email": str(refusal)})
        return shown, HTTPStatus.UNPROCESSABLE_ENTITY
    if to is None:
        return _slip(request_id, invited, "web/requests/agreement_slip.html")
    say_emailed(to)
    return _back(request_id)


@request_consent.post("/requests/<request_id>/agreement/screen")
@enter("clinician", "reception", "manager")
def screen(request_id: str) -> ResponseReturnValue:
    """Hand this device to the patient; nobody is signed in here afterwards."""
    who = signed_in()
    with changing() as session:
        asked = front.newest(session, actor(), request_id)
        if asked.state != WAITING:
            flash(_BEFORE, "important")
            return _back(request_id)
        if who is None or not accounts.has_pin(session, actor()):
            flash(_NO_PIN, "important")
            return redirect(url_for("people.account", _anchor="pin"), HTTPStatus.SEE_OTHER)
        made = lock_for(actor().practice_id, request_id, who, REQUEST)
    return hand_to_patient(made, url_for("agreeing.start"))


@request_consent.get("/requests/<request_id>/agreement/form.pdf")
@enter("clinician", "reception", "manager")
def paper(request_id: str) -> ResponseReturnValue:
    """The agreement to sign by hand, or as it was signed, to print or file."""
    with looking() as session:
        asked = front.newest(session, actor(), request_id)
        if asked.consent is None:
            return redirect(url_for("request_consent.page", request_id=request_id))
        pdf = office().renderer.render(paper_form.sheet(asked, _words(asked), at=now())).pdf
        name = f"Agreement_{asked.request.reference}.pdf"
    reply = Response(pdf, mimetype="application/pdf")
    reply.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return reply


@request_consent.post("/requests/<request_id>/agreement/record")
@enter("clinician", "reception", "manager")
@takes_file(20)
def record(request_id: str) -> ResponseReturnValue:
    """Bind a signed paper to the request, and keep what it says."""
    try:
        with changing() as session:
            asked = front.newest(session, actor(), request_id)
            _record(session, asked)
    except NotFound:
        raise
    except NotSigned as refusal:
        shown = _show(request_id, errors=refusal.errors)
        return shown, HTTPStatus.UNPROCESSABLE_ENTITY
    except Refused as refusal:
        shown = _show(request_id, errors={"scan": str(refusal)})
        return shown, HTTPStatus.UNPROCESSABLE_ENTITY
    flash("The signed agreement is kept with the request.", "success")
    return _back(request_id)


@request_consent.post("/requests/<request_id>/agreement/end")
@enter("clinician", "reception", "manager")
def end(request_id: str) -> ResponseReturnValue:
    """Keep that the patient said no, or took a yes back, by another way than the link."""
    with changing() as session:
        asked = front.newest(session, actor(), request_id)
        if asked.state == WAITING:
            front.refuse(session, actor(), asked, at=now())
        elif asked.state == AGREED:
            front.take_back(session, actor(), asked, at=now())
    return _back(request_id)


def _record(session: Session, asked: Asked) -> None:
    consent = asked.consent
    if asked.state != WAITING or consent is None:
        raise Refused(_BEFORE)
    code = request.form.get("page_code", "").strip()
    if code and not paper_form.is_code(code, consent):
        raise NotSigned({"page_code": _NO_CODE})
    words, signed = _words(asked), _signed(_words(asked))
    on = _day("signed_on")
    found = front.faults(words, signed) | (
        {} if on else {"signed_on": "Enter the day it was signed"}
    )
    if found or on is None:
        raise NotSigned(found)
    sent = request.files.get("scan")
    raw = file_sent("scan", _NO_SCAN)
    name = (sent.filename if sent else "") or "Signed agreement"
    scan = evidence.add(session, actor(), asked.request.id, "consent", name, raw, at=now())
    front.sign(
        session,
        actor(),
        asked,
        words,
        signed,
        method="paper",
        at=now(),
        signed_at=_moment(on),
        paper_id=scan.id,
        is_too_wide="is_too_wide" in request.form,
    )


def _moment(on: date) -> datetime:
    """Return a moment of a day on which paper was signed: its noon, or now for today's."""
    return now() if on == local_day(now()) else datetime.combine(on, time(12), LONDON)


def _signed(words: Wording) -> Signed:
    form = request.form
    wish = form.get("wish", "")
    return Signed(
        name=form.get("name", "")[:150],
        ticks={line.key for line in words.ticks if form.get(f"tick-{line.key}")},
        wants_to_see=wish == "yes" if wish in ("yes", "no") else None,
        may=form.getlist("may"),
        may_also=form.get("may_also", ""),
        must_not=form.get("must_not", ""),
        is_confirmed=True,
        device="paper",
    )


def _words(asked: Asked) -> Wording:
    return front.words(asked, wording.load(standing().settings), at=now())


def _show(request_id: str, *, errors: Mapping[str, str] = EMPTY) -> str:
    with looking() as session:
        asked = front.newest(session, actor(), request_id)
        values = panel(session, asked.request)
        words = _words(asked) if asked.consent else None
        ways = inviting.open_links(session, actor(), asked.request, links.AGREE, at=now())
        return render_template(
            "web/requests/agreement.html",
            **values,
            heading=values["title"],
            may_items=_may_items(words),
            words=words,
            begun=_begun(asked.request),
            typed=request.form,
            errors=errors,
            error_links=[{"text": text, "href": f"#{name}"} for name, text in errors.items()],
            kinds=options(KINDS, request.form.get("kind", _begun(asked.request)["kind"])),
            signers=options(SIGNERS, request.form.get("signer", front.PATIENT)),
            signer_names=SIGNERS,
            open_link=ways[0] if ways else None,
            is_anew="anew" in request.args or bool(errors.keys() & set(_begun(asked.request))),
            key=secrets.token_urlsafe(12),
            can_write=post.is_configured(standing().settings),
            code=paper_form.page_code(asked.consent) if asked.consent else "",
        )


def _may_items(words: Wording | None) -> list[dict[str, object]]:
    ticked = request.form.getlist("may")
    return [
        {"value": line.key, "text": line.text, "checked": line.key in ticked}
        for line in (words.limits if words else ())
    ]


def _begun(one: Request) -> dict[str, str]:
    """Return what the request itself says of what is to be agreed to."""
    content = one.content
    asked = (content.asked or "") if content else ""
    wanted_by = remarks.remark_of(asked, remarks.WANTED_BY)
    return {
        "kind": AMRA if one.consent_code == life.NEEDS_AMRA else GENERAL,
        "applicant": one.requester.name if one.requester else wanted_by,
        "purpose": (content.purpose or "") if content else "",
        "scope": remarks.questions_of(asked)[: front.LONGEST],
        "application_on": one.received_on.isoformat(),
    }


def _slip(request_id: str, invited: Invited, template: str) -> str:
    with looking() as session:
        one = finding.get(session, actor(), request_id)
        return slip(
            session,
            template,
            invited,
            back=("Request", url_for("requests.page", request_id=request_id)),
            name=front.name_of(one),
            reference=one.reference,
        )


def _address() -> str | None:
    """Return the typed e-mail address; None where the link is to be shown."""
    by_email = request.form.get("way") == "email"
    return request.form.get("email", "").strip()[:_LONGEST] or "-" if by_email else None


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None


def _back(request_id: str) -> ResponseReturnValue:
    address = url_for("request_consent.page", request_id=request_id)
    return redirect(address, HTTPStatus.SEE_OTHER)
