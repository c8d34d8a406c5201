"""Practices, their staff, and who may do what."""

from lettergen.accounts.actors import actor_of, operator_of, require_manager
from lettergen.accounts.passwords import hash_password, is_password_of
from lettergen.accounts.pins import PinLocked, forgive_pin, has_pin, is_pin_of, set_pin
from lettergen.accounts.practices import (
    Letterhead,
    create_practice,
    edit_practice,
    keep_settings,
    lock_practice,
    practice_of,
    practices,
)
from lettergen.accounts.staff import (
    POSITIONS,
    REGISTERS,
    NoSuchPerson,
    Person,
    Registration,
    activate_staff,
    add_staff,
    deactivate_staff,
    edit_staff,
    set_password,
    staff_by_email,
    staff_by_sign_in,
    staff_member,
    staff_of,
)
from lettergen.models import ROLES, Actor, NotAllowed

__all__ = [
    "POSITIONS",
    "REGISTERS",
    "ROLES",
    "Actor",
    "Letterhead",
    "NoSuchPerson",
    "NotAllowed",
    "Person",
    "PinLocked",
    "Registration",
    "activate_staff",
    "actor_of",
    "add_staff",
    "create_practice",
    "deactivate_staff",
    "edit_practice",
    "edit_staff",
    "forgive_pin",
    "has_pin",
    "hash_password",
    "is_password_of",
    "is_pin_of",
    "keep_settings",
    "lock_practice",
    "operator_of",
    "practice_of",
    "practices",
    "require_manager",
    "set_password",
    "set_pin",
    "staff_by_email",
    "staff_by_sign_in",
    "staff_member",
    "staff_of",
]
