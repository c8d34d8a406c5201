"""The catalogue of requests as data: types, rules, replies, and a practice's own terms."""

from lettergen.requests.catalogue.grammar import (
    UNKNOWN,
    Catalogue,
    Group,
    Option,
    Outcome,
    Question,
    Reply,
    Rule,
    Source,
    Type,
)
from lettergen.requests.catalogue.loading import faults_of, load, notes_of

__all__ = [
    "UNKNOWN",
    "Catalogue",
    "Group",
    "Option",
    "Outcome",
    "Question",
    "Reply",
    "Rule",
    "Source",
    "Type",
    "faults_of",
    "load",
    "notes_of",
]
