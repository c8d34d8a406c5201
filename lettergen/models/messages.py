"""E-mail that waits to be sent, was sent, or could not be."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lettergen.models.base import ID_LENGTH, Base, OfPractice
from lettergen.models.sealed import sealed_text

WAITING, SENDING, SENT, FAILED, UNCERTAIN, CANCELLED = (
    "waiting",
    "sending",
    "sent",
    "failed",
    "uncertain",
    "cancelled",
)


class Message(OfPractice, Base):
    """One e-mail to one person. Recipient and text are forgotten once it is sent or given up.

    `subject_id` is what it is about, a document or a consent; `link_id` the link that it carries.
    An UNCERTAIN one may have arrived: the connection broke when the server had the text, so it is
    not sent again unless a person says so. `masked` shows staff which address it was, such as
    r•••@example.com; `trouble` is why it was not sent the last time, in words.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index(None, "practice_id", "subject_id"),
        Index(None, "state", "due_at"),
    )

    subject_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    link_id: Mapped[str | None] = mapped_column(ForeignKey("links.id"))
    kind: Mapped[str] = mapped_column(String(30))
    recipient = sealed_text()
    masked = sealed_text()
    heading = sealed_text()
    body = sealed_text()
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int]
    made_at: Mapped[datetime]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    due_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    trouble = sealed_text()
