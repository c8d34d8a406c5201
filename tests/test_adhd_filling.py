"""Filling the ADHD referral: notes beside fields, what a service brings, how many answers."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from lettergen import forms
from lettergen.definitions import Field, Folders, Library
from lettergen.definitions.cases import read_cases
from lettergen.forms import Reading, Typed, letter_values
from lettergen.places import CHECKOUT

FOLDERS = Folders((CHECKOUT / "forms",), (CHECKOUT / "templates" / "letters",))
LIBRARY = Library(FOLDERS)
REFERRAL = LIBRARY.get("adhd-referral")
CASES = {case.name: case for case in read_cases(CHECKOUT / "tests/letters/adhd-referral.toml")}
MINIMAL = CASES["minimal adult"]
CHILD = CASES["child to community paediatrics"]
TODAY = date(2026, 11, 20)


def read(answers: Mapping[str, Any], *, on: date = TODAY, library: Library = LIBRARY) -> Reading:
    kind = library.get("adhd-referral")
    typed = forms.flatten(kind, answers)
    return forms.read(kind, typed, on=on, directories=library.directories)


def minimal(**changes: Any) -> dict[str, Any]:
    return {**MINIMAL.answers, **changes}


@pytest.mark.parametrize(
    ("field", "changes", "words"),
    [
        ("asrs_date", {"asrs_done": "yes_attached", "asrs_date": "2026-05-20"}, "Six months old"),
        ("obs_date", {"pulse_bpm": 70, "obs_date": "2026-05-20"}, "Six months old"),
        ("pulse_bpm", {"pulse_bpm": 121, "obs_date": "2026-11-18"}, "Above 120"),
        ("service_email", {"service_email": "adhd@example.com"}, "neither at nhs.net"),
        ("symptom_examples", {"symptom_examples": "Loses keys. " * 130}, "beyond 1500"),
        ("service_name", {"service_name": "Some Other Clinic"}, "not in the practice's directory"),
        ("advocate_name", {"service_name": "Sample Online ADHD Provider Ltd (synthetic)"}, "hear"),
        (
            "email",
            {"service_name": "Sample Online ADHD Provider Ltd (synthetic)"},
            "registers patients by e-mail",
        ),
        ("current_mh_service", {"current_mh_service": "yes_cmht"}, "does not take"),
        (
            "asrs_form_attached",
            {"asrs_done": "yes_score_only", "asrs_date": "2026-11-10", "asrs_part_a_shaded": 5},
            "form itself",
        ),
        ("attachments", {"asrs_done": "yes_attached", "asrs_date": "2026-11-10"}, "ASRS form is"),
        (
            "attachments",
            {"consent_summary": "no", "attachments": ["record_summary"]},
            "do not send one",
        ),
        (
            "attachments",
            {"consent_summary": "partly", "attachments": ["record_summary"]},
            "take out of the summary",
        ),
        (
            "gp_comment",
            {"nhs_number": "", "nhs_number_missing_reason": "other"},
            "why there is no NHS number",
        ),
        (
            "rtc_scope",
            {"route": "rtc", "rtc_scope": "assessment_and_titration"},
            "an assessment only",
        ),
    ],
)
def test_soft_note_stands_beside_the_field_and_nowhere_else(
    field: str, changes: dict[str, Any], words: str
) -> None:
    before = read(MINIMAL.answers).advice

    found = read(minimal(**changes))

    assert not any(words in text for text in before.get(field, []))
    assert any(words in text for text in found.advice[field])
    assert not any(words in one.message for one in found.findings)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"watchful_waiting_weeks": 9}, "up to 10 weeks"),
        ({"watchful_waiting_weeks": 0, "impairment_severity": "severe"}, "refer at once"),
        ({"watchful_waiting_weeks": 10}, None),
    ],
)
def test_observation_is_suggested_up_to_ten_weeks_unless_severe(
    changes: dict[str, Any], words: str | None
) -> None:
    notes = read({**CHILD.answers, **changes}).advice.get("watchful_waiting_weeks", [])

    assert (words is None and notes == []) or (words is not None and words in notes[0])


def test_secure_address_needs_no_note() -> None:
    at_nhs = read(minimal(service_email="adhd@nhs.net"))
    trusted = read(minimal(service_email="adhd@example.com", practice_secure_domains="example.com"))

    assert "service_email" not in at_nhs.advice
    assert "service_email" not in trusted.advice


@pytest.mark.parametrize(("days", "is_stale"), [(0, False), (90, False), (91, True)])
def test_service_is_noted_as_stale_after_ninety_days(days: int, *, is_stale: bool) -> None:
    name = MINIMAL.answers["service_name"]
    record = LIBRARY.directories.record("adhd-services", name) or {}
    checked_on = record["checked_on"]
    on = checked_on + timedelta(days=days)

    found = read(minimal(referral_date=checked_on.isoformat()), on=on)

    notes = [text for text in found.advice.get("service_name", []) if "Not checked" in text]
    assert bool(notes) == is_stale
    assert not is_stale or f"{days} days ago" in notes[0]
    assert LIBRARY.is_stale("adhd-services", name, on) == is_stale


def test_practices_own_record_goes_before_the_shipped_one(tmp_path: Path) -> None:
    own = tmp_path / "directories" / "adhd-services.toml"
    own.parent.mkdir()
    own.write_text(
        'title = "Our services"\n[[records]]\nname = "Exampleshire Adult ADHD Service"\n'
        'checked_on = 2026-11-19\nchecked_by = "B. Example"\nsource = "telephone"\n'
        "min_age = 30\nneeds = { asrs_form = false }\n",
        encoding="utf-8",
    )
    library = Library(Folders((*FOLDERS.forms, tmp_path), FOLDERS.templates))

    found = read(MINIMAL.answers, library=library)

    assert [one.rule_id for one in found.warnings] == ["W11"]
    assert found.computed["service_checked_on"] == "2026-11-19"
    assert "Exampleshire ADHD Triage Service (synthetic)" in library.directories.names(
        "adhd-services"
    )


def test_letter_is_addressed_from_the_directory_unless_an_address_is_typed() -> None:
    listed = letter_values(read(MINIMAL.answers), day=TODAY)
    typed = letter_values(read(minimal(service_address="PO Box 7\nExampleton")), day=TODAY)

    assert listed["letter"]["addressee_lines"][0] == "Referral Office"
    assert typed["letter"]["addressee_lines"] == ["PO Box 7", "Exampleton"]


def test_minimal_adult_takes_no_more_than_45_answers() -> None:
    actions, found = fill_in_as_a_clinician_would(MINIMAL.answers)

    reason = {"W09": "The patient will bring the form to the first appointment."}
    settled = read({**found.answers, "override_reasons": reason})
    assert len(actions) + len(reason) <= 45, actions
    assert settled.is_issuable
    assert {**MINIMAL.answers, "nhs_number": "9990006008"}.items() <= {
        **settled.answers,
        "symptoms_hyperimpulsive": [],
    }.items()


def fill_in_as_a_clinician_would(answers: Mapping[str, Any]) -> tuple[list[str], Reading]:
    """Answer what the web still asks, in its order; return each action and where it led.

    Practice and clinician come from their records, defaults stand, a chosen service brings what
    its field `fills`, and one action says that all safety questions were asked: none.
    """
    wanted = forms.flatten(REFERRAL, answers)
    supplied = {name: wanted[name][0] for name in REFERRAL.supplied() if name in wanted}
    typed = forms.initial(REFERRAL, TODAY)
    actions: list[str] = []
    while True:
        found = forms.read(
            REFERRAL, typed, on=TODAY, directories=LIBRARY.directories, supplied=supplied
        )
        one = next(
            (
                one
                for one in REFERRAL.fields
                if one.name in found.shown
                and one.name not in {**typed, **supplied}
                and (one.name in found.missing or answers.get(one.name))
            ),
            None,
        )
        if one is None:
            return actions, found
        if one.none_answer:
            actions.append(f"asked about all: none ({one.section})")
            typed |= asked_about_all(one.section, found, typed)
        else:
            actions.append(one.name)
            typed |= {one.name: wanted[one.name], **brought(one, wanted[one.name][0])}


def asked_about_all(section: str, found: Reading, typed: Typed) -> Typed:
    return {
        one.name: [one.none_answer]
        for one in REFERRAL.fields_of(section)
        if one.none_answer and one.name in found.shown and one.name not in typed
    }


def brought(one: Field, chosen: str) -> Typed:
    directory = one.settings.get("directory")
    record = LIBRARY.directories.record(directory, chosen) if directory else None
    fills = one.settings.get("fills", {}) if record else {}
    return {name: [str(record[fact])] for name, fact in fills.items() if record and fact in record}
