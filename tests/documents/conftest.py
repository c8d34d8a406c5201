"""Desks: what the people of the tests do with documents, a transaction a step."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from lettergen import accounts, documents
from lettergen.accounts import Person, Registration
from lettergen.models import Document, Draft, Review

TYPED = {
    "given_name": ["Roberta"],
    "family_name": ["Testerby"],
    "date_of_birth": ["1990-02-28"],
    "nhs_number": ["999 000 1006"],
    "addressee": ["Example Clinic"],
    "body": ["She may travel."],
}


class Desk:
    """One person's work at the documents, each step in a transaction of its own."""

    typed = TYPED

    def __init__(self, sessions: sessionmaker[Session], office, actor, now) -> None:
        self.sessions, self.office, self.actor, self.now = sessions, office, actor, now

    def start(self, **typed) -> Draft:
        with self.sessions.begin() as session:
            return documents.start(
                session, self.office, self.actor, "note", at=self.now, typed={**TYPED, **typed}
            )

    def save(self, draft: Draft, typed, *, revision=1, later=0, seconds=0) -> Draft:
        at = self.now + timedelta(seconds=later)
        with self.sessions.begin() as session:
            return documents.save(
                session, self.office, self.actor, draft.id, typed,
                revision=revision, at=at, seconds=seconds,
            )  # fmt: skip

    def prepare(self, draft: Draft) -> Review:
        with self.sessions.begin() as session:
            return documents.prepare(session, self.office, self.actor, draft.id, at=self.now)

    def issue(self, draft: Draft, seal: str) -> Document:
        with self.sessions.begin() as session:
            return documents.issue(session, self.office, self.actor, draft.id, seal, at=self.now)

    def issued(self, **typed) -> Document:
        draft = self.start(**typed)
        return self.issue(draft, self.prepare(draft).seal)

    def supersede(self, document: Document) -> Draft:
        with self.sessions.begin() as session:
            return documents.supersede(session, self.office, self.actor, document.id, at=self.now)

    def count(self, model) -> int:
        with self.sessions() as session:
            return session.scalar(select(func.count()).select_from(model))

    def get(self, document: Document) -> Document:
        with self.sessions() as session:
            return documents.get(session, self.actor, document.id)

    def find(self, **wanted) -> list[str]:
        with self.sessions() as session:
            return [one.id for one in documents.find(session, self.actor, **wanted).items]


@pytest.fixture
def clinician(sessions, office, people, now) -> Desk:
    return Desk(sessions, office, people.clinician, now)


@pytest.fixture
def receptionist(sessions, office, people, now) -> Desk:
    return Desk(sessions, office, people.receptionist, now)


@pytest.fixture
def stranger(sessions, office, people, now) -> Desk:
    return Desk(sessions, office, people.stranger, now)


@pytest.fixture
def colleague(sessions, office, people, now) -> Desk:
    """A second clinician of the practice."""
    person = Person(
        "Dr Bo Colleague",
        "colleague@example.com",
        frozenset({"clinician"}),
        Registration("gp_salaried", "GMC", "9000003"),
    )
    with sessions.begin() as session:
        staff = accounts.add_staff(session, people.manager, person, people.password, at=now)
        return Desk(sessions, office, accounts.actor_of(staff), now)
