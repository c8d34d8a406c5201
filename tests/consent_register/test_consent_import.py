"""Importing an old register: all or nothing, each fault told, and the command line's answers."""

import copy
import json
from datetime import UTC, date, datetime
from threading import Barrier, Thread

import pytest
import time_machine
from sqlalchemy import func, select

from lettergen import working_days
from lettergen.cli import main
from lettergen.consents.form import terms
from lettergen.consents.register import asked as register
from lettergen.consents.register import importing
from lettergen.consents.register.importing import import_cases
from lettergen.models import ConsentRecord, ConsentTask, ConsentUse
from lettergen.places import CHECKOUT, here
from lettergen.refusals import Refused

SHARED = CHECKOUT / "tests/consents"
CASES = json.loads((SHARED / "valid.json").read_text("utf-8"))
QUESTIONS = json.loads((SHARED / "register.json").read_text("utf-8"))
NIGHT = datetime(2026, 11, 22, 20, tzinfo=UTC)


def with_answer(name: str, place: str, value: object) -> dict:
    case = copy.deepcopy(CASES[name])
    *above, last = place.split(".")
    inner = case
    for part in above:
        inner = inner[int(part)] if isinstance(inner, list) else inner[part]
    inner[last] = value
    return case


@pytest.fixture
def take(session, practice_terms, people):
    def taken(cases, **rest):
        known = {"at": NIGHT, **rest}
        return import_cases(session, practice_terms, people.manager, cases, **known)

    return taken


def filed(session) -> int:
    return session.scalar(select(func.count()).select_from(ConsentRecord))


def test_a_file_is_an_object_or_a_list_or_one_form():
    case = CASES["case1_adult_direct_care"]

    assert list(importing.cases_of(CASES)) == list(CASES)
    assert list(importing.cases_of([case, case])) == ["row 1", "row 2"]
    assert importing.cases_of(case) == {"the form": case}
    with pytest.raises(Refused, match="an object of name and form"):
        importing.cases_of("everything")


def test_all_forms_are_filed_the_oldest_first(session, take):
    report = take(CASES)

    assert report.is_done
    assert report.filed[0] == "case6_withdrawal_after_teaching"
    assert set(report.filed) == set(CASES)
    assert filed(session) == 4


def test_history_keeps_its_own_times_and_what_was_done_is_done(session, people, take):
    take({"one": CASES["case6_withdrawal_after_teaching"]})

    uses = session.scalars(select(ConsentUse).order_by(ConsentUse.used_at)).all()
    done = session.scalars(select(ConsentTask).where(ConsentTask.done_at.is_not(None))).all()
    open_ones = session.scalars(select(ConsentTask).where(ConsentTask.done_at.is_(None))).all()
    assert [(one.used_at, one.answer) for one in uses] == [
        (datetime(2025, 6, 12, 12, tzinfo=UTC), "YES"),
        (datetime(2025, 11, 20, 13, tzinfo=UTC), "YES"),
    ]
    assert sorted(one.kind for one in done) == ["letter", "stop", "stop"]
    assert {one.done_at.date() for one in done} == {date(2026, 11, 11), date(2026, 11, 12)}
    assert [(one.kind, one.due_on) for one in open_ones] == [("confirm", date(2026, 12, 8))] * 2


def test_a_second_run_passes_over_what_is_there(session, take):
    take(CASES)

    report = take(CASES)

    assert (report.filed, set(report.known), report.refused) == ((), set(CASES), ())
    assert filed(session) == 4


def test_a_known_number_with_other_answers_is_refused(session, take):
    take(CASES)

    changed = with_answer("case1_adult_direct_care", "photo.reason", "A quite different reason.")
    report = take({"changed": changed})

    assert [one.name for one in report.refused] == ["changed"]
    assert "filed already with other answers" in report.refused[0].messages["form"][0]


