"""`lettergen workload` prints the ledger's figures, and says whether its sums are right."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
import time_machine
from click.testing import CliRunner
from sqlalchemy import text

from lettergen import vault, workload
from lettergen.cli import lettergen
from lettergen.models import make_engine, open_sessions

AT = datetime(2024, 9, 10, 12, tzinfo=UTC)
OCTOBER = datetime(2024, 10, 5, 2, 30, tzinfo=UTC)


@pytest.fixture
def installation(tmp_path, database_url, people, monkeypatch):
    """A data folder with keys, whose database holds two practices and some work of one."""
    vault.create_keys(tmp_path / "keys.json")
    engine = make_engine(database_url)
    with open_sessions(engine, vault.open_vault(tmp_path / "keys.json")).begin() as session:
        for slug, seconds in (("note", 600), ("note", 30), ("=cmd()", None)):
            workload.note(
                session, people.clinician, "letter", at=AT, outcome="issued", family="general",
                slug=slug, pages=2, seconds=seconds, minutes_expected=8,
            )  # fmt: skip
    engine.dispose()
    monkeypatch.setenv("LETTERGEN_DATA", str(tmp_path))
    monkeypatch.setenv("LETTERGEN_DATABASE_URL", database_url)
    return database_url


def run(*arguments: str):
    return CliRunner().invoke(lettergen, ["workload", *arguments])


def figures(*arguments: str):
    return run("--practice", "Y99991", "--from", "2024-09-01", "--to", "2024-09-30", *arguments)


@pytest.mark.usefixtures("installation")
def test_a_table_has_a_line_for_each_group_and_a_total():
    lines = figures("--measure", "letters", "--measure", "minutes_measured").output.splitlines()

    assert lines[0].split() == ["Type", "Letters", "Minutes", "measured"]
    assert lines[2].split() == ["note", "2", "10.5"]
    assert lines[-1].split() == ["Total", "3", "10.5"]


@pytest.mark.usefixtures("installation")
def test_the_table_says_whose_costs_these_are():
    output = figures().output

    assert "£47.25" in output
    assert "lettergen's own rates" in output


@pytest.mark.usefixtures("installation")
def test_json_has_every_measure_with_its_definition():
    found = json.loads(figures("--format", "json", "--by", "month").output)

    assert found["form"] == "lettergen-workload-1"
    assert found["has_default_rates"]
    assert [one["key"] for one in found["groups"]] == ["2024-09"]
    assert found["total"]["values"]["letters"] == 3
    assert {one["key"] for one in found["measures"]} == set(workload.MEASURES)
    assert all(one["definition"] for one in found["measures"])


@pytest.mark.usefixtures("installation")
def test_csv_holds_no_name_that_a_spreadsheet_takes_for_a_formula():
    rows = list(csv.reader(io.StringIO(figures("--format", "csv").output)))

    assert rows[0][:3] == ["key", "type", "requests"]
    assert [row[0] for row in rows[1:]] == ["'=cmd()", "note"]


@pytest.mark.usefixtures("installation")
def test_a_filter_narrows_all_figures():
    found = json.loads(figures("--format", "json", "--type", "note").output)

    assert found["filter"] == {"type": "note"}
    assert found["total"]["values"]["letters"] == 2


@pytest.mark.usefixtures("installation")
def test_the_command_says_when_there_is_nothing():
    assert "Nothing was written" in run("--practice", "Y99991", "--to", "2020-01-01").output


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize(
    "arguments",
    [
        ("--by", "colour"),
        ("--from", "yesterday"),
        ("--measure", "joy"),
        ("--from", "2026-02-01", "--to", "2026-01-01"),
    ],
)
def test_wrong_usage_is_exit_two(arguments):
    assert run("--practice", "Y99991", *arguments).exit_code == 2


def test_verify_finds_a_sum_that_is_wrong_and_rebuild_mends_it(installation):
    engine = make_engine(installation)
    with engine.begin() as connection:
        connection.execute(text("UPDATE work_sums SET letters = 4 WHERE grain = ''"))
    engine.dispose()

    wrong = run("verify", "--practice", "Y99991")
    mended = run("rebuild", "--practice", "Y99991")
    right = run("verify", "--practice", "Y99991")

    assert wrong.exit_code == 1
    assert "2024-09-01, letters: kept 4, counted 3" in wrong.output
    assert (mended.exit_code, right.exit_code) == (0, 0)
    assert "Every sum is that of its rows" in right.output


@pytest.mark.usefixtures("installation")
def test_a_rate_of_a_month_that_is_not_over_is_of_its_days_so_far(sessions, people):
    sizes = {"list_sizes": [{"from": "2024-01-01", "patients": 1000}]}
    with sessions.begin() as session:
        workload.save(session, people.manager, sizes, at=AT)
        for _ in range(2):
            workload.note(session, people.receptionist, "received", at=AT, outcome="received",
                          family=workload.REQUESTS, received_on=AT.date())  # fmt: skip

    with time_machine.travel(datetime(2024, 9, 20, 12, tzinfo=UTC)):
        found = json.loads(figures("--format", "json", "--by", "month").output)

    # The log begins on the 10th: two requests in 11 days of 30, for 1,000 patients.
    rates = [one["values"]["requests_per_1000"] for one in (found["total"], *found["groups"])]
    assert rates == [pytest.approx(2 / (11 / 30), abs=0.001)] * 2


@pytest.mark.usefixtures("installation")
def test_papers_are_made_once_and_written_once(sessions, people, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    ours = ("--practice", "Y99991", "--out")

    with time_machine.travel(OCTOBER):
        report = run("report", *ours, str(first), "--kind", "poster", "--month", "2024-09")
        with sessions.begin() as session:
            chosen = {"reports": {"kinds": ["poster", "partners"], "emails": []}}
            workload.save(session, people.manager, chosen, at=AT)
        nights = [run("nightly", *ours, str(first)).output for _ in range(2)]
        elsewhere = run("nightly", *ours, str(second)).output

    assert "What your practice did in September 2024: " in report.output
    # The poster was there already, whoever made it.
    assert nights[0] == "1 paper about workload made, 1 written\n"
    assert nights[1] == "0 papers about workload made, 0 written\n"
    assert elsewhere == "0 papers about workload made, 2 written\n"
    names = sorted(one.name for one in first.iterdir())
    assert names == sorted(one.name for one in second.iterdir())
    assert len(names) == 2
    assert all(one.read_bytes().startswith(b"%PDF") for one in first.iterdir())


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize("command", ["report", "nightly"])
def test_a_folder_that_is_not_there_gets_one_line(command, tmp_path):
    (tmp_path / "file").touch()

    for place, said in (("nowhere", "does not exist"), ("file", "is a file")):
        found = run(command, "--practice", "Y99991", "--out", str(tmp_path / place))

        assert found.exit_code == 2
        assert said in found.output.splitlines()[-1]


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--month", "2024-08"), "The log begins on 10 September 2024"),
        (("--month", "2999-01"), "has not begun yet"),
        (("--kind", "organisation"), "Choose the organisation"),
        (("--kind", "organisation", "--requester", "nobody"), "no such organisation"),
    ],
)
def test_a_paper_that_cannot_be_gets_one_line(arguments, said, tmp_path):
    found = run("report", "--practice", "Y99991", "--out", str(tmp_path), *arguments)

    assert found.exit_code == 1
    assert said in str(found.exception or "") + found.output


def test_every_night_the_database_is_told_what_it_holds(installation):
    engine = make_engine(installation)
    known = {
        "sqlite": "SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'work'",
        "postgresql": "SELECT count(*) FROM pg_stats WHERE tablename = 'work'",
    }[engine.dialect.name]

    assert run("nightly", "--practice", "Y99991").exit_code == 0

    with engine.connect() as connection:
        assert connection.execute(text(known)).scalar_one() > 0
    engine.dispose()
