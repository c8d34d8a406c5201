"""The practice's front door: what somebody outside is told about a request, and how it comes in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen import links, post, working_days
from lettergen.calendar import british_time, local_day
from lettergen.documents import Office
from lettergen.documents.inviting import address_of, send
from lettergen.models import Actor, Link, Practice, Request
from lettergen.requests.catalogue.grammar import Type
from lettergen.requests.catalogue.standing import Terms
from lettergen.requests.life import intake
from lettergen.requests.money import fees
from lettergen.requests.money.fees import Price
from lettergen.requests.money.payers import NoFee
from lettergen.requests.triage import Decision, decide, filled

ME, FAMILY, ORGANISATION = WHO = ("me", "family", "organisation")
INSTEAD, FREE, FEE, FIRST = "instead", "free", "fee", "first"
CHANNEL, KIND = "web", "request-link"
OTHER = "other"
# Who of an organisation's kinds triage knows, in the order in which they are offered.
KINDS: Mapping[str, str] = {
    "employer": "An employer, or occupational health",
    "education": "A school, college, university or nursery",
    "insurer": "An insurance company",
    "solicitor": "A solicitor",
    "state": "A council, a government department, the police or a court",
    "housing_utility": "A landlord, or a housing or energy company",
    "leisure_travel": "A gym, a club, an airline or an event",
    "health_body": "A hospital, a clinic or another health service",
    "other_org": "Another organisation",
}
_ASKED_BY = {ME: "patient", FAMILY: "family"}
# What the answer assumes: whether the agreement is there is looked at when it has come.
_AGREED = {ME: "patient_asks", FAMILY: "authority_ok", ORGANISATION: "written_ok"}
# About whom somebody else decides.
_DECIDED_FOR = ("adult_no_capacity", "deceased")
_HOW = {
    "DECLINE": INSTEAD,
    "REDIRECT": INSTEAD,
    "NHS_FREE": FREE,
    "STATE_FEE": FREE,
    "ACCESS": FREE,
    "LEGAL_DUTY": FREE,
    "PATIENT_FEE": FEE,
    "ORG_FEE": FEE,
}
PAYERS = {"PATIENT_FEE": "patient", "ORG_FEE": "organisation"}


@dataclass(frozen=True)
class Wish:
    """What somebody needs: of which type (none for what nothing describes), and who they are.

    `kind` is the kind of organisation; `is_refused` that whoever wants the letter has refused, in
    writing, what we would suggest instead.
    """

    type: Type | None
    who: str = ""
    kind: str = ""
    is_refused: bool = False

    @property
    def type_key(self) -> str:
        """The type's key."""
        return self.type.key if self.type else OTHER

    @property
    def requester(self) -> str:
        """Who asks, as triage names it."""
        return _ASKED_BY.get(self.who) or self.kind or "other_org"


@dataclass(frozen=True)
class Answer:
    """What they are told. `how` is instead (no letter), free, fee, or first (we look at it first).

    `price` is the fee to pay, None where none is known; `payer` patient or organisation.
    """

    decision: Decision
    how: str
    price: Price | None
    payer: str
    due_on: date | None


@dataclass(frozen=True)
class Received:
    """A request that came in, and the token of the link by which it is followed."""

    request: Request
    token: str
    is_mailed: bool


@dataclass(frozen=True)
class Sender:
    """Whom we answer, and the patient it is about: both as a request's content keeps them."""

    contact: Mapping[str, Any]
    patient: Mapping[str, Any]
    organisation: str
    purpose: str
    asked: str


def visitor(practice_id: str) -> Actor:
    """Return somebody at a practice's public pages, with no rights at all."""
    return Actor(
        staff_id=None,
        practice_id=practice_id,
        name="Somebody at the public page",
        role="public",
        roles=frozenset(),
        may_sign=False,
    )


def practices(session: Session) -> list[Practice]:
    """Return the practices of the installation by name: theirs are the only public names."""
    return list(session.scalars(select(Practice).order_by(Practice.name, Practice.id)))


