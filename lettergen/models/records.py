"""What was issued, with what counts apart from what identifies."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lettergen.models.base import ID_LENGTH, Base, OfPractice
from lettergen.models.drafts import Typed
from lettergen.models.sealed import sealed_bytes, sealed_json, sealed_text
from lettergen.models.staff import Staff

ISSUED, SUPERSEDED, VOIDED = "issued", "superseded", "voided"


class Document(OfPractice, Base):
    """What counts about an issued letter. It never changes, but for its state.

    `seconds` is the measured time of writing, None if nobody measured it; `minutes_expected`
    is what the document type said. `warnings` are the ids of the rules that warned.
    """

    __tablename__ = "documents"
    __table_args__ = (
        Index(None, "practice_id", "issued_at", "id"),
        Index(None, "practice_id", "slug", "issued_at"),
    )

    reference: Mapped[str] = mapped_column(String(12), unique=True)
    # Unique, so that a draft makes one document however often its button is pressed. No foreign
    # key: a document may outlive the draft it came from.
    draft_id: Mapped[str | None] = mapped_column(String(ID_LENGTH), unique=True)
    seal: Mapped[str] = mapped_column(String(64))
    slug: Mapped[str]
    title: Mapped[str]
    family: Mapped[str]
    version: Mapped[str]
    engine: Mapped[dict[str, Any]] = mapped_column(JSON)
    author_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    signer_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"), index=True)
    signer_name: Mapped[str]
    dated: Mapped[date]
    issued_at: Mapped[datetime]
    seconds: Mapped[int | None]
    minutes_expected: Mapped[int | None]
    pages: Mapped[int]
    warnings: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20))
    replaces_id: Mapped[str | None] = mapped_column(ForeignKey("documents.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))

    content: Mapped["DocumentContent | None"] = relationship(
        cascade="all, delete-orphan", back_populates="document"
    )
    files: Mapped[list["DocumentFile"]] = relationship(
        cascade="all, delete-orphan", order_by="DocumentFile.kind"
    )
    replaces: Mapped["Document | None"] = relationship(
        remote_side="Document.id", back_populates="replaced_by"
    )
    replaced_by: Mapped[list["Document"]] = relationship(
        back_populates="replaces", order_by="Document.issued_at, Document.id"
    )
    author: Mapped[Staff | None] = relationship(foreign_keys=[author_id])
    signer: Mapped[Staff | None] = relationship(foreign_keys=[signer_id])
    ender: Mapped[Staff | None] = relationship(foreign_keys=[ended_by])


class DocumentContent(OfPractice, Base):
    """What identifies the patient of a letter: sealed, and found through blind indexes only.

    `page` is the patient's sheet as a web page, made with the PDF from the same answers.
    """

    __tablename__ = "document_contents"
    __table_args__ = (
        UniqueConstraint("document_id"),
        Index(None, "practice_id", "nhs_number_index"),
        Index(None, "practice_id", "person_index"),
    )

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"))
    answers = sealed_json(dict[str, Any])
    typed = sealed_json(Typed)
    patient = sealed_json(dict[str, Any])
    signer = sealed_json(dict[str, Any])
    practice = sealed_json(dict[str, Any])
    warnings = sealed_json(list[dict[str, Any]])
    addressee = sealed_text()
    file_name = sealed_text()
    page = sealed_text()
    void_reason = sealed_text()
    nhs_number_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    person_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))

    document: Mapped[Document] = relationship(back_populates="content")


class DocumentFile(OfPractice, Base):
    """One PDF of a document, as it left the practice; never rendered again."""

    __tablename__ = "document_files"
    __table_args__ = (UniqueConstraint("document_id", "kind"),)

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"))
    kind: Mapped[str] = mapped_column(String(20))
    sha256: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int]
    size: Mapped[int]
    pdf = sealed_bytes()
