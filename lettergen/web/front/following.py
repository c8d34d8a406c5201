"""A request followed by its link: how far it is, its price and the answer to it, and papers."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen import links
from lettergen.models import Link
from lettergen.refusals import Refused
from lettergen.requests.front import following as front
from lettergen.requests.front import pricing
from lettergen.requests.front.following import KINDS
from lettergen.requests.money.offering import NOT_FOR_SALE, TOLD_OF_WORK
from lettergen.requests.money.pence import pounds
from lettergen.web.base.context import changing, looking, now
from lettergen.web.base.entry import anyone
from lettergen.web.base.outside import outside, shown_again
from lettergen.web.base.uploads import file_sent, takes_file
from lettergen.web.front.asking import options
from lettergen.web.links.door import Behind, lead, proven, stand_behind

following = outside("following", __name__)

_ANSWERS = ("yes", "no")
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


@following.post("/l/<token>/progress/price")
@anyone
def answer(token: str) -> ResponseReturnValue:
    """Take the patient's yes or no to the price."""
    try:
        with changing() as session:
            link = proven(session, token, links.FOLLOW)
            said, key = _said(), request.form.get("price", "")
            pricing.answer(session, link, key, is_yes=said == "yes", at=now())
    except pricing.NotAnswered as refusal:
        with looking() as session:
            return _show(session, token, price_error=str(refusal)), 422
    return redirect(url_for("following.progress", token=token, said=said), 303)


def _said() -> str:
    said = request.form.get("answer", "")
    if said not in _ANSWERS:
        raise pricing.NotAnswered("Please choose yes or no.")
    return said


def _show(
    session: Session, token: str, *, kind: str = "", error: str = "", price_error: str = ""
) -> str:
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
        price=pricing.shown(session, link, at=now()),
        price_error=price_error,
        has_said=request.args.get("said", "") if not (error or price_error) else "",
        pounds=pounds,
        not_for_sale=NOT_FOR_SALE,
        told_of_work=TOLD_OF_WORK,
    )


def _require_open(session: Session, link: Link) -> None:
    links.require_open(session, link, at=now())


stand_behind(following)
lead(
    links.FOLLOW,
    Behind("Your request", "following.progress", _require_open, lambda *_: None),
)
