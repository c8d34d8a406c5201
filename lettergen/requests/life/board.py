"""The board: what is open, column by column, the first due first; and what was done lately."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from lettergen.calendar import LONDON
from lettergen.documents import eyes
from lettergen.models import Actor, Request, Requester
from lettergen.requests.life import directory
from lettergen.requests.life.fees import fee_states
from lettergen.requests.life.states import COLUMNS, DONE, OPEN, column_of

DONE_DAYS = 14
FAR = date.max


@dataclass(frozen=True)
class Filter:
    """What the board is narrowed to; empty fields narrow nothing.

    `is_open` leaves out what ended; `staff_id` is whoever has or signs it, `group` a group of
    types, `is_restricted` shows only what is restricted, to those who may see that.
    """

    is_mine: bool = False
    is_open: bool = False
    is_late: bool = False
    is_nobodys: bool = False
    is_restricted: bool = False
    staff_id: str = ""
    requester_class: str = ""
    group: str = ""


@dataclass(frozen=True)
class Card:
    """One request as the board shows it.

    `initials` are the patient's; `fee` is quoted, accepted, invoiced, paid, waived or nothing;
    `due_on` is None while the request waits for others; `minutes` are the planned ones.
    """

    request_id: str
    reference: str
    state: str
    column: str
    held_for: str
    outcome: str
    letter: str
    type_key: str
    group: str
    requester_class: str
    asker: str
    initials: str
    staff_id: str
    staff_name: str
    signer_id: str
    minutes: int
    fee: str
    received_on: date
    due_on: date | None
    is_late: bool
    is_urgent: bool
    is_restricted: bool
    is_disputed: bool


@dataclass(frozen=True)
class Board:
    """The five columns with their cards; `late` counts the cards that are late."""

    columns: Mapping[str, tuple[Card, ...]]

    @property
    def late(self) -> int:
        """How many cards are late."""
        return sum(card.is_late for cards in self.columns.values() for card in cards)


def board(session: Session, actor: Actor, wanted: Filter, today: date) -> Board:
    """Return the board for the actor's eyes: urgent cards first, then the first due.

    What ended more than fourteen days before `today` is not on it. The number of queries does not
    grow with the number of requests.
    """
    rows = session.scalars(
        select(Request)
        .where(eyes.requests_for(actor), *_wanted(actor, wanted, today), _is_open_or_recent(today))
        .options(
            joinedload(Request.requester),
            joinedload(Request.assignee),
            selectinload(Request.content),
        )
    ).all()
    fees = fee_states(session, actor, [row.id for row in rows])
    stand_for = directory.canonical(session, actor)
    cards = sorted((_card(row, fees, stand_for, today) for row in rows), key=_order)
    return Board({name: tuple(c for c in cards if c.column == name) for name in COLUMNS})


def initials_of(patient: Mapping[str, Any]) -> str:
    """Return R.T. for Rowan Testerby, or nothing where no name is known."""
    names = (str(patient.get(part) or "").strip() for part in ("given_name", "family_name"))
    return "".join(f"{name[0].upper()}." for name in names if name)


def _wanted(actor: Actor, wanted: Filter, today: date) -> Iterator[ColumnElement[bool]]:
    if wanted.is_mine:
        yield _has(actor.staff_id or "")
    if wanted.staff_id:
        yield _has(wanted.staff_id)
    if wanted.is_nobodys:
        yield Request.assigned_to.is_(None)
    if wanted.is_open or wanted.is_late:
        yield Request.state.in_(OPEN)
    if wanted.is_late:
        yield Request.due_on < today
    if wanted.is_restricted:
        yield Request.is_restricted.is_(True)
    if wanted.requester_class:
        yield Request.requester_class == wanted.requester_class
    if wanted.group:
        yield Request.type_group == wanted.group


def _has(staff_id: str) -> ColumnElement[bool]:
    return or_(Request.assigned_to == staff_id, Request.signer_id == staff_id)


def _is_open_or_recent(today: date) -> ColumnElement[bool]:
    since = datetime.combine(today - timedelta(days=DONE_DAYS), time.min, LONDON)
    return or_(Request.state.in_(OPEN), Request.changed_at >= since)


def _card(
    row: Request, fees: Mapping[str, str], stand_for: Mapping[str, Requester], today: date
) -> Card:
    asker = stand_for.get(row.requester_id or "", row.requester)
    column = column_of(row.state, row.held_for)
    return Card(
        request_id=row.id,
        reference=row.reference,
        state=row.state,
        column=column,
        held_for=row.held_for or "",
        outcome=row.outcome or "",
        letter=row.letter or "",
        type_key=row.type_key,
        group=row.type_group or "",
        requester_class=row.requester_class,
        asker=asker.name if asker else "",
        initials=initials_of(row.content.patient if row.content else {}),
        staff_id=row.assigned_to or "",
        staff_name=row.assignee.name if row.assignee else "",
        signer_id=row.signer_id or "",
        minutes=row.minutes_expected or 0,
        fee=fees.get(row.id, ""),
        received_on=row.received_on,
        due_on=row.due_on,
        is_late=column != DONE and row.due_on is not None and row.due_on < today,
        is_urgent=row.is_urgent,
        is_restricted=row.is_restricted,
        is_disputed=row.is_disputed,
    )


def _order(card: Card) -> tuple[bool, date, date, str]:
    return (not card.is_urgent, card.due_on or FAR, card.received_on, card.request_id)
