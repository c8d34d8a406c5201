"""What the records of practice and signer supply to a letter."""

import hashlib
import json
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.definitions import DocumentType
from lettergen.models import Actor, Clinician, Practice, Staff

Facts = dict[str, str]


def practice_facts(session: Session, actor: Actor) -> Facts:
    """Return practice.name and the like, as answers take them."""
    practice = session.scalars(select(Practice).where(Practice.id == actor.practice_id)).one()
    facts = {
        "name": practice.name,
        "ods": practice.ods,
        "address": practice.address,
        "phone": practice.phone,
        "email": practice.email,
        "secure_domains": "\n".join(practice.secure_domains),
    }
    return {f"practice.{name}": text for name, text in facts.items()}


def signer_facts(staff: Staff | None) -> Facts:
    """Return signer.name and the like of somebody who may sign; nothing of anybody else."""
    if staff is None or staff.clinician is None or not staff.may_sign:
        return {}
    facts = {
        "name": staff.name,
        "role": staff.clinician.role,
        "body": staff.clinician.body,
        "number": staff.clinician.number,
    }
    return {f"signer.{name}": text for name, text in facts.items()}


def signer_of(session: Session, actor: Actor) -> Staff | None:
    """Return the actor's own staff record, or None for the command line."""
    return session.scalar(
        select(Staff).where(Staff.practice_id == actor.practice_id, Staff.id == actor.staff_id)
    )


def facts_for(session: Session, actor: Actor) -> Facts:
    """Return all that the records supply to a letter that this actor would sign."""
    return {**practice_facts(session, actor), **signer_facts(signer_of(session, actor))}


def supplied(kind: DocumentType, facts: Mapping[str, str]) -> dict[str, str]:
    """Return field name → answer, for the fields that a record supplies."""
    return {name: facts[source] for name, source in kind.supplied().items() if source in facts}


def digest(facts: Mapping[str, object]) -> str:
    """Return a hash of facts, to see later whether any of them changed."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def registered(session: Session, actor: Actor, number: str) -> Staff | None:
    """Return the practice's clinician with a registration number, or None."""
    return session.scalar(
        select(Staff)
        .join(Clinician, Clinician.staff_id == Staff.id)
        .where(Staff.practice_id == actor.practice_id, Clinician.number == number)
        .order_by(Staff.id)
        .limit(1)
    )
