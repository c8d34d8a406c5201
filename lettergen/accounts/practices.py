"""Practices, their letterheads, and what they chose for themselves."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lettergen import checks, models
from lettergen.accounts.actors import operator_of, require_manager
from lettergen.models import Actor, Practice, locked
from lettergen.refusals import Refused

NAME_LENGTH = (2, 120)
Settings = Literal["consent_settings", "money_settings", "request_settings"]


@dataclass(frozen=True)
class Letterhead:
    """What letters say about the practice that sends them.

    `secure_domains` are the e-mail domains that the practice may send patients' data to.
    """

    name: str
    ods: str
    address: str = ""
    phone: str = ""
    email: str = ""
    secure_domains: tuple[str, ...] = ("nhs.net",)


def create_practice(session: Session, letterhead: Letterhead, *, at: datetime) -> Practice:
    """Return a new practice, with its audit begun.

    Raises Refused for what is no name, ODS code, telephone number or e-mail address.
    """
    practice = Practice(created_at=at, **_columns(_checked(letterhead)))
    session.add(practice)
    session.flush()
    models.start_chain(session, practice.id)
    models.record(session, operator_of(practice), "practice.created", practice, at=at)
    return practice


def edit_practice(
    session: Session, actor: Actor, letterhead: Letterhead, *, at: datetime
) -> Practice:
    """Replace the letterhead; letters that are issued already keep theirs.

    Raises NotAllowed unless the actor is a manager, Refused for what is no name, ODS code,
    telephone number or address.
    """
    require_manager(actor)
    practice = lock_practice(session, actor)
    fresh = _columns(_checked(letterhead))
    changed = sorted(name for name, value in fresh.items() if getattr(practice, name) != value)
    for name in changed:
        setattr(practice, name, fresh[name])
    if changed:
        models.record(
            session, actor, "practice.edited", practice, at=at, details={"changed": changed}
        )
    return practice


def lock_practice(session: Session, actor: Actor) -> Practice:
    """Return the actor's own practice, read anew and locked until commit."""
    return session.scalars(locked(_of(actor))).one()


def keep_settings(
    session: Session,
    actor: Actor,
    practice: Practice,
    column: Settings,
    chosen: Mapping[str, Any],
    *,
    action: str,
    at: datetime,
) -> None:
    """Put settings in place of all that a practice chose before; what changed is on the record.

    Nothing chosen means the defaults. The practice is a locked one; `chosen` is sound.
    """
    before: Mapping[str, Any] = getattr(practice, column) or {}
    names = sorted(before.keys() | chosen.keys())
    changed = [name for name in names if before.get(name) != chosen.get(name)]
    if changed:
        setattr(practice, column, dict(chosen) or None)
        models.record(session, actor, action, practice, at=at, details={"changed": changed})


def practice_of(session: Session, actor: Actor) -> Practice:
    """Return the actor's own practice."""
    return session.scalars(_of(actor)).one()


def practices(session: Session) -> list[Practice]:
    """Return all practices of the installation, by name: for the command line alone."""
    return list(session.scalars(select(Practice).order_by(Practice.name, Practice.id)))


def _of(actor: Actor) -> Select[Practice]:
    return select(Practice).where(Practice.id == actor.practice_id)


def _checked(letterhead: Letterhead) -> Letterhead:
    domains = tuple(
        domain.strip().lower().removeprefix("@")
        for domain in letterhead.secure_domains
        if domain.strip()
    )
    name = " ".join(letterhead.name.split())
    least, most = NAME_LENGTH
    if not least <= len(name) <= most:
        raise Refused(f"Enter the practice's name, in {least} to {most} characters.")
    try:
        return replace(
            letterhead,
            name=name,
            ods=checks.practice_ods_code(letterhead.ods),
            phone=letterhead.phone and checks.phone(letterhead.phone),
            email=letterhead.email and checks.email(letterhead.email),
            secure_domains=domains,
        )
    except ValueError as fault:
        raise Refused(str(fault)) from fault


def _columns(letterhead: Letterhead) -> dict[str, object]:
    return {**asdict(letterhead), "secure_domains": list(letterhead.secure_domains)}
