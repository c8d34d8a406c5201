"""What every table shares: names, random keys, moments in time, and its practice."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import DateTime, Dialect, ForeignKey, LargeBinary, MetaData, String, event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from lettergen.models.sealed import Sealed, keep_vault

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
ID_LENGTH = 32


class Moment(TypeDecorator[datetime]):
    """A point in time: aware when it goes in, UTC when it comes out, on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs a time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_id() -> str:
    """Return a random key: nothing about a practice can be read from, or guessed by, its keys."""
    return uuid4().hex


class Base(DeclarativeBase):
    """A row with a random key, known before it is stored because sealing needs it."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: Moment(), bytes: LargeBinary()}  # noqa: RUF012  (SQLAlchemy's form)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)

    def __init_subclass__(cls, **rest: Any) -> None:
        for name, attribute in list(vars(cls).items()):
            if isinstance(attribute, Sealed):
                column = mapped_column(LargeBinary(), nullable=attribute.is_optional)
                setattr(cls, f"{name}_sealed", column)
        super().__init_subclass__(**rest)

    def __init__(self, **values: Any) -> None:
        values.setdefault("id", new_id())
        for name, value in values.items():
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no {name}")
            setattr(self, name, value)


event.listen(Base, "load", keep_vault, propagate=True)


class OfPractice:
    """Belongs to one practice; every query says which."""

    practice_id: Mapped[str] = mapped_column(ForeignKey("practices.id"))
