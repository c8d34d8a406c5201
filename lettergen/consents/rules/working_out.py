"""Values that are worked out from a consent: ages, terms, who signs and what may be agreed to."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from lettergen.consents.form.moments import birthday, parse_day
from lettergen.consents.rules.case import Case
from lettergen.consents.rules.facts import fact, is_reviewed_at_16
from lettergen.consents.rules.permissions import goes_on, may_agree_to
from lettergen.consents.rules.uses import last_day

REVIEW_AGE = 16


def compute(case: Case) -> Mapping[str, Any]:
    """Return plain values by name; days are ISO texts."""
    route = case.route
    review = is_reviewed_at_16(case) and case.born
    return {
        "age": case.age,
        "signed_on": case.signed_on.isoformat(),
        "signed_at": case.signed_at.isoformat() if case.signed_at else None,
        "route": route.code if route else None,
        "routes": [one.code for one in case.catalogue.routes if is_open(case, one.code)],
        "signs": route.signer_role if route else None,
        "needs_parent_too": _needs_parent(case),
        "lacks_capacity": case.lacks_capacity,
        "is_identifiable": case.is_identifiable,
        "may_agree_to": list(may_agree_to(case)),
        "agreed": [one.key for one in case.agreed if goes_on(case, one.key)],
        "valid_until": {
            one.key: _iso(valid_until(case, one.key))
            for one in case.agreed
            if goes_on(case, one.key)
        },
        "review_on_16th_birthday": _iso(birthday(case.born, REVIEW_AGE))
        if review and case.born
        else None,
        "outcome": _outcome(case),
        "needs_interpreter": fact(case, "needs_interpreter"),
    }


def valid_until(case: Case, key: str) -> date | None:
    """Return the last day of consent to a purpose: the sooner of term and day given; or None."""
    most = last_day(case, key)
    given = parse_day(case.get(f"purposes.{key}.valid_until"))
    if key == "research" and given is None:
        given = parse_day(case.get("purposes.research.study_ends_on"))
    return min((day for day in (most, given) if day), default=None)


def is_open(case: Case, code: str) -> bool:
    """Whether a route fits the patient's age: what the question offers."""
    route = case.catalogue.route(code)
    if route is None or case.age is None:
        return route is not None
    most = route.max_age_without_capacity or route.max_age
    return route.min_age <= case.age and (most is None or case.age <= most)


def _needs_parent(case: Case) -> bool:
    route = case.route
    return (
        bool(route) and any(one.key in route.with_parent for one in case.agreed) if route else False
    )


def _outcome(case: Case) -> str:
    if case.decision("record") == "no" and case.get("photo.kind") not in case.listed(
        "existing_kinds"
    ):
        return "no_photo"
    return "agreed" if case.agreed else "nothing_agreed"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
