"""A restricted request is there for few, and so is all that answers it, wherever one looks."""

from typing import Any

import pytest
from flask import Flask

from lettergen import models
from lettergen.models import Invoice, Request
from tests.web.test_every_route import address_of, rules

HANGS_ON_IT = {"document_id", "draft_id", "request_id", "request_lock_id"}
HANGS_ON_IT |= {"invoice_id", "payment_id"}
UNKNOWN = "f" * 32


@pytest.fixture
def restricted(app: Flask, known: dict[str, Any]) -> dict[str, Any]:
    """What addresses may name: of a restricted request with a letter and the draft of the next, and
    of one that was paid.
    """
    with app.extensions["lettergen"].sessions() as session, models.changing(session):
        row = session.get_one(Request, known["request_id"])
        row.is_restricted, row.document_id, row.draft_id = (
            True,
            known["document_id"],
            known["draft_id"],
        )
        invoice = session.get_one(Invoice, known["invoice_id"])
        paid = session.get_one(Request, invoice.request_id)
        paid.is_restricted, paid.decided_by = True, row.decided_by
    return known


def test_who_may_not_see_the_request_finds_nothing_of_it_in_lists_and_searches(
    receptionist: Any, manager: Any, restricted: dict[str, Any]
) -> None:
    asked = {"nhs_number": "999 000 1006"}
    pages = [receptionist.page(one) for one in ("/", "/letters", "/drafts", "/board")]
    found = receptionist.post(
        "/letters", data={**asked, "csrf_token": receptionist.token()}, follow_redirects=True
    )

    hidden = (restricted["document_id"], restricted["draft_id"], restricted["reference"])
    assert [one for one in pages if any(key in str(one) for key in hidden)] == []
    assert "No letter found" in found.text
    assert restricted["document_id"] in str(manager.page("/letters"))
    assert restricted["reference"] in str(manager.page("/"))


def test_every_address_of_it_answers_as_if_it_were_not_there(
    app: Flask, receptionist: Any, restricted: dict[str, Any]
) -> None:
    nothing = {**restricted, **dict.fromkeys(HANGS_ON_IT, UNKNOWN)}
    fields = {"csrf_token": receptionist.token()}
    wrong, seen = [], 0
    for rule, method in rules(app):
        if not HANGS_ON_IT & set(rule.arguments):
            continue
        data = fields if method == "POST" else None

        one, other = (
            receptionist.open(address_of(rule, names), method=method, data=data)
            for names in (restricted, nothing)
        )

        seen += 1
        is_same = one.status_code == other.status_code in (302, 403, 404)
        if not is_same or restricted["reference"] in one.get_data(as_text=True):
            wrong.append((rule.rule, method, one.status_code, other.status_code))
    assert wrong == []
    assert seen > 50


def test_the_clinician_still_sees_and_begins_no_letter_from_it_that_all_would_see(
    clinician: Any, restricted: dict[str, Any]
) -> None:
    page = clinician.get(f"/documents/{restricted['document_id']}")
    again = clinician.send(f"/documents/{restricted['document_id']}/again")

    assert page.status_code == 200
    assert again.status_code == 422
    assert "belongs to a restricted request" in again.text
