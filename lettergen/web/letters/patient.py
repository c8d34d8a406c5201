"""The patient's page: one letter to read or to take along, what happens next, and whom to ask."""

from datetime import date
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from lettergen import delivery, documents, letters, links, post
from lettergen.models import Link
from lettergen.web.base.context import changing, looking, now, office, standing
from lettergen.web.base.entry import anyone
from lettergen.web.base.errors import Advice
from lettergen.web.base.files import pdf_reply
from lettergen.web.base.outside import outside, sorry
from lettergen.web.links.door import Behind, lead, proven, stand_behind

patient = outside("patient", __name__)

_KILOBYTE = 1000
_MEGABYTE = 1_000_000


@patient.get("/l/<token>/letter")
@anyone
def letter(token: str) -> str:
    """What the letter is, and every way to have it."""
    with looking() as session:
        view = delivery.patient_view(session, _link(session, token), at=now())
    return render_template(
        "patient/letter.html",
        view=view,
        practice=view.practice_name,
        token=token,
        ways=_ways(view, token),
        is_large_first=view.first == letters.LARGE,
    )


@patient.get("/l/<token>/letter/page")
@anyone
def read(token: str) -> str:
    """The letter as a web page, and that it was opened here noted as a fact."""
    with changing() as session:
        link = _link(session, token)
        view = delivery.patient_view(session, link, at=now())
        if not view.page:
            raise documents.NotFound("This letter cannot be read as a page. Download it instead.")
        if request.method == "GET":
            links.mark(session, links.holder(link), link, "read-here", at=now())
    return render_template(
        "patient/page.html",
        view=view,
        practice=view.practice_name,
        token=token,
        letter=_as_written(view.page),
    )


@patient.get("/l/<token>/letter/<kind>.pdf")
@anyone
def file(token: str, kind: str) -> Response:
    """One of its files, and that it was downloaded noted as a fact."""
    session_for = changing if request.method == "GET" else looking
    with session_for() as session:
        pdf, name = delivery.patient_file(session, _link(session, token), kind, at=now())
    return pdf_reply(pdf, name, is_download=True)


def _link(session: Session, token: str) -> Link:
    return proven(session, token, links.LETTER)


def _as_written(page: str) -> Markup:
    """Return the letter's page as HTML: the one place where stored text is not escaped.

    It may be trusted because nobody types it: lettergen.rendering made it of escaped answers and
    of tags that only show text, and since issue it has lain in a sealed column, where a change
    would be found. Should a bad tag come through all the same, the policy of these pages runs no
    script in it, and loads nothing from elsewhere.
    """
    return Markup(page)  # noqa: S704


def _ways(view: delivery.PatientView, token: str) -> list[dict[str, Any]]:
    """Return the ways to have the letter, in the order in which they are offered."""
    files = [
        {
            "text": f"Download: {one.name.lower()} (PDF)",
            "href": url_for("patient.file", token=token, kind=one.kind),
            "about": f"{one.pages} {'page' if one.pages == 1 else 'pages'}, {_size(one.size)}",
        }
        for one in view.files
    ]
    here = [
        {
            "text": "Read it here",
            "href": url_for("patient.read", token=token),
            "about": "A web page that you can make larger, or have read out",
        }
    ]
    if not view.page:
        return files
    return here + files if view.first == delivery.PAGE else files + here


def _size(count: int) -> str:
    if count < _MEGABYTE:
        return f"{max(1, round(count / _KILOBYTE))} KB"
    return f"{count / _MEGABYTE:.1f} MB"


def _require_open(session: Session, link: Link) -> None:
    delivery.require_open(session, link, at=now())


def _answer(session: Session, link: Link, born: date) -> None:
    may_write = post.is_configured(standing().settings)
    delivery.answer(session, office(), link, born, at=now(), may_write=may_write)


def _show_no_such_file(refusal: documents.NotFound) -> ResponseReturnValue:
    return sorry(Advice("There is no such file", str(refusal)), 404)


stand_behind(patient)
patient.register_error_handler(documents.NotFound, _show_no_such_file)
lead(links.LETTER, Behind("You have a letter from us", "patient.letter", _require_open, _answer))
