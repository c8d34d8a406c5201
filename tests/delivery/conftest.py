"""Counters: what the people of the tests do with issued letters and links to them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lettergen import delivery, documents, links, models
from lettergen.links import LinkEnded, WrongBirthDate
from lettergen.models import Document, Message

BORN = date(1990, 2, 28)
TYPED = {
    "given_name": ["Roberta Jane"],
    "family_name": ["Testerby"],
    "date_of_birth": ["1990-02-28"],
    "nhs_number": ["999 000 1006"],
    "addressee": ["Example Clinic"],
    "body": ["She may travel."],
    "practice_name": ["Example Surgery"],
    "signer_name": ["Dr Casey Clinician"],
}


class Counter:
    """One person's work at letters that are issued, each step in a transaction of its own."""

    def __init__(self, sessions, office, actor, now) -> None:
        self.sessions, self.office, self.actor, self.now = sessions, office, actor, now

    def issue(self, **typed) -> Document:
        with self.sessions.begin() as session:
            return documents.issue_answers(
                session, self.office, self.actor, "note", {**TYPED, **typed},
                on=self.now.date(), at=self.now,
            )  # fmt: skip

    def change(self, document: Document, **patient) -> None:
        """Record something else about the patient than the note's form asks for."""
        with self.sessions.begin() as session:
            content = documents.get(session, self.actor, document.id).content
            content.patient = {**content.patient, **patient}

    def end(self, document: Document, state: str) -> None:
        with self.sessions.begin() as session:
            found = documents.get(session, self.actor, document.id)
            found.state, found.ended_at = state, self.now

    def hand(self, document: Document, **how):
        with self.sessions.begin() as session:
            return delivery.hand_by_link(
                session, self.office, self.actor, document.id, at=self.now, **how
            )

    def hand_again(self, link, **how):
        with self.sessions.begin() as session:
            found = links.get(session, self.actor, link.id)
            return delivery.hand_again(session, self.office, self.actor, found, at=self.now, **how)

    def answer(self, link, born=BORN, *, may_write=True):
        with self.sessions() as session, models.changing(session):
            found = links.get(session, self.actor, link.id)
            try:
                delivery.answer(session, self.office, found, born, at=self.now, may_write=may_write)
            except (WrongBirthDate, LinkEnded) as refusal:
                return refusal
        return None

    def view(self, handed, *, later=timedelta()):
        with self.sessions() as session:
            link = links.find(session, handed.token)
            return delivery.patient_view(session, link, at=self.now + later)

    def facts(self, document: Document) -> list[str]:
        with self.sessions() as session:
            return [one.what for one in links.facts(session, self.actor, document.id)]

    def mail(self) -> list[Message]:
        with self.sessions() as session:
            return list(session.scalars(select(Message).order_by(Message.made_at, Message.id)))


@pytest.fixture
def counter(sessions, office, people, now) -> Counter:
    return Counter(sessions, office, people.receptionist, now)


@pytest.fixture
def stranger(sessions, office, people, now) -> Counter:
    return Counter(sessions, office, people.stranger, now)


@pytest.fixture
def letter(counter) -> Document:
    return counter.issue()
