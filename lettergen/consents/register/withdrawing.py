"""Withdrawing: as easy as giving, at once, with what stops and what cannot be called back."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from lettergen.calendar import age_in_years, local_day
from lettergen.consents.form.terms import Terms
from lettergen.consents.register import changes, events, histories
from lettergen.consents.register.changes import Change
from lettergen.consents.register.events import Said
from lettergen.consents.register.grants import Kind, State
from lettergen.consents.register.histories import History
from lettergen.models import Actor, ConsentTask
from lettergen.refusals import Refused

WAYS = ("link", "desk", "telephone", "letter", "email")
ROLES = ("patient", "parent", "attorney", "deputy")
LEAST_CHECK = 3
YOUNG, ADULT = 16, 18
OWN_DECISION = ("adult_self", "young_person_self", "child_competent_self")


class MayNotWithdraw(Refused):
    """Whoever asks has no authority over this consent; the text says who has."""


@dataclass(frozen=True)
class Stopped:
    """One purpose that was withdrawn, as the letter to the patient says it.

    `stopped` and `lasting` are sentences for the patient; `uses` is how many logged uses are being
    called back.
    """

    grant_id: str
    purpose: str
    stopped: str
    lasting: str
    is_published: bool
    uses: int


@dataclass(frozen=True)
class Withdrawn:
    """What a withdrawal did: all that the letter needs, and the tasks that it opened."""

    record_ids: tuple[str, ...]
    said_at: datetime
    stopped: tuple[Stopped, ...]
    tasks: tuple[ConsentTask, ...]
    letter_by: date


def withdraw(
    session: Session,
    terms: Terms,
    actor: Actor,
    grant_ids: Collection[str],
    *,
    how: str,
    by_name: str,
    said_at: datetime,
    at: datetime,
    by_role: str = "patient",
    check: str = "",
    reason: str = "",
) -> Withdrawn:
    """End grants at once, and open a task for every logged use; no reason is needed.

    The patient may always withdraw, whoever agreed; a parent, attorney or deputy within their
    authority. By telephone `check` says how the caller was known. Raises NotFound; MayNotWithdraw;
    NotPossible for a date before the signature, after a death, or a grant that has ended already;
    Refused for an unknown way or a call without a check. All of the grants end, or none.
    """
    if how not in WAYS or by_role not in ROLES:
        raise Refused(f"Say how it came ({', '.join(WAYS)}) and from whom ({', '.join(ROLES)}).")
    if how == "telephone" and len(check.strip()) < LEAST_CHECK:
        raise Refused("Say how you checked who is calling, for example: 3 facts matched.")
    histories.queue(session, actor)
    found = histories.of_grants(session, actor, grant_ids)
    details = {name: text.strip() for name, text in {"check": check, "reason": reason}.items()}
    said = Said(
        by_role, by_name, how, said_at, {key: text for key, text in details.items() if text}
    )
    done: list[tuple[History, State, Change]] = []
    for history in found:
        _require_authority(history, by_role, local_day(said_at))
        before = history.state(said_at)
        died_at = _died_at(session, actor, history, said_at)
        change = changes.happen(
            session, terms, actor, history, Kind.WITHDRAW, said=said, at=at, died_at=died_at
        )
        done.append((history, before, change))
    events.tell(session, actor, [change.event for _, _, change in done], at=at)
    return _result(terms, done, said_at)


def _result(
    terms: Terms, done: Iterable[tuple[History, State, Change]], said_at: datetime
) -> Withdrawn:
    rows = list(done)
    stopped = []
    for history, before, change in rows:
        is_published = before is State.SPENT
        ending = terms.ending(history.grant.purpose, is_published=is_published)
        uses = {task.use_id for task in change.tasks if task.use_id}
        stopped.append(
            Stopped(
                history.grant.id,
                history.grant.purpose,
                ending.stopped,
                ending.lasting,
                is_published,
                len(uses),
            )
        )
    return Withdrawn(
        record_ids=tuple(sorted({history.record.id for history, _, _ in rows})),
        said_at=said_at,
        stopped=tuple(stopped),
        tasks=tuple(task for _, _, change in rows for task in change.tasks),
        letter_by=terms.due(said_at, terms.settings.letter_days),
    )


def _require_authority(history: History, by_role: str, day: date) -> None:
    """Raise MayNotWithdraw for somebody who may not speak for the patient on that day."""
    record = history.record
    if by_role == "patient":
        return
    born = date.fromisoformat(record.answers["patient"]["date_of_birth"])
    age = age_in_years(born, day)
    if by_role == "parent":
        is_older = age_in_years(born, local_day(record.signed_at)) >= YOUNG
        limit = ADULT if is_older else YOUNG
        if record.route in OWN_DECISION and history.grant.purpose not in _shared(history):
            raise MayNotWithdraw("The patient decided this. Only the patient can change it.")
        if age >= limit:
            raise MayNotWithdraw(f"The patient is {age} now and decides. Ask the patient.")
    if by_role in ("attorney", "deputy") and age < (ADULT if by_role == "attorney" else YOUNG):
        raise MayNotWithdraw("A patient of this age has a parent or decides. Ask them.")


def _shared(history: History) -> set[str]:
    """Return the purpose if a parent signed for it too, beside the young person."""
    roles = {one.get("signer_role") for one in history.record.answers.get("signatures") or []}
    return {history.grant.purpose} if "parent" in roles else set()


def _died_at(
    session: Session, actor: Actor, history: History, said_at: datetime
) -> datetime | None:
    number = history.record.answers["patient"]["nhs_number"]
    died = [one.said_at for one in histories.deaths(session, actor, number)]
    return min((when for when in died if when <= said_at), default=None)
