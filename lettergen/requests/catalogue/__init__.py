"""The catalogue of requests as data: types, rules, replies, phrases, and a practice's own terms."""

from lettergen.requests.catalogue.grammar import (
    UNKNOWN,
    Catalogue,
    Group,
    Option,
    Outcome,
    Phrase,
    Question,
    Reply,
    Rule,
    Sensitive,
    Source,
    Type,
)
from lettergen.requests.catalogue.loading import faults_of, load

__all__ = [
    "UNKNOWN",
    "Catalogue",
    "Group",
    "Option",
    "Outcome",
    "Phrase",
    "Question",
    "Reply",
    "Rule",
    "Sensitive",
    "Source",
    "Type",
    "faults_of",
    "load",
]
