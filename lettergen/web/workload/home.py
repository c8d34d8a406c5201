"""What a manager's first page says of workload: this month in five figures, and what is waiting."""

from dataclasses import dataclass

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lettergen.models import Request, Waiver
from lettergen.web.base.context import actor
from lettergen.web.workload.asked import asked, today_now
from lettergen.web.workload.view import (
    Figure,
    Seen,
    comparison,
    first_figures,
    heading,
    request_figure,
    seen,
)

SHOWN = ("minutes", "cost", "recovered", "avoided")


@dataclass(frozen=True)
class Decision:
    """Something that only a manager can settle, how many there are of it, and where."""

    text: str
    count: int
    href: str


@dataclass(frozen=True)
class Summary:
    """The month in five figures, what is late, and what needs a decision."""

    heading: str
    comparison: str
    figures: tuple[Figure, ...]
    late: Figure
    decisions: tuple[Decision, ...]


def summary(session: Session) -> Summary | None:
    """Return what a manager sees first; None for everybody else."""
    if "manager" not in actor().roles:
        return None
    found: Seen = seen(session, actor(), asked({}), today_now())
    first = {one.key: one for one in first_figures(session, found)}
    return Summary(
        heading(found.compared),
        comparison(found.compared),
        (request_figure(found), *(first[key] for key in SHOWN)),
        first["late"],
        _decisions(session),
    )


def _decisions(session: Session) -> tuple[Decision, ...]:
    mine = actor().practice_id
    waivers = select(func.count()).select_from(Waiver).where(
        Waiver.practice_id == mine, Waiver.state == "asked"
    )  # fmt: skip
    handed_up = select(func.count()).select_from(Request).where(
        Request.practice_id == mine, Request.state == "escalated"
    )  # fmt: skip
    known = (
        ("Fees that somebody asks to waive", waivers, url_for("money.overview")),
        ("Requests that nobody at the desk can settle", handed_up, url_for("board.page")),
    )
    found = (Decision(text, session.scalar(count) or 0, href) for text, count, href in known)
    return tuple(one for one in found if one.count)
