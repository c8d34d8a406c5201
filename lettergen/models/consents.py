"""Consents to photographs: what was signed, purpose by purpose, and all that became of it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lettergen.models.base import Base, OfPractice
from lettergen.models.sealed import Sealed, sealed_json, sealed_text


class ConsentRecord(OfPractice, Base):
    """One form as it was signed. It never changes: what became of it is in the events.

    `reference` is the record number that the patient's copy bears. `signed_at` is when the last
    person whose signature it needs had signed; `filed_at` when it came into the register.
    `document_id` is the signed PDF, None for what was imported from paper.
    """

    __tablename__ = "consent_records"
    __table_args__ = (
        UniqueConstraint("practice_id", "reference"),
        Index(None, "practice_id", "nhs_number_index"),
        Index(None, "practice_id", "person_index"),
        Index(None, "practice_id", "signed_at"),
    )

    reference: Mapped[str] = mapped_column(String(40))
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"), unique=True)
    route: Mapped[str] = mapped_column(String(30))
    slug: Mapped[str]
    version: Mapped[str]
    language: Mapped[str]
    signed_at: Mapped[datetime]
    filed_at: Mapped[datetime]
    filed_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    is_imported: Mapped[bool]
    is_intimate: Mapped[bool]
    is_identifiable: Mapped[bool]
    content_sha256: Mapped[str | None] = mapped_column(String(64))
    pdf_sha256: Mapped[str | None] = mapped_column(String(64))
    answers = sealed_json(dict[str, Any])
    nhs_number_index: Mapped[bytes] = mapped_column(LargeBinary(16))
    person_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))

    grants: Mapped[list["ConsentGrant"]] = relationship(
        back_populates="record", order_by="ConsentGrant.signed_at, ConsentGrant.id"
    )


class ConsentGrant(OfPractice, Base):
    """The answer to one purpose in one record: "yes" or "no". It never changes either.

    Its state is worked out from its events. `signed_at` is the record's, or when the patient
    narrowed an earlier grant to this one. `scope` is who may see what, as it was agreed.
    """

    __tablename__ = "consent_grants"
    __table_args__ = (
        Index(None, "record_id"),
        Index(None, "practice_id", "valid_until"),
    )

    record_id: Mapped[str] = mapped_column(ForeignKey("consent_records.id"))
    purpose: Mapped[str] = mapped_column(String(30))
    decision: Mapped[str] = mapped_column(String(10))
    signed_at: Mapped[datetime]
    valid_until: Mapped[date | None]
    basis: Mapped[str]
    scope = sealed_json(dict[str, Any])

    record: Mapped[ConsentRecord] = relationship(back_populates="grants")
    images: Mapped[list["ConsentImage"]] = relationship(
        secondary="consent_grant_images", viewonly=True, order_by="ConsentImage.id"
    )


class ConsentImage(OfPractice, Base):
    """A pointer to a photograph of one patient in the clinical record; never the photograph.

    Its number may be a file name that names the patient, so it is sealed and found blindly. A
    number that stands for two patients makes two rows. `preview` is a small picture without any
    metadata, where the practice keeps such.
    """

    __tablename__ = "consent_images"
    __table_args__ = (
        UniqueConstraint("practice_id", "number_index", "nhs_number_index"),
        Index(None, "practice_id", "nhs_number_index"),
    )

    number_index: Mapped[bytes] = mapped_column(LargeBinary(16))
    nhs_number_index: Mapped[bytes] = mapped_column(LargeBinary(16))
    number = sealed_text()
    nhs_number = sealed_text()
    details = sealed_json(dict[str, Any])
    preview: Sealed[bytes | None] = Sealed(
        lambda picture: picture or b"", lambda raw: raw, is_optional=True
    )


class ConsentGrantImage(OfPractice, Base):
    """That a grant covers an image, since when and by whom."""

    __tablename__ = "consent_grant_images"
    __table_args__ = (
        UniqueConstraint("grant_id", "image_id"),
        Index(None, "image_id"),
    )

    grant_id: Mapped[str] = mapped_column(ForeignKey("consent_grants.id"))
    image_id: Mapped[str] = mapped_column(ForeignKey("consent_images.id"))
    linked_at: Mapped[datetime]
    linked_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))


class ConsentEvent(OfPractice, Base):
    """One thing that happened to a grant. Rows are added only; the database refuses the rest.

    `said_at` is when it happened in the world, `recorded_at` when the practice wrote it down.
    `by_role` is who it came from: a patient, a parent, staff, the clock.
    """

    __tablename__ = "consent_events"
    __table_args__ = (
        UniqueConstraint("grant_id", "number"),
        Index(None, "practice_id", "kind", "said_at"),
    )

    grant_id: Mapped[str] = mapped_column(ForeignKey("consent_grants.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(30))
    said_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    by_role: Mapped[str] = mapped_column(String(20))
    how: Mapped[str] = mapped_column(String(30))
    by_name = sealed_text()
    details = sealed_json(dict[str, Any])


class ConsentUse(OfPractice, Base):
    """One use of an image: where copies went, so that they can be called back.

    `answer` and `reason` are what the register said of it; a use that nobody asked about first is
    noted too, as soon as it is known, and may have no grant.
    """

    __tablename__ = "consent_uses"
    __table_args__ = (
        Index(None, "grant_id"),
        Index(None, "image_id"),
        Index(None, "practice_id", "used_at"),
    )

    grant_id: Mapped[str | None] = mapped_column(ForeignKey("consent_grants.id"))
    image_id: Mapped[str] = mapped_column(ForeignKey("consent_images.id"))
    purpose: Mapped[str] = mapped_column(String(30))
    used_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    answer: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(30))
    copies: Mapped[int | None]
    removed_at: Mapped[datetime | None]
    by_name = sealed_text()
    details = sealed_json(dict[str, Any])


class ConsentTask(OfPractice, Base):
    """Something that somebody has to do about a consent by a day; done once, and then left.

    `document_id` is the letter that was made for it, where it asks for one.
    """

    __tablename__ = "consent_tasks"
    __table_args__ = (
        Index(None, "record_id"),
        Index(None, "practice_id", "done_at", "due_on"),
    )

    record_id: Mapped[str] = mapped_column(ForeignKey("consent_records.id"))
    grant_id: Mapped[str | None] = mapped_column(ForeignKey("consent_grants.id"))
    use_id: Mapped[str | None] = mapped_column(ForeignKey("consent_uses.id"))
    document_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    kind: Mapped[str] = mapped_column(String(30))
    opened_at: Mapped[datetime]
    due_on: Mapped[date]
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    note = sealed_text()

    record: Mapped[ConsentRecord] = relationship()


class ConsentQuestion(OfPractice, Base):
    """One question that the register was asked, and its answer: proof that somebody looked."""

    __tablename__ = "consent_questions"
    __table_args__ = (
        Index(None, "practice_id", "asked_at"),
        Index(None, "practice_id", "image_index"),
    )

    asked_at: Mapped[datetime]
    asked_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    asker: Mapped[str]
    image_index: Mapped[bytes] = mapped_column(LargeBinary(16))
    purpose: Mapped[str] = mapped_column(String(30))
    about: Mapped[date]
    known_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(30))
    grant_id: Mapped[str | None] = mapped_column(ForeignKey("consent_grants.id"))
    asked = sealed_json(dict[str, Any])
