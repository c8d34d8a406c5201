"""Narrowing: the patient allows less than before, by any route and without a new signature."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from lettergen.consents.form.terms import Terms
from lettergen.consents.register import changes, events, histories, pointers, scopes, tasks
from lettergen.consents.register.events import Said
from lettergen.consents.register.grants import Kind
from lettergen.consents.register.histories import History
from lettergen.consents.register.tasks import Opening
from lettergen.models import Actor, ConsentGrant


@dataclass(frozen=True)
class Narrower:
    """What is still allowed; None leaves a part as it was agreed. `image_ids` are keys."""

    scope: Mapping[str, Any] | None = None
    valid_until: date | None = None
    image_ids: Collection[str] | None = None


def narrow(
    session: Session,
    terms: Terms,
    actor: Actor,
    grant_id: str,
    narrower: Narrower,
    *,
    how: str,
    by_name: str,
    said_at: datetime,
    at: datetime,
    by_role: str = "patient",
) -> ConsentGrant:
    """Replace a live grant by one of the same form that allows less, and return that one.

    Uses of photos that it leaves out are called back as after a withdrawal. Raises NotFound;
    NotPossible for a grant that is not live, and for anything that would allow more, which needs a
    new form.
    """
    histories.queue(session, actor)
    history = histories.of_grants(session, actor, [grant_id])[0]
    old = history.grant
    before = pointers.covered_by(session, actor, old.id)
    after = before if narrower.image_ids is None else set(narrower.image_ids)
    new = _narrowed(old, narrower, said_at)
    is_narrower = bool(after) and after <= before and _is_within(old, new)
    said = Said(by_role, by_name, how, said_at, {"replaced_by": new.id})
    change = changes.happen(
        session, terms, actor, history, Kind.NARROW, said=said, at=at, is_narrower=is_narrower
    )
    session.add(new)
    session.flush()
    images = [pointers.image_of(session, actor, one) for one in sorted(after)]
    pointers.link(session, actor, new, images, at=at)
    fresh = History(new, history.record, [])
    from_old = Said(by_role, by_name, how, said_at, {"narrowed_from": old.id})
    signed = events.add(session, actor, fresh, Kind.SIGN_YES, from_old, at=at, is_sound=True)
    _call_back(session, terms, actor, history, dropped=before - after, since=said_at)
    events.tell(session, actor, [change.event, signed], at=at)
    return new


def _narrowed(old: ConsentGrant, narrower: Narrower, at: datetime) -> ConsentGrant:
    return ConsentGrant(
        practice_id=old.practice_id,
        record_id=old.record_id,
        purpose=old.purpose,
        decision=old.decision,
        signed_at=at,
        valid_until=narrower.valid_until or old.valid_until,
        basis=old.basis,
        scope=old.scope if narrower.scope is None else dict(narrower.scope),
    )


def _is_within(old: ConsentGrant, new: ConsentGrant) -> bool:
    ends = old.valid_until is None or (
        new.valid_until is not None and new.valid_until <= old.valid_until
    )
    return ends and scopes.is_narrower(old.purpose, old.scope, new.scope)


def _call_back(
    session: Session,
    terms: Terms,
    actor: Actor,
    history: History,
    *,
    dropped: Collection[str],
    since: datetime,
) -> None:
    uses = [
        one
        for one in tasks.copies_out(session, actor, [history.grant.id])
        if one.image_id in dropped
    ]
    if uses:
        opening = Opening(history.record, history.grant, since, uses)
        tasks.open_for_withdrawal(session, terms, opening, is_published=False)
