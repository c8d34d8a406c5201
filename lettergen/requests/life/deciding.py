"""A request is decided by the table of triage, disputed, or settled by a person."""

from collections.abc import Mapping
from datetime import datetime
from statistics import median_low

from sqlalchemy.orm import Session

from lettergen import workload
from lettergen.documents.eyes import FOR_RESTRICTED
from lettergen.models import Actor, NotAllowed, Request
from lettergen.refusals import Refused
from lettergen.requests.catalogue.grammar import Catalogue, Type
from lettergen.requests.catalogue.standing import Terms
from lettergen.requests.life import due, events, finding, moves
from lettergen.requests.life.agreeing import NEVER_WAITS
from lettergen.requests.life.guards import FEES
from lettergen.requests.life.refusals import NotPossible
from lettergen.requests.money import payers
from lettergen.requests.triage import Decision, normal
from lettergen.requests.triage import decide as triage
from lettergen.workload.kinds import NOBODY

OWN_RULE = "own"
GOES_TO = {
    "DECLINE": "declined",
    "REDIRECT": "redirected",
    "HOLD": "on_hold",
    "ACCESS": "access_clock",
    "ESCALATE": "escalated",
}
UNSETTLED = frozenset({"HOLD", "ESCALATE"})
RESTRICTING_FLAGS = frozenset({"risk_now", "safeguarding", "family_dispute"})
BACK_FROM = frozenset({"declined", "redirected", "closed"})
CAME_BACK, DISAGREES = "tried_failed", "Somebody disagrees with the decision."
LONGEST_WHY = 2_000


def decide(
    session: Session,
    actor: Actor,
    terms: Terms,
    request_id: str,
    inputs: Mapping[str, str | bool],
    *,
    seconds: int | None,
    revision: int | None,
    at: datetime,
) -> Decision:
    """Decide a request by its answers, keep both with the version of the rules, and move it on.

    `seconds` is the time to the outcome at the desk, `revision` what the page showed. A declined,
    redirected, held, escalated or access request goes to that state; the others wait for the step
    that the decision names. Raises BadInputs, ChangedMeanwhile, and NotPossible past this stage.
    """
    request = finding.lock(session, actor, request_id, revision)
    answers = normal(terms.catalogue, inputs)
    made = triage(terms.catalogue, answers)
    kind = terms.catalogue.types.get(str(answers["type"]))
    came_back = request.state in BACK_FROM and answers["alt"] == CAME_BACK
    is_first = request.outcome is None
    _write(request, actor, answers, made, kind=kind, at=at)
    request.catalogue_version = terms.version
    if "requester" in inputs:
        request.requester_class = str(inputs["requester"])
    if is_first and seconds is not None:
        request.seconds_to_outcome = max(0, seconds)
    details = {"inputs": answers, "outcome": made.outcome, "rule": made.rule}
    events.note(session, actor, request, "decided", at=at, details=details)
    _move_on(session, actor, request, why=_held_for(answers), because=_because(made), at=at)
    due.set_days(session, actor, request, terms, kind, at=at)
    _count(
        session,
        actor,
        request,
        terms.catalogue,
        kind,
        seconds=seconds,
        came_back=came_back,
        at=at,
    )
    return made


def dispute(session: Session, actor: Actor, request_id: str, why: str, *, at: datetime) -> None:
    """“I disagree”: a manager or GP looks at the decision within a working day, and it is counted.

    Raises NotPossible for a request that was never decided, or is over.
    """
    request = finding.lock(session, actor, request_id)
    said = why.strip()[:LONGEST_WHY]
    if request.outcome is None:
        raise NotPossible("Nothing is decided yet, so there is nothing to disagree with.")
    if request.state != "escalated":
        moves.move(session, actor, request, "escalated", at=at, because=said or DISAGREES)
    request.is_disputed = True
    details = {"why": said, "outcome": request.outcome, "rule": request.rule}
    events.note(session, actor, request, "disputed", at=at, details=details)
    due.within(session, actor, request, 1, at=at)
    workload.note(
        session,
        actor,
        "disputed",
        at=at,
        outcome=request.outcome,
        request_id=request.id,
        rule=request.rule,
    )


