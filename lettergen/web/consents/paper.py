"""Signed paper: its scan, the choices keyed from it, and a second person who checks them."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lettergen.consents import asking
from lettergen.consents.asking import Keyed, files
from lettergen.consents.papers import images, wording
from lettergen.refusals import Refused
from lettergen.web.base.context import actor, changing, looking, now, office, terms
from lettergen.web.base.entry import enter
from lettergen.web.base.uploads import file_sent, takes_file
from lettergen.web.consents.times import moment_of
from lettergen.web.consents.waiting import page

consent_paper = Blueprint("consent_paper", __name__)

_CHOOSE = "Choose the scan first: a PDF, JPEG or PNG file of at most 20 MB."
MORE = {"limits": "photo.limits", "helper": "helper.name", "helper-role": "helper.role"}


@consent_paper.post("/consents/<consent_id>/scan")
@enter("clinician", "reception")
@takes_file(20)
def scan(consent_id: str) -> ResponseReturnValue:
    """Take in the scan of the signed paper."""
    with looking() as session:
        asking.draft(session, actor(), consent_id)
    try:
        taken = images.scan(file_sent("file", _CHOOSE), office().renderer)
        with changing() as session:
            asking.keep_scan(session, terms(session), actor(), consent_id, taken, at=now())
    except Refused as refusal:
        return _back(consent_id, str(refusal))
    return _back(consent_id)


@consent_paper.get("/consents/<consent_id>/scan/<int:number>")
@enter("clinician", "reception")
def scanned(consent_id: str, number: int) -> ResponseReturnValue:
    """One page of the scan, drawn anew."""
    with looking() as session:
        pages = files.scan(session, asking.draft(session, actor(), consent_id))
    if not 1 <= number <= len(pages):
        return redirect(url_for("consenting.consent", consent_id=consent_id))
    return Response(pages[number - 1], mimetype="image/jpeg")


@consent_paper.post("/consents/<consent_id>/key")
@enter("clinician", "reception")
def key(consent_id: str) -> ResponseReturnValue:
    """Keep what was read off the paper, for a second person to check."""
    form = request.form
    try:
        with changing() as session:
            one, known = asking.draft(session, actor(), consent_id), terms(session)
            questions = wording.questions_for(one.answers, known.catalogue)
            names = enumerate(asking.signers(one, known, at=now()))
            keyed = Keyed(
                choices={each.key: form.get(f"choice-{each.key}", "") for each in questions},
                signers=[
                    (signer.role, name)
                    for index, signer in names
                    if (name := form.get(f"signer-{index}", "").strip())
                ],
                signed_at=moment_of(form.get("signed_at", "")),
                page_code=form.get("page_code", "").strip()[:40],
                more={
                    name: text
                    for field, name in MORE.items()
                    if (text := form.get(field, "").strip())
                },
            )
            asking.key_paper(session, known, actor(), consent_id, keyed, at=now())
    except Refused as refusal:
        return _again(consent_id, refusal), HTTPStatus.UNPROCESSABLE_ENTITY
    return _back(consent_id)


@consent_paper.post("/consents/<consent_id>/check")
@enter("clinician", "reception")
def check(consent_id: str) -> ResponseReturnValue:
    """Confirm as a second person that what was keyed stands on the paper."""
    revision = request.form.get("revision", 0, type=int)
    with looking() as session:
        asking.draft(session, actor(), consent_id)
    try:
        with changing() as session:
            asking.check_paper(
                session, terms(session), actor(), consent_id, revision=revision, at=now()
            )
    except Refused as refusal:
        return _back(consent_id, " ".join((str(refusal), *refusal.reasons)))
    return _back(consent_id)


def _again(consent_id: str, refusal: Refused) -> str:
    """Show the page with what was keyed still in it."""
    with looking() as session:
        one = asking.draft(session, actor(), consent_id)
        return page(session, one, terms(session), refusal=refusal)


def _back(consent_id: str, refusal: str = "") -> ResponseReturnValue:
    if refusal:
        flash(refusal, "important")
    address = url_for("consenting.consent", consent_id=consent_id)
    return redirect(address, HTTPStatus.SEE_OTHER)
