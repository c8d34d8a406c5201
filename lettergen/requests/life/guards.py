"""What has to hold before a request moves: the guards G1 to G9, and those of the decision itself.

A guard looks at facts alone and answers with nothing, or with why not and what to do next.
Source: domain section 5.1; G5 follows the Access to Medical Reports Act 1988, sections 4 and 5.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from lettergen.calendar import british_date
from lettergen.documents.eyes import FOR_RESTRICTED

PATIENT_FEE, ORG_FEE = FEES = ("PATIENT_FEE", "ORG_FEE")
OLDEST_DEBT = 60
# Where the decision leads when it leads to one state only.
LEADS_TO = {
    "declined": ("DECLINE",),
    "redirected": ("REDIRECT",),
    "on_hold": ("HOLD",),
    "access_clock": ("ACCESS",),
}
OUTSIDE = "outside"
NO_WORK = ("DECLINE", "REDIRECT", "HOLD")
NO_CONSENT_NEEDED = ("LEGAL_DUTY", "URGENT")


@dataclass(frozen=True)
class Money:
    """What is known of a request's money.

    `quote` is the state of its last quote, or nothing; `oldest_debt_days` is the age of the
    oldest unpaid invoice of whoever pays on account.
    """

    quote: str = ""
    lapses_on: date | None = None
    is_paid: bool = False
    is_waived: bool = False
    is_on_account: bool = False
    is_refunded: bool = False
    oldest_debt_days: int = 0


@dataclass(frozen=True)
class Sight:
    """Whether the patient wants to see the letter first, was offered it, saw it, and answered.

    `may_leave_on` is the first day on which it may leave without any word from the patient;
    `is_other` says that the signed letter does not say what the patient agreed to.
    """

    is_wished: bool = False
    is_offered: bool = False
    is_seen: bool = False
    answer: str = ""
    verdict: str = ""
    may_leave_on: date | None = None
    is_other: bool = False


@dataclass(frozen=True)
class Facts:
    """All that guards ask of a request. `consent_fault` is empty where consent is good.

    `handlers` are the people who wrote it or have it; `signer_id` whoever must sign for a
    trainee; `signed_by` whose signature the letter bears already; `tell_police_on` the day by
    which the police must hear that a firearms report waits, until somebody told them.
    """

    outcome: str = ""
    type_key: str = "other"
    is_urgent: bool = False
    is_restricted: bool = False
    consent_fault: str = ""
    money: Money = field(default_factory=Money)
    sight: Sight = field(default_factory=Sight)
    handlers: frozenset[str] = frozenset()
    signer_id: str | None = None
    signed_by: str | None = None
    tell_police_on: date | None = None
    has_left: bool = False
    has_parts: bool = False


@dataclass(frozen=True)
class Step:
    """Somebody's wish to move a request: where to, on which day, and why if they say.

    `way` is how it leaves, where it does: OUTSIDE for a form that is not made here.
    """

    to: str
    on: date
    because: str = ""
    staff_id: str | None = None
    may_sign: bool = False
    roles: frozenset[str] = frozenset()
    way: str = ""


@dataclass(frozen=True)
class Guard:
    """One rule: its code in the domain document, what it says, and its check."""

    code: str
    rule: str
    why_not: Callable[[Facts, Step], str]


def _decided(facts: Facts, _step: Step) -> str:
    return "" if facts.outcome else "Nothing is decided yet. Answer the questions first."


def _decision(facts: Facts, step: Step) -> str:
    if facts.outcome in LEADS_TO[step.to]:
        return ""
    return (
        f"This request was decided as {_named(facts.outcome)}. "
        "Decide it again if that has changed, then take this step."
    )


def _work(facts: Facts, _step: Step) -> str:
    if facts.outcome and facts.outcome not in NO_WORK:
        return ""
    return (
        f"This request was decided as {_named(facts.outcome)}, so there is nothing to write. "
        "Decide it again first, or disagree with the decision."
    )


def _reason(_facts: Facts, step: Step) -> str:
    return "" if step.because.strip() else "Say why, in a few words. The reason is kept."


def _free(facts: Facts, _step: Step) -> str:
    if facts.outcome in FEES:
        return ""
    return (
        f"No fee may be taken here: it was decided as {_named(facts.outcome)}. "
        "Carry on with the work without a quote."
    )


def _accepted(facts: Facts, _step: Step) -> str:
    money = facts.money
    is_agreed = money.quote == "accepted" or money.is_paid or money.is_waived
    if facts.outcome not in FEES or facts.is_urgent or is_agreed:
        return ""
    return (
        "Nobody has accepted the fee yet. Send a quote and record the answer, "
        "or have the fee waived; then give it to a clinician."
    )


def _paid(facts: Facts, _step: Step) -> str:
    settled = facts.money.is_paid or facts.money.is_waived
    if facts.outcome != PATIENT_FEE or facts.is_urgent or settled:
        return ""
    return "The fee is not paid. Record the payment or have the fee waived, and then hand it over."


def _paid_by_body(facts: Facts, _step: Step) -> str:
    money = facts.money
    if facts.outcome != ORG_FEE or facts.is_urgent or money.is_paid or money.is_waived:
        return ""
    return _no_account(money, "The organisation has not paid.")


def _account(facts: Facts, _step: Step) -> str:
    return _no_account(facts.money, "This payer has no account with the practice.")


def _no_account(money: Money, start: str) -> str:
    if money.is_on_account and money.oldest_debt_days <= OLDEST_DEBT:
        return ""
    if money.is_on_account:
        return (
            f"{start} It has an account, but owes an invoice that is {money.oldest_debt_days} "
            f"days old; {OLDEST_DEBT} days are the most. Record the payment first."
        )
    return f"{start} Record the payment, have the fee waived, or open an account for it first."


def _quote(facts: Facts, step: Step) -> str:
    money = facts.money
    if money.quote == "accepted":
        return ""
    if money.quote != "offered":
        return "There is no open quote to accept. Send a quote first."
    if money.lapses_on and step.on > money.lapses_on:
        return f"The quote lapsed on {british_date(money.lapses_on)}. Send a new one."
    return ""


def _seen(facts: Facts, step: Step) -> str:
    sight = facts.sight
    if sight.answer:
        return _answered(sight)
    if not (sight.is_wished or sight.is_offered):
        return ""
    if sight.is_seen:
        return (
            "The patient has seen the letter and has not agreed yet. Ask for the answer, "
            "and record it."
        )
    if sight.may_leave_on and step.on >= sight.may_leave_on:
        return ""
    wait = "The patient wants to see it first. Show it, and record the answer."
    if sight.may_leave_on:
        wait += f" It may leave without an answer from {british_date(sight.may_leave_on)}."
    return wait


def _answered(sight: Sight) -> str:
    if sight.answer == "correction":
        return _unsettled(sight)
    if sight.answer == "refused":
        return "The patient does not agree that this letter is sent. Withdraw the request."
    if sight.is_other:
        return (
            "The letter was changed after the patient agreed to it. Show it again and record "
            "that the patient agrees."
        )
    return ""


def _unsettled(sight: Sight) -> str:
    if not sight.verdict:
        return (
            "The patient asked for a correction. A clinician corrects the letter or records why "
            "it stays as it is."
        )
    return (
        "The patient asked for a correction, and it was answered. Show the letter again and "
        "record that the patient agrees."
    )


def _settled(facts: Facts, _step: Step) -> str:
    sight = facts.sight
    if sight.answer == "correction" and not sight.verdict:
        return _unsettled(sight)
    if sight.answer == "refused":
        return (
            "The patient does not agree that this letter is sent. Withdraw the request, or write "
            "another letter and show it."
        )
    return ""


def _looked(facts: Facts, step: Step) -> str:
    sight = facts.sight
    if sight.answer:
        return ""
    if not sight.is_seen and sight.may_leave_on and step.on >= sight.may_leave_on:
        return ""
    return (
        "The patient reads this letter before it is signed. Wait for the answer, "
        "or take the letter back first."
    )


def _offer(facts: Facts, _step: Step) -> str:
    if facts.sight.is_wished or facts.sight.is_offered:
        return ""
    return "The patient was not offered to see it. Offer that first, or hand it over."


def _police(facts: Facts, step: Step) -> str:
    if facts.tell_police_on is None or step.on < facts.tell_police_on:
        return ""
    return (
        "The police have waited for this since before "
        f"{british_date(facts.tell_police_on)}. Tell them why there is no report, "
        "record that they were told, and then take this step."
    )


def _consent(facts: Facts, _step: Step) -> str:
    return "" if facts.outcome in NO_CONSENT_NEEDED else facts.consent_fault


def _signer(facts: Facts, step: Step) -> str:
    if not step.may_sign or step.staff_id is None:
        return "Only a registered clinician signs. Give the request to one."
    if facts.signed_by and facts.signed_by != step.staff_id:
        return "The letter bears another clinician's signature. That clinician takes this step."
    if facts.signer_id:
        if facts.signer_id == step.staff_id:
            return ""
        return "A supervisor signs this one. Let the supervisor read and sign it."
    if step.staff_id in facts.handlers:
        return ""
    return "Somebody else has this request. Take it over first, read the letter, and then sign it."


def _person(facts: Facts, step: Step) -> str:
    if step.staff_id is None:
        return "Only a person of the practice hands a letter over. Sign in first."
    if facts.is_restricted and not step.roles & FOR_RESTRICTED:
        return "This request is restricted: a clinician or a manager hands it over."
    return ""


def _payment(facts: Facts, _step: Step) -> str:
    if facts.money.is_paid:
        return ""
    return "No payment is recorded that covers the fee. Record the payment first."


def _waiver(facts: Facts, _step: Step) -> str:
    return "" if facts.money.is_waived else "No waiver is approved. Ask for one first."


def _refund(facts: Facts, _step: Step) -> str:
    return "" if facts.money.is_refunded else "No refund is recorded. Record the refund first."


def _safe(facts: Facts, _step: Step) -> str:
    if facts.money.is_paid and not facts.money.is_refunded:
        return "A fee was paid and nothing was handed over. Record the refund first."
    return ""


def _not_left(facts: Facts, _step: Step) -> str:
    if not facts.has_left:
        return ""
    return "A letter was handed over for this request. Make a new request, linked to this one."


def _split(facts: Facts, _step: Step) -> str:
    if facts.outcome or facts.has_parts:
        return ""
    return "Nothing is decided yet. Decide it, or cancel it and say why."


def _copy(facts: Facts, step: Step) -> str:
    if facts.outcome == "ACCESS" or step.way == OUTSIDE:
        return ""
    return "Only a copy of records leaves without a signed letter. Write the letter and sign it."


def _named(outcome: str) -> str:
    return outcome.lower().replace("_", " ") or "nothing yet"


DECIDED = Guard("D1", "a request is decided before it counts as decided", _decided)
DECISION = Guard("D2", "the decision itself leads there", _decision)
WORK = Guard("D3", "only what is to be done is given to a clinician", _work)
REASON = Guard("D4", "leaving the usual way needs a reason", _reason)
SAFE = Guard("D5", "nothing that was paid for is closed undone", _safe)
NOT_LEFT = Guard("D6", "what has been handed over is not opened again", _not_left)
SPLIT = Guard("D7", "only what was made into several is closed undecided", _split)
COPY = Guard(
    "D8", "only a copy, or a form from elsewhere, leaves without a signature of ours", _copy
)
NO_FEE_ON_FREE_WORK = Guard("G1", "free and state-paid work has no fee for a payer", _free)
ACCEPTED = Guard("G2", "paid work begins when the fee is accepted", _accepted)
PAID = Guard("G2", "a patient's letter leaves when it is paid or waived", _paid)
PAID_BY_BODY = Guard(
    "G3", "an organisation's leaves when paid, or on a sound account", _paid_by_body
)
ACCOUNT = Guard("G3", "an account has no debt over 60 days", _account)
SEEN = Guard("G5", "the patient who wishes it sees the letter first", _seen)
OFFER = Guard("G5", "it waits for the patient only when the patient may look", _offer)
LOOKED = Guard("G5", "nothing is signed while the patient reads it", _looked)
SETTLED = Guard("G5", "what the patient said is answered before it is signed", _settled)
QUOTE = Guard("G6", "a quote is accepted before it lapses", _quote)
POLICE = Guard("G7", "the police hear that a firearms report waits", _police)
SIGNER = Guard("G8", "whoever wrote or checked it signs it", _signer)
PERSON = Guard("G8", "a person who may see the consent hands it over", _person)
CONSENT = Guard("G8", "there is consent that fits", _consent)
PAYMENT = Guard("G9", "payment is recorded", _payment)
WAIVER = Guard("G9", "a waiver is approved", _waiver)
REFUND = Guard("G9", "a refund is recorded", _refund)
