"""What is known of a request that is decided: its words and papers, and what came with it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from lettergen.models import Request
from lettergen.requests.catalogue.grammar import Catalogue
from lettergen.requests.life import evidence, finding
from lettergen.web.base.context import actor
from lettergen.web.triage.form import REFUSED
from lettergen.web.triage.said import Fact, Paper, facts_of, paper_of

_REFUSAL = "refusal"


@dataclass(frozen=True)
class Known:
    """What whoever decides should have read."""

    asked: str
    facts: tuple[Fact, ...]
    papers: tuple[Paper, ...]


def known_of(session: Session, request_id: str | None) -> Known | None:
    """Return what is known of a request; None for one that is being written down."""
    if request_id is None:
        return None
    row = finding.get(session, actor(), request_id)
    return Known(
        asked=(row.content.asked if row.content else "") or "",
        facts=tuple(facts_of(row)),
        papers=tuple(paper_of(one) for one in evidence.of(session, actor(), row.id)),
    )


def answers_of(session: Session, row: Request, known: Catalogue) -> dict[str, str]:
    """Return the answers that a request brings along: what was said, who asks, and a refusal."""
    found = {name: str(text) for name, text in row.inputs.items() if name != "type"}
    kind = known.types.get(row.type_key)
    if kind is None or kind.asks.get("requester") != row.requester_class:
        found.setdefault("requester", row.requester_class)
    if has_refusal(session, row.id):
        found["alt"] = REFUSED
    return found


def has_refusal(session: Session, request_id: str | None) -> bool:
    """Is a refusal in writing on file with this request?"""
    if request_id is None:
        return False
    papers = evidence.of(session, actor(), request_id)
    return any(one.kind == _REFUSAL for one in papers)
