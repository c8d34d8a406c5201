"""A round of the post: whatever is due is claimed, handed to the mail server and noted, one by one.

An e-mail is SENDING, committed, before the server is spoken to. So a program that is killed leaves
a mark, and no second one takes the same e-mail up. A round serves the whole installation: it alone
asks for rows of all practices, and shows them to nobody.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from lettergen.models import (
    CANCELLED,
    FAILED,
    SENDING,
    SENT,
    UNCERTAIN,
    WAITING,
    Actor,
    Message,
    Practice,
    StorageUnavailable,
    changing,
    locked,
    record,
)
from lettergen.post.composing import compose
from lettergen.post.dialogue import Answer, send
from lettergen.post.facts import note
from lettergen.post.outbox import end, forget, link_has_ended
from lettergen.post.server import Smtp

log = logging.getLogger(__name__)

# After the first attempt, the second, and so on; about two days in all.
PAUSES = tuple(timedelta(minutes=one) for one in (1, 5, 15, 60, *[240] * 11))
KEPT = timedelta(days=30)
# Longer than any dialogue lasts, with time for the answer to be stored.
SLACK = timedelta(minutes=10)
ATTEMPTS_TO_STORE = 5
GIVEN_UP = "It was tried for two days."
INTERRUPTED = "The program was stopped while it sent this. The email may have arrived."


@dataclass(frozen=True)
class Outcome:
    """What became of one e-mail in a round. It names no person."""

    message_id: str
    practice_id: str
    subject_id: str | None
    kind: str
    state: str
    trouble: str | None


@dataclass(frozen=True)
class Report:
    """What became of the e-mails of a round, in the order in which they were tried."""

    outcomes: tuple[Outcome, ...]

    def count(self, state: str) -> int:
        """Return how many ended the round in a state."""
        return sum(one.state == state for one in self.outcomes)


@dataclass(frozen=True)
class _Parcel:
    """An e-mail on its way, apart from its row: nothing of the database is held meanwhile."""

    message_id: str
    recipient: str
    content: bytes


def deliver_due(
    sessions: sessionmaker[Session],
    smtp: Smtp,
    clock: Callable[[], datetime],
    *,
    is_over: Callable[[], bool] = lambda: False,
) -> Report:
    """Send whatever is due in all practices, one after the other, until `is_over` says so.

    Several processes may do so at once: each e-mail is one's alone. When the server itself is in
    trouble the round ends, and the rest waits for the next.

    Raises:
        StorageUnavailable: the database cannot be used. An e-mail whose outcome could not be
            stored counts as uncertain later; none is sent a second time.
    """
    outcomes: list[Outcome] = []
    _tidy(sessions, smtp, clock(), outcomes)
    while not is_over():
        claimed = _claim(sessions, smtp, clock(), outcomes)
        if claimed is None:
            break
        answer = send(smtp, claimed.recipient, claimed.content)
        outcomes.append(_store(sessions, claimed.message_id, answer, clock))
        if answer.is_about_server:
            break
    return Report(tuple(outcomes))


def _tidy(
    sessions: sessionmaker[Session], smtp: Smtp, at: datetime, outcomes: list[Outcome]
) -> None:
    """Find what a killed program left behind, and forget texts that nobody decided about."""
    left_alone = at - timedelta(seconds=2 * smtp.seconds) - SLACK
    interrupted = select(Message).where(Message.state == SENDING, Message.claimed_at < left_alone)
    old = select(Message).where(
        Message.state.in_((FAILED, UNCERTAIN)),
        Message.ended_at < at - KEPT,
        Message.__table__.c.recipient_sealed.is_not(None),
    )
    with sessions() as session, changing(session):
        # Looked for without a lock first: most rounds find nothing, and need not wait for writers.
        if session.scalars(interrupted.limit(1)).first():
            found = session.scalars(locked(interrupted.order_by(Message.id))).all()
            answer = Answer(UNCERTAIN, INTERRUPTED)
            outcomes.extend(_settle(session, message, answer, at) for message in found)
        if session.scalars(old.limit(1)).first():
            for message in session.scalars(locked(old.order_by(Message.id))):
                forget(message)


def _claim(
    sessions: sessionmaker[Session], smtp: Smtp, at: datetime, outcomes: list[Outcome]
) -> _Parcel | None:
    """Take the e-mail that has been due longest, and commit that it is being sent."""
    due = (
        select(Message)
        .where(Message.state == WAITING, Message.due_at <= at)
        .order_by(Message.due_at, Message.id)
        .limit(1)
    )
    while True:
        with sessions() as session, changing(session):
            if session.scalars(due).first() is None:
                return None
            # Another process may take it between the two: then the lock finds nothing, and the
            # next one is looked for.
            message = session.scalars(locked(due)).first()
            if message is None:
                continue
            if link_has_ended(session, message, at):
                end(message, CANCELLED, at)
                outcomes.append(_outcome(message))
                continue
            return _begin(session, message, smtp, at)


def _begin(session: Session, message: Message, smtp: Smtp, at: datetime) -> _Parcel:
    practice = session.get_one(Practice, message.practice_id)
    content = compose(message, practice, smtp.sender, at)
    message.state, message.claimed_at = SENDING, at
    message.attempts += 1
    return _Parcel(message.id, message.recipient or "", content)


def _store(
    sessions: sessionmaker[Session],
    message_id: str,
    answer: Answer,
    clock: Callable[[], datetime],
) -> Outcome:
    """Note what became of it; tries again while the database is busy, for the server has it."""
    for attempt in range(1, ATTEMPTS_TO_STORE + 1):
        try:
            with sessions() as session, changing(session):
                found = select(Message).where(Message.id == message_id)
                message = session.scalars(locked(found)).one()
                return _settle(session, message, answer, clock())
        except StorageUnavailable:
            if attempt == ATTEMPTS_TO_STORE:
                log.exception("the outcome of e-mail %s could not be stored", message_id)
                raise
            time.sleep(attempt)
    raise AssertionError("the loop returns or raises")


def _settle(session: Session, message: Message, answer: Answer, at: datetime) -> Outcome:
    # Others may have taken a person's word about it meanwhile; only that it was sent outdoes that.
    if message.state != SENDING and answer.state != SENT:
        return _outcome(message)
    state, trouble = answer.state, answer.trouble
    if state == WAITING and message.attempts > len(PAUSES):
        state, trouble = FAILED, f"{GIVEN_UP} {trouble or ''}".strip()
    message.state, message.trouble = state, trouble
    if state == WAITING:
        message.due_at = at + PAUSES[message.attempts - 1]
        message.claimed_at = None
        return _outcome(message)
    message.ended_at = at
    if state not in (FAILED, UNCERTAIN):
        forget(message)
    note(session, message, at)
    record(session, _postman(message), f"message.{state}", message, at=at)
    return _outcome(message)


def _postman(message: Message) -> Actor:
    return Actor(None, message.practice_id, "E-mail", "manager", frozenset(), may_sign=False)


def _outcome(message: Message) -> Outcome:
    return Outcome(
        message.id,
        message.practice_id,
        message.subject_id,
        message.kind,
        message.state,
        message.trouble,
    )
