"""What a minute costs and how many patients there are: dated, and kept by a manager."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
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
from lettergen.workload import ROLES

workload_settings = Blueprint("workload_settings", __name__)

LISTS = ("rates", "list_sizes")
_PENCE = 100


@dataclass(frozen=True)
class Typed:
    """What was typed, as text, and what is wrong with it by box."""

    texts: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str, usual: str = "") -> str:
        """Return what was typed in a box, or what usually stands there."""
        return self.texts.get(name, usual)


@workload_settings.get("/settings/workload")
@enter("manager")
def page() -> str:
    """Unit costs and list sizes, the oldest first, and a form for a new one of each."""
    with looking() as session:
        return _page(session, Typed())


@workload_settings.post("/settings/workload/rates")
@enter("manager")
def add_rates() -> ResponseReturnValue:
    """Set what a minute costs from a month on; another setting of that month is replaced."""
    texts = _texts("rates_from", *ROLES)
    faults: dict[str, str] = {}
    since = _month(texts["rates_from"], faults)
    pence = {role: _pence(role, texts[role], faults) for role in ROLES}
    entry = {"from": since.isoformat(), **pence}
    return _add("rates", entry, Typed(texts, faults), "rates_from")


@workload_settings.post("/settings/workload/list-size")
@enter("manager")
def add_list_size() -> ResponseReturnValue:
    """Set how many patients there are from a day on."""
    texts = _texts("size_from", "patients")
    faults: dict[str, str] = {}
    since = _day("size_from", texts["size_from"], faults)
    digits = texts["patients"].replace(",", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit()):
        faults["patients"] = "Give the number of patients, like 9500."
    entry = {"from": since.isoformat(), "patients": int(digits) if "patients" not in faults else 0}
    return _add("list_sizes", entry, Typed(texts, faults), "patients")


@workload_settings.post("/settings/workload/remove")
@enter("manager")
def remove() -> ResponseReturnValue:
    """Take out one dated setting: figures are worked out without it from now on."""
    which, since = request.form.get("list", ""), as_typed(request.form, "from")
    if which not in LISTS:
        raise Refused("Choose which setting to take out, on the page of settings.")
    with changing() as session:
        stored = _stored(session)
        stored[which] = [one for one in stored[which] if one["from"] != since]
        workload.save(session, actor(), stored, at=now())
    flash("Taken out. Figures are worked out anew without it.", "success")
    return redirect(url_for("workload_settings.page"), HTTPStatus.SEE_OTHER)


def _add(which: str, entry: dict[str, Any], typed: Typed, box: str) -> ResponseReturnValue:
    """Save one more dated setting, or show the page again with what is wrong."""
    faults = dict(typed.faults)
    with changing() as session:
        if not faults:
            stored = _stored(session)
            others = [one for one in stored[which] if one["from"] != entry["from"]]
            stored[which] = [*others, entry]
            try:
                workload.save(session, actor(), stored, at=now())
            except workload.BadWorkloadSettings as refusal:
                faults[box] = "; ".join(refusal.errors.values()).capitalize() + "."
        if faults:
            shown = _page(session, Typed(typed.texts, faults))
            return shown, HTTPStatus.UNPROCESSABLE_ENTITY
    flash("Saved. All figures from that day on are worked out with it.", "success")
    return redirect(url_for("workload_settings.page"), HTTPStatus.SEE_OTHER)


def _page(session: Session, typed: Typed) -> str:
    today = today_now()
    settings = workload.settings_of(session, actor())
    return render_template(
        "web/workload/settings.html",
        settings=settings,
        rates=settings.rates_of(today.replace(day=1)),
        roles=ROLES,
        typed=typed,
        today=today,
    )


def _stored(session: Session) -> dict[str, Any]:
    return workload.settings_of(session, actor()).stored()


def _texts(*names: str) -> dict[str, str]:
    return {name: as_typed(request.form, name) for name in names}


def _month(typed: str, faults: dict[str, str]) -> date:
    found = _day("rates_from", typed, faults)
    if "rates_from" not in faults and found.day != 1:
        faults["rates_from"] = "Costs begin with a month: give its first day, like 2026-04-01."
    return found


def _day(name: str, typed: str, faults: dict[str, str]) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        faults[name] = "Give the day as year, month and day, like 2026-04-01."
        return today_now()


def _pence(name: str, typed: str, faults: dict[str, str]) -> int:
    try:
        pence = Decimal(typed.removeprefix("£")) * _PENCE
        if pence == pence.to_integral_value() and pence >= 0:
            return int(pence)
    except (InvalidOperation, ValueError, OverflowError):
        pass
    faults[name] = "Give pounds and pence, like 4.50."
    return 0
