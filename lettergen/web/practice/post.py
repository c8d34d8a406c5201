"""E-mail as its manager sees it: is it set up, what waits, what went wrong, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lettergen import accounts
from lettergen import post as mail
from lettergen.models import UNCERTAIN, WAITING, Message
from lettergen.refusals import Refused
from lettergen.web.base.context import actor, changing, looking, now, standing
from lettergen.web.base.entry import enter

post = Blueprint("post", __name__)

LEFT_LYING = timedelta(minutes=5)
TEST = "test"
TEST_HEADING = "A test of the email of {practice}"
TEST_BODY = """Hello,

This email shows that lettergen can send email for {practice}.
You pressed the button for it on the page "Email". There is nothing else to do.
"""


@dataclass(frozen=True)
class Line:
    """One e-mail of a list; `reference` and `document_id` where it is about a letter."""

    id: str
    name: str
    reference: str | None
    document_id: str | None
    masked: str
    state: str
    at: datetime
    due_at: datetime
    attempts: int
    trouble: str | None
    can_be_sent_again: bool

    @property
    def is_uncertain(self) -> bool:
        return self.state == UNCERTAIN


@post.get("/post")
@enter("manager")
def overview() -> str:
    """Whether e-mail is set up, and what becomes of it."""
    settings = standing().settings
    with looking() as session:
        who, at = actor(), now()
        left = mail.outbox(session, who)
        troubled = mail.troubles(session, who)
        waiting = [one for one in left if one.id not in {each.id for each in troubled}]
        return render_template(
            "web/practice/post.html",
            smtp=_server(),
            is_set_up=mail.is_configured(settings),
            own_address=accounts.staff_member(session, who, who.staff_id or "").email,
            practice=accounts.practice_of(session, who),
            troubled=_lines(session, troubled),
            waiting=_lines(session, waiting),
            sent=_lines(session, mail.sent_lately(session, who)),
            is_left_lying=any(_is_left_lying(one, at) for one in waiting),
        )


@post.post("/post/test")
@enter("manager")
def send_test() -> ResponseReturnValue:
    """Send an e-mail to whoever presses the button."""
    if _server() is None:
        raise Refused(mail.NOT_SET_UP)
    with changing() as session:
        who = actor()
        own = accounts.staff_member(session, who, who.staff_id or "")
        practice = accounts.practice_of(session, who).name
        mail.write(
            session,
            who,
            TEST,
            to=own.email,
            heading=TEST_HEADING.format(practice=practice),
            body=TEST_BODY.format(practice=practice),
            at=now(),
        )
    standing().postman.nudge()
    flash("A test email is on its way to you. Load this page again to see what became of it.")
    return redirect(url_for("post.overview"))


@post.post("/post/<message_id>/again")
@enter("manager")
def send_again(message_id: str) -> ResponseReturnValue:
    """Try a failed or uncertain e-mail once more."""
    with changing() as session:
        mail.send_again(session, actor(), message_id, at=now())
    standing().postman.nudge()
    flash("It is sent again. Load this page again to see what became of it.")
    return redirect(url_for("post.overview"))


@post.post("/post/<message_id>/arrived")
@enter("manager")
def mark_arrived(message_id: str) -> ResponseReturnValue:
    """Note that an uncertain e-mail did arrive."""
    with changing() as session:
        mail.mark_arrived(session, actor(), message_id, at=now())
    flash("Noted: it arrived.", "success")
    return redirect(url_for("post.overview"))


@post.post("/post/<message_id>/give-up")
@enter("manager")
def give_up(message_id: str) -> ResponseReturnValue:
    """Send an e-mail no more, and forget what it said."""
    with changing() as session:
        mail.cancel(session, actor(), message_id, at=now())
    flash("Given up: it is not sent, and its text is thrown away.", "success")
    return redirect(url_for("post.overview"))


def _server() -> mail.Smtp | None:
    """Return the mail server, or None where it is not set up or its settings are at fault."""
    try:
        return mail.smtp_of(standing().settings)
    except Refused:
        return None


def _is_left_lying(message: Message, at: datetime) -> bool:
    return message.state == WAITING and message.due_at < at - LEFT_LYING


def _lines(session: Session, messages: Iterable[Message]) -> list[Line]:
    found = list(messages)
    known = mail.references(session, actor().practice_id, (one.subject_id for one in found))
    return [
        Line(
            id=one.id,
            name=one.kind.replace("-", " ").capitalize(),
            reference=known.get(one.subject_id or ""),
            document_id=one.subject_id if one.subject_id in known else None,
            masked=one.masked or "",
            state=one.state,
            at=one.ended_at or one.made_at,
            due_at=one.due_at,
            attempts=one.attempts,
            trouble=one.trouble,
            can_be_sent_again=one.body is not None,
        )
        for one in found
    ]
