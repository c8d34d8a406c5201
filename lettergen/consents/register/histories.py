"""Grants with all that has happened to them, read for one practice."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lettergen import nhs
from lettergen.consents.form.moments import birthday
from lettergen.consents.register.grants import ALL_KNOWN, Happening, Kind, Standing, State, replay
from lettergen.documents import people
from lettergen.documents.people import Identity
from lettergen.models import (
    Actor,
    ConsentEvent,
    ConsentGrant,
    ConsentRecord,
    EventChain,
    locked,
)
from lettergen.refusals import Refused

SIXTEEN, EIGHTEEN = 16, 18


class NotFound(Refused):
    """The actor's practice has no such consent, image or task."""


@dataclass
class History:
    """One grant with its record and its events, in the order in which they were written down."""

    grant: ConsentGrant
    record: ConsentRecord
    happenings: list[Happening]

    def standing(self, until: datetime) -> Standing:
        """Return where the grant stood at a moment, by all that is known."""
        return replay(
            self.happenings,
            until=until,
            known_at=ALL_KNOWN,
            valid_until=self.grant.valid_until,
        )

    def state(self, at: datetime) -> State:
        """Return the state at a moment."""
        return self.standing(at).state

    @property
    def birthdays(self) -> Mapping[int, date]:
        """The patient's 16th and 18th birthday."""
        return birthdays(self.record)


def birthdays(record: ConsentRecord) -> dict[int, date]:
    """Return the days on which the patient of a record comes of the ages that matter."""
    born = date.fromisoformat(record.answers["patient"]["date_of_birth"])
    return {age: birthday(born, age) for age in (SIXTEEN, EIGHTEEN)}


def queue(session: Session, actor: Actor) -> None:
    """Wait until nobody else changes the practice's consents, and keep others waiting.

    What is decided on was read under this lock. It is the audit's own, which every change takes
    in the end, so that there is one order for all who write.
    """
    session.execute(
        locked(select(EventChain.id).where(EventChain.practice_id == actor.practice_id))
    )


def of_grants(session: Session, actor: Actor, grant_ids: Collection[str]) -> list[History]:
    """Return these grants, in the order of signing; NotFound unless the practice has them all."""
    grants = session.scalars(
        select(ConsentGrant)
        .where(ConsentGrant.practice_id == actor.practice_id, ConsentGrant.id.in_(grant_ids))
        .order_by(ConsentGrant.signed_at, ConsentGrant.id)
        .options(joinedload(ConsentGrant.record))
    ).all()
    if not grants or len(grants) < len(set(grant_ids)):
        raise not_found()
    return read(session, actor, grants)


def of_record(session: Session, actor: Actor, record_id: str) -> list[History]:
    """Return the grants of one record; NotFound."""
    grants = session.scalars(
        select(ConsentGrant)
        .where(ConsentGrant.practice_id == actor.practice_id, ConsentGrant.record_id == record_id)
        .order_by(ConsentGrant.signed_at, ConsentGrant.id)
        .options(joinedload(ConsentGrant.record))
    ).all()
    if not grants:
        raise not_found()
    return read(session, actor, grants)


def of_patient(session: Session, actor: Actor, nhs_number: str) -> list[History]:
    """Return all grants of a patient, in the order of signing."""
    grants = session.scalars(
        select(ConsentGrant)
        .join(ConsentGrant.record)
        .where(
            ConsentGrant.practice_id == actor.practice_id,
            ConsentRecord.nhs_number_index.in_(nhs_number_indexes(session, nhs_number)),
        )
        .order_by(ConsentGrant.signed_at, ConsentGrant.id)
        .options(joinedload(ConsentGrant.record))
    ).all()
    return read(session, actor, grants)


def read(session: Session, actor: Actor, grants: Iterable[ConsentGrant]) -> list[History]:
    """Return grants with their events."""
    found = {one.id: History(one, one.record, []) for one in grants}
    events = session.scalars(
        select(ConsentEvent)
        .where(ConsentEvent.practice_id == actor.practice_id, ConsentEvent.grant_id.in_(found))
        .order_by(ConsentEvent.number, ConsentEvent.id)
    )
    for event in events:
        found[event.grant_id].happenings.append(happening(event))
    return list(found.values())


def happening(event: ConsentEvent) -> Happening:
    """Return what an event tells the table of moves."""
    return Happening(
        Kind(event.kind), event.said_at, event.recorded_at, event.number, event.details
    )


def deaths(
    session: Session, actor: Actor, nhs_number: str, *, known_at: datetime = ALL_KNOWN
) -> list[Happening]:
    """Return what is known of a patient's death, from any grant not found wrong by `known_at`."""
    return [
        one
        for history in of_patient(session, actor, nhs_number)
        if not any(
            other.kind is Kind.FOUND_WRONG and other.recorded_at <= known_at
            for other in history.happenings
        )
        for one in history.happenings
        if one.kind is Kind.PATIENT_DIES
    ]


def nhs_number_indexes(session: Session, nhs_number: str) -> list[bytes]:
    """Return under what an NHS number may be stored, by every key that is held."""
    return people.indexes(session, Identity(nhs.digits_of(nhs_number))).nhs_number


def not_found() -> NotFound:
    """Return the refusal for what the practice does not have."""
    return NotFound("There is no such consent in your practice. Search the register.")
