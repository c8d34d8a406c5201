"""Requests that are decided: a patient, an organisation or a public body pays, or nobody."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from sqlalchemy.orm import Session

from lettergen import definitions
from lettergen.config import Settings
from lettergen.documents import Office
from lettergen.models import Actor
from lettergen.places import here
from lettergen.rendering import Renderer
from lettergen.requests.catalogue import loading, settings
from lettergen.requests.catalogue.terms import Terms
from lettergen.requests.catalogue.terms import terms as of_practice
from lettergen.requests.life import deciding, intake
from lettergen.requests.money import settings as money_settings
from lettergen.requests.money.offering import Offer, Payer
from lettergen.requests.steps import paying

SOLE = {
    "legal_form": "sole_practitioner",
    "legal_name": "Dr Ola Owner",
    "address": ["1 Example Road", "Exampletown", "ZZ99 3WZ"],
    "bank": "Example Surgery\nSort code 00-00-00",
}
# A type of each kind, with answers that lead there.
KINDS: dict[str, dict[str, str]] = {
    "patient": {"type": "seat_belt", "requester": "patient"},
    "organisation": {"type": "solicitor_report", "requester": "solicitor", "consent": "written_ok"},
    "state": {"type": "dvla_questionnaire", "requester": "state", "consent": "assured"},
    "free": {"type": "council_tax_smi", "requester": "patient"},
}
PATIENT = {
    "given_name": "Rowan",
    "family_name": "Testerby",
    "date_of_birth": "1998-04-12",
    "nhs_number": "9990001006",
}
_once = count()


@pytest.fixture(scope="session")
def shipped_terms() -> Terms:
    """The shipped catalogue as a practice without settings of its own uses it."""
    catalogue = loading.load(here())
    return of_practice(catalogue, settings.read(None, catalogue), frozenset())


@pytest.fixture(scope="session")
def paper_office() -> Iterator[Office]:
    """An office that renders the shipped papers."""
    own = Settings()
    with Renderer(own.template_folders) as renderer:
        yield Office(definitions.open_library(own), renderer, "https://letters.example.com")


@dataclass
class Till:
    """A practice at work on its money, in one session."""

    session: Session
    terms: Terms
    people: Any
    now: datetime

    @property
    def manager(self) -> Actor:
        """Who decides about money."""
        return self.people.manager

    @property
    def desk(self) -> Actor:
        """Who takes it."""
        return self.people.receptionist

    def settle_who_we_are(self, **changes: Any) -> None:
        """Fill in what invoices have to say."""
        chosen = {**SOLE, **changes}
        money_settings.change(self.session, self.manager, chosen, at=self.now)

    def asked(self, kind: str = "patient", organisation: str = "Example Law LLP") -> str:
        """Receive and decide a request that a patient, organisation or body pays for."""
        is_body = kind in ("organisation", "state")
        row = intake.receive(
            self.session,
            self.desk,
            self.terms,
            once=f"till-{next(_once)}",
            channel="desk",
            received_at=self.now,
            type_key=KINDS[kind]["type"],
            patient=PATIENT,
            contact={"name": "Alex Asker"},
            organisation=organisation if is_body else "",
            asked="A report, please.",
            purpose="",
            requester_class=KINDS[kind]["requester"],
            at=self.now,
        )
        if row.requester is not None:
            row.requester.address = "2 Example Street\nExampletown\nZZ99 3VZ"
        deciding.decide(
            self.session,
            self.desk,
            self.terms,
            row.id,
            KINDS[kind],
            seconds=20,
            revision=None,
            at=self.now,
        )
        return row.id

    def quoted(self, kind: str = "patient", **offer: Any) -> str:
        """Ask, and offer the price."""
        request_id = self.asked(kind)
        payer = Payer("Rowan Testerby" if kind == "patient" else "Example Law LLP")
        paying.offer(
            self.session, self.desk, self.terms, request_id, Offer(payer, **offer), at=self.now
        )
        return request_id

    def accepted(self, kind: str = "patient", **offer: Any) -> str:
        """Ask, offer, and have the price accepted."""
        request_id = self.quoted(kind, **offer)
        paying.accept(self.session, self.desk, request_id, how="phone", at=self.now)
        return request_id


@pytest.fixture
def till(session: Session, shipped_terms: Terms, people: Any, now: datetime) -> Till:
    """A till whose practice has said who it is in law."""
    made = Till(session, shipped_terms, people, now)
    made.settle_who_we_are()
    return made
