"""The way back from a draft to the request that it answers."""

from typing import NamedTuple

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from lettergen.documents import eyes
from lettergen.models import Request
from lettergen.requests.front.seeing import BEFORE_SIGNING
from lettergen.web.base.context import actor


class Back(NamedTuple):
    """Reference and address of a request; `sight` is where its patient is shown the letter."""

    text: str
    href: str
    sight: str = ""


def back_of(session: Session, draft_id: str) -> Back | None:
    """Return where a draft's request is, or None for a letter that nobody asked for so."""
    row = session.scalar(
        select(Request).where(eyes.requests_for(actor()), Request.draft_id == draft_id)
    )
    if row is None:
        return None
    sight = url_for("request_sight.page", request_id=row.id, _anchor="show")
    return Back(
        row.reference,
        url_for("requests.page", request_id=row.id),
        sight if row.state in BEFORE_SIGNING else "",
    )
