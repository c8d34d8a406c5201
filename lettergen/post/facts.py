"""What became of an e-mail, noted as a fact about the document or consent that it is about."""

from datetime import datetime

from sqlalchemy.orm import Session

from lettergen.models import FAILED, SENT, UNCERTAIN, DeliveryFact, Message

FACTS = {SENT: "email-sent", FAILED: "email-failed", UNCERTAIN: "email-uncertain"}


def note(session: Session, message: Message, at: datetime, *, staff_id: str | None = None) -> None:
    """Add the fact that the e-mail's state makes, if it is about something and makes one.

    `staff_id` is given where a person said so.
    """
    if message.subject_id is None or message.state not in FACTS:
        return
    session.add(
        DeliveryFact(
            practice_id=message.practice_id,
            subject_id=message.subject_id,
            link_id=message.link_id,
            at=at,
            what=FACTS[message.state],
            staff_id=staff_id,
            details={"message": message.id},
        )
    )
