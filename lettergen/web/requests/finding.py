"""Finding a request again by patient or reference, the closed ones too."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import StringField, ValidationError
from wtforms.validators import Length, Optional

from lettergen.documents import Page
from lettergen.models import Request
from lettergen.reference import NoReference
from lettergen.requests.catalogue.standing import Terms
from lettergen.requests.life import finding, references
from lettergen.web.base.context import actor, looking
from lettergen.web.base.entry import enter
from lettergen.web.base.search import PatientForm, asked, sent_on
from lettergen.web.requests.page import requests
from lettergen.web.triage.page import own_terms
from lettergen.web.triage.said import state_of, title_of


class RequestSearch(PatientForm):
    """A request by its reference, or its patient."""

    reference = StringField("Or the reference of the request", [Optional(), Length(max=40)])

    def validate_reference(self, field: StringField) -> None:
        """A mistyped reference would find nothing: say so instead."""
        try:
            references.parse(field.data or "")
        except NoReference as fault:
            raise ValidationError(str(fault)) from fault

    @property
    def besides(self) -> dict[str, Any]:
        """The reference."""
        return {"reference": self.reference.data}


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    request_id: str
    reference: str
    title: str
    asker: str
    patient: str
    born: str
    received_on: date
    state: str


@requests.get("/requests")
@enter("clinician", "reception", "manager")
def listing() -> str:
    """Requests, the newest first; `q` is a sealed search, see web/base/search.py."""
    form, word = asked(RequestSearch)
    page = request.args.get("page", 1, type=int)
    with looking() as session:
        found = finding.find(session, actor(), **form.criteria, page=page)
        return _show(session, form, found, word)


@requests.post("/requests")
@enter("clinician", "reception", "manager")
def look_for() -> ResponseReturnValue:
    """Turn a search into an address that can be reloaded, and gone back to."""
    form = RequestSearch(request.form)
    if form.is_empty or form.validate():
        return sent_on(form, "requests.listing")
    with looking() as session:
        return _show(session, form, None, ""), 422


def _show(session: Session, form: RequestSearch, found: Page[Request] | None, word: str) -> str:
    own = own_terms(session)
    rows = [_row(one, own) for one in found.items] if found else []
    return render_template(
        "web/requests/finding.html", form=form, found=found, rows=rows, word=word
    )


def _row(one: Request, own: Terms) -> Row:
    patient = one.content.patient if one.content else {}
    names = (patient.get("given_name"), patient.get("family_name"))
    return Row(
        one.id,
        one.reference,
        title_of(one, own),
        one.requester.name if one.requester else "",
        " ".join(name for name in names if name),
        patient.get("date_of_birth") or "",
        one.received_on,
        state_of(one),
    )
