"""The mail server: how it is reached, and the way in, over TLS and with a password."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Timer

from lettergen.config import Settings
from lettergen.post.addresses import WrongAddress, checked
from lettergen.post.words import explained
from lettergen.refusals import Refused

READY = 220  # RFC 5321, 4.2.2
REFUSED = 400  # this and above: a refusal, for now (4xx) or for good (5xx)
GOODBYE_SECONDS = 5
PORTS = {"starttls": 587, "implicit": 465, "none": 25}  # RFC 8314, RFC 6409, RFC 5321
NOT_SET_UP = (
    "Email is not set up. Set LETTERGEN_SMTP_HOST and LETTERGEN_SMTP_FROM, as docs/installing.md "
    "says. Until then links can be shown on the screen and printed."
)


class ServerTrouble(Refused):
    """The mail server cannot be used as it is set up; the text says what it did."""


@dataclass(frozen=True)
class Smtp:
    """The mail server that takes our e-mail, and the address that it comes from.

    `tls` is starttls, implicit or none. `seconds` is how long the server may take until it has a
    message, and once more until it has answered for it.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: str
    sender: str
    seconds: float


class Line(smtplib.SMTP):
    """A connection that is cut when its time is over, however slowly the server goes on talking.

    The time of a single wait, which smtplib limits, is not enough: a server that sends one
    character now and then would hold the line for ever.
    """

    def __init__(self, smtp: Smtp) -> None:
        # The name that it says EHLO with: else smtplib asks the network for the machine's own.
        # A single wait lasts a little longer than the watch, so that it is the watch that ends it.
        domain = smtp.sender.partition("@")[2]
        super().__init__(local_hostname=domain, timeout=smtp.seconds + 1)
        self.smtp = smtp
        self.is_late = Event()
        self._host = smtp.host  # what starttls compares the certificate with
        self._plain: socket.socket | None = None
        self._timer: Timer | None = None

    def allow(self, seconds: float) -> None:
        """Give the server so many seconds from now."""
        self._stop_watch()
        self._timer = Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def close(self) -> None:
        """Let go of the connection, both hands."""
        self._stop_watch()
        super().close()
        if self._plain is not None:
            self._plain.close()
            self._plain = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        # A second hand on the same connection: it can be hung up while TLS is being agreed on.
        self._plain = plain.dup()
        if self.smtp.tls == "implicit":
            return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        return plain

    def _stop_watch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _cut(self) -> None:
        self.is_late.set()
        if self._plain is not None:
            with suppress(OSError):
                self._plain.shutdown(socket.SHUT_RDWR)


def is_configured(settings: Settings) -> bool:
    """Say whether e-mail can be sent: a server and an address that it comes from are set."""
    return bool(settings.smtp_host and settings.smtp_from)


def smtp_of(settings: Settings) -> Smtp:
    """Return the mail server of an installation.

    Raises:
        Refused: it is not set up, or the address that e-mail comes from is none.
    """
    if not is_configured(settings):
        raise Refused(NOT_SET_UP)
    try:
        sender = checked(settings.smtp_from)
    except WrongAddress as fault:
        raise Refused(
            "LETTERGEN_SMTP_FROM is no email address. Set one alone, like letters@example.com."
        ) from fault
    return Smtp(
        host=settings.smtp_host,
        port=settings.smtp_port or PORTS[settings.smtp_tls],
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        tls=settings.smtp_tls,
        sender=sender,
        seconds=settings.smtp_seconds,
    )


@contextmanager
def opened(smtp: Smtp) -> Iterator[Line]:
    """Reach the server, agree on TLS and sign in; hang up at the end.

    Raises:
        ServerTrouble: it cannot be reached, offers no TLS, shows a certificate that cannot be
            trusted, or refuses the password.
    """
    line = Line(smtp)
    try:
        _enter(line)
        yield line
        _say_goodbye(line)
    finally:
        line.close()


def check(smtp: Smtp) -> tuple[str, ...]:
    """Connect and sign in without sending anything; return what was seen, a line each.

    Raises ServerTrouble like `opened`.
    """
    with opened(smtp) as line:
        cipher = line.sock.version() if isinstance(line.sock, ssl.SSLSocket) else None
        return (
            f"{smtp.host}, port {smtp.port}, answers.",
            f"The connection is sealed ({cipher}), and the certificate is the server's."
            if cipher
            else "The connection is not sealed: fine only for a server on this machine.",
            f"The server let {smtp.user} in." if smtp.user else "It was not asked for a password.",
        )


def _enter(line: Line) -> None:
    smtp = line.smtp
    line.allow(smtp.seconds)
    try:
        _greet(line)
        if smtp.tls == "starttls":
            line.starttls(context=ssl.create_default_context())
            line.ehlo()
        if smtp.user:
            line.login(smtp.user, smtp.password)
    except UnicodeError as fault:
        raise ServerTrouble(
            "The name of the mail server, the user name or the password has a letter that cannot "
            "be sent. Use plain letters, digits and signs."
        ) from fault
    except OSError as fault:
        raise ServerTrouble(explained(fault, smtp, is_late=line.is_late.is_set())) from fault


def _greet(line: Line) -> None:
    code, said = line.connect(line.smtp.host, line.smtp.port)
    if code != READY:
        raise smtplib.SMTPConnectError(code, said)
    code, said = line.ehlo()
    if code >= REFUSED:
        raise smtplib.SMTPHeloError(code, said)


def _say_goodbye(line: Line) -> None:
    line.allow(GOODBYE_SECONDS)
    with suppress(OSError):
        line.quit()
