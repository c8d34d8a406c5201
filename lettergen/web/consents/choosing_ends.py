"""Where the patient's questions lead: the summary, a talk with our staff, a stop, and thanks."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen import links
from lettergen.consents import asking
from lettergen.models import SET_UP
from lettergen.web.base.context import changing, looking, now
from lettergen.web.base.entry import anyone
from lettergen.web.base.errors import Advice
from lettergen.web.base.outside import sorry
from lettergen.web.consents import choosing_steps
from lettergen.web.consents.choosing import SUMMARY, choosing, page
from lettergen.web.consents.choosing_way import Asked, asked_here, known_here, open_here
from lettergen.web.links.door import stand_behind


@page("/summary", "GET")
def summary(token: str | None = None) -> ResponseReturnValue:
    """Everything that was read and chosen, each with a way to change it."""
    with looking() as session:
        asked = known_here(session, token)
        if choosing_steps.is_stopped(asked):
            return redirect(asked.to("stopped"))
        missing = choosing_steps.first_open(asked)
        if missing is not None:
            return redirect(missing.address(asked, then=SUMMARY))
        return asked.show(
            "summary",
            lines=choosing_steps.lines(asked),
            child_said=choosing_steps.child_said(asked),
            has_agreed=choosing_steps.has_agreed(asked),
            is_no_photo=asking.is_no_photo(asked.one.answers, asked.terms),
            shown=asking.seen(asked.one, asked.terms, at=now())[1],
            back=choosing_steps.before(asked, "summary"),
        )


@page("/summary", "POST")
def decline(token: str | None = None) -> ResponseReturnValue:
    """End the patient's part where nothing was agreed to: a no needs no signature."""
    with changing() as session:
        asked = known_here(session, token)
        if request.form.get("shown") != asking.seen(asked.one, asked.terms, at=now())[1]:
            return asked.show("changed"), 409
        asking.decline(session, asked.terms, asked.one, at=now())
        use_up(session, asked)
        return redirect(asked.to("done"), 303)


@page("/ask", "GET")
def ask(token: str | None = None) -> ResponseReturnValue:
    """Send the patient to our staff: for another form of words, or because they are not sure."""
    with looking() as session:
        asked = open_here(session, token)
        about = request.args.get("about", "")
        question = choosing_steps.question(asked, about)
        is_confirmed = asking.is_confirmed(asked.one)
        return asked.show(
            "ask", about=about, question=question if is_confirmed else None, is_known=is_confirmed
        )


@page("/stopped", "GET")
def stopped(token: str | None = None) -> ResponseReturnValue:
    """Tell a child who said no that this is all right, and that it counts."""
    with looking() as session:
        asked = known_here(session, token)
        if not choosing_steps.is_stopped(asked):
            return redirect(asked.to("summary"))
        return asked.show("stopped")


@page("/done", "GET")
def done(token: str | None = None) -> ResponseReturnValue:
    """Say thank you, and what comes next."""
    with looking() as session:
        asked = asked_here(session, token)
        if asking.is_with_patient(asked.one):
            return redirect(asked.to("summary"))
        if asked.one.stage == SET_UP:
            return redirect(url_for("choosing.closed"))
        is_signed = bool(asked.get("signatures"))
        return asked.show("done", is_signed=is_signed)


@choosing.get("/choose/closed")
@anyone
def closed() -> ResponseReturnValue:
    """Say that there is nothing to answer on this device."""
    advice = Advice(
        "This form is closed here",
        "There is nothing to answer on this screen now. Please give it back to our staff, or "
        "ring the practice.",
    )
    return sorry(advice, 200)


def use_up(session: Session, asked: Asked) -> None:
    """End the link once all is answered, and not before."""
    if asked.link is not None and not asking.is_with_patient(asked.one):
        links.use(session, asked.link, at=now())


def _show_wrong_stage(_refusal: asking.WrongStage) -> ResponseReturnValue:
    token = (request.view_args or {}).get("token")
    with looking() as session:
        return redirect(asked_here(session, token).to("done"), 303)


def _show_updated(refusal: asking.FormUpdated) -> ResponseReturnValue:
    return sorry(Advice("The words of this form have changed", str(refusal)), 409)


def _show_unknown_person(_refusal: asking.NotConfirmed) -> ResponseReturnValue:
    token = (request.view_args or {}).get("token")
    with looking() as session:
        return redirect(open_here(session, token).to("born"), 303)


stand_behind(choosing)
choosing.register_error_handler(asking.WrongStage, _show_wrong_stage)
choosing.register_error_handler(asking.FormUpdated, _show_updated)
choosing.register_error_handler(asking.NotConfirmed, _show_unknown_person)
