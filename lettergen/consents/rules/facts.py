"""Facts by name, as the conditions of the form's data ask for them: `facts.age` and the others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lettergen.consents.rules.case import PRESUMED_CAPABLE, Case
from lettergen.consents.rules.permissions import goes_on, is_blocked


@dataclass(frozen=True)
class Known:
    """Answers, `facts.…` and, within a row, `this.…` by name, as conditions look at them."""

    case: Case
    row: str = ""

    def get(self, name: str, /) -> Any:
        """Return a value, or None where it is blank."""
        if name.startswith("facts."):
            return fact(self.case, name.removeprefix("facts."))
        if name.startswith("this."):
            return self.case.get(f"{self.row}.{name.removeprefix('this.')}")
        return self.case.get(name)


def fact(case: Case, name: str) -> Any:
    """Return a fact; KeyError for a name that is none, which lint finds first."""
    if name.startswith("agrees_"):
        return goes_on(case, name.removeprefix("agrees_"))
    return FACTS[name](case)


def needs_interpreter(case: Case) -> bool:
    """Whether the patient's language is not English; British Sign Language is another one."""
    language = str(case.get("communication.language") or "").casefold()
    return bool(language) and language not in case.listed("english")


def needs_licence(case: Case) -> bool:
    """Whether whoever took the photo has to let it be used (Copyright, Designs and Patents Act)."""
    is_theirs = case.get("photo.copyright_owner") in case.listed("licence_owners")
    return is_theirs and any(goes_on(case, key) for key in case.listed("licence_purposes"))


def is_assessed(case: Case) -> bool:
    """Whether capacity has to be assessed: a proxy decides for somebody of 16 or over."""
    route = case.route
    if route is None or not route.is_proxy or case.age is None:
        return False
    return case.age >= PRESUMED_CAPABLE


def is_reviewed_at_16(case: Case) -> bool:
    """Whether a parent agreed for a child under 16 to a purpose of part 2."""
    is_parents = case.route is not None and case.route.code == "parent"
    is_child = case.age is not None and case.age < PRESUMED_CAPABLE
    return is_parents and is_child and any(not is_blocked(case, p) for p in case.agreed_beyond_care)


def has_method(case: Case, code: str) -> bool:
    """Whether anybody signed in this way."""
    return any(one.method == code for one in case.signatures)


FACTS: Mapping[str, Callable[[Case], Any]] = {
    "age": lambda case: case.age,
    "route": lambda case: case.route.code if case.route else None,
    "lacks_capacity": lambda case: case.lacks_capacity,
    "lacks_capacity_route": lambda case: bool(case.route and case.route.lacks_capacity),
    "is_assessed": is_assessed,
    "is_identifiable": lambda case: case.is_identifiable,
    "is_personal_phone": lambda case: case.is_personal_phone,
    "is_reviewed_at_16": is_reviewed_at_16,
    "needs_interpreter": needs_interpreter,
    "needs_licence": needs_licence,
    "is_verbal": lambda case: has_method(case, "verbal_recorded"),
    "is_witnessed": lambda case: has_method(case, "mark_with_witness"),
    "is_wet": lambda case: has_method(case, "wet_ink_scan"),
}
