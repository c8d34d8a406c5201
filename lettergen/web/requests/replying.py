"""The standard reply to a request: looked at before it goes, and sent once."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen import post
from lettergen.documents import NotFound
from lettergen.models import Request
from lettergen.refusals import Refused
from lettergen.requests.life import finding
from lettergen.requests.papers.replies import NoReply
from lettergen.requests.steps import replying as step
from lettergen.web.base.context import actor, changing, looking, now, office, standing
from lettergen.web.base.entry import enter
from lettergen.web.base.files import pdf_reply

replying = Blueprint("replying", __name__)

_SAID = {
    step.PRINT: "Reply {code} is ready: print it, or download it, from this page.",
    step.EMAIL: "Reply {code} goes by email. It names nobody.",
    step.COPY: "Reply {code} is noted as sent. Copy its text from this page.",
}


def panel(session: Session, row: Request) -> Mapping[str, Any] | None:
    """Return what `_request_reply.html` shows of a request; None where no reply belongs to it."""
    if not row.letter:
        return None
    try:
        return _values(session, row.id)
    except NoReply:
        return None


@replying.get("/requests/<request_id>/reply")
@enter("clinician", "reception", "manager")
def page(request_id: str) -> str:
    """The reply as it would leave now, or the one that has left."""
    return _show(request_id)


@replying.get("/requests/<request_id>/reply/draft.pdf")
@enter("clinician", "reception", "manager")
def draft(request_id: str) -> Response:
    """The reply on paper, marked as a draft."""
    with looking() as session:
        sheet = step.picture_sheet(
            session, actor(), _terms(session), request_id, at=now(), is_nameless=_is_nameless()
        )
    return pdf_reply(office().renderer.render(sheet).pdf, "draft-reply.pdf")


@replying.post("/requests/<request_id>/reply")
@enter("clinician", "reception", "manager")
def send(request_id: str) -> ResponseReturnValue:
    """Send the reply; pressed twice, it is one reply."""
    by = request.form.get("by", "")
    try:
        with changing() as session:
            sent = step.send(
                session,
                office(),
                actor(),
                _terms(session),
                request_id,
                at=now(),
                by=by,
                is_nameless=_is_nameless(),
                to=request.form.get("to", ""),
            )
            code, document_id = sent.content.answers["reply"] if sent.content else "", sent.id
    except NotFound:
        raise
    except Refused as refusal:
        return _show(request_id, refusal=str(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(_SAID[by].format(code=code), "success")
    if by == step.PRINT:
        address = url_for("issued.document", document_id=document_id)
    elif by == step.COPY:
        address = url_for("replying.page", request_id=request_id)
    else:
        address = url_for("requests.page", request_id=request_id, _anchor="reply")
    return redirect(address, HTTPStatus.SEE_OTHER)


def _show(request_id: str, *, refusal: str = "") -> str:
    with looking() as session:
        row = finding.get(session, actor(), request_id)
        try:
            values = _values(session, request_id)
        except NoReply as none:
            raise NotFound(str(none)) from none
        return render_template("web/requests/reply.html", row=row, values=values, refusal=refusal)


def _values(session: Session, request_id: str) -> dict[str, Any]:
    shown = step.preview(
        session, actor(), _terms(session), request_id, at=now(), is_nameless=_is_nameless()
    )
    is_nameless = shown.wording.is_nameless
    return {
        "request_id": request_id,
        "shown": shown,
        "said": shown.wording,
        "document": shown.document,
        "draft": url_for(
            "replying.draft", request_id=request_id, names="no" if is_nameless else "yes"
        ),
        "names": "no" if is_nameless else "yes",
        "is_emailed": post.is_configured(standing().settings),
    }


def _terms(session: Session) -> Any:
    return standing().requests.terms(session, actor())


def _is_nameless() -> bool | None:
    asked = request.values.get("names")
    return None if asked is None else asked != "yes"
