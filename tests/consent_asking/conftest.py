"""What the tests of asking for consent share: the shipped form, a set-up, and a signer."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from lettergen import places, working_days
from lettergen.consents import asking
from lettergen.consents.asking import Signature
from lettergen.consents.form import catalogue, terms
from lettergen.consents.form.terms import Terms
from lettergen.documents import Office
from lettergen.models import ConsentDraft
from lettergen.rendering import Renderer
from tests.consent_asking.cases import ADDRESS, ADULT, MARK, YES_TO_ALL, changed, dotted


@pytest.fixture(scope="session")
def form() -> catalogue.Catalogue:
    """The photo consent form as it is shipped."""
    return catalogue.load(places.here())


@pytest.fixture(scope="session")
def consent_office(library) -> Iterator[Office]:
    """An office whose renderer has the shipped templates."""
    with Renderer(places.here().template_folders) as renderer:
        yield Office(library, renderer, ADDRESS)


@pytest.fixture
def rules(session, people, form) -> Terms:
    """What the standing people's practice works to: all defaults."""
    holidays = working_days.holidays(places.here())
    return terms.of_practice(session, people.clinician, form, holidays)


@pytest.fixture
def begun(session, people, form, now) -> Callable[..., ConsentDraft]:
    """Begin a consent as the clinician; changes by dotted name, two underscores for a dot."""

    def begin(answers: dict[str, Any] = ADULT, **changes: Any) -> ConsentDraft:
        one = asking.start(
            session, form, people.clinician, at=now, answers=changed(answers, **changes)
        )
        session.flush()
        return one

    return begin


@pytest.fixture
def hand(session, rules, people, begun, now) -> Callable[..., ConsentDraft]:
    """Begin a consent, hand it over, and let the patient say who they are."""

    def handed(answers: dict[str, Any] = ADULT, way: str = "tablet", **changes: Any) -> Any:
        one = begun(answers, **changes)
        asking.hand_over(session, rules, people.clinician, one.id, way, at=now)
        if way in ("tablet", "link"):
            born = date.fromisoformat(one.answers["patient"]["date_of_birth"])
            asking.confirm_identity(session, rules, one, born, at=now)
        return one

    return handed


@pytest.fixture
def sign(session, rules, now) -> Callable[..., ConsentDraft]:
    """Sign as whoever is named, under what stands there now."""

    def signed(one: ConsentDraft, name: str, role: str = "patient", **how: Any) -> ConsentDraft:
        at = how.pop("at", now + timedelta(minutes=2))
        shown = how.pop("shown", None) or asking.seen(one, rules, at=at)[1]
        given = {"method": "drawn_on_practice_device", "mark": MARK, "device": "Tablet 1", **how}
        return asking.sign(session, rules, one, Signature(role, name, **given), shown, at=at)

    return signed


@pytest.fixture
def choose(session, rules, now) -> Callable[..., ConsentDraft]:
    """Answer everything with yes, but for what is named."""

    def chosen(one: ConsentDraft, **changes: Any) -> ConsentDraft:
        said = {dotted(name): value for name, value in changes.items()}
        asked = asking.asked(one.answers)
        usual = {
            name: value
            for name, value in YES_TO_ALL.items()
            if not name.startswith("purposes") or name.split(".")[1] in asked
        }
        answers = {**usual, **said}
        return asking.answer(session, rules, one, answers, at=now + timedelta(minutes=1))

    return chosen
