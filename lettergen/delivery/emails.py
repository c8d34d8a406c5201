"""What our e-mails say: plain text, and nothing about anybody's health."""

from dataclasses import dataclass

from lettergen import post
from lettergen.calendar import british_time
from lettergen.models import DocumentContent, Link, Practice


@dataclass(frozen=True)
class Written:
    """The heading and the text of an e-mail."""

    heading: str
    body: str


def to_patient(practice: Practice, content: DocumentContent, link: Link, address: str) -> Written:
    """Return the e-mail that carries a link: no name beyond the first, no kind of letter."""
    names = str(content.patient.get("given_name") or "").split()
    body = post.text(
        "letter.txt",
        practice={"name": practice.name, "phone": practice.phone},
        first_name=names[0] if names else "",
        address=address,
        until=british_time(link.expires_at),
    )
    return Written(f"A letter from {practice.name}", body)


def of_lock(reference: str, address: str) -> Written:
    """Return the e-mail that tells the practice of a locked link; only its reference is named."""
    body = post.text("locked.txt", reference=reference, address=address)
    return Written(f"A link was locked: {reference}", body)
