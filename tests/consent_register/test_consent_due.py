"""What is due, what the clock does, working days, narrowing, searching, and what cannot change."""

import copy
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError

from lettergen import working_days
from lettergen.consents.register import (
    ageing,
    due,
    events,
    finding,
    narrowing,
    pointers,
    scopes,
    using,
    withdrawing,
)
from lettergen.consents.register.grants import NotPossible
from lettergen.consents.register.narrowing import Narrower
from lettergen.consents.register.scopes import Use
from lettergen.consents.register.using import Particulars
from lettergen.models import ConsentEvent, ConsentTask
from lettergen.places import CHECKOUT, here
from lettergen.refusals import Refused

CASES = json.loads((CHECKOUT / "tests/consents/valid.json").read_text("utf-8"))
IMAGE = "IMG-0101-A"
HOLIDAYS = working_days.holidays(here())
TRIGGERED = [
    "UPDATE consent_events SET kind = 'x'",
    "DELETE FROM consent_events",
    "UPDATE consent_questions SET answer = 'YES'",
    "DELETE FROM consent_questions",
    "UPDATE consent_grants SET decision = 'yes'",
    "UPDATE consent_records SET route = 'x'",
    "UPDATE consent_grant_images SET linked_by = NULL",
]


def easter(year: int) -> date:
    """Easter Sunday, by Gauss with the corrections of Kinkelin (not as the list was made)."""
    k = year // 100
    m = 15 + (3 * k + 3) // 4 - (8 * k + 13) // 25
    s = 2 - (3 * k + 3) // 4
    a = year % 19
    d = (19 * a + m) % 30
    r = (d + a // 11) // 29
    og = 21 + d - r
    sz = 7 - (year + year // 4 + s) % 7
    oe = 7 - (og - sz) % 7
    return date(year, 3, 1) + timedelta(days=og + oe - 1)


@pytest.mark.parametrize("year", range(2024, 2033))
def test_each_year_lists_eight_bank_holidays_with_easter_in_its_place(year):
    days = sorted(day for day in HOLIDAYS if day.year == year)

    assert len(days) == 8
    assert easter(year) - timedelta(days=2) in days
    assert easter(year) + timedelta(days=1) in days
    assert all(day.weekday() < 5 for day in days)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 11, 21), 0, date(2026, 11, 23)),
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 11, 22), 1, date(2026, 11, 23)),
        (date(2026, 12, 24), 1, date(2026, 12, 29)),
        (date(2026, 12, 18), 10, date(2027, 1, 6)),
        (date(2026, 4, 2), 5, date(2026, 4, 13)),
    ],
)
def test_working_days_leave_out_weekends_and_bank_holidays(start, count, end):
    assert working_days.after(start, count, HOLIDAYS) == end


def test_what_ends_within_sixty_days_is_due(session, people, file):
    file(CASES["case1_adult_direct_care"])

    def ends(on: date) -> list[tuple[str, date]]:
        return [
            (one.purpose, one.due_on)
            for one in due.due(session, people.manager, on=on)
            if one.kind == due.ENDS
        ]

    assert ends(date(2027, 9, 16)) == []
    assert ends(date(2027, 9, 17)) == [("share_care", date(2027, 11, 16))]
    assert ends(date(2027, 11, 16)) == [("share_care", date(2027, 11, 16))]
    assert ends(date(2027, 11, 17)) == []


def test_children_who_turn_16_within_sixty_days_are_due(session, people, file):
    case = copy.deepcopy(CASES["case3_child8_mother"])
    case["patient"]["date_of_birth"] = "2011-01-05"
    file(case)

    found = due.due(session, people.manager, on=date(2026, 11, 20))

    assert [(one.kind, one.purpose, one.due_on) for one in found] == [
        ("turns_16", "teach_closed", date(2027, 1, 5))
    ]


def test_open_tasks_are_due_and_late_ones_are_overdue(session, people, file, adult):
    case = copy.deepcopy(adult)
    case["photo"]["device"] = "personal_phone_camera"
    case["purposes"]["publish"] = {
        "decision": "yes",
        "outlet_name": "Example Case Reports",
        "journal_form_also_signed": "not_yet",
    }
    file(case)

    found = due.due(session, people.manager, on=date(2026, 11, 20))

    assert [(one.kind, one.is_overdue) for one in found] == [
        ("phone_deletion", True),
        ("journal_form", False),
    ]
    assert "Testpatient" not in repr(found)
    assert due.due(session, people.stranger, on=date(2026, 11, 20)) == []


def test_the_clock_opens_tasks_for_copies_of_what_has_ended_once(
    session, practice_terms, people, file, adult, now
):
    case = copy.deepcopy(adult)
    case["purposes"]["teach_closed"]["valid_until"] = "2026-11-22"
    file(case)
    using.use(
        session, practice_terms, people.clinician, image_id=IMAGE, purpose="teach_closed",
        intended=Use(is_anonymised=True), particulars=Particulars("Students", "Room 1", 3), at=now,
    )  # fmt: skip
    night = now + timedelta(days=10)

    first = ageing.settle(session, practice_terms, people.manager, at=night)
    second = ageing.settle(session, practice_terms, people.manager, at=night)

    assert [(one.event.kind, [task.kind for task in one.tasks]) for one in first] == [
        ("clock_expire", ["remove_copies"])
    ]
    assert first[0].event.said_at == datetime(2026, 11, 23, tzinfo=UTC)
    assert second == []


