"""PINs: a few digits by which a member of staff takes a tablet back from a patient."""

import itertools
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import models
from lettergen.accounts.passwords import hash_secret, is_password_of
from lettergen.models import Actor, Staff, locked
from lettergen.refusals import Refused

SHORTEST, LONGEST = 4, 8
ATTEMPTS = 5


class PinLocked(Refused):
    """The PIN was wrong too often: only the password helps now."""


def set_pin(session: Session, actor: Actor, pin: str, *, at: datetime) -> None:
    """Set one's own PIN; the caller has asked for the password.

    Raises Refused for anything but 4 to 8 digits, for one digit over and over, and for digits
    that count up or down.
    """
    staff = session.scalar(
        locked(
            select(Staff).where(Staff.practice_id == actor.practice_id, Staff.id == actor.staff_id)
        )
    )
    if staff is None:
        raise Refused("Only somebody who signs in has a PIN.")
    staff.pin_hash, staff.pin_failures = hash_secret(_sound(pin)), 0
    models.record(session, actor, "staff.pin", staff, at=at)


def has_pin(session: Session, actor: Actor) -> bool:
    """Say whether the actor has set a PIN that still works."""
    found = session.execute(
        select(Staff.pin_hash, Staff.pin_failures).where(
            Staff.practice_id == actor.practice_id, Staff.id == actor.staff_id
        )
    ).one_or_none()
    return bool(found and found.pin_hash and found.pin_failures < ATTEMPTS)


def is_pin_of(session: Session, sign_in_id: str, pin: str) -> bool:
    """Say whether a PIN is that of whoever had this session, and count the wrong ones.

    Raises PinLocked at the fifth wrong one, and for somebody whose sessions were ended since or
    who may not sign in any more. The caller commits all the same, for the count must hold.
    """
    staff = session.scalar(
        locked(select(Staff).where(Staff.sign_in_id == sign_in_id, Staff.is_active))
    )
    if staff is None or not staff.pin_hash or staff.pin_failures >= ATTEMPTS:
        raise PinLocked("This PIN cannot be used now. Sign in with your password.")
    if is_password_of(staff.pin_hash, pin.strip()):
        staff.pin_failures = 0
        return True
    staff.pin_failures += 1
    if staff.pin_failures >= ATTEMPTS:
        raise PinLocked(f"The PIN was wrong {ATTEMPTS} times. Sign in with your password.")
    return False


def forgive_pin(session: Session, sign_in_id: str) -> None:
    """Count wrong PINs anew for somebody who has just signed in with the password."""
    staff = session.scalar(
        locked(select(Staff).where(Staff.sign_in_id == sign_in_id, Staff.pin_failures > 0))
    )
    if staff is not None:
        staff.pin_failures = 0


def _sound(pin: str) -> str:
    digits = pin.strip()
    if not (digits.isascii() and digits.isdigit() and SHORTEST <= len(digits) <= LONGEST):
        raise Refused(f"Choose a PIN of {SHORTEST} to {LONGEST} digits.")
    steps = {int(after) - int(before) for before, after in itertools.pairwise(digits)}
    if steps in ({0}, {1}, {-1}):
        raise Refused("Choose a PIN that is harder to guess: not 1111, and not 1234.")
    return digits
