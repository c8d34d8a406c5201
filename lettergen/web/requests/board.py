"""The board: five columns of cards; what is late is seen first, and each view has an address."""

from flask import Blueprint, render_template, request

from lettergen.web.base.context import looking
from lettergen.web.base.entry import enter
from lettergen.web.requests.board_view import shown_of, wanted_of

board = Blueprint("board", __name__)


@board.get("/board")
@enter("clinician", "reception", "manager")
def page() -> str:
    """The board as the address asks for it."""
    with looking() as session:
        shown = shown_of(session, wanted_of(request.args))
        return render_template("web/requests/board.html", shown=shown)
