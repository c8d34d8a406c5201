"""The board in words: its columns and cards, and the addresses of its views."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from lettergen import accounts
from lettergen.calendar import local_day
from lettergen.requests.catalogue.standing import Terms
from lettergen.requests.life.board import Board, Card, Filter
from lettergen.requests.life.board import board as board_of
from lettergen.requests.life.moves import HELD_FOR
from lettergen.requests.life.states import DONE, STATES
from lettergen.web.base.context import actor, now
from lettergen.web.base.due_words import Due, due_of
from lettergen.web.triage.page import own_terms

MOST_CARDS = 25
NAMES = {
    "new": "New",
    "waiting": "Waiting",
    "clinician": "With a clinician",
    "ready": "Ready to hand over",
    "done": "Done",
}
NONE = {
    "new": "Nothing new.",
    "waiting": "Nothing waits for consent, money or an answer.",
    "clinician": "Nothing is being written.",
    "ready": "Nothing waits to be handed over.",
    "done": "Nothing was finished lately.",
}
_FLAGS = ("mine", "late", "nobodys")
_TEXTS = ("who", "asker", "group", "all")
_LONGEST = 60


@dataclass(frozen=True)
class Wanted:
    """What an address of the board asks for."""

    mine: bool = False
    late: bool = False
    nobodys: bool = False
    who: str = ""
    asker: str = ""
    group: str = ""
    all: str = ""

    @property
    def filter(self) -> Filter:
        """The same as the board takes it."""
        return Filter(
            is_mine=self.mine,
            is_late=self.late,
            is_nobodys=self.nobodys,
            staff_id=self.who,
            requester_class=self.asker,
            group=self.group,
        )

    def address(self, **changes: str) -> dict[str, str]:
        """Return the parts of an address: what is wanted now, but for the changes."""
        flags = {name: "1" if getattr(self, name) else "" for name in _FLAGS}
        texts = {name: getattr(self, name) for name in _TEXTS}
        return {name: text for name, text in (flags | texts | changes).items() if text}


@dataclass(frozen=True)
class View:
    """One of the links above the columns."""

    name: str
    address: str
    is_here: bool


@dataclass(frozen=True)
class Line:
    """One card in words."""

    request_id: str
    reference: str
    title: str
    asker: str
    initials: str
    state: str
    mark: str
    given_to: str
    minutes: int
    fee: str
    due: Due
    is_urgent: bool


@dataclass(frozen=True)
class Column:
    """One column: `more` cards are not shown, `none` is said when it is empty."""

    key: str
    name: str
    cards: tuple[Line, ...]
    total: int
    late: int
    more: int
    none: str


@dataclass(frozen=True)
class Shown:
    """The whole board."""

    wanted: Wanted
    columns: tuple[Column, ...]
    views: tuple[View, ...]
    late: int
    today: int
    people: list[dict[str, str]]
    askers: list[dict[str, str]]
    groups: list[dict[str, str]]

    @property
    def is_narrowed(self) -> bool:
        """Is anything chosen in the boxes?"""
        return bool(self.wanted.who or self.wanted.asker or self.wanted.group)


def wanted_of(args: Mapping[str, str]) -> Wanted:
    """Return what an address asks for; what it does not know is left out."""
    mine, late, nobodys = (args.get(name) == "1" for name in _FLAGS)
    who, asker, group, whole = (args.get(name, "")[:_LONGEST] for name in _TEXTS)
    return Wanted(mine, late, nobodys, who, asker, group, whole)


def shown_of(session: Session, wanted: Wanted) -> Shown:
    """Return the board as somebody wants to see it."""
    own, today = own_terms(session), local_day(now())
    found = board_of(session, actor(), wanted.filter, today)
    askers = asker_names(own)
    open_ones = [one for key, cards in found.columns.items() if key != DONE for one in cards]
    staff = [one for one in accounts.staff_of(session, actor()) if one.is_active]
    return Shown(
        wanted=wanted,
        columns=tuple(_columns(found, wanted, own, askers, today)),
        views=_views(wanted),
        late=found.late,
        today=sum(one.due_on == today for one in open_ones),
        people=_choices("Anybody", ((one.id, one.name) for one in staff)),
        askers=_choices("Anybody", askers.items()),
        groups=_choices(
            "Anything", ((one.key, one.title) for one in own.catalogue.groups.values())
        ),
    )


def asker_names(own: Terms) -> dict[str, str]:
    """Return what the classes of those who ask are called."""
    question = own.catalogue.by_question["requester"]
    return {option.code: option.label for option in question.options}


def line_of(card: Card, own: Terms, askers: Mapping[str, str], today: date) -> Line:
    """Return a card in words."""
    kind = own.catalogue.types.get(card.type_key)
    is_over = card.column == DONE
    return Line(
        request_id=card.request_id,
        reference=card.reference,
        title=kind.title if kind else "Something else",
        asker=card.asker or askers.get(card.requester_class, ""),
        initials=card.initials,
        state=_state(card),
        mark="Disagreed with" if card.is_disputed and not is_over else "",
        given_to=card.staff_name,
        minutes=card.minutes,
        fee=card.fee,
        due=due_of(card.due_on, today, own.holidays, is_over=card.column == DONE),
        is_urgent=card.is_urgent and not is_over,
    )


def _state(card: Card) -> str:
    title = STATES[card.state].title
    return f"{title}: waits {HELD_FOR.get(card.held_for, '')}" if card.held_for else title


def _columns(
    found: Board, wanted: Wanted, own: Terms, askers: Mapping[str, str], today: date
) -> Iterable[Column]:
    for key, cards in found.columns.items():
        shown = cards if wanted.all == key else cards[:MOST_CARDS]
        yield Column(
            key=key,
            name=NAMES[key],
            cards=tuple(line_of(one, own, askers, today) for one in shown),
            total=len(cards),
            late=sum(one.is_late for one in cards),
            more=len(cards) - len(shown),
            none=NONE[key],
        )


def _views(wanted: Wanted) -> tuple[View, ...]:
    names = {"": "Everything", "mine": "Mine", "late": "Late", "nobodys": "Given to nobody"}
    is_set = {name: getattr(wanted, name) for name in _FLAGS}
    return tuple(
        View(
            name,
            _address(wanted, _only(key)),
            is_set[key] if key else not any(is_set.values()),
        )
        for key, name in names.items()
    )


def _address(wanted: Wanted, changes: Mapping[str, str]) -> str:
    parts: dict[str, Any] = dict(wanted.address(**changes))
    return url_for("board.page", **parts)


def _only(flag: str) -> dict[str, str]:
    return {name: "1" if name == flag else "" for name in _FLAGS} | {"all": ""}


def _choices(nothing: str, pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [
        {"value": "", "text": nothing},
        *({"value": value, "text": text} for value, text in pairs),
    ]
