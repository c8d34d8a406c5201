"""The outcome of triage as the receptionist reads it: large, with source, money and button."""

from collections.abc import Mapping
from dataclasses import dataclass

from lettergen.models import Request
from lettergen.requests.catalogue.grammar import Catalogue, Source, Type
from lettergen.requests.money.pence import pounds
from lettergen.requests.triage import Decision, why
from lettergen.web.base.display import plural

TONES = {
    "NHS_FREE": "free",
    "ACCESS": "free",
    "STATE_FEE": "fee",
    "ORG_FEE": "fee",
    "PATIENT_FEE": "fee",
    "DECLINE": "no",
    "REDIRECT": "no",
    "HOLD": "hold",
    "ESCALATE": "hold",
    "LEGAL_DUTY": "stop",
    "URGENT": "stop",
}
FEES = ("ORG_FEE", "PATIENT_FEE")
GIVEN = ("NHS_FREE", "STATE_FEE")
# Outcomes after which the practice works, so that the patient has to be known.
WORK = ("NHS_FREE", "STATE_FEE", "ORG_FEE", "PATIENT_FEE", "ACCESS", "LEGAL_DUTY", "URGENT")
_MAY_BE_REFUSED = ("REDIRECT", "DECLINE")
ROLES = {"R": "reception", "A": "administrator", "N": "nurse or pharmacist", "G": "GP"}


@dataclass(frozen=True)
class Answer:
    """What the page says of one decision."""

    outcome: str
    tone: str
    title: str
    reason: str
    next_action: str
    also: tuple[str, ...]
    sources: tuple[Source, ...]
    money: str
    time: str
    who: str
    button: str
    rule: str
    letter: str
    reply: tuple[str, ...]
    may_be_refused: bool
    is_clinical: bool


def answer_of(
    decision: Decision,
    known: Catalogue,
    kind: Type | None,
    inputs: Mapping[str, str],
    *,
    fee_pence: int | None,
    reply: tuple[str, ...] = (),
) -> Answer:
    """Return what the page says. `fee_pence` is the total to the payer where there is a fee."""
    title = known.outcomes[decision.outcome].title
    return Answer(
        outcome=decision.outcome,
        tone=TONES[decision.outcome],
        title=title,
        reason=decision.reason,
        next_action=decision.next_action,
        also=tuple(known.replies[code].added for code in decision.also if code in known.replies),
        sources=decision.sources,
        money=_money(decision, known, fee_pence),
        time=_time(decision, kind),
        who=_who(decision, kind),
        button=_button(decision, kind, fee_pence),
        rule=decision.rule,
        letter=decision.letter,
        reply=reply,
        may_be_refused=decision.outcome in _MAY_BE_REFUSED and inputs.get("alt") != "tried_failed",
        is_clinical=is_clinical(kind),
    )


@dataclass(frozen=True)
class Stored:
    """What a request's page says of how it was decided."""

    tone: str
    title: str
    reason: str
    rule: str
    letter: str


def stored(row: Request, known: Catalogue, kind: Type | None) -> Stored | None:
    """Return how a request was decided, None while it is not; by the rule that was used then."""
    if row.outcome is None:
        return None
    rule = next((one for one in known.rules if one.id == row.rule), None)
    by_hand = "A person of the practice decided this."
    reason = why(rule, row.outcome, kind)[0] if rule else by_hand
    return Stored(
        tone=TONES[row.outcome],
        title=known.outcomes[row.outcome].title,
        reason=reason,
        rule=row.rule if rule and row.rule else "",
        letter=row.letter or "",
    )


def is_clinical(kind: Type | None) -> bool:
    """Say whether the work is a clinician's; of what nobody knows, it is."""
    return kind is None or not set(kind.who) <= {"R", "A"}


def _money(decision: Decision, known: Catalogue, fee_pence: int | None) -> str:
    if decision.outcome in FEES and fee_pence is not None:
        return pounds(fee_pence)
    return known.outcomes[decision.outcome].money


def _time(decision: Decision, kind: Type | None) -> str:
    if decision.outcome == "URGENT":
        return "now"
    if decision.outcome in ("LEGAL_DUTY", "ESCALATE"):
        return "1 working day"
    if decision.letter or kind is None:
        return "today"
    return plural(kind.target_days, "working day") if kind.target_days else "today"


def _who(decision: Decision, kind: Type | None) -> str:
    if decision.outcome in ("LEGAL_DUTY", "ESCALATE"):
        return "manager and GP"
    if decision.outcome == "URGENT":
        return "duty clinician"
    if decision.letter or kind is None:
        return "reception"
    names = " or ".join(ROLES.get(one, one) for one in kind.who)
    return f"{names}, about {plural(kind.gp_min, 'minute')}" if kind.gp_min else names


def _button(decision: Decision, kind: Type | None, fee_pence: int | None) -> str:
    if decision.letter:
        return f"Send reply {decision.letter}"
    if decision.outcome in FEES and fee_pence is not None:
        return f"Quote {pounds(fee_pence)}"
    if decision.outcome in GIVEN and is_clinical(kind):
        return "Give to a clinician"
    return decision.button
