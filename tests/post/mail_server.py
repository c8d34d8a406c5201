"""A real mail server on this machine, which can be told to behave badly.

It is aiosmtpd; where it misbehaves it does so over its own connection.
"""

import asyncio
import email
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from threading import Event, Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lettergen.post import Smtp

SENDER = "letters@practice.example.com"
PASSWORD = "a password for the mail server"


@dataclass
class Mailbox:
    """The handler of the mail server: keeps what it took, and answers as it is told to."""

    taken: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    greetings: list[str] = field(default_factory=list)
    to_recipients: str = ""
    to_sender: str = ""
    to_text: str = "250 2.0.0 taken"
    on_text: Callable[[SMTP], None] | None = None
    seconds_of_silence: float = 0
    is_silent_after_text: bool = False
    is_silent_at_start: bool = False
    breaks_off_in_text: bool = False
    hangs_up_at_goodbye: bool = False
    refuses: set[str] = field(default_factory=set)

    async def handle_EHLO(self, _server, session, _envelope, hostname, responses):  # noqa: N802
        self.greetings.append(hostname)
        session.host_name = hostname
        if self.is_silent_at_start:
            await asyncio.sleep(60)
        return responses

    async def handle_MAIL(self, _server, _session, envelope, address, _options):  # noqa: N802
        envelope.mail_from = address
        return self.to_sender or "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if address in self.refuses:
            return "550 5.1.1 no such user here"
        if not self.to_recipients.startswith(("4", "5")):
            envelope.rcpt_tos.append(address)
        return self.to_recipients or "250 OK"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802
        if self.to_text.startswith("2"):
            self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        if self.on_text:
            self.on_text(server)
        await asyncio.sleep(60 if self.is_silent_after_text else self.seconds_of_silence)
        return self.to_text

    async def handle_QUIT(self, server, _session, _envelope):  # noqa: N802
        if self.hangs_up_at_goodbye:
            hang_up(server)
        return "221 bye"

    @property
    def emails(self) -> list[EmailMessage]:
        """What was taken, as mail programs read it."""
        return [email.message_from_bytes(raw, policy=default) for _, _, raw in self.taken]


class Server(SMTP):
    """aiosmtpd, which may hang up as soon as the first piece of a text has come."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if not self.event_handler.breaks_off_in_text:
            await super().smtp_DATA(arg)
            return
        await self.push("354 go ahead")
        await self._reader.read(1)
        self.transport.abort()


class Station(Controller):
    def factory(self) -> SMTP:
        return Server(self.handler, **self.SMTP_kwargs)


def hang_up(server: SMTP) -> None:
    """End the connection without a word."""
    server.transport.abort()


def allow(_server, _session, _envelope, mechanism, data) -> AuthResult:
    """Let in who knows the password."""
    is_right = (data.login, data.password) == (b"practice", PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


@contextmanager
def station(mailbox: Mailbox, **options: Any) -> Iterator[int]:
    """A mail server that runs until the end of the block; gives its port."""
    one = Station(mailbox, hostname="localhost", port=free_port(), **options)
    one.start()
    try:
        yield one.port
    finally:
        one.stop()


@contextmanager
def dribble(piece: bytes) -> Iterator[int]:
    """A server that says a little, over and over, and never comes to an end; gives its port."""
    is_over = Event()

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            while not is_over.wait(0.1):
                connection.sendall(piece)

    with socket.create_server(("localhost", 0)) as listener:
        thread = Thread(target=serve, args=(listener,))
        thread.start()
        yield int(listener.getsockname()[1])
        is_over.set()
        thread.join()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def smtp_at(port: int, **others: Any) -> Smtp:
    values = {"host": "localhost", "user": "", "password": "", "tls": "none", "seconds": 5.0}
    return Smtp(port=port, sender=SENDER, **{**values, **others})


def server_side(folder: Path, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return context


def made_certificates(folder: Path) -> Path:
    begin, days = datetime.now().astimezone() - timedelta(days=1), timedelta(days=30)

    def make(name: str, issuer: tuple[Any, Any] | None) -> tuple[Any, Any]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        is_authority = issuer is None
        built = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if issuer is None else issuer[0].subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(begin + days)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(key if issuer is None else issuer[1], hashes.SHA256())
        )
        plain = (
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        (folder / f"{name}.pem").write_bytes(built.public_bytes(serialization.Encoding.PEM))
        (folder / f"{name}.key").write_bytes(key.private_bytes(*plain))
        return built, key

    root = make("authority", None)
    make("localhost", root)
    make("elsewhere.example.com", root)
    return folder
