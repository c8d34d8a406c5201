"""The address book of those who ask: one row an organisation, however its name is spelt."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from lettergen import models
from lettergen.models import Actor, NotAllowed, Requester, RequesterName, locked
from lettergen.refusals import Refused
from lettergen.requests.life import spellings
from lettergen.requests.life.histories import History, of_requester
from lettergen.requests.life.refusals import NoSuchRequester

LONGEST = 200
LONGEST_TEXT = 500
MOST_FOUND = 100
GONE = "There is no such organisation in your address book. Look for it by name."


def find_or_make(
    session: Session, actor: Actor, name: str, kind: str, *, at: datetime
) -> Requester:
    """Return the organisation that any spelling of this name belongs to, or a new one.

    Raises Refused for an empty name and for one of more than 200 characters.
    """
    written = _checked(name)
    key = spellings.key_of(written)
    found = _by_key(session, actor, key)
    if found:
        return found
    try:
        with session.begin_nested():
            return _made(session, actor, written, key, kind=kind, at=at)
    except IntegrityError:
        # Somebody else made it at the same moment.
        found = _by_key(session, actor, key)
        if found is None:
            raise
        return found


def get(session: Session, actor: Actor, requester_id: str) -> Requester:
    """Return one organisation with its own spellings; raise NoSuchRequester."""
    return _found(session.scalar(_one(actor, requester_id)))


def find(session: Session, actor: Actor, words: str) -> list[Requester]:
    """Return the organisations that words may mean, the likest first; without words all, by name.

    What was merged into another is found under the other.
    """
    everyone = _everyone(session, actor)
    shown = [one for one in everyone if not one.merged_into_id]
    key = spellings.key_of(words)
    if not key:
        return sorted(shown, key=lambda one: (one.name.casefold(), one.id))[:MOST_FOUND]
    scores: dict[str, float] = {}
    targets = _targets(everyone)
    for one in everyone:
        best = max((spellings.likeness(key, name.key) for name in one.names), default=0.0)
        into = targets[one.id]
        scores[into] = max(scores.get(into, 0.0), best)
    likely = [one for one in shown if scores.get(one.id, 0.0) >= spellings.LIKE]
    return sorted(likely, key=lambda one: (-scores[one.id], one.name.casefold(), one.id))


def alike(session: Session, actor: Actor, requester_id: str) -> list[Requester]:
    """Return other organisations that are spelt much like this one, to be merged perhaps."""
    this = get(session, actor, requester_id)
    return [one for one in find(session, actor, this.name) if one.id != this.id]


def edit(
    session: Session,
    actor: Actor,
    requester_id: str,
    *,
    name: str,
    kind: str,
    email: str = "",
    phone: str = "",
    address: str = "",
    note: str = "",
    is_on_account: bool,
    at: datetime,
) -> Requester:
    """Change what is known of an organisation; a new name is one more spelling of it.

    Raises NoSuchRequester, Refused for a name that is another organisation's, and NotAllowed for
    an account that is opened or ended by anybody but a manager.
    """
    row = _found(session.scalar(locked(_one(actor, requester_id))))
    if is_on_account != row.is_on_account and "manager" not in actor.roles:
        raise NotAllowed("Only a manager opens or ends an account. Ask yours.")
    written = _checked(name)
    _add_spelling(session, actor, row, written)
    texts = {"email": email, "phone": phone, "address": address, "note": note}
    for field, value in texts.items():
        if len(value) > LONGEST_TEXT:
            raise Refused(f"The {field} is longer than {LONGEST_TEXT} characters. Shorten it.")
        setattr(row, field, value.strip() or None)
    row.name, row.kind, row.is_on_account = written, kind, is_on_account
    details = {"is_on_account": is_on_account}
    models.record(session, actor, "requester.edited", row, at=at, details=details)
    return row


def merge(
    session: Session, actor: Actor, requester_id: str, into_id: str, *, at: datetime
) -> Requester:
    """Say that one organisation is another: from now on all its spellings mean that other one.

    Nothing of it is changed, so that `unmerge` can undo it. Raises NoSuchRequester; Refused for
    an organisation merged with itself or merged already; and NotAllowed for anybody but a manager
    where only one of the two has an account.
    """
    rows = {one.id: one for one in session.scalars(locked(_several(actor, requester_id, into_id)))}
    one, into = _found(rows.get(requester_id)), _found(rows.get(into_id))
    if one is into:
        raise Refused("These are one and the same entry. Choose another one.")
    if one.merged_into_id or into.merged_into_id:
        raise Refused("One of these was merged already. Reload the page and choose again.")
    _require_account(actor, one, into)
    one.merged_into_id = into.id
    models.record(session, actor, "requester.merged", one, at=at, details={"into": into.id})
    return into


def unmerge(session: Session, actor: Actor, requester_id: str, *, at: datetime) -> Requester:
    """Make an organisation that was merged into another one of its own again.

    Raises as `merge` does.
    """
    row = _found(session.scalar(locked(_one(actor, requester_id))))
    if not row.merged_into_id:
        raise Refused("This organisation stands on its own already.")
    _require_account(actor, row, get(session, actor, row.merged_into_id))
    details = {"from": row.merged_into_id}
    row.merged_into_id = None
    models.record(session, actor, "requester.unmerged", row, at=at, details=details)
    return row


def merged_into(session: Session, actor: Actor, requester_id: str) -> list[Requester]:
    """Return the organisations that were merged into this one, by name."""
    everyone = _everyone(session, actor)
    targets = _targets(everyone)
    return [one for one in everyone if targets[one.id] == requester_id and one.id != requester_id]


def canonical(session: Session, actor: Actor) -> dict[str, Requester]:
    """Return for each organisation that was merged the one it stands for."""
    everyone = _everyone(session, actor)
    targets, rows = _targets(everyone), {one.id: one for one in everyone}
    return {one.id: rows[targets[one.id]] for one in everyone if one.merged_into_id}


def history(session: Session, actor: Actor, requester_id: str) -> History:
    """Return what came of an organisation's requests, under any of its spellings."""
    get(session, actor, requester_id)
    also = [one.id for one in merged_into(session, actor, requester_id)]
    return of_requester(session, actor, [requester_id, *also])