def practice(session: Session, ods: str) -> Practice | None:
    """Return the practice with an ODS code, however it is typed; None for any other."""
    return session.scalar(select(Practice).where(Practice.ods == ods.strip().upper()))


def answer(session: Session, terms: Terms, at: datetime, practice_id: str, wish: Wish) -> Answer:
    """Say what becomes of a wish: what to use instead, or what a letter costs and takes.

    The same triage answers as at the desk, with the agreement taken as given.
    """
    decision = decide(terms.catalogue, inputs_of(wish), offered=_offered(terms, wish))
    how = _HOW.get(decision.outcome, FIRST)
    payer = PAYERS.get(decision.outcome, "")
    on = local_day(at)
    who = visitor(practice_id)
    price = _price(session, who, terms, wish, payer=payer, on=on) if how == FEE else None
    days = wish.type.target_days if wish.type else 0
    due_on = working_days.after(on, days, terms.holidays) if days and how != INSTEAD else None
    return Answer(decision, how, price, payer, due_on)


def inputs_of(wish: Wish) -> dict[str, str | bool]:
    """Return a wish as answers to the questions of triage."""
    given = dict(wish.type.asks) if wish.type else {}
    is_for_another = given.get("subject") in _DECIDED_FOR
    return {
        **given,
        "type": wish.type_key,
        "requester": wish.requester,
        "consent": "authority_ok" if is_for_another else _AGREED.get(wish.who, "patient_asks"),
        "alt": "tried_failed" if wish.is_refused else "none",
    }


def receive(
    session: Session,
    office: Office,
    terms: Terms,
    wish: Wish,
    sender: Sender,
    *,
    practice: Practice,
    once: str,
    at: datetime,
    may_write: bool,
) -> Received:
    """Put a request on the board, and make the link by which it is followed.

    Sent twice with the same `once` it is one request, one link and one e-mail. Raises WrongAddress
    for an e-mail address that is none.
    """
    who = visitor(practice.id)
    to = str(sender.contact.get("email") or "")
    checked = post.checked(to) if to else None
    request = intake.receive(
        session,
        who,
        terms,
        once=once,
        channel=CHANNEL,
        received_at=at,
        type_key=wish.type_key,
        patient=dict(sender.patient),
        contact=dict(sender.contact),
        organisation=sender.organisation if wish.who == ORGANISATION else "",
        asked=sender.asked,
        purpose=sender.purpose,
        requester_class=wish.requester,
        said=_said(terms, wish),
        at=at,
    )
    made = links.create(
        session, who, links.FOLLOW, request.id, birth_date=None, at=at, sent_to=checked, key=once
    )
    is_mailed = bool(checked and may_write)
    if made.is_new and checked and may_write:
        address = address_of(office, made.token)
        _tell(session, who, practice, request, link=made.link, address=address, at=at)
    return Received(request, made.token, is_mailed)


def _said(terms: Terms, wish: Wish) -> dict[str, str | bool]:
    """Return what a wish says that its type does not say already: triage begins with it.

    Not whether there is consent: the answer on the page took it as given, and nobody has seen it.
    """
    usual = filled(terms.catalogue, {"type": wish.type_key})
    said = {name: text for name, text in inputs_of(wish).items() if text != usual[name]}
    said.pop("consent", None)
    return said


def _tell(
    session: Session,
    who: Actor,
    practice: Practice,
    request: Request,
    *,
    link: Link,
    address: str,
    at: datetime,
) -> None:
    heading = f"Your request to {practice.name}"
    body = post.text(
        "request.txt",
        practice={"name": practice.name, "phone": practice.phone},
        reference=request.reference,
        address=address,
        until=british_time(link.expires_at),
    )
    send(session, who, link, KIND, heading=heading, body=body, at=at)


def _price(
    session: Session, who: Actor, terms: Terms, wish: Wish, *, payer: str, on: date
) -> Price | None:
    """Return what it costs; None where this payer may be asked for nothing, so we look first."""
    try:
        return fees.current(session, who, terms, wish.type_key, payer, on)
    except NoFee:
        return None


def _offered(terms: Terms, wish: Wish) -> bool | None:
    return terms.settings.offered(wish.type.key) if wish.type else None
