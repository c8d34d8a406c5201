"""Review and signature: the final pages beside what matters about them, and one button."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lettergen import documents
from lettergen.models import NotAllowed
from lettergen.refusals import Refused
from lettergen.requests.steps import releasing, writing
from lettergen.web.base.context import actor, changing, looking, now, office
from lettergen.web.base.entry import enter
from lettergen.web.base.files import pdf_reply, pictures
from lettergen.web.letters.request_links import back_of
from lettergen.web.letters.review_page import shown_of

review = Blueprint("review", __name__)


def prepare(draft_id: str) -> ResponseReturnValue:
    """Make the final pages of a saved draft and go to them, or back to what still stands open."""
    back = url_for("filling.fill", draft_id=draft_id)
    try:
        with changing() as session:
            documents.prepare(session, office(), actor(), draft_id, at=now())
    except documents.NotIssuable:
        return redirect(f"{back}?check=1")
    except NotAllowed as refusal:
        flash(f"The draft is saved. {refusal}", "important")
        return redirect(f"{back}?check=1")
    except (documents.NotFound, documents.Closed):
        raise
    except Refused as refusal:
        flash(str(refusal), "important")
        return redirect(back)
    return redirect(url_for("review.page", draft_id=draft_id))


@review.post("/drafts/<draft_id>/review")
@enter("clinician", "reception")
def make(draft_id: str) -> ResponseReturnValue:
    """Make the final pages."""
    return prepare(draft_id)


@review.get("/drafts/<draft_id>/review")
@enter("clinician")
def page(draft_id: str) -> ResponseReturnValue:
    """Show the final pages to the clinician who may sign them."""
    with looking() as session:
        try:
            shown = shown_of(session, draft_id)
        except documents.LookAgain as refusal:
            flash(str(refusal), "important")
            return redirect(url_for("filling.fill", draft_id=draft_id))
        asked = back_of(session, draft_id)
        return render_template("web/letters/review.html", shown=shown, asked=asked)


@review.get("/drafts/<draft_id>/review/<kind>.pdf")
@enter("clinician")
def file(draft_id: str, kind: str) -> Response:
    """One of the files, exactly as it would be issued."""
    with looking() as session:
        pdf = documents.review_file(session, actor(), draft_id, kind)
    return pdf_reply(pdf, f"for-review-{kind}.pdf")


@review.get("/drafts/<draft_id>/review/<kind>/<int:number>.png")
@enter("clinician")
def picture(draft_id: str, kind: str, number: int) -> Response:
    """One page of a file as a picture; pages count from 1."""
    with looking() as session:
        pdf = documents.review_file(session, actor(), draft_id, kind)
    pages = pictures(pdf)
    if not 1 <= number <= len(pages):
        raise documents.NotFound("The letter has no such page. Go back to the review.")
    return Response(pages[number - 1], mimetype="image/png")


@review.post("/drafts/<draft_id>/issue")
@enter("clinician")
def issue(draft_id: str) -> ResponseReturnValue:
    """Issue exactly the bytes that were shown; ask for another look if anything changed."""
    seal = request.form.get("seal", "")
    try:
        with changing() as session:
            releasing.lock(session, actor(), draft_id=draft_id)
            issued = documents.issue(session, office(), actor(), draft_id, seal, at=now())
            writing.signed(session, actor(), draft_id, issued, at=now())
    except documents.LookAgain as refusal:
        return render_template(
            "web/letters/look_again.html", why=str(refusal), draft_id=draft_id
        ), 409
    flash(f"Signed and issued as {issued.reference}.", "success")
    return redirect(url_for("issued.document", document_id=issued.id))
