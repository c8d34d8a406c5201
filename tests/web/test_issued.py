"""A letter after it was issued: taken along, superseded, voided, started from."""

from typing import Any


def test_the_page_says_what_to_do_with_the_letter(
    receptionist: Any, begun: Any, issue: Any
) -> None:
    document = issue(begun())

    page = receptionist.page(f"/documents/{document}")

    name = page.select_one("main code").text
    reference = page.select_one(".app-reference").text
    assert name == f"2026-11-20_To-whom-it-may-concern_TESTERBY-R_{reference}.pdf"
    assert page.select_one("[data-copy]")["data-copy"] == name
    first = page.select_one("main ol li").get_text()
    assert first.startswith("Send it to the reader"), "each kind says where its letters go"
    assert "Dr Casey Clinician" in page.select_one(".app-facts").text
    assert not page.select("form[action$='/void']"), "reception cannot void"


def test_the_file_is_shown_or_kept_under_its_name(
    receptionist: Any, begun: Any, issue: Any
) -> None:
    document = issue(begun())

    shown = receptionist.get(f"/documents/{document}/letter.pdf")
    kept = receptionist.get(f"/documents/{document}/letter.pdf?download=1")

    assert shown.data == kept.data
    assert shown.data.startswith(b"%PDF-")
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert kept.headers["Content-Disposition"].startswith('attachment; filename="2026-11-20_')
    assert shown.headers["Cache-Control"] == "no-store"
    assert receptionist.get(f"/documents/{document}/diary.pdf").status_code == 404


def test_a_void_letter_says_so_with_the_reason(manager: Any, begun: Any, issue: Any) -> None:
    document = issue(begun())

    reply = manager.post(
        f"/documents/{document}/void",
        data={"reason": "Written about the wrong patient.", "csrf_token": manager.token()},
        follow_redirects=True,
    )

    assert "Void: do not use" in reply.text
    assert "Written about the wrong patient." in reply.text
    assert "by Mo Manager" in reply.text
    assert "Void" in manager.page("/letters").select_one("tbody").text


def test_voiding_without_a_reason_changes_nothing_and_says_why(
    clinician: Any, begun: Any, issue: Any
) -> None:
    document = issue(begun())

    reply = clinician.send(f"/documents/{document}/void", reason="because")

    assert reply.status_code == 422
    assert "10 to 500 characters" in reply.text
    assert ">because</textarea>" in reply.text
    assert "Void: do not use" not in clinician.get(f"/documents/{document}").text


def test_a_new_version_says_what_it_replaces_and_the_old_one_who_replaced_it(
    clinician: Any, begun: Any, issue: Any
) -> None:
    old = issue(begun())
    draft = clinician.send(f"/documents/{old}/supersede").location.rpartition("/")[2]
    untouched = clinician.page(f"/documents/{old}")
    ticked = clinician.post(f"/drafts/{draft}/review", data={"csrf_token": clinician.token()})

    new = issue(draft)

    old_page, new_page = clinician.page(f"/documents/{old}"), clinician.page(f"/documents/{new}")
    assert "Superseded" not in untouched.text
    assert ticked.location.endswith("/review")
    assert "Superseded: do not use" in old_page.text
    assert old_page.select_one(f".app-gone a[href='/documents/{new}']")
    assert new_page.select_one(f".app-lead a[href='/documents/{old}']")


def test_a_superseded_letter_is_not_superseded_again(
    clinician: Any, begun: Any, issue: Any
) -> None:
    old = issue(begun())
    issue(clinician.send(f"/documents/{old}/supersede").location.rpartition("/")[2])

    reply = clinician.post(
        f"/documents/{old}/supersede",
        data={"csrf_token": clinician.token()},
        follow_redirects=True,
    )

    assert "has been replaced already" in reply.text


def test_another_letter_starts_from_this_one(receptionist: Any, begun: Any, issue: Any) -> None:
    document = issue(begun())

    reply = receptionist.send(f"/documents/{document}/again")

    assert "Rowan Testerby" in " ".join(receptionist.get(reply.location).text.split())
    assert "Superseded" not in receptionist.get(f"/documents/{document}").text
