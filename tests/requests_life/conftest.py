"""What the tests of a request's life share: the shipped catalogue, and requests in any state."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from lettergen import places
from lettergen.models import Request
from lettergen.requests.catalogue.standing import Requests, Terms
from lettergen.requests.life import deciding, intake

PATIENT = {
    "given_name": "Rowan",
    "family_name": "Testerby",
    "date_of_birth": "1998-04-12",
    "nhs_number": "999 000 1006",
}


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: Any, _prepared: Any) -> Iterator[str]:
    """One database for a module: its tests commit nothing, but for those of two at once."""
    with _prepared[1](tmp_path_factory.mktemp("life")) as address:
        yield address


@pytest.fixture(scope="session")
def standing() -> Requests:
    return Requests(places.here())


@pytest.fixture
def terms(session: Session, people: Any, standing: Requests) -> Terms:
    return standing.terms(session, people.clinician)


@pytest.fixture
def receive(session: Session, people: Any, terms: Terms, now: datetime) -> Callable[..., Request]:
    """Return a function: what differs → a request of Exampleton University about Rowan Testerby."""
    made = []

    def received(**about: Any) -> Request:
        made.append(about)
        values = {
            "once": f"form {len(made)}",
            "channel": "email",
            "received_at": now,
            "requester_class": "patient",
            "patient": PATIENT,
            **about,
        }
        at = values.pop("at", now)
        return intake.receive(
            session, values.pop("by", people.receptionist), terms, at=at, **values
        )

    return received


@pytest.fixture
def decide(
    session: Session,
    people: Any,
    terms: Terms,
    now: datetime,
    receive: Callable[..., Request],
) -> Callable[..., Request]:
    """Return a function: answers → a request that is decided by them."""

    def decided(answers: dict[str, Any], **about: Any) -> Request:
        request = receive(**about)
        deciding.decide(
            session,
            people.receptionist,
            terms,
            request.id,
            answers,
            seconds=40,
            revision=request.revision,
            at=about.get("at", now),
        )
        return request

    return decided
