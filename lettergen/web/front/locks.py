"""A locked link about a request: told by e-mail, what to do, and that it was dealt with."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen import links
from lettergen.models import Link
from lettergen.requests.front import inviting
from lettergen.requests.life import finding
from lettergen.web.base.context import actor, changing, looking, now
from lettergen.web.base.entry import enter
from lettergen.web.links import locks
from lettergen.web.links.locks import add_locks

request_locks = Blueprint("request_locks", __name__)
add_locks(request_locks)


@request_locks.get("/requests/locks/<request_lock_id>")
@enter("clinician", "reception", "manager")
def lock(request_lock_id: str) -> str:
    """What was locked, and the way on."""
    with looking() as session:
        found = inviting.locked_link(session, actor(), request_lock_id)
        return render_template("web/front/lock.html", found=found, names=NAMES)


@request_locks.post("/requests/locks/<request_lock_id>")
@enter("clinician", "reception", "manager")
def see(request_lock_id: str) -> ResponseReturnValue:
    """Keep that somebody has dealt with it."""
    with changing() as session:
        found = inviting.locked_link(session, actor(), request_lock_id)
        reference = found.request.reference
        links.see_lock(session, actor(), request_lock_id, at=now())
    flash(f"Noted: the locked link of {reference} was dealt with.", "success")
    return redirect(url_for("pages.home"))


def compare(session: Session, link: Link, born: date) -> None:
    """Compare the date of birth at a link about a request; tell the practice of a lock by an
    e-mail that leads to its page here. Raises WrongBirthDate or LinkEnded.
    """
    request = finding.get(session, links.holder(link), link.subject_id)
    path = url_for("request_locks.lock", request_lock_id=link.id)
    locks.compare(session, link, born, reference=request.reference, path=path)


NAMES = {links.AGREE: "to agree to a letter", links.SEE_FIRST: "to read a letter before it is sent"}
