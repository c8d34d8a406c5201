"""Changing one's mind by the link on the patient's copy: what is live, and what to stop."""

from collections.abc import Collection
from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen import accounts, links
from lettergen.consents.form.terms import Terms
from lettergen.consents.papers import wording
from lettergen.consents.register import histories, withdrawing
from lettergen.consents.register.grants import State
from lettergen.consents.register.histories import History
from lettergen.consents.register.withdrawing import Stopped
from lettergen.consents.rules.answers import read
from lettergen.models import ConsentRecord, Link, Practice
from lettergen.refusals import Refused
from lettergen.web.base.context import changing, looking, now, terms
from lettergen.web.base.entry import anyone
from lettergen.web.base.outside import outside
from lettergen.web.consents import locks
from lettergen.web.links import proof
from lettergen.web.links.door import Behind, lead, proven, stand_behind

changing_mind = outside("changing_mind", __name__)

WITHDRAW = "withdraw"
# What can still be stopped: an article that is out can be asked back from its journal.
LIVE = frozenset({State.GRANTED, State.SUSPENDED, State.SPENT})
PATIENT = "patient"
_NOTHING = "Choose what we should stop, or choose to stop all."
_WHO = "Choose who you are."


@dataclass(frozen=True)
class Use:
    """One use that is live: its grant, what it is in plain words, and what stopping it means."""

    grant_id: str
    question: str
    noun: str
    stopped: str
    lasting: str


@dataclass(frozen=True)
class Held:
    """A consent behind its link: the record, its histories, and the terms of the practice."""

    link: Link
    record: ConsentRecord
    live: tuple[History, ...]
    terms: Terms
    practice: Practice

    @property
    def maker(self) -> tuple[str, str] | None:
        """Role and name of whoever decided for the patient; None where the patient did."""
        route = self.terms.catalogue.route(self.record.route)
        if route is None or route.signer_role not in withdrawing.ROLES[1:]:
            return None
        name = str((self.record.answers.get("decision_maker") or {}).get("name") or "")
        return (route.signer_role, name) if name else None

    @property
    def patient(self) -> str:
        """The patient's name."""
        return str((self.record.answers.get("patient") or {}).get("full_name") or "")


@changing_mind.get("/l/<token>/change")
@anyone
def choose(token: str) -> ResponseReturnValue:
    """Show which uses are live, to choose which to stop."""
    with looking() as session:
        return _ask(_held(session, token), token)


@changing_mind.post("/l/<token>/change")
@anyone
def check(token: str) -> ResponseReturnValue:
    """Show once more what is going to stop; nothing has stopped yet."""
    with looking() as session:
        held = _held(session, token)
        chosen = _chosen(held)
        role = _role(held)
        error = (_NOTHING if not chosen else "") or ("" if role else _WHO)
        if error and held.live:
            return _ask(held, token, error), 422
        return _show(held, token, "check", uses=_uses(held, chosen), role=role)


@changing_mind.post("/l/<token>/change/stop")
@anyone
def stop(token: str) -> ResponseReturnValue:
    """Stop them at once, and say what cannot be called back."""
    with changing() as session:
        held = _held(session, token)
        chosen, role = _chosen(held), _role(held)
        if not chosen or not role:
            return _ask(held, token), 409
        done = withdrawing.withdraw(
            session,
            held.terms,
            links.holder(held.link),
            chosen,
            how="link",
            by_name=_name(held, role),
            by_role=role,
            said_at=now(),
            at=now(),
        )
        after = _held(session, token)
        if not after.live:
            links.use(session, held.link, at=now())
        return _show(
            after,
            token,
            "stopped",
            stopped=[_as_use(held, one) for one in done.stopped],
            letter_by=done.letter_by,
        )


def _held(session: Session, token: str) -> Held:
    link = proven(session, token, WITHDRAW)
    who = links.holder(link)
    found = histories.of_record(session, who, link.subject_id)
    known = terms(session, who)
    order = [one.key for one in known.catalogue.purposes]
    live = [one for one in found if one.state(now()) in LIVE]
    live.sort(key=lambda one: order.index(one.grant.purpose))
    return Held(link, found[0].record, tuple(live), known, accounts.practice_of(session, who))


def _chosen(held: Held) -> list[str]:
    """Return which of the live uses were ticked; all of them for the button that says so."""
    ticked = set(request.form.getlist("grant"))
    known = [one.grant.id for one in held.live]
    return known if "all" in request.form else [one for one in known if one in ticked]


def _role(held: Held) -> str:
    """Return who says so: the patient, or whoever decided for them; empty if it was not said."""
    if held.maker is None:
        return PATIENT
    said = request.form.get("who", "")
    return said if said in (PATIENT, held.maker[0]) else ""


def _name(held: Held, role: str) -> str:
    return held.maker[1] if held.maker and role != PATIENT else held.patient


def _uses(held: Held, grant_ids: Collection[str] | None = None) -> list[Use]:
    tree = read(held.record.answers, held.terms.catalogue).tree
    asked = {one.key: one.question for one in wording.questions_for(tree, held.terms.catalogue)}
    return [
        _use(held, one, asked.get(one.grant.purpose, ""))
        for one in held.live
        if grant_ids is None or one.grant.id in grant_ids
    ]


def _use(held: Held, one: History, question: str) -> Use:
    purpose = held.terms.catalogue.purpose(one.grant.purpose)
    is_published = one.state(now()) is State.SPENT
    ending = held.terms.ending(purpose.key, is_published=is_published)
    return Use(one.grant.id, question, purpose.noun, ending.stopped, ending.lasting)


def _as_use(held: Held, one: Stopped) -> Use:
    noun = held.terms.catalogue.purpose(one.purpose).noun
    return Use(one.grant_id, "", noun, one.stopped, one.lasting)


def _ask(held: Held, token: str, error: str = "") -> str:
    return _show(
        held,
        token,
        "choose",
        uses=_uses(held),
        ticked=set(request.form.getlist("grant")),
        role=request.form.get("who", ""),
        error=error,
    )


def _show(held: Held, token: str, page: str, **values: object) -> str:
    return render_template(
        f"patient/mind_{page}.html",
        practice=held.practice.name,
        phone=held.practice.phone,
        reference=held.record.reference,
        maker=held.maker,
        patient=held.patient,
        is_over=not held.live,
        token=token,
        **values,
    )


def _require_open(session: Session, link: Link) -> None:
    """A link under which nothing is live any more says so to whoever stopped the last use."""
    is_used = links.state_of(link, at=now()) is links.State.USED
    if not (is_used and proof.is_given(link, at=now())):
        links.require_open(session, link, at=now())


def _show_refusal(refusal: Refused) -> ResponseReturnValue:
    token = (request.view_args or {})["token"]
    with looking() as session:
        return _ask(_held(session, token), token, str(refusal)), 422


stand_behind(changing_mind)
changing_mind.register_error_handler(withdrawing.MayNotWithdraw, _show_refusal)
lead(
    WITHDRAW,
    Behind(
        "Change your mind about a photo",
        "changing_mind.choose",
        _require_open,
        locks.compare,
    ),
)
