"""A request followed by its link: how far it is, and papers added to it."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen import links
from lettergen.models import Link
from lettergen.refusals import Refused
from lettergen.requests.front import following as front
from lettergen.requests.front.following import KINDS
from lettergen.web.base.context import changing, looking, now
from lettergen.web.base.entry import anyone
from lettergen.web.base.outside import outside, shown_again
from lettergen.web.base.uploads import file_sent, takes_file
from lettergen.web.front.asking import options
from lettergen.web.links.door import Behind, lead, proven, stand_behind

following = outside("following", __name__)

_CHOOSE = "Choose the file first: a PDF, a photo (JPEG) or a PNG picture of at most 20 MB."


@following.get("/l/<token>/progress")
@anyone
def progress(token: str) -> str:
    """How far the request is."""
    with looking() as session:
        return _show(session, token)


@following.post("/l/<token>/progress")
@anyone
@takes_file(20)
def add(token: str) -> ResponseReturnValue:
    """Add a paper to the request; if it cannot be taken, the request stays as it is."""
    kind = request.form.get("kind", "")
    try:
        with looking() as session:
            proven(session, token, links.FOLLOW)
        raw = file_sent("file", _CHOOSE)
        name = shown_again(request.files["file"].filename or "")[:150]
        with changing() as session:
            link = proven(session, token, links.FOLLOW)
            front.add_paper(session, link, kind, name, raw, at=now())
    except links.LinkEnded:
        raise
    except Refused as refusal:
        with looking() as session:
            return _show(session, token, kind=kind, error=str(refusal)), 422
    return redirect(url_for("following.progress", token=token, added=1), 303)


def _show(session: Session, token: str, *, kind: str = "", error: str = "") -> str:
    link = proven(session, token, links.FOLLOW)
    seen = front.progress(session, link)
    return render_template(
        "patient/progress.html",
        practice=seen.practice_name,
        seen=seen,
        steps=[(one, front.TITLES[one]) for one in front.STEPS],
        kinds_items=options(KINDS, kind),
        error=error,
        is_added="added" in request.args and not error,
        token=token,
    )


def _require_open(session: Session, link: Link) -> None:
    links.require_open(session, link, at=now())


stand_behind(following)
lead(
    links.FOLLOW,
    Behind("Your request", "following.progress", _require_open, lambda *_: None),
)
