"""Staff who sign in, as the practice knows them; the web skin dresses them for its library."""

from datetime import datetime

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lettergen.models.base import Base, OfPractice
from lettergen.models.practices import Clinician

# In the order in which a person with several is addressed: who may sign is a clinician first.
ROLES = ("clinician", "manager", "reception")


class Staff(OfPractice, Base):
    """A person of a practice who may sign in; never deleted, because letters name them.

    `sign_in_id` stands in the session cookie: a new one ends every session of the person. The PIN
    takes a tablet back from a patient.
    """

    __tablename__ = "staff"
    __table_args__ = (Index(None, "practice_id", "name"),)

    name: Mapped[str]
    email: Mapped[str] = mapped_column(String(255), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    pin_hash: Mapped[str | None] = mapped_column(String(255))
    pin_failures: Mapped[int] = mapped_column(default=0, server_default="0")
    is_active: Mapped[bool]
    sign_in_id: Mapped[str] = mapped_column(String(64), unique=True)
    roles: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    clinician: Mapped[Clinician | None] = relationship(
        back_populates="staff", cascade="all, delete-orphan", lazy="selectin"
    )

    @property
    def may_sign(self) -> bool:
        """Say whether letters may bear this person's signature: a registered, active clinician."""
        return self.is_active and "clinician" in self.roles and self.clinician is not None
