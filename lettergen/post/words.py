"""What a mail server did, in plain words, and without the address of whom it was about."""

import re
import smtplib
import socket
import ssl
from typing import Protocol

LONGEST = 200
ADDRESS = re.compile(r"\S+@\S+")
# RFC 3463: class, subject, detail.
ENHANCED = re.compile(r"\b[245]\.(\d{1,3}\.\d{1,3})\b")
REASONS = {
    "1.0": "The server does not know this address.",
    "1.1": "There is no such mailbox.",
    "1.2": "There is no such domain.",
    "1.3": "The server does not take this form of address.",
    "1.6": "The mailbox has moved.",
    "1.8": "The server does not take email from the address in LETTERGEN_SMTP_FROM.",
    "1.10": "This domain takes no email.",
    "2.1": "The mailbox is closed.",
    "2.2": "The mailbox is full.",
    "2.3": "The email is too long for this mailbox.",
    "3.4": "The email is too long for the server.",
    "7": "The server's rules refuse it: for its sender, its content or its rate.",
    "4": "The server of this address cannot be reached.",
}
# RFC 5321, 4.2.3.
REASONS_BY_CODE = {
    421: "The server is closing down, and asks to try later.",
    450: "The mailbox cannot take email now.",
    451: "The server cannot take it now.",
    452: "The server is short of room.",
    550: "The server refuses email to this address.",
    551: "The server refuses email to this address.",
    552: "The mailbox is full.",
    553: "The server does not take this address.",
}


class Reached(Protocol):
    """What is named of a mail server."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def seconds(self) -> float: ...


def explained(fault: OSError, server: Reached, *, is_late: bool) -> str:
    """Return why the server could not be reached or entered, and what to look at."""
    where = f"{server.host}, port {server.port},"
    if is_late or isinstance(fault, TimeoutError):
        return f"The mail server {where} did not answer within {server.seconds:g} seconds."
    if isinstance(fault, ssl.SSLCertVerificationError):
        return (
            f"The certificate of the mail server {where} cannot be trusted: "
            f"{fault.verify_message}. Nothing was sent over that connection."
        )
    if isinstance(fault, smtplib.SMTPResponseException):
        return _refused_entry(fault, server)
    for kind, text in (
        (ssl.SSLError, "did not agree on TLS: check LETTERGEN_SMTP_TLS and LETTERGEN_SMTP_PORT."),
        (smtplib.SMTPNotSupportedError, _missing(fault)),
        (smtplib.SMTPServerDisconnected, "hung up before it let us in."),
        (ConnectionRefusedError, "does not answer: nothing listens there."),
        (socket.gaierror, "was not found: check LETTERGEN_SMTP_HOST and the network."),
    ):
        if isinstance(fault, kind):
            return f"The mail server {where} {text}"
    return f"The mail server {where} cannot be reached: {fault.strerror or fault}."


def reason_of(code: int, said: bytes | str, recipient: str) -> str:
    """Return why a server refused one e-mail, with what it said itself."""
    words = _cleaned(said, recipient)
    found = ENHANCED.search(words)
    detail = found[1] if found else ""
    reason = (
        REASONS.get(detail)
        or REASONS.get(detail.partition(".")[0])
        or REASONS_BY_CODE.get(code)
        or "The server refused it."
    )
    return f"{reason} It said: {code} {words}".strip()


def _refused_entry(fault: smtplib.SMTPResponseException, server: Reached) -> str:
    said = f"It said: {fault.smtp_code} {_cleaned(fault.smtp_error, '')}".strip()
    if isinstance(fault, smtplib.SMTPAuthenticationError):
        return (
            f"The mail server {server.host} refused the user name or password: check "
            f"LETTERGEN_SMTP_USER and LETTERGEN_SMTP_PASSWORD. {said}"
        )
    return f"The mail server {server.host} does not let us in now. {said}"


def _missing(fault: OSError) -> str:
    if "STARTTLS" in str(fault):
        return (
            "offers no TLS, so nothing was sent. Check LETTERGEN_SMTP_PORT, or set "
            "LETTERGEN_SMTP_TLS=implicit."
        )
    return "takes no user name and password here: check LETTERGEN_SMTP_PORT and LETTERGEN_SMTP_TLS."


def _cleaned(said: bytes | str, recipient: str) -> str:
    """Return a server's words on one line, without addresses: they are kept and shown."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    text = ADDRESS.sub("(address)", "".join(one if one.isprintable() else " " for one in text))
    name = recipient.rpartition("@")[0]
    if name:
        text = re.sub(rf"(?i)(?<!\w){re.escape(name)}(?!\w)", "(name)", text)
    return " ".join(text.split())[:LONGEST]
