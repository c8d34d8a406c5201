"""`lettergen seal`: the certificate at the command line, and what the seal of a file says."""

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lettergen import accounts, models, sealing
from lettergen.cli import main
from lettergen.cli.installation import records
from lettergen.config import Settings
from lettergen.models import Certificate
from lettergen.places import shipped
from lettergen.sealing import credentials

Ran = tuple[int, str, str]
PASSWORD = "sesame"
INIT = (
    "init",
    "--practice=Example Surgery",
    "--ods=Y99991",
    "--name=Mo Manager",
    "--email=mo@example.com",
)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"LETTERGEN_{name.upper()}", raising=False)
    monkeypatch.setenv("LETTERGEN_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def run(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Ran]:
    def run(*arguments: str, typed: str = "") -> Ran:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as left:
            main(arguments)
        printed = capsys.readouterr()
        return int(left.value.code or 0), printed.out, printed.err

    return run


@pytest.fixture
def brought(tmp_path: Path, pkcs12: Callable[..., bytes]) -> Path:
    """A certificate file of the practice's, valid today."""
    today = datetime.now(UTC)
    path = tmp_path / "seal.p12"
    path.write_bytes(pkcs12(begins=today - timedelta(days=1), ends=today + timedelta(days=400)))
    return path


@pytest.fixture
def issued(run: Callable[..., Ran], tmp_path: Path) -> Path:
    """A letter that the installation has issued."""
    run(*INIT)
    answers, out = shipped("forms") / "examples" / "adhd-referral.json", tmp_path / "letter.pdf"
    assert run("issue", "adhd-referral", str(answers), "--out", str(out))[0] == 0
    return out


def fingerprint_in(out: str) -> str:
    found = re.search(r"fingerprint ((?:[0-9A-F]{4} ?){16})", out)
    assert found
    return found[1].strip()


def test_init_makes_the_certificate(run: Callable[..., Ran], data: Path) -> None:
    run(*INIT)

    code, out, _ = run("seal", "show")

    assert code == 0
    assert out.startswith("Example Surgery (made by lettergen)\n  fingerprint ")
    assert "valid from" in out
    with records(Settings(data=data)) as session:
        [practice] = accounts.practices(session)
        assert sealing.known(session, practice.id).is_own


def test_init_after_an_upgrade_makes_what_earlier_practices_lack(
    run: Callable[..., Ran], data: Path
) -> None:
    run(*INIT)
    with records(Settings(data=data)) as session:
        session.delete(sealing.known(session, accounts.practices(session)[0].id))

    before, (code, out, _), again = run("seal", "show"), run(*INIT), run(*INIT)

    assert "no certificate yet" in before[1]
    assert code == 0
    assert "made the certificate that seals the letters of Example Surgery" in out
    assert "certificate" not in again[1]


def test_a_new_key_leaves_the_old_certificate_on_record(run: Callable[..., Ran]) -> None:
    run(*INIT)
    first = fingerprint_in(run("seal", "show")[1])

    made = fingerprint_in(run("seal", "new")[1])
    shown = run("seal", "show")[1]

    assert made != first
    assert shown.index(made) < shown.index("before, until") < shown.index(first)


@pytest.mark.parametrize("option", [[], ["--password-stdin"]])
def test_a_practices_certificate_is_brought_with_its_password_from_standard_input(
    run: Callable[..., Ran], brought: Path, option: list[str]
) -> None:
    run(*INIT)

    code, out, err = run("seal", "replace", str(brought), *option, typed=f"{PASSWORD}\n")

    assert (code, err) == (0, "")
    assert out.startswith("Example Meadow Surgery (brought by the practice)")
    assert PASSWORD not in out


def test_a_wrong_password_is_refused_in_one_line_and_changes_nothing(
    run: Callable[..., Ran], brought: Path
) -> None:
    run(*INIT)
    before = run("seal", "show")

    code, out, err = run("seal", "replace", str(brought), typed="not this one\n")

    assert (code, err) == (1, "")
    assert "The password does not open this file" in out
    assert out.count("\n") == 1
    assert "not this one" not in out
    assert run("seal", "show") == before


def test_the_password_is_no_option_that_a_list_of_programs_would_show(
    run: Callable[..., Ran], brought: Path
) -> None:
    run(*INIT)

    code, _, err = run("seal", "replace", str(brought), f"--password={PASSWORD}")

    assert code == 2
    assert PASSWORD not in err


def test_a_certificate_that_ends_soon_is_said_to(
    run: Callable[..., Ran], tmp_path: Path, pkcs12: Callable[..., bytes]
) -> None:
    run(*INIT)
    today = datetime.now(UTC)
    file = tmp_path / "short.p12"
    file.write_bytes(pkcs12(begins=today - timedelta(days=1), ends=today + timedelta(days=9)))
    run("seal", "replace", str(file), typed=f"{PASSWORD}\n")

    assert "bring another before that" in run("seal", "show")[1]
    assert "certificate that seals the letters of Example Surgery ends on" in run("doctor")[1]


@pytest.mark.slow
def test_an_issued_letter_is_found_whole_and_of_this_installation(
    run: Callable[..., Ran], issued: Path
) -> None:
    code, out, err = run("seal", "examine", str(issued))

    assert (code, err) == (0, "")
    assert "sealed in the name of Example Surgery" in out
    assert "this is a certificate of Example Surgery" in out
    assert "unchanged since it was sealed" in out


@pytest.mark.slow
def test_a_changed_letter_is_found_changed_without_noise(
    run: Callable[..., Ran], issued: Path
) -> None:
    sound = issued.read_bytes()
    place = sound.index(b"stream") + 100
    cases = {
        "this is not what was sealed": b"%s%c%s"
        % (sound[:place], sound[place] ^ 1, sound[place + 1 :]),
        "something was added": sound + b"\n% one line more\n",
        "bears no seal": sound[:-400],
    }
    for says, content in cases.items():
        issued.write_bytes(content)

        code, out, err = run("seal", "examine", str(issued))

        assert (code, err) == (1, "")
        assert says in out


@pytest.mark.slow
def test_somebody_elses_seal_in_the_same_name_is_not_taken_for_ours(
    run: Callable[..., Ran], issued: Path
) -> None:
    at = datetime.now(UTC)
    other = credentials.make("Example Surgery", "Y99991", at=at)
    forger = Certificate(practice_id="forger", added_at=at, is_own=True, **vars(other))
    reviewed = issued.read_bytes().partition(b"%%EOF\n")
    forged = sealing.Sealer().seal(reviewed[0] + reviewed[1], forger, at=at, name="Example Surgery")
    issued.write_bytes(forged)

    code, out, _ = run("seal", "examine", str(issued))

    assert code == 1
    assert "not a certificate of any practice of this installation" in out
    assert "unchanged since it was sealed" in out


def test_examine_works_where_nothing_is_installed(
    run: Callable[..., Ran], tmp_path: Path, data: Path
) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF-1.7 nothing")

    code, out, err = run("seal", "examine", str(letter))

    assert (code, out, err) == (1, "This file bears no seal that can be read.\n", "")
    assert not data.exists()


def test_check_and_render_do_not_wait_for_what_seals() -> None:
    script = (
        "import json, sys; import lettergen.cli.forms; "
        "print(json.dumps(sorted(set(name.partition('.')[0] for name in sys.modules))))"
    )

    told = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert not {"pyhanko", "asn1crypto", "sqlalchemy", "flask"} & set(json.loads(told.stdout))


def test_the_audit_of_what_the_command_line_did_holds(
    run: Callable[..., Ran], data: Path, brought: Path
) -> None:
    run(*INIT)
    run("seal", "replace", str(brought), typed=f"{PASSWORD}\n")
    run("seal", "new")

    with records(Settings(data=data)) as session:
        [practice] = accounts.practices(session)
        assert models.verify_chain(session, practice.id) is None
        assert all(
            one.key is None for one in sealing.earlier(session, accounts.operator_of(practice))
        )
        assert len(sealing.earlier(session, accounts.operator_of(practice))) == 2


def operator(practice: models.Practice) -> accounts.Actor:
    return accounts.operator_of(practice)
