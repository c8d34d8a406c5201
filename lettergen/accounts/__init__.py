"""Practices, their staff, and who may do what."""

from lettergen.accounts.actors import actor_of, operator_of, require_manager
from lettergen.accounts.passwords import hash_password, is_password_of
from lettergen.accounts.practices import (
    Letterhead,
    create_practice,
    edit_practice,
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
    "Registration",
    "activate_staff",
    "actor_of",
    "add_staff",
    "create_practice",
    "deactivate_staff",
    "edit_practice",
    "edit_staff",
    "hash_password",
    "is_password_of",
    "operator_of",
    "practice_of",
    "practices",
    "require_manager",
    "set_password",
    "staff_by_email",
    "staff_by_sign_in",
    "staff_member",
    "staff_of",
]
