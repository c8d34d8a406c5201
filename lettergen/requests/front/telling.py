"""What the public page says about agreement and about time, in plain words."""

from collections.abc import Mapping

from lettergen.calendar import british_date
from lettergen.requests.front.asking import FAMILY, ME, ORGANISATION, Answer, Wish

_OWN = "You ask for it yourself, so we need no other agreement. You can read it before it goes."
_SIGNED = (
    "We need the person’s signed agreement. It names who asks, what for, and what you ask. "
    "You can add it, or we ask the person ourselves."
)
_SIGNED_REPORT = (
    "We need the person’s signed agreement under the Access to Medical Reports Act 1988. "
    "They may see the report first. You can add it, or we ask the person ourselves."
)
_PROOF = (
    "We need proof that you may act for the person. For a person who has died: the will or the "
    "grant that names you. For somebody who cannot decide: the power of attorney. Being next of "
    "kin is not enough."
)
_FOR_OTHERS = (
    "We need the person’s own agreement, or proof that you may decide for them. For a child, "
    "that is a parent. You can add it, or we ask them ourselves."
)
_NONE = "No agreement is needed for this. We tell the person, unless that could do harm."
_ASSURED = "Tell us that the person has agreed. As a public body you need not send the paper."
_AGREEMENTS: Mapping[str, Mapping[str, str]] = {
    ME: {"R": _PROOF, "N": _NONE},
    FAMILY: {"R": _PROOF, "N": _NONE},
    ORGANISATION: {"A": _SIGNED_REPORT, "R": _PROOF, "N": _NONE, "G": _ASSURED},
}
_USUAL = {ME: _OWN, FAMILY: _FOR_OTHERS, ORGANISATION: _SIGNED}


def agreement_for(wish: Wish) -> str:
    """Return what agreement a wish needs, in words for whoever asks."""
    needed = wish.type.consent if wish.type else ""
    return _AGREEMENTS[wish.who].get(needed, _USUAL[wish.who])


def wait_for(answer: Answer) -> str:
    """Return how long it takes; empty where nobody can say yet."""
    if answer.due_on is None:
        return ""
    return f"Usually by {british_date(answer.due_on)}, once we have all we need."
