"""Who decided in a form, and when the decision was signed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lettergen.consents.form.days import moment
from lettergen.models import ConsentRecord

# Roles whose signature decides; witnesses, interpreters and a child's assent do not.
DECIDERS = ("patient", "parent", "attorney", "deputy")
ROLE_OF_ROUTE = {
    "parent": "parent",
    "attorney": "attorney",
    "deputy": "deputy",
    "best_interests": "staff",
}


def signed_at(answers: Mapping[str, Any]) -> datetime:
    """Return when the last person whose signature the form needs had signed.

    A decision that nobody signs but the clinician is of the moment of the declaration. Raises
    Refused where no time can be read.
    """
    signatures = answers.get("signatures") or []
    deciding = [one for one in signatures if one.get("signer_role") in DECIDERS]
    times = [moment(one.get("signed_at")) for one in deciding or signatures]
    return max(times) if times else moment((answers.get("clinician") or {}).get("declared_at"))


def decider_role(record: ConsentRecord) -> str:
    """Return whose decision a record holds: patient, parent, attorney, deputy or staff."""
    return ROLE_OF_ROUTE.get(record.route, "patient")


def decider_name(record: ConsentRecord) -> str:
    """Return the name of whoever decided."""
    answers = record.answers
    if record.route == "best_interests":
        return str((answers.get("clinician") or {}).get("name") or "")
    if record.route in ROLE_OF_ROUTE:
        return str(answers["decision_maker"].get("name") or "")
    return str(answers["patient"]["full_name"])
