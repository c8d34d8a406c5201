"""Links that let somebody outside the practice do one thing, and what became of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lettergen.models.base import ID_LENGTH, Base, OfPractice
from lettergen.models.sealed import sealed_text


class Link(OfPractice, Base):
    """A way in for one purpose, to one thing, until its end. Whoever opens it says their date of
    birth first.

    `subject_id` is the row that the purpose is about: a document, a consent. Only a hash of the
    token is kept. `sent_to` is the e-mail address that got it, if one did. Whether a link is open
    is worked out from its moments: lettergen.links.state_of.
    """

    __tablename__ = "links"
    __table_args__ = (
        Index(None, "practice_id", "subject_id"),
        Index(None, "practice_id", "locked_at"),
    )

    purpose: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    birth_date = sealed_text()
    sent_to = sealed_text()
    made_at: Mapped[datetime]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    expires_at: Mapped[datetime]
    wrong_answers: Mapped[int]
    locked_at: Mapped[datetime | None]
    lock_seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    replaced_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    replaces_id: Mapped[str | None] = mapped_column(ForeignKey("links.id"))


class DeliveryFact(OfPractice, Base):
    """One thing that happened to something on its way to a person. Facts, not guesses: that a page
    was opened is not that it was read.

    `staff_id` is None for what a patient or the program did. `details` names no patient.
    """

    __tablename__ = "delivery_facts"
    __table_args__ = (Index(None, "practice_id", "subject_id", "at"),)

    subject_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    link_id: Mapped[str | None] = mapped_column(ForeignKey("links.id"))
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(String(30))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
