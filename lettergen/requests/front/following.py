"""How far a request is, for whoever holds its link: five words, and nothing about anybody."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from lettergen import links
from lettergen.calendar import local_day
from lettergen.models import Actor, Link, Practice, Request, RequestPaper
from lettergen.refusals import Refused
from lettergen.requests.life import evidence, finding
from lettergen.requests.life.states import STATES

RECEIVED, WAITING, WRITING, READY, CLOSED = STEPS = (
    "received",
    "waiting",
    "writing",
    "ready",
    "closed",
)
TITLES = {
    RECEIVED: "Received",
    WAITING: "Waiting for you",
    WRITING: "Being worked on",
    READY: "Nearly ready",
    CLOSED: "Closed",
}
SAYS = {
    RECEIVED: "We have your request, and are looking at it.",
    WAITING: "We need something from you, or from somebody else. We write to you about it, or ring "
    "you. If you have not heard from us, please ask.",
    WRITING: "Somebody at the practice is working on it.",
    READY: "The work is done. We hand it over next, and tell you how.",
    CLOSED: "This is finished. If something is missing, please ask us.",
}
_STEPS = {
    "on_hold": WAITING,
    "quoted": WAITING,
    "accepted": WAITING,
    "amra_wait": READY,
    "access_clock": WRITING,
    "paid": WRITING,
    "on_account": WRITING,
    "waived": WRITING,
    "assigned": WRITING,
    "drafted": WRITING,
    "shown": WRITING,
    "signed": READY,
    "released": CLOSED,
}
MOST_PAPERS = 10
# What somebody outside may say that a paper is.
KINDS = {
    "request": "The letter or form that asks for it",
    "consent": "Signed agreement of the person",
    "authority": "Proof that I may act for the person",
    "refusal": "The letter that says no to what you suggested",
    "other": "Something else",
}


class NotTaken(Refused):
    """A paper was not added; the text says why, and what to do."""


@dataclass(frozen=True)
class Progress:
    """What the page says; `papers` is how many were added, with what kind each is."""

    practice_name: str
    practice_phone: str
    reference: str
    received_on: date
    step: str
    papers: tuple[str, ...]
    may_add: bool
    until: datetime

    @property
    def title(self) -> str:
        """The step in a few words."""
        return TITLES[self.step]

    @property
    def says(self) -> str:
        """What the step means."""
        return SAYS[self.step]


def progress(session: Session, link: Link) -> Progress:
    """Return how far the request of a link is: never who it is about, or what it came to."""
    request = finding.get(session, links.holder(link), link.subject_id)
    practice = session.get_one(Practice, link.practice_id)
    papers = _own_papers(session, link)
    # A payer who was sent the price need not be the one who asked, and added them.
    added = papers if link.made_by is None else []
    return Progress(
        practice_name=practice.name,
        practice_phone=practice.phone,
        reference=request.reference,
        received_on=local_day(request.received_at),
        step=step_of(request),
        papers=tuple(KINDS.get(one.kind, KINDS["other"]) for one in added),
        may_add=_may_add(request) and len(papers) < MOST_PAPERS,
        until=link.expires_at,
    )


def step_of(request: Request) -> str:
    """Return the step that a state stands for outside the practice."""
    if STATES[request.state].is_end:
        return CLOSED
    step = _STEPS.get(request.state, RECEIVED)
    return WAITING if request.held_for and step in (RECEIVED, WRITING) else step


def add_paper(
    session: Session,
    link: Link,
    kind: str,
    name: str,
    raw: bytes,
    *,
    at: datetime,
) -> RequestPaper:
    """Add a file of whoever holds the link to its request.

    Raises NotTaken for a request that is over, too many papers or an unknown kind; and what
    checking the file refuses.
    """
    who: Actor = links.holder(link)
    # Not locked yet: to draw the pages of a file takes seconds.
    request = finding.get(session, who, link.subject_id)
    if not _may_add(request):
        raise NotTaken("This request is finished. Please ask us before you send more.")
    if len(_own_papers(session, link)) >= MOST_PAPERS:
        raise NotTaken(
            f"There are {MOST_PAPERS} papers already. Please ask us before you send more."
        )
    if kind not in KINDS:
        raise NotTaken("Choose what the paper is.")
    return evidence.add(session, who, request.id, kind, name, raw, at=at)


def _own_papers(session: Session, link: Link) -> list[RequestPaper]:
    """Return what came in from outside: what staff added is none of the holder's business."""
    papers = evidence.of(session, links.holder(link), link.subject_id)
    return [one for one in papers if one.added_by is None]


def _may_add(request: Request) -> bool:
    return step_of(request) in (RECEIVED, WAITING, WRITING)
