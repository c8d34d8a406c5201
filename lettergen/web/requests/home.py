"""What the home page says of requests: what is late and ready, and what is to be written."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from lettergen.calendar import local_day
from lettergen.requests.life.board import Card, Filter, board
from lettergen.web.base.context import actor, now
from lettergen.web.requests.board_view import Line, asker_names, line_of
from lettergen.web.triage.page import own_terms

MOST = 8


@dataclass(frozen=True)
class Group:
    """Some requests under a heading; `more` of them are on the board only, at `view`."""

    key: str
    title: str
    cards: tuple[Line, ...]
    more: int
    view: dict[str, str]


def groups(session: Session) -> tuple[Group, ...]:
    """Return what waits for the person who is signed in, most pressing first, empty ones left out.

    Reception and managers see what is late and what is ready; a clinician what is theirs.
    """
    own, today = own_terms(session), local_day(now())
    is_clinician = "clinician" in actor().roles
    found = board(session, actor(), Filter(is_mine=is_clinician, is_open=True), today)
    names = asker_names(own)
    open_ones = [card for cards in found.columns.values() for card in cards]
    late = [card for card in open_ones if card.is_late or card.due_on == today]
    mine = [card for card in found.columns["clinician"] if card not in late]
    ready = [card for card in found.columns["ready"] if card not in late]
    parts: tuple[tuple[str, str, list[Card], dict[str, str]], ...] = (
        ("late", "Requests that are late or due today", late, {"late": "1"}),
        ("mine", "Requests to write or sign", mine if is_clinician else [], {"mine": "1"}),
        ("ready", "Ready to hand over", ready, {}),
    )
    return tuple(
        Group(
            key,
            title,
            tuple(line_of(card, own, names, today) for card in cards[:MOST]),
            max(0, len(cards) - MOST),
            view,
        )
        for key, title, cards, view in parts
        if cards
    )