def settle(  # noqa: PLR0917  (as `decide` asks, and why)
    session: Session,
    actor: Actor,
    terms: Terms,
    request_id: str,
    outcome: str,
    why: str,
    *,
    revision: int | None,
    at: datetime,
) -> None:
    """Let a manager or clinician decide an escalated request otherwise than the table, with why.

    What the law makes free, or a public body pays, stays so. Raises NotAllowed, and Refused for a
    fee on such work, an unknown outcome, no reason, or a request that nobody escalated.
    """
    if not actor.roles & FOR_RESTRICTED:
        raise NotAllowed("A manager or a clinician settles this. Leave it to one of them.")
    request = finding.lock(session, actor, request_id, revision)
    kind = terms.catalogue.types.get(request.type_key)
    _require_settleable(request, outcome, why, terms.catalogue, kind)
    before = request.outcome
    request.outcome, request.rule = outcome, OWN_RULE
    request.letter = kind.letter or None if kind and outcome in ("DECLINE", "REDIRECT") else None
    request.decided_at, request.decided_by = at, actor.staff_id
    request.catalogue_version = terms.version
    _move_on(session, actor, request, why="info", because=why, at=at)
    due.set_days(session, actor, request, terms, kind, at=at)
    details = {"why": why.strip()[:LONGEST_WHY], "instead_of": before, "outcome": outcome}
    events.note(session, actor, request, "settled", at=at, details=details)
    _count(
        session,
        actor,
        request,
        terms.catalogue,
        kind,
        seconds=None,
        came_back=False,
        at=at,
    )


def _write(
    request: Request,
    actor: Actor,
    answers: Mapping[str, str | bool],
    made: Decision,
    *,
    kind: Type | None,
    at: datetime,
) -> None:
    request.type_key = str(answers["type"])
    request.type_group = kind.group if kind else None
    request.consent_code = kind.consent if kind else "W"
    request.minutes_expected = (kind.gp_min or kind.admin_min) if kind else None
    request.inputs = dict(answers)
    request.outcome, request.rule, request.letter = made.outcome, made.rule, made.letter or None
    request.decided_at, request.decided_by = at, actor.staff_id
    request.is_urgent = bool(kind and kind.is_urgent) or answers["flag"] in NEVER_WAITS
    is_sensitive = bool(kind and kind.restricted) or answers["flag"] in RESTRICTING_FLAGS
    # What was restricted once stays so: only `restricting.lift` ends it.
    request.is_restricted = request.is_restricted or is_sensitive


def _move_on(
    session: Session, actor: Actor, request: Request, *, why: str, because: str, at: datetime
) -> None:
    """Bring a decided request to "triaged", and on to where its outcome leads by itself."""
    if request.state != "triaged":
        moves.move(session, actor, request, "triaged", at=at, because=because)
    else:
        moves.touch(request, at)
    goes_to = GOES_TO.get(request.outcome or "")
    if goes_to:
        moves.move(session, actor, request, goes_to, at=at, because=because, details={"for": why})


def _held_for(answers: Mapping[str, str | bool]) -> str:
    needs_proof = answers["ask"] == "records" or answers["subject"] in ("deceased", "child")
    is_authority = needs_proof or answers["consent"] == "authority_missing"
    return "authority" if is_authority else "consent"


def _because(made: Decision) -> str:
    return f"{made.rule}: {made.reason}"


def _require_settleable(
    request: Request, outcome: str, why: str, catalogue: Catalogue, kind: Type | None
) -> None:
    if request.state != "escalated":
        raise NotPossible(
            "Only what was escalated is settled by hand. Disagree with the decision first."
        )
    if outcome not in catalogue.outcomes or outcome == "ESCALATE":
        raise Refused("Choose what the request comes to.")
    if not why.strip():
        raise Refused("Say why. The reason is kept with the request.")
    if outcome in FEES and kind is not None and not kind.is_private:
        raise Refused(
            "This kind of work is free or paid by a public body, so nobody else may be charged. "
            "Choose another outcome."
        )


def _count(
    session: Session,
    actor: Actor,
    request: Request,
    catalogue: Catalogue,
    kind: Type | None,
    *,
    seconds: int | None,
    came_back: bool,
    at: datetime,
) -> None:
    outcome = request.outcome or ""
    if came_back:
        workload.note(session, actor, "reopened", at=at, outcome=outcome, request_id=request.id)
    workload.note(
        session,
        actor,
        "triaged",
        at=at,
        outcome=outcome,
        request_id=request.id,
        payer=_payer(outcome),
        seconds=None if seconds is None else max(0, seconds),
        minutes_expected=minutes_saved(catalogue, kind),
    )


def _payer(outcome: str) -> str | None:
    """Return who is expected to pay; None while that is not settled."""
    settled = None if outcome in UNSETTLED else NOBODY
    return payers.OF_OUTCOME.get(outcome, settled)


def minutes_saved(catalogue: Catalogue, kind: Type | None) -> int | None:
    """Return the GP minutes that saying no to a type saves: its own, or its group's median.

    Source: domain section 6.1, minutes avoided.
    """
    if kind is None or kind.gp_min:
        return kind.gp_min if kind else None
    own = [one.gp_min for one in catalogue.types_of(kind.group) if one.gp_min]
    return median_low(own) if own else None
