"""From an outbox row to the bytes of an e-mail: plain text, from the practice, without tracking."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from lettergen.models import Message, Practice
from lettergen.post.addresses import WrongAddress, checked

# Whatever is not plain ASCII travels as quoted-printable or base64, whichever is shorter: a server
# on the way that knows no 8BITMIME would otherwise recode the text, and break its signature.
POLICY = SMTP.clone(cte_type="7bit")


def compose(message: Message, practice: Practice, sender: str, at: datetime) -> bytes:
    """Return the e-mail as it is sent at a moment. Its Message-ID is the same at each attempt.

    Answers go to the practice's own address, and automatic ones need not be written: RFC 3834.
    """
    email = EmailMessage(POLICY)
    name, _, domain = sender.rpartition("@")
    email["From"] = Address(" ".join(practice.name.split()), name, domain)
    email["To"] = Address(addr_spec=message.recipient or "")
    answers = _answers_to(practice)
    if answers:
        email["Reply-To"] = Address(addr_spec=answers)
    email["Subject"] = message.heading
    email["Date"] = format_datetime(at)
    email["Message-ID"] = f"<{message.id}@{domain}>"
    email["Auto-Submitted"] = "auto-generated"
    email.set_content(message.body or "", charset="utf-8")
    return email.as_bytes()


def _answers_to(practice: Practice) -> str:
    try:
        return checked(practice.email)
    except WrongAddress:
        return ""
