"""Papers that came with a request: added, and shown as pictures; never run, never fetched from."""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen.documents import NotFound
from lettergen.models import RequestPaper
from lettergen.requests.life import evidence, finding
from lettergen.web.base.context import actor, looking, now
from lettergen.web.base.entry import enter
from lettergen.web.base.uploads import file_sent, takes_file
from lettergen.web.requests.page import attempt, requests
from lettergen.web.triage.page import PAPER_KINDS
from lettergen.web.triage.routes import LARGEST_PAPER

_NO_PAPER = "This request has no such paper."


@requests.post("/requests/<request_id>/papers")
@enter("clinician", "reception", "manager")
@takes_file(LARGEST_PAPER)
def add_paper(request_id: str) -> ResponseReturnValue:
    """Keep a file with the request."""
    sent = request.files.get("paper")
    name = (sent.filename if sent else "") or ""
    kind = request.form.get("kind", "")

    def keep(session: Session) -> str:
        finding.get(session, actor(), request_id)
        raw = file_sent("paper", "Choose the file first.")
        chosen = kind if kind in PAPER_KINDS else "other"
        evidence.add(session, actor(), request_id, chosen, name, raw, at=now())
        return "The paper is kept with the request."

    return attempt(request_id, keep, at="paper", anchor="papers")


@requests.get("/requests/<request_id>/papers/<paper_id>")
@enter("clinician", "reception", "manager")
def paper(request_id: str, paper_id: str) -> str:
    """All pages of a paper, large."""
    with looking() as session:
        found = finding.get(session, actor(), request_id)
        one = _paper(session, request_id, paper_id)
        kind = PAPER_KINDS.get(one.kind, one.kind)
        return render_template("web/requests/paper.html", found=found, paper=one, kind=kind)


@requests.get("/requests/<request_id>/papers/<paper_id>/<int:number>.jpg")
@enter("clinician", "reception", "manager")
def picture(request_id: str, paper_id: str, number: int) -> Response:
    """One page of a paper as a picture; pages count from 1."""
    with looking() as session:
        finding.get(session, actor(), request_id)
        found = evidence.picture(_paper(session, request_id, paper_id), number)
    if found is None:
        raise NotFound(_NO_PAPER)
    return Response(found, mimetype=evidence.PICTURE)


def _paper(session: Session, request_id: str, paper_id: str) -> RequestPaper:
    for one in evidence.of(session, actor(), request_id):
        if one.id == paper_id:
            return one
    raise NotFound(_NO_PAPER)