@pytest.mark.parametrize(
    ("change", "is_within"),
    [
        ({"audience": "medical students"}, True),
        ({"audience": "GP trainees and medical students"}, True),
        ({"audience": "everyone"}, False),
        ({"audience": ""}, False),
        ({"anonymise": ["crop", "cover_marks"]}, True),
        ({"anonymise": []}, False),
        ({"extra": "more"}, False),
    ],
)
def test_a_scope_is_narrower_only_if_it_allows_nothing_new(change, is_within):
    old = {"audience": "GP trainees and medical students", "anonymise": ["crop"]}

    assert scopes.is_narrower("teach_closed", old, {**old, **change}) is is_within


def test_narrowing_leaves_a_photo_out_and_calls_its_copies_back(
    session, practice_terms, people, file, ask, grant_of, now
):
    case = copy.deepcopy(CASES["case1_adult_direct_care"])
    case["purposes"]["teach_closed"] = {"decision": "yes", "audience": "Students"}
    grant = grant_of(file(case), "teach_closed")
    using.use(
        session, practice_terms, people.clinician, image_id=IMAGE, purpose="teach_closed",
        intended=Use(), particulars=Particulars("Students", "Room 1", 3), at=now,
    )  # fmt: skip
    keep = [one.id for one in grant.images if one.number != IMAGE]

    def narrow(narrower, at):
        return narrowing.narrow(
            session, practice_terms, people.receptionist, grant.id, narrower,
            how="telephone", by_name="Testpatient One", said_at=at, at=at,
        )  # fmt: skip

    with pytest.raises(NotPossible, match="new form"):
        narrow(Narrower(valid_until=date(2099, 1, 1)), now)
    narrow(Narrower(image_ids=keep), now + timedelta(days=1))

    assert ask(IMAGE, "teach_closed", "2026-11-20") == ("YES", "ok")
    assert ask(IMAGE, "teach_closed", "2026-11-21") == ("NO", "withdrawn")
    assert ask("IMG-0101-B", "teach_closed", "2026-11-21") == ("YES", "ok")
    kinds = session.scalars(select(ConsentTask.kind).order_by(ConsentTask.kind)).all()
    assert kinds == ["confirm", "stop"]


def test_the_register_is_searched_by_patient_and_by_photo(session, people, file, now):
    for case in CASES.values():
        file(case)

    def find(**wanted) -> list[str]:
        found = finding.find(session, people.receptionist, on=now.date(), **wanted)
        return [one.reference for one in found]

    assert len(find()) == 4
    assert find(nhs_number="999 000 1030") == ["PIC-2026-000104"]
    assert find(image_id="img-0031-a") == ["PIC-2025-000031"]
    assert find(family_name="six", date_of_birth=date(1990, 8, 12)) == ["PIC-2025-000031"]
    assert find(which="withdrawn_open") == ["PIC-2025-000031"]
    assert find(which="on_phone") == []
    with pytest.raises(Refused, match="both the surname and the date of birth"):
        find(family_name="Six")
    assert finding.find(session, people.stranger, on=now.date()) == []


def test_an_entry_shows_how_each_purpose_stands(session, people, file, now):
    file(CASES["case6_withdrawal_after_teaching"])

    [entry] = finding.find(session, people.clinician, on=now.date())

    assert {one.purpose: one.state for one in entry.grants} == {
        "record": "granted",
        "share_care": "refused",
        "teach_closed": "withdrawn",
        "present_external": "refused",
    }
    assert entry.open_tasks == 2


@pytest.mark.parametrize("statement", TRIGGERED)
def test_the_database_refuses_to_change_what_was_signed_or_happened(
    session, engine, people, file, ask, adult, statement
):
    file(adult)
    ask(IMAGE, "record")
    session.commit()

    with pytest.raises(DBAPIError, match="may not be changed"), engine.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE consent_events SET kind = 'suspend' WHERE id = :id",
        "UPDATE consent_events SET said_at = recorded_at WHERE id = :id",
        "DELETE FROM consent_events WHERE id = :id",
    ],
)
def test_an_event_changed_behind_the_triggers_is_found(
    session, sessions, engine, people, file, adult, tampering
):
    file(adult)
    event_id = session.scalars(select(ConsentEvent.id).order_by(ConsentEvent.id)).first()
    session.commit()
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER consent_events_no_update"))
            connection.execute(text("DROP TRIGGER consent_events_no_delete"))
        else:
            connection.execute(text("ALTER TABLE consent_events DISABLE TRIGGER USER"))
        connection.execute(text(tampering), {"id": event_id})

    with sessions() as fresh:
        assert events.first_fault(fresh, people.clinician.practice_id) == event_id


def test_nothing_in_the_tables_names_the_patient_or_the_photo(session, engine, file, ask, adult):
    file(adult)
    ask(IMAGE, "teach_closed", use="medical students")
    session.commit()
    tables = [name for name in _tables(engine) if name.startswith("consent_")]

    with engine.connect() as connection:
        for table in tables:
            for row in connection.execute(text(f"SELECT * FROM {table}")):
                stored = " ".join(
                    bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview)
                    else str(value)
                    for value in row
                )  # fmt: skip
                for secret in ("Testpatient", "9990001006", IMAGE, "1979-05-14", "students"):
                    assert secret not in stored


def _tables(engine) -> list[str]:
    return inspect(engine).get_table_names()


def test_a_photos_number_is_found_in_any_case(session, people, file, adult):
    file(adult)

    assert len(pointers.numbered(session, people.clinician, " img-0101-a ")) == 1
    assert pointers.numbered(session, people.stranger, IMAGE) == []


def test_withdrawing_needs_a_grant_that_exists(session, practice_terms, people, now):
    with pytest.raises(Refused, match="no such consent"):
        withdrawing.withdraw(
            session, practice_terms, people.clinician, ["0" * 32],
            how="desk", by_name="Testpatient One", said_at=now, at=now,
        )  # fmt: skip
