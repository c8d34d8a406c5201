"""E-mail: written into the outbox with what it is about, and sent by SMTP from there."""

from lettergen.post.addresses import WrongAddress, checked, masked
from lettergen.post.outbox import (
    NoSuchMessage,
    NotSendable,
    cancel,
    cancel_for,
    mark_arrived,
    outbox,
    references,
    send_again,
    sent_lately,
    troubles,
    write,
)
from lettergen.post.postman import Postman
from lettergen.post.rounds import Outcome, Report, deliver_due
from lettergen.post.server import (
    NOT_SET_UP,
    ServerTrouble,
    Smtp,
    check,
    is_configured,
    smtp_of,
)
from lettergen.post.texts import text

__all__ = [
    "NOT_SET_UP",
    "NoSuchMessage",
    "NotSendable",
    "Outcome",
    "Postman",
    "Report",
    "ServerTrouble",
    "Smtp",
    "WrongAddress",
    "cancel",
    "cancel_for",
    "check",
    "checked",
    "deliver_due",
    "is_configured",
    "mark_arrived",
    "masked",
    "outbox",
    "references",
    "send_again",
    "sent_lately",
    "smtp_of",
    "text",
    "troubles",
    "write",
]
