"""The fees of a practice: the schedule, a change from a day on, the notice for the waiting room."""

from datetime import date
from http import HTTPStatus
from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lettergen.calendar import local_day
from lettergen.documents import NotFound
from lettergen.refusals import Refused
from lettergen.requests.money import fees as prices
from lettergen.requests.money import payers, setting_fees
from lettergen.requests.money.payers import NoFee
from lettergen.requests.money.pence import read
from lettergen.requests.money.setting_fees import NewFee
from lettergen.requests.steps import billing
from lettergen.web.base.context import actor, changing, looking, now, office, standing
from lettergen.web.base.entry import enter
from lettergen.web.money.forms import asked_day, needed_day, typed
from lettergen.web.money.panel import words

fees = Blueprint("fees", __name__)


@fees.get("/settings/fees")
@enter("manager")
def schedule() -> ResponseReturnValue:
    """Every fee on a day: what counts, what is suggested, and what comes next."""
    today = local_day(now())
    try:
        on = asked_day("on") or today
    except Refused as refusal:
        return _schedule(str(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    return _schedule(on=on)


@fees.get("/settings/fees/<type_key>/<payer_class>")
@enter("manager")
def one(type_key: str, payer_class: str) -> str:
    """One fee with its calculation and its history, and the form to change it."""
    return _one(type_key, payer_class)


@fees.post("/settings/fees/<type_key>/<payer_class>")
@enter("manager")
def change(type_key: str, payer_class: str) -> ResponseReturnValue:
    """Set a fee from a day on."""
    try:
        with changing() as session:
            chosen = NewFee(
                type_key=type_key,
                payer_class=payer_class,
                pence=read(typed("amount")),
                vat_class=typed("vat_class"),
                since=needed_day("since", "the day from which it counts"),
                reason=typed("reason"),
                text=typed("text"),
            )
            own = standing().requests.terms(session, actor())
            setting_fees.set_fee(session, actor(), own, chosen, at=now())
    except Refused as refusal:
        return _one(type_key, payer_class, str(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    flash("The fee is set. Prices that were offered before stay as they were.", "success")
    return redirect(url_for("fees.schedule"), HTTPStatus.SEE_OTHER)


@fees.post("/settings/fees/notice")
@enter("manager")
def notice() -> ResponseReturnValue:
    """Make the notice of a day for the waiting room."""
    try:
        with changing() as session:
            own = standing().requests.terms(session, actor())
            on = needed_day("on", "the day of the notice")
            made = billing.notice(session, office(), actor(), own, on=on, at=now())
    except Refused as refusal:
        return _schedule(str(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(url_for("issued.document", document_id=made.id), HTTPStatus.SEE_OTHER)


def _schedule(refusal: str = "", on: date | None = None) -> str:
    today = local_day(now())
    with looking() as session:
        own = standing().requests.terms(session, actor())
        wanted = on or today
        lines = prices.schedule(session, actor(), own, wanted)
        groups = [(name, list(found)) for name, found in groupby(lines, key=lambda it: it.group)]
        return render_template(
            "web/money/fees.html",
            refusal=refusal,
            groups=groups,
            on=wanted,
            today=today,
            confirmed=sum(not line.price.is_default for line in lines),
            count=len(lines),
            **words(),
        )


def _one(type_key: str, payer_class: str, refusal: str = "") -> str:
    if payer_class not in payers.PAYERS:
        raise NotFound("There is no such payer.")
    today = local_day(now())
    with looking() as session:
        own = standing().requests.terms(session, actor())
        try:
            line = prices.line_of(session, actor(), own, type_key, payer_class, today)
        except NoFee as free:
            raise NotFound(str(free)) from free
        kind = own.catalogue.types.get(type_key)
        return render_template(
            "web/money/fee.html",
            refusal=refusal,
            line=line,
            kind=kind,
            history=prices.history(session, actor(), type_key, payer_class),
            today=today,
            given={
                name: typed(name) for name in ("amount", "vat_class", "since", "reason", "text")
            },
            reasons=setting_fees.REASONS,
            vat_titles=prices.VAT_TITLES,
            **words(),
        )
