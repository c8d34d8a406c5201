"""What the buttons of the triage page do once the request is written down and decided."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask import flash, request
from sqlalchemy.orm import Session

from lettergen import post
from lettergen.calendar import british_date, local_day
from lettergen.models import Request
from lettergen.refusals import Refused
from lettergen.requests.catalogue.grammar import Catalogue
from lettergen.requests.life import allocating, deciding, events, evidence, finding, intake
from lettergen.requests.steps import redeciding, replying
from lettergen.requests.triage import Decision, filled
from lettergen.web.base.context import actor, changing, looking, now, office, standing
from lettergen.web.triage.answer import FEES, is_clinical
from lettergen.web.triage.form import Typed
from lettergen.web.triage.money import offer_quote
from lettergen.web.triage.page import PAPER_KINDS, own_terms

_GIVES = ("NHS_FREE", "STATE_FEE")
_SAID = {
    "ACCESS": "The records task is open, and its clock runs.",
    "ESCALATE": "A manager or GP decides it within one working day.",
    "LEGAL_DUTY": "Tell the manager and a GP today. It stands first on the board.",
    "URGENT": "It is noted. Act first: the duty clinician or the safeguarding lead now.",
    "HOLD": "It is held until what is missing is here.",
}


@dataclass(frozen=True)
class Kept:
    """A request as triage left it. `is_new_decision` is False where the button came twice."""

    request_id: str
    reference: str
    decision: Decision | None


def keep(typed: Typed, request_id: str | None) -> Kept:
    """Write the request down and decide it, all or nothing; its file follows in a step of its own.

    The same form, sent twice, keeps one request and decides it once. Raises Refused.
    """
    with changing() as session:
        row = _received(session, typed, request_id)
        is_first = request_id is not None or row.state == "received"
        decision = _decided(session, typed, row) if is_first else None
        kept = Kept(row.id, row.reference, decision)
    if decision is None:
        flash(f"{kept.reference} was written down already.", "important")
    _add_paper(typed, kept)
    return kept


def take_next(kept: Kept) -> str:
    """Take the step that the decision names; return the part of the request's page to show.

    A step that is refused leaves the request on the board, and says why.
    """
    if kept.decision is None:
        return ""
    try:
        _require_no_double(kept, kept.decision)
        return _step(kept, kept.decision)
    except Refused as refusal:
        flash(f"{kept.reference} is on the board. {refusal}", "important")
        return "next"


def disagree(kept: Kept) -> str:
    """Hand the decision to a person, and count that somebody disagreed."""
    if kept.decision is not None:
        with changing() as session:
            deciding.dispute(session, actor(), kept.request_id, "", at=now())
        flash(f"{kept.reference} goes to a manager or GP. That you disagree is counted.", "success")
    return ""


def only_keep(kept: Kept) -> str:
    """Leave the request on the board."""
    if kept.decision is not None:
        flash(f"{kept.reference} is on the board.", "success")
    return ""


ACTS: Mapping[str, Callable[[Kept], str]] = MappingProxyType(
    {"next": take_next, "disagree": disagree, "keep": only_keep}
)


def _received(session: Session, typed: Typed, request_id: str | None) -> Request:
    if request_id is not None:
        revision = int(typed["revision"]) if typed["revision"].isdecimal() else None
        return finding.lock(session, actor(), request_id, revision)
    own = own_terms(session)
    return intake.receive(
        session,
        actor(),
        own,
        once=typed.once,
        channel=typed["channel"] or "telephone",
        received_at=now(),
        type_key=typed.type_key,
        patient=typed.patient(),
        contact=typed.contact(),
        organisation=typed["organisation"],
        asked=typed["asked"],
        purpose=typed["purpose"],
        requester_class=_asker(typed, own.catalogue),
        at=now(),
    )


def _decided(session: Session, typed: Typed, row: Request) -> Decision:
    if typed["note"].strip():
        noted = {"text": typed["note"].strip()}
        events.note(session, actor(), row, "noted", at=now(), details=noted)
    own, shown = own_terms(session), row.revision
    with redeciding.price_follows(session, actor(), row.id, revision=shown, at=now()):
        return deciding.decide(
            session,
            actor(),
            own,
            row.id,
            filled(own.catalogue, typed.inputs()),
            seconds=typed.seconds(now()),
            revision=shown,
            at=now(),
        )


def _add_paper(typed: Typed, kept: Kept) -> None:
    """Keep the file that was sent along. A file that is refused does not take the request away."""
    sent = request.files.get("paper")
    raw = sent.read() if sent and sent.filename else b""
    if not raw or sent is None:
        return
    kind = typed["paper_kind"] if typed["paper_kind"] in PAPER_KINDS else "other"
    try:
        with changing() as session:
            name = sent.filename or ""
            evidence.add(session, actor(), kept.request_id, kind, name, raw, at=now())
    except Refused as refusal:
        flash(f"The request is kept, its file is not. {refusal}", "important")


def _require_no_double(kept: Kept, decision: Decision) -> None:
    """Raise Refused where a colleague seems to have written the same request down: no reply or
    quote leaves twice. The buttons of the request's own page do it all the same.
    """
    if not (decision.letter or decision.outcome in FEES):
        return
    with looking() as session:
        found = finding.get(session, actor(), kept.request_id)
        other = finding.double_of(session, actor(), found)
        if other is not None:
            raise Refused(
                f"{other.reference} seems to be the same request, received on "
                f"{british_date(other.received_on)}. Look at that one first. If they are one, "
                "cancel this one; if not, go on here."
            )


def _step(kept: Kept, decision: Decision) -> str:
    if decision.letter:
        return _reply(kept, decision)
    if decision.outcome in FEES:
        with changing() as session:
            offered = offer_quote(session, own_terms(session), kept.request_id)
        flash(f"{kept.reference}: {offered}", "success")
        return "money"
    if decision.outcome in _GIVES:
        return _give(kept)
    flash(f"{kept.reference}: {_SAID[decision.outcome]}", "success")
    return ""


def _reply(kept: Kept, decision: Decision) -> str:
    with changing() as session:
        found = finding.get(session, actor(), kept.request_id)
        is_mailed = bool(replying.address_of(found)) and post.is_configured(standing().settings)
        way = replying.EMAIL if is_mailed else replying.PRINT
        own = own_terms(session)
        replying.send(session, office(), actor(), own, kept.request_id, at=now(), by=way)
    standing().postman.nudge()
    done = "goes by email" if is_mailed else "is ready to print"
    flash(f"{kept.reference}: reply {decision.letter} {done}.", "success")
    return "reply"


def _give(kept: Kept) -> str:
    with looking() as session:
        found = finding.get(session, actor(), kept.request_id)
        kind = own_terms(session).catalogue.types.get(found.type_key)
    if not is_clinical(kind):
        flash(f"{kept.reference} is on the board.", "success")
        return ""
    with changing() as session:
        found = finding.get(session, actor(), kept.request_id)
        best = allocating.suggest(session, actor(), found, local_day(now()))
        staff_id, because = best.staff.id, best.because
        allocating.assign(session, actor(), kept.request_id, staff_id, because=because, at=now())
        name = best.staff.name
    flash(f"{kept.reference} is given to {name}. {because}", "success")
    return ""


def _asker(typed: Typed, known: Catalogue) -> str:
    kind = known.types.get(typed.type_key)
    return typed.given.get("requester") or (kind.asks.get("requester") if kind else "") or "patient"
