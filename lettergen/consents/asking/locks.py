"""Links about photo consents that were locked, until somebody at the practice dealt with them."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import links
from lettergen.links import NoSuchLink
from lettergen.models import Actor, ConsentDraft, ConsentRecord, Link

CONSENT, WITHDRAW = "consent", "withdraw"


@dataclass(frozen=True)
class LockedLink:
    """A locked link: to answer a consent that is on its way, or to stop one that is filed."""

    link: Link
    reference: str

    @property
    def is_to_answer(self) -> bool:
        """Say whether the link asks for consent; else it stops one."""
        return self.link.purpose == CONSENT


def locked(session: Session, actor: Actor) -> list[LockedLink]:
    """Return the locked links that wait for somebody of the practice, the first one first."""
    found = [one for one in links.locked(session, actor) if one.purpose in (CONSENT, WITHDRAW)]
    return [LockedLink(one, reference_of(session, one)) for one in found]


def locked_link(session: Session, actor: Actor, link_id: str) -> LockedLink:
    """Return one of them; raise NoSuchLink for any other, and once it was dealt with."""
    for one in locked(session, actor):
        if one.link.id == link_id:
            return one
    raise NoSuchLink


def reference_of(session: Session, link: Link) -> str:
    """Return the reference of the consent that a link is about; empty for no such consent."""
    model = ConsentDraft if link.purpose == CONSENT else ConsentRecord
    found = session.scalar(
        select(model.reference).where(
            model.practice_id == link.practice_id, model.id == link.subject_id
        )
    )
    return str(found or "")
