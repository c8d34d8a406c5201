"""Staff of a practice: who they are, what they may do, and how they sign in."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lettergen import checks, models
from lettergen.accounts.actors import require_manager
from lettergen.accounts.passwords import hash_password
from lettergen.models import ROLES, Actor, Clinician, Staff, locked, new_id
from lettergen.refusals import Refused

# The codes and words of forms/groups/signer.toml, which they answer.
POSITIONS = {
    "gp_partner": "GP partner",
    "gp_salaried": "Salaried GP",
    "gp_locum": "Locum GP",
    "gp_registrar": "GP registrar",
    "anp": "Advanced nurse practitioner",
    "pharmacist": "Pharmacist",
    "other": "Other clinician",
}
REGISTERS = {
    "GMC": "General Medical Council (GMC)",
    "NMC": "Nursing and Midwifery Council (NMC)",
    "GPhC": "General Pharmaceutical Council (GPhC)",
    "HCPC": "Health and Care Professions Council (HCPC)",
}


class NoSuchPerson(Refused):
    """No member of the actor's practice has this id."""


@dataclass(frozen=True)
class Registration:
    """What a signature says: a code of POSITIONS, one of REGISTERS, and the number in it."""

    role: str
    body: str
    number: str


@dataclass(frozen=True)
class Person:
    """What a manager says about a member of staff; only those registered may sign letters."""

    name: str
    email: str
    roles: frozenset[str]
    registration: Registration | None = None


def add_staff(
    session: Session, actor: Actor, person: Person, password: str, *, at: datetime
) -> Staff:
    """Return a new, active member of the actor's practice.

    Raises NotAllowed unless the actor is a manager; Refused for an empty name, an address that
    is taken or none, an unknown role or none, a registration without number, a poor password.
    """
    require_manager(actor)
    person = _checked(session, person, None)
    staff = Staff(
        practice_id=actor.practice_id,
        password_hash=hash_password(password),
        is_active=True,
        sign_in_id=new_id(),
        created_at=at,
        name=person.name,
        email=person.email,
        roles=_ordered(person.roles),
    )
    _register(staff, person.registration)
    session.add(staff)
    models.record(session, actor, "staff.added", staff, at=at, details={"roles": staff.roles})
    return staff


def edit_staff(
    session: Session, actor: Actor, staff_id: str, person: Person, *, at: datetime
) -> Staff:
    """Change what is said about a member of staff; other roles end their sessions.

    Raises as `add_staff` does, and Refused if the practice would be left without a manager.
    """
    require_manager(actor)
    staff = _locked(session, actor, staff_id)
    person = _checked(session, person, staff)
    if "manager" not in person.roles:
        _keep_a_manager(session, actor, staff)
    if set(staff.roles) != person.roles:
        staff.sign_in_id = new_id()
    staff.name, staff.email, staff.roles = person.name, person.email, _ordered(person.roles)
    _register(staff, person.registration)
    models.record(session, actor, "staff.edited", staff, at=at, details={"roles": staff.roles})
    return staff


def set_password(
    session: Session, actor: Actor, staff_id: str, password: str, *, at: datetime
) -> Staff:
    """Set somebody's password (a manager's right) or one's own, and end their sessions."""
    if staff_id != actor.staff_id:
        require_manager(actor)
    staff = _locked(session, actor, staff_id)
    staff.password_hash, staff.sign_in_id = hash_password(password), new_id()
    models.record(session, actor, "staff.password", staff, at=at)
    return staff


def deactivate_staff(session: Session, actor: Actor, staff_id: str, *, at: datetime) -> Staff:
    """Keep somebody from signing in, from now on; their letters stay theirs.

    Raises NotAllowed unless the actor is a manager, Refused for the last active manager.
    """
    require_manager(actor)
    staff = _locked(session, actor, staff_id)
    _keep_a_manager(session, actor, staff)
    staff.is_active, staff.sign_in_id = False, new_id()
    models.record(session, actor, "staff.deactivated", staff, at=at)
    return staff


