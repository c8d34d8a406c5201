"""From a person's record, or the command line, to the one who acts."""

from lettergen.models import ROLES, Actor, NotAllowed, Practice, Staff


def actor_of(staff: Staff) -> Actor:
    """Return the actor that a member of staff is."""
    return Actor(
        staff_id=staff.id,
        practice_id=staff.practice_id,
        name=staff.name,
        role=next(role for role in ROLES if role in staff.roles),
        roles=frozenset(staff.roles),
        may_sign=staff.may_sign,
    )


def operator_of(practice: Practice) -> Actor:
    """Return the actor that whoever runs the command line is, for one practice."""
    return Actor(
        staff_id=None,
        practice_id=practice.id,
        name="Command line",
        role="manager",
        roles=frozenset({"manager"}),
        may_sign=False,
    )


def require_manager(actor: Actor) -> None:
    """Raise NotAllowed unless the actor manages the practice."""
    if "manager" not in actor.roles:
        raise NotAllowed("Only a practice manager can change this. Please ask yours.")
