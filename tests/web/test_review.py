"""Review and signature: exactly what was shown is issued, and nothing else."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from bs4 import BeautifulSoup


def seal_of(browser: Any, draft_id: str) -> str:
    browser.send(f"/drafts/{draft_id}/review")
    return str(browser.page(f"/drafts/{draft_id}/review").select_one("[name=seal]")["value"])


def test_the_page_shows_the_final_pages_and_what_to_think_of(clinician: Any, begun: Any) -> None:
    why = "The landlord accepts the patient's own account."
    draft = begun(recorded=[], observed=[], override_reasons={"G04": why})
    clinician.send(f"/drafts/{draft}/review")

    page = clinician.page(f"/drafts/{draft}/review")

    side = " ".join(page.select_one("aside").text.split())
    assert "Sample Homes Ltd (synthetic)" in side
    assert "Rowan Testerby born 12 April 1998 NHS number 999 000 1006" in side
    assert "Everything here rests on the patient's account alone" in side
    assert "Your reason: The landlord accepts" in side
    assert page.select_one("aside button").text.strip() == (
        "Sign and issue as Dr Casey Clinician, GMC 9000001"
    )
    names = [one.text.strip() for one in page.select("main h2[id]")]
    assert [name.partition(",")[0] for name in names] == ["Letter", "Large print for the patient"]
    pictures = page.select("section > ol img")
    assert pictures[0]["alt"].startswith(f"Letter, page 1 of {len(pictures)}.")
    shown = clinician.get(pictures[0]["src"])
    assert shown.data.startswith(b"\x89PNG")
    changes = [one["href"] for one in page.select("aside a") if "Change" in one.text]
    form = clinician.page(f"/drafts/{draft}")
    for address in changes:
        assert form.find(id=address.partition("#")[2]), address


def test_signing_stores_exactly_the_bytes_that_were_shown(clinician: Any, begun: Any) -> None:
    draft = begun()
    seal = seal_of(clinician, draft)
    shown = clinician.get(f"/drafts/{draft}/review/letter.pdf").data

    reply = clinician.send(f"/drafts/{draft}/issue", seal=seal)

    stored = clinician.get(f"{reply.location}/letter.pdf").data
    # The practice's seal is added behind them.
    assert stored.startswith(shown)
    assert sha256(stored).hexdigest() in clinician.get(reply.location).text


def test_pressing_twice_issues_once(clinician: Any, begun: Any) -> None:
    draft = begun()
    seal = seal_of(clinician, draft)

    first = clinician.send(f"/drafts/{draft}/issue", seal=seal)
    second = clinician.send(f"/drafts/{draft}/issue", seal=seal)

    assert first.location == second.location
    assert "1 letter, newest first" in clinician.get("/letters").text


def test_a_change_meanwhile_asks_for_another_look(
    clinician: Any, receptionist: Any, begun: Any
) -> None:
    draft = begun()
    seal = seal_of(clinician, draft)
    form = receptionist.page(f"/drafts/{draft}").select_one(f"form[action$='/drafts/{draft}']")
    fields = fields_of(form) | {"purpose": "Another purpose altogether.", "go": "save"}
    receptionist.post(f"/drafts/{draft}", data=fields)

    page = clinician.page(f"/drafts/{draft}/review")
    reply = clinician.send(f"/drafts/{draft}/issue", seal=seal)

    assert "Look again" in page.select_one("aside").text
    assert not page.select("aside [name=seal]")
    assert reply.status_code == 409
    assert "the answers were changed" in reply.text
    assert "No letters yet" in clinician.get("/letters").text


def test_a_new_day_asks_for_another_look(clinician: Any, begun: Any, clock: Any) -> None:
    draft = begun()
    seal = seal_of(clinician, draft)
    clock.now += timedelta(days=1)

    reply = clinician.send(f"/drafts/{draft}/issue", seal=seal)

    assert reply.status_code == 409
    assert "a new day began" in reply.text


@pytest.mark.parametrize("seal", ["", "0" * 64])
def test_without_the_seal_of_the_shown_pages_nothing_is_issued(
    clinician: Any, begun: Any, seal: str
) -> None:
    draft = begun()
    seal_of(clinician, draft)

    reply = clinician.send(f"/drafts/{draft}/issue", seal=seal)

    assert reply.status_code == 409


def test_an_unfinished_letter_goes_back_to_what_is_missing(clinician: Any, begun: Any) -> None:
    draft = begun(purpose="")

    reply = clinician.post(
        f"/drafts/{draft}/review", data={"csrf_token": clinician.token()}, follow_redirects=True
    )

    page = BeautifulSoup(reply.text, "html5lib")
    links = page.select(".nhsuk-error-summary a")
    assert any("purpose" in one["href"] for one in links)
    assert all(page.find(id=one["href"].removeprefix("#")) for one in links)


def test_before_the_pages_are_made_there_is_nothing_to_review(clinician: Any, begun: Any) -> None:
    draft = begun()

    reply = clinician.get(f"/drafts/{draft}/review", follow_redirects=True)

    assert reply.request.path == f"/drafts/{draft}"
    assert "has not been reviewed yet" in reply.text


def test_reception_is_told_that_a_clinician_signs_and_the_draft_is_safe(
    receptionist: Any, begun: Any
) -> None:
    draft = begun()

    reply = receptionist.post(
        f"/drafts/{draft}/review",
        data={"csrf_token": receptionist.token()},
        follow_redirects=True,
    )

    assert "The draft is saved. Only a clinician" in reply.text


def test_a_page_or_file_that_the_letter_does_not_have_is_not_found(
    clinician: Any, begun: Any
) -> None:
    draft = begun()
    seal_of(clinician, draft)

    assert clinician.get(f"/drafts/{draft}/review/letter/99.png").status_code == 404
    assert clinician.get(f"/drafts/{draft}/review/diary.pdf").status_code == 404


def test_an_issued_draft_leads_to_its_letter(clinician: Any, begun: Any, issue: Any) -> None:
    draft = begun()
    document = issue(draft)

    for address in (f"/drafts/{draft}", f"/drafts/{draft}/review"):
        reply = clinician.get(address, follow_redirects=True)
        assert reply.request.path == f"/documents/{document}", address


def fields_of(form: Any) -> dict[str, Any]:
    """What a browser would send of a form as it stands."""
    fields: dict[str, Any] = {}
    for one in form.select("input[name], textarea[name], select[name]"):
        kind = one.get("type", "")
        if kind in ("radio", "checkbox") and not one.has_attr("checked"):
            continue
        if one.name == "select":
            chosen = one.select_one("option[selected]") or one.select_one("option")
            fields.setdefault(one["name"], []).append(chosen["value"] if chosen else "")
        else:
            fields.setdefault(one["name"], []).append(
                one.get_text().removeprefix("\n")
                if one.name == "textarea"
                else one.get("value", "")
            )
    return fields
