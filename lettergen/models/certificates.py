"""The certificate with which a practice seals its letters, and those it used before."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from lettergen.models.base import Base, OfPractice
from lettergen.models.sealed import sealed_key


class Certificate(OfPractice, Base):
    """A certificate and its key. The one that has not ended seals; the others stay, to show with
    what earlier letters were sealed, but without their keys.

    `chain` is PEM, the practice's own certificate first. `key` is PKCS#8 in DER.
    """

    __tablename__ = "certificates"
    __table_args__ = (
        Index(None, "practice_id", "ended_at"),
        Index(
            "uq_certificates_practice_id_sealing",
            "practice_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    is_own: Mapped[bool]  # made by lettergen, not brought by the practice
    name: Mapped[str]
    fingerprint: Mapped[str] = mapped_column(String(64))
    chain: Mapped[str] = mapped_column(Text)
    key = sealed_key()
    not_before: Mapped[datetime]
    not_after: Mapped[datetime]
    added_at: Mapped[datetime]
    added_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None]
