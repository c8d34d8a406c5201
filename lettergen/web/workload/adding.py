"""Work that was done outside lettergen: a telephone call, a paper form, added in three actions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen import workload
from lettergen.refusals import Refused
from lettergen.web.base.context import actor, changing, looking, now
from lettergen.web.base.entry import enter
from lettergen.web.workload.asked import as_typed, today_now
from lettergen.web.workload.names import names_now
from lettergen.workload import BY_HAND, KINDS, LEAST_TO_NAME, months_until

workload_adding = Blueprint("workload_adding", __name__)

_FIELDS = ("kind", "minutes", "on", "type", "requester")


@dataclass(frozen=True)
class Typed:
    """What was typed, as text, and what is wrong with it by box."""

    texts: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return what was typed in a box."""
        return self.texts.get(name, "")


@workload_adding.get("/workload/add")
@enter("clinician", "reception", "manager")
def page() -> str:
    """The form with all that can be said of a piece of work."""
    return _page(Typed())


@workload_adding.post("/workload/add")
@enter("clinician", "reception", "manager")
def add() -> ResponseReturnValue:
    """Add a piece of work, and say so where it shows."""
    texts = {name: as_typed(request.form, name) for name in _FIELDS}
    faults: dict[str, str] = {}
    minutes, on = _minutes(texts["minutes"], faults), _day(texts["on"], faults)
    if texts["kind"] not in BY_HAND:
        faults["kind"] = "Choose what was done."
    if not faults:
        try:
            _add(texts, minutes, on)
        except Refused as refusal:
            faults["on" if "day" in str(refusal) else "minutes"] = str(refusal)
    if faults:
        return _page(Typed(texts, faults)), HTTPStatus.UNPROCESSABLE_ENTITY
    title = KINDS[texts["kind"]].title
    flash(f"Added: {title.lower()}, {minutes} minutes stated.", "success")
    return redirect(url_for("workload.page"), HTTPStatus.SEE_OTHER)


def kinds_by_hand() -> list[dict[str, str]]:
    """Return the kinds of work that people add, for a list to choose from."""
    return [{"value": key, "text": KINDS[key].title} for key in BY_HAND]


def offered(session: Session) -> dict[str, Any]:
    """Return what the form offers: kinds, types, and organisations that asked lately."""
    names, today = names_now(session), today_now()
    lately = months_until(workload.month_of(today), 12)
    known = workload.league(session, actor(), lately, least=LEAST_TO_NAME)
    return {
        "kinds": kinds_by_hand(),
        "types": sorted(names.types.items(), key=lambda one: one[1].casefold()),
        "requesters": [(one.key, one.label) for one in known if one.key],
        "today": today,
    }


def _page(typed: Typed) -> str:
    with looking() as session:
        return render_template("web/workload/add.html", typed=typed, adding=offered(session))


def _add(texts: Mapping[str, str], minutes: int, on: date) -> None:
    with changing() as session:
        names = names_now(session)
        known = {one for one, _ in offered(session)["requesters"]}
        workload.add_by_hand(
            session,
            actor(),
            texts["kind"],
            minutes=minutes,
            on=on,
            at=now(),
            slug=texts["type"] if texts["type"] in names.types else None,
            requester_id=texts["requester"] if texts["requester"] in known else None,
        )


def _minutes(typed: str, faults: dict[str, str]) -> int:
    if typed.isascii() and typed.isdigit():
        return int(typed)
    faults["minutes"] = "Give the minutes as a whole number, like 5."
    return 0


def _day(typed: str, faults: dict[str, str]) -> date:
    today = today_now()
    if not typed:
        return today
    try:
        return date.fromisoformat(typed)
    except ValueError:
        faults["on"] = "Give the day as year, month and day, like 2026-11-20."
        return today
