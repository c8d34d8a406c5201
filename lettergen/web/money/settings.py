"""What a practice says about its money: who it is in law, VAT, terms, bank, rates, threshold."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen.calendar import local_day
from lettergen.refusals import Refused
from lettergen.requests.money import pence, settings
from lettergen.requests.money.settings import BadMoneySettings, MoneySettings
from lettergen.web.base.context import actor, changing, looking, now
from lettergen.web.base.entry import enter
from lettergen.web.money.forms import lines, needed_day, typed, whole
from lettergen.web.money.panel import words

_RATES = ("gp_minute", "admin_minute", "fixed")

money_settings = Blueprint("money_settings", __name__)


@money_settings.get("/settings/money")
@enter("manager")
def record() -> str:
    """The settings as they are."""
    return _show()


@money_settings.post("/settings/money")
@enter("manager")
def change() -> ResponseReturnValue:
    """Change who the practice is, its terms and its bank; invoices that are made keep theirs."""

    def do(session: Session) -> MoneySettings:
        return settings.change(session, actor(), _chosen(), at=now())

    return _do(do)


@money_settings.post("/settings/money/<name>")
@enter("manager")
def follow(name: str) -> ResponseReturnValue:
    """Add a VAT number, rates or a threshold from a day on."""

    def do(session: Session) -> MoneySettings:
        on = local_day(now())
        return settings.follow(session, actor(), name, _entry(name), on=on, at=now())

    return _do(do)


def _chosen() -> dict[str, Any]:
    texts = {name: typed(name) for name in settings.TEXTS}
    return {
        **{name: text for name, text in texts.items() if text},
        **{name: lines(name) for name in settings.LISTS},
        "terms_days": whole("terms_days", "the days to pay"),
        "late_interest": typed("late_interest") == "yes",
    }


def _entry(name: str) -> dict[str, Any]:
    start = {"from": needed_day("from", "the day from which it counts").isoformat()}
    if name == "vat":
        return {**start, "number": typed("number")}
    if name == "rates":
        amounts = {
            one: pence.read(typed(one), least=0) for one in ("gp_minute", "admin_minute", "fixed")
        }
        return {**start, **amounts}
    if name == "threshold":
        amount = whole("amount", "the threshold in pounds", digits=7) * 100
        return {**start, "pence": amount, "warn_percent": whole("warn_percent", "the percentage")}
    raise Refused("There is no such list of settings.")


def _do(deed: Callable[[Session], MoneySettings]) -> ResponseReturnValue:
    try:
        with changing() as session:
            deed(session)
    except BadMoneySettings as bad:
        return _show(" ".join(bad.reasons)), HTTPStatus.UNPROCESSABLE_ENTITY
    except Refused as refusal:
        return _show(str(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    flash("Saved. Invoices that are made already keep what they say.", "success")
    return redirect(url_for("money_settings.record"), HTTPStatus.SEE_OTHER)


def _show(refusal: str = "") -> str:
    today = local_day(now())
    with looking() as session:
        own = settings.of(session, actor().practice_id)
    return render_template(
        "web/money/settings.html",
        refusal=refusal,
        own=own,
        rates=own.rates_on(today),
        threshold=own.threshold_on(today),
        vat_number=own.vat_number(today),
        forms={"": "Choose", **settings.FORM_TITLES},
        today=today,
        **words(),
    )
