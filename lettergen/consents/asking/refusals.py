"""Why asking for consent cannot go on, each with what to do next."""

from collections.abc import Iterable, Mapping

from lettergen.consents.rules.findings import Finding
from lettergen.refusals import Refused


class WrongStage(Refused):
    """The consent is not where this step belongs: handed over, signed or closed meanwhile."""


class NotReady(Refused):
    """Answers stand in the way; `errors` says which, by dotted field."""

    def __init__(self, text: str, errors: Mapping[str, list[str]]) -> None:
        self.errors = errors
        super().__init__(
            text, tuple(dict.fromkeys(one for said in errors.values() for one in said))
        )


class ChangedMeanwhile(Refused):
    """Another page changed the answers: somebody has to look again before going on."""


class AlreadySigned(Refused):
    """The same person has signed already; nothing was added."""


class FormUpdated(Refused):
    """The words changed since the patient was shown them (rule E24)."""


class WrongPerson(Refused):
    """The date of birth is not the patient's."""


class NotConfirmed(Refused):
    """Whoever holds the screen has not said yet who they are."""


class NoNote(Refused):
    """It is not written down what happened."""


def by_field(findings: Iterable[Finding]) -> dict[str, list[str]]:
    """Return findings as messages by dotted field, each once."""
    found: dict[str, list[str]] = {}
    for one in findings:
        if one.message not in found.setdefault(one.field, []):
            found[one.field].append(one.message)
    return found
