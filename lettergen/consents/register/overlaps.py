"""A later form for the same photos: a new yes replaces the earlier one, a new no withdraws it."""

from datetime import datetime

from sqlalchemy.orm import Session

from lettergen.consents.form.terms import Terms
from lettergen.consents.register import changes, pointers
from lettergen.consents.register.deciders import decider_name, decider_role
from lettergen.consents.register.events import Said
from lettergen.consents.register.grants import MOVES, Kind, State
from lettergen.consents.register.histories import History, of_patient
from lettergen.models import Actor, ConsentEvent, ConsentRecord


def settle(
    session: Session, terms: Terms, actor: Actor, record: ConsentRecord, *, at: datetime
) -> list[ConsentEvent]:
    """Replace or withdraw what the forms of one patient say twice about the same photos.

    Looks both ways, because a form from paper may be filed after a later one. A yes for all the
    photos of an earlier yes replaces it; a no for any of them withdraws it.
    """
    added: list[ConsentEvent] = []
    histories = of_patient(session, actor, record.answers["patient"]["nhs_number"])
    mine = [one for one in histories if one.record.id == record.id]
    others = [one for one in histories if one.record.id != record.id]
    for one in mine:
        for other in others:
            if one.grant.purpose != other.grant.purpose:
                continue
            older, newer = sorted((one, other), key=lambda each: each.grant.signed_at)
            added += _settle_pair(session, terms, actor, older, newer, at=at)
    return added


def _settle_pair(
    session: Session,
    terms: Terms,
    actor: Actor,
    older: History,
    newer: History,
    *,
    at: datetime,
) -> list[ConsentEvent]:
    before, after = (pointers.covered_by(session, actor, one.grant.id) for one in (older, newer))
    is_yes = newer.grant.decision == "yes"
    kind = Kind.REAFFIRM if is_yes else Kind.WITHDRAW
    concerns = before <= after if is_yes else bool(before & after)
    signed = newer.grant.signed_at
    is_possible = older.state(signed) in MOVES[kind].sources
    is_void = newer.state(signed) is State.VOID
    if not before or not concerns or not is_possible or is_void:
        return []
    said = Said(
        decider_role(newer.record),
        decider_name(newer.record),
        "form",
        signed,
        {"replaced_by": newer.grant.id},
    )
    return [changes.happen(session, terms, actor, older, kind, said=said, at=at).event]