def _require_account(actor: Actor, one: Requester, other: Requester) -> None:
    """Raise NotAllowed where a merging would open or end an account without a manager."""
    if one.is_on_account != other.is_on_account and "manager" not in actor.roles:
        raise NotAllowed(
            "Only one of these two pays on account, so a manager has to do this. Ask yours."
        )


def _by_key(session: Session, actor: Actor, key: str) -> Requester | None:
    found = session.scalar(
        select(Requester)
        .join(RequesterName, RequesterName.requester_id == Requester.id)
        .where(Requester.practice_id == actor.practice_id, RequesterName.key == key)
    )
    while found is not None and found.merged_into_id:
        found = session.scalar(_one(actor, found.merged_into_id))
    return found


def _made(
    session: Session, actor: Actor, name: str, key: str, *, kind: str, at: datetime
) -> Requester:
    made = Requester(
        practice_id=actor.practice_id,
        name=name,
        kind=kind,
        is_on_account=False,
        created_at=at,
        names=[RequesterName(practice_id=actor.practice_id, name=name, key=key)],
    )
    session.add(made)
    models.record(session, actor, "requester.added", made, at=at)
    return made


def _add_spelling(session: Session, actor: Actor, row: Requester, name: str) -> None:
    key = spellings.key_of(name)
    known = session.scalar(
        select(RequesterName).where(
            RequesterName.practice_id == actor.practice_id, RequesterName.key == key
        )
    )
    if known is None:
        row.names.append(RequesterName(practice_id=actor.practice_id, name=name, key=key))
    elif known.requester_id != row.id:
        raise Refused("Another organisation has this name already. Merge the two instead.")


def _checked(name: str) -> str:
    written = " ".join(name.split())
    if not spellings.key_of(written):
        raise Refused("Enter the organisation's name as it stands on its letter.")
    if len(written) > LONGEST:
        raise Refused(
            f"This name has {len(written)} characters; {LONGEST} are the most. "
            "Enter the organisation's name only."
        )
    return written


def _everyone(session: Session, actor: Actor) -> list[Requester]:
    found = session.scalars(
        select(Requester)
        .where(Requester.practice_id == actor.practice_id)
        .order_by(Requester.name, Requester.id)
        .options(selectinload(Requester.names))
    )
    return list(found)


def _targets(everyone: list[Requester]) -> dict[str, str]:
    """Return for each organisation the one that it stands for at last, itself mostly."""
    into = {one.id: one.merged_into_id for one in everyone}
    found = {}
    for one in into:
        last = one
        while after := into.get(last):
            last = after
        found[one] = last
    return found


def _one(actor: Actor, requester_id: str) -> Select[Requester]:
    return select(Requester).where(
        Requester.practice_id == actor.practice_id, Requester.id == requester_id
    )


def _several(actor: Actor, *ids: str) -> Select[Requester]:
    # In one order, so that two who merge crosswise do not wait for each other.
    return (
        select(Requester)
        .where(Requester.practice_id == actor.practice_id, Requester.id.in_(ids))
        .order_by(Requester.id)
    )


def _found(row: Requester | None) -> Requester:
    if row is None:
        raise NoSuchRequester(GONE)
    return row
