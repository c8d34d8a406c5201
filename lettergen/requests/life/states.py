"""Where a request can stand, where it may go from there, and what guards each move.

Source: the states and guards of third-party requests, domain section 5.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lettergen.requests.life import guards
from lettergen.requests.life.guards import Guard

NEW, WAITING, CLINICIAN, READY, DONE = COLUMNS = ("new", "waiting", "clinician", "ready", "done")


@dataclass(frozen=True)
class Stage:
    """One state: what people call it, where it stands on the board, and what to do in it."""

    title: str
    column: str
    advice: str
    is_end: bool = False


STATES: Mapping[str, Stage] = MappingProxyType(
    {
        "received": Stage("Received", NEW, "Decide what it is."),
        "triaged": Stage("Decided", NEW, "Take the next step that the decision names."),
        "declined": Stage("Declined", NEW, "Send the reply, then close it."),
        "redirected": Stage("Redirected", NEW, "Send the reply, then close it."),
        "on_hold": Stage(
            "On hold", WAITING, "Get what is missing, then decide again with the new answer."
        ),
        "access_clock": Stage(
            "Copy of records", CLINICIAN, "Gather the copy and have it checked before its day."
        ),
        "escalated": Stage(
            "For a manager or GP", NEW, "A manager or GP decides within one working day."
        ),
        "quoted": Stage("Quoted", WAITING, "Wait for the payer's answer, or record it."),
        "accepted": Stage("Quote accepted", WAITING, "Record the payment, or put it on account."),
        "paid": Stage("Paid", NEW, "Give it to a clinician."),
        "on_account": Stage("On account", NEW, "Give it to a clinician."),
        "waived": Stage("Fee waived", NEW, "Give it to a clinician."),
        "assigned": Stage("With a clinician", CLINICIAN, "Write the letter or fill in the form."),
        "drafted": Stage("Being written", CLINICIAN, "Finish, check and sign it."),
        "shown": Stage(
            "Patient is looking", WAITING, "Wait for the patient’s answer, then correct or sign it."
        ),
        "signed": Stage("Signed", READY, "Hand it over, or show it to the patient first."),
        "amra_wait": Stage(
            "Patient is looking", WAITING, "Wait for the patient's answer, or for the 21 days."
        ),
        "released": Stage("Handed over", DONE, "Close it."),
        "closed": Stage("Closed", DONE, "Nothing is left to do.", is_end=True),
        "withdrawn": Stage("Withdrawn", DONE, "Nothing is left to do.", is_end=True),
        "cancelled": Stage("Cancelled", DONE, "Nothing is left to do.", is_end=True),
        "refunded": Stage("Refunded", DONE, "Nothing is left to do.", is_end=True),
    }
)
# By name, and not as all but those that are done: an index then leads to these few.
OPEN = tuple(state for state, stage in STATES.items() if stage.column != DONE)

_ESCALATED = {"escalated": (guards.REASON,)}
_ENDED_EARLY = {
    "withdrawn": (guards.REASON, guards.POLICE),
    "cancelled": (guards.REASON, guards.POLICE),
}
_LEAVES = (guards.PAID, guards.PAID_BY_BODY, guards.SEEN, guards.CONSENT, guards.PERSON)
# Without a letter of ours: a copy of records, or a form that is filled in elsewhere.
_ELSEWHERE = (guards.COPY, *_LEAVES)
_GIVEN = (guards.ACCEPTED, guards.CONSENT)
_FEE = (guards.NO_FEE_ON_FREE_WORK,)
_SAID_NO = {"declined": (guards.REASON, guards.POLICE)}

_FROM: Mapping[str, Mapping[str, tuple[Guard, ...]]] = {
    "received": {
        "triaged": (guards.DECIDED,),
        "closed": (guards.REASON, guards.SPLIT),
        **_ENDED_EARLY,
    },
    "triaged": {
        "declined": (guards.DECISION,),
        "redirected": (guards.DECISION,),
        "on_hold": (guards.DECISION,),
        "access_clock": (guards.DECISION,),
        "escalated": (),
        "quoted": _FEE,
        "accepted": (*_FEE, guards.QUOTE),
        "waived": (*_FEE, guards.WAIVER),
        "assigned": (guards.WORK, *_GIVEN),
        "released": (guards.WORK, *_ELSEWHERE),
        "closed": (guards.REASON, guards.SAFE),
        **_ENDED_EARLY,
    },
    "declined": {"closed": (), "triaged": (), "refunded": (guards.REFUND,), **_ESCALATED},
    "redirected": {"closed": (), "triaged": (), **_ESCALATED},
    "on_hold": {"triaged": (), "closed": (guards.REASON,), **_ENDED_EARLY, **_ESCALATED},
    "access_clock": {
        "triaged": (),
        "assigned": _GIVEN,
        "released": _LEAVES,
        "closed": (guards.REASON,),
        **_ENDED_EARLY,
        **_ESCALATED,
    },
    "escalated": {
        "triaged": (guards.DECIDED,),
        "assigned": (guards.WORK, *_GIVEN),
        "closed": (guards.REASON, guards.SAFE),
        **_ENDED_EARLY,
    },
    "quoted": {
        "accepted": (*_FEE, guards.QUOTE),
        "waived": (*_FEE, guards.WAIVER),
        "triaged": (),
        "closed": (guards.REASON, guards.POLICE),
        **_SAID_NO,
        **_ENDED_EARLY,
        **_ESCALATED,
    },
    "accepted": {
        "paid": (*_FEE, guards.PAYMENT),
        "on_account": (*_FEE, guards.ACCOUNT),
        "waived": (*_FEE, guards.WAIVER),
        "assigned": _GIVEN,
        "triaged": (),
        **_SAID_NO,
        **_ENDED_EARLY,
        **_ESCALATED,
    },
    "paid": {
        "assigned": _GIVEN,
        "released": _ELSEWHERE,
        "refunded": (guards.REFUND,),
        **_SAID_NO,
        **_ENDED_EARLY,
        **_ESCALATED,
    },
    "on_account": {
        "assigned": _GIVEN,
        "released": _ELSEWHERE,
        "paid": (*_FEE, guards.PAYMENT),
        **_SAID_NO,
        **_ENDED_EARLY,
        **_ESCALATED,
    },
    "waived": {
        "assigned": _GIVEN,
        "released": _ELSEWHERE,
        **_SAID_NO,
        **_ENDED_EARLY,
        **_ESCALATED,
    },
    "assigned": {
        "drafted": (guards.CONSENT,),
        "signed": (guards.SIGNER, guards.CONSENT),
        "released": _ELSEWHERE,
        "closed": (guards.REASON, guards.SAFE),
        **_SAID_NO,
        **_ENDED_EARLY,
        **_ESCALATED,
    },
    "drafted": {
        "shown": (guards.PAID, guards.CONSENT),
        "signed": (guards.SETTLED, guards.SIGNER, guards.CONSENT),
        "assigned": (),
        **_SAID_NO,
        **_ENDED_EARLY,
        **_ESCALATED,
    },
    "shown": {
        "drafted": (),
        "signed": (guards.LOOKED, guards.SETTLED, guards.SIGNER, guards.CONSENT),
        **_SAID_NO,
        **_ENDED_EARLY,
        **_ESCALATED,
    },
    "signed": {
        "amra_wait": (guards.OFFER, guards.PAID),
        "released": _LEAVES,
        "drafted": (),
        "assigned": (guards.REASON,),
        **_ENDED_EARLY,
        **_ESCALATED,
    },
    "amra_wait": {
        "released": _LEAVES,
        "signed": (),
        "drafted": (),
        **_ENDED_EARLY,
        **_ESCALATED,
    },
    "released": {"closed": (), "refunded": (guards.REFUND,)},
    "closed": {"triaged": (guards.REASON, guards.NOT_LEFT), "refunded": (guards.REFUND,)},
    "withdrawn": {"refunded": (guards.REFUND,)},
    "cancelled": {"refunded": (guards.REFUND,)},
    "refunded": {},
}

# Where a request may go from where it stands, with what has to hold. What is not here is refused.
MOVES: Mapping[tuple[str, str], tuple[Guard, ...]] = MappingProxyType(
    {
        (before, after): held_by
        for before, targets in _FROM.items()
        for after, held_by in targets.items()
    }
)


def column_of(state: str, held_for: str | None = None) -> str:
    """Return the column of the board in which a request stands; what is held waits."""
    column = STATES[state].column
    return WAITING if held_for and column not in (DONE, WAITING) else column


def from_here(state: str) -> list[str]:
    """Return the states that the table lets a request in `state` go to, guards aside."""
    return [after for before, after in MOVES if before == state]
