"""What the page of one request shows, gathered from the rooms that know."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from lettergen import accounts, documents
from lettergen.calendar import local_day
from lettergen.documents.eyes import FOR_RESTRICTED
from lettergen.models import Document, Request
from lettergen.requests.catalogue.standing import Terms
from lettergen.requests.life import events, evidence, moves
from lettergen.requests.life.states import DONE, STATES, WAITING
from lettergen.web.base.context import actor, now
from lettergen.web.base.due_words import Due, due_of
from lettergen.web.requests.next_action import Next, next_of
from lettergen.web.requests.panels import Panel, panels
from lettergen.web.requests.story import Happened, story
from lettergen.web.triage.answer import Stored, stored
from lettergen.web.triage.page import CHANNELS, PAPER_KINDS, items, own_terms
from lettergen.web.triage.said import (
    Alike,
    Clock,
    Fact,
    Kept,
    Paper,
    Suggested,
    alike,
    choices,
    clocks_of,
    conflicts_of,
    facts_of,
    kinds_of,
    paper_of,
    state_of,
    suggestion_of,
    title_of,
)
from lettergen.workload.kinds import BY_HAND, KINDS


@dataclass(frozen=True)
class Shown:
    """The whole page."""

    request: Request
    title: str
    state: str
    due: Due
    next: Next
    facts: tuple[Fact, ...]
    alike: tuple[Alike, ...]
    answer: Stored | None
    decider: str
    draft_id: str | None
    document: Document | None
    panels: tuple[Panel, ...]
    papers: tuple[Paper, ...]
    clocks: tuple[Clock, ...]
    channel: str
    minutes: str
    works: list[dict[str, str]]
    stated: str
    suggestion: Suggested | None
    conflicts: tuple[Kept, ...]
    clinicians: list[dict[str, str]]
    everybody: list[dict[str, str]]
    kinds: list[dict[str, str]]
    story: tuple[Happened, ...]
    offers: frozenset[str]
    outcomes: list[dict[str, str]]
    refusal: str
    refused_at: str

    @property
    def is_done(self) -> bool:
        """Is there nothing left to do?"""
        return STATES[self.request.state].column == DONE

    @property
    def may_hold(self) -> bool:
        """Can it wait for something?"""
        return not self.is_done and not self.request.held_for

    @property
    def may_write(self) -> bool:
        """Can a letter be written of what is usually done elsewhere?"""
        is_theirs = bool(actor().roles & {"clinician", "reception"})
        return self.next.is_outside and self.request.state == "assigned" and is_theirs

    @property
    def may_lift(self) -> bool:
        """Can this person let everybody of the practice see it?"""
        return self.request.is_restricted and bool(actor().roles & FOR_RESTRICTED)

    @property
    def may_resume(self) -> bool:
        """Does it wait where it stands, so that it can simply go on?"""
        is_held = bool(self.request.held_for)
        return is_held and STATES[self.request.state].column not in (WAITING, DONE)

    @property
    def may_split(self) -> bool:
        """Is it still early enough to make several of it?"""
        return self.request.state in ("received", "triaged", "on_hold", "escalated")

    @property
    def may_close(self) -> bool:
        """Can it be closed from here?"""
        return "closed" in self.offers

    @property
    def may_reopen(self) -> bool:
        """Can it be opened again?"""
        return self.request.state == "closed" and "triaged" in self.offers

    @property
    def may_end(self) -> bool:
        """Can it be withdrawn or cancelled from here?"""
        return bool({"withdrawn", "cancelled"} & self.offers)

    @property
    def holds(self) -> list[dict[str, str]]:
        """What it can wait for."""
        return items({key: f"Wait {words}" for key, words in moves.HELD_FOR.items()})

    @property
    def paper_kinds(self) -> list[dict[str, str]]:
        """What a paper can be."""
        return items(PAPER_KINDS)


def shown_of(session: Session, row: Request, *, refusal: str = "", refused_at: str = "") -> Shown:
    """Return the page of a request."""
    own, today = own_terms(session), local_day(now())
    kind = own.catalogue.types.get(row.type_key)
    staff = [one for one in accounts.staff_of(session, actor()) if one.is_active]
    document = _document(session, row)
    best = suggestion_of(session, row, today)
    possible = moves.possible(session, actor(), row, at=now())
    is_over = STATES[row.state].column == DONE
    return Shown(
        request=row,
        title=title_of(row, own),
        state=state_of(row),
        due=due_of(row.due_on, today, own.holidays, is_over=is_over),
        next=next_of(session, row, own, document, best),
        facts=tuple(facts_of(row)),
        alike=alike(session, row, own),
        answer=stored(row, own.catalogue, kind),
        decider=next((one.name for one in staff if one.id == row.decided_by), ""),
        draft_id=row.draft_id,
        document=document,
        panels=tuple(panels(session, row)),
        papers=tuple(paper_of(one) for one in evidence.of(session, actor(), row.id)),
        clocks=clocks_of(session, row, today, own),
        channel=CHANNELS.get(row.channel, "on the public page").lower(),
        minutes=f"about {kind.gp_min} minutes of a clinician" if kind and kind.gp_min else "",
        works=items({key: KINDS[key].title for key in BY_HAND}),
        stated=str((kind.gp_min or kind.admin_min) if kind else ""),
        suggestion=best,
        conflicts=conflicts_of(session, row, staff),
        clinicians=choices([one for one in staff if "clinician" in one.roles]),
        everybody=choices(staff),
        kinds=kinds_of(own),
        story=tuple(story(events.of(session, actor(), row.id))),
        offers=frozenset(to for to, why in possible.items() if not why),
        outcomes=_outcomes(row, own),
        refusal=refusal,
        refused_at=refused_at,
    )


def _document(session: Session, row: Request) -> Document | None:
    if not row.document_id:
        return None
    return documents.get(session, actor(), row.document_id)


def _outcomes(row: Request, own: Terms) -> list[dict[str, str]]:
    """Return what somebody may decide by hand; nothing unless it was escalated to them."""
    if row.state != "escalated" or not actor().roles & FOR_RESTRICTED:
        return []
    titles = {key: one.title for key, one in own.catalogue.outcomes.items() if key != "ESCALATE"}
    return items({"": "Choose", **titles})
