"""`lettergen post`, `doctor` and `serve` with a mail server: what they print and how they leave."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import select

from lettergen import accounts, doctor, models, post
from lettergen.cli import main
from lettergen.cli.installation import opened, records
from lettergen.config import Settings, load
from lettergen.models import Document, Message
from lettergen.refusals import Refused
from tests.post.mail_server import PASSWORD, SENDER, Mailbox, allow, free_port, station

Ran = tuple[int, str, str]
ROWAN = "rowan.testerby@example.com"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"LETTERGEN_{name.upper()}", raising=False)
    monkeypatch.setenv("LETTERGEN_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def run(*arguments: str) -> Ran:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(arguments)
        printed = capsys.readouterr()
        return int(left.value.code or 0), printed.out, printed.err

    return run


@pytest.fixture
def installed(run: Callable[..., Ran]) -> None:
    run("init", "--practice=Example Surgery", "--ods=Y99991", "--name=Mo", "--email=mo@example.com")


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that sets LETTERGEN_SMTP_… for the test."""

    def using(port: int, **others: str) -> None:
        values = {
            "host": "localhost",
            "port": str(port),
            "tls": "none",
            "from": SENDER,
            "seconds": "5",
        }
        for name, value in {**values, **others}.items():
            monkeypatch.setenv(f"LETTERGEN_SMTP_{name.upper()}", value)

    return using


def write(**others: str | None) -> str:
    with records(load()) as session:
        actor = accounts.operator_of(accounts.practices(session)[0])
        values = {"to": ROWAN, "heading": "A letter", "body": "Hello", **others}
        return post.write(session, actor, "letter", **values, at=datetime.now(UTC)).id


def state(message_id: str) -> str:
    with opened(load()) as sessions, sessions() as session:
        return session.get_one(Message, message_id).state


def test_post_without_a_mail_server_says_how_to_set_one_up(run, installed) -> None:
    code, out, _ = run("post")

    assert code == 1
    assert "Set LETTERGEN_SMTP_HOST and LETTERGEN_SMTP_FROM" in out


def test_post_without_an_installation_is_one_line(run, use) -> None:
    use(free_port())

    code, out, err = run("post")

    assert (code, out) == (2, "")
    assert "lettergen init" in err


def test_post_sends_what_waits_and_counts_it(run, installed, use) -> None:
    mailbox = Mailbox()
    with station(mailbox) as port:
        use(port)
        write()
        write(to="other@example.com")

        first = run("post")
        second = run("post")

    assert first == (0, "2 sent\n", "")
    assert second == (0, "Nothing is due.\n", "")
    assert len(mailbox.taken) == 2


@pytest.mark.slow
def test_post_names_failures_by_the_letter_and_not_by_the_patient(run, use) -> None:
    run("demo", "--documents", "1")
    with opened(load()) as sessions, sessions() as session:
        letter = session.scalars(select(Document)).one()
    mailbox = Mailbox(to_recipients="550 5.1.1 <rowan.testerby@example.com> is unknown")
    with station(mailbox) as port:
        use(port)
        write(subject_id=letter.id)

        code, out, _ = run("post")

    assert code == 1
    assert out == (
        f"1 failed\nfailed: letter {letter.reference}: There is no such mailbox. "
        "It said: 550 5.1.1 (address) is unknown\n"
    )


def test_post_says_that_what_could_not_be_sent_waits(run, installed, use) -> None:
    use(free_port())
    message_id = write()

    code, out, _ = run("post")

    assert code == 1
    assert out.startswith(f"1 waiting\nwaiting: letter {message_id}: The mail server localhost")


def test_post_check_says_what_it_saw_and_sends_nothing(run, installed, use, trusted) -> None:
    mailbox = Mailbox()
    with station(mailbox, tls_context=trusted, authenticator=allow) as port:
        use(port, tls="starttls", user="practice", password=PASSWORD)
        message_id = write()

        code, out, _ = run("post", "--check")

    assert code == 0
    assert "The connection is sealed (TLSv1.3)" in out
    assert "The server let practice in." in out
    assert PASSWORD not in out
    assert state(message_id) == models.WAITING


