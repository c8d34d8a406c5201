"""The page of one request: the next action on top, what is asked, its papers, and its time line."""

from http import HTTPStatus

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from lettergen.requests.life import finding
from lettergen.web.base.context import actor, looking
from lettergen.web.base.entry import enter
from lettergen.web.base.steps import Step, take
from lettergen.web.requests.view import shown_of

requests = Blueprint("requests", __name__)


@requests.get("/requests/<request_id>")
@enter("clinician", "reception", "manager")
def page(request_id: str) -> str:
    """One request of the practice."""
    return show(request_id)


def show(request_id: str, *, refusal: str = "", at: str = "") -> str:
    """Return the page; `refusal` is why a button did nothing, `at` the box that it is about.

    Raises NoSuchRequest.
    """
    with looking() as session:
        found = finding.get(session, actor(), request_id)
        shown = shown_of(session, found, refusal=refusal, refused_at=at)
        return render_template("web/requests/page.html", shown=shown)


def attempt(
    request_id: str, step: Step, *, at: str, anchor: str | None = None
) -> ResponseReturnValue:
    """Take a step from a button of the page, and go back to the page, which says what came of it.

    `at` is the box that a refusal is about. Raises NotFound.
    """
    return take(
        step,
        to=url_for("requests.page", request_id=request_id, _anchor=anchor),
        again=lambda refusal: show(request_id, refusal=refusal, at=at),
    )


def refused(request_id: str, refusal: Exception, at: str) -> tuple[str, int]:
    """Return the page with a refusal on it."""
    return show(request_id, refusal=str(refusal), at=at), HTTPStatus.UNPROCESSABLE_ENTITY
