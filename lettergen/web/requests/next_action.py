"""The next action of a request: one sentence, and one button where a button can do it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from lettergen.documents.eyes import FOR_RESTRICTED
from lettergen.models import Document, Request
from lettergen.requests.catalogue.standing import Terms
from lettergen.requests.life import agreeing, facts, guards, moves
from lettergen.requests.life.guards import Facts, Guard
from lettergen.requests.life.states import DONE, STATES, WAITING
from lettergen.requests.money import quotes
from lettergen.requests.steps import elsewhere, replying, sending_quotes
from lettergen.web.base.context import actor, now
from lettergen.web.triage.answer import FEES, is_clinical
from lettergen.web.triage.said import Suggested


@dataclass(frozen=True)
class Next:
    """What is next; `is_post` says that the button does something, and not only leads there.

    `is_outside` asks how long it took: the work is done outside lettergen. `fields` are names and
    values that the button sends.
    """

    text: str
    button: str = ""
    address: str = ""
    is_post: bool = False
    is_outside: bool = False
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Case:
    """All that decides what is next."""

    row: Request
    known: Facts
    document: Document | None
    is_agreed: bool
    is_replied: bool
    is_elsewhere: bool
    is_clinical: bool
    is_told: bool
    best: Suggested | None


def next_of(
    session: Session,
    row: Request,
    own: Terms,
    document: Document | None,
    best: Suggested | None,
) -> Next:
    """Return the next action of a request, for whoever is looking."""
    kind = own.catalogue.types.get(row.type_key)
    case = _Case(
        row=row,
        known=facts.of(session, row, at=now()),
        document=document,
        is_agreed=agreeing.given(session, row) is not None,
        is_replied=replying.sent(session, actor(), row) is not None,
        is_elsewhere=elsewhere.is_made_elsewhere(kind) and row.draft_id is None,
        is_clinical=is_clinical(kind),
        is_told=row.state == "quoted" and _is_told(session, row),
        best=best,
    )
    if row.held_for and STATES[row.state].column not in (WAITING, DONE):
        return _go_on(case)
    known = _BY_STATE.get(row.state)
    return known(case) if known else Next(STATES[row.state].advice)


def _is_told(session: Session, row: Request) -> bool:
    """Whether the quote that is open was sent to its payer."""
    quote = quotes.live(session, row)
    return quote is not None and bool(sending_quotes.emails(session, actor(), quote))


def _go_on(case: _Case) -> Next:
    waits = moves.HELD_FOR[case.row.held_for or "info"]
    address = url_for("requests.resume", request_id=case.row.id)
    return Next(f"It waits {waits}.", "What we waited for is here", address, is_post=True)


def _decide(case: _Case) -> Next:
    return _to(case, "triage.again", "Decide what it is, and what happens with it.", "Decide")


def _decided(case: _Case) -> Next:
    if case.row.letter:
        return _reply(case)
    if case.row.outcome in FEES:
        return _at(case, "money", "Offer a quote to whoever pays.", "Quote")
    return _give(case)


def _held(case: _Case) -> Next:
    if case.is_agreed and not case.known.consent_fault:
        return _to(case, "triage.again", "The agreement is here. Decide again.", "Decide again")
    if case.row.letter and not case.is_replied:
        return _send(case, "It asks for what is missing.")
    if case.row.held_for == "consent":
        words = "It waits for the patient’s agreement."
        return _to(case, "request_consent.page", words, "Ask for agreement")
    return _to(case, "triage.again", STATES["on_hold"].advice, "Decide again")


def _reply(case: _Case) -> Next:
    if case.is_replied:
        return _close(case, "The reply has been sent.")
    if case.row.letter:
        return _send(case, "Then close it.")
    return _close(case, "Nothing is to be written.")


def _send(case: _Case, then: str) -> Next:
    code = case.row.letter
    return _at(case, "reply", f"Send reply {code}. {then}", f"Send reply {code}")


def _escalated(case: _Case) -> Next:
    if actor().roles & FOR_RESTRICTED:
        return _to(case, "triage.again", "Somebody asks for your decision.", "Decide")
    return Next("A manager or GP decides within one working day.")


def _answer(case: _Case) -> Next:
    if not case.is_told:
        text = "Tell the payer the price: by email, on paper or by word. Then record the answer."
        return _at(case, "money", text, "Tell the payer")
    return _at(case, "money", "Wait for the payer’s answer, or the money.", "Record the answer")


def _pay(case: _Case) -> Next:
    return _at(case, "money", "The price is agreed. Wait for the money.", "Record the payment")


def _give(case: _Case) -> Next:
    if case.known.consent_fault:
        return _ask(case)
    if case.is_elsewhere and not case.is_clinical:
        return _outside(case)
    if case.best is None:
        return _at(case, "staff_id", "Give it to a clinician.", "Give it")
    return Next(
        case.best.because,
        f"Give it to {case.best.name}",
        url_for("requests.give", request_id=case.row.id),
        is_post=True,
        fields=(("staff_id", case.best.staff_id),),
    )


def _ask(case: _Case) -> Next:
    return _to(case, "request_consent.page", case.known.consent_fault, "Ask for agreement")


def _write(case: _Case) -> Next:
    if case.row.outcome == "ACCESS" and case.row.draft_id is None:
        return _copy(case)
    unsettled = guards.SETTLED.why_not(case.known, moves.step_of(actor(), "signed", now()))
    if unsettled:
        return _show(case, unsettled)
    if case.known.consent_fault:
        return _ask(case)
    if case.is_elsewhere:
        return _outside(case)
    if not actor().roles & {"clinician", "reception"}:
        return Next("A clinician writes the letter.")
    is_begun = case.row.state == "drafted"
    return Next(
        "The letter is being written." if is_begun else "Write it: what is known is filled in.",
        "Go on with the letter" if is_begun else "Write the letter",
        url_for("requests.write", request_id=case.row.id),
        is_post=True,
    )


def _look(case: _Case) -> Next:
    step = moves.step_of(actor(), "signed", now())
    reason = guards.SETTLED.why_not(case.known, step) or guards.LOOKED.why_not(case.known, step)
    return _to(case, "request_sight.page", reason or "Nobody has answered.", "Record the answer")


def _outside(case: _Case) -> Next:
    address = url_for("requests.outside", request_id=case.row.id)
    held_by = _held_by(case)
    if held_by is not None:
        return held_by
    text = "This is not written here. Do it where it belongs, hand it over, and note the time."
    return Next(text, "Done outside lettergen", address, is_post=True, is_outside=True)


def _copy(case: _Case) -> Next:
    address = url_for("requests.copy_given", request_id=case.row.id)
    text = "Gather the copy, and have a clinician check what is in it. Then hand it over."
    return Next(text, "The copy was handed over", address, is_post=True)


def _hand_over(case: _Case) -> Next:
    if case.document is None:
        return Next(STATES[case.row.state].advice)
    held_by = _held_by(case)
    if held_by is not None:
        return held_by
    address = url_for("issued.document", document_id=case.document.id, _anchor="hand-over")
    return Next("The letter is signed. Hand it over.", "Hand it over", address)


def _held_by(case: _Case) -> Next | None:
    """Return what is to be done before anything may leave; None where nothing holds it back."""
    step = moves.step_of(actor(), "released", now())
    for guard, help_ in _HELP:
        reason = guard.why_not(case.known, step)
        if reason:
            return help_(case, reason)
    return None


def _show(case: _Case, reason: str) -> Next:
    sight = case.known.sight
    if sight.answer == "correction" and not sight.verdict:
        return _to(case, "request_sight.page", reason, "Read what the patient says")
    if sight.answer == "refused":
        return Next(reason)
    is_out = case.row.state == "amra_wait" and not sight.answer
    button = "Record the answer" if is_out else "Show it to the patient"
    return _to(case, "request_sight.page", reason, button)


def _take_money(case: _Case, reason: str) -> Next:
    return _at(case, "money", reason, "Record the payment")


def _get_consent(case: _Case, reason: str) -> Next:
    return _to(case, "request_consent.page", reason, "Ask for agreement")


# What holds a letter back, the slowest first, and where it is mended.
_HELP: tuple[tuple[Guard, Callable[[_Case, str], Next]], ...] = (
    (guards.CONSENT, _get_consent),
    (guards.SEEN, _show),
    (guards.PAID, _take_money),
    (guards.PAID_BY_BODY, _take_money),
    (guards.PERSON, lambda _case, reason: Next(reason)),
)


def _done(case: _Case) -> Next:
    return _close(case, "It has been handed over.")


def _close(case: _Case, text: str) -> Next:
    address = url_for("requests.end", request_id=case.row.id, way="closed")
    return Next(text, "Close it", address, is_post=True)


def _to(case: _Case, endpoint: str, text: str, button: str) -> Next:
    return Next(text, button, url_for(endpoint, request_id=case.row.id))


def _at(case: _Case, anchor: str, text: str, button: str) -> Next:
    return Next(text, button, url_for("requests.page", request_id=case.row.id, _anchor=anchor))


_BY_STATE: Mapping[str, Callable[[_Case], Next]] = {
    "received": _decide,
    "triaged": _decided,
    "declined": _reply,
    "redirected": _reply,
    "on_hold": _held,
    "escalated": _escalated,
    "quoted": _answer,
    "accepted": _pay,
    "paid": _give,
    "on_account": _give,
    "waived": _give,
    "assigned": _write,
    "drafted": _write,
    "access_clock": _copy,
    "shown": _look,
    "signed": _hand_over,
    "amra_wait": _hand_over,
    "released": _done,
}
