"""An outbox with people who write into it, and real mail servers to send from it to."""

import ssl
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from lettergen import post
from lettergen.models import DeliveryFact, Message
from lettergen.post import Smtp
from tests.post.mail_server import (
    Mailbox,
    made_certificates,
    server_side,
    smtp_at,
    station,
)

ROWAN = "rowan.testerby@example.com"


@dataclass
class Post:
    """An outbox with people who write into it, and a clock that tests move."""

    sessions: sessionmaker[Session]
    people: Any
    now: datetime
    url: str
    SUBJECT = "a" * 32

    def write(self, to: str = ROWAN, **others: Any) -> str:
        values = {
            "heading": "A letter from Example Surgery",
            "body": "Hello Rowan,\n\nOpen https://letters.example.com/l/K7QM-2X9P-4TRD\n",
            "subject_id": self.SUBJECT,
            "at": self.now,
            **others,
        }
        with self.sessions.begin() as session:
            return post.write(session, self.people.clinician, "letter", to=to, **values).id

    def deliver(self, smtp: Smtp, after: timedelta = timedelta()) -> post.Report:
        self.now += after
        return post.deliver_due(self.sessions, smtp, lambda: self.now)

    def row(self, message_id: str) -> Message:
        with self.sessions() as session:
            return session.get_one(Message, message_id)

    def state(self, message_id: str) -> str:
        return self.row(message_id).state

    def facts(self) -> list[str]:
        with self.sessions() as session:
            found = select(DeliveryFact).where(DeliveryFact.subject_id == self.SUBJECT)
            ordered = found.order_by(DeliveryFact.at, DeliveryFact.id)
            return [one.what for one in session.scalars(ordered)]

    def process(self, smtp: Smtp, before: str = "") -> "subprocess.Popen[str]":
        """Start another process that delivers what is due now, and prints the states.

        It waits for a line first, and runs what is to come `before` the round.
        """
        script = textwrap.dedent(ELSEWHERE).format(
            url=self.url, smtp=smtp, password=smtp.password, now=self.now.isoformat(), before=before
        )
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        root = Path(__file__).parents[2]
        return subprocess.Popen([sys.executable, "-c", script], text=True, cwd=root, **pipes)


ELSEWHERE = """
    from datetime import datetime
    from lettergen import models, post
    from lettergen.vault import demonstration_vault

    sessions = models.open_sessions({url!r}, demonstration_vault())
    smtp = post.Smtp(
        host={smtp.host!r}, port={smtp.port!r}, user={smtp.user!r}, password={password!r},
        tls={smtp.tls!r}, sender={smtp.sender!r}, seconds={smtp.seconds!r},
    )
    now = datetime.fromisoformat({now!r})
    print("ready", flush=True)
    input()
    {before}
    outcomes = post.deliver_due(sessions, smtp, lambda: now).outcomes
    print(" ".join(one.state for one in outcomes))
"""


@pytest.fixture
def posted(sessions, people, now, engine) -> Post:
    return Post(sessions, people, now, engine.url.render_as_string(hide_password=False))


@pytest.fixture
def server() -> Iterator[tuple[Mailbox, Smtp]]:
    """A mail server without TLS, and how it is reached."""
    mailbox = Mailbox()
    with station(mailbox) as port:
        yield mailbox, smtp_at(port)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority's certificate, and one of localhost's that it signed."""
    return made_certificates(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trusted(authority: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The server's side of TLS; this machine trusts its authority during the test."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority / "authority.pem"))
    return server_side(authority, "localhost")
