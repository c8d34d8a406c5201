"""Who acts: what the rest of the program needs to know about a person."""

from dataclasses import dataclass

from lettergen.refusals import Refused


class NotAllowed(Refused):
    """The actor may not do what was asked; the text says who may."""


@dataclass(frozen=True)
class Actor:
    """Somebody of one practice who does something.

    `role` is the one of `roles` that their work is logged under: clinician before manager
    before reception. `staff_id` is None for the command line.
    """

    staff_id: str | None
    practice_id: str
    name: str
    role: str
    roles: frozenset[str]
    may_sign: bool
