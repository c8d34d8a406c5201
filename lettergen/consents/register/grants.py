"""What can happen to the answer to one purpose: one table of events, and the state they leave."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from lettergen.calendar import british_date, local_day
from lettergen.refusals import Refused


class State(StrEnum):
    """Where a grant stands; NOT_ASKED is a purpose that was not raised, and has no row."""

    DRAFT = "draft"
    OFFERED = "offered"
    GRANTED = "granted"
    REFUSED = "refused"
    NOT_ASKED = "not_asked"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    SPENT = "spent"
    VOID = "void"


class Kind(StrEnum):
    """What happens to a grant."""

    START = "start"
    HAND_OVER = "hand_over"
    CANCEL = "cancel"
    SIGN_YES = "sign_yes"
    ANSWER_NO = "answer_no"
    USE = "use"
    PUBLISH_DONE = "publish_done"
    WITHDRAW = "withdraw"
    SUSPEND = "suspend"
    RESUME = "resume"
    REAFFIRM = "reaffirm"
    CLOCK_EXPIRE = "clock_expire"
    TURNS_16 = "turns_16"
    GAINS_CAPACITY = "gains_capacity"
    PATIENT_DIES = "patient_dies"
    FOUND_WRONG = "found_wrong"
    NARROW = "narrow"
    WIDEN = "widen"


# Known at the end of time: all that is written down, whatever a machine's clock said.
ALL_KNOWN = datetime.max.replace(tzinfo=UTC)
CARE = frozenset({"record", "share_care"})
# Why a grant is on hold where that is the signer's authority, and not a doubt: 6.3, step 10.
AUTHORITY = frozenset({"authority_ended", "dispute", "regained_capacity"})


@dataclass(frozen=True)
class Facts:
    """What guards look at when something is to happen to a grant of this purpose and route."""

    purpose: str = ""
    route: str = ""
    said_at: datetime | None = None
    signed_at: datetime | None = None
    valid_until: date | None = None
    sixteen_on: date | None = None
    died_at: datetime | None = None
    reason: str = ""
    by_name: str = ""
    second_name: str = ""
    reference: str = ""
    replaced_by: str = ""
    doubts: int = 0
    needs_patient: bool = False
    has_staff: bool = False
    is_complete: bool = False
    is_sound: bool = False
    is_live: bool = False
    is_narrower: bool = False


Guard = Callable[[Facts], str | None]


@dataclass(frozen=True)
class Move:
    """One row of the table: where an event may happen, what must hold, and what follows.

    `target` None leaves the state as it is. `effects` are kinds of tasks that it opens, or groups
    of them, see lettergen.consents.register.tasks.
    """

    sources: frozenset[State | None]
    target: State | None
    guard: Guard
    effects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Happening:
    """An event as the table needs it. `number` orders what was recorded for one grant."""

    kind: Kind
    said_at: datetime
    recorded_at: datetime
    number: int
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """A grant's state at a moment, and the event that brought it there."""

    state: State
    since: Happening | None = None


def _always(_facts: Facts) -> str | None:
    return None


def _is_signed_in(facts: Facts) -> str | None:
    return None if facts.has_staff else "Sign in first."


def _is_complete(facts: Facts) -> str | None:
    return None if facts.is_complete else "Finish your part of the form before you hand it over."


def _is_sound(facts: Facts) -> str | None:
    return None if facts.is_sound else "The form is not complete. Put right what it points out."


def _is_live(facts: Facts) -> str | None:
    return None if facts.is_live else "Ask the register first; only a YES allows a use."


def _is_published(facts: Facts) -> str | None:
    if facts.purpose != "publish":
        return "Only a consent to publish ends when the article is out."
    return None if facts.reference.strip() else "Enter the article's DOI or reference."


def _may_withdraw(facts: Facts) -> str | None:
    if facts.died_at:
        return (
            "Nobody can withdraw after a death. Put the consent on hold, with the "
            "representative's objection as the reason."
        )
    if facts.said_at and facts.signed_at and facts.said_at < facts.signed_at:
        day = british_date(local_day(facts.signed_at))
        return (
            "The date the patient changed their mind is before the date they agreed "
            f"({day}). Check the date."
        )
    return None


def _has_reason(facts: Facts) -> str | None:
    return None if facts.reason.strip() else "Say why it is put on hold."


def _is_cleared(facts: Facts) -> str | None:
    if not (facts.reason.strip() and facts.by_name.strip()):
        return "Say what cleared the doubt, and who decided."
    if facts.needs_patient:
        return "The patient can decide now. Ask the patient to sign a new form."
    if facts.doubts:
        return "There is still an open task about this photo. Finish that first."
    return None


def _is_replaced(facts: Facts) -> str | None:
    return None if facts.replaced_by else "Ask the patient to sign a new form first."


def _is_past_end(facts: Facts) -> str | None:
    ends = facts.valid_until
    if ends and facts.said_at and local_day(facts.said_at) > ends:
        return None
    return "This consent has not come to its end."


def _turned_16(facts: Facts) -> str | None:
    if facts.route != "parent" or facts.purpose in CARE:
        return "Only what a parent agreed to beyond the child's own care is asked again at 16."
    born = facts.sixteen_on
    if born and facts.said_at and local_day(facts.said_at) >= born:
        return None
    return "The patient is not 16 yet."


def _was_decided_for(facts: Facts) -> str | None:
    if facts.purpose in CARE:
        return "What was agreed for the patient's own care goes on."
    if facts.route in ("adult_self", "young_person_self"):
        return "The patient decided this in person."
    return None


def _is_dated(facts: Facts) -> str | None:
    return None if facts.said_at else "Enter the date of death."


