"""The rows behind a figure, page by page, and the page that corrects one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import workload as ledger
from lettergen.documents import NotFound
from lettergen.models import Request, Work
from lettergen.refusals import Refused
from lettergen.web.base.context import actor, changing, looking, now
from lettergen.web.base.entry import enter
from lettergen.web.workload.adds import said
from lettergen.web.workload.asked import as_typed, asked
from lettergen.web.workload.names import Names, chosen, names_now
from lettergen.workload import KINDS, MEASURES, Measure, Row
from lettergen.workload.kinds import STRUCK
from lettergen.workload.noting import LONGEST_MINUTES

workload_rows = Blueprint("workload_rows", __name__)

ALL_ROWS = (
    "Every piece of work of this period that has a part in any figure, with its minutes or its "
    "money where it has any."
)


@dataclass(frozen=True)
class Line:
    """One row in words; an address is empty where there is nothing to open."""

    work: Work
    kind: str
    type: str
    outcome: str
    by: str
    adds: str
    request_href: str
    correct_href: str


@workload_rows.get("/workload/rows")
@enter("clinician", "reception", "manager")
def rows() -> str:
    """The rows from which the figure of ?measure= was added up, or all, the newest first."""
    key = request.args.get("measure") or None
    if key and key not in MEASURES:
        abort(HTTPStatus.NOT_FOUND)
    measure = MEASURES[key] if key else None
    wanted = asked(request.args)
    after = as_typed(request.args, "after") or None
    with looking() as session:
        found = ledger.rows_of(
            session, actor(), key, wanted.period, wanted.where,
            group=wanted.group, after=after,
        )  # fmt: skip
        names = names_now(session)
        return render_template(
            "web/workload/rows.html",
            asked=wanted,
            title=measure.title if measure else "All rows",
            definition=measure.definition if measure else ALL_ROWS,
            lines=_lines(session, names, found.rows, measure),
            chosen=chosen(session, names, wanted.typed),
            next_href=url_for(
                "workload_rows.rows", measure=key, **wanted.address(after=found.after)
            )
            if found.after
            else "",
            is_first=after is None,
        )


@workload_rows.get("/workload/rows/<work_id>")
@enter("clinician", "reception", "manager")
def one(work_id: str) -> str:
    """One row, with a box for the right minutes and a button that takes it out."""
    with looking() as session:
        return _page(session, _mine(session, work_id))


@workload_rows.post("/workload/rows/<work_id>")
@enter("clinician", "reception", "manager")
def correct(work_id: str) -> ResponseReturnValue:
    """Put a corrected row in the place of one, or take it out of every figure."""
    with changing() as session:
        row = _mine(session, work_id)
        if request.form.get("act") == "strike":
            ledger.strike(session, actor(), row.id, at=now())
            flash("Taken out: it counts in no figure any more.", "success")
            return _to_page()
        typed = as_typed(request.form, "minutes")
        minutes = int(typed) if typed.isascii() and typed.isdigit() else 0
        if not 1 <= minutes <= LONGEST_MINUTES:
            fault = f"Give the minutes as a whole number from 1 to {LONGEST_MINUTES}."
            return _page(session, row, typed, fault), HTTPStatus.UNPROCESSABLE_ENTITY
        changes = {"minutes_stated": minutes, "seconds_measured": None}
        ledger.correct(session, actor(), row.id, changes, at=now())
    flash(f"Corrected: {minutes} minutes, as stated.", "success")
    return _to_page()


def _to_page() -> ResponseReturnValue:
    return redirect(url_for("workload.page"), HTTPStatus.SEE_OTHER)


def _page(session: Session, row: Work, typed: str = "", fault: str = "") -> str:
    names = names_now(session)
    line = _line(names, Row(row, row.staff_name, {}, {}), "", frozenset())
    return render_template("web/workload/row.html", line=line, typed=typed, fault=fault)


def _mine(session: Session, work_id: str) -> Work:
    """Return a row that the actor may correct; NotFound for any other, as for one of a stranger."""
    row = session.scalar(
        select(Work).where(Work.practice_id == actor().practice_id, Work.id == work_id)
    )
    if row is None or not _may_correct(row):
        raise NotFound("There is no such row in your practice's log. Go back to the list.")
    newer = select(Work.id).where(
        Work.practice_id == actor().practice_id, Work.corrects_id == row.id
    )
    if row.kind == STRUCK or session.scalar(newer) is not None:
        raise Refused("This row was corrected already. Correct the row that took its place.")
    return row


def _may_correct(row: Work) -> bool:
    return "manager" in actor().roles or (row.staff_id or "") == actor().staff_id


def _lines(
    session: Session, names: Names, found: Sequence[Row], measure: Measure | None
) -> list[Line]:
    ids = {one.work.request_id for one in found if one.work.request_id}
    kept = session.scalars(
        select(Request.id).where(Request.practice_id == actor().practice_id, Request.id.in_(ids))
    )
    there = frozenset(kept)
    return [_line(names, one, said(measure, one), there) for one in found]


def _line(names: Names, row: Row, adds: str, there: frozenset[str]) -> Line:
    work = row.work
    return Line(
        work=work,
        kind=KINDS[work.kind].title,
        type=names.of("type", work.slug) if work.slug else "",
        outcome=names.outcomes.get(work.outcome, ""),
        by=row.staff_name,
        adds=adds,
        request_href=url_for("requests.page", request_id=work.request_id)
        if work.request_id in there
        else "",
        correct_href=url_for("workload_rows.one", work_id=work.id) if _may_correct(work) else "",
    )
