"""A locked link about a photo consent: told by e-mail, what to do, and that it was dealt with."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen import links
from lettergen.consents import asking
from lettergen.models import Link
from lettergen.web.base.context import actor, changing, looking, now
from lettergen.web.base.entry import enter
from lettergen.web.links import locks
from lettergen.web.links.locks import add_locks

consent_locks = Blueprint("consent_locks", __name__)
add_locks(consent_locks)


@consent_locks.get("/consents/locks/<lock_id>")
@enter("clinician", "reception", "manager")
def lock(lock_id: str) -> str:
    """What was locked, and the way on."""
    with looking() as session:
        found = asking.locked_link(session, actor(), lock_id)
        link = found.link
        to_answer, to_stop = "consenting.consent", "register_records.record"
        address = (
            url_for(to_answer, consent_id=link.subject_id)
            if found.is_to_answer
            else url_for(to_stop, record_id=link.subject_id)
        )
        return render_template("web/consents/lock.html", found=found, address=address)


@consent_locks.post("/consents/locks/<lock_id>")
@enter("clinician", "reception", "manager")
def see(lock_id: str) -> ResponseReturnValue:
    """Keep that somebody has dealt with it."""
    with changing() as session:
        found = asking.locked_link(session, actor(), lock_id)
        links.see_lock(session, actor(), lock_id, at=now())
    flash(f"Noted: the locked link of {found.reference} was dealt with.", "success")
    return redirect(url_for("pages.home"))


def compare(session: Session, link: Link, born: date) -> None:
    """Compare the date of birth at a link about a photo consent; tell the practice of a lock by an
    e-mail that leads to its page here. Raises WrongBirthDate or LinkEnded.
    """
    reference = asking.reference_of(session, link)
    path = url_for("consent_locks.lock", lock_id=link.id)
    locks.compare(session, link, born, reference=reference, path=path)