def _have_two_seen_it(facts: Facts) -> str | None:
    first, second = facts.by_name.strip().casefold(), facts.second_name.strip().casefold()
    if not facts.reason.strip():
        return "Say what is wrong with the form."
    return None if first and second and first != second else "Two people must agree that it is."


def _is_narrower(facts: Facts) -> str | None:
    if facts.is_narrower and facts.replaced_by:
        return None
    return "This would allow more than was agreed. Ask the patient to sign a new form."


ANY = frozenset(State) - {State.VOID, State.NOT_ASKED}
OPEN: frozenset[State | None] = frozenset({State.GRANTED})
HELD: frozenset[State | None] = frozenset({State.SUSPENDED})
ENDED: frozenset[State | None] = frozenset({State.EXPIRED})
LIVING = OPEN | HELD

# The state machine of a grant: the events of 6.2 in their order. A death may also become known
# while a grant is on hold, and must not be forgotten when that ends: decision 085.
MOVES: dict[Kind, Move] = {
    Kind.START: Move(frozenset({None}), State.DRAFT, _is_signed_in),
    Kind.HAND_OVER: Move(frozenset({State.DRAFT}), State.OFFERED, _is_complete),
    Kind.CANCEL: Move(frozenset({State.DRAFT, State.OFFERED}), State.VOID, _always),
    Kind.SIGN_YES: Move(frozenset({State.OFFERED}), State.GRANTED, _is_sound, ("on_yes",)),
    Kind.ANSWER_NO: Move(frozenset({State.OFFERED}), State.REFUSED, _always),
    Kind.USE: Move(OPEN, None, _is_live),
    Kind.PUBLISH_DONE: Move(OPEN, State.SPENT, _is_published, ("send_article",)),
    Kind.WITHDRAW: Move(
        LIVING | ENDED | {State.SPENT}, State.WITHDRAWN, _may_withdraw, ("on_withdrawal", "letter")
    ),
    Kind.SUSPEND: Move(OPEN, State.SUSPENDED, _has_reason, ("clear_doubt",)),
    Kind.RESUME: Move(HELD, State.GRANTED, _is_cleared),
    Kind.REAFFIRM: Move(LIVING | ENDED, State.SUPERSEDED, _is_replaced),
    Kind.CLOCK_EXPIRE: Move(OPEN, State.EXPIRED, _is_past_end, ("remove_copies",)),
    Kind.TURNS_16: Move(OPEN, State.SUSPENDED, _turned_16, ("ask_at_16",)),
    Kind.GAINS_CAPACITY: Move(OPEN, State.SUSPENDED, _was_decided_for, ("ask_patient",)),
    Kind.PATIENT_DIES: Move(LIVING, None, _is_dated),
    Kind.FOUND_WRONG: Move(
        ANY, State.VOID, _have_two_seen_it, ("remove_copies", "incident", "tell_patient")
    ),
    Kind.NARROW: Move(OPEN, State.SUPERSEDED, _is_narrower),
    # More than was agreed is a new form from its beginning, with a signature of its own.
    Kind.WIDEN: Move(frozenset({None}), State.DRAFT, _is_signed_in),
}

STANDS = {
    None: "has not begun",
    State.DRAFT: "is being prepared",
    State.OFFERED: "is with the patient",
    State.GRANTED: "is live",
    State.REFUSED: "was refused",
    State.NOT_ASKED: "was not asked for",
    State.SUSPENDED: "is on hold",
    State.WITHDRAWN: "has been withdrawn",
    State.EXPIRED: "has come to its end",
    State.SUPERSEDED: "has been replaced by a later one",
    State.SPENT: "has been used: the article is out",
    State.VOID: "was made in error",
}


class NotPossible(Refused):
    """The table has no such move for the grant as it stands; the text says why."""


def move(state: State | None, kind: Kind, facts: Facts) -> State:
    """Return the state that an event leaves; raise NotPossible where the table has no such move."""
    row = MOVES[kind]
    if state not in row.sources:
        raise NotPossible(
            f"This consent {STANDS[state]}, so “{kind.replace('_', ' ')}” is not possible. "
            "Look at its history first."
        )
    refusal = row.guard(facts)
    if refusal:
        raise NotPossible(refusal)
    return _left(row, state)


def replay(
    happenings: Iterable[Happening],
    *,
    until: datetime,
    known_at: datetime,
    valid_until: date | None,
) -> Standing:
    """Return where a filed grant stood at a moment, as far as was known at another.

    Events count in the order in which they happened, not in which they were written down; one that
    an earlier event leaves no room for is passed over. A form made in error never was: that
    counts whatever the moment.
    """
    known = [one for one in happenings if one.recorded_at <= known_at]
    wrong = next((one for one in known if one.kind is Kind.FOUND_WRONG), None)
    if wrong:
        return Standing(State.VOID, wrong)
    standing = Standing(State.OFFERED)
    for one in sorted(known, key=lambda one: (one.said_at, one.number)):
        if one.said_at > until:
            break
        standing = _follow(_aged(standing, one.said_at, valid_until), one)
    return _aged(standing, until, valid_until)


def is_past(valid_until: date | None, moment: datetime) -> bool:
    """Say whether the last day of a consent is over at a moment."""
    return valid_until is not None and local_day(moment) > valid_until


def _aged(standing: Standing, moment: datetime, valid_until: date | None) -> Standing:
    if standing.state is State.GRANTED and is_past(valid_until, moment):
        return Standing(State.EXPIRED)
    return standing


def _follow(standing: Standing, one: Happening) -> Standing:
    row = MOVES[one.kind]
    if standing.state not in row.sources:
        return standing
    state = _left(row, standing.state)
    return standing if state is standing.state else Standing(state, one)


def _left(row: Move, state: State | None) -> State:
    left = row.target or state
    if left is None:
        raise NotPossible("There is no consent yet. Start a form first.")
    return left
