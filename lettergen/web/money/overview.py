"""Money for managers: what is unpaid, what to decide, the year's total; and one invoice's page."""

from datetime import timedelta
from http import HTTPStatus
from secrets import token_hex

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen.calendar import local_day
from lettergen.documents import NotFound
from lettergen.models import MoneyPaper
from lettergen.refusals import Refused
from lettergen.requests.life import finding
from lettergen.requests.money import balances, export, invoices, payments, turnover, waivers
from lettergen.requests.money.payments import GivenBack
from lettergen.requests.money.pence import pounds, read
from lettergen.requests.steps import billing, giving_back
from lettergen.web.base.context import actor, changing, looking, now, office, standing
from lettergen.web.base.entry import enter
from lettergen.web.base.steps import take
from lettergen.web.money.forms import asked_day, typed
from lettergen.web.money.owing import owing
from lettergen.web.money.panel import Account, panel, words

__all__ = ["money", "panel"]

money = Blueprint("money", __name__)


@money.get("/money")
@enter("manager")
def overview() -> str:
    """What is unpaid, which waivers wait, and the taxable total of twelve months."""
    return _overview()


@money.get("/money/accounts.csv")
@enter("manager")
def accounts_csv() -> ResponseReturnValue:
    """Everything of a year, or of the days asked for, for the accountant."""
    today = local_day(now())
    try:
        first = asked_day("since") or today - timedelta(days=365)
        last = asked_day("until") or today
    except Refused as refusal:
        return _overview(str(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    with looking() as session:
        text = export.accountants(session, actor(), first, last)
    name = f"money-{first.isoformat()}-{last.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype="text/csv", headers=headers)


@money.post("/money/waivers/<waiver_id>/approve")
@enter("manager")
def approve(waiver_id: str) -> ResponseReturnValue:
    """Let a fee go."""

    def let_go(session: Session) -> str:
        terms = standing().requests.terms(session, actor())
        giving_back.approve_waiver(session, actor(), terms, waiver_id, at=now())
        return "The fee is waived."

    return take(let_go, to=url_for("money.overview"), again=_overview)


@money.post("/money/waivers/<waiver_id>/refuse")
@enter("manager")
def refuse(waiver_id: str) -> ResponseReturnValue:
    """Keep a fee."""

    def keep(session: Session) -> str:
        giving_back.refuse_waiver(session, actor(), waiver_id, at=now())
        return "The fee stays."

    return take(keep, to=url_for("money.overview"), again=_overview)


@money.get("/money/invoices/<invoice_id>")
@enter("clinician", "reception", "manager")
def invoice(invoice_id: str) -> str:
    """One invoice or credit note, with its payments."""
    return _invoice(invoice_id)


@money.post("/money/invoices/<invoice_id>/paper")
@enter("clinician", "reception", "manager")
def paper(invoice_id: str) -> ResponseReturnValue:
    """Make the PDF of an invoice if there is none, and show it."""
    with changing() as session:
        made = billing.invoice_paper(session, office(), actor(), invoice_id, at=now())
    return redirect(url_for("issued.document", document_id=made.id), HTTPStatus.SEE_OTHER)


@money.post("/money/payments/<payment_id>/receipt")
@enter("clinician", "reception", "manager")
def receipt(payment_id: str) -> ResponseReturnValue:
    """Make the receipt of a payment if there is none, and show it."""
    with changing() as session:
        made = billing.receipt(session, office(), actor(), payment_id, at=now())
    return redirect(url_for("issued.document", document_id=made.id), HTTPStatus.SEE_OTHER)


@money.post("/money/payments/<payment_id>/reverse")
@enter("clinician", "reception", "manager")
def reverse(payment_id: str) -> ResponseReturnValue:
    """Take back the record of a payment that was a mistake."""
    with changing() as session:
        invoice_id = payments.get(session, actor(), payment_id).invoice_id
        giving_back.reverse(session, actor(), payment_id, at=now())
    flash("The record of the payment is taken back.", "success")
    return redirect(url_for("money.invoice", invoice_id=invoice_id), HTTPStatus.SEE_OTHER)


@money.post("/money/invoices/<invoice_id>/give-back")
@enter("reception", "manager")
def take_back(invoice_id: str) -> ResponseReturnValue:
    """Take an invoice back by a credit note, and record the refund."""
    try:
        with changing() as session:
            back = GivenBack(
                reason=typed("reason"),
                method=typed("method"),
                once=typed("once")[:64],
                kept=read(typed("kept")) if typed("kept") else 0,
                work=typed("work"),
            )
            note, refund = giving_back.give_back(session, actor(), invoice_id, back, at=now())
    except NotFound:
        raise
    except Refused as refusal:
        return _invoice(invoice_id, str(refusal)), HTTPStatus.UNPROCESSABLE_ENTITY
    given = f" {pounds(-refund.amount_pence)} go back to the payer." if refund else ""
    flash(f"Credit note {note.number} is made.{given}", "success")
    return redirect(url_for("money.invoice", invoice_id=note.id), HTTPStatus.SEE_OTHER)


def _overview(refusal: str = "") -> str:
    today = local_day(now())
    with looking() as session:
        who = actor()
        waiting = [
            (one, finding.get(session, who, one.request_id), waivers.may_decide(session, who, one))
            for one in waivers.to_decide(session, who)
        ]
        terms = standing().requests.terms(session, who)
        return render_template(
            "web/money/overview.html",
            refusal=refusal,
            owing=owing(session, who, today),
            waiting=waiting,
            waived=waivers.total_of_month(session, who.practice_id, today),
            cap=terms.settings.waiver_cap_pence,
            turnover=turnover.rolling(session, who, today),
            since=today - timedelta(days=365),
            today=today,
            **words(),
        )


def _invoice(invoice_id: str, refusal: str = "") -> str:
    with looking() as session:
        found = invoices.get(session, actor(), invoice_id)
        about = finding.get(session, actor(), found.request_id)
        balance = balances.of(session, found)
        known = billing.paper_of(session, actor(), MoneyPaper.invoice_id == found.id)
        return render_template(
            "web/money/invoice.html",
            refusal=refusal,
            account=Account(found, balance, payments.of(session, found)),
            document=known,
            about=about,
            once=token_hex(16),
            may_give_back=bool(actor().roles & {"reception", "manager"}),
            **words(),
        )