def test_post_check_with_a_wrong_password_says_so(run, data, use, trusted) -> None:
    with station(Mailbox(), tls_context=trusted, authenticator=allow) as port:
        use(port, tls="starttls", user="practice", password="wrong password")

        code, out, _ = run("post", "--check")

    assert code == 1
    assert "refused the user name or password" in out
    assert "wrong password" not in out


def test_the_doctor_misses_the_address_that_email_comes_from(run, installed, use) -> None:
    use(free_port(), **{"from": ""})

    complaints = doctor.examine(load(), at=datetime.now(UTC))

    assert [one.what for one in complaints if "email" in one.what.lower()] == [
        "There is a mail server, but no address that email comes from: none is sent."
    ]


def test_the_doctor_says_that_the_mail_server_cannot_be_reached(run, installed, use) -> None:
    use(free_port())

    complaints = doctor.examine(load(), at=datetime.now(UTC))

    assert [one.what for one in complaints if "mail" in one.what] == ["Email cannot be sent."]
    assert any("nothing listens there" in one.remedy for one in complaints)


def test_the_doctor_is_content_with_a_mail_server_that_answers(run, installed, use) -> None:
    with station(Mailbox()) as port:
        use(port)

        complaints = doctor.examine(load(), at=datetime.now(UTC))

    assert not any("mail" in one.what for one in complaints)


@pytest.mark.parametrize("host", ["mail.example.com", "192.0.2.7"])
def test_production_sends_nothing_in_the_clear_to_another_machine(use, data, monkeypatch, host):
    use(25, host=host)
    monkeypatch.setenv("LETTERGEN_ENVIRONMENT", "production")

    with pytest.raises(Refused, match=r"LETTERGEN_SMTP_TLS: .*only for a mail server"):
        load()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_production_may_use_a_mail_server_of_its_own_machine(use, data, monkeypatch, host) -> None:
    use(25, host=host)
    monkeypatch.setenv("LETTERGEN_ENVIRONMENT", "production")

    assert load().smtp_host == host


def test_the_port_follows_from_the_kind_of_tls(use, data, monkeypatch) -> None:
    use(25)
    monkeypatch.delenv("LETTERGEN_SMTP_PORT")
    ports = {}
    for kind in ("starttls", "implicit", "none"):
        monkeypatch.setenv("LETTERGEN_SMTP_TLS", kind)
        ports[kind] = post.smtp_of(load()).port

    assert ports == {"starttls": 587, "implicit": 465, "none": 25}


@pytest.mark.slow
def test_serve_sends_what_waits_and_lets_a_dialogue_end_when_it_is_stopped(
    run, installed, use
) -> None:
    has_text = Event()
    mailbox = Mailbox(on_text=lambda _: has_text.set(), seconds_of_silence=1)
    with station(mailbox) as port:
        use(port)
        message_id = write()
        with _serving() as server:
            assert has_text.wait(30)
            server.send_signal(signal.SIGTERM)
            code = server.wait(timeout=20)

    assert code == 0
    assert state(message_id) == models.SENT


@pytest.mark.slow
def test_serve_ends_at_once_at_ctrl_c_when_nothing_is_being_sent(run, installed, use) -> None:
    with station(Mailbox()) as port:
        use(port)
        with _serving() as server:
            begin = time.monotonic()
            server.send_signal(signal.SIGINT)
            server.wait(timeout=20)

    assert time.monotonic() - begin < 8


# As lettergen's own command, but Ctrl+C is heard even where tests run in the background, which
# hand on that they ignore it.
SERVE = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("lettergen.cli", run_name="__main__", alter_sys=True)
"""


@contextmanager
def _serving() -> "Iterator[subprocess.Popen[str]]":
    command = [sys.executable, "-c", SERVE, "serve", f"--port={free_port()}"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    try:
        said = server.stdout.readline() if server.stdout else ""
        assert re.match("lettergen is at ", said)
        yield server
    finally:
        server.kill()
        server.communicate()
