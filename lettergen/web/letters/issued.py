"""A letter after it was issued: to print, hand over, replace, withdraw or start from."""

from base64 import b64encode

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lettergen import delivery, documents
from lettergen.models import ISSUED
from lettergen.refusals import Refused
from lettergen.rendering import readback
from lettergen.requests.steps import billing, releasing
from lettergen.web.base.context import actor, changing, looking, now, office
from lettergen.web.base.entry import enter
from lettergen.web.base.files import pdf_reply, pictures
from lettergen.web.letters.document_page import show
from lettergen.web.letters.story import NAMES

issued = Blueprint("issued", __name__)

_MARKS_OF_LISTS = " •"
_ENDED = "This letter is void, or was replaced. Look at it here; it is not to be handed over."


@issued.get("/documents/<document_id>")
@enter("clinician", "reception", "manager")
def document(document_id: str) -> str:
    """The letter, what to do with it next, and the facts about it."""
    return show(document_id)


@issued.get("/documents/<document_id>/<kind>.pdf")
@enter("clinician", "reception", "manager")
def file(document_id: str, kind: str) -> Response:
    """One of its files, exactly as issued; with ?download=1 to be kept.

    One that may not leave yet is not given out as a file, to nobody: a clinician reads it.
    """
    is_download = "download" in request.args
    with looking() as session:
        found = documents.get(session, actor(), document_id)
        held = releasing.held_back(session, actor(), document_id, at=now())
        if held is not None:
            raise releasing.NotReleasable(held.reason)
        if is_download and found.state != ISSUED:
            raise releasing.NotReleasable(_ENDED)
        pdf = documents.file(session, actor(), document_id, kind)
        name = documents.file_name(found, kind)
    return pdf_reply(pdf, name, is_download=is_download)


@issued.post("/documents/<document_id>/read/<kind>")
@enter("clinician")
def read(document_id: str, kind: str) -> ResponseReturnValue:
    """Show one of its files as pictures, and note that it was read before it may leave."""
    with changing() as session:
        reference = documents.get(session, actor(), document_id).reference
        pdf = documents.file(session, actor(), document_id, kind)
        held = releasing.note_read(session, actor(), document_id, kind, at=now())
    if held is None:
        return redirect(url_for("issued.document", document_id=document_id))
    return render_template(
        "web/letters/read.html",
        document_id=document_id,
        reference=reference,
        held_back=held,
        name=NAMES[kind],
        pages=[b64encode(one).decode("ascii") for one in pictures(pdf)],
        words=_words(pdf),
    )


@issued.post("/documents/<document_id>/supersede")
@enter("clinician")
def supersede(document_id: str) -> ResponseReturnValue:
    """Begin a new version, which will say what it replaces."""
    try:
        with changing() as session:
            releasing.lock(session, actor(), document_id=document_id)
            draft = documents.supersede(session, office(), actor(), document_id, at=now())
            releasing.superseding(session, actor(), document_id, draft.id, at=now())
    except documents.Superseded as refusal:
        flash(str(refusal), "important")
        return redirect(url_for("issued.document", document_id=document_id))
    return redirect(url_for("filling.fill", draft_id=draft.id))


@issued.post("/documents/<document_id>/again")
@enter("clinician", "reception")
def again(document_id: str) -> ResponseReturnValue:
    """Begin another letter from this one's answers."""
    with changing() as session:
        draft = documents.start_from(session, office(), actor(), document_id, at=now())
    return redirect(url_for("filling.fill", draft_id=draft.id))


@issued.post("/documents/<document_id>/void")
@enter("clinician", "manager")
def void(document_id: str) -> ResponseReturnValue:
    """Withdraw the letter, with the reason; its links end with it."""
    reason = request.form.get("reason", "")
    try:
        with changing() as session:
            billing.require_voidable(session, actor(), document_id)
            releasing.lock(session, actor(), document_id=document_id)
            delivery.end_links(session, actor(), document_id, at=now())
            reference = documents.void(session, actor(), document_id, reason, at=now()).reference
            releasing.voided(session, actor(), document_id, at=now())
    except documents.NotFound:
        raise
    except Refused as refusal:
        return show(document_id, refusal=str(refusal), reason=reason), 422
    flash(f"{reference} is void.", "success")
    return redirect(url_for("issued.document", document_id=document_id))


def _words(pdf: bytes) -> str:
    """Return the words of a PDF by line, without the dots of lists: PDFium reads those apart."""
    return "\n".join(
        line for line in readback.read(pdf).splitlines() if line.strip(_MARKS_OF_LISTS)
    )
