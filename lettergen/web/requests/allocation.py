"""Who works when, for fair allocation: patterns, supervisors, locums, and days away."""

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen import accounts
from lettergen.accounts import NoSuchPerson
from lettergen.calendar import british_date, local_day
from lettergen.models import WorkingPattern
from lettergen.refusals import Refused
from lettergen.requests.life import allocating
from lettergen.web.base.context import actor, changing, looking, now
from lettergen.web.base.entry import enter

allocation = Blueprint("allocation", __name__)

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_WHOLE_WEEK = tuple(range(5))


@dataclass(frozen=True)
class Person:
    """One clinician: when they work, how much they take, and who signs for them."""

    staff_id: str
    name: str
    days: tuple[int, ...]
    share: str
    is_locum: bool
    takes_requests: bool
    supervisor_id: str
    may_sign: bool


@dataclass(frozen=True)
class Away:
    """Days that somebody is away."""

    absence_id: str
    name: str
    days: str


@allocation.get("/allocation")
@enter("manager")
def page() -> str:
    """The working patterns of all clinicians, and who is away."""
    return _show()


@allocation.post("/allocation/<staff_id>")
@enter("manager")
def pattern(staff_id: str) -> ResponseReturnValue:
    """Say when a clinician works."""
    form = request.form
    try:
        with changing() as session:
            allocating.set_pattern(
                session,
                actor(),
                staff_id,
                days=[int(one) for one in form.getlist("days")[:9] if one.isdecimal()],
                share=_share(form.get("share", "")),
                is_locum=form.get("is_locum") == "yes",
                takes_requests=form.get("takes_requests") == "yes",
                supervisor_id=form.get("supervisor_id") or None,
                at=now(),
            )
    except NoSuchPerson:
        raise
    except Refused as refusal:
        return _show(str(refusal), f"share-{staff_id}"), HTTPStatus.UNPROCESSABLE_ENTITY
    flash("The working pattern is saved.", "success")
    return redirect(url_for("allocation.page"), HTTPStatus.SEE_OTHER)


@allocation.post("/allocation/<staff_id>/away")
@enter("manager")
def away(staff_id: str) -> ResponseReturnValue:
    """Note that somebody is away."""
    try:
        with changing() as session:
            accounts.staff_member(session, actor(), staff_id)
            since, until = _day("since"), _day("until")
            allocating.set_absence(session, actor(), staff_id, since, until, at=now())
    except NoSuchPerson:
        raise
    except Refused as refusal:
        return _show(str(refusal), f"since-{staff_id}"), HTTPStatus.UNPROCESSABLE_ENTITY
    flash("The days away are noted. Nobody away for five working days or more is given work.")
    return redirect(url_for("allocation.page"), HTTPStatus.SEE_OTHER)


@allocation.post("/allocation/back")
@enter("manager")
def back() -> ResponseReturnValue:
    """Take days away out again."""
    with changing() as session:
        allocating.drop_absence(session, actor(), request.form.get("absence_id", ""), at=now())
    flash("The days away are taken out.", "success")
    return redirect(url_for("allocation.page"), HTTPStatus.SEE_OTHER)


def _show(refusal: str = "", at: str = "") -> str:
    with looking() as session:
        people = _people(session)
        names = {one.staff_id: one.name for one in people}
        today = local_day(now())
        absences = allocating.list_absences(session, actor(), today)
        return render_template(
            "web/requests/allocation.html",
            people=people,
            supervisors=[
                {"value": "", "text": "Nobody: signs alone"},
                *({"value": one.staff_id, "text": one.name} for one in people if one.may_sign),
            ],
            away=[
                Away(one.id, names.get(one.staff_id, "Somebody"), _span(one.since, one.until))
                for one in absences
            ],
            days=DAYS,
            refusal=refusal,
            at=at,
        )


def _people(session: Session) -> list[Person]:
    patterns = allocating.list_patterns(session, actor())
    return [
        _person(one.id, one.name, one.may_sign, patterns.get(one.id))
        for one in accounts.staff_of(session, actor())
        if one.is_active and "clinician" in one.roles
    ]


def _person(staff_id: str, name: str, may_sign: bool, row: WorkingPattern | None) -> Person:  # noqa: FBT001  (a fact, not a switch)
    return Person(
        staff_id=staff_id,
        name=name,
        days=tuple(row.days) if row else _WHOLE_WEEK,
        share=str(row.share if row else 100),
        is_locum=bool(row and row.is_locum),
        takes_requests=row.takes_requests if row else True,
        supervisor_id=(row.supervisor_id or "") if row else "",
        may_sign=may_sign,
    )


def _span(since: date, until: date) -> str:
    first = british_date(since)
    return first if since == until else f"{first} to {british_date(until)}"


def _share(text: str) -> int:
    clean = text.strip().removesuffix("%").strip()
    return int(clean) if clean.isascii() and clean.isdigit() and len(clean) <= 3 else -1  # noqa: PLR2004  (200% are the most)


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError as fault:
        raise Refused("Enter the first and the last day away.") from fault
