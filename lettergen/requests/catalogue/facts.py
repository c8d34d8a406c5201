"""What the rules may look at: the answers, and what the type and the asker make of them."""

from collections.abc import Mapping

from lettergen.requests.catalogue.grammar import OBLIGATIONS, UNKNOWN, Catalogue, Type

CONSENTS = ("P", "W", "A", "G", "R", "N")
ASKERS = ("patient", "family", "state")
ORGANISATION = "organisation"
OF_TYPE = ("known", "obligation", "fallback", "effective", "type_consent", "certifies_death")
Facts = dict[str, str | bool]


def of_type(kind: Type | None) -> Facts:
    """Return the facts of a type; what the catalogue does not know has empty ones."""
    if kind is None:
        return {**dict.fromkeys(OF_TYPE, ""), "known": False, "certifies_death": False}
    return {
        "known": True,
        "obligation": kind.obligation,
        "fallback": kind.fallback,
        "effective": kind.effective,
        "type_consent": kind.consent,
        "certifies_death": kind.certifies_death,
    }


def asker(requester: str) -> str:
    """Return patient, family or state, and organisation for everybody else."""
    return requester if requester in ASKERS else ORGANISATION


def values(catalogue: Catalogue) -> Mapping[str, frozenset[str | bool]]:
    """Return every fact by its name, with all the values that it can have."""
    answers = {
        one.key: frozenset(option.code for option in one.options)
        for one in catalogue.questions
        if one.options
    }
    obligations = frozenset((*OBLIGATIONS, ""))
    both = frozenset({True, False})
    return {
        **answers,
        "type": frozenset((*catalogue.types, UNKNOWN)),
        "asker": frozenset((*ASKERS, ORGANISATION)),
        "offered": both,
        "known": both,
        "certifies_death": both,
        "obligation": obligations,
        "fallback": obligations,
        "effective": obligations,
        "type_consent": frozenset((*CONSENTS, "")),
    }
