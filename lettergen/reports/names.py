"""What the ledger's keys are called on paper, in the practice's own words."""

from collections.abc import Mapping
from dataclasses import dataclass

from lettergen import workload
from lettergen.definitions import BrokenDefinition, Library
from lettergen.requests.catalogue.grammar import Catalogue

FAMILIES: Mapping[str, str] = {
    workload.REQUESTS: "Third-party requests",
    "adhd": "ADHD referrals",
    "photo-consent": "Photo consent",
    "general": "Other letters",
}
PAYERS: Mapping[str, str] = {
    "patient": "Patients",
    "organisation": "Organisations",
    "state": "Public bodies",
    workload.NOBODY: "Nobody: free, or not needed",
    "": "Not known yet",
}
# Work of the other families, beside that for requests.
OTHERS = "All other letters, consents"
# Outcomes by what they mean to the practice: more than six parts nobody tells apart.
MIX: Mapping[str, tuple[str, ...]] = {
    "Something better": ("REDIRECT",),
    "Not our work": ("DECLINE",),
    "NHS work, free": ("NHS_FREE",),
    "Somebody pays": ("STATE_FEE", "ORG_FEE", "PATIENT_FEE"),
    "By law": ("ACCESS", "LEGAL_DUTY"),
    "Not settled": ("HOLD", "ESCALATE", "URGENT", ""),
}


@dataclass(frozen=True)
class Names:
    """Names by key of types, classes and outcomes."""

    types: Mapping[str, str]
    classes: Mapping[str, str]
    outcomes: Mapping[str, str]

    def type(self, key: str) -> str:
        """Return what a type of request or letter is called."""
        return self.types.get(key) or _spelt(key)

    def requester_class(self, key: str) -> str:
        """Return what a class of those who ask is called."""
        return self.classes.get(key) or _spelt(key)

    def outcome(self, key: str) -> str:
        """Return what an outcome is called."""
        return self.outcomes.get(key) or (_spelt(key) if key else "Not decided yet")


def names(catalogue: Catalogue, library: Library) -> Names:
    """Return the names as the practice's catalogue and its forms say them now."""
    forms = {"photo-consent": "Photo consent"}
    for slug in library.folders.slugs():
        try:
            forms[slug] = library.get(slug).title
        except BrokenDefinition:
            # A broken file of the practice's own must not keep the month's page from being made.
            continue
    return Names(
        {**forms, **{key: kind.title for key, kind in catalogue.types.items()}},
        {one.code: one.label for one in catalogue.by_question["requester"].options},
        {code: one.title for code, one in catalogue.outcomes.items()},
    )


def _spelt(key: str) -> str:
    return key.replace("-", " ").replace("_", " ").capitalize() or "Not known"