def test_one_wrong_form_keeps_every_other_out(session, people, take, now):
    wrong = with_answer("case1_adult_direct_care", "patient.nhs_number", "9990001007")

    report = take({**CASES, "wrong": {**wrong, "record_id": "PIC-2"}})

    assert (filed(session), report.filed) == (0, ())
    assert [(one.name, one.codes) for one in report.refused] == [("wrong", ("E01",))]
    assert report.refused[0].messages["patient.nhs_number"][0].startswith("Check the NHS number.")
    answer = register.ask(
        session, people.manager, image_id="IMG-0101-A", purpose="record", on=now.date(), at=now
    )
    assert answer.reason == "image_not_covered"


def test_a_dry_run_says_the_same_and_files_nothing(session, take):
    report = take(CASES, is_dry_run=True)

    assert set(report.filed) == set(CASES)
    assert filed(session) == 0


@pytest.mark.parametrize(
    ("place", "value", "field"),
    [
        ("record_id", "PIC-2026-000103", "record_id"),
        ("record_id", "", "record_id"),
        ("purposes.teach_closed.decision", "", "purposes.teach_closed.decision"),
        ("purposes.sell", {"decision": "yes"}, "purposes.sell"),
        ("images.0.sha256", 7, "images.0.sha256"),
        ("signatures.0.signer_role", "neighbour", "signatures.0.signer_role"),
        ("information_given.why_photo", False, "information_given.why_photo"),
    ],
)
def test_each_fault_is_told_at_its_field(session, take, place, value, field):
    report = take({**CASES, "case1_adult_direct_care":
                   with_answer("case1_adult_direct_care", place, value)})  # fmt: skip

    assert field in {name for one in report.refused for name in one.messages}
    assert filed(session) == 0


def test_a_detail_that_an_old_form_lacks_is_named_and_refuses_nothing(session, take):
    old = with_answer("case1_adult_direct_care", "clinician.discussion_note", "")
    old["photo"]["device"] = "polaroid"

    report = take({**CASES, "case1_adult_direct_care": old})

    assert (report.refused, filed(session)) == ((), len(CASES))
    assert list(report.gaps) == ["case1_adult_direct_care"]
    assert set(report.gaps["case1_adult_direct_care"]) == {
        "clinician.discussion_note", "photo.device"
    }  # fmt: skip


def test_a_later_no_is_the_answer_though_it_withdrew_the_earlier_yes(session, people, take):
    later = with_answer("case6_withdrawal_after_teaching", "purposes.teach_closed",
                        {"decision": "no"})  # fmt: skip
    later |= {"record_id": "PIC-2026-000777", "events": []}
    later["signatures"][0]["signed_at"] = "2026-03-03T09:35:00+00:00"
    later["clinician"]["declared_at"] = "2026-03-03T09:38:00+00:00"
    later["images"][0]["taken_before_consent_reason"] = "taken_earlier_for_care"
    earlier = with_answer("case6_withdrawal_after_teaching", "events", [])

    assert take({"earlier": earlier, "later": later}).refused == ()
    found = register.ask(
        session, people.manager, image_id="IMG-0031-A", purpose="teach_closed",
        on=date(2026, 6, 1), at=NIGHT,
    )  # fmt: skip

    assert (found.word, found.reason) == ("NO", "refused")
    assert found.grant == "PIC-2026-000777/teach_closed"


@pytest.mark.parametrize("name", ["received_by", "second_by", "confirmed_by"])
def test_the_second_person_of_a_void_form_is_read_under_the_names_records_use(take, name):
    event = {"type": "voided", "at": "2026-11-18T09:00Z", "by": "Dr A Example",
             "purposes": ["record", "share_care"], "reason": "Wrong photo",
             name: "Mo Manager"}  # fmt: skip

    report = take({"one": {**CASES["case1_adult_direct_care"], "events": [event]}})

    assert report.refused == ()


def test_a_withdrawal_before_the_signature_is_refused(session, take):
    report = take(
        {"one": with_answer("case6_withdrawal_after_teaching", "events.3.at", "2025-03-01T08:55Z")}
    )

    assert report.refused[0].codes == ("E10",)
    assert "3 March 2025" in report.refused[0].messages["events.withdrawn.at"][0]


