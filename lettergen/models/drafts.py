"""Drafts, and the reviews of them that wait for a signature."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lettergen.models.base import ID_LENGTH, Base, OfPractice
from lettergen.models.sealed import sealed_bytes, sealed_json
from lettergen.models.staff import Staff

Typed = dict[str, list[str]]


class Draft(OfPractice, Base):
    """A letter in the making: whatever was typed, sound or not, and how often it was saved.

    `seconds` is measured active time. A closed draft keeps no answers: the document has them,
    or nobody wants them.
    """

    __tablename__ = "drafts"
    __table_args__ = (Index(None, "practice_id", "closed_at", "saved_at"),)

    slug: Mapped[str]
    typed = sealed_json(Typed)
    revision: Mapped[int]
    seconds: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    saved_at: Mapped[datetime]
    saved_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    replaces_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    closed_at: Mapped[datetime | None]

    author: Mapped[Staff | None] = relationship(foreign_keys=[created_by])
    saver: Mapped[Staff | None] = relationship(foreign_keys=[saved_by])

    @property
    def is_open(self) -> bool:
        """Say whether the draft is neither issued nor discarded."""
        return self.closed_at is None


class Review(OfPractice, Base):
    """The final bytes of a letter as one signer is shown them, not yet issued.

    `seal` is what the signer's page sends back: a hash over the files and over all that they
    were made from. `content` is what the document will keep: answers, patient and the like.
    """

    __tablename__ = "reviews"
    __table_args__ = (UniqueConstraint("draft_id", "signer_id"),)

    draft_id: Mapped[str] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"))
    signer_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    reference: Mapped[str] = mapped_column(String(12), index=True)
    seal: Mapped[str] = mapped_column(String(64))
    records: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int]
    version: Mapped[str]
    prepared_on: Mapped[date]
    made_at: Mapped[datetime]
    engine: Mapped[dict[str, Any]] = mapped_column(JSON)
    content = sealed_json(dict[str, Any])

    files: Mapped[list["ReviewFile"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="ReviewFile.kind"
    )


class ReviewFile(OfPractice, Base):
    """One PDF of a review: the letter, or the patient's copy."""

    __tablename__ = "review_files"
    __table_args__ = (UniqueConstraint("review_id", "kind"),)

    review_id: Mapped[str] = mapped_column(
        String(ID_LENGTH), ForeignKey("reviews.id", ondelete="CASCADE")
    )
    kind: Mapped[str] = mapped_column(String(20))
    sha256: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int]
    pdf = sealed_bytes()
