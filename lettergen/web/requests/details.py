"""Whom a request is about and who asks: corrected or added to on a page of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lettergen.documents import NotFound
from lettergen.models import Request
from lettergen.refusals import Refused
from lettergen.requests.life import finding
from lettergen.requests.steps import amending
from lettergen.web.base.context import actor, changing, looking, now
from lettergen.web.base.entry import enter
from lettergen.web.requests.page import requests
from lettergen.web.triage.form import CONTACT, PATIENT, Typed, birth_date, read_words
from lettergen.web.triage.page import CHANNELS, PAPER_KINDS, items

_NO_DATE = "Enter the date of birth as day, month and year, such as 12 4 1998"


@dataclass(frozen=True)
class Shown:
    """The page: what is typed, what is wrong, and which folds stand open (all)."""

    request: Request
    typed: Typed
    faults: Mapping[str, str]
    unfold: str = ""

    @property
    def channels(self) -> list[dict[str, str]]:
        """How a request may have come."""
        return items(CHANNELS)

    @property
    def paper_kinds(self) -> list[dict[str, str]]:
        """What a paper may be."""
        return items(PAPER_KINDS)


@requests.get("/requests/<request_id>/details")
@enter("clinician", "reception", "manager")
def details(request_id: str) -> str:
    """What is known of the request's people, to be changed."""
    with looking() as session:
        found = finding.get(session, actor(), request_id)
        return _show(found, _stored(found), {})


@requests.post("/requests/<request_id>/details")
@enter("clinician", "reception", "manager")
def change_details(request_id: str) -> ResponseReturnValue:
    """Keep what was changed; what cannot be kept is said, and nothing typed is lost."""
    typed = read_words(request.form)
    try:
        with changing() as session:
            finding.get(session, actor(), request_id)
            amending.amend(session, actor(), request_id, **_known(typed), at=now())
    except NotFound:
        raise
    except Refused as refusal:
        with looking() as session:
            found = finding.get(session, actor(), request_id)
            page = _show(found, typed, {"patient_given_name": str(refusal)})
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    flash("What is known is changed.", "success")
    return redirect(url_for("requests.page", request_id=request_id), HTTPStatus.SEE_OTHER)


def _known(typed: Typed) -> dict[str, Any]:
    try:
        birth_date(typed)
    except ValueError as fault:
        raise Refused(_NO_DATE) from fault
    revision = typed["revision"]
    return {
        "patient": typed.patient(),
        "contact": typed.contact(),
        "organisation": typed["organisation"],
        "asked": typed["asked"],
        "purpose": typed["purpose"],
        "revision": int(revision) if revision.isdecimal() else None,
    }


def _show(found: Request, typed: Typed, faults: Mapping[str, str]) -> str:
    return render_template("web/requests/details.html", shown=Shown(found, typed, faults))


def _stored(found: Request) -> Typed:
    """Return what is known as the page shows it."""
    whom = found.content.patient if found.content else {}
    by = found.content.contact if found.content else {}
    words = {f"patient_{name}": str(whom.get(name) or "") for name in PATIENT}
    words |= {f"contact_{name}": str(by.get(name) or "") for name in CONTACT}
    born = str(whom.get("date_of_birth") or "").split("-")
    if len(born) == len(("year", "month", "day")):
        words |= dict(zip(("born_year", "born_month", "born_day"), born, strict=True))
    words["organisation"] = found.requester.name if found.requester else ""
    words["asked"] = (found.content.asked if found.content else "") or ""
    words["purpose"] = (found.content.purpose if found.content else "") or ""
    words["revision"] = str(found.revision)
    return Typed(found.once, "", found.type_key, {}, words)
