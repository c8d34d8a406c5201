"""Practices, as their letterhead shows them, and the clinicians who sign there."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lettergen.models.base import Base, OfPractice

if TYPE_CHECKING:
    from lettergen.models.staff import Staff


class Practice(Base):
    """A practice's letterhead and switches: data that a manager edits, not configuration."""

    __tablename__ = "practices"

    name: Mapped[str]
    ods: Mapped[str]
    address: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]
    secure_domains: Mapped[list[str]] = mapped_column(JSON)
    consent_settings: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    request_settings: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    money_settings: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    workload_settings: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime]

    @property
    def address_lines(self) -> list[str]:
        """The address as it is printed, line by line."""
        return [line.strip() for line in self.address.splitlines() if line.strip()]


class Clinician(OfPractice, Base):
    """What a signature says about its signer: role, register and number in it."""

    __tablename__ = "clinicians"
    __table_args__ = (UniqueConstraint("staff_id"),)

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    role: Mapped[str]
    body: Mapped[str]
    number: Mapped[str]
    staff: Mapped["Staff"] = relationship(back_populates="clinician")
