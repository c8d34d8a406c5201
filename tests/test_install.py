"""`init`, `demo`, `doctor` and `serve`: an installation from nothing, and never over another."""

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest

from lettergen import accounts, documents
from lettergen.cli import main
from lettergen.cli.installation import records
from lettergen.config import Settings
from lettergen.places import shipped

INIT = (
    "init",
    "--practice=Example Surgery",
    "--ods=Y99991",
    "--name=Mo Manager",
    "--email=mo@example.com",
)
Ran = tuple[int, str, str]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"LETTERGEN_{name.upper()}", raising=False)
    monkeypatch.setenv("LETTERGEN_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def run(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as left:
            main(arguments)
        printed = capsys.readouterr()
        return int(left.value.code or 0), printed.out, printed.err

    return run


def test_init_makes_a_practice_whose_manager_can_sign_in(
    run: Callable[..., Ran], data: Path
) -> None:
    code, out, _ = run(*INIT)

    password = re.search(r"sign in as mo@example.com with the password (\S+)", out)
    assert code == 0
    assert password
    with records(Settings(data=data)) as session:
        manager = accounts.staff_by_email(session, "mo@example.com")
        assert manager is not None
        assert manager.roles == ["manager"]
        assert accounts.is_password_of(manager.password_hash, password[1])


def test_init_closes_its_files_to_other_users(run: Callable[..., Ran], data: Path) -> None:
    run(*INIT)

    assert data.stat().st_mode & 0o077 == 0
    assert {path.name: path.stat().st_mode & 0o077 for path in data.iterdir()} == {
        "keys.json": 0,
        "lettergen.sqlite3": 0,
        "secret-key": 0,
    }


def test_init_leaves_what_is_there_as_it_is(run: Callable[..., Ran], data: Path) -> None:
    run(*INIT)
    before = {path.name: path.read_bytes() for path in data.iterdir()}

    code, out, _ = run(*INIT, "--password-stdin")

    assert (code, out) == (0, "Example Surgery is there already: nothing else to do\n")
    assert {path.name: path.read_bytes() for path in data.iterdir()} == before


def test_init_refuses_new_keys_for_old_records(run: Callable[..., Ran], data: Path) -> None:
    run(*INIT)
    (data / "keys.json").unlink()

    code, out, _ = run(*INIT)

    assert code == 1
    assert "put keys.json back from your backup" in out
    assert not (data / "keys.json").exists()


def test_init_without_anybody_to_ask_names_the_options(run: Callable[..., Ran]) -> None:
    code, _, err = run("init", "--practice=Example Surgery")

    assert code == 2
    assert err == "lettergen: give --ods, --name, --email\n"


def test_init_takes_a_password_from_standard_input_where_no_list_of_programs_shows_it(
    run: Callable[..., Ran], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a password of their own\n"))

    code, out, _ = run(*INIT, "--password-stdin")

    assert (code, "a password of their own" in out) == (0, False)
    with records(Settings(data=data)) as session:
        manager = accounts.staff_by_email(session, "mo@example.com")
        assert manager is not None
        assert accounts.is_password_of(manager.password_hash, "a password of their own")


def test_init_says_what_is_wrong_and_can_be_run_again(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    code, out, _ = run(*INIT, "--password-stdin")

    again, _, _ = run(*INIT)

    assert (code, again) == (1, 0)
    assert "Choose a password of" in out


def test_a_database_that_cannot_be_read_is_one_line(run: Callable[..., Ran], data: Path) -> None:
    run(*INIT)
    (data / "lettergen.sqlite3").write_bytes(b"no database at all")

    for command in ("init", "workload", "serve"):
        code, out, err = run(command)

        assert (code, out) == (2, "")
        assert err.count("\n") == 1
        assert "restore your last backup" in err


@pytest.mark.slow
def test_issue_writes_the_patients_files_beside_the_letter(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    run("demo")
    answers = shipped("forms") / "examples" / "adhd-referral.json"

    code, out, _ = run("issue", "adhd-referral", str(answers), "--out", str(tmp_path / "a.pdf"))

    assert (code, out[:3]) == (0, "LG-")
    assert {path.name for path in tmp_path.glob("*.pdf")} == {
        "a.pdf",
        "a.large.pdf",
        "a.patient.pdf",
    }


@pytest.mark.slow
def test_issue_in_production_needs_the_address_that_letters_print(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run("demo")
    monkeypatch.setenv("LETTERGEN_ENVIRONMENT", "production")
    answers = shipped("forms") / "examples" / "adhd-referral.json"

    code, out, _ = run("issue", "adhd-referral", str(answers), "--out", str(tmp_path / "a.pdf"))

    assert code == 1
    assert "LETTERGEN_PUBLIC_ADDRESS" in out
    assert not (tmp_path / "a.pdf").exists()


@pytest.mark.slow
def test_a_letter_that_cannot_be_logged_leaves_no_file(
    run: Callable[..., Ran], data: Path, tmp_path: Path
) -> None:
    run("demo")
    answers = shipped("forms") / "examples" / "adhd-referral.json"
    command = [sys.executable, "-m", "lettergen.cli", "issue", "adhd-referral", str(answers)]

    # In blocks of 1024 bytes: room enough for each letter, and too little for its records.
    done = subprocess.run(
        ["bash", "-c", 'ulimit -f 60; exec "$@"', "bash", *command, "--out", "letter.pdf"],
        capture_output=True, text=True, check=False, cwd=tmp_path, env=os.environ,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    with records(Settings(data=data)) as session:
        actor = accounts.operator_of(accounts.practices(session)[0])
        assert documents.find(session, actor).total == 0


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs the rights of a Unix system")
def test_init_in_a_place_that_may_not_be_written_is_one_line(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    # /proc takes no folder from anybody, not even from root.
    monkeypatch.setenv("LETTERGEN_DATA", "/proc/lettergen")

    code, _, err = run(*INIT)

    assert code == 2
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_the_demonstration_has_people_of_every_role(run: Callable[..., Ran], data: Path) -> None:
    code, out, _ = run("demo")

    assert code == 0
    with records(Settings(data=data)) as session:
        actor = accounts.operator_of(accounts.practices(session)[0])
        everybody = accounts.staff_of(session, actor)
        assert {role for one in everybody for role in one.roles} == set(accounts.ROLES)
        assert sum(accounts.actor_of(one).may_sign for one in everybody) == 2
        assert all(one.email in out for one in everybody)


def test_the_demonstration_says_the_same_again(run: Callable[..., Ran]) -> None:
    first = run("demo")

    assert run("demo") == first


def test_each_demonstration_has_its_own_password(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = run("demo")
    monkeypatch.setenv("LETTERGEN_DATA", str(tmp_path / "other"))

    assert run("demo") != first


def test_the_demonstration_keeps_away_from_other_records(run: Callable[..., Ran]) -> None:
    run(*(part.replace("Y99991", "Y99992") for part in INIT))

    code, out, _ = run("demo")

    assert code == 1
    assert "not the demonstration's" in out


def test_the_demonstration_keeps_away_from_production(
    run: Callable[..., Ran], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LETTERGEN_ENVIRONMENT", "production")

    code, out, _ = run("demo")

    assert code == 1
    assert "production" in out
    assert not data.exists()


@pytest.mark.parametrize(
    "path", sorted((shipped("forms") / "examples").glob("*.json")), ids=lambda path: path.stem
)
def test_every_example_could_be_issued_as_it_stands(path: Path, run: Callable[..., Ran]) -> None:
    code, out, err = run("check", path.stem, str(path))

    told = json.loads(out)
    assert (code, err) == (0, "")
    assert (told["errors"], told["stops"], told["warnings"]) == ({}, [], [])


@pytest.mark.slow
def test_the_demonstration_issues_as_many_letters_as_asked(
    run: Callable[..., Ran], data: Path
) -> None:
    code, out, _ = run("demo", "--documents=3")

    assert code == 0
    assert out.endswith("issued 3 letters\n")
    with records(Settings(data=data)) as session:
        actor = accounts.operator_of(accounts.practices(session)[0])
        assert documents.find(session, actor).total == 3


def test_the_doctor_leaves_with_1_when_something_hurts(run: Callable[..., Ran]) -> None:
    hurt = run("doctor")
    run("demo")

    well = run("doctor")

    assert (hurt[0], well) == (1, (0, "Nothing hurts.\n", ""))


def test_serve_refuses_an_empty_folder(run: Callable[..., Ran]) -> None:
    code, out, _ = run("serve")

    assert code == 1
    assert "lettergen init" in out


def test_serve_refuses_an_address_that_is_taken(run: Callable[..., Ran]) -> None:
    run("demo")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, _, err = run("serve", f"--port={taken.getsockname()[1]}")

    assert code == 2
    assert "Choose another with --port" in err


@pytest.mark.slow
def test_serve_answers_and_stops_when_it_is_told_to(run: Callable[..., Ran], data: Path) -> None:
    run("demo")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "lettergen.cli", "serve", f"--port={port}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        said = server.stdout.readline() if server.stdout else ""
        address = said.removeprefix("lettergen is at ").strip()
        status = _answer(f"{address}health")
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=10)

    assert said == f"lettergen is at http://127.0.0.1:{port}/\n"
    assert status == 200


def _answer(address: str) -> int:
    for _ in range(50):
        try:
            with urlopen(address, timeout=5) as reply:  # noqa: S310  (an address of this test's own)
                return int(reply.status)
        except OSError:
            time.sleep(0.1)
    return 0
