"""What the ledger's keys are called: types, families, outcomes, classes of those who ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from lettergen import workload
from lettergen.requests.catalogue.terms import Terms
from lettergen.web.base.context import actor
from lettergen.web.letters.listing import kinds_of_letter
from lettergen.web.triage.page import own_terms
from lettergen.workload.figures import names_of

FAMILIES = {
    workload.REQUESTS: "Third-party requests",
    "adhd": "ADHD referrals",
    "photo-consent": "Photo consent",
    "general": "Other letters",
}
PAYERS = {
    "patient": "Patients",
    "organisation": "Organisations",
    "state": "Public bodies",
    workload.NOBODY: "Nobody: free, or not needed",
    "": "Not known",
}
PHOTO_CONSENT = "photo-consent"


@dataclass(frozen=True)
class Names:
    """Names of everything that a figure is grouped by, in the practice's own words."""

    terms: Terms

    @cached_property
    def types(self) -> Mapping[str, str]:
        """Titles of requests and of letters by their keys; a request's own title goes before."""
        forms = {kind.slug: kind.title for kind in kinds_of_letter()[0]}
        requests = {key: kind.title for key, kind in self.terms.catalogue.types.items()}
        return {PHOTO_CONSENT: "Photo consent", **forms, **requests}

    @cached_property
    def outcomes(self) -> Mapping[str, str]:
        """Titles of outcomes by their codes."""
        return {code: one.title for code, one in self.terms.catalogue.outcomes.items()}

    @cached_property
    def classes(self) -> Mapping[str, str]:
        """What the classes of those who ask are called."""
        question = self.terms.catalogue.by_question["requester"]
        return {one.code: one.label for one in question.options}

    def of(self, dimension: str, key: str, known: str = "") -> str:
        """Return the name of a group; `known` is what the ledger itself calls it."""
        names: Mapping[str, Mapping[str, str]] = {
            "family": FAMILIES,
            "type": self.types,
            "outcome": self.outcomes,
            "requester_class": self.classes,
            "role": workload.ROLES,
            "payer": PAYERS,
        }
        found = names.get(dimension, {}).get(key)
        if found:
            return found
        if not key:
            return known or "Not known"
        if known and known != key:
            return known
        return key.replace("-", " ").replace("_", " ").capitalize()

    def target_of(self, type_key: str) -> int | None:
        """Return the working days within which a type of request should leave, if it has such."""
        kind = self.terms.catalogue.types.get(type_key)
        return (kind.target_days or None) if kind else None


def names_now(session: Session) -> Names:
    """Return the names as the practice's catalogue and library say them now."""
    return Names(own_terms(session))


def families() -> dict[str, str]:
    """Return the families that work can belong to, with their names."""
    written = {kind.family for kind in kinds_of_letter()[0]}
    keys = {workload.REQUESTS, PHOTO_CONSENT, *written}
    return {key: FAMILIES.get(key, key.replace("-", " ").capitalize()) for key in sorted(keys)}


def chosen(session: Session, names: Names, typed: Mapping[str, str]) -> list[str]:
    """Return in words what an address narrows its figures or rows to."""
    known = {
        "family": "family",
        "type": "type",
        "class": "requester_class",
        "role": "role",
        "outcome": "outcome",
        "payer": "payer",
    }
    words = [
        names.of(dimension, "" if typed[name] == "-" else typed[name])
        for name, dimension in known.items()
        if typed.get(name)
    ]
    for name in ("requester", "staff"):
        if typed.get(name):
            found = names_of(session, actor(), name, [typed[name]])
            words.append(found.get(typed[name], "Not known"))
    return words
