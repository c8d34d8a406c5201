"""A patient reads a letter before it is sent: as a page or PDF, and says what they think."""

from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from lettergen import documents, letters, links
from lettergen.models import Link
from lettergen.refusals import Refused
from lettergen.requests.front import seeing as front
from lettergen.requests.front.seeing import AGREED, CORRECTION, MOST_CORRECTIONS, REFUSED, View
from lettergen.web.base.context import changing, looking, now
from lettergen.web.base.display import plural
from lettergen.web.base.entry import anyone
from lettergen.web.base.errors import Advice
from lettergen.web.base.files import pdf_reply
from lettergen.web.base.outside import outside, sorry
from lettergen.web.front import locks
from lettergen.web.links.door import Behind, lead, proven, stand_behind

seeing = outside("seeing", __name__)

EMPTY: Mapping[str, str] = {}
_NAMES = {letters.LETTER: "Usual size", letters.PATIENT: "Usual size", letters.LARGE: "Large print"}
_ANSWERS = (AGREED, CORRECTION, REFUSED)
_CHOOSE = "Choose what you want to tell us"


@seeing.get("/l/<token>/read")
@anyone
def letter(token: str) -> str:
    """Show the letter, and ask what its patient says."""
    with looking() as session:
        return _show(session, token)


@seeing.post("/l/<token>/read")
@anyone
def answer(token: str) -> ResponseReturnValue:
    """Take the answer to exactly the letter that was shown."""
    said = request.form.get("answer", "")
    if said not in _ANSWERS:
        with looking() as session:
            return _show(session, token, typed=request.form, error=_CHOOSE), 422
    try:
        with changing() as session:
            link = _link(session, token)
            front.answer(
                session,
                link,
                said,
                seal=request.form.get("seal", ""),
                corrections=_corrections(),
                words=request.form.get("statement", "").replace("\0", ""),
                at=now(),
            )
    except links.LinkEnded:
        raise
    except Refused as refusal:
        with looking() as session:
            return _show(session, token, typed=request.form, error=str(refusal)), 422
    return redirect(url_for("seeing.letter", token=token), 303)


@seeing.get("/l/<token>/read/<kind>.pdf")
@anyone
def file(token: str, kind: str) -> Response:
    """The letter as a PDF: the very bytes that would be sent; that it was opened is noted."""
    session_for = changing if request.method == "GET" else looking
    with session_for() as session:
        link = _link(session, token)
        pdf = front.file(session, link, kind)
        _note_look(session, link)
    return pdf_reply(pdf, f"letter-to-read-{kind}.pdf", is_download=True)


@seeing.post("/l/<token>/read/open")
@anyone
def open_page(token: str) -> ResponseReturnValue:
    """Note that the letter was opened, and show it."""
    with changing() as session:
        _note_look(session, _link(session, token))
    return redirect(url_for("seeing.letter", token=token, _anchor="letter"), 303)


def _note_look(session: Session, link: Link) -> None:
    if request.method in ("GET", "POST"):
        front.look(session, link, at=now())


def _link(session: Session, token: str) -> Link:
    return proven(session, token, links.SEE_FIRST)


def _corrections() -> list[tuple[str, str]]:
    form = request.form
    return [
        (form.get(f"place-{number}", "").replace("\0", ""), form.get(f"should-{number}", ""))
        for number in range(1, MOST_CORRECTIONS + 1)
    ]


def _show(
    session: Session, token: str, *, typed: Mapping[str, str] = EMPTY, error: str = ""
) -> str:
    seen = front.view(session, _link(session, token))
    return render_template(
        "patient/see_letter.html",
        practice=seen.practice.name,
        phone=seen.practice.phone,
        seen=seen,
        is_opened=seen.sight.seen_at is not None or bool(error),
        letter=_as_written(seen),
        files=_files(seen, token),
        reason=front.earlier_reason(session, seen.request),
        numbers=range(1, MOST_CORRECTIONS + 1),
        typed=typed,
        error=error,
        token=token,
    )


def _files(seen: View, token: str) -> list[dict[str, Any]]:
    return [
        {
            "text": f"{_NAMES[one.kind]} (PDF, {plural(one.pages, 'page')})",
            "href": url_for("seeing.file", token=token, kind=one.kind),
        }
        for one in seen.files
    ]


def _as_written(seen: View) -> Markup:
    """Return the letter's page as HTML: trusted for the reasons that web.patient gives."""
    return Markup(seen.page)  # noqa: S704


def _require_open(session: Session, link: Link) -> None:
    links.require_open(session, link, at=now())


def _show_no_such_file(refusal: documents.NotFound) -> ResponseReturnValue:
    return sorry(Advice("There is no such file", str(refusal)), 404)


stand_behind(seeing)
seeing.register_error_handler(documents.NotFound, _show_no_such_file)
lead(
    links.SEE_FIRST,
    Behind("Please read a letter", "seeing.letter", _require_open, locks.compare),
)
