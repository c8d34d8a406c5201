"""Workload in a real browser: usable by all on any screen, and a mark of a chart opens its rows."""

from typing import Any

import pytest

from lettergen import accounts, models, workload
from lettergen.calendar import local_day

pytestmark = pytest.mark.browser


@pytest.fixture
def log(running: Any) -> None:
    """One request that was redirected today, and a telephone call."""
    standing = running.app.extensions["lettergen"]
    at = standing.clock()
    with standing.sessions() as session, models.changing(session):
        staff = accounts.staff_by_email(session, "alexis@example.com")
        assert staff is not None
        actor = accounts.actor_of(staff)
        about = {"request_id": "a" * 32, "slug": "gym_fitness", "requester_class": "patient"}
        for kind in ("received", "triaged"):
            workload.note(session, actor, kind, at=at, outcome="REDIRECT", **about)
        workload.add_by_hand(session, actor, "called", minutes=5, on=local_day(at), at=at)


@pytest.mark.parametrize("width", [1280, 320])
def test_workload_is_accessible_fits_the_screen_and_opens_its_rows(
    running: Any, window: Any, accessible: Any, log: None, width: int
) -> None:
    page = window(f"{running.address}/workload", viewport={"width": width, "height": 800})
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.locator("svg[aria-labelledby=trend-requests-title] a").last.click()

    page.wait_for_url("**/workload/rows?*measure=requests*")
    accessible(page)
    assert page.locator("tbody tr").count() >= 1
