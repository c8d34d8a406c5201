"""A locked link about a photo consent is told until somebody of the practice has dealt with it."""

from typing import Any

import pytest
from flask import Flask

from tests.web import filed, patients


@pytest.fixture
def lock(app: Flask, people: Any, clock: Any) -> Any:
    """Return a function: the purpose of a link → the id of a locked one, and what it is about."""

    def locked(purpose: str) -> tuple[str, str]:
        if purpose == "withdraw":
            subject = filed.full(app, people.clinician, at=clock()).record_id
        else:
            subject = patients.begin(app, people, at=clock())
        return filed.locked_link(app, people.clinician, subject, purpose, at=clock()), subject

    return locked


@pytest.mark.parametrize(
    ("purpose", "where"), [("withdraw", "/register/records/"), ("consent", "/consents/")]
)
def test_a_locked_link_leads_from_the_home_page_to_what_it_is_about(
    receptionist: Any, clinician: Any, stranger: Any, lock: Any, purpose: str, where: str
) -> None:
    lock_id, subject = lock(purpose)

    notice = receptionist.page("/").select_one("[aria-labelledby=notices]")
    page = receptionist.page(f"/consents/locks/{lock_id}")
    reply = clinician.send(f"/consents/locks/{lock_id}")

    assert "photo consent was locked after five wrong dates of birth" in notice.text
    assert page.select_one(f"main a[href='{where}{subject}']") is not None
    assert reply.status_code == 302
    assert clinician.page("/").select_one(f"a[href$='{lock_id}']") is None
    assert stranger.get(f"/consents/locks/{lock_id}").status_code == 404
    assert clinician.get(f"/consents/locks/{lock_id}").status_code == 404
