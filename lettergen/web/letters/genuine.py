"""Is this letter genuine? A page for anybody who holds one."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lettergen.delivery.genuine import Standing, State, standing_of
from lettergen.web.base.context import looking
from lettergen.web.base.entry import anyone
from lettergen.web.base.outside import outside, shown_again

genuine = outside("genuine", __name__)

# A worker hands over 64 MiB at the most, and a seal adds a little: no letter is larger.
_LARGEST_LETTER = 70_000_000
_EMPTY = "Enter the reference of the letter"
_MISTYPED = (
    "That is not quite a reference: one or more characters are wrong. "
    "It looks like LG-7K3M-9QXP. Please check each character against the letter."
)


@genuine.get("/v")
@anyone
def box() -> ResponseReturnValue:
    """Ask for the reference, and lead to its page."""
    typed = request.args.get("reference")
    if typed is None:
        return _ask()
    if not typed.strip():
        return _ask(error=_EMPTY)
    found = _standing(typed)
    if found.state is State.MISTYPED:
        return _ask(typed, _MISTYPED)
    return redirect(url_for("genuine.standing", reference=found.reference))


@genuine.get("/v/<reference>", strict_slashes=False)
@anyone
def standing(reference: str) -> str:
    """Say how the letter with a reference stands."""
    found = _standing(reference)
    if found.state is State.MISTYPED:
        return _ask(reference, _MISTYPED)
    return render_template("patient/genuine.html", found=found, largest=_LARGEST_LETTER)


def _ask(typed: str = "", error: str = "") -> str:
    return render_template("patient/genuine_box.html", typed=shown_again(typed), error=error)


def _standing(typed: str) -> Standing:
    # The whole address may be pasted, as the QR code gives it.
    reference = typed.strip().rstrip("/").rpartition("/")[2]
    with looking() as session:
        return standing_of(session, reference)
