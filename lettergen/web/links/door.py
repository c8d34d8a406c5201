"""The door of every link: a code is typed or a link opened, and a date of birth asked for.

What lies behind is a page of the link's purpose. To open a link by GET or HEAD, as mail scanners
do, changes nothing and never uses it up.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from flask import (
    Blueprint,
    Response,
    abort,
    after_this_request,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen import accounts, links
from lettergen.calendar import local_day
from lettergen.links import tokens
from lettergen.models import Link, Practice
from lettergen.web.base.context import changing, looking, now, standing
from lettergen.web.base.entry import anyone
from lettergen.web.base.errors import Advice
from lettergen.web.base.limits import count_as_wrong
from lettergen.web.base.outside import outside, shown_again, sorry
from lettergen.web.links import birth_date, proof
from lettergen.web.links.birth_date import PARTS, BirthDate

door = outside("door", __name__)

_NO_CODE = "Enter the code that you were given"
_ENDED = {
    links.State.USED: "This link has been used",
    links.State.REPLACED: "There is a newer one",
    links.State.REVOKED: "This link no longer works",
    links.State.LOCKED: "This link is locked",
    links.State.EXPIRED: "This link has ended",
}


@dataclass(frozen=True)
class Behind:
    """What lies behind the door for links of one purpose: the heading of the door, the endpoint
    of the page, how such a link is found good, and how a date of birth is compared.

    `require_open` and `answer` raise LinkEnded, `answer` WrongBirthDate besides.
    """

    title: str
    endpoint: str
    require_open: Callable[[Session, Link], None]
    answer: Callable[[Session, Link, date], None]


_behind: dict[str, Behind] = {}


def lead(purpose: str, behind: Behind) -> None:
    """Lead links of a purpose to what lies behind the door for them."""
    _behind[purpose] = behind


@door.get("/l")
@anyone
def code() -> str:
    """Ask for a code that was read out or printed."""
    return render_template("patient/code.html", typed="", error="")


@door.post("/l")
@anyone
def take_code() -> ResponseReturnValue:
    """Lead from a typed code to its link."""
    typed = shown_again(request.form.get("code", ""))
    token = tokens.read(typed.rstrip("/").rpartition("/")[2])
    try:
        with looking() as session:
            links.find(session, token or "")
    except links.NoSuchLink as refusal:
        if typed:
            count_as_wrong()
        error = str(refusal) if typed else _NO_CODE
        return render_template("patient/code.html", typed=typed, error=error), 422
    return redirect(url_for("door.link", token=token), 303)


@door.get("/l/finished")
@anyone
def finished() -> str:
    """Say that the letter is closed on this device."""
    return render_template("patient/finished.html")


@door.get("/l/<token>", strict_slashes=False)
@anyone
def link(token: str) -> ResponseReturnValue:
    """Ask for the date of birth, or lead on whoever has said it."""
    proper = tokens.read(token)
    if proper and proper != token:
        return redirect(url_for("door.link", token=proper))
    with looking() as session:
        found, behind = _open(session, token)
        if _is_let_in(found):
            return redirect(url_for(behind.endpoint, token=token))
        return _ask(session, found)


@door.post("/l/<token>")
@anyone
def answer(token: str) -> ResponseReturnValue:
    """Compare the date of birth, and open the link's pages to whoever knows it."""
    born = birth_date.read(request.form, today=local_day(now()))
    with changing() as session:
        found, behind = _open(session, token)
        if links.PURPOSES[found.purpose].is_open_to_all:
            return redirect(url_for(behind.endpoint, token=token), 303)
        if born.day is None:
            return _ask(session, found, born), 422
        try:
            behind.answer(session, found, born.day)
        except links.WrongBirthDate as wrong:
            count_as_wrong()
            return _ask(session, found, replace(born, error=str(wrong), wrong=PARTS)), 422
        except links.LinkEnded as ended:
            # Not let through: that would undo the count that locked the link.
            count_as_wrong()
            if isinstance(ended, links.LockedNow):
                # Only after the commit does the postman find the e-mail that tells the practice.
                after_this_request(_nudge_the_postman)
            return show_ended(ended)
    reply = make_response(redirect(url_for(behind.endpoint, token=token), 303))
    proof.give(reply, found, url_for("door.link", token=token), at=now())
    return reply


@door.post("/l/<token>/finished")
@anyone
def finish(token: str) -> ResponseReturnValue:
    """Close the letter on this device: to open it again takes the date of birth."""
    reply = make_response(redirect(url_for("door.finished"), 303))
    proof.take_back(reply, url_for("door.link", token=token))
    return reply


def proven(session: Session, token: str, purpose: str) -> Link:
    """Return the open link of a token to whoever has said the date of birth.

    Everybody else is sent to the door, where guesses are counted, also with the token of another
    purpose or of no link at all. Raises LinkEnded.
    """
    try:
        found, _ = _open(session, token)
    except links.NoSuchLink:
        abort(redirect(url_for("door.link", token=token)))
    if found.purpose != purpose or not _is_let_in(found):
        abort(redirect(url_for("door.link", token=token)))
    return found


def stand_behind(blueprint: Blueprint) -> None:
    """Give a blueprint of pages behind the door the words for links that have ended."""
    blueprint.register_error_handler(links.LinkEnded, show_ended)


def show_ended(ended: links.LinkEnded) -> ResponseReturnValue:
    """Say how a link ended, and whom to ask."""
    title = _ENDED.get(ended.state, "This link has ended")
    return sorry(Advice(title, str(ended)), 410, practice=_practice_at_the_door())


def show_unknown(unknown: links.NoSuchLink) -> ResponseReturnValue:
    """Say that there is no such link, and nothing else."""
    count_as_wrong()
    return sorry(Advice("This link does not work", str(unknown)), 404)


def _is_let_in(found: Link) -> bool:
    return links.PURPOSES[found.purpose].is_open_to_all or proof.is_given(found, at=now())


def _open(session: Session, token: str) -> tuple[Link, Behind]:
    found = links.find(session, token)
    behind = _behind.get(found.purpose)
    if behind is None:
        raise links.NoSuchLink
    behind.require_open(session, found)
    return found, behind


def _ask(session: Session, found: Link, born: BirthDate | None = None) -> str:
    return render_template(
        "patient/born.html",
        title=_behind[found.purpose].title,
        practice=_practice(session, found).name,
        phone=_practice(session, found).phone,
        born=born or BirthDate(dict.fromkeys(PARTS, "")),
    )


def _practice(session: Session, found: Link) -> Practice:
    return accounts.practice_of(session, links.holder(found))


def _nudge_the_postman(reply: Response) -> Response:
    standing().postman.nudge()
    return reply


def _practice_at_the_door() -> str:
    with looking() as session:
        found = links.find(session, (request.view_args or {})["token"])
        return _practice(session, found).name


stand_behind(door)
door.register_error_handler(links.NoSuchLink, show_unknown)