@pytest.mark.parametrize("value", [None, 7, "text", [], {}])
def test_what_is_no_form_is_a_refused_row(session, take, value):
    report = take({**CASES, "odd": value})

    assert [one.name for one in report.refused] == ["odd"]
    assert filed(session) == 0


def test_what_a_case_tells_becomes_its_state(session, take, people):
    events = [
        {"type": "suspended", "at": "2026-11-17T09:00Z", "purposes": ["share_care"],
         "by": "Dr A Example", "reason": "a complaint"},
        {"type": "patient_died", "at": "2026-11-18T09:00Z", "by": "Dr A Example"},
    ]  # fmt: skip
    take({"one": {**CASES["case1_adult_direct_care"], "events": events}})

    def ask(purpose: str, on: date) -> str:
        return register.ask(
            session, people.manager, image_id="IMG-0101-A", purpose=purpose, on=on, at=NIGHT
        ).reason

    assert ask("share_care", date(2026, 11, 16)) == "ok"
    assert ask("share_care", date(2026, 11, 17)) == "suspended"
    assert ask("record", date(2026, 11, 19)) == "ok"


PUBLISHING = {
    "decision": "yes",
    "outlet_type": "journal",
    "outlet_name": "Example Case Reports",
    "article_title": "A mole that changed",
    "online": True,
    "material_seen": "declined_to_read",
    "ack_not_anonymous": True,
    "ack_details_of_illness": True,
    "ack_internet": True,
    "ack_no_recall": True,
    "licence": "cc_by_nc_4_0",
    "ack_licence": True,
    "ack_may_be_edited_or_translated": True,
    "ack_no_payment": True,
    "journal_form_also_signed": "not_yet",
    "patient_wants_copy": False,
    "third_parties": False,
    "authors": ["Dr A Example"],
}


@pytest.mark.parametrize(
    ("told", "answer"),
    [
        ({"type": "started"}, ("YES", "ok")),
        ({"type": "used", "detail": "Sent to the journal"}, ("YES", "ok")),
        ({"type": "authority_changed", "detail": "A dispute"}, ("CHECK", "authority_changed")),
        ({"type": "suspended", "reason": "A complaint"}, ("CHECK", "suspended")),
        ({"type": "published", "detail": "10.9999/example"}, ("NO", "different_outlet")),
        ({"type": "superseded"}, ("NO", "image_not_covered")),
        ({"type": "patient_died"}, ("CHECK", "patient_died")),
        ({"type": "voided", "reason": "Wrong photo", "received_by": "Mo Manager"},
         ("NO", "entered_in_error")),
    ],
    ids=lambda one: one.get("type", "") if isinstance(one, dict) else "",
)  # fmt: skip
def test_each_kind_of_event_is_taken_in(session, people, take, told, answer):
    case = copy.deepcopy(CASES["case1_adult_direct_care"])
    case["purposes"]["publish"] = PUBLISHING
    event = {"at": "2026-11-18T09:00Z", "by": "Dr A Example", "purposes": ["publish"], **told}

    report = take({"one": {**case, "events": [event]}})

    assert report.refused == ()
    found = register.ask(
        session, people.manager, image_id="IMG-0101-A", purpose="publish",
        on=date(2026, 11, 19), at=NIGHT,
    )  # fmt: skip
    assert (found.word, found.reason) == answer


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"type": "cancelled"}, "no event that can be imported"),
        ({"type": "used", "purposes": ["public"]}, "names public, which was not asked"),
        ({"type": "expired"}, "not come to its end"),
        ({"type": "turned_16"}, "parent agreed"),
        ({"type": "voided", "reason": "Wrong photo"}, "Two people"),
        ({"type": "suspended", "at": "2026-11-15T09:00Z"}, "before the form was signed"),
        ({"type": "suspended", "at": "2026-11-25T09:00Z"}, "future"),
        ({"type": "resumed", "reason": "Cleared"}, "is live"),
    ],
    ids=lambda one: one.get("type", "") if isinstance(one, dict) else "",
)
def test_an_event_that_cannot_be_keeps_the_form_out(session, take, told, message):
    event = {"at": "2026-11-18T09:00Z", "by": "Dr A Example", "purposes": ["share_care"],
             "reason": "A reason", **told}  # fmt: skip

    report = take({"one": {**CASES["case1_adult_direct_care"], "events": [event]}})

    assert message in str(report.refused[0].messages)
    assert filed(session) == 0


