"""The buttons of the money panel: quote, its e-mail, answer, invoice, payment, account, waiver."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen import post
from lettergen.calendar import british_date
from lettergen.refusals import Refused
from lettergen.requests.life import finding
from lettergen.requests.money import quotes
from lettergen.requests.money.offering import Minutes, Offer, Payer
from lettergen.requests.money.payments import Taken
from lettergen.requests.money.pence import pounds, read
from lettergen.requests.steps import giving_back, paying, sending_quotes
from lettergen.web.base.context import actor, looking, now, office, standing
from lettergen.web.base.entry import enter
from lettergen.web.base.steps import Step
from lettergen.web.money.forms import day, lines, needed_day, typed, whole
from lettergen.web.money.panel import telling_of
from lettergen.web.requests.page import attempt

request_money = Blueprint("request_money", __name__)

_NO_QUOTE = "No quote is open for this request, so there is none to print."
_SENT_ALREADY = "The email with the quote was written already."


@request_money.post("/requests/<request_id>/money/quote")
@enter("clinician", "reception", "manager")
def offer(request_id: str) -> ResponseReturnValue:
    """Offer the price to whoever pays."""

    def do(session: Session) -> str:
        terms = standing().requests.terms(session, actor())
        offered = Offer(
            _payer(),
            promised_on=day("promised_on", "the day on which it will be ready"),
            says=typed("says"),
            told_of_work=typed("told_of_work") == "yes",
            minutes=_minutes(),
        )
        quote = paying.offer(session, actor(), terms, request_id, offered, at=now())
        return f"{pounds(quote.total_pence)} is offered."

    return _do(request_id, do)


@request_money.get("/requests/<request_id>/money/quote")
@enter("clinician", "reception", "manager")
def quote(request_id: str) -> str:
    """The open quote in words, to print or to read out."""
    with looking() as session:
        row = finding.get(session, actor(), request_id)
        open_one = quotes.live(session, row)
        telling = telling_of(session, row, open_one)
        if open_one is None or telling is None:
            return render_template("web/requests/quote.html", row=row, parts=(), why_not=_NO_QUOTE)
        text = sending_quotes.text(session, actor(), row, open_one)
        return render_template(
            "web/requests/quote.html",
            row=row,
            offered_at=open_one.offered_at,
            parts=_parts(text),
            why_not=telling.why_not,
        )


@request_money.post("/requests/<request_id>/money/quote/email")
@enter("clinician", "reception", "manager")
def email_quote(request_id: str) -> ResponseReturnValue:
    """Send the open quote to its payer by e-mail; pressed twice, it is one e-mail."""

    def do(session: Session) -> str:
        if not post.is_configured(standing().settings):
            raise Refused(post.NOT_SET_UP)
        to, key = typed("to")[:254], typed("once")[:64]
        sent = sending_quotes.send(
            session, office(), actor(), request_id, to=to, key=f"{key}\n{to}", at=now()
        )
        if not sent.is_new:
            return _SENT_ALREADY
        return f"The email with the quote is on its way to {sent.message.masked}."

    reply = _do(request_id, do)
    standing().postman.nudge()
    return reply


@request_money.post("/requests/<request_id>/money/accept")
@enter("clinician", "reception", "manager")
def accept(request_id: str) -> ResponseReturnValue:
    """Record that the payer agreed."""

    def do(session: Session) -> str:
        quote = paying.accept(session, actor(), request_id, how=typed("how"), at=now())
        return f"{pounds(quote.total_pence)} is agreed. The price stands."

    return _do(request_id, do)


@request_money.post("/requests/<request_id>/money/refuse")
@enter("clinician", "reception", "manager")
def refuse(request_id: str) -> ResponseReturnValue:
    """Record that the payer does not want to pay."""

    def do(session: Session) -> str:
        how, because = typed("how"), typed("because")
        paying.refuse(session, actor(), request_id, how=how, because=because, at=now())
        return "The fee was not accepted: the request is declined."

    return _do(request_id, do)


@request_money.post("/requests/<request_id>/money/withdraw")
@enter("clinician", "reception", "manager")
def withdraw(request_id: str) -> ResponseReturnValue:
    """Take the quote back."""

    def do(session: Session) -> str:
        paying.withdraw(session, actor(), request_id, at=now())
        return "The quote is withdrawn."

    return _do(request_id, do)


@request_money.post("/requests/<request_id>/money/invoice")
@enter("clinician", "reception", "manager")
def invoice(request_id: str) -> ResponseReturnValue:
    """Make the invoice for the price that was accepted."""

    def do(session: Session) -> str:
        made = paying.invoice(session, actor(), request_id, at=now())
        return f"Invoice {made.number} is made."

    return _do(request_id, do)


@request_money.post("/requests/<request_id>/money/body")
@enter("clinician", "reception", "manager")
def bill_body(request_id: str) -> ResponseReturnValue:
    """Make the invoice to the public body that pays."""

    def do(session: Session) -> str:
        terms = standing().requests.terms(session, actor())
        made = paying.invoice_body(session, actor(), terms, request_id, _payer(), at=now())
        return f"Invoice {made.number} is made."

    return _do(request_id, do)


@request_money.post("/requests/<request_id>/money/payment")
@enter("clinician", "reception", "manager")
def pay(request_id: str) -> ResponseReturnValue:
    """Record a payment."""

    def do(session: Session) -> str:
        taken = Taken(
            pence=read(typed("amount")),
            method=typed("method"),
            received_on=needed_day("received_on", "the day of the payment"),
            once=typed("once")[:64],
            note=typed("note"),
            is_part=typed("is_part") == "yes",
        )
        done = paying.record(session, actor(), request_id, taken, at=now())
        return f"{pounds(done.payment.amount_pence)} is recorded for invoice {done.invoice.number}."

    return _do(request_id, do)


@request_money.post("/requests/<request_id>/money/account")
@enter("clinician", "reception", "manager")
def put_on_account(request_id: str) -> ResponseReturnValue:
    """Let an organisation with an account pay later."""

    def do(session: Session) -> str:
        made = paying.put_on_account(session, actor(), request_id, at=now())
        return f"It is on account: invoice {made.number} is made."

    return _do(request_id, do)


@request_money.post("/requests/<request_id>/money/waiver")
@enter("clinician", "reception", "manager")
def ask_waiver(request_id: str) -> ResponseReturnValue:
    """Ask that the fee is not taken."""

    def do(session: Session) -> str:
        terms = standing().requests.terms(session, actor())
        why = {"reason": typed("reason"), "note": typed("note")}
        giving_back.ask_waiver(session, actor(), terms, request_id, **why, at=now())
        return "A manager is asked to waive the fee."

    return _do(request_id, do)


@request_money.post("/requests/<request_id>/money/promise")
@enter("clinician", "reception", "manager")
def promise(request_id: str) -> ResponseReturnValue:
    """Record that the payer would rather wait for another day."""

    def do(session: Session) -> str:
        promised_on = needed_day("new_day", "the new day")
        paying.promise(session, actor(), request_id, promised_on, at=now())
        return f"It is promised by {british_date(promised_on)} now."

    return _do(request_id, do)


def _parts(text: str) -> list[tuple[str, str]]:
    """Return the paragraphs of a plain text, each with the heading above it, or none.

    A heading is a first line of words only, such as "How to pay".
    """
    found = []
    for part in text.split("\n\n"):
        first, _, rest = part.strip().partition("\n")
        is_heading = bool(rest) and first.replace(" ", "").isalpha()
        found.append((first, rest) if is_heading else ("", part.strip()))
    return found


def _minutes() -> Minutes | None:
    """Return other minutes than usual, where the form holds some."""
    if not typed("gp_min"):
        return None
    gp, admin = whole("gp_min", "the minutes of a GP"), whole("admin_min", "the other minutes")
    return Minutes(gp, admin, typed("minutes_because"))


def _payer() -> Payer:
    name, reference = typed("payer_name")[:300], typed("reference")[:120]
    return Payer(name, tuple(lines("payer_address")[:8]), typed("payer_email")[:254], reference)


def _do(request_id: str, step: Step) -> ResponseReturnValue:
    return attempt(request_id, step, at="money", anchor="money")
