"""Figures of work add up, by type, month, signer and family, for one practice alone."""

import csv
import io
import json
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner

from lettergen import vault, workload
from lettergen.cli import lettergen
from lettergen.models import Work, make_engine, open_sessions
from lettergen.workload import total


def work(actor, at: str, **values) -> Work:
    known = {
        "practice_id": actor.practice_id,
        "at": datetime.fromisoformat(at).replace(tzinfo=UTC),
        "kind": "letter",
        "role": "clinician",
        "staff_id": actor.staff_id,
        "staff_name": actor.name,
        "slug": "adhd-referral",
        "family": "adhd",
        "outcome": "issued",
        "pages": 2,
        "minutes_expected": 15,
    }
    return Work(**{**known, **values})


@pytest.fixture
def some_work(sessions, people) -> None:
    one, stranger = people.clinician, people.stranger
    with sessions.begin() as session:
        session.add_all(
            [
                work(one, "2026-10-31T12:00", seconds_measured=600),
                work(one, "2026-11-01T00:00", seconds_measured=90),
                work(one, "2026-11-20T12:00", slug="note", family="general", pages=1),
                work(one, "2026-11-20T13:00", minutes_stated=7),
                work(one, "2026-11-20T14:00", outcome="discarded", pages=None,
                     family=None, minutes_expected=None, seconds_measured=30),
                work(one, "2026-11-20T15:00", staff_id=None, staff_name="Dr Elsewhere"),
                work(stranger, "2026-11-20T12:00", seconds_measured=6000),
            ]
        )  # fmt: skip


@pytest.mark.usefixtures("some_work")
def test_figures_by_type(session, people):
    lines = workload.figures(session, people.clinician, "type")

    referral, note = lines
    assert (referral.group, referral.issued, referral.discarded) == ("adhd-referral", 4, 1)
    assert (referral.timed, referral.minutes_measured) == (3, 12.0)
    assert (referral.minutes_stated, referral.minutes_expected) == (7, 60)
    assert (note.group, note.issued, note.pages, note.timed) == ("note", 1, 1, 0)


def test_months_are_those_of_english_time(session, people, sessions):
    with sessions.begin() as other:
        other.add(work(people.clinician, "2026-06-30T23:30"))

    assert [one.group for one in workload.figures(session, people.clinician, "month")] == [
        "2026-07"
    ]


@pytest.mark.usefixtures("some_work")
def test_figures_by_signer_use_the_name_of_today(session, people):
    groups = {
        one.group: one.issued for one in workload.figures(session, people.clinician, "signer")
    }

    assert groups == {"Dr Casey Clinician": 4, "Dr Elsewhere": 1}


@pytest.mark.usefixtures("some_work")
def test_figures_by_family(session, people):
    groups = {one.group for one in workload.figures(session, people.clinician, "family")}

    assert groups == {"adhd", "general", "other"}


@pytest.mark.usefixtures("some_work")
def test_both_days_of_a_time_are_included(session, people):
    lines = workload.figures(
        session, people.clinician, "type", since=date(2026, 10, 31), until=date(2026, 11, 1)
    )

    assert total(lines).issued == 2


@pytest.mark.usefixtures("some_work")
def test_a_stranger_sees_the_own_practice_only(session, people):
    lines = workload.figures(session, people.stranger, "type")

    assert [one.minutes_measured for one in lines] == [100.0]


@pytest.fixture
def installation(tmp_path, database_url, people, monkeypatch):
    """A data folder with keys, whose database holds two practices and their work."""
    vault.create_keys(tmp_path / "keys.json")
    engine = make_engine(database_url)
    sessions = open_sessions(engine, vault.open_vault(tmp_path / "keys.json"))
    with sessions.begin() as session:
        session.add(work(people.clinician, "2026-11-20T12:00", seconds_measured=600))
        session.add(work(people.clinician, "2026-11-20T12:00", slug="=cmd()"))
    engine.dispose()
    monkeypatch.setenv("LETTERGEN_DATA", str(tmp_path))
    monkeypatch.setenv("LETTERGEN_DATABASE_URL", database_url)


def run(*arguments: str):
    return CliRunner().invoke(lettergen, ["workload", "--practice", "Y99991", *arguments])


@pytest.mark.usefixtures("installation")
def test_the_command_prints_a_table_with_a_total():
    result = run()

    lines = result.output.splitlines()
    assert result.exit_code == 0
    assert lines[0].split()[0] == "Type"
    assert lines[-1].split()[:2] == ["Total", "2"]


@pytest.mark.usefixtures("installation")
def test_the_command_prints_json():
    found = json.loads(run("--format", "json", "--by", "month").output)

    assert found["by"] == "month"
    assert found["groups"][0]["group"] == "2026-11"
    assert found["total"]["minutes_measured"] == 10.0


@pytest.mark.usefixtures("installation")
def test_the_command_prints_csv_that_no_spreadsheet_takes_for_a_formula():
    rows = list(csv.reader(io.StringIO(run("--format", "csv").output)))

    assert rows[0][:2] == ["type", "issued"]
    assert [row[0] for row in rows[1:]] == ["'=cmd()", "adhd-referral"]


@pytest.mark.usefixtures("installation")
def test_the_command_says_when_there_is_nothing():
    assert "Nothing was written" in run("--to", "2020-01-01").output


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize(
    "arguments",
    [("--by", "colour"), ("--from", "yesterday"), ("--from", "2026-02-01", "--to", "2026-01-01")],
)
def test_wrong_usage_is_exit_two(arguments):
    assert run(*arguments).exit_code == 2