def test_two_imports_at_once_file_each_form_once(sessions, people, known):
    gate = Barrier(2)
    reports = []

    def run() -> None:
        with sessions.begin() as session:
            found = terms.of_practice(session, people.manager, known, working_days.holidays(here()))
            gate.wait()
            reports.append(import_cases(session, found, people.manager, CASES, at=NIGHT))

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(len(one.filed) for one in reports) == [0, 4]
    with sessions() as session:
        assert filed(session) == 4


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command line in a fresh installation; returns code, output, complaints."""
    monkeypatch.setenv("LETTERGEN_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def ran(*arguments: object) -> tuple[int, str, str]:
        with time_machine.travel(NIGHT), pytest.raises(SystemExit) as left:
            main([str(one) for one in arguments])
        out, err = capsys.readouterr()
        return left.value.code, out, err

    ran("init", "--practice", "Example Surgery", "--ods", "Y99991", "--name", "Mo Manager",
        "--email", "manager@example.com")  # fmt: skip
    return ran


def test_the_command_line_imports_asks_and_lists(run):
    assert run("consents", "import", SHARED / "valid.json", "--dry-run")[0] == 0
    code, out, _ = run("consents", "import", SHARED / "valid.json")
    assert (code, out.splitlines()[-1]) == (0, "4 forms filed, 0 already in the register")

    for one in QUESTIONS:
        code, out, _ = run("consents", "ask", "--image", one["image_id"],
                           "--purpose", one["purpose"], "--on", one["on"])  # fmt: skip
        assert out.splitlines()[0].split() == one["answer"]
        assert code == (0 if one["answer"][0] == "YES" else 1)

    code, out, _ = run("consents", "due")
    assert (code, out.count("Confirm that every copy has gone")) == (0, 2)
    assert "Testpatient" not in out


def test_the_command_line_answers_in_json(run):
    run("consents", "import", SHARED / "valid.json")

    code, out, _ = run("consents", "ask", "--image", "IMG-0101-A", "--purpose", "teach_closed",
                       "--on", "2026-11-22", "--json")  # fmt: skip

    said = json.loads(out)
    assert code == 1
    assert (said["answer"], said["reason"]) == ("NO", "refused")


def test_the_command_line_names_each_refused_form(run, tmp_path):
    path = tmp_path / "wrong.json"
    wrong = with_answer("case1_adult_direct_care", "purposes.share_care.channel", "whatsapp")
    path.write_text(json.dumps({"mine": wrong}))

    code, out, _ = run("consents", "import", path)

    assert code == 1
    assert out.startswith("refused: mine E05\n    purposes.share_care.channel: Choose a secure way")
    assert out.splitlines()[-1] == "nothing was filed: 1 refused"


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "--image", "X", "--purpose", "adverts"),
        ("ask", "--image", "X"),
        ("ask", "--image", "X", "--purpose", "record", "--on", "yesterday"),
        ("import", "missing.json"),
        ("audit", "--from", "2026-02-01", "--to", "2026-01-01"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(run, arguments):
    code, out, err = run("consents", *arguments)

    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_the_audit_names_nobody(run):
    run("consents", "import", SHARED / "valid.json")

    code, out, _ = run("consents", "audit", "--from", "2025-01-01", "--to", "2026-11-22")

    figures = json.loads(out)["figures"]
    assert code == 0
    assert "Test" not in out
    assert (figures["forms"], figures["withdrawals"], figures["days_to_stop"]) == (4, 1, 1)
    assert figures["uses_with_live_yes"] == 1.0
