"""Attributes that are plain in memory and sealed in the database."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar, cast, overload

from sqlalchemy import event
from sqlalchemy.orm import QueryContext, Session, UOWTransaction

from lettergen.vault import Vault

T = TypeVar("T")
VAULT = "vault"


@dataclass(frozen=True)
class Unsealed:
    """A plain value that waits in its column until the session, which has the vault, stores it."""

    value: Any


class Sealed(Generic[T]):
    """One attribute of a row, kept in a column NAME_sealed and bound to table, column and row.

    Assign a whole new value to change it: what is read is a copy. A row gets its vault from
    the session that loads or stores it, from `session.info["vault"]`, and keeps it.
    """

    def __init__(
        self,
        to_bytes: Callable[[T], bytes],
        from_bytes: Callable[[bytes], T],
        *,
        is_optional: bool = False,
    ) -> None:
        self._to_bytes = to_bytes
        self._from_bytes = from_bytes
        self.is_optional = is_optional

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name
        self._column = f"{name}_sealed"

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: object, owner: type) -> T: ...
    def __get__(self, row: object | None, owner: type) -> Self | T:
        if row is None:
            return self
        stored = getattr(row, self._column)
        if stored is None:
            return cast(T, None)
        if isinstance(stored, Unsealed):
            return cast(T, stored.value)
        return self._from_bytes(_vault_of(row).unseal(stored, self._place(row)))

    def __set__(self, row: object, value: T) -> None:
        setattr(row, self._column, None if value is None else Unsealed(value))

    def close(self, row: object, vault: Vault) -> None:
        """Seal the row's value if it is still plain."""
        waiting = getattr(row, self._column)
        if isinstance(waiting, Unsealed):
            sealed = vault.seal(self._to_bytes(waiting.value), self._place(row))
            setattr(row, self._column, sealed)
            vars(row)[VAULT] = vault

    def _place(self, row: Any) -> str:
        return f"{row.__tablename__}.{self._column}:{row.id}"


def sealed_json(_shape: type[T], *, is_optional: bool = False) -> Sealed[T]:
    """Return a sealed attribute for plain JSON values; the shape is for the type checker."""
    return Sealed(_json_bytes, json.loads, is_optional=is_optional)


def sealed_text() -> Sealed[str | None]:
    """Return a sealed attribute for a text, or None."""
    return Sealed(lambda text: (text or "").encode(), lambda raw: raw.decode(), is_optional=True)


def sealed_bytes() -> Sealed[bytes]:
    """Return a sealed attribute for a file."""
    return Sealed(bytes, bytes)


def sealed_key() -> Sealed[bytes | None]:
    """Return a sealed attribute for a key, or None once it is thrown away."""
    return Sealed(lambda key: key or b"", bytes, is_optional=True)


@event.listens_for(Session, "before_flush")
def close_all(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Seal every plain value of the rows that are about to be stored."""
    for row in [*session.new, *session.dirty]:
        for attribute in _sealed_attributes(type(row)):
            attribute.close(row, session.info[VAULT])


def keep_vault(row: object, context: QueryContext) -> None:
    """Give a row that was loaded the vault of its session, so that it opens after that too."""
    vars(row)[VAULT] = context.session.info.get(VAULT)


def vault_of(session: Session) -> Vault:
    """Return the vault that a session seals with."""
    return cast(Vault, session.info[VAULT])


def _sealed_attributes(model: type) -> list[Sealed[Any]]:
    return [value for value in vars(model).values() if isinstance(value, Sealed)]


def _vault_of(row: object) -> Vault:
    vault = vars(row).get(VAULT)
    if not isinstance(vault, Vault):
        raise TypeError("A sealed value needs a row from a session that has a vault.")
    return vault


def _json_bytes(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