def activate_staff(session: Session, actor: Actor, staff_id: str, *, at: datetime) -> Staff:
    """Let somebody sign in again; raise NotAllowed unless the actor is a manager."""
    require_manager(actor)
    staff = _locked(session, actor, staff_id)
    staff.is_active = True
    models.record(session, actor, "staff.activated", staff, at=at)
    return staff


def staff_of(session: Session, actor: Actor) -> list[Staff]:
    """Return everybody of the actor's practice, active ones first, by name."""
    everybody = select(Staff).where(Staff.practice_id == actor.practice_id)
    return list(session.scalars(everybody.order_by(Staff.is_active.desc(), Staff.name, Staff.id)))


def staff_member(session: Session, actor: Actor, staff_id: str) -> Staff:
    """Return one person of the actor's practice; raise NoSuchPerson for anybody else."""
    return _found(session.scalar(_one(actor, staff_id)))


def staff_by_email(session: Session, email: str) -> Staff | None:
    """Return who signs in with this address, or None. Before sign-in no practice is known."""
    return session.scalar(select(Staff).where(Staff.email == _address(email)))


def staff_by_sign_in(session: Session, sign_in_id: str) -> Staff | None:
    """Return whose session this is, or None if it was ended."""
    return session.scalar(select(Staff).where(Staff.sign_in_id == sign_in_id))


def _one(actor: Actor, staff_id: str) -> Select[Staff]:
    return select(Staff).where(Staff.practice_id == actor.practice_id, Staff.id == staff_id)


def _locked(session: Session, actor: Actor, staff_id: str) -> Staff:
    return _found(session.scalar(locked(_one(actor, staff_id))))


def _found(staff: Staff | None) -> Staff:
    if staff is None:
        raise NoSuchPerson("There is nobody like that in your practice. Go back to the list.")
    return staff


def _checked(session: Session, person: Person, staff: Staff | None) -> Person:
    tidy = replace(person, name=person.name.strip(), email=_address(person.email))
    if not tidy.name:
        raise Refused("Enter the person's name.")
    try:
        checks.email(tidy.email)
    except ValueError as fault:
        raise Refused(str(fault)) from fault
    if not tidy.roles or tidy.roles - set(ROLES):
        raise Refused(f"Choose one or more roles: {', '.join(ROLES)}.")
    if tidy.registration and "clinician" not in tidy.roles:
        raise Refused("Only clinicians have a registration. Add that role, or leave it out.")
    owner = staff_by_email(session, tidy.email)
    if owner is not None and owner is not staff:
        raise Refused("Somebody signs in with this e-mail address already. Enter another.")
    return tidy


def _register(staff: Staff, registration: Registration | None) -> None:
    if registration is None:
        staff.clinician = None
        return
    if registration.role not in POSITIONS or registration.body not in REGISTERS:
        raise Refused("Choose the clinician's position and register from the lists.")
    try:
        number = checks.registration(registration.number, registration.body)
    except ValueError as fault:
        raise Refused(str(fault)) from fault
    if staff.clinician is None:
        staff.clinician = Clinician(practice_id=staff.practice_id)
    staff.clinician.role, staff.clinician.body = registration.role, registration.body
    staff.clinician.number = number


def _keep_a_manager(session: Session, actor: Actor, leaving: Staff) -> None:
    others = (
        one
        for one in session.scalars(
            locked(select(Staff).where(Staff.practice_id == actor.practice_id, Staff.is_active))
        )
        if one is not leaving and "manager" in one.roles
    )
    if "manager" in leaving.roles and leaving.is_active and next(others, None) is None:
        raise Refused("A practice needs a manager who can sign in. Make somebody else one first.")


def _ordered(roles: frozenset[str]) -> list[str]:
    return [role for role in ROLES if role in roles]


def _address(email: str) -> str:
    return email.strip().casefold()
