"""One e-mail is handed to the mail server, and what is said of it afterwards is true."""

from dataclasses import dataclass

from lettergen.models import FAILED, SENT, UNCERTAIN, WAITING
from lettergen.post.server import REFUSED, Line, ServerTrouble, Smtp, opened
from lettergen.post.words import reason_of

FOR_GOOD = 500
GO_AHEAD = 354
AGREED = 2
NOT_YET_HANDED_OVER = "The connection to the mail server broke before it had the text."
MAY_HAVE_ARRIVED = (
    "The connection to the mail server broke when it had the text, before it said whether it took "
    "it. The email may have arrived."
)
# RFC 4954: these speak about our signing in, not about the e-mail or whom it goes to.
ABOUT_SIGNING_IN = (530, 534, 535, 538)


@dataclass(frozen=True)
class Answer:
    """What became of an e-mail: the state it is in now, and why if it is not sent.

    `is_about_server` says that the next one would fare no better at the moment.
    """

    state: str
    trouble: str | None = None
    is_about_server: bool = False


def send(smtp: Smtp, recipient: str, content: bytes) -> Answer:
    """Hand one e-mail over, and say what became of it.

    WAITING: the server does not have it, and it may be tried again. FAILED: it was refused for
    good. UNCERTAIN: the server had all of it and did not answer. Never raises for what the
    network or the server does.
    """
    try:
        with opened(smtp) as line:
            line.allow(smtp.seconds)
            refusal = _introduce(line, recipient)
            return refusal or _hand_over(line, recipient, content)
    except ServerTrouble as trouble:
        return Answer(WAITING, str(trouble), is_about_server=True)


def _introduce(line: Line, recipient: str) -> Answer | None:
    """Say from whom and to whom; return None when the server asks for the text."""
    try:
        code, said = line.mail(line.smtp.sender)
        if _is_content(code):
            code, said = line.rcpt(recipient)
        if _is_content(code):
            code, said = line.docmd("DATA")
    except OSError:
        return Answer(WAITING, _broken(line), is_about_server=True)
    return None if code == GO_AHEAD else _refusal(code, said, recipient)


def _hand_over(line: Line, recipient: str, content: bytes) -> Answer:
    # Without its last line the text is no e-mail yet (RFC 5321, 4.1.1.4): a connection that breaks
    # here has sent nothing.
    try:
        line.send(_dotted(content))
    except OSError:
        return Answer(WAITING, _broken(line), is_about_server=True)
    line.allow(line.smtp.seconds)
    try:
        line.send(b".\r\n")
        code, said = line.getreply()
    except OSError:
        return Answer(UNCERTAIN, MAY_HAVE_ARRIVED)
    if code >= REFUSED:
        return _refusal(code, said, recipient)
    return Answer(SENT) if _is_content(code) else Answer(UNCERTAIN, MAY_HAVE_ARRIVED)


def _is_content(code: int) -> bool:
    """Say whether the server agrees: 2xx. What it said in no form at all comes as -1."""
    return code // 100 == AGREED


def _refusal(code: int, said: bytes, recipient: str) -> Answer:
    reason = reason_of(code, said, recipient)
    if code in ABOUT_SIGNING_IN:
        return Answer(WAITING, reason, is_about_server=True)
    return Answer(FAILED if code >= FOR_GOOD else WAITING, reason)


def _dotted(content: bytes) -> bytes:
    """Return the text as it travels: whole lines, a dot before each that begins with one."""
    lines = content.replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")
    return b"".join((b"." if one[:1] == b"." else b"") + one + b"\r\n" for one in lines)


def _broken(line: Line) -> str:
    if line.is_late.is_set():
        return f"The mail server did not answer within {line.smtp.seconds:g} seconds."
    return NOT_YET_HANDED_OVER
