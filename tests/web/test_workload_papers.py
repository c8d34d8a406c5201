"""The page of papers about workload: who may make which, and what is made by itself."""

from datetime import date

import pytest

from lettergen import models, workload


@pytest.fixture
def a_call(app, people, clock):
    """One telephone call of October, so that the log has begun."""
    with app.extensions["lettergen"].sessions() as session, models.changing(session):
        workload.add_by_hand(
            session, people.clinician, "called", minutes=9, on=date(2026, 10, 5), at=clock()
        )


def test_a_clinician_makes_the_partners_page_and_sees_it(clinician, a_call):
    reply = clinician.send("/workload/reports", kind="partners", month="2026-10")

    assert reply.status_code == 303
    assert "Workload, October 2026" in clinician.page(reply.location).h1.get_text()


def test_a_clinician_is_offered_no_paper_that_leaves_the_practice(clinician):
    page = clinician.page("/workload/reports")

    kinds = {one["value"] for one in page.select("[name=kind]")}
    assert kinds == {"partners", "poster"}


def test_a_clinician_who_sends_the_managers_form_is_refused(clinician):
    reply = clinician.send("/workload/reports", kind="board", month="2026-10")

    assert reply.status_code in (403, 422)


def test_an_empty_log_says_so(clinician):
    reply = clinician.send("/workload/reports", kind="partners", month="2026-10")

    assert reply.status_code == 422
    assert "Nothing is in the log yet" in reply.text


def test_a_month_that_is_none_is_said_at_its_paper(manager):
    reply = manager.send("/workload/reports", kind="poster", month="soon")

    assert reply.status_code == 422
    assert "Choose a month from the list." in reply.text
    assert 'href="#poster"' in reply.text


def test_a_manager_chooses_what_is_made_by_itself_and_who_is_told(manager, app, people):
    reply = manager.send(
        "/workload/reports/by-themselves", kinds=["partners"], emails="partners@example.com\n"
    )

    with app.extensions["lettergen"].sessions() as session:
        found = workload.settings_of(session, people.manager).reports
    assert reply.status_code == 303
    assert (found.kinds, found.emails) == (("partners",), ("partners@example.com",))


def test_an_address_that_is_none_changes_nothing(manager, app, people):
    reply = manager.send("/workload/reports/by-themselves", kinds=["partners"], emails="nobody")

    with app.extensions["lettergen"].sessions() as session:
        assert workload.settings_of(session, people.manager).reports == workload.Reports()
    assert reply.status_code == 422
    assert 'href="#emails"' in reply.text


def test_a_paper_about_workload_is_not_for_a_patients_record(clinician, a_call):
    reply = clinician.send("/workload/reports", kind="poster", month="2026-10")

    page = clinician.page(reply.location)
    said = page.get_text()
    assert page.select_one(".app-lead").get_text(strip=True) == (
        "For our patients: it names no patient."
    )
    assert page.select_one(".nhsuk-back-link")["href"] == "/workload/reports"
    assert "Download it below" in said
    assert "File it in the patient’s record" not in said
    assert "Hand over to the patient" not in said
