"""References of requests: RQ-7K3M-9QXP, checkable like a letter's and never taken for one."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import reference
from lettergen.models import Request
from lettergen.reference import NoReference

PREFIX = "RQ"


def fresh(session: Session) -> str:
    """Return a reference that no request bears in any practice."""
    while True:
        found = PREFIX + reference.new().removeprefix(reference.PREFIX)
        if session.scalar(select(Request.id).where(Request.reference == found)) is None:
            return found


def parse(text: str) -> str:
    """Return a typed reference in its proper writing; raise NoReference for anything else.

    Forgives what a letter's reference forgives, and a missing RQ.
    """
    bare = text.strip().upper()
    if bare.startswith(reference.PREFIX):
        raise NoReference("This is the reference of a letter; a request's looks like RQ-7K3M-9QXP.")
    try:
        return PREFIX + reference.parse(bare.removeprefix(PREFIX)).removeprefix(reference.PREFIX)
    except NoReference as fault:
        raise NoReference(
            "This is not the reference of a request. It looks like RQ-7K3M-9QXP; "
            "please check each character."
        ) from fault
