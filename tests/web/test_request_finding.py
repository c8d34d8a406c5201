"""Requests are found again by patient or reference; the address says nothing of who it is."""

from typing import Any

import pytest
from flask import Flask

from tests.web import asked


@pytest.fixture
def request_id(app: Flask, people: Any, clock: Any) -> str:
    """A request by Exampleton University about Rowan Testerby."""
    return asked.receive(app, people.receptionist, at=clock(), type_key="uni_mitigating")


@pytest.mark.parametrize(
    "typed",
    [
        {"nhs_number": "999 000 1006"},
        {"family_name": "testerby", "born_day": "12", "born_month": "4", "born_year": "1998"},
    ],
)
def test_a_request_is_found_by_its_patient(
    receptionist: Any, request_id: str, typed: dict[str, str]
) -> None:
    reply = receptionist.send("/requests", **typed)
    page = receptionist.page(reply.location)

    assert "9990001006" not in reply.location
    assert "Testerby" not in reply.location
    (row,) = page.select("main tbody tr")
    assert row.select_one("a")["href"] == f"/requests/{request_id}"
    assert "Rowan Testerby" in row.get_text()
    assert "Exampleton University" in row.get_text()


def test_a_request_is_found_by_its_reference_however_it_is_typed(
    receptionist: Any, request_id: str
) -> None:
    found = receptionist.page("/requests").select_one("main tbody .app-number")

    reply = receptionist.send("/requests", reference=found.get_text().lower().replace("-", " "))

    assert reply.status_code == 302
    assert len(receptionist.page(reply.location).select("main tbody tr")) == 1


def test_what_is_mistyped_is_named_and_stays(receptionist: Any, request_id: str) -> None:
    reply = receptionist.send("/requests", reference="RQ-7K3M")

    assert reply.status_code == 422
    assert "please check each character" in reply.text
    assert 'value="RQ-7K3M"' in reply.text


def test_somebody_else_is_not_found_and_the_page_says_what_to_check(
    receptionist: Any, request_id: str
) -> None:
    reply = receptionist.send("/requests", nhs_number="999 000 0018")

    assert "No request found" in receptionist.page(reply.location).get_text()
