"""Consents that are being asked for: set up by the clinician, then answered by the patient."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lettergen.models.base import Base, OfPractice
from lettergen.models.sealed import sealed_bytes, sealed_json
from lettergen.models.staff import Staff

SET_UP, OFFERED, ANSWERED, CLOSED = "draft", "offered", "answered", "closed"


class ConsentDraft(OfPractice, Base):
    """One consent on its way: whatever was typed, sound or not, and where it stands.

    `answers` is the tree of the form. `version` is that of the words that the patient was shown,
    and `shown` exactly those words with their hash, and what happens around them. `way` is how the
    patient answers: on the practice's tablet, by link, on paper or spoken; or the clinician, who
    decides alone. `ended` says how it closed: filed, cancelled, no_photo, or by an objection. A
    closed draft keeps no answers: the record has them.
    """

    __tablename__ = "consent_drafts"
    __table_args__ = (Index(None, "practice_id", "closed_at", "saved_at"),)

    reference: Mapped[str] = mapped_column(String(12), unique=True)
    stage: Mapped[str] = mapped_column(String(20))
    answers = sealed_json(dict[str, Any])
    shown = sealed_json(dict[str, Any])
    revision: Mapped[int]
    seconds: Mapped[int]
    way: Mapped[str | None] = mapped_column(String(20))
    version: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[datetime]
    created_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    saved_at: Mapped[datetime]
    saved_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    offered_at: Mapped[datetime | None]
    offered_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    ended: Mapped[str | None] = mapped_column(String(20))
    record_id: Mapped[str | None] = mapped_column(ForeignKey("consent_records.id"))
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))

    author: Mapped[Staff | None] = relationship(foreign_keys=[created_by])
    saver: Mapped[Staff | None] = relationship(foreign_keys=[saved_by])


class ConsentDraftFile(OfPractice, Base):
    """A picture that waits for the declaration: a page of signed paper, or a small preview.

    `kind` is scan or preview; `name` the page's number, or the image's. Gone when the consent
    closes: by then the document and the register hold what is kept.
    """

    __tablename__ = "consent_draft_files"
    __table_args__ = (Index(None, "practice_id", "draft_id", "kind"),)

    draft_id: Mapped[str] = mapped_column(ForeignKey("consent_drafts.id"))
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    content = sealed_bytes()
