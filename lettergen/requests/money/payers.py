"""Who may be asked to pay for what: the one place that keeps free work free."""

from collections.abc import Mapping
from types import MappingProxyType

from lettergen.refusals import Refused
from lettergen.requests.catalogue.grammar import Type

PATIENT, ORGANISATION, STATE = PAYERS = ("patient", "organisation", "state")
TITLES = MappingProxyType({PATIENT: "Patient", ORGANISATION: "Organisation", STATE: "Public body"})
# Every other outcome is free: no fee, no quote, no invoice.
OF_OUTCOME: Mapping[str, str] = MappingProxyType(
    {"PATIENT_FEE": PATIENT, "ORG_FEE": ORGANISATION, "STATE_FEE": STATE}
)
# An organisation may pay for what a patient may be asked for; a patient for an organisation's
# work only where the type says so.
_BY_OBLIGATION: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "PATIENT_FEE": (PATIENT, ORGANISATION),
        "ORG_FEE": (ORGANISATION,),
        "STATE_FEE": (STATE,),
    }
)
# What no row of the catalogue describes is private work, or a person decides about it.
UNKNOWN_PAYERS = (PATIENT, ORGANISATION)


class NoFee(Refused):
    """Nobody may be asked to pay here, or not this payer."""


def of_outcome(outcome: str | None) -> str:
    """Return the class of the payer that a decision names; raise NoFee where it names none."""
    found = OF_OUTCOME.get(outcome or "")
    if found is None:
        raise NoFee(
            "No fee may be taken for this request: it was not decided as work that somebody pays "
            "for. Carry on without a price, or decide it again."
        )
    return found


def allowed(kind: Type | None) -> tuple[str, ...]:
    """Return who may be asked to pay for a type, who should pay first; None is an unknown type.

    Source: SI 2015/1862, regulation 24: free work can hold no fee line; domain rules R17 and R24
    to R26: what a public body pays for is never a patient's to pay.
    """
    if kind is None:
        return UNKNOWN_PAYERS
    found = _BY_OBLIGATION.get(kind.effective, ())
    is_patients_too = kind.effective == "ORG_FEE" and kind.fallback == "PATIENT_FEE"
    return (*found, PATIENT) if is_patients_too else found


def obligation(kind: Type | None) -> str:
    """Return what a type comes to in the end: what its fee rows are kept under."""
    return kind.effective if kind else "PATIENT_FEE"


def require(kind: Type | None, payer_class: str) -> None:
    """Raise NoFee unless this class of payer may be asked to pay for this type."""
    if payer_class in allowed(kind):
        return
    title = kind.title if kind else "Other letter"
    if not allowed(kind):
        raise NoFee(f"“{title}” is done free of charge. It can hold no fee.")
    who = " or ".join(TITLES[one].lower() for one in allowed(kind))
    raise NoFee(
        f"“{title}” is paid for by: {who}. Nobody else may be asked to pay for it. "
        "Decide the request again if somebody else pays."
    )
