"""What a button does: one step in one transaction, and what came of it said on the next page."""

from collections.abc import Callable
from http import HTTPStatus

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen.documents import NotFound
from lettergen.refusals import Refused
from lettergen.web.base.context import changing

Step = Callable[[Session], str]


def take(
    step: Step,
    *,
    to: str,
    again: Callable[[str], str],
    but: type[Refused] = NotFound,
    status: int = HTTPStatus.SEE_OTHER,
) -> ResponseReturnValue:
    """Take a step, which returns what is said of it, and go on to an address.

    `again` makes the page of the button anew with why nothing was done. Raises the refusals that
    are of the kind `but`: what does not exist has no page.
    """
    try:
        with changing() as session:
            said = step(session)
    except but:
        raise
    except Refused as refusal:
        return again(str(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(said, "success")
    return redirect(to, status)
