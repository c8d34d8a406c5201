"""The certificates of a practice: one that seals, and those that sealed before it."""

from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lettergen import models
from lettergen.calendar import british_date
from lettergen.models import Actor, Certificate, NotAllowed, Practice, locked
from lettergen.sealing import brought, credentials
from lettergen.sealing.credentials import Credential
from lettergen.sealing.refusals import CertificateUnusable, NoSuchCertificate

WARN_BEFORE = timedelta(days=30)


def establish(session: Session, practice: Practice, *, at: datetime) -> Certificate:
    """Return the certificate that a practice seals with; make one of lettergen's own if none."""
    return known(session, practice.id) or _follow(session, practice.id, at)


def current(session: Session, practice_id: str, *, at: datetime) -> Certificate:
    """Return the certificate to seal with now.

    Makes one if there is none. One of lettergen's own is replaced in good time before its end,
    and when the practice has another name. Raises CertificateUnusable if the one that the
    practice brought is not valid at that time.
    """
    practice = session.scalars(select(Practice).where(Practice.id == practice_id)).one()
    found = known(session, practice_id)
    if found is None or _is_outdated(found, practice, at):
        found = _follow(session, practice_id, at)
    if at > found.not_after:
        raise CertificateUnusable(
            f"The certificate that seals the practice’s letters ended on {_day(found.not_after)}, "
            "so nothing can be issued. What was written and reviewed is kept. A manager can "
            "bring a new certificate, or go back to lettergen’s own, under Practice."
        )
    if at < found.not_before:
        raise CertificateUnusable(
            f"The certificate that seals the practice’s letters begins on "
            f"{_day(found.not_before)}, so nothing can be issued yet. What was written and "
            "reviewed is kept. A manager can go back to lettergen’s own, under Practice."
        )
    return found


def known(session: Session, practice_id: str) -> Certificate | None:
    """Return the certificate that a practice seals with, or None before its first."""
    return session.scalar(_sealing(practice_id))


def earlier(session: Session, actor: Actor) -> list[Certificate]:
    """Return the certificates that the actor's practice sealed with before, the last first."""
    return list(
        session.scalars(
            select(Certificate)
            .where(Certificate.practice_id == actor.practice_id, Certificate.ended_at.is_not(None))
            .order_by(Certificate.ended_at.desc(), Certificate.id)
        )
    )


def get(session: Session, actor: Actor, certificate_id: str) -> Certificate:
    """Return a certificate of the actor's practice, ended or not; raise NoSuchCertificate."""
    found = session.scalar(
        select(Certificate).where(
            Certificate.practice_id == actor.practice_id, Certificate.id == certificate_id
        )
    )
    if found is None:
        raise NoSuchCertificate("The practice has no such certificate. See the list of them.")
    return found


def by_fingerprint(session: Session, actor: Actor, fingerprint: str) -> Certificate | None:
    """Return the certificate of the actor's practice with a fingerprint, or None."""
    return session.scalar(
        select(Certificate)
        .where(Certificate.practice_id == actor.practice_id, Certificate.fingerprint == fingerprint)
        .order_by(Certificate.added_at.desc(), Certificate.id)
        .limit(1)
    )


def ends_soon(certificate: Certificate, *, at: datetime) -> bool:
    """Say whether the practice should bring another certificate: a month is left, or none."""
    return not certificate.is_own and at > certificate.not_after - WARN_BEFORE


def replace(
    session: Session, actor: Actor, pkcs12: bytes, password: str, *, at: datetime
) -> Certificate:
    """Seal with a certificate and key that the practice brings from now on.

    Brought twice, it is the same one. Raises NotAllowed unless the actor is a manager, and
    CertificateUnusable for what cannot seal; then nothing has changed.
    """
    _require_manager(actor)
    given = brought.read(pkcs12, password, at=at)
    _lock_practice(session, actor.practice_id)
    found = session.scalar(locked(_sealing(actor.practice_id)))
    if found is not None and found.fingerprint == given.fingerprint:
        return found
    return _begin(session, actor, given, instead_of=found, is_own=False, at=at)


def drop(session: Session, actor: Actor, *, at: datetime) -> Certificate:
    """Seal with a certificate of lettergen's own again; one that does so already is kept.

    Raises NotAllowed unless the actor is a manager.
    """
    _require_manager(actor)
    found = known(session, actor.practice_id)
    return found if found is not None and found.is_own else renew(session, actor, at=at)


def renew(session: Session, actor: Actor, *, at: datetime) -> Certificate:
    """Seal with a new certificate of lettergen's own, whatever the practice sealed with before.

    Raises NotAllowed unless the actor is a manager.
    """
    _require_manager(actor)
    practice = _lock_practice(session, actor.practice_id)
    found = session.scalar(locked(_sealing(practice.id)))
    made = credentials.make(practice.name, practice.ods, at=at)
    return _begin(session, actor, made, instead_of=found, is_own=True, at=at)


def _follow(session: Session, practice_id: str, at: datetime) -> Certificate:
    """Make the first certificate, or the one that follows an outdated one; once only."""
    practice = _lock_practice(session, practice_id)
    found = session.scalar(locked(_sealing(practice_id)))
    if found is not None and not _is_outdated(found, practice, at):
        return found
    made = credentials.make(practice.name, practice.ods, at=at)
    program = Actor(None, practice_id, "lettergen", "manager", frozenset(), may_sign=False)
    return _begin(session, program, made, instead_of=found, is_own=True, at=at)


def _begin(
    session: Session,
    actor: Actor,
    given: Credential,
    *,
    instead_of: Certificate | None,
    is_own: bool,
    at: datetime,
) -> Certificate:
    if instead_of is not None:
        instead_of.ended_at, instead_of.key = at, None
        # Stored first: the database holds a practice to one certificate that has not ended.
        session.flush()
    made = Certificate(
        practice_id=actor.practice_id,
        is_own=is_own,
        name=given.name,
        fingerprint=given.fingerprint,
        chain=given.chain,
        key=given.key,
        not_before=given.not_before,
        not_after=given.not_after,
        added_at=at,
        added_by=actor.staff_id,
    )
    session.add(made)
    details = {
        "fingerprint": given.fingerprint,
        "not_after": given.not_after.isoformat(),
        "replaces": instead_of.fingerprint if instead_of else None,
    }
    action = "certificate.made" if is_own else "certificate.brought"
    models.record(session, actor, action, made, at=at, details=details)
    return made


def _is_outdated(found: Certificate, practice: Practice, at: datetime) -> bool:
    """Should another one of lettergen's own take the place of this one?"""
    return found.is_own and (
        found.name != practice.name
        or at > found.not_after - credentials.LEAST_LEFT
        or at < found.not_before
    )


def _sealing(practice_id: str) -> Select[Certificate]:
    return select(Certificate).where(
        Certificate.practice_id == practice_id, Certificate.ended_at.is_(None)
    )


def _lock_practice(session: Session, practice_id: str) -> Practice:
    """Let others wait who would make a certificate for the practice too."""
    return session.scalars(locked(select(Practice).where(Practice.id == practice_id))).one()


def _require_manager(actor: Actor) -> None:
    if "manager" not in actor.roles:
        raise NotAllowed("Only a practice manager can change the certificate. Please ask yours.")


def _day(at: datetime) -> str:
    return british_date(at.date())
