"""Papers about workload: made with a button, and which of them are made by themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen import post, reports, workload
from lettergen.refusals import Refused
from lettergen.reports import KINDS, Kind, Wanted
from lettergen.reports.kinds import ORGANISATION, PARTNERS
from lettergen.reports.organisation import offered
from lettergen.web.base.context import actor, changing, looking, now, office, standing
from lettergen.web.base.entry import enter
from lettergen.web.triage.page import own_terms
from lettergen.web.workload.asked import today_now
from lettergen.workload import month_of, months_until

workload_papers = Blueprint("workload_papers", __name__)

MONTHS_OFFERED, LATELY = 24, 10
DECISIONS = ("decision_1", "decision_2")
LONGEST = 200
ABOUT: Mapping[str, str] = {
    "partners": "One page: requests, what they came to, what takes the time, what it cost and "
    "brought, what is late, and two decisions.",
    "poster": "Large and in plain words: how many asked, what was done, when no letter was needed.",
    "board": "Rates for 1,000 patients, public bodies, unpaid work. Numbers under five are hidden, "
    "and those by which they could be worked out.",
    "organisation": "Its own figures of twelve months, what guidance says, and what we propose. "
    "From five requests on; restricted ones are never counted.",
}


@dataclass(frozen=True)
class Form:
    """The form of one paper: what it is, its months, and what is wrong with what was sent."""

    kind: Kind
    about: str
    months: list[dict[str, Any]]
    requesters: list[dict[str, Any]]
    asks_decisions: bool
    texts: Mapping[str, str]
    fault: str = ""


@workload_papers.get("/workload/reports")
@enter("clinician", "manager")
def page() -> str:
    """The papers that the person may make, those made lately, and what is made by itself."""
    with looking() as session:
        return _page(session)


@workload_papers.post("/workload/reports")
@enter("clinician", "manager")
def make() -> ResponseReturnValue:
    """Make one paper, and show it."""
    key = request.form.get("kind", "")
    try:
        kind = reports.kind_of(key)
        wanted = Wanted(
            kind,
            reports.period_of(kind, _month(request.form.get("month", "")), today=today_now()),
            request.form.get("requester", "") if key == ORGANISATION else "",
            [request.form.get(name, "")[:LONGEST] for name in DECISIONS],
        )
        with changing() as session:
            document_id = reports.make(
                session, office(), actor(), own_terms(session), wanted, at=now()
            ).id
    except Refused as refusal:
        with looking() as session:
            return _page(session, key, str(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(url_for("issued.document", document_id=document_id), HTTPStatus.SEE_OTHER)


@workload_papers.post("/workload/reports/by-themselves")
@enter("manager")
def choose() -> ResponseReturnValue:
    """Choose which papers are made by themselves, and who is told by e-mail."""
    typed = [line.strip() for line in request.form.get("emails", "").splitlines() if line.strip()]
    kinds = [key for key in request.form.getlist("kinds") if key]
    try:
        emails = [post.checked(one) for one in typed]
        with changing() as session:
            stored = workload.settings_of(session, actor()).stored()
            chosen = {**stored, "reports": {"kinds": kinds, "emails": emails}}
            workload.save(session, actor(), chosen, at=now())
    except Refused as refusal:
        with looking() as session:
            shown = _page(session, "emails", str(refusal))
            return shown, HTTPStatus.UNPROCESSABLE_ENTITY
    flash("Saved.", "success")
    return redirect(url_for("workload_papers.page"), HTTPStatus.SEE_OTHER)


def _page(session: Session, faulty: str = "", fault: str = "") -> str:
    chosen = workload.settings_of(session, actor()).reports
    may = [kind for kind in KINDS.values() if kind.roles & actor().roles]
    forms = [_form(session, kind, faulty, fault) for kind in may]
    is_known = faulty == "emails" or any(one.fault for one in forms)
    by_themselves = [one for one in may if one.is_monthly or one.is_quarterly]
    return render_template(
        "web/workload/papers.html",
        forms=forms,
        fault=fault,
        fault_at=f"#{faulty}" if is_known else "#main-content",
        email_fault=fault if faulty == "emails" else "",
        lately=reports.lately(session, actor(), LATELY),
        is_manager="manager" in actor().roles,
        has_email=post.is_configured(standing().settings),
        choices=[
            {"value": one.key, "text": f"{one.audience}: {one.title}",
             "checked": one.key in chosen.kinds}
            for one in by_themselves
        ],
        emails=request.form.get("emails", "\n".join(chosen.emails)),
    )  # fmt: skip


def _form(session: Session, kind: Kind, faulty: str, fault: str) -> Form:
    today = today_now()
    is_faulty = kind.key == faulty
    typed = request.form if is_faulty else {}
    usual = reports.last_over(kind, today).until.replace(day=1)
    known = offered(session, actor(), months_until(month_of(usual), kind.months)) if (
        kind.key == ORGANISATION
    ) else []  # fmt: skip
    return Form(
        kind,
        ABOUT[kind.key],
        _months(kind, today, typed.get("month") or f"{usual:%Y-%m}"),
        [_choice(key, label, typed.get("requester", "")) for key, label in known],
        kind.key == PARTNERS,
        {name: typed.get(name, "") for name in DECISIONS},
        fault if is_faulty else "",
    )


def _months(kind: Kind, today: date, chosen: str) -> list[dict[str, Any]]:
    """The months, or quarters, that may be chosen, the latest first."""
    found: dict[str, str] = {}
    for month in reversed(list(months_until(month_of(today), MONTHS_OFFERED).months())):
        period = reports.period_of(kind, month, today=today)
        label = period.label if kind.is_quarterly else f"{month:%B %Y}"
        last = period.until.replace(day=1)
        found.setdefault(f"{last:%Y-%m}", label)
    return [_choice(value, label, chosen) for value, label in found.items()]


def _choice(value: str, text: str, chosen: str) -> dict[str, Any]:
    return {"value": value, "text": text, "selected": value == chosen}


def _month(typed: str) -> date:
    try:
        return date.fromisoformat(f"{typed}-01")
    except ValueError:
        raise Refused("Choose a month from the list.") from None
