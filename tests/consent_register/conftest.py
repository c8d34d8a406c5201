"""What the tests of the register share: the shipped form, and signed cases to file."""

import copy
import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from lettergen import places, working_days
from lettergen.consents.form import catalogue, terms
from lettergen.consents.form.terms import Terms
from lettergen.consents.register import asked as register
from lettergen.consents.register import records
from lettergen.models import ConsentGrant, ConsentRecord
from lettergen.places import CHECKOUT

CASES = json.loads((CHECKOUT / "tests/consents/valid.json").read_text("utf-8"))
ADULT, CHILD, TEENAGER, WITHDRAWN = CASES
TEACHING = {"decision": "yes", "audience": "GP trainees and medical students", "anonymise": "crop"}


def changed(case: dict[str, Any], **answers: Any) -> dict[str, Any]:
    """Return a case with answers put at dotted names (two underscores for a dot)."""
    made = copy.deepcopy(case)
    for name, value in answers.items():
        *above, last = name.split("__")
        place = made
        for part in above:
            place = place[int(part)] if isinstance(place, list) else place[part]
        if isinstance(place, list):
            place[int(last)] = value
        else:
            place[last] = value
    return made


@pytest.fixture(scope="session")
def known() -> catalogue.Catalogue:
    """The photo consent form as it is shipped."""
    return catalogue.load(places.here())


@pytest.fixture
def practice_terms(session, people, known) -> Terms:
    """What the standing people's practice works to: all defaults."""
    holidays = working_days.holidays(places.here())
    return terms.of_practice(session, people.clinician, known, holidays)


@pytest.fixture
def file(session, practice_terms, people, now) -> Callable[..., ConsentRecord]:
    """File a case as the clinician; give `at` for another moment than now."""

    def filed(case: dict[str, Any], at: datetime = now, **rest: Any) -> ConsentRecord:
        return records.file(session, practice_terms, people.clinician, case, at=at, **rest)

    return filed


@pytest.fixture
def ask(session, people, now) -> Callable[..., tuple[str, str]]:
    """Ask the register as the receptionist; return the word and the reason."""

    def asked(image_id: str, purpose: str, on: str = "2026-11-20", **rest: Any) -> tuple[str, str]:
        answer = register.ask(
            session,
            people.receptionist,
            image_id=image_id,
            purpose=purpose,
            on=date.fromisoformat(on),
            **{"at": now, **rest},
        )
        return answer.word, answer.reason

    return asked


@pytest.fixture
def adult() -> dict[str, Any]:
    """An adult who agreed to care and to teaching, and has one photo."""
    case = changed(CASES[ADULT], purposes__teach_closed=dict(TEACHING))
    return {**case, "images": case["images"][:1]}


@pytest.fixture
def grant_of() -> Callable[[ConsentRecord, str], ConsentGrant]:
    """Return the grant of a record for a purpose."""

    def found(record: ConsentRecord, purpose: str) -> ConsentGrant:
        return next(one for one in record.grants if one.purpose == purpose)

    return found
